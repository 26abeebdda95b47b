package conformance

import (
	"fmt"
	"io"
	"time"
)

// patience is how long a router that was just started may take to forward.
const patience = 3 * time.Second

// Target is a kind of router that cases can be sent to.
type Target struct {
	Name string
	// linux says that the deviations of Linux are known.
	linux bool
	// cannot says what of the needs the router does not have, "" if it has all.
	cannot func(Needs) string
	// ready says why the router cannot be brought up at all.
	ready func() error
	// start brings the router up. close takes it down.
	start func(Needs) (router Router, close func() error, err error)
}

// Ready says what is missing to bring the router up: rights, tools.
func (t Target) Ready() error { return t.ready() }

// Probe sends the cases to the target, tells each result, and returns all in the
// order of the cases.
func (t Target) Probe(cases []Case, tell func(Result)) []Result {
	results := map[*Case]Result{}
	for _, s := range settings(cases) {
		for c, r := range t.probe(s) {
			results[c] = r
		}
	}
	var list []Result
	for i := range cases {
		r := results[&cases[i]]
		list = append(list, r)
		tell(r)
	}
	return list
}

// probe sends the cases of one setting.
func (t Target) probe(s *setting) map[*Case]Result {
	results := map[*Case]Result{}
	var able []*Case
	for _, c := range s.cases {
		why := t.cannot(c.Needs)
		if t.linux && c.linuxCannot {
			why = "not in Linux without help"
		}
		if why != "" {
			results[c] = Result{Case: c, Verdict: Skipped, Why: why, unsent: true}
			continue
		}
		able = append(able, c)
	}
	if len(able) == 0 {
		return results
	}
	router, stop, err := t.start(s.needs)
	if err != nil {
		for _, c := range able {
			results[c] = Result{Case: c, Verdict: Deviates, Why: err.Error(), unsent: true}
		}
		return results
	}
	p := &Prober{Router: router, Linux: t.linux}
	p.Start(patience)
	if able[0].Slow {
		p.runSlow(able, results)
	} else {
		for _, c := range able {
			results[c] = p.Run(c)
		}
	}
	if err := stop(); err != nil {
		for c, r := range results {
			if r.Verdict == Deviates {
				r.Why += "; " + err.Error()
				results[c] = r
			}
		}
	}
	return results
}

// runSlow runs cases that wait, all at once. What came is judged by each case
// without what others of them want.
func (p *Prober) runSlow(cases []*Case, results map[*Case]Result) {
	for _, c := range cases {
		results[c] = Result{Case: c}
		for _, s := range c.Send {
			for _, packet := range s.Packets {
				p.Send(s.Port, packet)
			}
		}
	}
	var got []*datagram
	for end := time.Now().Add(expiry); time.Now().Before(end); {
		if port, raw, ok := p.Receive(time.Until(end)); ok {
			got = append(got, read(port, raw))
		}
	}
	got = quieten(got)
	for _, c := range cases {
		var mine []*datagram
		for _, d := range got {
			if !wantedBy(d, cases, c) {
				mine = append(mine, d)
			}
		}
		results[c] = p.result(results[c], mine)
	}
}

// wantedBy says that another case than c wants d.
func wantedBy(d *datagram, cases []*Case, c *Case) bool {
	for _, other := range cases {
		for _, o := range other.Want {
			for _, w := range o {
				if other != c && w.Port == d.port && w.matches(other, d) == "" {
					return true
				}
			}
		}
	}
	return false
}

// List prints the cases, one a line.
func List(w io.Writer, cases []Case) error {
	section := ""
	for i := range cases {
		c := &cases[i]
		if c.Section != section {
			section = c.Section
			fmt.Fprintf(w, "%s\n", section)
		}
		more := ""
		if c.Slow {
			more = " (slow)"
		}
		if n := c.Needs.String(); n != "" {
			more += " [" + n + "]"
		}
		if _, err := fmt.Fprintf(w, "  %-12s %s IPv%s  %s%s\n", c.ID, c.Priority, c.Family, c.Title, more); err != nil {
			return err
		}
	}
	return nil
}
