package traffic

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// agent is the process in the namespace.
type agent struct {
	tcpBytes, udpPackets, sent atomic.Uint64

	stop    func()
	running sync.WaitGroup
	// failed is the first thing that went wrong with the load.
	failed atomic.Pointer[error]
}

// Serve is the life of an agent: it listens, says so with an empty line of
// counters, and answers requests until there are no more.
func Serve(in io.Reader, out io.Writer) error {
	a := &agent{stop: func() {}}
	if err := a.listen(); err != nil {
		return err
	}
	requests, replies := json.NewDecoder(in), json.NewEncoder(out)
	if err := replies.Encode(a.answer(request{})); err != nil {
		return err
	}
	for {
		var r request
		if err := requests.Decode(&r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := replies.Encode(a.answer(r)); err != nil {
			return err
		}
	}
}

func (a *agent) listen() error {
	if err := a.listenTCP(); err != nil {
		return fmt.Errorf("listen for TCP: %w", err)
	}
	if err := a.listenUDP(UDPPort, false); err != nil {
		return fmt.Errorf("listen for UDP: %w", err)
	}
	if err := a.listenUDP(GROPort, true); err != nil {
		return fmt.Errorf("listen for UDP with GRO: %w", err)
	}
	return nil
}

// answer does what a request wants. Every reply has the counters of that moment.
func (a *agent) answer(r request) (answer reply) {
	var err error
	switch {
	case r.Start != nil:
		err = a.start(*r.Start)
	case r.Stop:
		a.stop()
		a.running.Wait()
		a.stop = func() {}
		if failed := a.failed.Swap(nil); failed != nil {
			err = *failed
		}
	case r.Ping != nil:
		answer.RTT, answer.Lost, err = ping(*r.Ping)
	}
	if err != nil {
		answer.Error = err.Error()
	}
	answer.Counters = a.counters()
	return answer
}

func (a *agent) start(l Load) error {
	switch l.Kind {
	case TCP, Reverse:
		return a.startTCP(l)
	case UDP, GSO:
		return a.startUDP(l)
	}
	return fmt.Errorf("no such load: %q", l.Kind)
}

// fail notes what went wrong with the load, unless it was told to stop.
func (a *agent) fail(err error) { a.failed.CompareAndSwap(nil, &err) }

func (a *agent) counters() Counters {
	return Counters{
		At: monotonic(), Busy: Busy(), Errors: icmpErrors(),
		TCPBytes: a.tcpBytes.Load(), UDPPackets: a.udpPackets.Load(), Sent: a.sent.Load(),
	}
}

// Agent is the other end of an agent: that of who asks it.
type Agent struct {
	requests *json.Encoder
	replies  *json.Decoder
}

// Connect waits until the agent behind in and out listens.
func Connect(in io.Writer, out io.Reader) (*Agent, error) {
	a := &Agent{json.NewEncoder(in), json.NewDecoder(out)}
	var hello reply
	if err := a.replies.Decode(&hello); err != nil {
		return nil, fmt.Errorf("an agent did not start: %w", err)
	}
	return a, nil
}

func (a *Agent) ask(r request) (answer reply, err error) {
	if err := a.requests.Encode(r); err != nil {
		return answer, fmt.Errorf("an agent has ended: %w", err)
	}
	if err := a.replies.Decode(&answer); err != nil {
		return answer, fmt.Errorf("an agent has ended: %w", err)
	}
	if answer.Error != "" {
		return answer, errors.New(answer.Error)
	}
	return answer, nil
}

// Start begins to send a load.
func (a *Agent) Start(l Load) error {
	_, err := a.ask(request{Start: &l})
	return err
}

// Stop ends the load, and says what went wrong with it.
func (a *Agent) Stop() error {
	_, err := a.ask(request{Stop: true})
	return err
}

// Counters are those of this moment.
func (a *Agent) Counters() (Counters, error) {
	answer, err := a.ask(request{})
	return answer.Counters, err
}

// Ping returns the round-trip times in microseconds, and the number of requests
// that were not answered.
func (a *Agent) Ping(p Ping) (rtts []float64, lost int, err error) {
	answer, err := a.ask(request{Ping: &p})
	return answer.RTT, answer.Lost, err
}

// Settle is how long packets that are on their way may take to be counted.
const Settle = 20 * time.Millisecond
