package topology

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

// steps are the parts of a path: KEY, .KEY, [INDEX], [NAME].
var steps = regexp.MustCompile(`^(?:\.?([^.\[\]]+)|\[([^\[\]]+)\])`)

// Set changes one value: PATH=VALUE. A path is as check prints them, as links[3].mtu. An item of links has a name, too:
// links[r1-r2].mtu or links.r1-r2.mtu; * is all that is there: nodes.*.icmp.error_source. A value is JSON, or a word that
// stands for a string.
func (d *Document) Set(assignment string) error {
	path, text, ok := strings.Cut(assignment, "=")
	if !ok || path == "" {
		return fmt.Errorf("%q: expected PATH=VALUE", assignment)
	}
	var way []string
	for rest := path; rest != ""; {
		step := steps.FindStringSubmatch(rest)
		if step == nil || way == nil && rest[0] == '.' {
			return fmt.Errorf("%q is no path: expected one like nodes.r1.icmp.probe or links[3].mtu", path)
		}
		way = append(way, step[1]+step[2])
		rest = rest[len(step[0]):]
	}
	value, err := parse(text)
	if err != nil {
		if strings.ContainsAny(text[:min(1, len(text))], `{["`) {
			return fmt.Errorf("%s: %q begins as JSON does, and is none: %w", path, text, err)
		}
		value = text
	}
	if err := d.known(way); err != nil {
		return err
	}
	_, err = put(d.root, "", way, value)
	return err
}

// known refuses to make a node by a slip in its name.
func (d *Document) known(way []string) error {
	nodes, ok := d.root.of["nodes"].(*object)
	if !ok || len(way) < 3 || way[0] != "nodes" || way[1] == "*" {
		return nil
	}
	if _, known := nodes.of[way[1]]; !known {
		return fmt.Errorf("nodes.%s: there is no such node; they are %s to %s", way[1], nodes.keys[0], nodes.keys[len(nodes.keys)-1])
	}
	return nil
}

// put returns what is at path, with a value put where way leads from there. What is missing is made.
func put(at any, path string, way []string, value any) (any, error) {
	if len(way) == 0 {
		return value, nil
	}
	if at == nil {
		at = newObject()
		if way[0] == "0" {
			at = &list{}
		}
	}
	switch v := at.(type) {
	case *object:
		return v, v.put(path, way, value)
	case *list:
		return v, v.put(path, way, value)
	}
	return nil, fmt.Errorf("%s is %s: there is nothing in it to set", path, line(at))
}

func (o *object) put(path string, way []string, value any) error {
	keys := []string{way[0]}
	if way[0] == "*" {
		keys = slices.Clone(o.keys)
	}
	for _, key := range keys {
		inner, err := put(o.of[key], strings.TrimPrefix(path+"."+key, "."), way[1:], value)
		if err != nil {
			return err
		}
		o.set(key, inner)
	}
	return nil
}

func (l *list) put(path string, way []string, value any) error {
	from, to := 0, len(l.items)
	if way[0] != "*" {
		var err error
		if from, err = l.find(path, way[0]); err != nil {
			return err
		}
		to = from + 1
	}
	if from == len(l.items) && to > from {
		l.items = append(l.items, nil)
	}
	for i := from; i < to; i++ {
		inner, err := put(l.items[i], fmt.Sprintf("%s[%d]", path, i), way[1:], value)
		if err != nil {
			return err
		}
		l.items[i] = inner
	}
	return nil
}

// find returns the index of an item, by its number or its name. One more than there are adds one.
func (l *list) find(path, word string) (int, error) {
	if i, err := strconv.Atoi(word); err == nil {
		if i < 0 || i > len(l.items) {
			return 0, fmt.Errorf("%s[%d]: there are %d", path, i, len(l.items))
		}
		return i, nil
	}
	var names []string
	for i, item := range l.items {
		if o, ok := item.(*object); ok {
			name, _ := o.of["name"].(string)
			if name == word {
				return i, nil
			}
			names = append(names, name)
		}
	}
	return 0, fmt.Errorf("%s[%s]: none has that name%s", path, word, nearest.Hint(word, names))
}
