package linktest

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteText writes the report as a table.
func (r *Report) WriteText(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "what\tpackets\terror p50\tp99\tmax\twith waking up\twanted\tmet")
	for _, row := range r.Rows {
		fmt.Fprintln(w, row.line())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, row := range r.Rows {
		if row.InFlight > 0 {
			fmt.Fprintf(out, "\n%s: %d, %.0f MB of memory, %d octets each\n", row.What, row.InFlight,
				float64(row.Memory)/1e6, row.Memory/int64(row.InFlight))
		}
	}
	m := r.Machine
	fmt.Fprintf(out, `
The error is from the moment that the router reads a packet to the moment that it writes it, less what the
links delay; "with waking up" is the 99th percentile from the moment that the packet was there to be read.
Half of the packets are IPv4, half IPv6. This machine, %d processors: a thread that sleeps wakes up %.0f µs late, %.0f µs one
in 100 times, %.0f µs at most; one that does not sleep stood still for up to %.0f µs, and for %.1f %% of the time in all.
`, m.Processors, m.SleepP50, m.SleepP99, m.SleepMax, m.GapMax, 100*m.Held)
	for _, row := range r.Rows {
		if !row.Met {
			fmt.Fprintf(out, "not met: %s: %s\n", row.What, row.Why)
		}
	}
	verdict := "Every bar is met."
	if !r.Met {
		verdict = "Not every bar is met on this machine now."
	}
	_, err := fmt.Fprintln(out, verdict)
	return err
}

// line is a row of the table, its cells apart by tabs.
func (r Row) line() string {
	met := map[bool]string{true: "yes", false: "no"}[r.Met]
	packets := fmt.Sprint(r.Packets)
	if r.Arrived != r.Packets {
		packets = fmt.Sprintf("%d of %d", r.Arrived, r.Packets)
	}
	if r.Rate != nil {
		return fmt.Sprintf("%s\t%s\t%+.3f %%\t\t\t\t± %g %%\t%s", r.What, packets, r.Rate.Error, r.Bar, met)
	}
	e := r.Error
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s\t≤ %s\t%s", r.What, packets, short(e.P50), short(e.P99), short(e.Max), short(e.Woken), short(r.Bar), met)
}

// short writes microseconds.
func short(us float64) string {
	switch {
	case us < 10:
		return fmt.Sprintf("%.1f µs", us)
	case us < 10_000:
		return fmt.Sprintf("%.0f µs", us)
	}
	return fmt.Sprintf("%.1f ms", us/1e3)
}
