package wire

import (
	"encoding/binary"
	"net"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/drop"
)

// joined is the mutable form of a packet of a flow, before it has octets.
type joined struct {
	v6      bool
	ip4     layers.IPv4
	ip6     layers.IPv6
	tcp     *layers.TCP
	udp     layers.UDP
	payload []byte
	// partial: the checksum is to be completed. spoil changes octets at the end.
	partial   bool
	elsewhere int
	size      int
	spoil     func(b []byte)
}

// flow returns the first packets of a flow, of which each follows the last.
func flow(v6, tcp bool, count, size int) []*joined {
	var list []*joined
	for i := range count {
		j := &joined{v6: v6, payload: make([]byte, size)}
		j.payload[0] = byte(i)
		j.ip4 = layers.IPv4{Version: 4, TTL: 60, TOS: 4, Id: uint16(0xffff + i), SrcIP: net.IP{192, 0, 2, 1}, DstIP: net.IP{198, 51, 100, 1}, Protocol: layers.IPProtocolUDP}
		j.ip6 = layers.IPv6{Version: 6, HopLimit: 60, TrafficClass: 4, FlowLabel: 0x12345, SrcIP: net.ParseIP("2001:db8::1"), DstIP: net.ParseIP("2001:db8::2"), NextHeader: layers.IPProtocolUDP}
		j.udp = layers.UDP{SrcPort: 7, DstPort: 9}
		if tcp {
			j.ip4.Protocol, j.ip6.NextHeader = layers.IPProtocolTCP, layers.IPProtocolTCP
			j.tcp = &layers.TCP{SrcPort: 7, DstPort: 9, Seq: uint32(0xfffffff0 + i*size), Ack: 5, ACK: true, Window: 99,
				Options: []layers.TCPOption{{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: make([]byte, 8)}}}
		}
		list = append(list, j)
	}
	return list
}

// packet builds and parses it.
func (j *joined) packet(t *testing.T) *Packet {
	t.Helper()
	var network gopacket.SerializableLayer = &j.ip4
	start, field := 20, 6
	var inner gopacket.NetworkLayer = &j.ip4
	if j.v6 {
		ip6 := j.ip6 // gopacket writes into it
		if ip6.HopByHop != nil {
			options := *ip6.HopByHop
			ip6.HopByHop = &options
		}
		network, inner, start = &ip6, &ip6, 40
	}
	start += 4 * len(j.ip4.Options)
	var transport gopacket.SerializableLayer = &j.udp
	j.udp.SetNetworkLayerForChecksum(inner)
	if j.tcp != nil {
		j.tcp.SetNetworkLayerForChecksum(inner)
		transport, field = j.tcp, 16
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, network, transport, gopacket.Payload(j.payload)); err != nil {
		t.Fatal(err)
	}
	p := new(Packet)
	p.Attach(make([]byte, BufferSize))
	p.SetLen(copy(p.buf[Headroom:], buf.Bytes()))
	if j.spoil != nil {
		j.spoil(p.Data)
	}
	if j.partial {
		p.GSO = GSO{ChecksumStart: start, ChecksumOffset: field + j.elsewhere, Size: j.size}
		binary.BigEndian.PutUint16(p.Data[start+field:], 0xbad) // nobody may look at it
	}
	if reason := p.Parse(); reason != drop.Alive {
		t.Fatalf("a packet of the test's own: %v", reason)
	}
	return p
}

func build(t *testing.T, list []*joined) (packets []*Packet) {
	t.Helper()
	for _, j := range list {
		packets = append(packets, j.packet(t))
	}
	return packets
}

