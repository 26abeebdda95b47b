package scenario

import "time"

// Side is one end of the network under test.
type Side uint8

// The sides. What a side sends has the same number.
const (
	Client Side = iota
	Server
)

// Other is the side at the other end.
func (s Side) Other() Side { return 1 - s }

func (s Side) String() string { return [2]string{"client", "server"}[s] }

// Observation is what crossed the wire in one run: nothing of it comes from the program. Times in JSON are in nanoseconds.
type Observation struct {
	// Length is the time from the first packet to the end of the run.
	Length time.Duration `json:"length_ns"`
	// Ended says that the program ended by itself, and not by the run's time.
	Ended bool `json:"ended"`
	// Ways are what each side sent, by Side.
	Ways [2]Way `json:"ways"`
	// Flows is how many there were, of all protocols.
	Flows int `json:"flows"`
	// Fates are what the nodes did with packets, and what they said or kept to themselves.
	Fates []Fate `json:"fates"`
	// MTUs are those of each node's narrowest interface, in octets.
	MTUs map[string]int `json:"mtus,omitempty"`
	// StoodStill is the longest time in which the machine let no program run that wanted to, as a busy or a suspended one does: as
	// much longer may a stall be.
	StoodStill time.Duration `json:"stood_still_ns"`
	// Bin is the width of the bins of Way.Series.
	Bin time.Duration `json:"bin_ns"`
}

// Way is what one side sent to the other.
type Way struct {
	// Sent and Delivered are datagrams as the sender's and the receiver's wire had them.
	Sent      Traversal `json:"sent"`
	Delivered Traversal `json:"delivered"`
	// Offered is payload that was sent, in octets: of TCP what was sent the first time.
	Offered uint64 `json:"offered"`
	// Payload is what of it got through: of TCP what the receiver acknowledged, of UDP what it was handed.
	Payload uint64 `json:"payload"`
	// Until is when Payload last grew, since the first packet.
	Until time.Duration `json:"until_ns"`
	// Retransmissions are TCP segments of which something had been sent before.
	Retransmissions uint64 `json:"retransmissions"`
	// Segment and LastSegment are the longest and the last of full datagrams, in octets: of TCP those that no lack of data made
	// short, of others what the sender sent several of in a row.
	Segment     int `json:"segment"`
	LastSegment int `json:"last_segment"`
	// Stall is the first stall; Longest is the longest.
	Stall   Stall `json:"first_stall"`
	Longest Stall `json:"longest_stall"`
	// Open is a stall that has not ended, with its length so far.
	Open Stall `json:"open_stall"`
	// TooBig is how many Packet Too Big reached the sender; MTU is what the last of them told.
	TooBig uint64 `json:"packet_too_big"`
	MTU    int    `json:"told_mtu"`
	// What the sender did: it made segments smaller after a loss or an error; it sent fragments; it tried which
	// size passes; it ended a flow, or had it ended, in a stall.
	Shrank     bool `json:"shrank"`
	Fragmented bool `json:"fragmented"`
	Probed     bool `json:"probed"`
	GaveUp     bool `json:"gave_up"`
	// Series is the growth of Payload in each Bin.
	Series []uint64 `json:"series,omitempty"`
}

// Traversal counts datagrams.
type Traversal struct {
	Datagrams uint64 `json:"datagrams"`
	Octets    uint64 `json:"octets"`
	Fragments uint64 `json:"fragments"`
	// Largest is the longest of them in octets; of one that came in fragments, what it was before, if all came.
	Largest int `json:"largest"`
}

// Stall is a time without progress while something was outstanding. Without a length there was none.
type Stall struct {
	// At is since the first packet of the run.
	At     time.Duration `json:"at_ns"`
	Length time.Duration `json:"length_ns"`
	// After is what of the flow had got through by then, in octets of payload.
	After uint64 `json:"after"`
}

// Fate is what one node did to some packets, or what became of messages that it owed.
type Fate struct {
	// Node is where, and Link the interface whose link did it, if not the node.
	Node string `json:"node"`
	Link string `json:"link,omitempty"`
	// What is a message, such as too-big, or "packet".
	What string `json:"what"`
	// How is a word of the counters: sent, withheld, limited, …, or a reason to drop.
	How string `json:"how"`
	// Class is what it means to the sender.
	Class Class  `json:"class"`
	Count uint64 `json:"count"`
}

// Class is what a Fate means to the sender.
type Class string

// The classes.
const (
	// Sent: the node said it.
	Sent Class = "sent"
	// Suppressed: the node owed it, and did not say it.
	Suppressed Class = "suppressed"
	// Altered: what the node said was not as the standards have it.
	Altered Class = "altered"
	// Dropped: the packet went no further.
	Dropped Class = "dropped"
)
