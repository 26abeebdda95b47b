package scenario

import (
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

// FuzzObserver shows an observer whatever parses as a packet, at all posts: it must not panic, and what got through
// was sent.
func FuzzObserver(f *testing.F) {
	for _, family := range families {
		s := &stage{t: f, f: family}
		f.Add(s.ip(family.hosts[0], family.hosts[1], 6, payloadOf(20)), byte(0), uint16(0))
		f.Add(s.ip(family.hosts[0], family.hosts[1], 17, s.udpLayer(), payloadOf(3000)), byte(3), uint16(1000))
		f.Add(s.ip(family.hosts[1], family.hosts[0], 1, payloadOf(8)), byte(2), uint16(0))
		f.Add(s.ip(family.hosts[1], family.hosts[0], 58, payloadOf(8)), byte(1), uint16(0))
		f.Add(s.ip(family.hosts[1], family.hosts[0], 44, payloadOf(16)), byte(1), uint16(0))
	}
	var o Observer
	now := time.Duration(0)
	f.Fuzz(func(t *testing.T, data []byte, where byte, gso uint16) {
		var p wire.Packet
		p.Attach(make([]byte, wire.BufferSize))
		p.SetLen(copy(p.Buffer()[wire.Headroom:wire.Headroom+len(data)], data))
		p.GSO = wire.GSO{Size: int(gso), ChecksumStart: int(where), ChecksumOffset: 16}
		if gso == 0 {
			p.GSO = wire.GSO{}
		}
		if p.Parse() != 0 {
			return
		}
		for range 3 {
			now += time.Duration(where) * time.Millisecond
			o.At(Side(where&1)).Packet(&p, where&2 != 0, now)
		}
		v := o.Observe(now)
		for side, w := range v.Ways {
			if w.Delivered.Datagrams > 0 && w.Delivered.Largest > wire.MaxDatagram*2 || w.Segment < 0 || w.Open.Length < 0 {
				t.Errorf("%s: %+v", Side(side), w)
			}
		}
		Judge(&v, nil)
		Judge(&v, &v)
	})
}
