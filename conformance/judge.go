package conformance

import (
	"fmt"
	"net/netip"
	"strings"
)

// judge says which outcome the datagrams are, and if none, why not.
func judge(c *Case, got []*datagram) (ok, known bool, why string) {
	for _, o := range c.Want {
		reason := o.fits(c, got)
		if reason == "" {
			return true, false, ""
		}
		if why == "" {
			why = reason
		}
	}
	for _, o := range c.Linux {
		if o.fits(c, got) == "" {
			return false, true, why
		}
	}
	return false, false, why
}

// fits says in what the datagrams differ from the outcome: "" if in nothing.
func (o Outcome) fits(c *Case, got []*datagram) string {
	for _, w := range o {
		if w.fragmented {
			got = join(got)
			break
		}
	}
	used := make([]bool, len(got))
	for _, w := range o {
		n, nearest := 0, ""
		for i, d := range got {
			if used[i] || n == w.max || d.port != w.Port {
				continue
			}
			if reason := w.matches(c, d); reason == "" {
				used[i] = true
				n++
			} else if nearest == "" || !strings.HasPrefix(reason, "not ") {
				nearest = reason
			}
		}
		switch {
		case n >= w.min:
		case w.min > 1:
			return fmt.Sprintf("%d of %q", n, w.Text)
		case nearest != "":
			return fmt.Sprintf("%s: %s", w.Text, nearest)
		default:
			return "nothing came out as " + w.Text
		}
	}
	for i, d := range got {
		if !used[i] {
			return "not wanted: " + d.String()
		}
	}
	return ""
}

// matches says why d is not what w wants: "" if it is.
func (w Want) matches(c *Case, d *datagram) string {
	var reason string
	for i, s := range c.Send {
		if about := w.number("about", 0); about != 0 && about != i+1 {
			continue
		}
		packets := s.Packets
		if w.kind == "echo-reply" {
			packets = [][]byte{s.Whole}
			if len(s.Packets) > 1 {
				packets = append(packets, s.Packets...)
			}
		}
		for _, p := range packets {
			if reason = w.answers(p, d); reason == "" {
				return ""
			}
		}
	}
	return reason
}

// answers compares d with what w wants in answer to sent.
func (w Want) answers(sent []byte, d *datagram) string {
	if w.kind == "forwarded" {
		return w.forwarded(sent, d)
	}
	if d.wrong != "" {
		return d.wrong
	}
	in := asked(sent)
	if w.kind == "pieces" {
		return w.pieces(in, d)
	}
	switch {
	case d.ttl == 0:
		return "TTL 0"
	case d.fragmented():
		return "not whole: a fragment"
	}
	if reason := w.ends(in, d); reason != "" {
		return reason
	}
	if d.pieces != nil {
		if reason := sizes(d, w.number("mtu", 1500)); reason != "" {
			return reason
		}
	} else if w.fragmented {
		return "not in fragments"
	}
	return w.about(in, d)
}

// about compares what stands behind the IP header.
func (w Want) about(in, d *datagram) string {
	if w.kind == "reset" {
		return w.reset(in, d)
	}
	if d.icmp == nil {
		return "not an ICMP message"
	}
	switch w.kind {
	case "error":
		return w.error(in, d)
	case "redirect":
		return w.redirect(in, d)
	case "echo-reply":
		return w.echoReply(in, d)
	case "time-reply":
		return w.timeReply(in, d)
	}
	return w.message(d)
}

// ends compares the fields of the IP header of what a router says itself.
func (w Want) ends(in, d *datagram) string {
	if _, given := w.keys["to"]; !given && d.dst != in.src {
		return fmt.Sprintf("not to %s", in.src)
	}
	if reason := w.oneOf("to", d.dst.String()); reason != "" {
		return reason
	}
	if reason := w.oneOf("from", d.src.String()); reason != "" {
		return reason
	}
	if _, given := w.keys["tos"]; given {
		if reason := w.oneOf("tos", fmt.Sprintf("%#02x", d.tos)); reason != "" {
			return reason
		}
	}
	if d.pieces == nil {
		if reason := w.oneOf("len", fmt.Sprint(len(d.raw))); reason != "" {
			return reason
		}
	}
	return w.octets("opts", d.options, "")
}

// trim is the datagram without what the link added.
func trim(p []byte) []byte {
	n := len(p)
	if p[0]>>4 == 4 {
		n = int(p[2])<<8 | int(p[3])
	} else if len(p) >= 40 {
		n = 40 + (int(p[4])<<8 | int(p[5]))
	}
	return p[:max(min(n, len(p)), 20)]
}

// asked is what was sent, to compare an answer with. It may be wrong on purpose.
func asked(sent []byte) *datagram {
	d := read("", trim(sent))
	if d.six {
		d.src, _ = netip.AddrFromSlice(sent[8:24])
		for d.header != 0 && (d.proto == protoHopByHop || d.proto == protoRouting || d.proto == protoDestOpts) && len(d.data) >= 8 {
			n := min(len(d.data), int(d.data[1])*8+8)
			d.proto, d.data = d.data[0], d.data[n:]
			d.readBody()
		}
	} else {
		d.src, _ = netip.AddrFromSlice(sent[12:16])
	}
	return d
}
