package config

import (
	"fmt"

	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/ratelimit"
)

// kinds are what the file says of each kind of message.
func (c *ICMP) kinds() [ratelimit.NumKinds]*Message {
	return [...]*Message{
		ratelimit.TooBig:           &c.PacketTooBig,
		ratelimit.TimeExceeded:     &c.TimeExceeded,
		ratelimit.Unreach:          &c.Unreachable,
		ratelimit.ParameterProblem: &c.ParameterProblem,
		ratelimit.Redirect:         &c.Redirect,
		ratelimit.SourceQuench:     &c.SourceQuench,
	}
}

// labels is the label stack of an interface. What is told of a label beyond its
// number is the router's to say.
func (i Interface) labels() (stack []icmpgen.Label) {
	for _, label := range i.MPLS {
		stack = append(stack, icmpgen.Label{Label: uint32(label)})
	}
	return stack
}

// mostLabels bounds a label stack: more do not fit beside the quote where errors
// are short, and nobody pushes as many.
const mostLabels = 16

func (s *source) checkLabels(i Interface, path string) {
	if len(i.MPLS) > mostLabels {
		s.refuse(path+".mpls", fmt.Sprintf("%d labels are too many", len(i.MPLS)), fmt.Sprintf("at most %d", mostLabels))
	}
}
