// Package scenario is the catalogue of the ways in which path MTU discovery fails
// in the field, and the judge of what a program did in one of them.
package scenario

// Scenario is one failure of the field, as a network that shows it.
type Scenario struct {
	// Name explains itself, such as ptb-filtered; Alias is its number in the catalogue, such as P02.
	Name, Alias string
	// Title is one line.
	Title string
	// Life is what happens in real life, a paragraph.
	Life string
	// Reports are who reported it: owner/repo#1, an RFC with its section, an address.
	Reports []string
	// Healthy is what a healthy sender does.
	Healthy string
	// Probing is net.ipv4.tcp_mtu_probing of client and server.
	Probing int
	// Sysctls are others, by their names with dots.
	Sysctls map[string]string
	// Traffic is what the built-in client does.
	Traffic Traffic
	// Expect is the verdict on that traffic.
	Expect Verdict

	config, without []byte
}

// Traffic is what crosses the network when no program is given.
type Traffic struct {
	// UDP is datagrams that must not be fragmented; else TCP.
	UDP bool
	// Upload says that the client sends; else the server does.
	Upload bool
	// Octets is how much; zero: DefaultOctets.
	Octets int
	// Version is 4 or 6; zero: 4.
	Version int
}

// DefaultOctets is how much traffic there is when a scenario does not say.
const DefaultOctets = 5_000_000

// Config is the network in JSON: with the fault, or the same without it. It is the
// caller's.
func (s *Scenario) Config(faulty bool) []byte {
	if !faulty {
		return append([]byte(nil), s.without...)
	}
	return append([]byte(nil), s.config...)
}
