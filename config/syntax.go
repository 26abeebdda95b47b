package config

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// value is one value of a JSON text, with the offset at which it begins.
type value struct {
	kind    jsontext.Kind
	at      int
	text    string // of a string, or of a number
	members []member
	items   []value
}

// member is a key of an object, with the offset of the key, and its value.
type member struct {
	name  string
	at    int
	value value
}

// depth is how deep arrays and objects may nest: far deeper than the grammar,
// and far from the end of any stack.
const depth = 32

var errDepth = errors.New("too deep")

// read turns the text into a value. When it says false, it has recorded the one
// mistake that it stopped at.
func (s *source) read() (value, bool) {
	if strings.HasPrefix(s.data, "\xff\xfe") || strings.HasPrefix(s.data, "\xfe\xff") {
		s.wrong(0, "", "the file is UTF-16", "UTF-8 without a byte order mark", "")
		return value{}, false
	}
	d := jsontext.NewDecoder(strings.NewReader(s.data), jsontext.AllowDuplicateNames(true))
	v, err := s.value(d, 0)
	if err == nil {
		at := s.skipSpace(int(d.InputOffset()))
		if at == len(s.data) {
			return v, true
		}
		problem, expected := s.hint(at, d)
		if problem == "" {
			problem, expected = "the text goes on after its object", "one object and nothing after it"
		}
		s.wrong(at, "", problem, expected, "")
		return v, false
	}
	s.syntax(err, d)
	return v, false
}

// next returns the character that follows at, beyond white space.
func (s *source) next(at int) string {
	at = s.skipSpace(at)
	return s.data[at:min(at+1, len(s.data))]
}

// skipSpace returns the offset of what follows at, beyond white space.
func (s *source) skipSpace(at int) int {
	rest := s.data[min(at, len(s.data)):]
	return len(s.data) - len(strings.TrimLeft(rest, " \t\r\n"))
}

func (s *source) value(d *jsontext.Decoder, level int) (v value, err error) {
	v.kind = d.PeekKind()
	switch v.kind {
	case '{', '[':
		if _, err = d.ReadToken(); err != nil {
			return v, err
		}
		v.at = int(d.InputOffset()) - 1
		if level == depth {
			return v, errDepth
		}
		for d.PeekKind() != '}' && d.PeekKind() != ']' {
			if err = s.element(d, &v, level+1); err != nil {
				return v, err
			}
		}
		_, err = d.ReadToken()
		return v, err
	default:
		v.text, v.at, err = scalar(d)
		return v, err
	}
}

// element reads the next member of an object, or the next item of an array.
func (s *source) element(d *jsontext.Decoder, v *value, level int) (err error) {
	var m member
	if v.kind == '{' {
		if m.name, m.at, err = scalar(d); err != nil {
			return err
		}
	}
	if m.value, err = s.value(d, level); err != nil {
		return err
	}
	if v.kind == '{' {
		v.members = append(v.members, m)
	} else {
		v.items = append(v.items, m.value)
	}
	return nil
}

// scalar reads what is neither object nor array, and says where it began.
func scalar(d *jsontext.Decoder) (text string, at int, err error) {
	raw, err := d.ReadValue()
	if err != nil {
		return "", 0, err
	}
	at = int(d.InputOffset()) - len(raw)
	if raw.Kind() != '"' {
		return string(raw), at, nil
	}
	unquoted, err := jsontext.AppendUnquote(nil, raw)
	return string(unquoted), at, err
}

// syntax records the mistake that the decoder stopped at.
func (s *source) syntax(err error, d *jsontext.Decoder) {
	if err == errDepth {
		s.wrong(int(d.InputOffset())-1, "", fmt.Sprintf("arrays and objects nest deeper than %d", depth), "", "")
		return
	}
	at := len(s.data)
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		at, err = int(syntactic.ByteOffset), syntactic.Err
	}
	if at >= len(s.data) || errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		s.wrong(len(s.data), "", "the file ends too early", "one whole JSON object", "")
		return
	}
	problem, expected := s.hint(at, d)
	if problem == "" {
		problem, expected, _ = strings.Cut(err.Error(), " (expecting ")
		expected = strings.TrimSuffix(expected, ")")
	}
	s.wrong(at, "", problem, expected, "")
}

// hint knows what people write who take JSON for something else.
func (s *source) hint(at int, d *jsontext.Decoder) (problem, expected string) {
	before := strings.TrimRight(s.data[:at], " \t\r\n")
	c, _ := utf8.DecodeRuneInString(s.data[at:])
	within, _ := d.StackIndex(d.StackDepth())
	after := strings.HasSuffix(before, ",")
	switch {
	case c == '/' || c == '#':
		return "JSON has no comments", "the comment left out"
	case c == ',' && strings.ContainsAny(s.next(at+1), "}]"):
		return "a comma before the closing bracket", "no comma after the last of a list"
	case c == '\'' || c == '`' || c == '“':
		return fmt.Sprintf("a string in %c", c), `strings in "double quotes"`
	case within == '{' && (after || strings.HasSuffix(before, "{")):
		return fmt.Sprintf("%q where a key should be", c), `a key in "double quotes"`
	}
	return "", ""
}
