package forwarding_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// want says what the router sent next, and takes it:
//
//	n.want("right: h1 > h2 forwarded")             the last packet sent, but for its TTL
//	n.want("right: h1 > h2 kept")                  the last packet sent
//	n.want("right: h1 > h2 stamped 070708…")       the same, but for destination and options
//	n.want("right: h1 > h2 fragment 0 1376 more")  these octets of it; "more" or "last"
//	n.want("right: h1 > h2 fragments 3")           all of it, in that many
//	n.want("left: r.left > h1 ttl-exceeded quote all")
//	n.want("left: r.left > h1 too-big mtu 1400 quote 548 tos 192")
//	n.want("left: r.left > h1 echo-reply")         with the payload of the last request
//	n.want("left: r.left > h1 tcp ra seq 0 ack 1001")
//
// "ttl N" is that of a message, if it is not 64. "options HEX" says which options a message has: none, without it. "pointer N",
// "gateway NAME" and "tos N" are of the message, too.
//
// "about K" says that it is about the K-th packet of the story, not the last;
// "in N fragments" before the message, that it came in N fragments.
func (n *node) want(text string) {
	n.t.Helper()
	l, err := parseLine(n.family, text)
	if err != nil {
		n.t.Fatal(err)
	}
	if len(n.outputs) == 0 {
		n.t.Fatalf("sent nothing, wanted %s", text)
	}
	o := n.outputs[0]
	n.outputs = n.outputs[1:]
	s, err := read(n.family, o.bytes)
	if err != nil {
		n.t.Fatal(err)
	}
	if o.link != l.link || s.src != l.src.String() || s.dst != l.dst.String() {
		n.t.Fatalf("sent %s: %s\nwanted %s", o.link, describe(n.family, o.bytes), text)
	}
	if err := n.matches(l, o, s); err != nil {
		n.t.Fatalf("sent %s: %s\nwanted %s\n%v", o.link, describe(n.family, o.bytes), text, err)
	}
}

func (n *node) matches(l *line, o output, s seen) error {
	last := n.sent[len(n.sent)-1]
	switch kind := l.word(); kind {
	case "forwarded":
		if o.gso.HeaderLen = 0; o.gso != last.gso {
			return fmt.Errorf("left as %+v, came as %+v", o.gso, last.gso)
		}
		return sameBytes(o.bytes, n.decremented(last.bytes))
	case "kept":
		return sameBytes(o.bytes, last.bytes)
	case "stamped":
		return sameBytes(o.bytes, n.stamped(n.decremented(last.bytes), l))
	case "fragment":
		return n.isPart(l, o, s, last)
	case "fragments":
		payload, _, err := n.collect(l, o, l.number())
		if err != nil {
			return err
		}
		return sameBytes(payload, n.read(last.first()).payload)
	case "in":
		count := l.number()
		l.word()
		payload, first, err := n.collect(l, o, count)
		if err != nil {
			return err
		}
		first.payload = payload
		datagram := &shape{family: n.family, src: l.src, dst: l.dst, ttl: 64}
		if err := checkOriginated(n.family, datagram.serialize(datagram.ip(first.protocol), gopacket.Payload(payload))); err != nil {
			return err
		}
		return n.isMessage(l, l.word(), first)
	case "tcp":
		return n.isTCP(l, s, o)
	default:
		if err := checkOriginated(n.family, o.bytes); err != nil {
			return err
		}
		return n.isMessage(l, kind, s)
	}
}

func (n *node) read(b []byte) seen {
	s, err := read(n.family, b)
	if err != nil {
		n.t.Fatal(err)
	}
	return s
}

func sameBytes(got, want []byte) error {
	if bytes.Equal(got, want) {
		return nil
	}
	return fmt.Errorf("%s", firstDifference(got, want))
}

// decremented is a packet as it leaves: its padding gone, its TTL one lower, and
// the header checksum right, all else as it was.
func (n *node) decremented(b []byte) []byte {
	s := n.read(b)
	b = slices.Clone(b[:s.lengthField])
	if n.family == 6 {
		b[7]--
		return b
	}
	b[8]--
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], gopacket.FoldChecksum(gopacket.ComputeChecksum(b[:s.headerLen], 0)))
	return b
}

// isPart compares one fragment with the octets of the last packet that it holds.
func (n *node) isPart(l *line, o output, s seen, last built) error {
	from, to, more := l.number(), l.number(), l.word() == "more"
	was := n.read(last.first())
	if options := hex.EncodeToString(s.options); l.word() == "options" && l.word() != options {
		return fmt.Errorf("options %s", options)
	}
	if s.offset != from || s.offset+len(s.payload) != to || s.more != more || s.id != was.id || s.tos != was.tos || s.ttl != was.ttl-1 {
		return fmt.Errorf("fragment %d %d more %v id %d", s.offset, s.offset+len(s.payload), s.more, s.id)
	}
	return sameBytes(s.payload, was.payload[from-was.offset:to-was.offset])
}

// collect takes the other fragments of a datagram.
func (n *node) collect(l *line, o output, count int) ([]byte, seen, error) {
	if len(n.outputs) < count-1 {
		return nil, seen{}, fmt.Errorf("%d packets were sent, not %d fragments", len(n.outputs)+1, count)
	}
	fragments := [][]byte{o.bytes}
	for _, next := range n.outputs[:count-1] {
		if next.link != o.link {
			return nil, seen{}, fmt.Errorf("a fragment went to %s", next.link)
		}
		fragments = append(fragments, next.bytes)
	}
	n.outputs = n.outputs[count-1:]
	mtu := testLinks(n.family)[linkIndex(n.t, l.link)].MTU
	return whole(n.family, mtu, fragments)
}

// isTCP compares a segment.
func (n *node) isTCP(l *line, s seen, o output) error {
	if err := checkOriginated(n.family, o.bytes); err != nil {
		return err
	}
	tcp, ok := decode(n.family, o.bytes).TransportLayer().(*layers.TCP)
	if !ok {
		return fmt.Errorf("this is no TCP")
	}
	wanted := (&shape{family: n.family, src: l.src, dst: l.dst}).tcp(l.word())
	wanted.Seq, wanted.Ack = 0, 0
	for l.more() {
		if l.word() == "seq" {
			wanted.Seq = uint32(l.number())
		} else {
			wanted.Ack = uint32(l.number())
		}
	}
	if tcp.SrcPort != wanted.DstPort || tcp.DstPort != wanted.SrcPort || tcp.Seq != wanted.Seq || tcp.Ack != wanted.Ack ||
		tcp.RST != wanted.RST || len(s.options) != 0 || tcp.ACK != wanted.ACK || tcp.SYN || tcp.FIN || len(tcp.Payload) != 0 {
		return fmt.Errorf("ports %d > %d, seq %d, ack %d, RST %v, ACK %v", tcp.SrcPort, tcp.DstPort, tcp.Seq, tcp.Ack, tcp.RST, tcp.ACK)
	}
	return nil
}
