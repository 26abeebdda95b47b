package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"

	"github.com/icmprouter/icmprouter/internal/nearest"
)

// checkDirection checks what happens in one direction, as far as it stands in
// one place, and reads the files that it names.
func (s *source) checkDirection(d Direction, path string) {
	if d.Rate != nil {
		s.checkRate(d.Rate.Rate, path+".rate.rate")
	}
	if d.Trace != nil {
		if d.Rate != nil {
			s.refuse(path+".trace", fmt.Sprintf("a trace beside a rate (%s)", s.place(path+".rate")), "one of the two")
		}
		d.Trace.trace = s.readTrace(*d.Trace, path+".trace.file")
	}
	if d.Queue != nil {
		s.checkQueue(*d.Queue, path+".queue")
	}
	if d.Delay != nil {
		s.checkDelay(d.Delay, path+".delay")
	}
	for i := range d.Loss {
		s.checkLoss(&d.Loss[i], fmt.Sprintf("%s.loss[%d]", path, i))
	}
	if d.Duplicate != nil {
		s.checkChance(*d.Duplicate, path+".duplicate")
	}
	if r := d.Reorder; r != nil {
		s.checkChance(Chance{r.Probability, r.Correlation, r.Every, r.Match}, path+".reorder")
		s.checkDuration(r.By, path+".reorder.by", true)
	}
	if c := d.Corrupt; c != nil {
		s.checkChance(Chance{c.Probability, c.Correlation, c.Every, c.Match}, path+".corrupt")
		if c.Where == "unseen" && c.Bits != 0 {
			s.refuse(path+".corrupt.bits", `"unseen" changes two bits`, `no "bits"`)
		}
	}
}

// checkDuration checks a duration that may be left out, and be zero.
func (s *source) checkDuration(text, path string, positive bool) {
	switch d, ok := parseDuration(text); {
	case text == "":
	case !ok:
		s.refuse(path, quote(text)+" is no duration from 0s to 1h", durationForm)
	case positive && d == 0:
		s.refuse(path, quote(text)+" is no time at all", durationForm)
	}
}

// checkRate checks a rate that may be left out.
func (s *source) checkRate(text, path string) {
	switch n, ok := parseRate(text); {
	case text == "":
	case !ok:
		s.refuse(path, quote(text)+" is no rate", rateForm+", in bit, kbit, mbit, gbit or tbit up to 1000tbit")
	case n == 0:
		s.refuse(path, quote(text)+" lets nothing pass", rateForm+`, or "up": false at the link`)
	}
}

func (s *source) checkProbability(text, path string) {
	if _, ok := parseProbability(text); text != "" && !ok {
		s.refuse(path, quote(text)+" is no probability", probabilityForm)
	}
}

// owners says which disciplines the keys of a queue are for.
var owners = []struct {
	key         string
	disciplines []string
}{
	{"ecn", []string{"red", "codel"}},
	{"min", []string{"red"}},
	{"max", []string{"red"}},
	{"probability", []string{"red"}},
	{"weight", []string{"red"}},
	{"target", []string{"codel"}},
	{"interval", []string{"codel"}},
}

func (s *source) checkQueue(q Queue, path string) {
	s.checkDuration(q.Time, path+".time", true)
	s.checkProbability(q.Probability, path+".probability")
	s.checkProbability(q.Weight, path+".weight")
	for key, text := range map[string]string{".probability": q.Probability, ".weight": q.Weight} {
		if p, ok := parseProbability(text); ok && p == 0 {
			s.refuse(path+key, quote(text)+" is nothing at all", "more than that")
		}
	}
	s.checkDuration(q.Target, path+".target", true)
	s.checkDuration(q.Interval, path+".interval", true)
	discipline := q.Discipline
	if !s.has(path + ".discipline") {
		discipline = "tail"
	}
	if discipline == "" { // it is a mistake
		return
	}
	for _, o := range owners {
		if at := path + "." + o.key; s.has(at) && !slices.Contains(o.disciplines, discipline) {
			s.refuse(at, fmt.Sprintf("the discipline %q has no such key", discipline), fmt.Sprintf(`the "discipline" %s`, oneOf(o.disciplines)))
		}
	}
	for _, key := range []string{"min", "max"} {
		if discipline == "red" && !s.has(path+"."+key) {
			s.refuse(path, fmt.Sprintf("red needs the key %q", key), "")
		}
	}
	if q.Min != 0 && q.Max != 0 && q.Min >= q.Max {
		s.refuse(path+".max", fmt.Sprintf("%d is not above min (%s)", q.Max, s.place(path+".min")), "more than min")
	}
}

