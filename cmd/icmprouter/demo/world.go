package demo

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/tundev"
)

// world is what the story is told about: the router, and the client, from which
// all probes come. The server only answers.
type world struct {
	client host
	memory bool

	network  *network.Network
	config   string
	named    *strings.Replacer // gives namespaces their names in the story
	counters func(io.Writer, []network.NodeStats) error
	closers  []func()

	// sequence numbers the echo requests, port the UDP probes.
	sequence, port int
	// expired counts the time exceeded messages that the client has received.
	expired int
}

// host is the client, real or simulated.
type host interface {
	// echo sends an echo request with the identifier echoID.
	echo(f *family, dst netip.Addr, sequence int, data []byte) error
	// udp sends a datagram that must not be fragmented on the way.
	udp(f *family, dst netip.AddrPort, ttl int, data []byte) error
	// next waits for the next ICMP message to the client. It is false when none
	// came until then.
	next(f *family, until time.Time) (message, bool)
	// pathMTU is what the host believes of the path to dst, in octets.
	pathMTU(f *family, dst netip.Addr) (int, error)
	// transfer moves octets to the server by TCP.
	transfer(f *family, size int64) (transfer, error)
}

// configuration is the file that the story's network could be started with.
const configuration = `{ "nodes": { "r1": { "interfaces": {
    "left":  { "addresses": ["10.1.0.1/24", "fd00:1::1/64"], "mtu": 1500,
               "tun": { "netns": "client", "name": "tun0", "mtu": 1500,
                        "addresses": ["10.1.0.2/24", "fd00:1::2/64"], "routes": ["0.0.0.0/0", "::/0"] } },
    "right": { "addresses": ["10.2.0.1/24", "fd00:2::1/64"], "mtu": 1400,
               "tun": { "netns": "server", "name": "tun0", "mtu": 1500,
                        "addresses": ["10.2.0.2/24", "fd00:2::2/64"], "routes": ["0.0.0.0/0", "::/0"] } }
} } } }`

// start runs the router of the configuration, in which the replacer has put the
// namespaces, and adds it to the world.
func (w *world) start(o Options, place *strings.Replacer, opener tundev.Opener) error {
	file, err := config.Parse("the demo's configuration", []byte(place.Replace(o.config)))
	if err != nil {
		return err
	}
	w.config, w.counters = o.config, o.Counters
	if w.network, err = network.New(file.Plan(), opener, o.Log); err != nil {
		return err
	}
	w.atEnd(func() { w.network.Close() })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := w.network.Run(ctx); err != nil {
			o.Log.Error("the router ended", "error", err)
		}
	}()
	w.atEnd(func() { cancel(); <-ended })
	return nil
}

// atEnd has f done by close, before all that was asked for earlier.
func (w *world) atEnd(f func()) { w.closers = append(w.closers, f) }

func (w *world) close() {
	for len(w.closers) > 0 {
		last := len(w.closers) - 1
		w.closers[last]()
		w.closers = w.closers[:last]
	}
}

// patience is how long an answer may take: long, for a machine that is busy.
const patience = 2 * time.Second

// ping sends one echo request, and says how long its reply took.
func (w *world) ping(f *family, dst netip.Addr) (rtt time.Duration, answered bool, err error) {
	w.sequence++
	data := fmt.Appendf(nil, "echo request %-43d", w.sequence)
	sent := time.Now()
	if err := w.client.echo(f, dst, w.sequence, data); err != nil {
		return 0, false, err
	}
	reply, ok := w.await(f, patience, func(m message) bool {
		return m.repliesTo(f, w.sequence, data) && m.from == dst
	})
	return reply.at.Sub(sent), ok, nil
}

// probe sends one UDP datagram to a port of its own, and waits for the error about it.
func (w *world) probe(f *family, ttl int, data []byte) (m message, rtt time.Duration, ok bool, err error) {
	w.port++
	port := tracePort + w.port
	sent := time.Now()
	if err := w.client.udp(f, netip.AddrPortFrom(f.server, uint16(port)), ttl, data); err != nil {
		return m, 0, false, err
	}
	m, ok = w.await(f, patience, func(m message) bool { return m.isAbout(f, port) })
	return m, m.at.Sub(sent), ok, nil
}

// await waits for a message that matches, and forgets the others.
func (w *world) await(f *family, timeout time.Duration, matches func(message) bool) (message, bool) {
	for until := time.Now().Add(timeout); ; {
		m, ok := w.next(f, until)
		if !ok || matches(m) {
			return m, ok
		}
	}
}

// next is the client's, and counts.
func (w *world) next(f *family, until time.Time) (message, bool) {
	m, ok := w.client.next(f, until)
	if ok && m.kind == f.timeExceeded {
		w.expired++
	}
	return m, ok
}
