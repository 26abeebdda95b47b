package tundev

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/wire"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// joiner opens a device that joins, and a packet socket that sees super-packets.
func joiner(t *testing.T, log *slog.Logger, choice Coalesce) (*kernelTUN, packetPeer, *Namespace) {
	t.Helper()
	ns := anonymous(t)
	spec := specFor(Kernel, ns.Path())
	spec.Coalesce = choice
	d, err := NewSystem(log).Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	p := newPacketPeer(t, ns, "tun7")
	unix.SetsockoptInt(p.fd, unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1)
	return d.(*kernelTUN), p, ns
}

// segmentsOf is the packets of one flow that one super-packet stands for, with
// complete checksums, numbered from first on.
func segmentsOf(t *testing.T, tcp bool, src, dst netip.Addr, size, total int) [][]byte {
	t.Helper()
	b, g := superPacket(t, tcp, src, dst, size, total, nil)
	return split(t, b, g)
}

// arbitrary returns packets of a few flows in runs, with breaks of all kinds
// between, and what the other side is to get.
func arbitrary(t *testing.T, r *rand.Rand) (packets []*wire.Packet, want [][]byte) {
	t.Helper()
	for len(packets) < 100 {
		f, tcp, size := families[r.IntN(2)], r.IntN(2) == 0, 1+r.IntN(1400)
		list := segmentsOf(t, tcp, f.far, f.beyond, size, 1+r.IntN(20*size))
		for _, b := range list {
			g := wire.GSO{ChecksumStart: f.shortest, ChecksumOffset: 6}
			if tcp {
				g.ChecksumOffset = 16
			}
			switch r.IntN(12) {
			case 0: // corrupt, and so it must stay
				b[len(b)-1] ^= 0x40
				g = wire.GSO{}
			case 1:
				if tcp {
					b[f.shortest+13] |= uint8(header.TCPFlagPsh)
				}
				finish(b, g)
				g = wire.GSO{}
			case 2, 3, 4, 5:
				want = append(want, bytes.Clone(b))
				binary.BigEndian.PutUint16(b[g.ChecksumStart+g.ChecksumOffset:], addresses(b, g, len(b)))
				packets = append(packets, super(t, b, g))
				continue
			default:
				g = wire.GSO{}
			}
			want = append(want, b)
			p := outgoing(b)
			p.Parse()
			packets = append(packets, p)
		}
	}
	return packets, want
}

// TestJoinedIsWhatWasWritten writes arbitrary packets and wants the same, in order.
func TestJoinedIsWhatWasWritten(t *testing.T) {
	for _, choice := range []Coalesce{CoalesceOff, CoalesceTCP, CoalesceAll} {
		t.Run(string(choice), func(t *testing.T) {
			d, p, _ := joiner(t, nil, choice)
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			r := rand.New(rand.NewPCG(seed, 0))
			joinedTCP, joinedUDP := false, false
			for range 40 {
				packets, want := arbitrary(t, r)
				if n, err := d.Write(packets); n != len(packets) || err != nil {
					t.Fatalf("Write: %d, %v", n, err)
				}
				for i := 0; i < len(want); {
					segments, whole := receiveWire(t, p)
					tcp := want[i][6] == 6 || want[i][0]>>4 == 4 && want[i][9] == 6
					joinedTCP, joinedUDP = joinedTCP || whole && tcp, joinedUDP || whole && !tcp
					for _, got := range segments {
						if i >= len(want) || !bytes.Equal(got, want[i]) {
							t.Fatalf("number %d is\n% x, want\n% x", i, head(got), head(want[min(i, len(want)-1)]))
						}
						i++
					}
				}
			}
			if joinedTCP != (choice != CoalesceOff) || joinedUDP != (choice == CoalesceAll) {
				t.Errorf("joined TCP %t, UDP %t", joinedTCP, joinedUDP)
			}
		})
	}
}

// TestJoinedAtSockets lets the kernel take apart what was joined.
func TestJoinedAtSockets(t *testing.T) {
	d, _, ns := joiner(t, nil, CoalesceAll)
	for _, f := range families {
		conn := listen(t, ns, f.near)
		b, g := superPacket(t, false, f.far, f.near, 200, 63*200+7, nil)
		binary.BigEndian.PutUint16(b[f.shortest+2:], 7)
		var packets []*wire.Packet
		binary.BigEndian.PutUint16(b[f.shortest+6:], addresses(b, g, len(b)))
		segments := split(t, b, g)
		for _, s := range segments {
			p := outgoing(s)
			p.Parse()
			packets = append(packets, p)
		}
		if n, err := d.Write(packets); n != len(packets) || err != nil {
			t.Fatalf("Write: %d, %v", n, err)
		}
		buf := make([]byte, wire.MaxDatagram)
		for i, s := range segments {
			n, err := conn.Read(buf)
			if err != nil || !bytes.Equal(buf[:n], payload(t, s)) {
				t.Fatalf("%s: number %d: %d octets, %v", f.name, i, n, err)
			}
		}
		conn.Close()
	}
}

// TestJoinedRefused has the kernel refuse what was joined: nothing is lost.
func TestJoinedRefused(t *testing.T) {
	var log bytes.Buffer
	d, p, _ := joiner(t, slog.New(slog.NewTextHandler(&log, nil)), CoalesceAll)
	refused := 0
	d.writev = func(int, []unix.Iovec) error { refused++; return unix.EINVAL }
	for _, f := range families {
		for _, tcp := range []bool{false, true} {
			var packets []*wire.Packet
			want := segmentsOf(t, tcp, f.far, f.beyond, 100, 1050)
			for i, s := range want {
				out := outgoing(s)
				out.Parse()
				if i%2 == 0 { // to be completed
					out.GSO = wire.GSO{ChecksumStart: f.shortest, ChecksumOffset: map[bool]int{false: 6, true: 16}[tcp]}
					binary.BigEndian.PutUint16(out.Data[f.shortest+out.GSO.ChecksumOffset:], addresses(s, out.GSO, len(s)))
				}
				packets = append(packets, out)
			}
			if n, err := d.Write(packets); n != len(packets) || err != nil {
				t.Fatalf("Write: %d, %v", n, err)
			}
			wantWire(t, fmt.Sprintf("%s, TCP %t", f.name, tcp), p, want, false)
		}
	}
	if refused != 1 || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("refused %d times, and the log says %q, want once, and one line", refused, log.String())
	}
}

// TestJoinedDown writes what could be joined while the link is down.
func TestJoinedDown(t *testing.T) {
	d, _, ns := joiner(t, nil, CoalesceAll)
	var packets []*wire.Packet
	for _, s := range segmentsOf(t, false, far4, near4, 100, 500) {
		p := outgoing(s)
		p.Parse()
		packets = append(packets, p)
	}
	setLink(t, ns, "tun7", (*netlink.Handle).LinkSetDown)
	if n, err := d.Write(packets); n != 0 || err != errDown {
		t.Errorf("Write: %d, %v, want the first refused", n, err)
	}
	if got := testing.AllocsPerRun(100, func() { d.Write(packets) }); got != 0 {
		t.Errorf("%v allocations, want none", got)
	}
}
