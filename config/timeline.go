package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/icmprouter/icmprouter/config/document"
)

// Step is one change of a timeline.
type Step struct {
	At    string      `json:"at,omitempty" atleast:"1" pattern:"^[-+0-9.nuµμmsh]+$" default:"none" jsonschema:"How long after the beginning the step is played, as 5s; not before the steps above it. One of at and when is there."`
	When  When        `json:"when,omitzero" default:"none" jsonschema:"What has been counted since the beginning when the step is played. One of its keys is there."`
	Set   Assignments `json:"set,omitempty" default:"none" jsonschema:"Values by their paths, as nodes.r1.interfaces.right.mtu: the paths that check prints and make --set takes. They are set after unset."`
	Unset []string    `json:"unset,omitempty" default:"none" jsonschema:"The paths of what is taken away, so that its default holds again."`
}

// When is what is counted. It looks every 2 ms.
type When struct {
	Packets *int `json:"packets,omitempty" min:"1" max:"9007199254740991" default:"none" jsonschema:"Datagrams that came from all devices."`
	Bytes   *int `json:"bytes,omitempty" min:"1" max:"9007199254740991" default:"none" jsonschema:"Octets of those."`
	Errors  *int `json:"errors,omitempty" min:"1" max:"9007199254740991" default:"none" jsonschema:"ICMP errors that all nodes have sent, redirects among them, and replies not."`
}

// Assignment is a path, and the JSON text of what is set there.
type Assignment struct {
	Path  string
	Value json.RawMessage
}

// Assignments are in their order. As JSON they are an object.
type Assignments []Assignment

var assignmentsType = reflect.TypeFor[Assignments]()

