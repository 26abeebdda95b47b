package control

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/config/document"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/ratelimit"
)

// view is the configuration as it runs, for those who look: without the routes and traces of other files.
type view struct {
	revision uint64
	document *document.Document
	file     *config.File
	plan     network.Plan
}

func (s *Server) view() (v view, err error) {
	text, revision := s.engine.Document()
	v.revision = revision
	if v.document, err = document.Parse(text); err != nil {
		return v, err
	}
	v.document.Root.Delete("timeline") // which may have been played in part
	if v.file, err = config.Parse(s.engine.path, v.document.Bytes()); err == nil {
		v.plan = v.file.Plan()
	}
	return v, err
}

// Node is a node.
type Node struct {
	Node       string       `json:"node"`
	RouterID   string       `json:"router_id,omitempty"`
	Loopbacks  []netip.Addr `json:"loopbacks"`
	Interfaces []string     `json:"interfaces"`
	Like       string       `json:"like,omitempty"`
}

func (s *Server) nodes(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view()
	if err != nil {
		return err
	}
	nodes := []Node{}
	for _, n := range v.plan.Nodes {
		node := Node{Node: n.Name, Loopbacks: append([]netip.Addr{}, n.Settings.Loopbacks...), Interfaces: []string{}, Like: v.file.Nodes[n.Name].Like}
		if n.Settings.RouterID.IsValid() {
			node.RouterID = n.Settings.RouterID.String()
		}
		for _, i := range n.Interfaces {
			node.Interfaces = append(node.Interfaces, i.Name)
		}
		nodes = append(nodes, node)
	}
	return answer(w, http.StatusOK, struct {
		Revision uint64 `json:"revision"`
		Nodes    []Node `json:"nodes"`
	}{v.revision, nodes})
}

// Interface is a link of a node, and how it is.
type Interface struct {
	Node      string         `json:"node"`
	Interface string         `json:"interface"`
	Up        bool           `json:"up"`
	MTU       int            `json:"mtu"`
	Addresses []netip.Prefix `json:"addresses"`
	Device    string         `json:"device,omitempty"`
	Peer      string         `json:"peer,omitempty"`
	Received  uint64         `json:"received"`
	Sent      uint64         `json:"sent"`
	Refused   uint64         `json:"refused"`
}

func (s *Server) interfaces(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view()
	if err != nil {
		return err
	}
	links := map[[2]string]*network.LinkStats{}
	for _, node := range s.engine.net.Stats() {
		for i := range node.Links {
			links[[2]string{node.Name, node.Links[i].Name}] = &node.Links[i]
		}
	}
	interfaces := []Interface{}
	for _, n := range v.plan.Nodes {
		for _, i := range n.Interfaces {
			x := Interface{Node: n.Name, Interface: i.Name, MTU: i.MTU, Addresses: append([]netip.Prefix{}, i.Addresses...)}
			if l := links[[2]string{n.Name, i.Name}]; l != nil { // nil: another change has come meanwhile
				x.Up, x.Device, x.Peer, x.Received, x.Sent, x.Refused = l.Up, l.Device, l.Peer, l.Received, l.Sent, l.Refused
			}
			interfaces = append(interfaces, x)
		}
	}
	return answer(w, http.StatusOK, struct {
		Revision   uint64      `json:"revision"`
		Interfaces []Interface `json:"interfaces"`
	}{v.revision, interfaces})
}

// Route is a configured route, or a connected prefix; of a routes_file there is the path alone.
type Route struct {
	Node      string        `json:"node"`
	To        string        `json:"to,omitempty"`
	Kind      string        `json:"kind"`
	Via       string        `json:"via,omitempty"`
	Interface string        `json:"interface,omitempty"`
	Paths     []config.Path `json:"paths,omitempty"`
	File      string        `json:"file,omitempty"`
}

