// Package demo tells in a few seconds what a router does: two hosts, a router
// between them, and probes that see for themselves. The probes and the reading of
// what comes back use nothing of this module: they judge the router as a stranger would.
package demo

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/icmprouter/icmprouter/network"
)

// Options says how the story is told.
type Options struct {
	// Out takes the story, Log what goes wrong beside it.
	Out io.Writer
	Log *slog.Logger
	// Color allows colours.
	Color bool
	// JSON writes one object a step instead of text.
	JSON bool
	// Memory tells the story with simulated hosts, also where real ones could be had.
	Memory bool
	// Counters prints the counters of nodes.
	Counters func(io.Writer, []network.NodeStats) error

	// config stands in the place of the story's own configuration.
	config string
}

// Status is the exit status of the process that told the story in our place.
type Status int

func (s Status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// obstacle is something that keeps real hosts out of the story, and its remedy.
type obstacle struct{ what, fix string }

// Run tells the story, and fails if a step did not give what it should. It is a
// Status if another process told the story, and has said why it failed.
func Run(o Options) error {
	if o.config == "" {
		o.config = configuration
	}
	if o.Memory {
		return o.tell(openMemory, nil)
	}
	lacks := scout()
	if len(lacks) > 0 {
		return o.tell(openMemory, lacks)
	}
	status, told, err := enter()
	switch {
	case err != nil:
		return err
	case !told:
		return o.tell(openKernel, nil)
	case status != 0:
		return Status(status)
	}
	return nil
}

// tell tells the steps in their order, in the world that open makes. A step that
// fails does not keep the others from being told.
func (o Options) tell(open func(Options) (*world, error), lacks []obstacle) error {
	w, err := open(o)
	if err != nil {
		return err
	}
	defer w.close()
	p := &page{out: o.Out, color: o.Color, json: o.JSON}
	p.preface(w.memory, lacks)
	for _, step := range story {
		p.begin(step.title)
		if err := step.tell(w, p); err != nil {
			p.check(false, "step", "failed: "+err.Error(), "to be done")
		}
		p.end()
	}
	return p.close()
}
