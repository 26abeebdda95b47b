package document

import (
	"fmt"
	"slices"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

// Get returns the value at a path without *: the document's own, not to be changed.
func (d *Document) Get(path string) (any, error) {
	way, err := way(path)
	if err != nil {
		return nil, err
	}
	value := any(d.Root)
	at := ""
	for _, part := range way {
		if value, at, err = member(value, at, part); err != nil {
			return nil, err
		}
	}
	return value, nil
}

// member is what a part of a path names of a value, and its path.
func member(value any, path, part string) (any, string, error) {
	switch v := value.(type) {
	case *Object:
		inner, ok := v.of[part]
		if !ok {
			return nil, "", fmt.Errorf("%s: there is none%s", Join(path, part), nearest.Hint(part, v.keys))
		}
		return inner, Join(path, part), nil
	case *List:
		i, _, err := v.named(path, part, 0)
		if err != nil {
			return nil, "", err
		}
		return v.Items[i], item(path, i), nil
	}
	return nil, "", fmt.Errorf("%s is %s: there is nothing in it", path, line(value))
}

// Unset takes the value at a path away, as if it had never been there: what has become empty by that goes too, but for items of
// lists, nodes and interfaces. Paths are those of Set. It is an error if there is no such value; then nothing has changed.
func (d *Document) Unset(path string) error {
	way, err := way(path)
	if err != nil {
		return err
	}
	changed := d.Clone()
	found, err := take(changed.Root, "", way)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("%s: there is none", path)
	}
	d.Root = changed.Root
	return nil
}

// take takes what way leads to away, and says whether there was any.
func take(at any, path string, way []string) (found bool, err error) {
	switch v := at.(type) {
	case *Object:
		return v.take(path, way)
	case *List:
		return v.take(path, way)
	}
	return false, fmt.Errorf("%s is %s: there is nothing in it to unset", path, line(at))
}

func (o *Object) take(path string, way []string) (found bool, err error) {
	for _, key := range o.named(way[0]) {
		inner, there := o.of[key]
		switch {
		case !there:
			return false, fmt.Errorf("%s: there is none%s", Join(path, key), nearest.Hint(key, o.keys))
		case len(way) == 1:
			o.Delete(key)
			found = true
			continue
		}
		took, err := take(inner, Join(path, key), way[1:])
		if err != nil {
			if way[0] == "*" {
				continue // another may have it
			}
			return false, err
		}
		found = found || took
		if empty, isObject := inner.(*Object); isObject && len(empty.keys) == 0 && !meantEmpty(path, key) {
			o.Delete(key)
		}
	}
	return found, nil
}

func (l *List) take(path string, way []string) (found bool, err error) {
	from, to, err := l.named(path, way[0], 0)
	if err != nil {
		return false, err
	}
	if len(way) == 1 {
		l.Items = slices.Delete(l.Items, from, to)
		return to > from, nil
	}
	for i := from; i < to; i++ {
		took, err := take(l.Items[i], item(path, i), way[1:])
		if err != nil && way[0] != "*" {
			return false, err
		}
		found = found || took
	}
	return found, nil
}

// meantEmpty says whether the member of what is at a path means something even if it is empty: nodes and interfaces.
func meantEmpty(path, key string) bool {
	if path == "" {
		return key == "nodes"
	}
	parts, _ := way(path)
	return len(parts) == 1 && parts[0] == "nodes" || len(parts) == 3 && parts[0] == "nodes" && parts[2] == "interfaces"
}
