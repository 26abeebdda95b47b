package scenario

import "time"

const (
	// maxBins is how many bins a series has; firstBin is how wide they are at first.
	maxBins  = 256
	firstBin = 10 * time.Millisecond
)

// series is a sum over time in bins. When the time is longer than they are together, two become one.
type series struct {
	bins    [maxBins]uint64
	doubled uint // how often that was
	used    int
}

func (s *series) width() time.Duration { return firstBin << s.doubled }

// add adds to the bin of a time since the first packet.
func (s *series) add(octets uint64, now time.Duration) {
	for now >= maxBins*s.width() {
		for i := range maxBins / 2 {
			s.bins[i] = s.bins[2*i] + s.bins[2*i+1]
		}
		clear(s.bins[maxBins/2:])
		s.used = (s.used + 1) / 2
		s.doubled++
	}
	bin := int(now / s.width())
	s.bins[bin] += octets
	s.used = max(s.used, bin+1)
}

// at returns the bins as wide as a bin that is as wide or wider, by a power of two.
func (s *series) at(width time.Duration) []uint64 {
	ratio := int(width / s.width())
	out := make([]uint64, (s.used+ratio-1)/ratio)
	for i, octets := range s.bins[:s.used] {
		out[i/ratio] += octets
	}
	return out
}
