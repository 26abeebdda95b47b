package demo

import (
	"errors"
	"fmt"
	"hash"
	"io"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

const (
	tcpHeader = 20
	// window is how many segments may be under way: fewer than a device's queue holds.
	window = 256
)

// sink is what the server has received: the octets in their order, and no others.
type sink struct {
	next uint32
	sum  hash.Hash32
}

var errNoAck = errors.New("no acknowledgement came")

// transfer is TCP's data and acknowledgements, with a fixed window: no
// handshake, and nothing is sent again, as nothing may be lost.
func (c memoryClient) transfer(f *family, size int64) (t transfer, err error) {
	c.peer.mu.Lock()
	c.peer.sink = sink{sum: newSum()}
	c.peer.mu.Unlock()
	mtu, _ := c.pathMTU(f, f.server)
	t.pathMTU, t.segment = mtu, mtu-f.header-tcpHeader

	begun, sum := time.Now(), newSum()
	from := io.TeeReader(cargo(size), sum)
	buffer := make([]byte, t.segment)
	for sent, acked := uint32(0), uint32(0); int64(acked) < size; {
		for int64(sent) < size && sent-acked < uint32(window*t.segment) {
			n, _ := io.ReadFull(from, buffer)
			if err := c.send(f.segment(f.client, f.server, &layers.TCP{SrcPort: 40000, DstPort: 5001, Seq: sent, ACK: true, Window: 65535}, buffer[:n])); err != nil {
				return t, err
			}
			sent += uint32(n)
		}
		select {
		case acked = <-c.acks:
		case <-time.After(patience):
			return t, fmt.Errorf("%d of %d octets arrived: %w", acked, size, errNoAck)
		}
	}
	t.took, t.sentSum = time.Since(begun), sum.Sum32()
	c.peer.mu.Lock()
	defer c.peer.mu.Unlock()
	t.received, t.gotSum = int64(c.peer.sink.next), c.peer.sink.sum.Sum32()
	return t, nil
}

// segment takes a segment: the server sums and acknowledges, the client notes
// what was acknowledged.
func (h *memoryHost) segment(f *family, from netip.Addr, tcp *layers.TCP) {
	if !h.server {
		h.acks <- tcp.Ack
		return
	}
	h.mu.Lock()
	if h.sink.next == tcp.Seq {
		h.sink.sum.Write(tcp.Payload)
		h.sink.next += uint32(len(tcp.Payload))
	}
	next := h.sink.next
	h.mu.Unlock()
	h.send(f.segment(f.server, from, &layers.TCP{SrcPort: tcp.DstPort, DstPort: tcp.SrcPort, Ack: next, ACK: true, Window: 65535}, nil))
}

// segment is a datagram with a segment of TCP.
func (f *family) segment(src, dst netip.Addr, tcp *layers.TCP, data []byte) ([]byte, error) {
	return f.datagram(src, dst, 64, layers.IPProtocolTCP, tcp, gopacket.Payload(data))
}
