package document

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

// steps are the parts of a path: KEY, .KEY, [INDEX], [NAME], ["KEY"].
var steps = regexp.MustCompile(`^(?:\.?([^.\[\]]+)|\[("(?:[^"\\]|\\.)*"|[^\[\]]+)\])`)

// way returns the parts of a path.
func way(path string) (way []string, err error) {
	for rest := path; rest != ""; {
		step := steps.FindStringSubmatch(rest)
		if step == nil || way == nil && rest[0] == '.' {
			return nil, fmt.Errorf("%q is no path: expected one like nodes.r1.icmp.probe or links[3].mtu", path)
		}
		key := step[1] + step[2]
		if step[2] != "" && key[0] == '"' {
			if err := json.Unmarshal([]byte(step[2]), &key); err != nil {
				return nil, fmt.Errorf("%q is no path: %s is no string", path, step[2])
			}
		}
		way = append(way, key)
		rest = rest[len(step[0]):]
	}
	if way == nil {
		return nil, fmt.Errorf("the path is empty: expected one like nodes.r1.icmp.probe or links[3].mtu")
	}
	return way, nil
}

// Assign changes one value: PATH=VALUE, where VALUE is JSON, or a word that stands for a string.
func (d *Document) Assign(assignment string) error {
	path, text, ok := strings.Cut(assignment, "=")
	if !ok || path == "" {
		return fmt.Errorf("%q: expected PATH=VALUE", assignment)
	}
	value, err := Word(text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return d.Set(path, value)
}

// Word reads a value as people type it: JSON, or a word that stands for a string.
func Word(text string) (any, error) {
	value, err := ParseValue(text)
	if err == nil {
		return value, nil
	}
	if strings.ContainsAny(text[:min(1, len(text))], `{["`) {
		return nil, fmt.Errorf("%q begins as JSON does, and is none: %w", text, err)
	}
	return text, nil
}

// Set changes the value at a path, which belongs to the document from then on. A path is as config prints them, as links[3].mtu. An
// item of links has a name, too: links[r1-r2].mtu or links.r1-r2.mtu; * is all that is there: nodes.*.icmp.error_source.
// Objects on the way that are missing are made, but for nodes. On an error, nothing has changed.
func (d *Document) Set(path string, value any) error {
	way, err := way(path)
	if err != nil {
		return err
	}
	if err := d.known(way); err != nil {
		return err
	}
	changed := d.Clone() // what fails half way is forgotten
	if _, err := put(changed.Root, "", way, value); err != nil {
		return err
	}
	d.Root = changed.Root
	return nil
}

// known refuses to make a node by a slip in its name, or a link that has only a name.
func (d *Document) known(way []string) error {
	if len(way) > 1 && way[0] == "links" && way[1] != "0" && d.Root.of["links"] == nil {
		return fmt.Errorf("links[%s]: there are no links", way[1])
	}
	nodes, ok := d.Root.of["nodes"].(*Object)
	if !ok || len(way) < 3 || way[0] != "nodes" || way[1] == "*" || len(nodes.keys) == 0 {
		return nil
	}
	if _, known := nodes.of[way[1]]; !known {
		return fmt.Errorf("nodes.%s: there is no such node; they are %s to %s%s", way[1], nodes.keys[0], nodes.keys[len(nodes.keys)-1], nearest.Hint(way[1], nodes.keys))
	}
	return nil
}

// put returns what is at path, with a value put where way leads from there. What is missing is made.
func put(at any, path string, way []string, value any) (any, error) {
	if len(way) == 0 {
		return clone(value), nil
	}
	if at == nil {
		at = NewObject()
		if way[0] == "0" {
			at = &List{}
		}
	}
	switch v := at.(type) {
	case *Object:
		return v, v.put(path, way, value)
	case *List:
		return v, v.put(path, way, value)
	}
	return nil, fmt.Errorf("%s is %s: there is nothing in it to set", path, line(at))
}

func (o *Object) put(path string, way []string, value any) error {
	for _, key := range o.named(way[0]) {
		inner, err := put(o.of[key], Join(path, key), way[1:], value)
		if err != nil {
			return err
		}
		o.Set(key, inner)
	}
	return nil
}

// named are the keys that a part of a path names.
func (o *Object) named(part string) []string {
	if part == "*" {
		return append([]string(nil), o.keys...)
	}
	return []string{part}
}

func (l *List) put(path string, way []string, value any) error {
	from, to, err := l.named(path, way[0], 1)
	if err != nil {
		return err
	}
	for i := from; i < to; i++ {
		if i == len(l.Items) {
			l.Items = append(l.Items, nil)
		}
		inner, err := put(l.Items[i], item(path, i), way[1:], value)
		if err != nil {
			return err
		}
		l.Items[i] = inner
	}
	return nil
}

// named are the items that a part of a path names, from one up to another, by number, name or *; beyond is how many more
// than there are may be named.
func (l *List) named(path, part string, beyond int) (from, to int, err error) {
	if part == "*" {
		return 0, len(l.Items), nil
	}
	if i, err := strconv.Atoi(part); err == nil {
		if i < 0 || i >= len(l.Items)+beyond {
			return 0, 0, fmt.Errorf("%s[%d]: there are %d", path, i, len(l.Items))
		}
		return i, i + 1, nil
	}
	var names []string
	for i, item := range l.Items {
		if o, ok := item.(*Object); ok {
			name, _ := o.of["name"].(string)
			if name == part {
				return i, i + 1, nil
			}
			names = append(names, name)
		}
	}
	return 0, 0, fmt.Errorf("%s[%s]: none has that name%s", path, part, nearest.Hint(part, names))
}

// Join is the path of the member of that name of what is at path, "" being the whole.
func Join(path, key string) string {
	if strings.ContainsAny(key, `.[]"`) {
		return path + "[" + strconv.Quote(key) + "]"
	}
	return strings.TrimPrefix(path+"."+key, ".")
}

func item(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
