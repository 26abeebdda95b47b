package show

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"text/tabwriter"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/network"
)

type pathsJSON struct {
	From originJSON `json:"from"`
	To   originJSON `json:"to"`
	Hops []hopJSON  `json:"hops"`
	// Ends are all ends that packets come to, in words.
	Ends []string `json:"ends"`
	Loop bool     `json:"loop"`
	// PathMTU is what passes on all ways, in octets; zero: there is no way.
	PathMTU int `json:"path_mtu"`
}

type originJSON struct {
	Name    string     `json:"name"`
	Address netip.Addr `json:"address"`
}

type hopJSON struct {
	Number int    `json:"number"`
	Node   string `json:"node"`
	// Addresses are what a traceroute shows; none: nothing.
	Addresses []netip.Addr `json:"addresses"`
	// Distance is the least sum of metrics to here.
	Distance int        `json:"distance"`
	Verdict  string     `json:"verdict"`
	Next     []stepJSON `json:"next"`
}

type stepJSON struct {
	Interface string      `json:"interface"`
	Via       *netip.Addr `json:"via,omitempty"`
	// Of all packets, Weight of the sum of all weights go this way.
	Weight int `json:"weight"`
	// Node and Link are the next, or Device is the end.
	Node   string `json:"node,omitempty"`
	Link   string `json:"link,omitempty"`
	Device string `json:"device,omitempty"`
	MTU    int    `json:"mtu"`
	Metric int    `json:"metric,omitempty"`
	// Addresses are what a traceroute shows of the next node when packets come this way.
	Addresses []netip.Addr `json:"addresses,omitempty"`
	// Dropped is why the next node drops what comes this way.
	Dropped  string       `json:"dropped,omitempty"`
	Back     bool         `json:"back,omitempty"`
	Behavior behaviorJSON `json:"behavior,omitempty"`

	words string
	hop   int
	// number is that of the host behind the device.
	number int
	// answers are the addresses of the host behind the device, if it has the destination.
	answers []netip.Addr
}

// Paths prints all ways of packets between two places. family is 4, 6, or 0 for that which both have. The error is for
// who asked.
func Paths(w io.Writer, p *network.Plan, from, to string, family int, format string) error {
	begin, err := find(p, from)
	if err != nil {
		return err
	}
	if begin.node < 0 {
		return fmt.Errorf("%s: %w", from, errNoOrigin)
	}
	end, err := find(p, to)
	if err != nil {
		return err
	}
	src, dst, err := agree(begin, end, family)
	if err != nil {
		return err
	}
	paths, err := p.Paths(network.Origin{Node: begin.node, Interface: begin.face, Source: src}, dst)
	if err != nil {
		return err
	}
	j := toPaths(p, paths)
	j.From, j.To = originJSON{begin.label, src}, originJSON{end.label, dst}
	return print(w, j, format)
}

func toPaths(p *network.Plan, paths *network.Paths) *pathsJSON {
	j := &pathsJSON{Ends: []string{}, Loop: paths.Looping}
	for i := range paths.Hops {
		h := &paths.Hops[i]
		hop := hopJSON{Number: h.Number, Node: p.Nodes[h.Node].Name, Addresses: orEmpty(h.Seen), Next: []stepJSON{}, Verdict: verdict(h.Verdict)}
		for k := range h.Next {
			hop.Next = append(hop.Next, toStep(p, paths, h, &h.Next[k]))
		}
		j.Hops = append(j.Hops, hop)
	}
	if lost := paths.Entry.Lost; lost != drop.Alive {
		j.Hops[0].Verdict = "dropped: " + lost.String()
	}
	j.measure()
	j.end()
	return j
}

func verdict(v forwarding.Verdict) string {
	switch v.Action {
	case forwarding.Forward:
		return "forward"
	case forwarding.Deliver:
		return "deliver"
	}
	if v.Reason == drop.Alive {
		return "" // nothing comes further than here
	}
	return "dropped: " + v.Reason.String()
}

func toStep(p *network.Plan, paths *network.Paths, h *network.Hop, s *network.Step) stepJSON {
	on := &p.Nodes[h.Node].Interfaces[s.Way.Link]
	j := stepJSON{Interface: on.Name, Weight: s.Weight, MTU: on.Room(), Addresses: s.Seen, Back: s.Back, hop: s.Hop}
	if s.Via.IsValid() {
		j.Via = &s.Via
	}
	if s.Lost != drop.Alive {
		j.Dropped = s.Lost.String()
	}
	if s.Cable < 0 {
		j.Device, j.number = on.Device.String(), h.Number+1
		if h.Number > 0 && p.Nodes[h.Node].Settings.KeepTTL {
			j.number--
		}
		for _, a := range on.Device.Addresses {
			if a.Addr() == paths.Destination {
				j.answers = []netip.Addr{a.Addr()}
			}
		}
		return j
	}
	l := &p.Links[s.Cable]
	j.Node, j.Link, j.Metric = p.Nodes[paths.Hops[s.Hop].Node].Name, l.Name, max(1, l.Metric[s.To])
	j.Behavior, j.words = toBehavior(&l.To[s.To]), words(&l.To[s.To])
	return j
}

