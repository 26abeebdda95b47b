package conformance

import (
	"bufio"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed cases.txt
var file string

// Case is one packet, or a few, and what a router must make of it.
type Case struct {
	ID, Priority, Family, Title, Section string
	Needs                                Needs
	Cite, Not                            string
	Slow                                 bool
	Send                                 []Sent
	// Want are the outcomes that the rules allow, Linux those of Linux that they
	// do not.
	Want, Linux []Outcome
	// linuxCannot says that Linux cannot be set so.
	linuxCannot bool
}

// Sent is one line of packets that go in.
type Sent struct {
	Port, Text string
	Packets    [][]byte
	// Whole is the datagram that the packets are fragments of, or the first packet.
	Whole []byte
}

// Outcome is all that comes out. An empty one is silence.
type Outcome []Want

// Cases returns the cases of this package.
func Cases() ([]Case, error) { return Parse(file) }

// Parse reads cases. See the package's documentation for their form.
func Parse(text string) (cases []Case, err error) {
	section, seen := "", map[string]bool{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "  # ")
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		case strings.HasPrefix(line, "=="):
			section = strings.TrimSpace(line[2:])
		case line[0] != ' ':
			words := strings.SplitN(trimmed, " ", 4)
			if len(words) < 4 || seen[words[0]] {
				return nil, fmt.Errorf("line %d: want an ID that is new, a priority, a family and a title", n)
			}
			seen[words[0]] = true
			cases = append(cases, Case{ID: words[0], Priority: words[1], Family: words[2], Title: words[3], Section: section, Needs: Needs{}})
		case len(cases) == 0:
			return nil, fmt.Errorf("line %d: no case has begun", n)
		default:
			word, rest, _ := strings.Cut(trimmed, " ")
			if err := cases[len(cases)-1].line(word, strings.TrimSpace(rest)); err != nil {
				return nil, fmt.Errorf("line %d: %s: %w", n, cases[len(cases)-1].ID, err)
			}
		}
	}
	for _, c := range cases {
		if c.Cite == "" || len(c.Want) == 0 || len(c.Send) == 0 {
			return nil, fmt.Errorf("%s: a case has rfc, send and want", c.ID)
		}
	}
	return cases, nil
}

// line takes one indented line.
func (c *Case) line(word, rest string) (err error) {
	switch word {
	case "needs":
		return c.Needs.parse(rest)
	case "slow":
		c.Slow = true
	case "rfc":
		c.Cite = rest
	case "not":
		c.Not = rest
	case "send":
		return c.addSend(rest)
	case "want", "or":
		c.Want = append(c.Want, nil)
		return c.addWant(&c.Want[len(c.Want)-1], rest)
	case "linux":
		if rest == "cannot" {
			c.linuxCannot = true
			return nil
		}
		c.Linux = append(c.Linux, nil)
		return c.addWant(&c.Linux[len(c.Linux)-1], rest)
	case "and":
		if len(c.Linux) > 0 {
			return c.addWant(&c.Linux[len(c.Linux)-1], rest)
		}
		if len(c.Want) == 0 {
			return fmt.Errorf("and stands behind want, or, linux")
		}
		return c.addWant(&c.Want[len(c.Want)-1], rest)
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return nil
}

// onPort splits "A: rest".
func onPort(text string) (port, rest string, err error) {
	port, rest, ok := strings.Cut(text, ": ")
	if !ok || port != "A" && port != "B" {
		return "", "", fmt.Errorf("%q is not on port A: or B: as it must be", text)
	}
	return port, strings.TrimSpace(rest), nil
}

func (c *Case) addSend(text string) error {
	port, text, err := onPort(text)
	if err != nil {
		return err
	}
	s := Sent{Port: port, Text: text}
	times := 1
	if i := strings.LastIndex(text, " x"); i >= 0 {
		if n, err := strconv.Atoi(text[i+2:]); err == nil {
			times, text = n, text[:i]
		}
	}
	text, fragments, cutting := strings.Cut(text, "|")
	for i := range times {
		p, err := build(port, strings.TrimSpace(text), i)
		if err != nil {
			return err
		}
		s.Packets = append(s.Packets, p)
	}
	s.Whole = s.Packets[0]
	if cutting {
		if s.Packets, err = cut(s.Whole, fragments); err != nil {
			return err
		}
	}
	c.Send = append(c.Send, s)
	return nil
}

func (c *Case) addWant(o *Outcome, text string) error {
	if text == "nothing" {
		return nil
	}
	w, err := parseWant(text)
	*o = append(*o, w)
	return err
}

// Needs is how a router must be set for a case, beyond the topology T1.
type Needs map[string]string

func (n Needs) parse(text string) error {
	for _, word := range strings.Fields(text) {
		key, value, ok := strings.Cut(word, "=")
		if !ok {
			value = "true"
		}
		if _, known := knobs[key]; !known {
			return fmt.Errorf("unknown need %q", key)
		}
		n[key] = value
	}
	return nil
}

// ParseNeeds reads "b.mtu=1300 p2p".
func ParseNeeds(words []string) (Needs, error) {
	n := Needs{}
	return n, n.parse(strings.Join(words, " "))
}

// String is the needs in one order, so that it is a key.
func (n Needs) String() string {
	var words []string
	for key, value := range n {
		words = append(words, key+"="+value)
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

// missing is the first thing of n that have does not give.
func (n Needs) missing(have Needs) string {
	for _, word := range strings.Fields(n.String()) {
		key, value, _ := strings.Cut(word, "=")
		if have[key] != value {
			return word
		}
	}
	return ""
}
