package forwarding_test

import (
	"bytes"
	"time"

	"github.com/icmprouter/icmprouter/wire"
)

// late is an output that waits.
type late struct {
	output
	at time.Duration
}

// Later notes an output that Send will see when the story has waited. It takes a copy, and the packet is free.
func (n *node) Later(link int, p *wire.Packet, delay time.Duration) {
	n.t.Helper()
	if err := check(n.family, p.Data); err != nil || delay <= 0 {
		n.t.Fatalf("sent to %s after %v: %v", linkNames[link], delay, err)
	}
	n.late = append(n.late, late{output{linkNames[link], bytes.Clone(p.Data), p.GSO}, n.now + delay})
	n.Free(p)
}

// due lets the packets go whose time has come.
func (n *node) due() {
	for len(n.late) > 0 && n.late[0].at <= n.now {
		n.outputs, n.late = append(n.outputs, n.late[0].output), n.late[1:]
	}
}
