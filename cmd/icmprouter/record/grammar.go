package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"

	"github.com/go-json-experiment/json/jsontext"
)

// The part of the configuration's grammar that a recorded network has.

type file struct {
	Routing string          `json:"routing"`
	Nodes   map[string]node `json:"nodes"`
	Links   []link          `json:"links"`
}

type node struct {
	TTL        string           `json:"ttl,omitempty"`
	Loopbacks  []netip.Addr     `json:"loopbacks,omitempty"`
	Martians   string           `json:"martians,omitempty"`
	Interfaces map[string]iface `json:"interfaces,omitempty"`
	Routes     []route          `json:"routes,omitempty"`
	ICMP       map[string]any   `json:"icmp,omitempty"`
}

type iface struct {
	Addresses *[]netip.Prefix `json:"addresses,omitempty"`
	MPLS      []int           `json:"mpls,omitempty"`
	TUN       *tun            `json:"tun,omitempty"`
}

type tun struct {
	Netns     string         `json:"netns"`
	Name      string         `json:"name"`
	Addresses []netip.Prefix `json:"addresses"`
	Routes    []netip.Prefix `json:"routes"`
}

type route struct {
	To        netip.Prefix `json:"to"`
	Interface string       `json:"interface,omitempty"`
	Paths     []way        `json:"paths,omitempty"`
	Kind      string       `json:"kind,omitempty"`
}

type way struct {
	Interface string `json:"interface"`
}

// link has members whose names are those of its nodes.
type link map[string]any

type delay struct {
	Mean         string `json:"mean"`
	Jitter       string `json:"jitter,omitempty"`
	Distribution string `json:"distribution,omitempty"`
}

type loss struct {
	Probability string `json:"probability"`
	Match       *match `json:"match,omitempty"`
}

type match struct {
	Protocol string       `json:"protocol"`
	From     netip.Prefix `json:"from"`
}

// width is how long a line may become.
const width = 110

// marshal writes the file for people: values that are short stand on one line.
func (f *file) marshal() ([]byte, error) {
	raw, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = layout(&b, raw, "", 0)
	b.WriteByte('\n')
	return b.Bytes(), err
}

// layout writes a value, which begins at a column, on one line if it fits.
func layout(b *bytes.Buffer, raw json.RawMessage, indent string, column int) error {
	line, err := jsontext.AppendFormat(nil, raw, jsontext.Multiline(false), jsontext.SpaceAfterColon(true), jsontext.SpaceAfterComma(true))
	if err != nil || column+len(line) <= width || raw[0] != '{' && raw[0] != '[' {
		b.Write(line)
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return err
	}
	b.WriteByte(raw[0])
	inner := indent + "  "
	for n := 0; d.More(); n++ {
		if n > 0 {
			b.WriteByte(',')
		}
		key := ""
		if raw[0] == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			key = fmt.Sprintf("%q: ", name)
		}
		var member json.RawMessage
		if err := d.Decode(&member); err != nil {
			return err
		}
		b.WriteString("\n" + inner + key)
		if err := layout(b, member, inner, len(inner)+len(key)); err != nil {
			return err
		}
	}
	b.WriteString("\n" + indent)
	b.WriteByte(raw[len(raw)-1])
	return nil
}
