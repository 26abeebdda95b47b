package tundev

import (
	"sync"

	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
)

// gather is what one writev needs to send many packets as one: a header of its
// own, and where the payloads are. The packets stay as they are, lest the kernel
// refuse them together.
type gather struct {
	header [virtioNetHdrLen + wire.MaxJoinHeader]byte
	parts  [1 + wire.MaxJoined]unix.Iovec
}

var gathers = sync.Pool{New: func() any { return new(gather) }}

// joinable says how many of the packets, from the first on, may be written as one.
func (d *kernelTUN) joinable(batch []*wire.Packet) int {
	if d.coalesce == CoalesceOff || d.plain.Load() {
		return 1
	}
	return wire.Joinable(batch, d.coalesce == CoalesceAll)
}

// join writes joinable packets as one super-packet, of which the kernel takes
// all or, on an error, nothing.
func (d *kernelTUN) join(packets []*wire.Packet) error {
	g := gathers.Get().(*gather)
	defer gathers.Put(g)
	gso := wire.JoinHeader(g.header[virtioNetHdrLen:], packets)
	header := g.header[:virtioNetHdrLen+gso.HeaderLen]
	writeHeader(header, &gso, header[virtioNetHdrLen:])
	parts := g.parts[:1+len(packets)]
	parts[0] = part(header)
	for i, p := range packets {
		parts[1+i] = part(p.Data[gso.HeaderLen:])
	}
	err := d.writev(d.fd, parts)
	for err == unix.EINTR {
		err = d.writev(d.fd, parts)
	}
	clear(parts) // hold no buffer of others
	return err
}

func part(b []byte) unix.Iovec {
	v := unix.Iovec{Base: &b[0]}
	v.SetLen(len(b))
	return v
}
