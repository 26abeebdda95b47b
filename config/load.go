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
	data, err := Text(path)
	if err != nil {
		return nil, err
	}
	return ParseBeside(path, data)
}

// Text reads a file as it is.
func Text(path string) ([]byte, error) {
	file := os.Stdin
	if path != "-" {
		var err error
		if file, err = os.Open(path); err != nil {
			return nil, err
		}
		defer file.Close()
	}
	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", NameOf(path), err)
	case len(data) > maxSize:
		return nil, fmt.Errorf("%s: %w", NameOf(path), errSize)
	}
	return data, nil
}

// NameOf names a file for people: "-" is standard input.
func NameOf(path string) string {
	if path == "-" {
		return "<stdin>"
	}
	return path
}

// ParseBeside is Load with the text of the file given: other files are looked for where the path is.
func ParseBeside(path string, data []byte) (*File, error) {
	return read(NameOf(path), data, siblings(path))
}

// ParseRunning is ParseBeside of a text whose timeline is being played: from where it is, its steps need not go on.
func ParseRunning(path string, data []byte) (*File, error) {
	return readAs(NameOf(path), data, siblings(path), true)
}

var errSize = errors.New("the file is too large for a configuration")

// Parse checks the text of a file of that name. It keeps nothing of data. The
// error, if there is one, is of type Mistakes and has at least one. It reads no
// other file: the routes of a routes_file are missing.
func Parse(name string, data []byte) (*File, error) { return read(name, data, nil) }

func read(name string, data []byte, sibling func(string) (string, []byte, error)) (*File, error) {
	return readAs(name, data, sibling, false)
}

func readAs(name string, data []byte, sibling func(string) (string, []byte, error), running bool) (*File, error) {
	data, marked := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	s, f := newSource(name, data), new(File)
	s.sibling, s.running = sibling, running
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
