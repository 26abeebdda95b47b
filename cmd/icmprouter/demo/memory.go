package demo

import (
	"errors"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"golang.org/x/net/icmp"

	"github.com/icmprouter/icmprouter/tundev"
)

// memoryHost is a simulated host, with an address in each family. It answers
// echo requests, refuses UDP, sums TCP, and believes Packet Too Big.
type memoryHost struct {
	device   *tundev.MemoryDevice
	server   bool
	messages map[*family]chan message
	acks     chan uint32

	mu       sync.Mutex
	pathMTUs map[netip.Addr]int
	sink     sink
}

// inbox is how many messages, and acknowledgements, wait for the story.
const inbox = 1024

// openMemory makes two simulated hosts, and the world that connects them.
func openMemory(o Options) (_ *world, err error) {
	w := &world{memory: true, named: strings.NewReplacer()}
	opener := &tundev.MemoryOpener{}
	place := strings.NewReplacer(`"tun": {`, `"tun": { "device": "memory",`)
	if err := w.start(o, place, opener); err != nil {
		return nil, err
	}
	client, server := newMemoryHost(opener, "client"), newMemoryHost(opener, "server")
	server.server = true
	stop := make(chan struct{})
	var listening sync.WaitGroup
	for _, h := range []*memoryHost{client, server} {
		listening.Go(func() { h.listen(stop) })
	}
	w.atEnd(func() { close(stop); listening.Wait() })
	w.client = memoryClient{client, server}
	return w, nil
}

func newMemoryHost(opener *tundev.MemoryOpener, namespace string) *memoryHost {
	h := &memoryHost{
		device:   opener.Device("tun0 in " + namespace),
		messages: map[*family]chan message{}, acks: make(chan uint32, inbox),
		pathMTUs: map[netip.Addr]int{},
	}
	for _, f := range families {
		h.messages[f] = make(chan message, inbox)
	}
	return h
}

// memoryClient is the client, and the server, whom it only asks what came of a transfer.
type memoryClient struct {
	*memoryHost
	peer *memoryHost
}

func (h *memoryHost) echo(f *family, dst netip.Addr, sequence int, data []byte) error {
	request, err := f.echoRequest(f.pseudo(f.client, dst), sequence, data)
	if err != nil {
		return err
	}
	return h.send(f.datagram(f.client, dst, 64, layers.IPProtocol(f.protocol), gopacket.Payload(request)))
}

func (h *memoryHost) udp(f *family, dst netip.AddrPort, ttl int, data []byte) error {
	udp := &layers.UDP{SrcPort: 40000, DstPort: layers.UDPPort(dst.Port())}
	return h.send(f.datagram(f.client, dst.Addr(), ttl, layers.IPProtocolUDP, udp, gopacket.Payload(data)))
}

func (h *memoryHost) next(f *family, until time.Time) (message, bool) {
	timeout := time.NewTimer(time.Until(until))
	defer timeout.Stop()
	select {
	case m := <-h.messages[f]:
		return m, true
	case <-timeout.C:
		return message{}, false
	}
}

func (h *memoryHost) pathMTU(_ *family, dst netip.Addr) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if mtu, learned := h.pathMTUs[dst]; learned {
		return mtu, nil
	}
	return linkMTU, nil
}

var errRefused = errors.New("the device took no packet for a second")

// send hands a datagram to the router, and waits while its queue is full.
func (h *memoryHost) send(datagram []byte, err error) error {
	if err != nil {
		return err
	}
	for until := time.Now().Add(time.Second); !h.device.Inject(datagram); time.Sleep(10 * time.Microsecond) {
		if time.Now().After(until) {
			return errRefused
		}
	}
	return nil
}

// pseudo is what ICMP's checksum begins with.
func (f *family) pseudo(src, dst netip.Addr) []byte {
	if src.Is4() {
		return nil
	}
	return icmp.IPv6PseudoHeader(src.AsSlice(), dst.AsSlice())
}

// pseudoSummed is a layer whose checksum begins with a pseudo-header.
type pseudoSummed interface {
	SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
}

// datagram is a whole datagram with DF, with all lengths and checksums.
func (f *family) datagram(src, dst netip.Addr, ttl int, protocol layers.IPProtocol, payload ...gopacket.SerializableLayer) ([]byte, error) {
	var ip gopacket.NetworkLayer = &layers.IPv6{Version: 6, HopLimit: uint8(ttl), NextHeader: protocol, SrcIP: src.AsSlice(), DstIP: dst.AsSlice()}
	if src.Is4() {
		ip = &layers.IPv4{Version: 4, TTL: uint8(ttl), Protocol: protocol, SrcIP: src.AsSlice(), DstIP: dst.AsSlice(), Flags: layers.IPv4DontFragment}
	}
	if l, ok := payload[0].(pseudoSummed); ok {
		l.SetNetworkLayerForChecksum(ip)
	}
	b := gopacket.NewSerializeBuffer()
	all := append([]gopacket.SerializableLayer{ip.(gopacket.SerializableLayer)}, payload...)
	err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, all...)
	return b.Bytes(), err
}
