package link_test

import (
	"bytes"
	"math/bits"
	"testing"

	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

// changed are the octets that differ, and how many bits.
func changed(t *testing.T, a, b []byte) (places []int, count int) {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("%d octets became %d", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			places = append(places, i)
			count += bits.OnesCount8(a[i] ^ b[i])
		}
	}
	return places, count
}

// transportValid sums a transport header and its payload, with the pseudo-header (RFC 8200 §8.1).
func transportValid(t *testing.T, b []byte) bool {
	t.Helper()
	header, addresses, protocol := 20, 12, b[9]
	if b[0]>>4 == 6 {
		header, addresses, protocol = 40, 8, b[6]
	}
	sum := onesSum(b[addresses:header]) + uint32(protocol) + uint32(len(b)-header)
	if protocol == 1 {
		sum = 0
	}
	sum += onesSum(b[header:])
	return sum&0xffff+sum>>16 == 0xffff
}

func TestCorrupt(t *testing.T) {
	families(t, func(t *testing.T, version uint8) {
		header := map[uint8]int{4: 20, 6: 40}[version]
		for where, name := range map[link.Where]string{link.Anywhere: "anywhere", link.Header: "header", link.Payload: "payload", link.Unseen: "unseen"} {
			for _, count := range []int{0, 1, 2, 7, 64} {
				for _, icmp := range []bool{false, true} {
					w := newWires()
					d := w.NewDirection(uint64(count), link.Behavior{Corrupt: link.Corrupt{Chance: link.Chance{Every: 1}, Bits: count, Where: where}})
					spread := map[int]bool{}
					for i := range 200 {
						p := packet(t, spec{version: version, length: 101 + i%2, ports: [2]uint16{1, 2}, icmp: icmp})
						d.Send(p, 0, 0)
						got := w.Arrive(0).Packet.Data
						places, n := changed(t, p.Data, got)
						for _, place := range places {
							spread[place] = true
							inside := where == link.Anywhere || where == link.Header && place < header ||
								where == link.Payload && place >= header || where == link.Unseen && place >= header+8
							if !inside {
								t.Fatalf("%s: octet %d changed", name, place)
							}
						}
						want := max(1, count)
						if where == link.Unseen {
							want = max(2, (count+1)&^1)
							if onesSum(got[header:]) != onesSum(p.Data[header:]) || !transportValid(t, got) {
								t.Fatal("a checksum sees it")
							}
						}
						if n != want {
							t.Fatalf("%s: %d bits changed, want %d", name, n, want)
						}
						if where == link.Payload && want == 1 && transportValid(t, got) {
							t.Fatal("no checksum sees it")
						}
						if where == link.Header && want == 1 && version == 4 && sumValid(got[:20]) {
							t.Fatal("the header checksum does not see it")
						}
					}
					if d.Counters.Corrupted != 200 {
						t.Errorf("%s: %d counted", name, d.Counters.Corrupted)
					}
					if least := map[link.Where]int{link.Header: 20}[where]; len(spread) < max(least-2, 18) {
						t.Errorf("%s: %d octets ever changed", name, len(spread))
					}
				}
			}
		}
	})
}

// Zeros have no two bits that can be changed unseen; a packet without payload has nothing to change in it.
func TestNothingToCorrupt(t *testing.T) {
	families(t, func(t *testing.T, version uint8) {
		header := map[uint8]int{4: 20, 6: 40}[version]
		for _, length := range []int{header + 8, header + 9, header + 10, header + 11, header + 100} {
			w := newWires()
			d := w.NewDirection(1, link.Behavior{Corrupt: link.Corrupt{Chance: link.Chance{Every: 1}, Where: link.Unseen}})
			p := packet(t, spec{version: version, length: length, zero: true})
			d.Send(p, 0, 0)
			if got := w.Arrive(0); !bytes.Equal(got.Packet.Data, p.Data) || d.Counters.Corrupted != 0 {
				t.Errorf("%d octets: % x", length, got.Packet.Data)
			}
		}
		// One pair among zeros is found.
		w := newWires()
		d := w.NewDirection(1, link.Behavior{Corrupt: link.Corrupt{Chance: link.Chance{Every: 1}, Where: link.Unseen, Bits: 64}})
		d.Send(packet(t, spec{version: version, length: 1400, number: 1, zero: true}), 0, 0)
		if got := w.Arrive(0); !transportValid(t, got.Packet.Data) || d.Counters.Corrupted != 1 {
			t.Error("the only bit was not found")
		}
	})
}

// A checksum that is left to the next device is completed before bits change: else that device
// would make a right one.
func TestCorruptCompletes(t *testing.T) {
	families(t, func(t *testing.T, version uint8) {
		whole := packet(t, spec{version: version, length: 100})
		for _, every := range []int{1, 1000} {
			p := parsed(t, whole.Data)
			start := p.Transport
			// What stands in the field so far is the sum of the pseudo-header.
			pseudo := onesSum(p.Data[start-map[uint8]int{4: 8, 6: 32}[version]:start]) + wire.ProtoUDP + uint32(len(p.Data)-start)
			pseudo = pseudo&0xffff + pseudo>>16
			p.Data[start+6], p.Data[start+7] = byte(pseudo>>8), byte(pseudo)
			p.GSO = wire.GSO{ChecksumStart: start, ChecksumOffset: 6}
			p.Parse()
			w := newWires()
			d := w.NewDirection(1, link.Behavior{Corrupt: link.Corrupt{Chance: link.Chance{Every: every}, Where: link.Payload}})
			d.Send(p, 0, 0)
			got := &w.Arrive(0).Packet
			if every == 1000 {
				if got.GSO != p.GSO || !bytes.Equal(got.Data, p.Data) {
					t.Errorf("GSO facts %+v", got.GSO)
				}
				continue
			}
			if _, n := changed(t, whole.Data, got.Data); n != 1 || got.GSO != (wire.GSO{}) || transportValid(t, got.Data) {
				t.Errorf("%d bits differ, GSO facts %+v", n, got.GSO)
			}
		}
	})
}
