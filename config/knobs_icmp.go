package config

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
)

// kinds are what the file says of each kind of message.
func (c *ICMP) kinds() [ratelimit.NumKinds]*Message {
	return [...]*Message{
		ratelimit.TooBig:           &c.PacketTooBig,
		ratelimit.TimeExceeded:     &c.TimeExceeded,
		ratelimit.Unreach:          &c.Unreachable,
		ratelimit.ParameterProblem: &c.ParameterProblem,
		ratelimit.Redirect:         &c.Redirect,
	}
}

// policies is what the node does about each kind of message that it owes.
func (c ICMP) policies() (p [ratelimit.NumKinds]forwarding.Policy) {
	for kind, m := range c.kinds() {
		p[kind] = forwarding.Policy{Drop: m.Action == "drop", Every: m.Every}
		for _, a := range m.Source {
			if a.Is4() {
				p[kind].Source4 = a
			} else {
				p[kind].Source6 = a
			}
		}
	}
	return p
}

// labels is the label stack of an interface. What is told of a label beyond its
// number is the router's to say.
func (i Interface) labels() (stack []icmpgen.Label) {
	for _, label := range i.MPLS {
		stack = append(stack, icmpgen.Label{Label: uint32(label)})
	}
	return stack
}

// mostLabels bounds a label stack: more do not fit beside the quote where errors
// are short, and nobody pushes as many.
const mostLabels = 16

func (s *source) checkLabels(i Interface, path string) {
	if len(i.MPLS) > mostLabels {
		s.refuse(path+".mpls", fmt.Sprintf("%d labels are too many", len(i.MPLS)), fmt.Sprintf("at most %d", mostLabels))
	}
}

// checkPolicies checks what the file says of each kind of message.
func (n *neighbourhood) checkPolicies(path string) {
	icmp := n.node.ICMP
	for kind, m := range icmp.kinds() {
		at := join(path, messages[kind])
		n.checkSources(m.Source, ratelimit.Kind(kind), at+".source")
		if m.Action != "drop" {
			continue
		}
		for _, key := range []string{".every", ".source", ".rate"} {
			if n.has(at + key) {
				n.warn(at+key, "the node sends none of them", "")
			}
		}
	}
}

// checkSources checks the addresses that messages of a kind shall come from: one of
// each family, and such as can be a source.
func (n *neighbourhood) checkSources(sources []netip.Addr, kind ratelimit.Kind, path string) {
	if kind == ratelimit.Redirect && len(sources) > 0 {
		n.warn(path, "redirects come from the interface that they leave by (RFC 4861 §4.5)", "")
	}
	for i, a := range sources {
		at := fmt.Sprintf("%s[%d]", path, i)
		if !a.IsValid() {
			continue
		}
		if what := n.reserved(a, netip.PrefixFrom(a, a.BitLen())); what != "" || local(a) {
			if what == "" {
				what = "link-local, and means nothing on other links"
			}
			n.refuse(at, fmt.Sprintf("%s is %s", a, what), "an address that a message can come from")
			continue
		}
		if before := slices.IndexFunc(sources[:i], func(b netip.Addr) bool { return b.IsValid() && b.Is4() == a.Is4() }); before >= 0 {
			n.refuse(at, fmt.Sprintf("%s is of the family of %s", a, sources[before]), "one address of each family")
			continue
		}
		if !n.vague && !slices.ContainsFunc(n.own, func(o own) bool { return o.prefix.Addr() == a }) {
			n.warn(at, fmt.Sprintf("%s is no address of the node", a), "")
		}
	}
}
