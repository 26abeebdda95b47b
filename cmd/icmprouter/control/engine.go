// Package control changes a network while it runs: one engine owns its configuration, and whoever wants another one, be it a
// signal, a timeline or a client of the API, asks the engine.
package control

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/config/document"
	"github.com/icmprouter/icmprouter/network"
)

// Engine owns the configuration of a network as it runs. Each change is made on a copy, checked whole, and swapped between two
// packets; its revision is one more than that before. All methods may be called by anybody at any time.
type Engine struct {
	// OnStep, if it is set before Play or Begin, is told of each step of a timeline when it is over.
	OnStep func(index int, step config.Step, applied Applied, err error)

	path string
	net  *network.Network
	log  *slog.Logger
	hub  hub

	changing sync.Mutex // held by who makes a change, from its reading to its end
	mu       sync.Mutex // guards what follows
	text     []byte     // never changed, but replaced
	revision uint64
	began    context.Context // of the timelines; nil: not yet
	stop     context.CancelFunc
	playing  sync.WaitGroup
	plays    atomic.Uint64 // that were begun
}

// New returns the engine of a network that was made of the text of the file at path, "-" being standard input. The engine
// takes over what the network says when a device is lost or comes back; it is made before Run.
func New(path string, text []byte, net *network.Network, log *slog.Logger) *Engine {
	e := &Engine{path: path, net: net, log: log, text: text, revision: 1}
	net.LinkChanged = func(node, link string, up bool) {
		e.hub.send(Event{Event: "link", Node: node, Link: link, Up: &up})
	}
	return e
}

// Document returns the configuration as it runs, which is not to be changed, and its revision: 1 is that of the beginning.
func (e *Engine) Document() (text []byte, revision uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.text, e.revision
}

// Change is what somebody wants. All of it is one change.
type Change struct {
	// Revision is that which the change was made for; zero: any.
	Revision uint64
	// Document replaces the whole; nil: what runs stays the base of Unset and Set.
	Document []byte
	// Unset takes values away, and Set sets them, in this order.
	Unset []string
	Set   config.Assignments
	// DryRun has all checked and nothing changed.
	DryRun bool
	// By says who wants it, in a word, for the log and for events.
	By string
}

// Applied is a change that took effect, or would.
type Applied struct {
	// Revision is that of the configuration now.
	Revision uint64 `json:"revision"`
	// At is the moment between two packets at which it took effect, and Clock the same by the network's
	// clock, in nanoseconds; zero: it was a dry run.
	At    time.Time     `json:"at,omitzero"`
	Clock time.Duration `json:"clock_ns,omitempty"`
	// Diff is what is different.
	Diff []Difference `json:"diff"`
	// Warnings are what the configuration may say but hardly means.
	Warnings []config.Mistake `json:"warnings"`
}

// Stale is a change that was made for a revision which is not the one that runs.
type Stale struct{ Given, Current uint64 }

func (e *Stale) Error() string {
	return fmt.Sprintf("revision %d is not the one that runs: that is %d", e.Given, e.Current)
}

// Refused is a configuration that is right, and that the network cannot become while it runs.
type Refused struct{ Err error }

func (e *Refused) Error() string { return e.Err.Error() }
func (e *Refused) Unwrap() error { return e.Err }

// Change makes a change, or none of it. The error is a *Stale, a *config.PathError, config.Mistakes, whose
// places are those of the document that would result, or a *Refused.
func (e *Engine) Change(c Change) (Applied, error) {
	e.changing.Lock()
	defer e.changing.Unlock()
	before, revision := e.Document()
	if c.Revision != 0 && c.Revision != revision {
		return Applied{}, &Stale{c.Revision, revision}
	}
	p, err := e.prepare(before, &c)
	if err != nil {
		return Applied{}, err
	}
	applied := Applied{Revision: revision, Diff: p.diff, Warnings: append([]config.Mistake{}, p.file.Warnings...)}
	if c.DryRun {
		return applied, nil
	}
	moment, err := e.net.Change(p.file.Plan())
	if err != nil {
		return Applied{}, &Refused{err}
	}
	applied.Revision, applied.At, applied.Clock = revision+1, moment.Wall, moment.Clock
	e.mu.Lock()
	e.text, e.revision = p.text, applied.Revision
	e.mu.Unlock()
	e.hub.send(Event{Event: "change", By: c.By, Applied: &applied})
	if p.replays {
		e.replay(p.file.Timeline)
	}
	if len(p.text) > large {
		debug.FreeOSMemory() // a large network as text, as plan and as tables is much at once
	}
	return applied, nil
}

// large is a text, in octets, whose remains are worth a collection.
const large = 1 << 20

// prepared is a change that has been checked.
type prepared struct {
	text    []byte
	file    *config.File
	diff    []Difference
	replays bool // the timeline is another one
}

// prepare makes the change on a copy of the text, and checks it.
func (e *Engine) prepare(before []byte, c *Change) (p prepared, err error) {
	p.text = before
	if c.Document != nil {
		p.text = c.Document
	}
	old, err := document.Parse(before)
	if err != nil {
		return p, err // it runs, and so it is none
	}
	now, err := document.Parse(p.text)
	if err != nil {
		if _, err := config.ParseBeside(e.path, p.text); err != nil {
			return p, err // which says where
		}
		return p, err
	}
	if len(c.Unset)+len(c.Set) > 0 {
		if err := config.Edit(now, c.Set, c.Unset); err != nil {
			return p, err
		}
		p.text = now.Bytes()
	}
	p.diff = Diff(old, now)
	p.replays = !same(old.Root.Get("timeline"), now.Root.Get("timeline"))
	parse := config.ParseRunning
	if p.replays {
		parse = config.ParseBeside
	}
	p.file, err = parse(e.path, p.text)
	return p, err
}

// Reload reads the file again.
func (e *Engine) Reload() (Applied, error) {
	if e.path == "-" {
		return Applied{}, fmt.Errorf("it came from standard input, which cannot be read again: run it from a file")
	}
	text, err := config.Text(e.path)
	if err != nil {
		return Applied{}, err
	}
	defer debug.FreeOSMemory()
	return e.Change(Change{Document: text, By: "reload"})
}

// ResetCounters makes all counters zero, and says when.
func (e *Engine) ResetCounters() network.Moment {
	at := e.net.ResetCounters()
	e.hub.send(Event{Event: "reset"})
	return at
}

// Network is what the engine changes: for those who look.
func (e *Engine) Network() *network.Network { return e.net }
