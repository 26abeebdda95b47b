package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
)

// maxSize bounds what is read, in bytes: more than a million routes.
const maxSize = 256 << 20

// Load reads and checks a file; the path "-" is standard input. The error is
// Mistakes if the file could be read and is wrong.
func Load(path string) (*File, error) {
	file, name := os.Stdin, "<stdin>"
	if path != "-" {
		var err error
		if file, err = os.Open(path); err != nil {
			return nil, err
		}
		defer file.Close()
		name = path
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", name, err)
	case len(data) > maxSize:
		return nil, fmt.Errorf("%s: %w", name, errSize)
	}
	return read(name, data, siblings(name))
}

var errSize = errors.New("the file is too large for a configuration")

// Parse checks the text of a file of that name. It keeps nothing of data. The
// error, if there is one, is of type Mistakes and has at least one. It reads no
// other file: the routes of a routes_file are missing.
func Parse(name string, data []byte) (*File, error) { return read(name, data, nil) }

func read(name string, data []byte, sibling func(string) (string, []byte, error)) (*File, error) {
	data, marked := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	s, f := newSource(name, data), new(File)
	s.sibling = sibling
	if marked {
		s.wrong(0, "", "the file begins with a byte order mark", "UTF-8 without it", "")
	}
	if v, ok := s.read(); ok && s.decode(v, "", field{}, reflect.ValueOf(f).Elem()) {
		s.check(f)
	}
	mistakes, warnings := s.found()
	if len(mistakes) > 0 {
		return nil, mistakes
	}
	f.Warnings = warnings
	return f, nil
}
