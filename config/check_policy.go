package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/internal/nearest"
	"github.com/icmprouter/icmprouter/ratelimit"
)

// checkPolicies checks what the file says of each kind of message.
func (n *neighbourhood) checkPolicies(path string) {
	for kind, s := range n.node.ICMP.said() {
		at := join(path, sayings[kind])
		n.checkPolicy(*s.Policy, kind, at)
		for i, o := range s.overrides {
			at := fmt.Sprintf("%s.overrides[%d]", at, i)
			n.checkInvoking(o.Match, kind, at+".match")
			n.checkPolicy(o.Policy, kind, at)
			n.checkSilence(o.Policy, at)
		}
		if len(s.overrides) == 0 {
			n.checkSilence(*s.Policy, at)
		}
	}
}

// checkSilence warns of keys that nothing comes of, since no message is sent.
func (n *neighbourhood) checkSilence(p Policy, path string) {
	if p.Action != "drop" {
		return
	}
	for _, f := range grammar[messageType] {
		if at := path + "." + f.name; f.name != "action" && f.name != "overrides" && n.has(at) {
			n.warn(at, "the node sends none of them", "")
		}
	}
}

// checkPolicy checks one policy of a kind.
func (n *neighbourhood) checkPolicy(p Policy, kind int, path string) {
	n.checkProbability(p.Probability, path+".probability")
	n.checkDuration(p.Delay, path+".delay", false)
	n.checkFamilies(p.Target, path+".target")
	for i, a := range p.Target {
		if a.IsValid() {
			n.usable(a, fmt.Sprintf("%s.target[%d]", path, i), "an address that a message can go to")
		}
	}
	n.checkSources(p.Source, ratelimit.Kind(kind), path+".source")
	if _, ok := parseClaim(p.MTU); !ok {
		n.refuse(path+".mtu", quote(p.MTU)+" is no MTU", fmt.Sprintf(`"true", "zero", a number from 0 to %d, or one that is added, as "+20" or "-40"`, maxClaim))
	}
	if ratelimit.Kind(kind) != ratelimit.TooBig && n.has(path+".mtu") {
		n.refuse(path+".mtu", "only Packet Too Big tells an MTU", `"packet_too_big", or no "mtu"`)
	}
	for _, key := range []string{".quote", ".quoted"} {
		if kind == int(forwarding.Echo) && n.has(path+key) {
			n.refuse(path+key, "an echo reply quotes no packet, but returns the data of the request", "no such key here")
		}
	}
	if q := p.Quoted; q != nil {
		n.checkFamilies(q.Source, path+".quoted.source")
		n.checkFamilies(q.Destination, path+".quoted.destination")
		if q.Outer != nil {
			n.checkFamilies(q.Outer.Source, path+".quoted.outer.source")
			n.checkFamilies(q.Outer.Destination, path+".quoted.outer.destination")
		}
	}
}

// checkInvoking checks which messages an override is for.
func (n *neighbourhood) checkInvoking(i Invoking, kind int, path string) {
	n.checkMatch(i.Match, path)
	n.checkInterface(i.In, path+".in")
	n.checkInterface(i.Out, path+".out")
	if _, ok := parseCode(i.Code, kind); ok {
		return
	}
	var names []string
	for _, name := range codes(kind) {
		names = append(names, strings.TrimSuffix(name, "-unreachable"))
	}
	if slices.Sort(names); len(names) < 2 {
		n.refuse(path+".code", "there is one message of this kind", `no "code"`)
		return
	}
	n.wrong(n.places[path+".code"], path+".code", quote(i.Code)+" is no message of this kind", oneOf(names), nearest.Word(i.Code, names))
}

// checkFamilies checks that of addresses there is one of each family at most.
func (s *source) checkFamilies(addresses []netip.Addr, path string) {
	for i, a := range addresses {
		if a.IsValid() {
			s.checkFamily(addresses[:i], a, fmt.Sprintf("%s[%d]", path, i))
		}
	}
}

// usable says whether an address may be one node's, and means something beyond a link.
func (n *neighbourhood) usable(a netip.Addr, path, expected string) bool {
	what := n.reserved(a, netip.PrefixFrom(a, a.BitLen()))
	if what == "" && local(a) {
		what = "link-local, and means nothing on other links"
	}
	if what != "" {
		n.refuse(path, fmt.Sprintf("%s is %s", a, what), expected)
	}
	return what == ""
}

// checkFamily says whether an address is of another family than those before.
func (s *source) checkFamily(before []netip.Addr, a netip.Addr, path string) bool {
	i := slices.IndexFunc(before, func(b netip.Addr) bool { return b.IsValid() && b.Is4() == a.Is4() })
	if i >= 0 {
		s.refuse(path, fmt.Sprintf("%s is of the family of %s", a, before[i]), "one address of each family")
	}
	return i < 0
}

// checkSources checks what messages of a kind shall come from: one word, or addresses of
// each family, and such as can be a source.
func (n *neighbourhood) checkSources(sources []string, kind ratelimit.Kind, path string) {
	if kind == ratelimit.Redirect && len(sources) > 0 {
		n.warn(path, "redirects come from the interface that they leave by (RFC 4861 §4.5)", "")
	}
	var before []netip.Addr
	for i, text := range sources {
		at := fmt.Sprintf("%s[%d]", path, i)
		if _, word := froms[text]; word || text == "" {
			if word && len(sources) > 1 {
				n.refuse(at, quote(text)+" beside others", "the word alone, or addresses")
			}
			continue
		}
		if !strings.ContainsAny(text, ".:") {
			words := slices.Sorted(maps.Keys(froms))
			n.wrong(n.places[at], at, quote(text)+" is neither a word nor an address", oneOf(words)+", or "+addrForm, nearest.Word(text, words))
			continue
		}
		a, ok := n.parseAddr(text, n.places[at], at)
		if !ok || !n.usable(a, at, "an address that a message can come from") || !n.checkFamily(before, a, at) {
			continue
		}
		before = append(before, a)
		if !n.vague && !slices.ContainsFunc(n.own, func(o own) bool { return o.prefix.Addr() == a }) {
			n.warn(at, fmt.Sprintf("%s is no address of the node", a), "")
		}
	}
}
