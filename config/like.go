package config

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// proof says how much a habit is worth.
type proof string

// The kinds of proof.
const (
	documented proof = "documented" // the vendor says it
	program    proof = "program"    // the program's own text says it
	observed   proof = "observed"   // others measured it
)

// habit is one thing that the routers of a vendor do: a key of a node, and its
// value as the file would have it.
type habit struct {
	key, value string
	proof      proof
	// where are the numbers of the public texts that say so, in origins.
	where []origin
	// but is where the habit and the key differ.
	but string
}

// vendor is a system that routers run.
type vendor struct {
	// like is its word in the grammar, name how people write it.
	like, name string
	habits     []habit
	// but is what else is known, and cannot be said by keys.
	but string
}

// presets are the habits of each vendor as a file would say them.
var presets = sync.OnceValue(func() map[string]Node {
	all := map[string]Node{}
	for _, v := range vendors {
		all[v.like] = v.node()
	}
	return all
})

// node is what a file would say of a node with these habits. The table is part of
// the program: what is wrong with it is a fault.
func (v vendor) node() (n Node) {
	for _, h := range v.habits {
		into, f := reflect.ValueOf(&n).Elem(), field{}
		for key := range strings.SplitSeq(h.key, ".") {
			for _, f = range grammar[into.Type()] {
				if f.name == key {
					break
				}
			}
			if f.name != key {
				panic(fmt.Sprintf("config: %s has a habit without a key: %s", v.like, h.key))
			}
			into = into.FieldByIndex(f.index)
		}
		s := newSource(v.like, []byte(h.value))
		if text, ok := s.read(); !ok || !s.decode(text, h.key, f, into) || len(s.mistakes) > 0 {
			panic(fmt.Sprintf("config: habits of %s: %v", v.like, s.mistakes))
		}
	}
	return n
}

// habits are what the node has of the vendor that it is like.
func (n Node) habits() Node {
	if n.Like == "" {
		return Node{}
	}
	return presets()[n.Like]
}

// over is the node, with the choices that it leaves out taken from like. The rates
// are not among them: those of one kind depend on those of all.
func (n Node) over(like Node) Node {
	n.SourceRoute = cmp.Or(n.SourceRoute, like.SourceRoute)
	n.RecordOptions = cmp.Or(n.RecordOptions, like.RecordOptions)
	n.HopByHop = cmp.Or(n.HopByHop, like.HopByHop)
	n.HopByHopLimit = cmp.Or(n.HopByHopLimit, like.HopByHopLimit)
	c, base := &n.ICMP, like.ICMP
	c.TTL = cmp.Or(c.TTL, base.TTL)
	c.ReplyTTL = cmp.Or(c.ReplyTTL, base.ReplyTTL)
	c.Quote = cmp.Or(c.Quote, base.Quote)
	c.Quote6 = cmp.Or(c.Quote6, base.Quote6)
	c.ErrorSource = cmp.Or(c.ErrorSource, base.ErrorSource)
	c.Extensions = cmp.Or(c.Extensions, base.Extensions)
	c.Redirects = cmp.Or(c.Redirects, base.Redirects)
	c.Timestamp = cmp.Or(c.Timestamp, base.Timestamp)
	return n
}
