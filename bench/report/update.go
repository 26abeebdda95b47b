package report

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/icmprouter/icmprouter/bench/result"
)

// Document is the name of the document, beside the file of samples.
const Document = "performance.md"

// marked is a place in the document that is generated: what is wanted, and what
// stands there.
var marked = regexp.MustCompile(`(?s)(<!-- bench: (.*?) -->)(.*?)(<!-- /bench -->)`)

// Update writes the generated parts of the document beside the file of samples
// anew, and its charts.
func Update(path string) error {
	r, err := result.Read(path)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	document, err := os.ReadFile(filepath.Join(dir, Document))
	if err != nil {
		return err
	}
	files, err := Files(r, string(document))
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Files are the document and its charts by name, as they follow from a run and
// from what was written by hand.
func Files(r *result.Result, document string) (map[string]string, error) {
	files := map[string]string{}
	for name, c := range charts(r) {
		files["performance-"+name+".svg"] = c.SVG()
	}
	var errs []error
	files[Document] = marked.ReplaceAllStringFunc(document, func(place string) string {
		parts := marked.FindStringSubmatch(place)
		text, err := fill(r, parts[2])
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: <!-- bench: %s -->: %w", Document, parts[2], err))
		}
		return parts[1] + text + parts[4]
	})
	return files, errors.Join(errs...)
}

// blocks are the parts of the document that stand for themselves.
var blocks = map[string]func(*result.Result) string{
	"machine":    machine,
	"bars":       barTable,
	"contenders": func(r *result.Result) string { return named(r.Contenders, "contender", "what") },
	"workloads":  func(r *result.Result) string { return named(r.Workloads, "workload", "what") },
	"skipped":    skipped,
	"levers":     leverTable,
	"tcp":        func(r *result.Result) string { return matrix(r, workloadsOf(r, "tcp"), "rate") },
	"tcp cpu":    func(r *result.Result) string { return matrix(r, workloadsOf(r, "tcp"), "cpu") },
	"udp":        func(r *result.Result) string { return matrix(r, workloadsOf(r, "udp", "gso", "imix"), "rate") },
	"udp loss":   func(r *result.Result) string { return matrix(r, workloadsOf(r, "udp", "gso", "imix"), "loss") },
	"udp cpu":    func(r *result.Result) string { return matrix(r, workloadsOf(r, "udp", "gso", "imix"), "cpu") },
	"udp own":    func(r *result.Result) string { return matrix(r, workloadsOf(r, "udp", "gso", "imix"), "own cpu") },
	"ping p50":   func(r *result.Result) string { return matrix(r, workloadsOf(r, "ping"), "p50") },
	"ping p99":   func(r *result.Result) string { return matrix(r, workloadsOf(r, "ping"), "p99") },
	"ping busy":  func(r *result.Result) string { return matrix(r, workloadsOf(r, "ping"), "own busy") },
	"errors": func(r *result.Result) string {
		return matrix(r, workloadsOf(r, "time-exceeded", "too-big", "port-unreachable"), "rate")
	},
	"memory": func(r *result.Result) string {
		return alone(r, router, workloadsOf(r, "memory-"), "rate", "bits", "allocations")
	},
	"routes": func(r *result.Result) string {
		return alone(r, router, workloadsOf(r, "routes-"), "load", "memory", "peak", "rate")
	},
	"steps": func(r *result.Result) string {
		return alone(r, "TUN", workloadsOf(r, "step-"), "send", "read", "write", "receive")
	},
	"crossings": func(r *result.Result) string {
		return alone(r, router, workloadsOf(r, "network-cross"), "crossings", "time", "rate", "allocations")
	},
	"idle network": func(r *result.Result) string {
		return alone(r, router, workloadsOf(r, "network-idle-"), "load", "memory")
	},
	"rows":     func(r *result.Result) string { return matrix(r, workloadsOf(r, "network-row-"), "rate") },
	"rows hop": func(r *result.Result) string { return matrix(r, workloadsOf(r, "network-row-"), "crossings") },
	"rows load": func(r *result.Result) string {
		return matrix(r, workloadsOf(r, "network-row-"), "load")
	},
	"delays": func(r *result.Result) string {
		return alone(r, router, workloadsOf(r, "network-delay-", "network-beside-"), "p50", "p99", "worst")
	},
	"link rates": func(r *result.Result) string {
		return alone(r, router, workloadsOf(r, "network-rate-"), "error")
	},
	"flight": func(r *result.Result) string {
		return alone(r, router, workloadsOf(r, "network-flight"), "on the way", "memory", "p50", "p99", "worst")
	},
	"devices": func(r *result.Result) string {
		return alone(r, router, workloadsOf(r, "devices-"), "load", "memory", "idle")
	},
}

// fill is what a place in the document wants: a block, or within a line
//
//	figure WORKLOAD METRIC CONTENDER
//	ratio WORKLOAD METRIC CONTENDER / CONTENDER
func fill(r *result.Result, want string) (string, error) {
	if block, found := blocks[want]; found {
		return "\n" + block(r), nil
	}
	word, rest, _ := strings.Cut(want, " ")
	workload, rest, _ := strings.Cut(rest, " ")
	if word == "figure" || word == "ratio" {
		i := slices.IndexFunc(metrics, func(m string) bool { return strings.HasPrefix(rest, m+" ") })
		if i < 0 {
			return "", fmt.Errorf("no such metric")
		}
		return inline(r, word, workload, metrics[i], rest[len(metrics[i])+1:])
	}
	return "", errors.New("no such part")
}

// metrics are all that there are.
var metrics = []string{"rate", "loss", "cpu", "own cpu", "own busy", "p50", "p99", "load", "memory", "peak", "idle", "bits", "allocations", "time", "send", "read", "write", "receive", "crossings", "error", "worst", "on the way"}

// inline is a figure within a sentence. What was not measured is said.
func inline(r *result.Result, word, workload, metric, who string) (string, error) {
	a, b, two := strings.Cut(who, " / ")
	if two != (word == "ratio") {
		return "", errors.New("a ratio is of two contenders, a figure of one")
	}
	if about(r, workload) == workload {
		return "", fmt.Errorf("no such workload: %s", workload)
	}
	s, found := r.Get(workload, a, metric)
	if !found {
		return "(not measured)", nil
	}
	if word == "figure" {
		return Format(s.Median(), s.Unit), nil
	}
	ratio := s.Median() / median(r, workload, b, metric)
	if math.IsNaN(ratio) {
		return "(not measured)", nil
	}
	return digits(ratio) + "×", nil
}
