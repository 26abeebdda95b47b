package tundev

import (
	"sync"

	"github.com/icmprouter/icmprouter/wire"
)

// segmenter sends packets over what takes only plain ones: super-packets in
// their segments, checksums complete. Its zero value is ready, and safe for concurrent use.
type segmenter struct {
	mu      sync.Mutex
	segment wire.Packet
}

// send hands each segment of a parsed packet to put, in order, until one is
// refused. The packet stays the caller's; a segment is lent until put returns.
func (s *segmenter) send(p *wire.Packet, put func(*wire.Packet) error) error {
	if p.GSO.Size == 0 {
		p.Complete()
		return put(p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.segment.Buffer() == nil {
		s.segment.Attach(make([]byte, wire.BufferSize))
	}
	for segments := p.Segments(); segments.More(); {
		segments.Next(&s.segment)
		if err := put(&s.segment); err != nil {
			return err
		}
	}
	return nil
}
