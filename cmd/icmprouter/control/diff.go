package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/icmprouter/icmprouter/config/document"
)

// Difference is a value that is another one, or is there on one side only.
type Difference struct {
	Path string `json:"path"`
	// Before and After are JSON; nil: there is none.
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Diff returns what is different between two documents, at the deepest paths that say so.
func Diff(before, after *document.Document) []Difference {
	d := differences{}
	d.object("", before.Root, after.Root)
	return append([]Difference{}, d...)
}

type differences []Difference

func (d *differences) add(path string, before, after any) {
	x := Difference{Path: path}
	if before != nil {
		x.Before, _ = json.Marshal(before)
	}
	if after != nil {
		x.After, _ = json.Marshal(after)
	}
	*d = append(*d, x)
}

func (d *differences) value(path string, before, after any) {
	if same(before, after) {
		return
	}
	switch a := after.(type) {
	case *document.Object:
		if b, ok := before.(*document.Object); ok {
			d.object(path, b, a)
			return
		}
	case *document.List:
		if b, ok := before.(*document.List); ok {
			d.list(path, b.Items, a.Items)
			return
		}
	}
	d.add(path, before, after)
}

func (d *differences) object(path string, before, after *document.Object) {
	for _, key := range before.Keys() {
		d.value(document.Join(path, key), before.Get(key), after.Get(key))
	}
	for _, key := range after.Keys() {
		if before.Get(key) == nil {
			d.value(document.Join(path, key), nil, after.Get(key))
		}
	}
}

// list compares what is between the items that are the same at the beginning and at the end.
func (d *differences) list(path string, before, after []any) {
	first := 0
	for first < len(before) && first < len(after) && same(before[first], after[first]) {
		first++
	}
	last := 0
	for last < min(len(before), len(after))-first && same(before[len(before)-1-last], after[len(after)-1-last]) {
		last++
	}
	for i := first; i < max(len(before), len(after))-last; i++ {
		var b, a any
		if i < len(before)-last {
			b = before[i]
		}
		if i < len(after)-last {
			a = after[i]
		}
		d.value(fmt.Sprintf("%s[%d]", path, i), b, a)
	}
}

// same says whether two values have the same text.
func same(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}

// PrintDiff prints differences as lines that begin with - and +.
func PrintDiff(w io.Writer, diff []Difference) {
	for _, d := range diff {
		if d.Before != nil {
			fmt.Fprintf(w, "- %s: %s\n", d.Path, d.Before)
		}
		if d.After != nil {
			fmt.Fprintf(w, "+ %s: %s\n", d.Path, d.After)
		}
	}
}
