package document

import (
	"bytes"
	"encoding/json"
	"strings"
)

// width is how long a line may be, in octets, before it is taken apart.
const width = 120

// write prints a value: objects and lists on one line if they fit, or if they are a link, which always is
// one line, but for the file and what it is made of.
func write(b *bytes.Buffer, value any, depth int, key string) {
	var keys []string
	var items []any
	open, end := "{", "}"
	switch v := value.(type) {
	case *Object:
		keys = v.keys
		for _, k := range v.keys {
			items = append(items, v.of[k])
		}
	case *List:
		open, end, items = "[", "]", v.Items
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
	case *Object:
		for _, k := range v.keys {
			parts = append(parts, line(k)+": "+line(v.of[k]))
		}
		if len(parts) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case *List:
		for _, item := range v.Items {
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