// MarshalJSON keeps the order.
func (a Assignments) MarshalJSON() ([]byte, error) {
	b := bytes.NewBufferString("{")
	for i, assignment := range a {
		if i > 0 {
			b.WriteByte(',')
		}
		key, _ := json.Marshal(assignment.Path)
		fmt.Fprintf(b, "%s:%s", key, assignment.Value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON keeps the order, and refuses a path that stands twice.
func (a *Assignments) UnmarshalJSON(text []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(text))
	if d.PeekKind() != '{' {
		return fmt.Errorf("expected an object of paths and values")
	}
	*a = nil
	d.ReadToken()
	for d.PeekKind() != '}' {
		path, err := d.ReadToken()
		if err != nil {
			return err
		}
		key := path.String()
		value, err := d.ReadValue()
		if err != nil {
			return err
		}
		*a = append(*a, Assignment{key, json.RawMessage(bytes.Clone(value))})
	}
	_, err := d.ReadToken()
	return err
}

// PathError is a path at which a document cannot be changed.
type PathError struct {
	Path string `json:"path"`
	Err  error  `json:"-"`
}

// Error names the path, or as much of it as there is.
func (e *PathError) Error() string { return e.Err.Error() }

func (e *PathError) Unwrap() error { return e.Err }

// Edit takes away, and then sets. On an error, which is a *PathError, some of it may be done.
func Edit(d *document.Document, set Assignments, unset []string) error {
	for _, path := range unset {
		if err := d.Unset(path); err != nil {
			return &PathError{path, err}
		}
	}
	for _, a := range set {
		value, err := document.ParseValue(string(a.Value))
		if err != nil {
			return &PathError{a.Path, fmt.Errorf("%s: %w", a.Path, err)}
		}
		if err := d.Set(a.Path, value); err != nil {
			return &PathError{a.Path, err}
		}
	}
	return nil
}

// Delay is At as a time, of a step that has one.
func (s *Step) Delay() (at time.Duration, timed bool) {
	at, err := time.ParseDuration(s.At)
	return at, err == nil
}

// assignments decodes paths and values of any kind.
func (s *source) assignments(v value, path string, into reflect.Value) bool {
	if !s.is(v, path, "an object of paths and values", '{') {
		return false
	}
	var all Assignments
	s.members(v, path, func(m member, way string) {
		s.places[way] = m.value.at
		text, _ := jsontext.NewDecoder(strings.NewReader(s.data[m.value.at:])).ReadValue() // it has been read before
		all = append(all, Assignment{m.name, json.RawMessage(text)})
	})
	into.Set(reflect.ValueOf(all))
	return true
}

// checkTimeline checks each step for itself, and then, if the file is right otherwise, what comes of them in turn.
func (s *source) checkTimeline(f *File) {
	last := time.Duration(0)
	for i := range f.Timeline {
		step, path := &f.Timeline[i], fmt.Sprintf("timeline[%d]", i)
		at, timed := step.Delay()
		switch {
		case s.has(path+".at") && s.has(path+".when"):
			s.refuse(path+".when", `a second choice beside "at"`, `one of "at" or "when"`)
		case s.has(path + ".when"):
			s.checkWhen(step.When, path+".when")
		case !s.has(path + ".at"):
			s.refuse(path, "nothing says when", `one of "at" or "when"`)
		case step.At == "": // a mistake
		case !timed || at < 0:
			s.refuse(path+".at", quote(step.At)+" is no duration of at least 0s", durationForm)
		case at < last:
			s.refuse(path+".at", fmt.Sprintf("%s is before %v of a step above", step.At, last), "steps in their order")
		default:
			last = at
		}
		if len(step.Set)+len(step.Unset) == 0 && !s.has(path+".set") && !s.has(path+".unset") {
			s.refuse(path, "the step changes nothing", `"set" or "unset"`)
		}
	}
	wrong := func(s *source) bool { return len(s.mistakes) > 0 }
	if len(f.Timeline) > 0 && !s.running && !wrong(s) && !slices.ContainsFunc(s.others, wrong) {
		s.rehearse(f.Timeline)
	}
}

func (s *source) checkWhen(w When, path string) {
	if !s.isObject(path) {
		return
	}
	var given []string
	for _, key := range []string{"packets", "bytes", "errors"} {
		if s.has(path + "." + key) {
			given = append(given, key)
		}
	}
	if len(given) != 1 {
		s.refuse(path, fmt.Sprintf("%d things are counted", len(given)), `one of "packets", "bytes" or "errors"`)
	}
}

// rehearse plays the steps on the text alone, up to the first that would make it wrong.
func (s *source) rehearse(steps []Step) {
	d, err := document.Parse([]byte(s.data))
	if err != nil {
		s.wrong(0, "", err.Error(), "", "") // what has been read before
		return
	}
	d.Root.Delete("timeline")
	for i, step := range steps {
		path := fmt.Sprintf("timeline[%d]", i)
		err := Edit(d, step.Set, step.Unset)
		if wrong, ok := err.(*PathError); ok {
			s.refuse(step.place(path, wrong.Path), wrong.Err.Error(), "")
			return
		}
		if d.Root.Get("timeline") != nil {
			s.refuse(path, "a step changes the timeline", "a path of anything else")
			return
		}
		if _, err := read(s.name, d.Bytes(), s.sibling); err != nil {
			for _, m := range err.(Mistakes) {
				at := step.place(path, m.Path)
				s.wrong(s.places[at], at, strings.TrimPrefix(m.Path+": "+m.Problem, ": "), m.Expected, m.Nearest)
			}
			return
		}
	}
}

// place is the path of what in a step, which stands at path, has to do with a mistake at wrong.
func (s *Step) place(path, wrong string) string {
	related := func(given string) bool {
		return strings.HasPrefix(wrong, given) || strings.HasPrefix(given, wrong) && wrong != ""
	}
	best := ""
	for _, a := range s.Set {
		if related(a.Path) && len(a.Path) > len(best) {
			best = a.Path
		}
	}
	if best != "" {
		return join(path+".set", best)
	}
	if i := slices.IndexFunc(s.Unset, related); i >= 0 {
		return fmt.Sprintf("%s.unset[%d]", path, i)
	}
	return path
}

// String says in one line what a step does, and when.
func (s *Step) String() string {
	when := "at " + s.At
	for _, w := range []struct {
		count *int
		what  string
	}{{s.When.Packets, "packets"}, {s.When.Bytes, "bytes"}, {s.When.Errors, "errors"}} {
		if w.count != nil {
			when = fmt.Sprintf("after %d %s", *w.count, w.what)
		}
	}
	var changes []string
	for _, path := range s.Unset {
		changes = append(changes, "unset "+path)
	}
	for _, a := range s.Set {
		changes = append(changes, fmt.Sprintf("set %s=%s", a.Path, a.Value))
	}
	return when + ": " + strings.Join(changes, ", ")
}
