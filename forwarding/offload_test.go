package forwarding_test

import (
	"encoding/binary"
	"fmt"

	"github.com/gopacket/gopacket/layers"

	"github.com/icmprouter/icmprouter/internal/kernelgso"
	"github.com/icmprouter/icmprouter/wire"
)

// first is the packet as it is on a wire, or the first segment of a super-packet.
func (b built) first() []byte {
	return kernelgso.Segments(b.bytes, b.gso.Size, b.gso.ChecksumStart, b.gso.ChecksumOffset)[0]
}

// offload is what a device says of a packet whose transport header is at start.
func (s *shape) offload(start int) (gso wire.GSO) {
	if s.gso != nil {
		gso = *s.gso
	}
	if s.partial {
		gso.ChecksumStart, gso.ChecksumOffset = start, checksumFields[s.protocol]
	}
	return gso
}

var checksumFields = map[layers.IPProtocol]int{layers.IPProtocolTCP: 16, layers.IPProtocolUDP: 6, layers.IPProtocolICMPv6: 2}

// readOffload takes a word that leaves work to the next device.
func (s *shape) readOffload(word string, l *line) error {
	switch word {
	case "gso":
		s.gso = &wire.GSO{Size: l.number()}
		fallthrough
	case "partial":
		s.partial = true
		s.edits = append(s.edits, func(b []byte) []byte {
			sum := kernelgso.PseudoSum(s.src.AsSlice(), s.dst.AsSlice(), uint8(s.protocol), len(b))
			binary.BigEndian.PutUint16(b[checksumFields[s.protocol]:], sum)
			return b
		})
	case "offload":
		s.gso = &wire.GSO{Size: l.number(), ChecksumStart: l.number(), ChecksumOffset: l.number()}
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return nil
}