// TestJoinable breaks one condition of joining at a time, in the third of five packets.
func TestJoinable(t *testing.T) {
	for _, c := range []struct {
		what string
		// only names the family or protocol that the case is about; empty: all.
		only   string
		change func(j *joined)
		want   int
	}{
		{"all alike", "", func(*joined) {}, 5},
		{"checksum to be completed", "", func(j *joined) { j.partial = true }, 5},
		{"shorter", "", func(j *joined) { j.payload = j.payload[:99] }, 3},
		{"longer", "", func(j *joined) { j.payload = append(j.payload, 0) }, 2},
		{"empty", "", func(j *joined) { j.payload = nil }, 2},
		{"a super-packet", "", func(j *joined) { j.partial, j.size = true, 50 }, 2},
		{"corrupt", "", func(j *joined) { j.spoil = func(b []byte) { b[len(b)-1] ^= 1 } }, 2},
		{"another source port", "", func(j *joined) { j.udp.SrcPort++; j.onTCP(func(s *layers.TCP) { s.SrcPort++ }) }, 2},
		{"another destination port", "", func(j *joined) { j.udp.DstPort++; j.onTCP(func(s *layers.TCP) { s.DstPort++ }) }, 2},
		{"another TOS", "", func(j *joined) { j.ip4.TOS, j.ip6.TrafficClass = 0x20, 0x20 }, 2},
		{"another ECN", "", func(j *joined) { j.ip4.TOS, j.ip6.TrafficClass = 7, 7 }, 2},
		{"another TTL", "", func(j *joined) { j.ip4.TTL--; j.ip6.HopLimit-- }, 2},
		{"another source", "", func(j *joined) { j.ip4.SrcIP[3]++; j.ip6.SrcIP[15]++ }, 2},
		{"another destination", "", func(j *joined) { j.ip4.DstIP[3]++; j.ip6.DstIP[15]++ }, 2},
		{"another flow label", "6", func(j *joined) { j.ip6.FlowLabel++ }, 2},
		{"the other family", "", func(j *joined) { j.v6 = !j.v6 }, 2},
		{"extension header", "6", func(j *joined) {
			j.ip6.HopByHop = &layers.IPv6HopByHop{}
			j.ip6.HopByHop.Options = []*layers.IPv6HopByHopOption{{OptionType: 0x1e, OptionLength: 4, ActualLength: 6, OptionData: make([]byte, 4)}}
			next := byte(j.ip6.NextHeader) // gopacket leaves it at 0
			j.spoil = func(b []byte) { b[40] = next }
		}, 2},
		{"identification out of turn", "4", func(j *joined) { j.ip4.Id++ }, 2},
		{"DF", "4", func(j *joined) { j.ip4.Flags = layers.IPv4DontFragment }, 2},
		{"reserved flag", "4", func(j *joined) { j.ip4.Flags = layers.IPv4EvilBit }, 2},
		{"first fragment", "4", func(j *joined) { j.ip4.Flags = layers.IPv4MoreFragments }, 2},
		{"later fragment", "4", func(j *joined) { j.ip4.FragOffset = 1 }, 2},
		{"options", "4", func(j *joined) {
			j.ip4.Options = []layers.IPv4Option{{OptionType: 148, OptionLength: 4, OptionData: make([]byte, 2)}}
		}, 2},
		{"no checksum", "udp", func(j *joined) { j.spoil = func(b []byte) { clear(b[len(b)-102 : len(b)-100]) } }, 2},
		{"more than UDP says", "udp", func(j *joined) { j.spoil = func(b []byte) { b[len(b)-103]-- } }, 2},
		{"more than UDP says, unsummed", "udp", func(j *joined) { j.partial, j.spoil = true, func(b []byte) { b[len(b)-103]-- } }, 2},
		{"another checksum than its own", "", func(j *joined) { j.partial, j.elsewhere = true, 1 }, 2},
		{"NS", "tcp", func(j *joined) { j.tcp.NS = true }, 2},
		{"sequence gap", "tcp", func(j *joined) { j.tcp.Seq++ }, 2},
		{"a repetition", "tcp", func(j *joined) { j.tcp.Seq -= 100 }, 2},
		{"PSH", "tcp", func(j *joined) { j.tcp.PSH = true }, 3},
		{"FIN", "tcp", func(j *joined) { j.tcp.FIN = true }, 2},
		{"SYN", "tcp", func(j *joined) { j.tcp.SYN = true }, 2},
		{"RST", "tcp", func(j *joined) { j.tcp.RST = true }, 2},
		{"URG", "tcp", func(j *joined) { j.tcp.URG = true }, 2},
		{"ECE", "tcp", func(j *joined) { j.tcp.ECE = true }, 2},
		{"CWR", "tcp", func(j *joined) { j.tcp.CWR = true }, 2},
		{"no ACK", "tcp", func(j *joined) { j.tcp.ACK = false }, 2},
		{"another ack", "tcp", func(j *joined) { j.tcp.Ack++ }, 2},
		{"another window", "tcp", func(j *joined) { j.tcp.Window++ }, 2},
		{"another urgent pointer", "tcp", func(j *joined) { j.tcp.Urgent++ }, 2},
		{"another option", "tcp", func(j *joined) { j.tcp.Options[0].OptionData[7]++ }, 2},
		{"no options", "tcp", func(j *joined) { j.tcp.Options = nil }, 2},
	} {
		for _, v6 := range []bool{false, true} {
			for _, tcp := range []bool{false, true} {
				if c.only == "6" && !v6 || c.only == "4" && v6 || c.only == "tcp" && !tcp || c.only == "udp" && tcp {
					continue
				}
				list := flow(v6, tcp, 5, 100)
				c.change(list[2])
				if got := Joinable(build(t, list), true); got != c.want {
					t.Errorf("%s, IPv6 %t, TCP %t: %d may be joined, want %d", c.what, v6, tcp, got, c.want)
				}
				// Whatever keeps a packet from being joined to others keeps others from it, if
				// it is about the packet alone.
				list = flow(v6, tcp, 5, 100)
				for i, j := range list[:4] {
					c.change(j)
					if alone[c.what] && Joinable(build(t, list), true) != 1 {
						t.Errorf("%s, IPv6 %t, TCP %t: %d such packets are joined", c.what, v6, tcp, i+1)
					}
				}
			}
		}
	}
}

