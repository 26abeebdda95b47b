package config

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// device is what tells TUNs apart: where one is, and its name there.
type device struct{ netns, name string }

// checkDevice checks where a TUN shall be and what it is called there.
func (s *source) checkDevice(t TUN, path string, devices map[device]string) {
	netns, problem := namespace(t.Netns)
	if problem != "" {
		s.refuse(path+".netns", problem, "a name under /run/netns, an absolute path, or pid:N")
	}
	if t.Name == "" {
		return
	}
	if problem := deviceName(t.Name); problem != "" {
		s.refuse(path+".name", quote(t.Name)+" "+problem, "")
		return
	}
	d := device{netns, t.Name}
	if first, ok := devices[d]; ok {
		s.refuse(path+".name", fmt.Sprintf("%q is already %s (%s)", t.Name, first, s.place(first)),
			"each device name once in a namespace")
		return
	}
	devices[d] = path + ".name"
}

// namespace checks the name of a namespace, and returns the form that all names
// of the same namespace share, as far as names can tell.
func namespace(netns string) (same, problem string) {
	pid, isPID := strings.CutPrefix(netns, "pid:")
	if isPID {
		n, err := strconv.ParseInt(pid, 10, 32)
		if err != nil || n < 1 || pid[0] == '+' {
			return netns, quote(pid) + " is no process"
		}
		return fmt.Sprint("pid:", n), ""
	}
	if strings.ContainsRune(netns, 0) {
		return netns, quote(netns) + " holds the character NUL"
	}
	if filepath.IsAbs(netns) {
		clean := filepath.Clean(netns)
		for _, dir := range []string{"/run/netns/", "/var/run/netns/"} {
			if name, ok := strings.CutPrefix(clean, dir); ok && !strings.Contains(name, "/") {
				return name, ""
			}
		}
		return clean, ""
	}
	switch {
	case strings.Contains(netns, "/"):
		return netns, quote(netns) + " is neither a name nor an absolute path"
	case netns == "." || netns == "..":
		return netns, quote(netns) + " is no name"
	case len(netns) > 255:
		return netns, quote(netns) + " is too long for a name"
	}
	return netns, ""
}

// deviceName says what keeps the kernel from giving a device that name.
func deviceName(name string) string {
	odd := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("/:%", r) }
	switch {
	case len(name) > 15:
		return fmt.Sprintf("has %d bytes; a device name has at most 15", len(name))
	case strings.ContainsFunc(name, odd):
		return "is no device name: it holds white space, a control character, '/', ':' or '%'"
	case name == "." || name == "..":
		return "is no device name"
	case slices.Contains([]string{"lo", "all", "default"}, name):
		return "is a name that the kernel keeps for itself"
	}
	return ""
}

// checkTUN checks the addresses and routes of the kernel's side of an interface.
func (n *neighbourhood) checkTUN(name string) {
	i, path := n.node.Interfaces[name], join(n.interfaces, name)
	for k, p := range i.TUN.Addresses {
		at := fmt.Sprintf("%s.tun.addresses[%d]", path, k)
		if p.IsValid() {
			n.checkPeer(p, name, at)
			n.checkTwice(i.TUN.Addresses[:k], p, at)
		}
	}
	for k, p := range i.TUN.Routes {
		at := fmt.Sprintf("%s.tun.routes[%d]", path, k)
		if p.IsValid() {
			n.checkMasked(p, at)
			n.checkTwice(i.TUN.Routes[:k], p, at)
		}
	}
}

// checkPeer checks an address of the kernel's side against the node's own.
func (n *neighbourhood) checkPeer(p netip.Prefix, name, path string) {
	iface := join(n.interfaces, name)
	if what := n.reserved(p.Addr(), p); what != "" {
		n.refuse(path, p.Addr().String()+" is "+what, "an address of a host")
		return
	}
	for _, o := range n.own {
		if o.is(p.Addr(), iface) {
			n.refuse(path, fmt.Sprintf("%s is the router's own: %s (%s)", p.Addr(), o.path, n.place(o.path)),
				"another address of the same prefix")
			return
		}
	}
	on := func(o own) bool { return o.iface == iface && o.connects(p.Addr(), iface) }
	by := func(p Path) bool { return p.Interface == name }
	to := func(r Route) bool {
		return (r.Interface == name || slices.ContainsFunc(r.Paths, by)) && r.To.Contains(p.Addr())
	}
	if !slices.ContainsFunc(n.own, on) && !slices.ContainsFunc(n.node.Routes, to) {
		n.warn(path, fmt.Sprintf("%s is on no prefix of its interface; the router cannot answer it without a route", p.Addr()), "")
	}
}

// checkMasked records bits of a prefix beyond its length.
func (n *neighbourhood) checkMasked(p netip.Prefix, path string) bool {
	if p == p.Masked() {
		return true
	}
	n.refuse(path, fmt.Sprintf("%s has bits beyond its length", p), strconv.Quote(p.Masked().String()))
	return false
}

func (n *neighbourhood) checkTwice(before []netip.Prefix, p netip.Prefix, path string) {
	if slices.Contains(before, p) {
		n.refuse(path, p.String()+" stands twice", "each once")
	}
}
