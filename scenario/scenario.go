// Package scenario is the catalogue of the ways in which path MTU discovery fails
// in the field, and the judge of what a program did in one of them.
package scenario

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/icmprouter/icmprouter/config/document"
	"github.com/icmprouter/icmprouter/internal/nearest"
)

// Scenario is one failure of the field, as a network that shows it.
type Scenario struct {
	// Name explains itself, such as ptb-filtered; Alias is its number in the catalogue, such as P02.
	Name, Alias string
	// Title is one line.
	Title string
	// Life is what happens in real life, a paragraph.
	Life string
	// Reports are who reported it: owner/repo#1, or an RFC with its section.
	Reports []string
	// Healthy is what a healthy sender does, a paragraph.
	Healthy string
	// Network is the truthful network that the fault is put into: a file of networks, without its ending.
	Network string
	// Setup changes that network for the scenario: it is there without the fault, too. Fault is what is wrong. Each is
	// PATH=VALUE, as icmprouter make --set takes it.
	Setup, Fault []string
	// Traffic is what crosses the network when no program is given.
	Traffic Traffic
	// Linux is what the TCP of Linux makes of it, with reno or cubic, where it sends as Traffic says.
	Linux Expectation
	// Datagrams is what becomes of UDP, where Traffic is that, in either family.
	Datagrams Verdict
}

// Traffic is what a client does, from the address 10.1.0.2 or fd00:1::2, with a server at 10.2.0.2 or fd00:2::2.
type Traffic struct {
	// UDP is datagrams; else TCP. They must not be fragmented, or, if Large, have to be: they are longer than any link takes.
	UDP, Large bool
	// Upload says that the client sends; else the server does.
	Upload bool
	// Octets is how much; zero: DefaultOctets.
	Octets int
	// Version is 4 or 6; zero: 4.
	Version int
}

// DefaultOctets is how much traffic there is when a scenario does not say.
const DefaultOctets = 3_000_000

// Expectation is a verdict for IPv4 and one for IPv6, each without and with
// net.ipv4.tcp_mtu_probing, which is for both.
type Expectation [2][2]Verdict

// Of is the verdict for the version 4 or 6, with tcp_mtu_probing or without.
func (e Expectation) Of(version int, probing bool) Verdict {
	family, on := 0, 0
	if version == 6 {
		family = 1
	}
	if probing {
		on = 1
	}
	return e[family][on]
}

// What Linux makes of it in both families: it is as well off as without the fault; it gets there, but late; or nothing gets
// through until probing finds a size that does.
var (
	unharmed  = Expectation{{Survived, Survived}, {Survived, Survived}}
	hurt      = Expectation{{Degraded, Degraded}, {Degraded, Degraded}}
	blackhole = Expectation{{Blackholed, Degraded}, {Blackholed, Degraded}}
)

//go:embed networks/*.json
var networks embed.FS

// All returns the catalogue in its order, P01 first. It is not to be changed.
func All() []*Scenario { return catalogue }

// Find returns the scenario of that name or alias, in any case. The error names the nearest.
func Find(name string) (*Scenario, error) {
	var names []string
	for _, s := range catalogue {
		if strings.EqualFold(name, s.Name) || strings.EqualFold(name, s.Alias) {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return nil, fmt.Errorf("there is no scenario %q%s", name, nearest.Hint(strings.ToLower(name), names))
}

// Config is the network in JSON, as icmprouter run takes it: with the fault, or the same network
// that tells the truth. It is the caller's.
func (s *Scenario) Config(faulty bool) []byte {
	text, err := networks.ReadFile("networks/" + s.Network + ".json")
	if err != nil {
		panic(err) // a test asks for all of them
	}
	doc, err := document.Parse(text)
	if err != nil {
		panic(err)
	}
	changes := s.Setup
	if faulty {
		changes = slices.Concat(s.Setup, s.Fault)
	}
	for _, change := range changes {
		if err := doc.Assign(change); err != nil {
			panic(fmt.Errorf("%s: %w", s.Name, err))
		}
	}
	return doc.Bytes()
}

// catalogue is all of them, by their aliases. Their texts have single spaces.
var catalogue = func() (all []*Scenario) {
	for _, part := range [][]Scenario{unsaid, untrue, misquoted, paths, boxes} {
		for _, s := range part {
			s.Life, s.Healthy = oneLine(s.Life), oneLine(s.Healthy)
			if s.Network == "" {
				s.Network = "line"
			}
			all = append(all, &s)
		}
	}
	slices.SortFunc(all, func(a, b *Scenario) int { return strings.Compare(a.Alias, b.Alias) })
	return all
}()

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
