package lab

import (
	"fmt"

	"github.com/icmprouter/icmprouter/tundev"
)

// placed is an opener to which the names of namespaces are those of the lab's: so a plan may be applied again.
type placed struct {
	tundev.Opener
	lab *Lab
}

// spec is one with the path of its namespace.
func (o placed) spec(s tundev.Spec) (tundev.Spec, error) {
	if s.Backend == tundev.Memory {
		return s, nil
	}
	n := o.lab.places[s.Netns]
	if n == nil {
		return s, fmt.Errorf("the lab has no namespace %q", s.Netns)
	}
	s.Netns = n.Path()
	return s, nil
}

func (o placed) Open(s tundev.Spec) (tundev.Device, error) {
	s, err := o.spec(s)
	if err != nil {
		return nil, err
	}
	return o.Opener.Open(s)
}

func (o placed) Reopen(s tundev.Spec) (tundev.Device, error) {
	s, err := o.spec(s)
	if err != nil {
		return nil, err
	}
	return o.Opener.Reopen(s)
}

func (o placed) Configure(d tundev.Device, s tundev.Spec) error {
	s, err := o.spec(s)
	if err != nil {
		return err
	}
	return o.Opener.Configure(d, s)
}

func (o placed) Present(d tundev.Device, s tundev.Spec) error {
	s, err := o.spec(s)
	if err != nil {
		return err
	}
	return o.Opener.Present(d, s)
}
