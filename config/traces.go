package config

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/icmprouter/icmprouter/link"
)

// behaviours are the files that links name, each read once.
type behaviours struct {
	tables map[string][]float64
	fates  map[string][]bool
	traces map[Trace]*link.Trace
}

// once returns what read makes of a file. What has been read before is there in known.
func once[K comparable, V any](s *source, known *map[K]V, key K, file, path string, read func(*source) V) (v V) {
	if s.sibling == nil {
		return v
	}
	if v, ok := (*known)[key]; ok {
		return v
	}
	if *known == nil {
		*known = map[K]V{}
	}
	name, data, err := s.sibling(file)
	if err != nil {
		s.unreadable(name, err, path)
		return v
	}
	other := newSource(name, data)
	other.namedBy = s
	s.others = append(s.others, other)
	v = read(other)
	(*known)[key] = v
	return v
}

// unreadable records that a file that is named at path cannot be read.
func (s *source) unreadable(name string, err error, path string) {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	s.refuse(path, fmt.Sprintf("%q cannot be read: %v", name, err), "the path of a file, relative to the directory of this one")
}

// words calls each for the words of each line that has some, until it says false.
func (s *source) words(each func(words []string, at []int) bool) {
	var words []string
	var places []int
	for i := range s.lines {
		w := &lineWords{s, s.lines[i], len(s.data)}
		if i+1 < len(s.lines) {
			w.end = s.lines[i+1] - 1
		}
		words, places = words[:0], places[:0]
		for word, at := w.next(); word != ""; word, at = w.next() {
			words, places = append(words, word), append(places, at)
		}
		if len(words) > 0 && !each(words, places) || len(s.mistakes) >= mostMistakes {
			return
		}
	}
}

// sigma is what stands for one jitter in a table: as iproute2 has it.
const sigma = 8192

// mostSteps is the most steps of a table.
const mostSteps = 1 << 20

func (s *source) readTable(file, path string) []float64 {
	return once(s, &s.behaviours.tables, file, file, path, func(f *source) (table []float64) {
		f.words(func(words []string, at []int) bool {
			for i, word := range words {
				n, err := strconv.ParseInt(word, 10, 16)
				if err != nil {
					f.wrong(at[i], "", quote(word)+" is no step of a table", "a whole number from -32768 to 32767", "")
				}
				table = append(table, float64(n)/sigma)
			}
			return len(table) <= mostSteps
		})
		switch {
		case len(table) < 2:
			f.wrong(0, "", "the table has no two steps", "a number for each step", "")
		case len(table) > mostSteps:
			f.wrong(0, "", "the table is too long", fmt.Sprintf("at most %d numbers", mostSteps), "")
		}
		return table
	})
}

func (s *source) readFates(file, path string) []bool {
	return once(s, &s.behaviours.fates, file, file, path, func(f *source) (fates []bool) {
		f.words(func(words []string, at []int) bool {
			for i, word := range words {
				if bad := strings.IndexFunc(word, func(c rune) bool { return c != '0' && c != '1' }); bad >= 0 {
					f.wrong(at[i]+bad, "", quote(word[bad:])+" is no fate", "0 for a packet that arrives, 1 for one that is lost", "")
					continue
				}
				for _, c := range word {
					fates = append(fates, c == '1')
				}
			}
			return true
		})
		if len(fates) == 0 && len(f.mistakes) == 0 {
			f.wrong(0, "", "the file holds no fate", "0 and 1", "")
		}
		return fates
	})
}

// packet is what leaves at each moment of a trace, in octets: as mahimahi has it.
const packet = 1500

// mostDepartures bounds the moments of one trace.
const mostDepartures = 1 << 20

func (s *source) readTrace(t Trace, path string) *link.Trace {
	if t.File == "" || t.Format == "" { // mistakes
		return nil
	}
	return once(s, &s.behaviours.traces, Trace{File: t.File, Format: t.Format}, t.File, path, func(f *source) *link.Trace {
		trace := f.moments
		if t.Format == "rates" {
			trace = f.rates
		}
		if made := trace(); len(f.mistakes) == 0 {
			return made
		}
		return nil
	})
}