// measure finds the distance of each hop, and the narrowest link.
func (j *pathsJSON) measure() {
	known := make([]bool, len(j.Hops))
	known[0] = true
	for again := true; again; {
		again = false
		for i := range j.Hops {
			for _, s := range j.Hops[i].Next {
				if !known[i] || s.hop < 0 {
					continue
				}
				if d := j.Hops[i].Distance + s.Metric; !known[s.hop] || d < j.Hops[s.hop].Distance {
					known[s.hop], j.Hops[s.hop].Distance, again = true, d, true
				}
			}
		}
	}
	for i := range j.Hops {
		for _, s := range j.Hops[i].Next {
			if j.PathMTU == 0 || s.MTU < j.PathMTU {
				j.PathMTU = s.MTU
			}
		}
	}
}

// end says where all ways end.
func (j *pathsJSON) end() {
	for _, h := range j.Hops {
		switch {
		case h.Verdict == "deliver":
			j.Ends = append(j.Ends, "delivered to node "+h.Node)
		case strings.HasPrefix(h.Verdict, "dropped"):
			j.Ends = append(j.Ends, h.Verdict+" at "+h.Node)
		}
		for _, s := range h.Next {
			switch {
			case s.Device != "" && len(s.answers) == 0:
				j.Ends = append(j.Ends, "handed by "+h.Node+" to "+s.Device+", which does not have the address")
			case s.Device != "":
				j.Ends = append(j.Ends, "handed by "+h.Node+" to "+s.Device)
			case s.Dropped != "":
				j.Ends = append(j.Ends, "dropped: "+s.Dropped+" at "+s.Node+", coming from "+h.Node)
			case s.Back:
				j.Ends = append(j.Ends, "loop: from "+h.Node+" back to "+s.Node)
			}
		}
	}
}

// seen is what a traceroute prints.
func seen(addresses []netip.Addr) string { return texts(addresses, "*") }

func (j *pathsJSON) table(out io.Writer) error {
	fmt.Fprintf(out, "from %s to %s\n\n", j.From, j.To)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, h := range j.Hops {
		number, node, shows := fmt.Sprint(h.Number), h.Node, seen(h.Addresses)
		if h.Number == 0 {
			number, shows = "-", "-"
		}
		if len(h.Next) == 0 {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", number, node, shows, h.Verdict)
		}
		for _, s := range h.Next {
			fmt.Fprintf(w, "%s\t%s\t%s\t> %s\t%s\n", number, node, shows, s.next(), strings.Join(s.facts(h.weights()), "\t"))
			number, node, shows = "", "", ""
		}
	}
	for _, h := range j.Hops {
		for _, s := range h.Next {
			if s.Device != "" {
				fmt.Fprintf(w, "%d\t%s\t%s\n", s.number, s.Device, seen(s.answers))
			}
		}
	}
	w.Flush()
	fmt.Fprintln(out)
	if j.PathMTU > 0 {
		fmt.Fprintf(out, "path MTU %d\n", j.PathMTU)
	}
	_, err := fmt.Fprintln(out, strings.Join(j.Ends, "\n"))
	return err
}

func (o originJSON) String() string {
	if address := o.Address.String(); o.Name != address {
		return o.Name + " (" + address + ")"
	}
	return o.Name
}

// weights is the sum of those of all steps.
func (h *hopJSON) weights() (sum int) {
	for _, s := range h.Next {
		sum += s.Weight
	}
	return sum
}

// next is where a step leads.
func (s *stepJSON) next() string {
	if s.Device != "" {
		return s.Device
	}
	return s.Node
}

// facts are what is to be said of a step: of so many packets it has its weight.
func (s *stepJSON) facts(of int) []string {
	facts := []string{"by " + s.Interface, fmt.Sprintf("MTU %d", s.MTU)}
	var more []string
	if s.Metric > 0 {
		more = append(more, fmt.Sprintf("metric %d", s.Metric))
	}
	if of > s.Weight {
		more = append(more, fmt.Sprintf("%d of %d", s.Weight, of))
	}
	if s.words != "" {
		more = append(more, s.words)
	}
	if s.Dropped != "" {
		more = append(more, "DROPPED there: "+s.Dropped)
	}
	if s.Back {
		more = append(more, "BACK")
	}
	if len(more) > 0 {
		facts = append(facts, strings.Join(more, ", "))
	}
	return facts
}
