// Package show prints a network, and the ways of packets through it: for people, for machines and
// for tools that draw.
package show

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/network"
)

// Formats are the forms of the output, the default first.
var Formats = []string{"table", "json", "dot", "mermaid"}

// form is something that can be printed.
type form interface {
	table(w io.Writer) error
	drawing() *drawing
}

// print prints v, which is also what JSON is made of.
func print(w io.Writer, v form, format string) error {
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(v)
	case "dot":
		return v.drawing().dot(w)
	case "mermaid":
		return v.drawing().mermaid(w)
	}
	return v.table(w)
}

// deviceJSON is a device, as a host behind it sees it.
type deviceJSON struct {
	Name      string         `json:"name"`
	Netns     string         `json:"netns,omitempty"`
	MTU       int            `json:"mtu"`
	Addresses []netip.Prefix `json:"addresses"`
	Routes    []netip.Prefix `json:"routes"`
}

func (d *deviceJSON) String() string {
	if d.Netns == "" {
		return d.Name
	}
	return d.Name + " in " + d.Netns
}

// behaviorJSON is what a direction of a link does, by the keys of the configuration.
type behaviorJSON map[string]string

func toBehavior(b *link.Behavior) behaviorJSON {
	j := behaviorJSON{}
	for _, t := range traits(b) {
		if before, more := j[t.Key]; more {
			t.Value = before + "; " + t.Value
		}
		j[t.Key] = t.Value
	}
	return j
}

// endName is NODE:INTERFACE, as the configuration has it.
func endName(p *network.Plan, e network.End) string {
	return p.Nodes[e.Node].Name + ":" + p.Nodes[e.Node].Interfaces[e.Interface].Name
}

// texts prints addresses or prefixes; none is the word for nothing.
func texts[T fmt.Stringer](list []T, none string) string {
	if len(list) == 0 {
		return none
	}
	parts := make([]string, len(list))
	for i := range list {
		parts[i] = list[i].String()
	}
	return strings.Join(parts, ", ")
}

// count is a number and its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
