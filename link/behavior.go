// Package link is a wire between two nodes: what becomes of a packet on its way
// from one to the other. It knows no clock, no socket and no chance that does not
// come from a seed.
package link

import (
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

// Behavior is what one direction of a link does to packets. Its parts do not know
// of each other, and each has a stream of random numbers of its own: changing one
// changes no other's mind. A packet meets them in this order:
//
//	loss ─▶ queue ─▶ rate, or trace ─▶ corruption ─▶ duplication ─▶ delay, jitter, reordering
//
// The zero value does nothing: packets cross at once.
type Behavior struct {
	// Down loses all packets, and those that are on their way when it is set.
	Down bool
	// Rate is how fast the link takes packets. Zero: at once, and nothing queues.
	Rate Rate
	// Trace gives the link its times of departure. Nil: Rate does.
	Trace *Trace
	// Queue is where packets wait for Rate or Trace.
	Queue Queue
	// Delay is how long a packet is on its way, once it has left.
	Delay Delay
	// Loss are the ways of getting lost, each on its own.
	Loss []Loss
	// Duplicate makes two of a packet.
	Duplicate Chance
	// Reorder lets a packet overtake those before it.
	Reorder Reorder
	// Corrupt changes bits.
	Corrupt Corrupt
}

// Rate is a speed. A packet takes (length + Overhead) * 8 / BitsPerSecond.
type Rate struct {
	// BitsPerSecond is the speed; zero: no limit.
	BitsPerSecond int64
	// Burst is how many octets leave at once after a pause, at full speed of the
	// machine. Zero: none; each takes its time.
	Burst int
	// Overhead is what each packet has on the wire beyond its IP length, in octets:
	// 38 for Ethernet with preamble and gap. It may be negative.
	Overhead int
}

// Queue is packets that wait for their departure.
type Queue struct {
	// Packets, Octets and Time bound it, each if not zero: packets, the sum of their
	// IP lengths, and how long a packet would wait at the rate of now. All zero: 1000
	// packets. The packet being sent is not in the queue.
	Packets int
	Octets  int
	Time    time.Duration
	// Discipline says who is dropped.
	Discipline Discipline
	// ECN marks packets of ECN-capable flows (ECT(0), ECT(1)) instead of dropping them
	// early (RFC 3168 §5). A full queue drops all the same.
	ECN bool
	// RED is for the discipline of its name.
	RED RED
	// CoDel is for the discipline of its name.
	CoDel CoDel
}

// Discipline says which packets a queue drops.
type Discipline uint8

// The disciplines.
const (
	// TailDrop drops what comes when the queue is full.
	TailDrop Discipline = iota
	// DisciplineRED drops early, at random (RFC 2309 §3; Floyd and Jacobson 1993).
	DisciplineRED
	// DisciplineCoDel drops what has waited too long for too long (RFC 8289).
	DisciplineCoDel
)

// RED drops with a probability that grows from zero at Min to Max at the average length Max.
type RED struct {
	// Min and Max are average lengths of the queue in octets.
	Min, Max int
	// Probability is that of a drop at Max, of 1. Zero: 0.1.
	Probability float64
	// Weight is that of each new length in the average. Zero: 0.002.
	Weight float64
}

// CoDel has the two numbers of RFC 8289 §3.2. Zero: 5 ms and 100 ms.
type CoDel struct{ Target, Interval time.Duration }

// Delay is how long a packet is on its way.
type Delay struct {
	// Mean is what it takes without jitter.
	Mean time.Duration
	// Jitter is how far it strays: half the width of the uniform distribution, the
	// standard deviation of the others. No packet arrives before it left.
	Jitter time.Duration
	// Distribution says how.
	Distribution Distribution
	// Table holds the inverse of a cumulative distribution for DistributionTable, in steps
	// of equal probability, in units of Jitter.
	Table []float64
	// Correlation says how much each jitter is like the one before, from 0 to 1.
	Correlation float64
	// Overtake lets jitter change the order of packets. Without, one that would be too early
	// arrives with the one before it.
	Overtake bool
}

// Distribution is that of jitter.
type Distribution uint8

// The distributions.
const (
	Uniform Distribution = iota
	Normal
	// Pareto has shape 3: most are early, and some are very late.
	Pareto
	DistributionTable
)

// Loss is one way of getting lost, for the packets that match. Its parts are
// alternatives: one of them is set.
type Loss struct {
	Match wire.Match
	// Probability is that of each packet alone, from 0 to 1.
	Probability float64
	// Correlation says how much the luck of each is like that of the one before, from 0 to 1.
	Correlation float64
	// Gilbert has good and bad times.
	Gilbert *Gilbert
	// Every loses each nth packet that matches. 1: all.
	Every int
	// Fates is replayed over and over: true is lost.
	Fates []bool
}

// Gilbert is the model of Gilbert and Elliott: a chain of two states, and the
// probability of loss in each. It steps once a packet.
type Gilbert struct {
	// ToBad and ToGood are the probabilities of changing state.
	ToBad, ToGood float64
	// LossGood and LossBad are those of losing a packet.
	LossGood, LossBad float64
}

// Chance is how often something happens to packets that match.
type Chance struct {
	Match       wire.Match
	Probability float64
	Correlation float64
	// Every is each nth; zero: Probability decides.
	Every int
}

// Reorder lets packets overtake.
type Reorder struct {
	Chance
	// By is how much earlier than the others it arrives. Zero: it has no delay at all.
	By time.Duration
}

// Corrupt changes bits of packets.
type Corrupt struct {
	Chance
	// Bits is how many bits of a packet are changed. Zero: one.
	Bits int
	// Where says which.
	Where Where
}

// Where says where bits are changed.
type Where uint8

// The places.
const (
	// Anywhere: some checksum catches it, as a rule.
	Anywhere Where = iota
	// Header: in the IP header. The next node sees it in IPv4; IPv6 has no checksum there.
	Header
	// Payload: behind the IP headers. The transport's checksum catches it.
	Payload
	// Unseen: behind the transport header, two bits, so that the Internet checksum is as
	// before: what only a stronger check catches.
	Unseen
)
