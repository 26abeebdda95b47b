package record

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Read reads what a tool printed: mtr's report or JSON, scamper's JSON, or the text of traceroute. Of
// several paths it takes the first of the family, 4 or 6; 0: of either. Errors name line and column, or the path in the JSON.
func Read(input []byte, family int) (*Path, error) {
	input = bytes.TrimPrefix(input, []byte("\ufeff"))
	text := bytes.TrimSpace(input)
	var p *Path
	var err error
	switch {
	case len(text) == 0:
		return nil, errors.New("line 1: there is nothing; expected the output of mtr, scamper or traceroute")
	case bytes.HasPrefix(input, []byte{0x12, 0x05}): // the magic number of warts
		return nil, errors.New("this is scamper's binary format; expected text: sc_warts2json makes it")
	case text[0] == '{' && bytes.Contains(text, []byte(`"type"`)):
		p, err = readScamper(input, family)
	case text[0] == '{':
		p, err = readMTR(input)
	default:
		p, err = readText(string(input))
	}
	if err != nil {
		return nil, err
	}
	return p, p.finish(family)
}

// readText reads the output that is for people.
func readText(input string) (*Path, error) {
	for i, line := range strings.Split(input, "\n") {
		switch {
		case tracerouteHeader.MatchString(line):
			return readTraceroute(input, i)
		case strings.HasPrefix(line, "HOST:"):
			return readReport(input, i)
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(input), "\n")
	return nil, fmt.Errorf(`line 1, column 1: %q begins no output that is known; expected "traceroute to …", "HOST: …" of mtr --report, or JSON of mtr --json or scamper -O json`, shorten(first))
}

// finish checks what all readers are to have found, and drops the silence at the end.
func (p *Path) finish(family int) error {
	if len(p.Hops) > maxTTL {
		return fmt.Errorf("there are %d hops; expected %d at most", len(p.Hops), maxTTL)
	}
	if !p.Target.IsValid() && len(p.Hops) > 0 {
		// a tool that gives a name stops where its address answers
		if last := p.Hops[len(p.Hops)-1].Answers; len(last) == 1 && last[0].Refusal == "" {
			p.Target = last[0].Addr
		}
	}
	for len(p.Hops) > 0 && len(p.Hops[len(p.Hops)-1].Answers) == 0 {
		p.Hops = p.Hops[:len(p.Hops)-1]
	}
	have := p.family()
	switch {
	case len(p.Hops) == 0:
		return errors.New("no hop answered: there is nothing to record")
	case family != 0 && have != family:
		return fmt.Errorf("the path is of IPv%d; expected one of IPv%d", have, family)
	}
	return p.oneFamily(have)
}

// oneFamily wants all addresses in it.
func (p *Path) oneFamily(family int) error {
	other := func(a netip.Addr) bool { return a.IsValid() && a.Is4() != (family == 4) }
	for i, h := range p.Hops {
		for _, a := range h.Answers {
			if other(a.Addr) {
				return fmt.Errorf("hop %d: %s is not of IPv%d, as the hops before it", i+1, a.Addr, family)
			}
		}
	}
	if other(p.Client) {
		p.Client = netip.Addr{}
	}
	return nil
}

// address reads an address, as 10.0.0.1 or name (10.0.0.1).
func address(text string) (netip.Addr, error) {
	if open := strings.LastIndexByte(text, '('); open >= 0 && strings.HasSuffix(text, ")") {
		text = text[open+1 : len(text)-1]
	}
	a, err := netip.ParseAddr(text)
	return a.Unmap().WithZone(""), err
}

// shorten cuts what an error repeats.
func shorten(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
