package conformance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Want is a pattern of datagrams that come out of one port.
type Want struct {
	Port, Text string
	// min and max are how many.
	min, max   int
	kind       string
	kinds      []string // of error and icmp: "11/0"
	keys       map[string]string
	fragmented bool
}

// words are the keys that each kind of pattern takes.
var words = map[string][]string{
	"forwarded":  {"ttl", "opts", "dst", "about"},
	"pieces":     {"sizes", "mtu", "opts", "later"},
	"error":      {"from", "to", "rest", "len", "quote", "tos", "opts", "about", "ext", "length"},
	"redirect":   {"from", "to", "target", "dest"},
	"echo-reply": {"from", "to", "len", "tos", "opts", "mtu"},
	"icmp":       {"from", "to", "rest", "len", "tos", "opts", "body"},
	"reset":      {"from", "to"},
	"time-reply": {"from", "to"},
}

// parseWant reads "A: 1..199 of error 11/0 from=10.1.0.1".
func parseWant(text string) (w Want, err error) {
	port, rest, err := onPort(text)
	if err != nil {
		return w, err
	}
	w = Want{Port: port, Text: text, min: 1, max: 1, keys: map[string]string{}}
	fields := strings.Fields(rest)
	if len(fields) > 2 && fields[1] == "of" {
		if w.min, w.max, err = span(fields[0]); err != nil {
			return w, err
		}
		fields = fields[2:]
	}
	if len(fields) == 0 {
		return w, fmt.Errorf("%q says nothing", text)
	}
	w.kind = fields[0]
	allowed, known := words[w.kind]
	if !known {
		return w, fmt.Errorf("unknown pattern %q", w.kind)
	}
	for _, f := range fields[1:] {
		key, value, ok := strings.Cut(f, "=")
		switch {
		case ok && slices.Contains(allowed, key):
			w.keys[key] = value
		case f == "fragmented":
			w.fragmented = true
		case !ok && (w.kind == "error" || w.kind == "icmp") && w.kinds == nil:
			w.kinds = strings.Split(f, "|")
		default:
			return w, fmt.Errorf("%s: unknown word %q", w.kind, f)
		}
	}
	w.fragmented = w.fragmented || w.kind == "pieces"
	return w, w.check()
}

// check refuses what would never match.
func (w Want) check() error {
	if w.kind == "error" || w.kind == "icmp" {
		if w.kinds == nil {
			return fmt.Errorf("%s: type and code are missing", w.kind)
		}
	}
	for _, k := range w.kinds {
		if _, _, err := typeCode(k); err != nil {
			return err
		}
	}
	for _, key := range []string{"opts", "rest", "body"} {
		for _, alternative := range strings.Split(w.keys[key], "|") {
			if alternative != "any" && strings.Trim(alternative, "0123456789abcdef?T") != "" {
				return fmt.Errorf("%s=%s is not hexadecimal", key, alternative)
			}
		}
	}
	return nil
}

// span reads "3" and "1..199".
func span(text string) (low, high int, err error) {
	first, last, ok := strings.Cut(text, "..")
	if !ok {
		last = first
	}
	if low, err = strconv.Atoi(first); err == nil {
		high, err = strconv.Atoi(last)
	}
	return low, high, err
}

// number is a key that is a number.
func (w Want) number(key string, preset int) int {
	if n, err := strconv.ParseInt(w.keys[key], 0, 32); err == nil {
		return int(n)
	}
	return preset
}

// oneOf says whether value is among the words of the key, or the key is not given.
func (w Want) oneOf(key, value string) string {
	given, ok := w.keys[key]
	if !ok || given == "any" || slices.Contains(strings.Split(given, "|"), value) {
		return ""
	}
	return fmt.Sprintf("%s is %s, want %s", key, value, given)
}

// octets compares a key in hexadecimal, where ? is any half octet and TTTTTTTT
// are milliseconds since midnight UT, now.
func (w Want) octets(key string, value []byte, preset string) string {
	given, ok := w.keys[key]
	if !ok {
		given = preset
	}
	if given == "any" {
		return ""
	}
	for _, alternative := range strings.Split(given, "|") {
		if matchHex(alternative, value) {
			return ""
		}
	}
	return fmt.Sprintf("%s is %x, want %s", key, value, given)
}

func matchHex(pattern string, value []byte) bool {
	text := fmt.Sprintf("%x", value)
	if len(text) != len(pattern) {
		return false
	}
	for i := 0; i < len(text); i++ {
		switch pattern[i] {
		case '?', text[i]:
		case 'T':
			if i%8 == timeAt(pattern, i) && !recent(text[i:i+8]) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// timeAt is i%8 at the first T of its run of eight, and something else within it.
func timeAt(pattern string, i int) int {
	start := i
	for start > 0 && pattern[start-1] == 'T' {
		start--
	}
	if (i-start)%8 == 0 && i+8 <= len(pattern) {
		return i % 8
	}
	return -1
}