// moments reads a trace of mahimahi: a millisecond a line, in order.
func (s *source) moments() *link.Trace {
	t := &link.Trace{Octets: packet}
	s.words(func(words []string, at []int) bool {
		n, err := strconv.ParseUint(words[0], 10, 32)
		moment := time.Duration(n) * time.Millisecond
		switch {
		case err != nil || len(words) > 1:
			s.wrong(at[len(words)-1], "", quote(words[len(words)-1])+" is no millisecond", "one whole number", "")
		case moment < t.Period:
			s.wrong(at[0], "", fmt.Sprintf("%s is before the line above", words[0]), "moments in their order", "")
		case len(t.Departures) == mostDepartures:
			s.wrong(at[0], "", "the trace is too long", fmt.Sprintf("at most %d lines", mostDepartures), "")
			return false
		default:
			t.Departures, t.Period = append(t.Departures, moment), moment
		}
		return true
	})
	if t.Period == 0 && len(s.mistakes) == 0 {
		s.wrong(0, "", "the trace has no end", "a last line above 0, which is the period", "")
	}
	return t
}

// span is a time of one rate.
type span struct {
	from time.Duration
	rate int64
}

// rates reads a trace of rates: from a second on, a rate.
func (s *source) rates() *link.Trace {
	var spans []span
	s.words(func(words []string, at []int) bool {
		next, ok := s.span(words, at)
		if len(spans) > 0 && next.from <= spans[len(spans)-1].from && ok {
			s.wrong(at[0], "", fmt.Sprintf("%s is not after the line above", words[0]), "seconds in their order", "")
		}
		spans = append(spans, next)
		return true
	})
	if len(s.mistakes) > 0 {
		return nil
	}
	if len(spans) < 2 {
		s.wrong(0, "", "the trace has no end", "two lines at least: the time of the last is the period", "")
		return nil
	}
	return s.departures(spans)
}

// span reads one line of a trace of rates.
func (s *source) span(words []string, at []int) (next span, ok bool) {
	if len(words) != 2 {
		s.wrong(at[0], "", fmt.Sprintf("%d words", len(words)), `a second and a rate, as "2.5 50mbit"`, "")
		return next, false
	}
	seconds, ok := parseDecimal(words[0])
	if !ok || seconds > maxDuration.Seconds() {
		s.wrong(at[0], "", quote(words[0])+" is no second from 0 to 3600", `as "2.5"`, "")
		return next, false
	}
	rate, ok := parseRate(words[1])
	if !ok {
		s.wrong(at[1], "", quote(words[1])+" is no rate", rateForm, "")
	}
	return span{time.Duration(math.Round(seconds * 1e9)), rate}, ok
}

// departures turns rates into moments: as many as there are packets, or, of
// fast ones, as many as a trace has.
func (s *source) departures(spans []span) *link.Trace {
	total := 0.0
	for i := range spans[1:] {
		total += (spans[i+1].from - spans[i].from).Seconds() * float64(spans[i].rate) / 8
	}
	t := &link.Trace{Octets: max(packet, int(math.Ceil(total/mostDepartures))), Period: spans[len(spans)-1].from}
	quantum := uint64(t.Octets) * 8
	carry := uint64(0) // bits that the span before left over
	for i := range spans[1:] {
		rate, length := uint64(spans[i].rate), uint64(spans[i+1].from-spans[i].from)
		high, low := bits.Mul64(rate, length)
		passed, _ := bits.Div64(high, low, uint64(time.Second))
		for need := quantum - carry; need <= passed; need += quantum {
			high, low := bits.Mul64(need, uint64(time.Second))
			after, _ := bits.Div64(high, low, rate)
			t.Departures = append(t.Departures, spans[i].from+time.Duration(after))
		}
		carry = (carry + passed) % quantum
	}
	if len(t.Departures) == 0 {
		s.wrong(0, "", "nothing ever leaves", fmt.Sprintf("a rate at which %d octets leave before the end", t.Octets), "")
	}
	return t
}
