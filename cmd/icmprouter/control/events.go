package control

import (
	"sync"
	"time"

	"github.com/icmprouter/icmprouter/config"
)

// Event is something that happened. Event says what: a change, a step of a timeline, a link that went down or came up, a reset of
// the counters; or hello, the first that a client sees, and lost, of which it has missed some.
type Event struct {
	Time  time.Time `json:"time"`
	Event string    `json:"event"`
	// By is who made a change: api, reload or timeline.
	By string `json:"by,omitempty"`
	*Applied
	// Play is the number of a timeline, Step that of its step, counted from zero, and What says what it does.
	Play  uint64       `json:"play,omitempty"`
	Step  *int         `json:"step,omitempty"`
	What  *config.Step `json:"what,omitempty"`
	Error string       `json:"error,omitempty"`
	Node  string       `json:"node,omitempty"`
	Link  string       `json:"link,omitempty"`
	Up    *bool        `json:"up,omitempty"`
	// Lost is how many events before this one a client was too slow for.
	Lost uint64 `json:"lost,omitempty"`
}

// hub gives each event to all who listen. It never waits for one.
type hub struct {
	mu        sync.Mutex
	listeners map[*listener]struct{}
}

// listener has a room of its own for events. Those that find it full are counted.
type listener struct {
	events chan Event
	lost   uint64
}

// Events returns a channel on which all that happens from now on comes, with room for so many events, and what ends it.
// Of those that find no room, the number comes with the next that does, as Lost.
func (e *Engine) Events(room int) (<-chan Event, func()) {
	l := &listener{events: make(chan Event, room)}
	h := &e.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners == nil {
		h.listeners = map[*listener]struct{}{}
	}
	h.listeners[l] = struct{}{}
	return l.events, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, l)
	}
}

// send is for any thread, also for a worker while all others rest: nothing that it waits for takes time.
func (h *hub) send(event Event) {
	event.Time = time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.listeners {
		event.Lost = l.lost
		select {
		case l.events <- event:
			l.lost = 0
		default:
			l.lost++
		}
	}
}
