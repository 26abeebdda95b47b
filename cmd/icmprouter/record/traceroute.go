package record

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// tracerouteHeader begins the output of the traceroutes of Linux, the BSDs, macOS and busybox.
var tracerouteHeader = regexp.MustCompile(`^traceroute6? to (\S+)(?: \(([^)]+)\))?,?(?: from ([^\s,]+))?`)

var (
	word    = regexp.MustCompile(`<[^>]*>|\[[^\]]*\]|\([^)]*\)|\S+`)
	mpls    = regexp.MustCompile(`L=(\d+)`)
	refusal = regexp.MustCompile(`^!(?:([A-Z])(?:-\d+)?|<?(\d+(?:-\d+)?)>?)?$`)
)

// place is where a text has a mistake, counted from 1.
type place struct{ line, column int }

func (p place) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d, column %d: %w", p.line, p.column, fmt.Errorf(format, args...))
}

// readTraceroute reads the text of a traceroute that begins at a line, counted from 0.
func readTraceroute(input string, begin int) (*Path, error) {
	lines := strings.Split(input, "\n")
	p := &Path{}
	header := tracerouteHeader.FindStringSubmatch(lines[begin])
	for _, text := range []string{header[1], header[2]} {
		if a, err := address(text); err == nil {
			p.Target = a
		}
	}
	p.Client, _ = address(header[3])
	ttl := 0
	for i, line := range lines[begin+1:] {
		at := place{begin + i + 2, 1}
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case tracerouteHeader.MatchString(line):
			p.Others++
			continue
		case p.Others > 0:
			continue
		}
		h := hopLine{place: at, words: word.FindAllStringIndex(line, -1), line: line}
		if n, err := strconv.Atoi(h.text(0)); err == nil && !strings.HasPrefix(line, "    ") {
			if n <= ttl || n > maxTTL {
				return nil, h.at(0).errorf("hop %d stands after hop %d; expected %d to %d", n, ttl, ttl+1, maxTTL)
			}
			ttl, h.next = n, 1
		}
		if ttl == 0 {
			return nil, h.at(0).errorf("%q is no number of a hop", shorten(h.text(0)))
		}
		if err := h.read(p.at(ttl)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// hopLine is a line of traceroute, word by word.
type hopLine struct {
	place
	line  string
	words [][]int
	next  int
}

func (l *hopLine) text(i int) string {
	if i >= len(l.words) {
		return ""
	}
	return l.line[l.words[i][0]:l.words[i][1]]
}

func (l *hopLine) at(i int) place { return place{l.place.line, l.words[i][0] + 1} }

// read adds what the line says to a hop.
func (l *hopLine) read(h *Hop) error {
	var current *Answer
	if len(h.Answers) > 0 {
		current = h.Answers[len(h.Answers)-1]
	}
	for l.next < len(l.words) {
		i, text := l.next, l.text(l.next)
		l.next++
		if text == "*" {
			h.Sent++
			continue
		}
		if a, ok := l.address(i); ok {
			current = h.answer(a)
			continue
		}
		if current == nil {
			return l.at(i).errorf("%q is no address, nor a name with one in parentheses, nor *", shorten(text))
		}
		if rtt, ok := l.rtt(i); ok {
			current.sample(rtt)
			h.Sent++
			continue
		}
		if !current.annotate(text) {
			return l.at(i).errorf("%q is no address, time in ms, * or annotation", shorten(text))
		}
	}
	return nil
}

// address reads an address with or without the same in parentheses, or a name with it.
func (l *hopLine) address(i int) (netip.Addr, bool) {
	behind := l.text(i + 1)
	if strings.HasPrefix(behind, "(") {
		if a, err := address(behind); err == nil {
			l.next = i + 2
			return a, true
		}
	}
	a, err := address(l.text(i))
	return a, err == nil && !strings.HasPrefix(l.text(i), "(")
}

// rtt reads "1.234 ms" or "1.234ms".
func (l *hopLine) rtt(i int) (time.Duration, bool) {
	number, joined := strings.CutSuffix(l.text(i), "ms")
	if !joined && l.text(i+1) != "ms" {
		return 0, false
	}
	ms, err := strconv.ParseFloat(number, 64)
	if err != nil || ms < 0 || ms > 1e7 {
		return 0, false
	}
	if !joined {
		l.next = i + 2
	}
	return milliseconds(ms), true
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// annotate reads what stands beside an address or a time: <MPLS:…>, !H, [AS1], 'TTL', F=MTU.
func (a *Answer) annotate(text string) bool {
	if found := refusal.FindStringSubmatch(text); found != nil {
		a.Refusal = found[1] + found[2]
		if text == "!" { // the answer came with a TTL of 1 or less: a quirk of the destination
			a.Refusal = ""
		}
		return true
	}
	if strings.HasPrefix(text, "<MPLS:") {
		a.Labels = nil
		for _, label := range mpls.FindAllStringSubmatch(text, -1) {
			n, _ := strconv.Atoi(label[1])
			a.Labels = append(a.Labels, n)
		}
		return true
	}
	return strings.HasPrefix(text, "<") || strings.HasPrefix(text, "[") || strings.HasPrefix(text, "'") ||
		strings.HasPrefix(text, "F=") || strings.HasPrefix(text, "(TOS=")
}
