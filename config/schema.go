package config

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

//go:generate go test . -run TestStored -update

// Schema returns the JSON Schema of the grammar, as config.schema.json holds it.
func Schema() []byte {
	root := schema()
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.Title = "icmprouter configuration"
	root.Description = "A network of routers in user space, and the TUN devices that they are attached to."
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("config: the schema is no JSON: %v", err))
	}
	return append(text, '\n')
}

func schema() *jsonschema.Schema {
	root, err := jsonschema.For[File](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[netip.Prefix](): {Type: "string", Pattern: prefixPattern},
		reflect.TypeFor[netip.Addr]():   {Type: "string", Pattern: addrPattern},
		assignmentsType:                 {Type: "object", AdditionalProperties: &jsonschema.Schema{}},
	}})
	if err != nil {
		panic(fmt.Sprintf("config: the grammar has no schema: %v", err))
	}
	refine(root, reflect.TypeFor[File]())
	return root
}

// refine adds what the tags of t say beyond its Go type.
func refine(s *jsonschema.Schema, t reflect.Type) {
	// The grammar has no null, for which the library provides in pointers and slices.
	if s.Types != nil {
		s.Type, s.Types = s.Types[len(s.Types)-1], nil
	}
	if t == assignmentsType {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		refine(s, t.Elem())
	case reflect.Slice:
		refine(s.Items, t.Elem())
	case reflect.Map:
		s.PropertyNames = &jsonschema.Schema{Pattern: names}
		refine(s.AdditionalProperties, t.Elem())
	case reflect.Struct:
		for _, f := range grammar[t] {
			p := s.Properties[f.name]
			f.refine(p)
			refine(p, t.FieldByIndex(f.index).Type)
			s.Properties[f.name] = f.alternatives(p, t.FieldByIndex(f.index).Type)
			if f.keys != "" {
				f.spread(s)
			}
		}
	}
}

// spread makes the members of a map keys of the object that has it.
func (f field) spread(s *jsonschema.Schema) {
	whole := s.Properties[f.name]
	each := whole.AdditionalProperties
	each.Description = whole.Description
	s.PatternProperties = map[string]*jsonschema.Schema{"^" + f.keys + strings.TrimPrefix(names, "^"): each}
	delete(s.Properties, f.name)
	s.PropertyOrder = slices.DeleteFunc(s.PropertyOrder, func(name string) bool { return name == f.name })
}

// alternatives is s, or the string and the item that may stand for it.
func (f field) alternatives(s *jsonschema.Schema, t reflect.Type) *jsonschema.Schema {
	if f.short == "" && !f.lone && !f.numeral {
		return s
	}
	all := &jsonschema.Schema{Description: s.Description}
	s.Description = ""
	if f.numeral {
		all.AnyOf = []*jsonschema.Schema{s, {Type: "integer", Minimum: jsonschema.Ptr(float64(*f.min)), Maximum: jsonschema.Ptr(float64(*f.max))}}
		return all
	}
	if f.lone {
		s.Items = (field{short: f.short}).alternatives(s.Items, t.Elem())
		all.AnyOf = append(slices.Clone(s.Items.AnyOf), s)
		if f.short == "" {
			all.AnyOf = []*jsonschema.Schema{s.Items, s}
		}
		return all
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	i := slices.IndexFunc(grammar[t], func(g field) bool { return g.name == f.short })
	word := &jsonschema.Schema{Type: "string"}
	grammar[t][i].refine(word)
	word.Description = ""
	all.AnyOf = []*jsonschema.Schema{word, s}
	return all
}

// refine adds what the tags of one key say of its value.
func (f field) refine(s *jsonschema.Schema) {
	if slices.Contains(f.enum, f.preset) {
		s.Default, _ = json.Marshal(f.preset)
	} else if f.preset != "" {
		s.Description += " Default: " + f.preset + "."
	}
	switch {
	case f.pattern != "" && s.Items != nil:
		s.Items.Pattern = f.pattern
	case f.pattern != "":
		s.Pattern = f.pattern
	}
	for _, word := range f.enum {
		s.Enum = append(s.Enum, word)
	}
	if f.min != nil && s.Items != nil {
		s.Items.Minimum, s.Items.Maximum = jsonschema.Ptr(float64(*f.min)), jsonschema.Ptr(float64(*f.max))
	} else if f.min != nil && !f.numeral {
		s.Minimum, s.Maximum = jsonschema.Ptr(float64(*f.min)), jsonschema.Ptr(float64(*f.max))
	}
	if f.atLeast == 0 {
		return
	}
	switch s.Type {
	case "object":
		s.MinProperties = &f.atLeast
	case "string":
		s.MinLength = &f.atLeast
	default:
		s.MinItems = &f.atLeast
	}
	if f.atMost > 0 {
		s.MaxItems = &f.atMost
	}
}
