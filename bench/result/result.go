// Package result holds what a benchmark measured, its file, and the few
// statistics that are made of it.
package result

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
)

// Result is one run of the benchmark.
type Result struct {
	Machine Machine
	// Contenders and Workloads are in the order in which tables show them.
	Contenders, Workloads []Named
	// Skipped says what was not measured, and why.
	Skipped []Named
	// Later is runs of a part that took the place of what this run had of it.
	Later []Part `json:",omitempty"`
	// Series are the last, as Write has it.
	Series []*Series
}

// Part is a run of some workloads.
type Part struct {
	Machine   Machine
	Workloads []string
}

// Machine is what a run depends on.
type Machine struct {
	Date, CPU, Kernel, Go, Commit string
	CPUs, MTU, Rounds             int
	// WarmUp and Sample are the seconds of each sample before and while it is measured.
	WarmUp, Sample float64
	// Idle is the processors that were busy while nothing was measured.
	Idle float64
	// Again is how many samples were taken again as the hypervisor took processors
	// away, and Stolen the share of their time that it took in nine of ten samples at most.
	Again  int
	Stolen float64
}

// Named is a thing and a line about it.
type Named struct{ Name, About string }

// Series is one metric of one contender at one workload, a sample a round.
type Series struct {
	Workload, Contender, Metric, Unit string
	Samples                           []float64
}

// Add adds a sample to its series.
func (r *Result) Add(workload, contender, metric, unit string, sample float64) {
	s := r.find(workload, contender, metric)
	if s == nil {
		s = &Series{Workload: workload, Contender: contender, Metric: metric, Unit: unit}
		r.Series = append(r.Series, s)
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(sample, 'g', 5, 64), 64)
	s.Samples = append(s.Samples, rounded)
}

func (r *Result) find(workload, contender, metric string) *Series {
	for _, s := range r.Series {
		if s.Workload == workload && s.Contender == contender && s.Metric == metric {
			return s
		}
	}
	return nil
}

// Get returns a series; false: it was not measured.
func (r *Result) Get(workload, contender, metric string) (Series, bool) {
	if s := r.find(workload, contender, metric); s != nil && len(s.Samples) > 0 {
		return *s, true
	}
	return Series{}, false
}

// Skip notes what was not measured. It is noted once.
func (r *Result) Skip(name, why string) {
	if n := (Named{name, why}); !slices.Contains(r.Skipped, n) {
		r.Skipped = append(r.Skipped, n)
	}
}

// Merge puts what another run measured in the place of what this one has of the same workloads.
// All else stays as it is. The other run is of the same benchmark, or a later one: the lists of
// contenders and workloads are its.
func (r *Result) Merge(other *Result) {
	var anew []string
	for _, s := range other.Series {
		if !slices.Contains(anew, s.Workload) {
			anew = append(anew, s.Workload)
		}
	}
	has := func(workload string) bool { return slices.Contains(anew, workload) }
	r.Contenders, r.Workloads = other.Contenders, other.Workloads
	r.Series = append(slices.DeleteFunc(r.Series, func(s *Series) bool { return has(s.Workload) }), other.Series...)
	r.Skipped = slices.DeleteFunc(r.Skipped, func(n Named) bool { return has(n.Name) })
	for _, n := range other.Skipped {
		r.Skip(n.Name, n.About)
	}
	for i := range r.Later {
		r.Later[i].Workloads = slices.DeleteFunc(r.Later[i].Workloads, has)
	}
	r.Later = slices.DeleteFunc(r.Later, func(p Part) bool { return len(p.Workloads) == 0 })
	if len(anew) > 0 {
		r.Later = append(r.Later, Part{other.Machine, anew})
	}
}

// Median is the middle sample; of an even number the mean of the two.
func (s Series) Median() float64 { return Quantile(s.Samples, 0.5) }

// Least and Most are the ends of the spread.
func (s Series) Least() float64 { return slices.Min(s.Samples) }

// Most is the largest sample.
func (s Series) Most() float64 { return slices.Max(s.Samples) }

// Quantile is the value below which the share q of the samples lies, between
// two of them by their distance. Without samples it is no number.
func Quantile(samples []float64, q float64) float64 {
	if len(samples) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(samples))
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low+1 == len(sorted) {
		return sorted[low]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// Read reads the file of a run.
func Read(path string) (*Result, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &Result{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Write writes the file of a run, a series a line.
func (r *Result) Write(path string) error {
	head := *r
	head.Series = nil
	text, err := json.MarshalIndent(head, "", "\t")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.Write(bytes.TrimSuffix(text, []byte("\"Series\": null\n}")))
	b.WriteString("\"Series\": [")
	for i, s := range r.Series {
		line, err := json.Marshal(s)
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n\t\t")
		b.Write(line)
	}
	b.WriteString("\n\t]\n}\n")
	return os.WriteFile(path, b.Bytes(), 0o644)
}