// alone are the cases that are about one packet, whatever the others are.
var alone = map[string]bool{
	"empty": true, "a super-packet": true, "corrupt": true, "extension header": true, "reserved flag": true,
	"first fragment": true, "later fragment": true, "options": true, "no checksum": true, "more than UDP says": true,
	"FIN": true, "SYN": true, "RST": true, "URG": true, "ECE": true, "CWR": true, "no ACK": true, "PSH": true,
	"NS": true, "more than UDP says, unsummed": true, "another checksum than its own": true,
}

func (j *joined) onTCP(change func(*layers.TCP)) {
	if j.tcp != nil {
		change(j.tcp)
	}
}

// TestJoinableLimits joins no more than a kernel takes.
func TestJoinableLimits(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		for _, tcp := range []bool{false, true} {
			for _, c := range []struct{ count, size, want int }{
				{1, 100, 1}, {2, 100, 2}, {64, 10, 64}, {65, 10, 64}, {200, 1, 64}, {50, 1460, 44}, {8, 30000, 2}, {3, 40000, 1},
			} {
				if got := Joinable(build(t, flow(v6, tcp, c.count, c.size)), true); got != c.want {
					t.Errorf("IPv6 %t, TCP %t: of %d packets of %d octets %d may be joined, want %d", v6, tcp, c.count, c.size, got, c.want)
				}
			}
			packets := build(t, flow(v6, tcp, 5, 100))
			if got, want := Joinable(packets, false) == 5, tcp; got != want {
				t.Errorf("IPv6 %t, TCP %t: joined without UDP: %t", v6, tcp, got)
			}
			if got := testing.AllocsPerRun(100, func() { Joinable(packets, true) }); got != 0 {
				t.Errorf("%v allocations", got)
			}
		}
	}
	// What cannot be fragmented may have any identification.
	list := flow(false, false, 5, 100)
	for _, j := range list {
		j.ip4.Flags, j.ip4.Id = layers.IPv4DontFragment, 0
	}
	if got := Joinable(build(t, list), true); got != 5 {
		t.Errorf("with DF and identification 0, %d may be joined, want 5", got)
	}
}

// BenchmarkJoinable looks at packets of as many flows as there are packets, and of one.
func BenchmarkJoinable(b *testing.B) {
	for _, flows := range []int{1, 1000} {
		b.Run(map[int]string{1: "one flow", 1000: "1000 flows"}[flows], func(b *testing.B) {
			list := flow(false, false, 64, 18)
			for i, j := range list {
				if flows > 1 {
					j.udp.SrcPort += layers.UDPPort(i)
				}
				j.partial = true
			}
			packets := build(new(testing.T), list)
			for b.Loop() {
				for i := 0; i < len(packets); {
					i += Joinable(packets[i:], true)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(packets)), "ns/packet")
		})
	}
}