func (s *source) checkDelay(d *Delay, path string) {
	s.checkDuration(d.Mean, path+".mean", false)
	s.checkDuration(d.Jitter, path+".jitter", false)
	s.checkProbability(d.Correlation, path+".correlation")
	table, known := d.Distribution == "table", d.Distribution != "" || !s.has(path+".distribution")
	switch {
	case table && !s.has(path+".table"):
		s.refuse(path+".distribution", "a table without its file", `the path of a file in "table"`)
	case !table && known && s.has(path+".table"):
		s.refuse(path+".table", "a table that the distribution does not use", `the "distribution" "table"`)
	case table && d.Table != "":
		d.table = s.readTable(d.Table, path+".table")
	}
	for _, key := range []string{"distribution", "correlation", "overtake"} {
		if at := path + "." + key; s.has(at) && !s.has(path+".jitter") {
			s.warn(at, "without a jitter, it does nothing", "")
		}
	}
}

// alternatives wants exactly one of some keys of an object.
func (s *source) alternatives(path string, keys ...string) {
	given := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !s.has(path + "." + key) })
	switch {
	case len(given) == 0 && !s.isObject(path): // a mistake
	case len(given) == 0:
		s.refuse(path, "it never happens", oneOf(keys))
	case len(given) > 1:
		slices.SortFunc(given, func(a, b string) int { return s.places[path+"."+a] - s.places[path+"."+b] })
		s.refuse(path+"."+given[1], fmt.Sprintf("a second choice beside %q (%s)", given[0], s.place(path+"."+given[0])), "one of "+oneOf(keys))
	case given[0] != "probability" && s.has(path+".correlation"):
		s.refuse(path+".correlation", fmt.Sprintf("%q leaves nothing to chance", given[0]), `a "probability", or no "correlation"`)
	}
}

func (s *source) checkLoss(l *Loss, path string) {
	s.alternatives(path, "probability", "every", "gilbert", "fates")
	s.checkProbability(l.Probability, path+".probability")
	s.checkProbability(l.Correlation, path+".correlation")
	if g := l.Gilbert; g != nil {
		s.checkProbability(g.ToBad, path+".gilbert.to_bad")
		s.checkProbability(g.ToGood, path+".gilbert.to_good")
		s.checkProbability(g.LossBad, path+".gilbert.loss_bad")
		s.checkProbability(g.LossGood, path+".gilbert.loss_good")
	}
	if l.Fates != "" {
		l.fates = s.readFates(l.Fates, path+".fates")
	}
	s.checkMatch(l.Match, path+".match")
}

func (s *source) checkChance(c Chance, path string) {
	s.alternatives(path, "probability", "every")
	s.checkProbability(c.Probability, path+".probability")
	s.checkProbability(c.Correlation, path+".correlation")
	s.checkMatch(c.Match, path+".match")
}

func (s *source) checkMatch(m Match, path string) {
	if m.Above != 0 && m.Below != 0 && m.Above+1 >= m.Below {
		s.refuse(path+".below", fmt.Sprintf("no length is above %d and below %d", m.Above, m.Below), fmt.Sprintf("at least %d", m.Above+2))
	}
	for _, p := range []struct {
		path string
		netip.Prefix
	}{{path + ".from", m.From}, {path + ".to", m.To}} {
		if p.IsValid() && p.Prefix != p.Masked() {
			s.refuse(p.path, fmt.Sprintf("%s has bits beyond its length", p.Prefix), strconv.Quote(p.Masked().String()))
		}
	}
	if m.From.IsValid() && m.To.IsValid() && m.From.Addr().Is4() != m.To.Addr().Is4() {
		s.refuse(path+".to", fmt.Sprintf("%s is not of the family of %s", m.To, m.From), "prefixes of one family")
	}
	number, known := protocol(m.Protocol)
	if m.Protocol != "" && !known {
		names := append(slices.Sorted(maps.Keys(protocols)), "icmp")
		s.wrong(s.places[path+".protocol"], path+".protocol", quote(m.Protocol)+" is no protocol", oneOf(names)+`, or a number from "0" to "255"`, nearest.Word(m.Protocol, names))
	}
	switch ports := number == protocols["tcp"] || number == protocols["udp"]; {
	case m.Port != 0 && known && !ports:
		s.refuse(path+".port", fmt.Sprintf("the protocol %s has no ports here", m.Protocol), `"tcp", "udp" or no "protocol"`)
	case m.Port != 0 && m.Fragments == "later":
		s.refuse(path+".port", "later fragments have no ports", `other "fragments"`)
	}
}

// protocol is the number of a protocol. That of icmp is the one of IPv4.
func protocol(text string) (number uint8, ok bool) {
	if text == "icmp" {
		return 1, true
	}
	if number, ok := protocols[text]; ok {
		return number, true
	}
	n, err := strconv.ParseUint(text, 10, 8)
	return uint8(n), err == nil
}
