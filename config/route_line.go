package config

import (
	"net/netip"
	"slices"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

// A line of a file of routes is one of
//
//	PREFIX via ADDRESS
//	PREFIX via ADDRESS interface NAME
//	PREFIX interface NAME
//	PREFIX blackhole|unreachable|prohibit|reject
//
// White space parts the words. A # before a word begins a comment.

// silent are the kinds of routes that a line may name: those without a next hop.
var silent = []string{"blackhole", "unreachable", "prohibit", "reject"}

// afterPrefix is what may stand behind the prefix.
var afterPrefix = append([]string{"via", "interface"}, silent...)

// lineWords are the words of one line, of which the first is still to be read.
type lineWords struct {
	*source
	at, end int
}

// next returns the next word and where it stands, or nothing at the end of the line.
func (w *lineWords) next() (word string, at int) {
	for w.at < w.end && blank(w.data[w.at]) {
		w.at++
	}
	at = w.at
	if at < w.end && w.data[at] == '#' {
		return "", at
	}
	for w.at < w.end && !blank(w.data[w.at]) {
		w.at++
	}
	return w.data[at:w.at], at
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// line reads the route of a line, and notes the places of its parts. It says
// false, and has recorded why, where there is none; of nothing it says nothing.
func (f *routesFile) line(i int) (r Route, ok bool) {
	w := &lineWords{f.source, f.lines[i], len(f.data)}
	if i+1 < len(f.lines) {
		w.end = f.lines[i+1] - 1
	}
	word, at := w.next()
	if word == "" {
		return r, false
	}
	clear(f.places)
	f.places[""], f.places[".to"] = at, at
	if r.To, ok = f.parsePrefix(word, at, ""); !ok {
		return r, false
	}
	word, at = w.next()
	switch {
	case word == "via":
		if r.Via, ok = f.via(w); !ok {
			return r, false
		}
		if word, at = w.next(); word == "" {
			return r, true
		}
		if word != "interface" {
			return r, f.stray(word, at, []string{"interface"})
		}
		r.Interface, ok = f.iface(w)
	case word == "interface":
		r.Interface, ok = f.iface(w)
	case slices.Contains(silent, word):
		r.Kind, f.places[".kind"] = word, at
	default:
		return r, f.stray(word, at, afterPrefix)
	}
	if word, at = w.next(); ok && word != "" {
		return r, f.stray(word, at, nil)
	}
	return r, ok
}

// via reads the address behind "via".
func (f *routesFile) via(w *lineWords) (via netip.Addr, ok bool) {
	word, at := w.next()
	if word == "" {
		f.wrong(at, "", "the line ends too early", addrForm, "")
		return via, false
	}
	f.places[".via"] = at
	return f.parseAddr(word, at, "")
}

// iface reads the name behind "interface". Of one that the node has, it returns
// the node's own text: a part of the line would keep the whole file.
func (f *routesFile) iface(w *lineWords) (name string, ok bool) {
	name, at := w.next()
	if name == "" {
		f.wrong(at, "", "the line ends too early", "the name of an interface", "")
		return "", false
	}
	f.places[".interface"] = at
	if own, known := f.names[name]; known {
		name = own
	}
	return name, true
}

// stray records a word, or the end of a line, where one of others should be.
func (f *routesFile) stray(word string, at int, others []string) bool {
	problem, expected := quote(word)+" does not belong here", "the end of the line"
	if word == "" {
		problem = "the line ends too early"
	}
	if len(others) > 0 {
		expected = oneOf(others)
	}
	f.wrong(at, "", problem, expected, nearest.Word(word, others))
	return false
}
