package wire_test

import (
	"bytes"
	"testing"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/wire"
)

// FuzzInspect: of any datagram, nothing panics, no octet is written, and a fault
// points into the packet. gVisor judges the hop-by-hop options.
func FuzzInspect(f *testing.F) {
	for _, payload := range []string{
		"11 00 0104 00000000  8235 8235 0008 0000",
		"11 00 9e04 00000000",
		"3b 02 1e00 1e00 1e00 0502 0000 1e00 de00 0100 00000000 00000000",
		"3b 00 00 1eff 000000",
		"3c 00 5e04 00000000  00 00 0104 00000000",
		"2b 00 0104 00000000  2c 00 0000 00000000  3c 00 0001 deadbeef  11 00 0104 00000000",
		"33 00 0104 00000000  2c 01 0000 00000001 00000001  06 00 0001 00000001  0050 0050",
	} {
		f.Add(ip6{next: 0, payload: unhex(payload)}.bytes(), 2)
		f.Add(ip6{next: 60, payload: unhex(payload)}.bytes(), 8)
		f.Add(ip6{next: 44, payload: unhex(payload)}.bytes(), 0)
	}
	f.Add(ip4{ttl: 64, protocol: 44, flags: 0x2001, options: count(8), payload: count(9)}.bytes(), 8)
	f.Fuzz(func(t *testing.T, in []byte, limit int) {
		if len(in) > wire.MaxDatagram {
			return
		}
		p := load(in)
		if p.Parse() != drop.Alive {
			return
		}
		transit, local, fragment := p.InspectHopByHop(limit), p.InspectChain(limit), p.InspectFragment()
		if !bytes.Equal(p.Buffer()[wire.Headroom:][:len(in)], in) {
			t.Fatal("the buffer was written to")
		}
		for _, fault := range []wire.Fault{transit, local, fragment} {
			// A truncated header may begin where the packet ends.
			if last := len(p.Data); fault.Pointer < 0 || fault.Pointer > last ||
				fault.Pointer == last && fault.Kind != wire.FaultTruncated || fault.Kind == wire.FaultNone && fault.Pointer != 0 {
				t.Errorf("%x: got %v for %d octets", p.Data, fault, last)
			}
		}
		if transit != noFault && transit != local {
			t.Errorf("%x: got %v in transit and %v at the destination, want the same", p.Data, transit, local)
		}
		if p.Version == wire.V6 {
			agreeOptions(t, p, limit, transit)
		}
	})
}

// agreeOptions reads the hop-by-hop options with gVisor. It looks at an option's
// length before its type, and wants a Router Alert to have two octets.
func agreeOptions(t *testing.T, p *wire.Packet, limit int, got wire.Fault) {
	var want wire.Fault
	defer func() {
		if got != want {
			t.Errorf("%x, limit %d: got %v, gVisor %v", p.Data, limit, got, want)
		}
	}()
	h := header.IPv6(p.Data)
	if h.NextHeader() != wire.ProtoHopByHop {
		return
	}
	it := header.MakeIPv6PayloadIterator(header.IPv6HopByHopOptionsExtHdrIdentifier, buffer.MakeWithData(h.Payload()))
	defer it.Release()
	first, _, err := it.Next()
	if err != nil {
		want = wire.Fault{Kind: wire.FaultTruncated, Pointer: 40}
		return
	}
	hop := first.(header.IPv6HopByHopOptionsExtHdr)
	defer hop.Release()
	for options := hop.Iter(); ; limit-- {
		option, done, err := options.Next()
		at := int(it.HeaderOffset()+options.OptionOffset()) + 2 // counts from the first option
		switch {
		case err != nil:
			want = malformed(p, at, limit, got)
			return
		case done:
			return
		case limit <= 0:
			want = wire.Fault{Kind: wire.FaultTooManyOptions, Pointer: at}
			return
		}
		unknown, ok := option.(*header.IPv6UnknownExtHdrOption)
		if !ok {
			continue
		}
		unknown.Data.Release()
		if want = asks(unknown.UnknownAction(), p, at); want != noFault {
			return
		}
	}
}

// malformed is the fault of an option that gVisor refuses for its length.
func malformed(p *wire.Packet, at, limit int, got wire.Fault) wire.Fault {
	kind := p.Data[at]
	switch {
	case kind == 1: // PadN
	case limit <= 0:
		return wire.Fault{Kind: wire.FaultTooManyOptions, Pointer: at}
	case kind>>6 != 0:
		return asks(header.IPv6OptionUnknownAction(kind>>6), p, at)
	case kind == 5: // a Router Alert of another length is none to us
		return got
	}
	if at+1 == 40+8+int(p.Data[41])*8 {
		return wire.Fault{Kind: wire.FaultField, Pointer: at}
	}
	return wire.Fault{Kind: wire.FaultField, Pointer: at + 1}
}

func asks(action header.IPv6OptionUnknownAction, p *wire.Packet, at int) wire.Fault {
	switch action {
	case header.IPv6OptionUnknownActionDiscard:
		return wire.Fault{Kind: wire.FaultSilentOption, Pointer: at}
	case header.IPv6OptionUnknownActionDiscardSendICMP:
		return wire.Fault{Kind: wire.FaultOption, Pointer: at}
	case header.IPv6OptionUnknownActionDiscardSendICMPNoMulticastDest:
		if header.IsV6MulticastAddress(header.IPv6(p.Data).DestinationAddress()) {
			return wire.Fault{Kind: wire.FaultSilentOption, Pointer: at}
		}
		return wire.Fault{Kind: wire.FaultOption, Pointer: at}
	}
	return noFault
}