func (s *Server) routes(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view()
	if err != nil {
		return err
	}
	routes := []Route{}
	for _, n := range v.plan.Nodes {
		for _, i := range n.Interfaces {
			for _, p := range i.Addresses {
				routes = append(routes, Route{Node: n.Name, To: p.Masked().String(), Kind: "connected", Interface: i.Name})
			}
		}
		node := v.file.Nodes[n.Name]
		for _, c := range node.Routes {
			route := Route{Node: n.Name, To: c.To.String(), Kind: c.Kind, Interface: c.Interface, Paths: c.Paths}
			if c.Kind == "" {
				route.Kind = "unicast"
			}
			if c.Via.IsValid() {
				route.Via = c.Via.String()
			}
			routes = append(routes, route)
		}
		if node.RoutesFile != "" {
			routes = append(routes, Route{Node: n.Name, Kind: "file", File: node.RoutesFile})
		}
	}
	routing := v.file.Routing
	if routing == "" {
		routing = "static"
	}
	return answer(w, http.StatusOK, struct {
		Revision uint64  `json:"revision"`
		Routing  string  `json:"routing"`
		Routes   []Route `json:"routes"`
	}{v.revision, routing, routes})
}

// counters gives what run prints at its end: as a table to who accepts text alone.
func (s *Server) counters(w http.ResponseWriter, r *http.Request) error {
	asJSON := r.Header.Get("Accept") != "text/plain"
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if asJSON {
		w.Header().Set("Content-Type", "application/json")
	}
	return s.Print(w, s.engine.net.Stats(), asJSON)
}

// Bucket is how many errors are sent.
type Bucket struct {
	Unlimited bool `json:"unlimited"`
	PPS       int  `json:"pps"`
	Burst     int  `json:"burst"`
}

// Limit is that of one kind of message.
type Limit struct {
	Node           string `json:"node"`
	Kind           string `json:"kind"`
	Total          Bucket `json:"total"`
	PerDestination Bucket `json:"per_destination"`
}

func (s *Server) limits(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view()
	if err != nil {
		return err
	}
	bucket := func(r ratelimit.Rate) Bucket { return Bucket{r.Unlimited, int(r.PPS), int(r.Burst)} }
	limits := []Limit{}
	for _, n := range v.plan.Nodes {
		for kind, l := range n.Limits {
			limits = append(limits, Limit{n.Name, config.MessageKind(ratelimit.Kind(kind)), bucket(l.Total), bucket(l.PerDestination)})
		}
	}
	return answer(w, http.StatusOK, struct {
		Revision uint64  `json:"revision"`
		Limits   []Limit `json:"limits"`
	}{v.revision, limits})
}

// Said is one value of the configuration.
type Said struct {
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
}

// policy gives all that has a node, or a box on its links, not say the plain truth. A node that is not named has no policy.
func (s *Server) policy(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view()
	if err != nil {
		return err
	}
	said := []Said{}
	if nodes, ok := v.document.Root.Get("nodes").(*document.Object); ok {
		leaves("nodes", nodes, func(path string, keys []string, value json.RawMessage) {
			if isPolicy(keys) {
				said = append(said, Said{path, value})
			}
		})
	}
	return answer(w, http.StatusOK, struct {
		Revision uint64 `json:"revision"`
		Policy   []Said `json:"policy"`
	}{v.revision, said})
}

// isPolicy says it of a path by its keys below nodes. How many errors there are is shown by limits.
func isPolicy(keys []string) bool {
	switch {
	case len(keys) < 2 || slices.Contains(keys[1:], "rate"):
		return false
	case keys[1] == "interfaces":
		return len(keys) > 3 && slices.Contains([]string{"middlebox", "tunnel"}, keys[3])
	}
	return slices.Contains([]string{"icmp", "forge", "like", "ttl"}, keys[1])
}

// leaves calls each for all members below an object that are no objects.
func leaves(path string, o *document.Object, each func(path string, keys []string, value json.RawMessage), above ...string) {
	for _, key := range o.Keys() {
		keys := append(slices.Clip(above), key)
		if inner, ok := o.Get(key).(*document.Object); ok {
			leaves(document.Join(path, key), inner, each, keys...)
			continue
		}
		text, _ := json.Marshal(o.Get(key)) // it came from JSON
		each(document.Join(path, key), keys, json.RawMessage(strings.TrimSpace(string(text))))
	}
}
