package record

import (
	"bytes"
	"errors"
	"fmt"
)

// scamperLine is a line of scamper's JSON. Times are in milliseconds.
type scamperLine struct {
	Type     string
	Src, Dst string
	// Attempts is how often scamper tries a hop that does not answer.
	Attempts int
	Firsthop int
	Hops     []struct {
		Addr     string `json:"addr"`
		ProbeTTL int    `json:"probe_ttl"`
		RTT      number `json:"rtt"`
		Type     int    `json:"icmp_type"`
		Code     int    `json:"icmp_code"`
		Ext      []struct {
			Labels []struct {
				Label int `json:"mpls_label"`
			} `json:"mpls_labels"`
		} `json:"icmpext"`
	} `json:"hops"`
	Nodes []struct {
		Addr  string
		Links [][]struct {
			Addr   string
			Probes []struct {
				TTL     int
				Replies []struct{ RTT number }
			}
		}
	} `json:"nodes"`
}

// readScamper reads the first trace or tracelb of the family; 0: of either.
func readScamper(input []byte, family int) (*Path, error) {
	var found *Path
	for i, line := range bytes.Split(input, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		p, err := scamperPath(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		switch {
		case p == nil || family != 0 && p.family() != family:
		case found == nil:
			found = p
		default:
			found.Others++
		}
	}
	if found == nil {
		return nil, errors.New(`no line has the "type" trace or tracelb, and the family that is wanted; expected the JSON of scamper -O json, or of sc_warts2json`)
	}
	return found, nil
}

// scamperPath reads a line; nil: it is about something else.
func scamperPath(line []byte) (*Path, error) {
	var s scamperLine
	if err := unmarshal(line, &s); err != nil {
		return nil, err
	}
	if s.Type != "trace" && s.Type != "tracelb" {
		return nil, nil
	}
	p := &Path{}
	var err error
	if p.Target, err = address(s.Dst); err != nil {
		return nil, fmt.Errorf("dst: %q is no address", s.Dst)
	}
	p.Client, _ = address(s.Src)
	if s.Type == "tracelb" {
		return p, s.branches(p)
	}
	return p, s.trace(p)
}

// trace reads the hops of a trace.
func (s *scamperLine) trace(p *Path) error {
	for i, hop := range s.Hops {
		addr, err := address(hop.Addr)
		if err != nil {
			return fmt.Errorf("hops[%d].addr: %q is no address", i, hop.Addr)
		}
		if hop.ProbeTTL < 1 || hop.ProbeTTL > maxTTL || !fine(hop.RTT) {
			return fmt.Errorf("hops[%d]: probe_ttl is %d and rtt %g; expected 1 to %d, and milliseconds", i, hop.ProbeTTL, hop.RTT, maxTTL)
		}
		h := p.at(hop.ProbeTTL)
		h.Sent++
		a := h.answer(addr)
		a.sample(milliseconds(float64(hop.RTT)))
		a.Refusal = refusalOf(addr.Is4(), hop.Type, hop.Code)
		a.Labels = nil
		for _, ext := range hop.Ext {
			for _, l := range ext.Labels {
				a.Labels = append(a.Labels, l.Label)
			}
		}
	}
	for i := range p.Hops {
		if p.Hops[i].Sent == 0 {
			p.Hops[i].Sent = max(1, s.Attempts)
		}
	}
	return nil
}

// refusalOf is traceroute's word for type and code of an answer that is no Time Exceeded, nor
// one of the destination's.
func refusalOf(v4 bool, kind, code int) string {
	words := map[int]string{0: "N", 1: "H", 10: "X", 9: "X", 13: "X"}
	unreachable := 3
	if !v4 {
		words = map[int]string{0: "N", 1: "X", 3: "H", 5: "X", 6: "X"}
		unreachable = 1
	}
	if kind != unreachable {
		return ""
	}
	return words[code]
}

// branches reads the links of a tracelb: those that answered at each TTL. Which leads to which is
// not kept: between two TTLs, all are joined.
func (s *scamperLine) branches(p *Path) error {
	for i, node := range s.Nodes {
		least := 0 // the TTL behind the node
		for j, links := range node.Links {
			for k, link := range links {
				if link.Addr == "*" {
					continue
				}
				addr, err := address(link.Addr)
				if err != nil {
					return fmt.Errorf("nodes[%d].links[%d][%d].addr: %q is no address", i, j, k, link.Addr)
				}
				for _, probe := range link.Probes {
					if probe.TTL < 1 || probe.TTL > maxTTL {
						return fmt.Errorf("nodes[%d].links[%d][%d]: a ttl is %d; expected 1 to %d", i, j, k, probe.TTL, maxTTL)
					}
					if ttl := probe.TTL - j; least == 0 || ttl < least {
						least = ttl
					}
					h := p.at(probe.TTL)
					h.Sent++
					for _, reply := range probe.Replies {
						h.answer(addr).sample(milliseconds(float64(reply.RTT)))
					}
				}
			}
		}
		addr, err := address(node.Addr)
		if err == nil && least > 1 && len(p.at(least-1).Answers) == 0 {
			h := p.at(least - 1) // the first node: its own answers are not in the output
			h.Sent, h.answer(addr).Received = 1, 1
		}
	}
	return nil
}
