package config

import (
	"reflect"
	"strconv"
	"strings"
)

// field is one key of the grammar, as its tags tell it.
type field struct {
	name     string
	index    []int
	doc      string
	preset   string
	pattern  string
	enum     []string
	min, max *int
	atLeast  int
	atMost   int
	required bool
	// short is the key that a string stands for, lone says that an item may stand for its list.
	short string
	lone  bool
	// numeral says that a number may stand for its text, from min to max.
	numeral bool
	// keys is what the keys begin with whose values the field holds, by the rest of the key.
	keys string
}

// names is the form of the names of nodes and interfaces, which are the keys of
// every map in the grammar.
const names = `^[A-Za-z0-9._-]{1,63}$`

// isName says whether a text has the form of names.
func isName(text string) bool {
	for i := range len(text) {
		c := text[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '-') {
			return false
		}
	}
	return 1 <= len(text) && len(text) <= 63
}

// grammar holds the keys of each struct that a File is made of, in their order.
var grammar = map[reflect.Type][]field{}

func init() { learn(reflect.TypeFor[File]()) }

// learn puts the structs that t is made of into the grammar.
func learn(t reflect.Type) {
	if t == assignmentsType {
		return
	}
	switch t.Kind() {
	case reflect.Map, reflect.Slice, reflect.Pointer:
		learn(t.Elem())
	case reflect.Struct:
		if _, ok := grammar[t]; ok || t == prefixType || t == addrType {
			return
		}
		grammar[t] = nil
		for _, s := range reflect.VisibleFields(t) { // those of embedded structs are keys of t itself
			f := newField(s)
			if !s.IsExported() || f.name == "-" {
				continue
			}
			if learn(s.Type); !s.Anonymous {
				grammar[t] = append(grammar[t], f)
			}
		}
	}
}

func newField(s reflect.StructField) field {
	name, options, _ := strings.Cut(s.Tag.Get("json"), ",")
	f := field{
		name:     name,
		index:    s.Index,
		doc:      s.Tag.Get("jsonschema"),
		preset:   s.Tag.Get("default"),
		pattern:  s.Tag.Get("pattern"),
		min:      number(s.Tag, "min"),
		max:      number(s.Tag, "max"),
		required: options == "",
		short:    s.Tag.Get("short"),
		lone:     s.Tag.Get("lone") != "",
		numeral:  s.Tag.Get("numeral") != "",
		keys:     s.Tag.Get("keys"),
	}
	if words := s.Tag.Get("enum"); words != "" {
		f.enum = strings.Split(words, ",")
	}
	if n := number(s.Tag, "atleast"); n != nil {
		f.atLeast = *n
	}
	if n := number(s.Tag, "atmost"); n != nil {
		f.atMost = *n
	}
	return f
}

// number returns the number that a tag holds, nil without the tag.
func number(tags reflect.StructTag, key string) *int {
	text, ok := tags.Lookup(key)
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		panic("config: the tag " + key + " holds " + strconv.Quote(text))
	}
	return &n
}
