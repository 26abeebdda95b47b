package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/icmprouter/icmprouter/bench/result"
)

// contenders are those of the comparison; all others of a run are levers.
var contenders = []string{"kernel", "kernel, RPS", router, "wireguard/tun", "water", "gVisor netstack"}

// levers are the names of the ablations of a run.
func levers(r *result.Result) (list []string) {
	for _, c := range r.Contenders {
		if !slices.Contains(contenders, c.Name) {
			list = append(list, c.Name)
		}
	}
	return list
}

// table writes rows of cells.
func table(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(head)
	b.WriteString("|" + strings.Repeat(" --- |", len(head)) + "\n")
	for _, row := range rows {
		line(row)
	}
	return b.String()
}

// cell is a median and its spread.
func cell(r *result.Result, workload, contender, metric string) string {
	s, found := r.Get(workload, contender, metric)
	if !found {
		return ""
	}
	return fmt.Sprintf("%s (%s…%s)", Format(s.Median(), s.Unit), bare(s.Least(), s), bare(s.Most(), s))
}

// bare is an end of the spread: without its unit where the median has the same.
func bare(v float64, s result.Series) string {
	text := Format(v, s.Unit)
	value, unit, _ := strings.Cut(text, " ")
	if strings.HasSuffix(Format(s.Median(), s.Unit), " "+unit) {
		return value
	}
	return text
}

// workloadsOf are the names of the run's workloads that begin with one of the prefixes.
func workloadsOf(r *result.Result, prefixes ...string) (list []string) {
	for _, w := range r.Workloads {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(w.Name, p) }) {
			list = append(list, w.Name)
		}
	}
	return list
}

// about is the line about a workload.
func about(r *result.Result, name string) string {
	for _, w := range r.Workloads {
		if w.Name == name {
			return w.About
		}
	}
	return name
}

// matrix has a workload a row and a contender a column.
func matrix(r *result.Result, workloads []string, metric string) string {
	var used []string
	for _, c := range contenders {
		if slices.ContainsFunc(workloads, func(w string) bool { _, found := r.Get(w, c, metric); return found }) {
			used = append(used, c)
		}
	}
	var rows [][]string
	for _, w := range workloads {
		row := []string{"`" + w + "`"}
		for _, c := range used {
			row = append(row, cell(r, w, c, metric))
		}
		if strings.Join(row[1:], "") != "" {
			rows = append(rows, row)
		}
	}
	return table(append([]string{"workload"}, used...), rows)
}

// alone has a workload that only one does a row, and a metric a column.
func alone(r *result.Result, contender string, workloads []string, metrics ...string) string {
	var rows [][]string
	for _, w := range workloads {
		row := []string{"`" + w + "`", about(r, w)}
		for _, m := range metrics {
			row = append(row, cell(r, w, contender, m))
		}
		if strings.Join(row[2:], "") != "" {
			rows = append(rows, row)
		}
	}
	return table(append([]string{"workload", "what"}, metrics...), rows)
}

// leverMetrics are what levers are compared by.
func leverMetrics(workload string) []string {
	if strings.HasPrefix(workload, "ping") {
		return []string{"p50", "p99", "own busy"}
	}
	return []string{"rate"}
}

// leverTable is each lever's median as a ratio to the router as it comes.
func leverTable(r *result.Result) string {
	var rows [][]string
	for _, w := range r.Workloads {
		for _, metric := range leverMetrics(w.Name) {
			row := []string{"`" + w.Name + "`", metric, cell(r, w.Name, router, metric)}
			for _, l := range levers(r) {
				text := ""
				if s, found := r.Get(w.Name, l, metric); found {
					text = digits(s.Median()/median(r, w.Name, router, metric)) + "×"
				}
				row = append(row, text)
			}
			if strings.Join(row[3:], "") != "" {
				rows = append(rows, row)
			}
		}
	}
	return table(append([]string{"workload", "metric", "as it comes"}, levers(r)...), rows)
}

// barTable is the verdicts.
func barTable(r *result.Result) string {
	var rows [][]string
	for _, v := range judge(r) {
		rows = append(rows, []string{v.bar.what, "`" + v.bar.workload + "`", v.bar.want(), v.got, v.met})
	}
	return table([]string{"bar", "workload", "wanted", "measured", "met"}, rows)
}

// named is a table of names and lines.
func named(list []result.Named, head ...string) string {
	var rows [][]string
	for _, n := range list {
		rows = append(rows, []string{n.Name, n.About})
	}
	return table(head, rows)
}

// skipped says what was not measured.
func skipped(r *result.Result) string {
	if len(r.Skipped) == 0 {
		return "Nothing was left out.\n"
	}
	return named(r.Skipped, "not measured", "why")
}

// machine is a sentence about where and how.
func machine(r *result.Result) string {
	m := r.Machine
	return fmt.Sprintf("%s, %d processors (%s), %s, %s; commit %s; MTU %d. %d rounds; each sample took %g s after %g s of warm-up. "+
		"Before the first round %s processors were busy with something else. The hypervisor took processors away in %d samples, which were "+
		"taken again; in nine of ten of those that count it took %s %% of their time at most.\n",
		m.Date, m.CPUs, m.CPU, m.Kernel, m.Go, m.Commit, m.MTU, m.Rounds, m.Sample, m.WarmUp, digits(m.Idle), m.Again, digits(100*m.Stolen)) + later(r)
}

// later says which parts were measured by themselves.
func later(r *result.Result) string {
	var b strings.Builder
	for _, p := range r.Later {
		m := p.Machine
		fmt.Fprintf(&b, "\nMeasured by themselves, on %s, with commit %s, rounds: %d, while %s processors were busy with something else: `%s`.\n",
			m.Date, m.Commit, m.Rounds, digits(m.Idle), strings.Join(p.Workloads, "`, `"))
	}
	return b.String()
}
