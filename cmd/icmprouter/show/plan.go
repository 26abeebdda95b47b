package show

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"text/tabwriter"

	"github.com/icmprouter/icmprouter/network"
)

type planJSON struct {
	Routing string     `json:"routing"`
	Nodes   []nodeJSON `json:"nodes"`
	Links   []linkJSON `json:"links"`
}

type nodeJSON struct {
	Node       string          `json:"node"`
	Loopbacks  []netip.Addr    `json:"loopbacks"`
	Interfaces []interfaceJSON `json:"interfaces"`
	// Routes is how many are configured.
	Routes int `json:"routes"`
}

type interfaceJSON struct {
	Interface string         `json:"interface"`
	Addresses []netip.Prefix `json:"addresses"`
	MTU       int            `json:"mtu"`
	// Link and Peer say where it leads, or Device does.
	Link   string      `json:"link,omitempty"`
	Peer   string      `json:"peer,omitempty"`
	Device *deviceJSON `json:"device,omitempty"`
}

type linkJSON struct {
	Link       string          `json:"link"`
	Up         bool            `json:"up"`
	Directions []directionJSON `json:"directions"`

	ends [2]int
}

type directionJSON struct {
	From      string         `json:"from"`
	To        string         `json:"to"`
	Addresses []netip.Prefix `json:"addresses"`
	MTU       int            `json:"mtu"`
	Metric    int            `json:"metric"`
	Behavior  behaviorJSON   `json:"behavior"`

	words string
}

// Plan prints all of a network.
func Plan(w io.Writer, p *network.Plan, format string) error { return print(w, toPlan(p), format) }

func toPlan(p *network.Plan) *planJSON {
	j := &planJSON{Routing: "static", Nodes: []nodeJSON{}, Links: []linkJSON{}}
	if p.Routing == network.ShortestPath {
		j.Routing = "shortest-path"
	}
	at := map[network.End]int{}
	for i, l := range p.Links {
		at[l.Ends[0]], at[l.Ends[1]] = i, i
		j.Links = append(j.Links, toLink(p, &l))
	}
	for n := range p.Nodes {
		nd := &p.Nodes[n]
		node := nodeJSON{Node: nd.Name, Loopbacks: orEmpty(nd.Settings.Loopbacks), Interfaces: []interfaceJSON{}, Routes: len(nd.Routes)}
		for i := range nd.Interfaces {
			on := &nd.Interfaces[i]
			face := interfaceJSON{Interface: on.Name, Addresses: orEmpty(on.Addresses), MTU: on.MTU}
			if l, ok := at[network.End{Node: n, Interface: i}]; ok {
				face.Link = p.Links[l].Name
				other := p.Links[l].Ends[0]
				if other == (network.End{Node: n, Interface: i}) {
					other = p.Links[l].Ends[1]
				}
				face.Peer = endName(p, other)
			} else {
				face.Device = &deviceJSON{on.Device.Name, on.Device.Netns, on.Device.MTU, orEmpty(on.Device.Addresses), orEmpty(on.Device.Routes)}
			}
			node.Interfaces = append(node.Interfaces, face)
		}
		j.Nodes = append(j.Nodes, node)
	}
	return j
}

func toLink(p *network.Plan, l *network.Link) linkJSON {
	j := linkJSON{Link: l.Name, Up: !l.Down}
	for i, end := range l.Ends {
		from := &p.Nodes[end.Node].Interfaces[end.Interface]
		to := &l.To[1-i]
		j.ends[i] = end.Node
		j.Directions = append(j.Directions, directionJSON{From: endName(p, end), To: endName(p, l.Ends[1-i]),
			Addresses: orEmpty(from.Addresses), MTU: from.MTU, Metric: max(1, l.Metric[1-i]), Behavior: toBehavior(to), words: words(to)})
	}
	return j
}

// wide are the addresses that are known beyond their link.
func wide(prefixes []netip.Prefix) []netip.Prefix {
	return slices.DeleteFunc(slices.Clone(prefixes), func(p netip.Prefix) bool { return p.Addr().Is6() && p.Addr().IsLinkLocalUnicast() })
}

