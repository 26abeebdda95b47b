// Package report makes tables, charts and the verdict on the bars out of what a
// benchmark measured. Every figure of the document comes through here.
package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/icmprouter/icmprouter/bench/result"
)

// Text is all of a run, for a terminal.
func Text(r *result.Result) string {
	var b strings.Builder
	m := r.Machine
	fmt.Fprintf(&b, "%s, %d processors, %s, %s, %s; %d rounds of %gs samples; medians (least … most)\n\n",
		m.CPU, m.CPUs, m.Kernel, m.Go, m.Commit, m.Rounds, m.Sample)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, workload := range r.Workloads {
		for _, contender := range measured(r, workload.Name) {
			fmt.Fprintf(w, "%s\t%s", workload.Name, contender)
			for _, metric := range metrics {
				if text := cell(r, workload.Name, contender, metric); text != "" {
					fmt.Fprintf(w, "\t%s %s", metric, text)
				}
			}
			fmt.Fprintln(w)
		}
	}
	w.Flush()
	b.WriteString("\nBars:\n")
	w = tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, v := range judge(r) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", v.bar.what, v.bar.want(), v.got, v.met)
	}
	w.Flush()
	for _, s := range r.Skipped {
		fmt.Fprintf(&b, "skipped %s: %s\n", s.Name, s.About)
	}
	return b.String()
}

// measured are those who did a workload: contenders in their order, then others.
func measured(r *result.Result, workload string) (list []string) {
	add := func(name string) {
		did := slices.ContainsFunc(r.Series, func(s *result.Series) bool { return s.Workload == workload && s.Contender == name })
		if did && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, c := range r.Contenders {
		add(c.Name)
	}
	for _, s := range r.Series {
		add(s.Contender)
	}
	return list
}

// Format writes a figure with its unit, to three digits.
func Format(v float64, unit string) string {
	switch unit {
	case "bit/s", "packets/s", "errors/s", "crossings/s", "packets":
		return scaled(v, unit)
	case "B":
		return scaled(v, unit)
	case "%":
		return digits(v) + " %"
	case "per packet":
		return fmt.Sprintf("%.2g", v)
	}
	return digits(v) + " " + unit
}

// scaled uses k, M and G as they are meant: thousands.
func scaled(v float64, unit string) string {
	short := map[string]string{"packets/s": "pps", "errors/s": "/s", "crossings/s": "/s", "packets": ""}
	if s, found := short[unit]; found {
		unit = s
	}
	for _, prefix := range []string{"", "k", "M", "G"} {
		if math.Abs(v) < 999.5 || prefix == "G" {
			return digits(v) + " " + prefix + unit
		}
		v /= 1000
	}
	return ""
}

// digits writes three significant digits.
func digits(v float64) string {
	switch a := math.Abs(v); {
	case a >= 99.95:
		return fmt.Sprintf("%.0f", v)
	case a >= 9.995:
		return fmt.Sprintf("%.1f", v)
	case a >= 0.9995:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
