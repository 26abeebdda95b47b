package scenario

import (
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

// data has the server send octets in full segments of a length of datagram, each answered, from a sequence number on.
func (s *stage) data(seq uint32, segments, length int) (next uint32) {
	s.t.Helper()
	payload := length - s.f.header - 20
	for range segments {
		s.tcp(Server, "A", seq, 1101, payload, false)
		s.wait(delay)
		seq += uint32(payload)
		s.tcp(Client, "A", 1101, seq, 0, false)
		s.wait(delay)
	}
	return seq
}

func (s *stage) want(what string, got, want any) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestGoodputIsWhatTheReceiverAcknowledged(t *testing.T) {
	onStages(t, func(s *stage) {
		s.open()
		next := s.data(1001, 4, 1500)
		s.tcp(Server, "A", next, 1101, 1000, true) // sent, and lost
		s.tcp(Server, "A", next, 1101, 1000, false)
		s.wait(delay)
		s.tcp(Client, "A", 1101, next, 0, false) // a duplicate acknowledgment
		s.wait(delay)
		o := s.observe(true)
		w := o.Ways[Server]
		s.want("payload", w.Payload, uint64(4*(1500-s.f.header-20)))
		s.want("offered", w.Offered, uint64(4*(1500-s.f.header-20)+1000))
		s.want("retransmissions", w.Retransmissions, uint64(1))
		s.want("largest delivered", w.Delivered.Largest, 1500)
		s.want("request", o.Ways[Client].Payload, uint64(100))
		s.want("full segment", w.Segment, 1500)
		s.want("flows", o.Flows, 1)
	})
}

func TestFINAndSYNAreNoPayload(t *testing.T) {
	onStages(t, func(s *stage) {
		s.open()
		next := s.data(1001, 1, 1000)
		s.tcp(Server, "FA", next, 1101, 0, false)
		s.wait(delay)
		s.tcp(Client, "FA", 1101, next+1, 0, false)
		s.wait(delay)
		s.tcp(Server, "A", next+1, 1102, 0, false)
		s.wait(10 * time.Second)
		o := s.observe(true)
		s.want("server's payload", o.Ways[Server].Payload, uint64(1000-s.f.header-20))
		s.want("client's payload", o.Ways[Client].Payload, uint64(100))
		for side, w := range o.Ways {
			s.want(Side(side).String()+" open stall", w.Open.Length, time.Duration(0))
			s.want(Side(side).String()+" gave up", w.GaveUp, false)
		}
	})
}

// A FIN that is acknowledged late, or not at all, is nobody's stall.
func TestFINAloneIsNoStall(t *testing.T) {
	onStages(t, func(s *stage) {
		s.open()
		s.tcp(Client, "FA", 1101, 1001, 0, true)
		s.wait(4 * time.Second)
		s.tcp(Server, "FA", 1001, 1101, 0, false)
		s.wait(delay)
		w := s.observe(true).Ways[Client]
		s.want("stall", w.Longest.Length, time.Duration(0))
		s.want("gave up", w.GaveUp, false)
	})
}

func TestSuperPacketsCountAsTheirSegments(t *testing.T) {
	onStages(t, func(s *stage) {
		s.open()
		s.super(Server, "PA", 1001, 1101, 10*1400, 1400, false)
		s.wait(delay)
		s.tcp(Client, "A", 1101, 1001+14000, 0, false)
		s.wait(delay)
		s.super(Server, "PA", 1001+14000, 1101, 3*1400, 1400, true)
		s.wait(time.Second)
		s.super(Server, "PA", 1001+14000, 1101, 3*1400, 1400, true)
		o := s.observe(true)
		w := o.Ways[Server]
		s.want("sent", w.Sent.Datagrams, uint64(2+10+3+3))
		s.want("delivered", w.Delivered.Datagrams, uint64(2+10))
		s.want("largest sent", w.Sent.Largest, 1400+20+s.f.header)
		s.want("retransmissions", w.Retransmissions, uint64(3))
		s.want("payload", w.Payload, uint64(14000))
	})
}

func TestStallIsWaitingWhileSomethingIsOutstanding(t *testing.T) {
	onStages(t, func(s *stage) {
		s.open()
		next := s.data(1001, 3, 1400)
		s.wait(20 * time.Second) // an idle flow does not stall
		at := s.now - time.Hour
		s.tcp(Server, "A", next, 1101, 1000, true)
		s.wait(700 * time.Millisecond)
		s.tcp(Server, "A", next, 1101, 1000, false)
		s.wait(delay)
		s.tcp(Client, "A", 1101, next+1000, 0, false)
		s.wait(delay)
		next += 1000
		s.tcp(Server, "A", next, 1101, 1000, true)
		s.wait(5 * time.Second)
		w := s.observe(true).Ways[Server]
		s.want("first stall", w.Stall, Stall{at, 700*time.Millisecond + 2*delay, uint64(next - 1000 - 1001)})
		s.want("open stall", w.Open, Stall{at + 700*time.Millisecond + 2*delay, 5 * time.Second, uint64(next - 1001)})
		s.want("longest stall", w.Longest, w.Open)
	})
}

func TestUnansweredConnection(t *testing.T) {
	onStages(t, func(s *stage) {
		for range 3 {
			s.tcp(Client, "S", 1000, 0, 0, true)
			s.wait(2 * time.Second)
		}
		w := s.observe(false).Ways[Client]
		s.want("retransmissions", w.Retransmissions, uint64(2))
		s.want("open stall", w.Open, Stall{0, 6 * time.Second, 0})
	})
}

func TestGivingUpIsEndingInAStall(t *testing.T) {
	for _, flags := range []string{"FA", "RA"} {
		onStages(t, func(s *stage) {
			s.open()
			s.tcp(Server, "A", 1001, 1101, 1000, true)
			s.wait(3 * time.Second)
			s.tcp(Client, flags, 1101, 1001, 0, false)
			s.wait(delay)
			w := s.observe(true).Ways[Server]
			s.want("gave up", w.GaveUp, true)
			s.want("stall", w.Stall.Length, 3*time.Second)
		})
	}
}

func TestShrinkingAsToldIsNoProbing(t *testing.T) {
	onStages(t, func(s *stage) {
		s.open()
		next := s.data(1001, 3, 1500)
		lost := uint32(1500 - s.f.header - 20)
		s.tcp(Server, "A", next, 1101, int(lost), true)
		s.tell(Server, 1400)
		s.data(next, 3, 1400)
		w := s.observe(true).Ways[Server]
		s.want("shrank", w.Shrank, true)
		s.want("probed", w.Probed, false)
		s.want("segments", [2]int{w.Segment, w.LastSegment}, [2]int{1500, 1400})
		s.want("told", [2]uint64{w.TooBig, uint64(w.MTU)}, [2]uint64{1, 1400})
	})
}

func TestShrinkingUntoldIsProbing(t *testing.T) {
	onStages(t, func(s *stage) {
		s.open()
		next := s.data(1001, 3, 1500)
		s.tcp(Server, "A", next, 1101, 1500-s.f.header-20, true)
		s.wait(time.Second)
		s.data(next, 3, 1076)
		w := s.observe(true).Ways[Server]
		s.want("shrank", w.Shrank, true)
		s.want("probed", w.Probed, true)
	})
}

func TestLongerThanUsualIsAProbe(t *testing.T) {
	onStages(t, func(s *stage) {
		s.open()
		next := s.data(1001, 3, 1076)
		s.tcp(Server, "A", next, 1101, 1288-s.f.header-20, true)
		w := s.observe(true).Ways[Server]
		s.want("shrank", w.Shrank, false)
		s.want("probed", w.Probed, true)
	})
}

// A short segment at the end of what the program had to say makes nobody smaller.
func TestShortSegmentsAreNoShrinking(t *testing.T) {
	onStages(t, func(s *stage) {
		s.open()
		next := s.data(1001, 3, 1500)
		s.tcp(Server, "A", next, 1101, 700, true) // cut by the window
		s.wait(300 * time.Millisecond)
		s.tcp(Server, "A", next, 1101, 700, false)
		s.tcp(Server, "PA", next+700, 1101, 300, false)
		s.wait(delay)
		next = s.data(next+1000, 2, 1500)
		w := s.observe(true).Ways[Server]
		s.want("retransmissions", w.Retransmissions, uint64(1))
		s.want("shrank", w.Shrank, false)
		s.want("probed", w.Probed, false)
	})
}

func TestDatagrams(t *testing.T) {
	onStages(t, func(s *stage) {
		for range 20 {
			s.udp(Client, 1200, false)
			s.udp(Server, 1200, false)
			s.wait(10 * time.Millisecond)
		}
		s.udp(Client, 1400, true) // a probe
		s.wait(2 * time.Second)
		s.udp(Client, 1200, false)
		s.wait(delay)
		o := s.observe(true)
		w := o.Ways[Client]
		s.want("payload", w.Payload, uint64(21*1200))
		s.want("offered", w.Offered, uint64(21*1200+1400))
		s.want("largest sent", w.Sent.Largest, 1408+s.f.header)
		s.want("largest delivered", w.Delivered.Largest, 1208+s.f.header)
		s.want("probed", w.Probed, true)
		s.want("stall: one datagram is a program that rests", w.Longest.Length, time.Duration(0))
		s.want("the server's probing", o.Ways[Server].Probed, false)
	})
}

func TestStallOfDatagrams(t *testing.T) {
	onStages(t, func(s *stage) {
		s.udp(Client, 100, false)
		s.wait(delay)
		for range 4 {
			s.udp(Server, 1400, true)
			s.wait(time.Second)
		}
		w := s.observe(false).Ways[Server]
		s.want("open stall", w.Open, Stall{delay, 3 * time.Second, 0})
	})
}

func TestObserverAllocatesNothing(t *testing.T) {
	s := &stage{t: t, f: families[0], now: time.Hour}
	s.open()
	var p wire.Packet
	p.Attach(make([]byte, wire.BufferSize))
	post := s.observer.At(Client)
	data := s.ip(s.f.hosts[Client], s.f.hosts[Server], 17, s.udpLayer(), payloadOf(1000))
	copy(p.Buffer()[wire.Headroom:], data)
	p.SetLen(len(data))
	p.Parse()
	now := s.now
	if n := testing.AllocsPerRun(1000, func() {
		now += time.Millisecond
		post.Packet(&p, false, now)
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func TestSeriesKeepsItsSum(t *testing.T) {
	var s series
	for i := range 10000 {
		s.add(1, time.Duration(i)*7*time.Millisecond)
	}
	sum := uint64(0)
	for _, n := range s.at(2 * s.width()) {
		sum += n
	}
	if sum != 10000 || s.width() != 320*time.Millisecond {
		t.Errorf("sum %d in bins of %s, want 10000 in bins of 320ms", sum, s.width())
	}
}
