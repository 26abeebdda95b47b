package scenario

import (
	"testing"
	"time"
)

// none is a piece that there is not.
const none = -1

func TestFragmentsAreWholeOrNothing(t *testing.T) {
	s := &stage{t: t, f: families[0], now: time.Hour} // IPv6 is cut by its sender alone: the observer reads both with wire
	s.pieces(2000, none)
	s.pieces(2000, 1)
	s.pieces(4000, 1) // the second of three is lost
	w := s.observe(true).Ways[Client]
	s.want("fragments sent", w.Sent.Fragments, uint64(7))
	s.want("fragments delivered", w.Delivered.Fragments, uint64(5))
	s.want("fragmented", w.Fragmented, true)
	s.want("payload", w.Payload, uint64(2000))
	s.want("largest", w.Delivered.Largest, 2028)
}

// What packets name does not grow: the flows of a scan go as others come.
func TestManyFlows(t *testing.T) {
	s := &stage{t: t, f: families[0], now: time.Hour}
	s.open()
	next := uint32(1001)
	for port := range 5000 {
		s.udpFrom(uint16(1024+port), 10)
		next = s.data(next, 1, 200)
	}
	o := s.observe(true)
	s.want("flows", o.Flows, 5001)
	s.want("payload", o.Ways[Client].Payload, uint64(5000*10+100))
	s.want("payload of the flow that goes on", o.Ways[Server].Payload, uint64(next-1001))
}

// A probe that is lost makes nobody send less; who sent as much before does.
func TestShrinkingOfDatagrams(t *testing.T) {
	onStages(t, func(s *stage) {
		for _, length := range []int{1200, 1400, 1200, 1200} {
			for range 20 {
				s.udp(Client, 1200, false)
				s.udp(Server, length, length > 1200)
				s.wait(10 * time.Millisecond)
			}
			s.udp(Client, 1400, true)
		}
		for range 20 {
			s.udp(Client, 1200, false)
		}
		o := s.observe(true)
		s.want("client", [2]bool{o.Ways[Client].Shrank, o.Ways[Client].Probed}, [2]bool{false, true})
		s.want("server", [2]bool{o.Ways[Server].Shrank, o.Ways[Server].Probed}, [2]bool{true, true})
	})
}
