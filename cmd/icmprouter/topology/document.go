package topology

import (
	"bytes"
	"encoding/json"
	"strings"
)

// object is a JSON object that keeps the order of its keys. An item of it or of a list is an
// *object, a *list, or anything else that encoding/json takes.
type object struct {
	keys []string
	of   map[string]any
}

type list struct{ items []any }

// newObject returns an object of keys and values by turns.
func newObject(pairs ...any) *object {
	o := &object{of: map[string]any{}}
	for i := 0; i < len(pairs); i += 2 {
		o.set(pairs[i].(string), pairs[i+1])
	}
	return o
}

func (o *object) set(key string, value any) {
	if _, known := o.of[key]; !known {
		o.keys = append(o.keys, key)
	}
	o.of[key] = value
}

// parse reads one JSON value.
func parse(text string) (any, error) {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil { // all of it, before any
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return next(d), nil
}

// next is the next value of text that is known to be right.
func next(d *json.Decoder) any {
	token, _ := d.Token()
	switch token {
	case json.Delim('{'):
		o := newObject()
		for d.More() {
			key, _ := d.Token()
			o.set(key.(string), next(d))
		}
		d.Token()
		return o
	case json.Delim('['):
		l := &list{}
		for d.More() {
			l.items = append(l.items, next(d))
		}
		d.Token()
		return l
	}
	return token
}

// width is how long a line may be, in octets, before it is taken apart.
const width = 120

// write prints a value: objects and lists on one line if they fit, or if they are a link, which always is
// one line, but for the file and what it is made of.
func write(b *bytes.Buffer, value any, depth int, key string) {
	var keys []string
	var items []any
	open, end := "{", "}"
	switch v := value.(type) {
	case *object:
		keys = v.keys
		for _, k := range v.keys {
			items = append(items, v.of[k])
		}
	case *list:
		open, end, items = "[", "]", v.items
	}
	whole := depth == 0 || depth == 1 && (key == "nodes" || key == "links")
	flat := line(value)
	if len(items) == 0 || !whole && (key == "links" || 2*depth+len(key)+len(flat) <= width) {
		b.WriteString(flat)
		return
	}
	b.WriteString(open)
	for i, item := range items {
		b.WriteString("\n" + strings.Repeat("  ", depth+1))
		inner := key
		if keys != nil {
			inner = keys[i]
			b.WriteString(line(inner) + ": ")
		}
		write(b, item, depth+1, inner)
		if i < len(items)-1 {
			b.WriteByte(',')
		}
	}
	b.WriteString("\n" + strings.Repeat("  ", depth) + end)
}

// line prints a value on one line.
func line(value any) string {
	var parts []string
	switch v := value.(type) {
	case *object:
		for _, k := range v.keys {
			parts = append(parts, line(k)+": "+line(v.of[k]))
		}
		if len(parts) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case *list:
		for _, item := range v.items {
			parts = append(parts, line(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(value) // strings, numbers, truth and null
	return strings.TrimSuffix(b.String(), "\n")
}
