package demo

import (
	"bytes"
	"fmt"
)

const (
	// linkMTU is what the hosts believe, bottleneck what the router's right side takes.
	linkMTU    = 1500
	bottleneck = 1400
	// probeTTL is what the long packet starts with, and so what the quote must say.
	probeTTL = 64
)

func tooBigs(w *world, p *page) error {
	p.say("UDP of %d octets that must not be cut (DF; in IPv6 always). The right side takes %d.", linkMTU, bottleneck)
	for _, f := range families {
		p.about(f.name)
		if err := w.tooBig(f, p); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) tooBig(f *family, p *page) error {
	before, err := w.client.pathMTU(f, f.server)
	if err != nil {
		return err
	}
	sent := bytes.Repeat([]byte("0123456789abcdef"), linkMTU)[:linkMTU-f.header-udpHeader]
	m, _, ok, err := w.probe(f, probeTTL, sent)
	if err != nil {
		return err
	}
	if ok {
		p.same("error from", m.from, f.router)
		p.same("which says", m.kind, f.tooBig)
		p.same("next-hop MTU", m.mtu, bottleneck)
		f.checkQuote(m.quote, sent, p)
	} else {
		p.check(false, "error", "none", f.tooBig.String())
	}
	after, err := w.client.pathMTU(f, f.server)
	if err != nil {
		return err
	}
	p.check(before == linkMTU && after == bottleneck, w.believer()+" path MTU",
		fmt.Sprintf("%d before, %d after", before, after), fmt.Sprintf("%d before, %d after", linkMTU, bottleneck))
	return nil
}

// checkQuote checks that the quote is the beginning of the packet as it was sent.
func (f *family) checkQuote(octets, sent []byte, p *page) {
	q, err := f.parseQuote(octets)
	if err != nil {
		p.check(false, "quote", err.Error(), "IP and UDP headers")
		return
	}
	p.same("quoted source", q.src, f.client)
	p.same("quoted destination", q.dst, f.server)
	p.check(q.ttl == probeTTL, "quoted TTL", fmt.Sprint(q.ttl), fmt.Sprintf("%d, as it was sent", probeTTL))
	p.same("quoted length", q.length, linkMTU)
	p.note("quoted header", q.network)
	p.same("quoted UDP", fmt.Sprintf("port %d to %d, length %d", q.srcPort, q.dstPort, q.udpLength),
		fmt.Sprintf("port %d to %d, length %d", q.srcPort, q.dstPort, udpHeader+len(sent)))
	p.check(len(q.data) > 0 && bytes.HasPrefix(sent, q.data), "quoted data",
		fmt.Sprintf("the first %d octets of %d: %.16q…", len(q.data), len(sent), q.data), fmt.Sprintf("as it was sent: %.16q…", sent))
}

// believer is who keeps the path MTU.
func (w *world) believer() string {
	if w.memory {
		return "the host's"
	}
	return "the kernel's"
}
