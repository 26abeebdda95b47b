package demo

import (
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"golang.org/x/net/icmp"
)

// listen does what a host does with packets, until stop.
func (h *memoryHost) listen(stop chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		if datagram, ok := h.device.Receive(50 * time.Millisecond); ok {
			h.receive(datagram)
		}
	}
}

// receive reads a datagram. One that is not for this host, or whose checksums
// are wrong, it passes over.
func (h *memoryHost) receive(datagram []byte) {
	f := families[0]
	if datagram[0]>>4 == 6 {
		f = families[1]
	}
	packet := gopacket.NewPacket(datagram, f.network, gopacket.DecodeOptions{NoCopy: true})
	network := packet.NetworkLayer()
	if network == nil || !intact(packet) {
		return
	}
	src, _ := netip.AddrFromSlice(network.NetworkFlow().Src().Raw())
	dst, _ := netip.AddrFromSlice(network.NetworkFlow().Dst().Raw())
	if dst != f.client && !h.server || dst != f.server && h.server {
		return
	}
	switch transport := packet.TransportLayer().(type) {
	case *layers.UDP:
		h.refuse(f, src, datagram)
	case *layers.TCP:
		h.segment(f, src, transport)
	case nil:
		h.message(f, src, network.LayerPayload())
	}
}

// intact says that all checksums of a packet are right.
func intact(packet gopacket.Packet) bool {
	for _, layer := range packet.Layers() {
		if l, ok := layer.(pseudoSummed); ok && packet.NetworkLayer() != nil {
			l.SetNetworkLayerForChecksum(packet.NetworkLayer())
		}
	}
	err, wrong := packet.VerifyChecksums()
	return err == nil && len(wrong) == 0
}

// message takes an ICMP message: the server answers it, the client keeps it.
func (h *memoryHost) message(f *family, from netip.Addr, raw []byte) {
	m, err := f.parse(from, raw)
	if err != nil {
		return
	}
	if m.kind == f.request {
		h.reply(f, from, f.reply, &icmp.Echo{ID: m.id, Seq: m.sequence, Data: m.data})
		return
	}
	if q, err := f.parseQuote(m.quote); m.kind == f.tooBig && err == nil {
		h.mu.Lock()
		h.pathMTUs[q.dst] = min(m.mtu, linkMTU)
		h.mu.Unlock()
	}
	select {
	case h.messages[f] <- m:
	default: // nobody waits for so many
	}
}

// refuse says that nobody listens on the UDP port of a datagram.
func (h *memoryHost) refuse(f *family, to netip.Addr, datagram []byte) {
	h.reply(f, to, f.closed, &icmp.DstUnreach{Data: datagram[:min(len(datagram), 500)]})
}

// reply sends an ICMP message from the server.
func (h *memoryHost) reply(f *family, to netip.Addr, k kind, body icmp.MessageBody) {
	b, err := (&icmp.Message{Type: k.Type, Code: k.code, Body: body}).Marshal(f.pseudo(f.server, to))
	if err == nil {
		h.send(f.datagram(f.server, to, 64, layers.IPProtocol(f.protocol), gopacket.Payload(b)))
	}
}
