// Package document is a configuration as text that can be changed at a path: its keys keep their order. It
// knows no grammar: what is changed, package config judges.
package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Document is a configuration that is being made, or changed.
type Document struct{ Root *Object }

// Object is a JSON object that keeps the order of its keys. A value of it, or an item of a List, is an
// *Object, a *List, or anything else that encoding/json takes.
type Object struct {
	keys []string
	of   map[string]any
}

// List is a JSON array.
type List struct{ Items []any }

// NewObject returns an object of keys and values by turns.
func NewObject(pairs ...any) *Object {
	o := &Object{of: map[string]any{}}
	for i := 0; i < len(pairs); i += 2 {
		o.Set(pairs[i].(string), pairs[i+1])
	}
	return o
}

// Keys are the keys in their order: the object's own, to be read until it changes.
func (o *Object) Keys() []string { return o.keys }

// Get returns the value of a key; nil: there is none.
func (o *Object) Get(key string) any { return o.of[key] }

// Set gives a key a value: a new key is the last.
func (o *Object) Set(key string, value any) {
	if _, known := o.of[key]; !known {
		o.keys = append(o.keys, key)
	}
	o.of[key] = value
}

// Delete takes a key away.
func (o *Object) Delete(key string) {
	delete(o.of, key)
	o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
}

// Parse reads a document: one JSON object. It does not say where a mistake stands: config.Parse does.
func Parse(text []byte) (*Document, error) {
	value, err := ParseValue(string(text))
	if err != nil {
		return nil, err
	}
	root, ok := value.(*Object)
	if !ok {
		return nil, fmt.Errorf("it is %s; expected a JSON object", line(value))
	}
	return &Document{root}, nil
}

// ParseValue reads one JSON value.
func ParseValue(text string) (any, error) {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil { // all of it, before any
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return next(d), nil
}

// Position is the line and column of the octet before an offset, as errors of encoding/json have it: both from 1 on.
func Position(text []byte, offset int64) string {
	before := text[:min(max(0, offset-1), int64(len(text)))]
	return fmt.Sprintf("line %d, column %d", bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n'))
}

// next is the next value of text that is known to be right.
func next(d *json.Decoder) any {
	token, _ := d.Token()
	switch token {
	case json.Delim('{'):
		o := NewObject()
		for d.More() {
			key, _ := d.Token()
			o.Set(key.(string), next(d))
		}
		d.Token()
		return o
	case json.Delim('['):
		l := &List{}
		for d.More() {
			l.Items = append(l.Items, next(d))
		}
		d.Token()
		return l
	}
	return token
}

// Clone returns a document that shares nothing with d.
func (d *Document) Clone() *Document { return &Document{clone(d.Root).(*Object)} }

func clone(value any) any {
	switch v := value.(type) {
	case *Object:
		o := NewObject()
		for _, key := range v.keys {
			o.Set(key, clone(v.of[key]))
		}
		return o
	case *List:
		l := &List{Items: make([]any, len(v.Items))}
		for i, item := range v.Items {
			l.Items[i] = clone(item)
		}
		return l
	}
	return value
}

// Bytes is the document as a file: the same for the same document. Nodes and links have a line each, if they are short.
func (d *Document) Bytes() []byte {
	var b bytes.Buffer
	write(&b, d.Root, 0, "")
	b.WriteByte('\n')
	return b.Bytes()
}

// MarshalJSON is Bytes for encoding/json.
func (d *Document) MarshalJSON() ([]byte, error) { return d.Bytes(), nil }

// MarshalJSON keeps the order of the keys.
func (o *Object) MarshalJSON() ([]byte, error) { return []byte(line(o)), nil }

// MarshalJSON is that of the items.
func (l *List) MarshalJSON() ([]byte, error) { return []byte(line(l)), nil }
