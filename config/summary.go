package config

import (
	"fmt"
	"io"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/tundev"
)

// fewNodes is how many nodes are still printed one by one.
const fewNodes = 64

// Summary says for people what a router with this file would do: node by node,
// and link by link; of a large network, in short.
func (f *File) Summary() string {
	var b strings.Builder
	if set := knobs(*f, "$schema"); len(set) > 0 {
		fmt.Fprintf(&b, "all nodes\n  with  %s\n\n", strings.Join(set, ", "))
	}
	plan := f.Plan()
	if len(plan.Nodes) > fewNodes {
		f.printNetwork(&b, plan)
		return b.String()
	}
	far := f.farEnds()
	for i, n := range plan.Nodes {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "node %s\n", n.Name)
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		node := f.Nodes[n.Name]
		printKnobs(w, node)
		if len(n.Settings.Loopbacks) > 0 {
			fmt.Fprintf(w, "  itself\tloopback\t%s\n", addresses(n.Settings.Loopbacks))
		}
		for _, i := range n.Interfaces {
			printInterface(w, i, node.Interfaces[i.Name], far[end{n.Name, i.Name}])
			printBoxes(w, node.Interfaces[i.Name])
		}
		printRoutes(w, n.Routes[len(node.listed):])
		if node.RoutesFile != "" {
			fmt.Fprintf(w, "  routes\t%d\tof %s\n", len(node.listed), node.RoutesFile)
		}
		printLimits(w, n.Limits)
		printForgers(w, node.Forge)
		w.Flush()
	}
	f.printLinks(&b)
	if len(f.Timeline) > 0 {
		b.WriteString("\ntimeline\n")
	}
	for i := range f.Timeline {
		fmt.Fprintf(&b, "  %s\n", &f.Timeline[i])
	}
	return b.String()
}

// printInterface prints an interface, and what the file says of it. What the
// file does not say is a link-local address that was made. far is the other end of its link.
func printInterface(w io.Writer, i network.Interface, said Interface, far string) {
	given, side := len(said.Addresses), "router"
	if far != "" {
		side = "to " + far
	}
	fmt.Fprintf(w, "  %s\t%s\t%s\tMTU %d", i.Name, side, list(i.Addresses[:given]), i.MTU)
	for _, made := range i.Addresses[given:] {
		fmt.Fprintf(w, ", link-local %s", made.Addr())
	}
	for _, knob := range knobs(said, "mtu") {
		fmt.Fprintf(w, ", %s", knob)
	}
	fmt.Fprintln(w)
	if far != "" {
		return
	}
	where := ""
	if i.Device.Backend != tundev.Kernel {
		where = fmt.Sprintf(" by %s", i.Device.Backend)
	}
	fmt.Fprintf(w, "  \t%s%s\t%s\tMTU %d", i.Device, where, list(i.Device.Addresses), i.Device.MTU)
	if len(i.Device.Routes) > 0 {
		fmt.Fprintf(w, ", routes %s", list(i.Device.Routes))
	}
	for _, knob := range knobs(said.TUN, "device", "netns", "name", "mtu") {
		fmt.Fprintf(w, ", %s", knob)
	}
	fmt.Fprintln(w)
}

// knobs lists the words, numbers and addresses of one object, and the lists of
// them, that are not what they are by default, each with its key.
func knobs(object any, but ...string) (set []string) {
	v := reflect.ValueOf(object)
	for _, f := range grammar[v.Type()] {
		value := reflect.Indirect(v.FieldByIndex(f.index))
		switch {
		case !value.IsValid() || slices.Contains(but, f.name):
			continue
		case value.Type() == addrType || slices.Contains([]reflect.Kind{reflect.String, reflect.Int, reflect.Bool}, value.Kind()):
		case value.Kind() == reflect.Slice && (value.Type().Elem() == addrType || slices.Contains([]reflect.Kind{reflect.Int, reflect.String}, value.Type().Elem().Kind())):
		default:
			continue
		}
		given := !v.FieldByIndex(f.index).IsZero()
		if text := strings.Trim(fmt.Sprint(value.Interface()), "[]"); given && text != f.preset {
			set = append(set, f.name+" "+text)
		}
	}
	return set
}

func list(prefixes []netip.Prefix) string {
	if len(prefixes) == 0 {
		return "no address"
	}
	text := make([]string, len(prefixes))
	for i, p := range prefixes {
		text[i] = p.String()
	}
	return strings.Join(text, ", ")
}

func printRoutes(w io.Writer, routes []forwarding.Route) {
	for i, r := range routes {
		label := ""
		if i == 0 {
			label = "routes"
		}
		what := where(r.Via, r.Link)
		if r.Group != nil {
			what = ways(r.Group)
		}
		for word, kind := range kinds {
			if kind == r.Kind && kind != forwarding.Unicast {
				what = word
			}
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", label, r.To, what)
	}
}

// where prints one way of a route.
func where(via netip.Addr, link string) string {
	switch {
	case !via.IsValid():
		return "on " + link
	case link != "":
		return fmt.Sprintf("via %s on %s", via, link)
	}
	return fmt.Sprintf("via %s", via)
}

// messages names the kinds of messages as the grammar does.
var messages = [ratelimit.NumKinds]string{
	ratelimit.TooBig:           "packet_too_big",
	ratelimit.TimeExceeded:     "time_exceeded",
	ratelimit.Unreach:          "unreachable",
	ratelimit.ParameterProblem: "parameter_problem",
	ratelimit.Redirect:         "redirect",
	ratelimit.SourceQuench:     "source_quench",
}

// printLimits prints the limits of each kind that nodes send without being told to, or of all if they are the same.
func printLimits(w io.Writer, limits ratelimit.Limits) {
	kinds := messages[:ratelimit.SourceQuench]
	if !slices.ContainsFunc(limits[:ratelimit.SourceQuench], func(l ratelimit.Limit) bool { return l != limits[0] }) {
		kinds = []string{"each kind"}
	}
	for i, kind := range kinds {
		label, l := "", limits[i]
		if i == 0 {
			label = "errors"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s in all\t%s to one destination\n", label, kind, rate(l.Total), rate(l.PerDestination))
	}
}

func rate(r ratelimit.Rate) string {
	switch {
	case r.Unlimited:
		return "unlimited"
	case r.PPS == 0:
		return "none"
	}
	return fmt.Sprintf("%d/s, burst %d", r.PPS, r.Burst)
}

// MessageKind names a kind of messages as the grammar does.
func MessageKind(k ratelimit.Kind) string { return messages[k] }
