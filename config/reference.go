package config

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
)

// Reference returns the reference of all keys as a Markdown table.
func Reference() string {
	var b strings.Builder
	b.WriteString("| key | value | default | meaning |\n| --- | --- | --- | --- |\n")
	explain(&b, "", reflect.TypeFor[File](), map[reflect.Type]string{})
	return b.String()
}

// explain writes a row for each key of a struct. A struct that was explained
// before, at the path in seen, is not explained again.
func explain(b *strings.Builder, path string, t reflect.Type, seen map[reflect.Type]string) {
	for _, f := range grammar[t] {
		way, inner := path+f.name, t.FieldByIndex(f.index).Type
		if f.keys != "" {
			inner = inner.Elem()
		}
		named, suffix := described(inner)
		way += suffix
		meaning := f.doc
		before, again := seen[named]
		if again {
			meaning += fmt.Sprintf(" Its keys are those of `%s`.", before)
		}
		preset := f.preset
		if f.required {
			preset = "*required*"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", way, f.form(inner), preset, meaning)
		if _, ok := grammar[named]; ok && !again {
			seen[named] = way
			explain(b, way+".", named, seen)
		}
	}
}

// described returns the type at the bottom of maps and lists, and how a path
// leads there.
func described(t reflect.Type) (bottom reflect.Type, suffix string) {
	if t == assignmentsType {
		return t, ""
	}
	switch t.Kind() {
	case reflect.Pointer:
		return described(t.Elem())
	case reflect.Map:
		bottom, suffix = described(t.Elem())
		return bottom, ".NAME" + suffix
	case reflect.Slice:
		bottom, suffix = described(t.Elem())
		if _, ok := grammar[bottom]; !ok {
			return bottom, suffix
		}
		return bottom, "[]" + suffix
	}
	return t, ""
}

// form says what may stand as the value of a key.
func (f field) form(t reflect.Type) string {
	switch t {
	case prefixType:
		return "prefix"
	case addrType:
		return "address"
	case assignmentsType:
		return "object"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return f.form(t.Elem())
	case reflect.Map:
		return "object"
	case reflect.Struct:
		if f.short != "" {
			return "object, or its " + f.short
		}
		return "object"
	case reflect.Slice:
		switch one := f.form(t.Elem()); {
		case t.Elem() == addrType && f.lone:
			return "address, or list of addresses"
		case f.lone:
			return one + ", or a list of them"
		case t.Elem() == prefixType:
			return "list of prefixes"
		case t.Elem() == addrType:
			return "list of addresses"
		case t.Elem().Kind() == reflect.Int:
			return "list of " + one
		default:
			return "list of " + one + "s"
		}
	case reflect.Int:
		return fmt.Sprintf("%d to %d", *f.min, *f.max)
	case reflect.Bool:
		return "true or false"
	}
	form := "string"
	if f.enum != nil {
		form = "`" + strings.Join(f.enum, "`, `") + "`"
	}
	if f.numeral {
		form += fmt.Sprintf(", or %d to %d", *f.min, *f.max)
	}
	return form
}

// The marks between which README.md holds the reference.
const (
	beginMark = "<!-- config reference: begin -->"
	endMark   = "<!-- config reference: end -->"
)

// UpdateReadme returns readme with the reference between its marks: two lines
// that say "config reference: begin" and "config reference: end" as HTML
// comments. Without them it returns nil.
func UpdateReadme(readme []byte) []byte {
	before, rest, begins := bytes.Cut(readme, []byte(beginMark))
	_, after, ends := bytes.Cut(rest, []byte(endMark))
	if !begins || !ends {
		return nil
	}
	text := fmt.Sprintf("%s%s\n\n%s\n%s%s", before, beginMark, Reference(), endMark, after)
	return []byte(text)
}
