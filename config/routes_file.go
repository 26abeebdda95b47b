package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/icmprouter/icmprouter/forwarding"
)

// mostMistakes bounds what is said about a file of routes: one wrong column is
// wrong in every line.
const mostMistakes = 100

// routesFile is a file of routes that is being read. It checks them as those of
// the configuration, around the same node.
type routesFile struct {
	neighbourhood // its source is the file of routes
	// configured are the prefixes of routes in the configuration, with their paths.
	configured map[netip.Prefix]string
	// first holds the line of each prefix.
	first map[netip.Prefix]int32
	// names are those of the node's interfaces.
	names map[string]string
	// fine are the ways that have been checked: there are few of them.
	fine   map[way]bool
	routes []forwarding.Route
}

// way is what many lines have in common: all but the prefix, of which only the
// length of its addresses counts.
type way struct {
	via   netip.Addr
	iface string
	kind  string
	bits  int
}

// siblings returns how files that a configuration names are read: relative to
// the directory of the configuration.
func siblings(config string) func(path string) (name string, data []byte, err error) {
	return func(path string) (string, []byte, error) {
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(config), path)
		}
		data, err := readRegular(path)
		return path, data, err
	}
}

// readRegular reads a whole file that does not go on for ever.
func readRegular(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no regular file")
	case info.Size() > maxSize:
		return nil, errSize
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	if n, err := io.Copy(data, io.LimitReader(file, maxSize+1)); err != nil || n > maxSize {
		return nil, cmp.Or(err, errSize) // it may have grown
	}
	return data.Bytes(), nil
}

// readRoutes reads and checks the node's file of routes. configured are the
// routes that stand in the configuration itself.
func (n *neighbourhood) readRoutes(path string, configured map[netip.Prefix]string) []forwarding.Route {
	if n.node.RoutesFile == "" || n.sibling == nil {
		return nil
	}
	name, data, err := n.sibling(n.node.RoutesFile)
	if err != nil {
		n.unreadable(name, err, path)
		return nil
	}
	f := &routesFile{neighbourhood: *n, configured: configured, fine: map[way]bool{}}
	f.source = newSource(name, data)
	f.namedBy = n.source
	f.first = make(map[netip.Prefix]int32, len(f.lines))
	f.names = map[string]string{}
	for name := range n.node.Interfaces {
		f.names[name] = name
	}
	f.routes = make([]forwarding.Route, 0, len(f.lines))
	n.others = append(n.others, f.source)
	f.read()
	return f.routes
}

func (f *routesFile) read() {
	if strings.HasPrefix(f.data, "\xef\xbb\xbf") {
		f.wrong(0, "", "the file begins with a byte order mark", "UTF-8 without it", "")
		return
	}
	for i := range f.lines {
		if len(f.mistakes) >= mostMistakes {
			f.wrong(f.lines[i], "", "too many mistakes: from here on, nothing was read", "", "")
			return
		}
		if r, ok := f.line(i); ok && f.check(r, i) {
			f.routes = append(f.routes, r.plan())
		}
	}
}

// check checks the route of a line against the node and the lines before.
func (f *routesFile) check(r Route, line int) bool {
	known := len(f.mistakes)
	w := way{r.Via, r.Interface, r.Kind, r.To.Addr().BitLen()}
	if !f.fine[w] {
		f.checkWay(r, "")
		f.fine[w] = len(f.mistakes) == known
	}
	if !f.checkMasked(r.To, ".to") {
		return false
	}
	before, twice := f.first[r.To]
	path, configured := f.configured[r.To]
	switch {
	case configured:
		f.refuse(".to", fmt.Sprintf("%s is already %s (%s)", r.To, path, f.place(path)), "one route to each prefix")
	case twice:
		f.refuse(".to", fmt.Sprintf("%s is already on line %d", r.To, before+1), "one route to each prefix")
	default:
		f.first[r.To] = int32(line)
		f.checkTo(r.To, ".to")
	}
	return len(f.mistakes) == known
}
