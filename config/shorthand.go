package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

// long is the object that a string stands for.
func (s *source) long(v value, path string, f field) value {
	if f.short == "" || v.kind != '"' {
		return v
	}
	s.shorts[join(path, f.short)] = path
	return value{kind: '{', at: v.at, members: []member{{name: f.short, at: v.at, value: v}}}
}

// listed is the list that an item stands for.
func (s *source) listed(v value, path string, f field) value {
	if !f.lone || v.kind == '[' || f.short != "" && v.kind != '{' && v.kind != '"' {
		return v
	}
	if f.short != "" {
		s.shorts[path+"[0]"] = path
	}
	return value{kind: '[', at: v.at, items: []value{v}}
}

// shape says what may stand where an object or a list is decoded.
func (f field) shape(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Slice && f.lone && t.Elem() == addrType:
		return "an address or an array of them"
	case t.Kind() == reflect.Slice && f.lone && t.Elem().Kind() == reflect.String:
		return "a string or an array of them"
	case t.Kind() == reflect.Slice && f.lone:
		return "a string, an object or an array"
	case t.Kind() == reflect.Slice:
		return "an array"
	case f.short != "":
		return "a string or an object"
	}
	return "an object"
}

// count records that a list has too few items, or too many.
func (s *source) count(v value, path string, f field) {
	problem, expected := "nothing in it", fmt.Sprintf("at least %d", f.atLeast)
	switch n := len(v.items); {
	case n > f.atLeast:
		problem = fmt.Sprintf("%d in it", n)
	case n > 0:
		problem = fmt.Sprintf("only %d in it", n)
	}
	if f.atLeast == f.atMost {
		expected = fmt.Sprint(f.atLeast)
	}
	if len(v.items) < f.atLeast || f.atMost > 0 && len(v.items) > f.atMost {
		s.wrong(v.at, path, problem, expected, "")
	}
}

// has says whether the key of an object belongs to the field.
func (f field) has(key string) bool {
	if f.keys == "" {
		return key == f.name
	}
	rest, ok := strings.CutPrefix(key, f.keys)
	return ok && isName(rest)
}

// dynamic decodes a key that holds one value of a map.
func (s *source) dynamic(m member, path string, f field, into reflect.Value) {
	if into.IsNil() {
		into.Set(reflect.MakeMap(into.Type()))
	}
	element := reflect.New(into.Type().Elem()).Elem()
	s.decode(m.value, path, field{}, element)
	s.keys[path] = m.at
	into.SetMapIndex(reflect.ValueOf(strings.TrimPrefix(m.name, f.keys)), element)
}

// unknown records a key that is none, and returns the one that was meant: it is
// taken to be there, and wrong.
func (s *source) unknown(m member, path, way string, keys []field) (meant string) {
	valid := make([]string, len(keys))
	for i, f := range keys {
		valid[i] = f.name
	}
	meant = nearest.Word(m.name, valid)
	s.wrong(m.at, way, "no such key", oneOf(valid), meant)
	if meant != "" && !s.has(join(path, meant)) {
		s.places[join(path, meant)] = m.value.at
	}
	return meant
}