func (p *planJSON) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	devices := 0
	for _, n := range p.Nodes {
		fmt.Fprintf(w, "node %s", n.Node)
		if len(n.Loopbacks) > 0 {
			fmt.Fprintf(w, "  %s", texts(n.Loopbacks, ""))
		}
		fmt.Fprintln(w)
		for _, i := range n.Interfaces {
			to := i.Peer
			if i.Device != nil {
				devices++
				to = i.Device.String()
			}
			fmt.Fprintf(w, "  %s\t> %s\t%s\tMTU %d", i.Interface, to, texts(wide(i.Addresses), "no address"), i.MTU)
			if i.Device != nil {
				fmt.Fprintf(w, "\tfor %s", texts(i.Device.Addresses, "no address"))
			}
			fmt.Fprintln(w)
		}
		if n.Routes > 0 {
			fmt.Fprintf(w, "  %s\n", count(n.Routes, "route"))
		}
		w.Flush() // each node has columns of its own
	}
	if len(p.Links) > 0 {
		fmt.Fprintln(w)
	}
	for _, l := range p.Links {
		for i, d := range l.Directions {
			name := ""
			if i == 0 {
				name = "link " + l.Link
			}
			fmt.Fprintf(w, "%s\t%s > %s\tMTU %d\tmetric %d", name, d.From, d.To, d.MTU, d.Metric)
			if !l.Up {
				fmt.Fprint(w, "\tdown")
			} else if d.words != "" {
				fmt.Fprintf(w, "\t%s", d.words)
			}
			fmt.Fprintln(w)
		}
	}
	w.Flush()
	_, err := fmt.Fprintf(out, "\n%s, %s, %s, routing %s\n", count(len(p.Nodes), "node"), count(len(p.Links), "link"), count(devices, "device"), p.Routing)
	return err
}

func (p *planJSON) drawing() *drawing {
	d := &drawing{}
	for _, n := range p.Nodes {
		label := []string{n.Node}
		for _, a := range n.Loopbacks {
			label = append(label, a.String())
		}
		d.boxes = append(d.boxes, box{label: label})
	}
	for node, n := range p.Nodes {
		for _, i := range n.Interfaces {
			if i.Device == nil {
				continue
			}
			label := []string{i.Device.String()}
			for _, a := range i.Device.Addresses {
				label = append(label, a.Addr().String())
			}
			d.boxes = append(d.boxes, box{label: label, round: true})
			d.lines = append(d.lines, line{from: node, to: len(d.boxes) - 1, tail: hosts(i.Addresses)})
		}
	}
	for _, l := range p.Links {
		d.lines = append(d.lines, l.line())
	}
	return d
}

// line is the link with what is not as usual: another MTU than 1500, another metric than 1, what happens to packets.
func (l *linkJSON) line() line {
	there, back := l.Directions[0], l.Directions[1]
	one := line{from: l.ends[0], to: l.ends[1], tail: hosts(there.Addresses), head: hosts(back.Addresses), dashed: !l.Up}
	for _, d := range l.Directions {
		text := d.unusual()
		if len(text) > 0 && (there.MTU != back.MTU || there.Metric != back.Metric || there.words != back.words) {
			text = append([]string{d.From + " > " + d.To}, text...)
		} else if len(one.text) > 0 {
			break // both are the same
		}
		one.text = append(one.text, text...)
	}
	return one
}

func (d *directionJSON) unusual() (text []string) {
	if d.MTU != 1500 {
		text = append(text, fmt.Sprintf("MTU %d", d.MTU))
	}
	if d.Metric != 1 {
		text = append(text, fmt.Sprintf("metric %d", d.Metric))
	}
	if d.words != "" {
		text = append(text, d.words)
	}
	return text
}

// hosts are addresses without their prefix lengths.
func hosts(prefixes []netip.Prefix) (text []string) {
	for _, p := range wide(prefixes) {
		text = append(text, p.Addr().String())
	}
	return text
}
