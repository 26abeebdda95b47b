package config

import (
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

var (
	prefixType = reflect.TypeFor[netip.Prefix]()
	addrType   = reflect.TypeFor[netip.Addr]()

	messageType = reflect.TypeFor[Message]()
)

// decode stores v, which stands at path, into what f describes, and says
// whether it could. What it could not store keeps its zero value, so that the
// checks may go on with the rest.
func (s *source) decode(v value, path string, f field, into reflect.Value) bool {
	if path != "" {
		s.places[path] = v.at
	}
	switch t := into.Type(); {
	case t == prefixType:
		return s.prefix(v, path, into)
	case t == addrType:
		return s.addr(v, path, into)
	case t == assignmentsType:
		return s.assignments(v, path, into)
	}
	switch into.Kind() {
	case reflect.Pointer:
		target := reflect.New(into.Type().Elem())
		if !s.decode(v, path, f, target.Elem()) {
			return false
		}
		into.Set(target)
		return true
	case reflect.Struct:
		return s.object(s.long(v, path, f), path, f, into)
	case reflect.Map:
		return s.byName(v, path, f, into)
	case reflect.Slice:
		return s.list(v, path, f, into)
	case reflect.Int:
		return s.integer(v, path, f, into)
	case reflect.Bool:
		into.SetBool(v.kind == 't')
		return s.is(v, path, "true or false", 't', 'f')
	default:
		return s.word(v, path, f, into)
	}
}

// is says whether v is of one of the kinds, and records the mistake if not.
func (s *source) is(v value, path, expected string, kinds ...jsontext.Kind) bool {
	if slices.Contains(kinds, v.kind) {
		return true
	}
	s.wrong(v.at, path, v.String()+" does not belong here", expected, "")
	return false
}

// String names a value for people.
func (v value) String() string {
	switch v.kind {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "the string " + quote(v.text)
	case '0':
		return "the number " + short(v.text)
	}
	return v.text
}

// short cuts a text that is too long to be read in a message.
func short(text string) string {
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}

func quote(text string) string { return strconv.Quote(short(text)) }

// members calls each for the members of an object. Of those with the same name
// it takes the first, and records the others.
func (s *source) members(v value, path string, each func(m member, path string)) {
	first := map[string]int{}
	for _, m := range v.members {
		way := join(path, m.name)
		if at, ok := first[m.name]; ok {
			line, column := s.position(at)
			s.wrong(m.at, way, fmt.Sprintf("the key stands twice, first at %d:%d", line, column), "each key once", "")
			continue
		}
		first[m.name] = m.at
		each(m, way)
	}
}

// join appends a key to a path.
func join(path, name string) string {
	switch valid := isName(name) || name == "$schema"; {
	case !valid:
		return path + "[" + quote(name) + "]"
	case strings.Contains(name, "."):
		return path + "[" + strconv.Quote(name) + "]"
	case path == "":
		return name
	}
	return path + "." + name
}

// object decodes a struct. A required key that is there, but misspelt, is one
// mistake and not two.
func (s *source) object(v value, path string, f field, into reflect.Value) bool {
	if !s.is(v, path, f.shape(into.Type()), '{') {
		return false
	}
	if len(v.members) < f.atLeast {
		s.wrong(v.at, path, "nothing in it", fmt.Sprintf("at least %d", f.atLeast), "")
	}
	keys := grammar[into.Type()]
	given := map[string]bool{}
	s.members(v, path, func(m member, way string) {
		i := slices.IndexFunc(keys, func(f field) bool { return f.has(m.name) })
		if i < 0 {
			meant := s.unknown(m, path, way, keys)
			given[meant] = true
			return
		}
		given[m.name] = true
		if keys[i].keys != "" {
			s.dynamic(m, way, keys[i], into.FieldByIndex(keys[i].index))
			return
		}
		s.decode(m.value, way, keys[i], into.FieldByIndex(keys[i].index))
	})
	for _, f := range keys {
		if f.required && !given[f.name] {
			s.wrong(v.at, path, fmt.Sprintf("the key %q is missing", f.name), "", "")
		}
	}
	return true
}

func (s *source) byName(v value, path string, f field, into reflect.Value) bool {
	if !s.is(v, path, "an object", '{') {
		return false
	}
	if len(v.members) < f.atLeast {
		s.wrong(v.at, path, "nothing in it", fmt.Sprintf("at least %d", f.atLeast), "")
	}
	into.Set(reflect.MakeMap(into.Type()))
	s.members(v, path, func(m member, way string) {
		if !isName(m.name) {
			s.wrong(m.at, way, quote(m.name)+" is no name", "1 to 63 of A-Z a-z 0-9 . _ -", "")
		}
		element := reflect.New(into.Type().Elem()).Elem()
		s.decode(m.value, way, field{}, element)
		into.SetMapIndex(reflect.ValueOf(m.name), element)
	})
	return true
}

func (s *source) list(v value, path string, f field, into reflect.Value) bool {
	v = s.listed(v, path, f)
	if !s.is(v, path, f.shape(into.Type()), '[') {
		return false
	}
	s.count(v, path, f)
	into.Set(reflect.MakeSlice(into.Type(), len(v.items), len(v.items)))
	each := field{short: f.short, min: f.min, max: f.max}
	if f.lone && f.pattern != "" {
		each.atLeast = 1 // character
	}
	for i, item := range v.items {
		s.decode(item, fmt.Sprintf("%s[%d]", path, i), each, into.Index(i))
	}
	return true
}

// integer takes 1500, and 1500.0 and 1.5e3 too, as JSON Schema does.
func (s *source) integer(v value, path string, f field, into reflect.Value) bool {
	expected := fmt.Sprintf("a whole number from %d to %d", *f.min, *f.max)
	if !s.is(v, path, expected, '0') {
		return false
	}
	n, _ := strconv.ParseFloat(v.text, 64)
	switch {
	case n != math.Trunc(n):
		s.wrong(v.at, path, short(v.text)+" has a fraction", expected, "")
		return false
	case n < float64(*f.min) || n > float64(*f.max):
		s.wrong(v.at, path, short(v.text)+" is out of range", expected, "")
		return false
	}
	into.SetInt(int64(n))
	return true
}

// numeral takes a number for its text.
func (s *source) numeral(v value, path string, f field, into reflect.Value) bool {
	var n int
	if !s.integer(v, path, f, reflect.ValueOf(&n).Elem()) {
		return false
	}
	into.SetString(strconv.Itoa(n))
	return true
}

func (s *source) word(v value, path string, f field, into reflect.Value) bool {
	expected := "a string"
	if f.enum != nil {
		expected = oneOf(f.enum)
	}
	if f.numeral {
		if v.kind == '0' {
			return s.numeral(v, path, f, into)
		}
		expected += fmt.Sprintf(", or a whole number from %d to %d", *f.min, *f.max)
	}
	if !s.is(v, path, expected, '"') {
		return false
	}
	if f.enum != nil && !slices.Contains(f.enum, v.text) {
		s.wrong(v.at, path, quote(v.text)+" is none of the words that may stand here", expected, nearest.Word(v.text, f.enum))
		return false
	}
	if len(v.text) < f.atLeast {
		s.wrong(v.at, path, "the string is empty", "", "")
		return false
	}
	into.SetString(v.text)
	return true
}
