package network

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/tundev"
	"github.com/icmprouter/icmprouter/wire"
)

// patience is how long a test polls for what must come, not how long that takes.
const patience = 20 * time.Second

// eventually polls until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

func prefix(text string) netip.Prefix { return netip.MustParsePrefix(text) }

// device is an interface of a plan.
func device(name string, mtu int, addresses ...string) Interface {
	i := Interface{Link: forwarding.Link{Name: name, MTU: mtu}, Device: tundev.Spec{Backend: tundev.Memory, Name: name, MTU: 1500}}
	for _, address := range addresses {
		i.Addresses = append(i.Addresses, prefix(address))
	}
	return i
}

func twoLinks() Plan {
	return Plan{Nodes: []Node{{Name: "r", Limits: ratelimit.DefaultLimits(), Interfaces: []Interface{
		device("left", 1500, "10.1.0.1/24", "fd00:1::1/64"),
		device("right", 1400, "10.2.0.1/24", "fd00:2::1/64"),
	}}}}
}

// opener is one in memory that counts, and can be told to fail.
type opener struct {
	tundev.MemoryOpener
	mu         sync.Mutex
	devices    []*tapped
	opened     []string
	configured []string
	failOpen   string             // the name of a device that cannot be opened
	failConfig string             // … that cannot be configured
	refuse     func([]byte) error // what each device says of a datagram
	unreadable int                // reads that are to fail
}

// tapped is a device whose closing is noticed.
type tapped struct {
	*tundev.MemoryDevice
	opener *opener
	closed int
	err    error // of Close
}

func (o *opener) Open(spec tundev.Spec) (tundev.Device, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if spec.Name == o.failOpen {
		return nil, errors.New("cannot be opened")
	}
	d, err := o.MemoryOpener.Open(spec)
	if err != nil {
		return nil, err
	}
	tap := &tapped{MemoryDevice: d.(*tundev.MemoryDevice), opener: o}
	o.devices, o.opened = append(o.devices, tap), append(o.opened, spec.Name)
	return tap, nil
}

func (o *opener) Reopen(spec tundev.Spec) (tundev.Device, error) { return o.Open(spec) }

func (o *opener) Configure(d tundev.Device, spec tundev.Spec) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.configured = append(o.configured, spec.Name)
	if err := o.MemoryOpener.Configure(d.(*tapped).MemoryDevice, spec); err != nil {
		return err
	}
	if spec.Name == o.failConfig {
		return errors.New("cannot be configured")
	}
	return nil
}

func (o *opener) Present(d tundev.Device, spec tundev.Spec) error {
	if tap, opened := d.(*tapped); opened {
		return o.MemoryOpener.Present(tap.MemoryDevice, spec)
	}
	return nil // another that a test has put there
}

// calls returns the names of devices opened and configured so far.
func (o *opener) calls() (opened, configured string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.opened, " "), strings.Join(o.configured, " ")
}

// open counts the devices that are open now.
func (o *opener) open() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, d := range o.devices {
		if d.closed == 0 {
			n++
		}
	}
	return n
}

func (d *tapped) Close() error {
	d.opener.mu.Lock()
	d.closed++
	d.opener.mu.Unlock()
	return errors.Join(d.err, d.MemoryDevice.Close())
}

// Read fails as often as the test says, whatever it reads.
func (d *tapped) Read(batch *wire.Batch) error {
	err := d.MemoryDevice.Read(batch)
	d.opener.mu.Lock()
	defer d.opener.mu.Unlock()
	if err == nil && batch.Len() > 0 && d.opener.unreadable > 0 {
		d.opener.unreadable--
		return errors.New("a packet that nobody can describe")
	}
	return err
}

// Write asks what the test refuses.
func (d *tapped) Write(batch []*wire.Packet) (int, error) {
	d.opener.mu.Lock()
	refuse := d.opener.refuse
	d.opener.mu.Unlock()
	for i, p := range batch {
		if refuse != nil {
			if err := refuse(p.Data); err != nil {
				return i, err
			}
		}
		if _, err := d.MemoryDevice.Write(batch[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(batch), nil
}

// lab is a network under test.
type lab struct {
	t      *testing.T
	net    *Network
	opener *opener
	log    *logged
	stop   func() // nil: it does not run
}

func newLab(t *testing.T, plan Plan) *lab {
	t.Helper()
	l := &lab{t: t, opener: &opener{}, log: &logged{}}
	n, err := New(plan, l.opener, slog.New(slog.NewTextHandler(l.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	l.net = n
	t.Cleanup(func() { n.Close() })
	return l
}

// run lets the network run, if it does not, until the test ends or stop is called.
func (l *lab) run() (stop func()) {
	if l.stop != nil {
		return l.stop
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.net.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		l.stop = nil
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				l.t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			l.t.Error("Run does not end")
		}
	})
	l.t.Cleanup(stop)
	l.stop = stop
	return stop
}

func (l *lab) inject(device string, b []byte) {
	l.t.Helper()
	if !l.opener.Device(device).Inject(b) {
		l.t.Fatalf("%s takes no more", device)
	}
}

// receive takes a datagram that the network sent to a device.
func (l *lab) receive(device string) []byte {
	l.t.Helper()
	b, ok := l.opener.Device(device).Receive(patience)
	if !ok {
		l.t.Fatalf("nothing came to %s", device)
	}
	return b
}

// counters are those of the first node, whose packets all have one end.
func (l *lab) counters() forwarding.Counters {
	l.t.Helper()
	c := l.net.Stats()[0].Counters
	sum := c.Forwarded + c.Delivered + c.Held
	for _, dropped := range c.Dropped {
		sum += dropped
	}
	if sum != c.Received {
		l.t.Fatalf("received %d, but %d ended or are held: %+v", c.Received, sum, c)
	}
	return c
}

// ip serializes a datagram with gopacket, in the family of its addresses.
func ip(src, dst string, id int, protocol layers.IPProtocol, mf bool, all ...gopacket.SerializableLayer) []byte {
	var header gopacket.SerializableLayer
	if from, to := net.ParseIP(src), net.ParseIP(dst); from.To4() != nil {
		header = &layers.IPv4{Version: 4, TTL: 64, Id: uint16(id), Protocol: protocol, SrcIP: from, DstIP: to}
		if mf {
			header.(*layers.IPv4).Flags = layers.IPv4MoreFragments
		}
	} else {
		header = &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: protocol, SrcIP: from, DstIP: to}
	}
	for _, layer := range all {
		if l, ok := layer.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok {
			l.SetNetworkLayerForChecksum(header.(gopacket.NetworkLayer))
		}
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, append([]gopacket.SerializableLayer{header}, all...)...); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

func udp(src, dst string, id, size int) []byte {
	return ip(src, dst, id, layers.IPProtocolUDP, false, &layers.UDP{SrcPort: 40000, DstPort: layers.UDPPort(id)}, pattern(id, size))
}

func echo(src, dst string, id, size int) []byte {
	if strings.Contains(src, ".") {
		return ip(src, dst, id, layers.IPProtocolICMPv4, false,
			&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(8, 0), Id: uint16(id)}, pattern(id, size))
	}
	return ip(src, dst, id, layers.IPProtocolICMPv6, false,
		&layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(128, 0)}, gopacket.Payload{byte(id >> 8), byte(id), 0, 0}, pattern(id, size))
}

// pattern is a payload that differs with the ID.
func pattern(id, size int) gopacket.Payload {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ id)
	}
	return b
}
