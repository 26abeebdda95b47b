package scenario_test

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/config/document"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/scenario"
	"github.com/icmprouter/icmprouter/tundev"
)

// lab is a network of a scenario in memory, whose time the test owns. Its hosts know nothing but what they are told to send.
type lab struct {
	t       *testing.T
	family  int
	doc     *document.Document
	file    *config.File
	net     *network.Network
	opener  tundev.MemoryOpener
	hosts   map[string]string // device of each
	names   map[string]string // of addresses
	now     time.Duration
	sent    time.Duration        // when a host sent last
	sends   map[string]int       // by host and kind
	arrived map[string][]arrival // by host
}

// arrival is what came to a host, and how long after the last packet was sent.
type arrival struct {
	what string
	late time.Duration
}

func newLab(t *testing.T, s *scenario.Scenario, faulty bool, family int) *lab {
	t.Helper()
	l := &lab{t: t, family: family, hosts: map[string]string{}, names: map[string]string{}, sends: map[string]int{},
		arrived: map[string][]arrival{}}
	text := s.Config(faulty)
	l.doc, _ = document.Parse(text)
	l.file = parsed(t, s.Name, text)
	plan := l.file.Plan()
	for _, node := range plan.Nodes {
		for _, i := range node.Interfaces {
			for _, address := range i.Addresses {
				l.names[address.Addr().String()] = node.Name
			}
			if host := i.Device.Netns; host != "" {
				l.hosts[host] = i.Device.String()
				for _, address := range i.Device.Addresses {
					l.names[address.Addr().String()] = host
				}
			}
		}
	}
	n, err := network.New(plan, &l.opener, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	l.net = n
	t.Cleanup(func() { n.Close() })
	return l
}

func parsed(t *testing.T, name string, text []byte) *config.File {
	t.Helper()
	file, err := config.Parse(name+".json", text)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// run does the steps, parted by semicolons, and tells what came to both hosts.
func (l *lab) run(steps string) string {
	l.t.Helper()
	for step := range strings.SplitSeq(steps, ";") {
		words := strings.Fields(step)
		switch words[0] {
		case "wait":
			d, err := time.ParseDuration(words[1])
			if err != nil {
				l.t.Fatal(err)
			}
			l.pass(d)
		case "play":
			l.play()
		default:
			l.send(words[0], words[1:])
			l.pass(400 * time.Millisecond)
		}
	}
	return l.told("server") + "; " + l.told("client")
}

// send has a host send one packet, or many: KIND LENGTH [xTIMES].
func (l *lab) send(host string, words []string) {
	l.t.Helper()
	times := 1
	if len(words) > 2 {
		times, _ = strconv.Atoi(words[2][1:])
	}
	length, err := strconv.Atoi(words[1])
	device := l.opener.Device(l.hosts[host])
	if err != nil || device == nil || times < 1 {
		l.t.Fatalf("%s sends %q: nobody understands it", host, words)
	}
	l.sends[host+" "+words[0]+" "+words[1]] += times
	for range times {
		l.sent = l.now
		for _, p := range l.packets(host, words[0], length) {
			if !device.InjectGSO(p.data, p.gso) {
				l.t.Fatalf("%s takes no more", host)
			}
		}
		l.pass(700 * time.Microsecond) // no faster than the links take it, lest queues have their say
	}
}

// pass lets time pass, event by event.
func (l *lab) pass(d time.Duration) {
	until := l.now + d
	for {
		next, waits := l.net.Step(l.now)
		l.collect()
		if !waits || next > until {
			break
		}
		l.now = max(next, l.now+1)
	}
	l.now = until
}

func (l *lab) collect() {
	for host, device := range l.hosts {
		for {
			b, ok := l.opener.Device(device).Receive(0)
			if !ok {
				break
			}
			l.arrived[host] = append(l.arrived[host], arrival{l.describe(b), l.now - l.sent})
		}
	}
}

// play applies what the timeline has to set, all at once. Without one, nothing changes.
func (l *lab) play() {
	l.t.Helper()
	timeline, _ := l.doc.Root.Get("timeline").(*document.List)
	if timeline == nil {
		return
	}
	for _, step := range timeline.Items {
		set := step.(*document.Object).Get("set").(*document.Object)
		for _, path := range set.Keys() {
			if err := l.doc.Set(path, set.Get(path)); err != nil {
				l.t.Fatal(err)
			}
		}
	}
	if err := l.net.Apply(parsed(l.t, "played", l.doc.Bytes()).Plan()); err != nil {
		l.t.Fatal(err)
	}
}

// told is what came to a host: each kind of packet once, with how many of those that were sent, or else how many there were.
func (l *lab) told(host string) string {
	other := map[string]string{"client": "server", "server": "client"}[host]
	var order []string
	count := map[string]int{}
	for _, a := range l.arrived[host] {
		what := a.what
		if a.late >= 500*time.Millisecond {
			what += " after " + a.late.Round(100*time.Millisecond).String()
		}
		if count[what]++; count[what] == 1 {
			order = append(order, what)
		}
	}
	for i, what := range order {
		switch n, of := count[what], l.sends[other+" "+what]; {
		case n == 1 && of <= 1:
		case n == of:
			order[i] = "all " + what
		case of > n:
			order[i] = "some " + what
		default:
			order[i] = fmt.Sprintf("%d × %s", n, what)
		}
	}
	if len(order) == 0 {
		return host + ": nothing"
	}
	return host + ": " + strings.Join(order, ", ")
}
