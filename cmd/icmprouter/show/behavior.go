package show

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

// trait is one of the things that a link does to packets: its key in the configuration, and how it does it.
type trait struct{ Key, Value string }

// traits are all that a link does, in the order in which packets meet it.
func traits(b *link.Behavior) (t []trait) {
	add := func(key, value string) {
		if value != "" {
			t = append(t, trait{key, value})
		}
	}
	if b.Down {
		add("down", "all are lost")
	}
	for _, l := range b.Loss {
		add("loss", loss(l))
	}
	if b.Trace != nil {
		add("trace", fmt.Sprintf("%d departures in %s", len(b.Trace.Departures), short(b.Trace.Period)))
	}
	add("rate", rate(b.Rate))
	if b.Trace != nil || b.Rate.BitsPerSecond > 0 {
		add("queue", queue(b.Queue))
	}
	add("corrupt", corrupt(b.Corrupt))
	add("duplicate", chance(b.Duplicate))
	add("delay", delay(b.Delay))
	reorder := chance(b.Reorder.Chance)
	if reorder != "" && b.Reorder.By > 0 {
		reorder += ", " + short(b.Reorder.By) + " earlier"
	}
	add("reorder", reorder)
	return t
}

// words are the traits on one line.
func words(b *link.Behavior) string {
	var parts []string
	for _, t := range traits(b) {
		parts = append(parts, t.Key+" "+t.Value)
	}
	return strings.Join(parts, "; ")
}

func percent(p float64) string { return strconv.FormatFloat(100*p, 'g', 6, 64) + "%" }

func rate(r link.Rate) string {
	if r.BitsPerSecond == 0 {
		return ""
	}
	text, bits := "", float64(r.BitsPerSecond)
	for _, unit := range []string{"bit", "kbit", "mbit", "gbit", "tbit"} {
		text = strconv.FormatFloat(bits, 'g', 12, 64) + unit
		if bits < 1000 {
			break
		}
		bits /= 1000
	}
	if r.Burst > 0 {
		text += fmt.Sprintf(", burst %d", r.Burst)
	}
	if r.Overhead != 0 {
		text += fmt.Sprintf(", overhead %d", r.Overhead)
	}
	return text
}

func queue(q link.Queue) string {
	var parts []string
	if q.Packets == 0 && q.Octets == 0 && q.Time == 0 {
		q.Packets = 1000
	}
	if q.Packets > 0 {
		parts = append(parts, fmt.Sprintf("%d packets", q.Packets))
	}
	if q.Octets > 0 {
		parts = append(parts, fmt.Sprintf("%d octets", q.Octets))
	}
	if q.Time > 0 {
		parts = append(parts, short(q.Time))
	}
	switch q.Discipline {
	case link.DisciplineRED:
		parts = append(parts, fmt.Sprintf("red from %d to %d octets", q.RED.Min, q.RED.Max))
	case link.DisciplineCoDel:
		parts = append(parts, "codel")
	}
	if q.ECN {
		parts = append(parts, "ecn")
	}
	return strings.Join(parts, ", ")
}

var distributions = [...]string{link.Uniform: "uniform", link.Normal: "normal", link.Pareto: "pareto", link.DistributionTable: "table"}

func delay(d link.Delay) string {
	switch {
	case d.Mean == 0 && d.Jitter == 0:
		return ""
	case d.Jitter == 0:
		return short(d.Mean)
	}
	text := fmt.Sprintf("%s ± %s %s", short(d.Mean), short(d.Jitter), distributions[d.Distribution])
	if d.Correlation > 0 {
		text += ", correlation " + percent(d.Correlation)
	}
	if d.Overtake {
		text += ", may overtake"
	}
	return text
}

// short is a duration without the zeros at its end.
func short(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

func loss(l link.Loss) string {
	text := ""
	switch {
	case l.Gilbert != nil:
		text = fmt.Sprintf("gilbert %s to bad, %s to good, %s in bad, %s in good",
			percent(l.Gilbert.ToBad), percent(l.Gilbert.ToGood), percent(l.Gilbert.LossBad), percent(l.Gilbert.LossGood))
	case l.Fates != nil:
		text = fmt.Sprintf("%d fates", len(l.Fates))
	case l.Every > 0:
		text = fmt.Sprintf("every %d", l.Every)
	default:
		text = percent(l.Probability)
	}
	if l.Correlation > 0 {
		text += ", correlation " + percent(l.Correlation)
	}
	return text + match(l.Match)
}

func chance(c link.Chance) string {
	text := ""
	switch {
	case c.Every > 0:
		text = fmt.Sprintf("every %d", c.Every)
	case c.Probability > 0:
		text = percent(c.Probability)
	default:
		return ""
	}
	if c.Correlation > 0 {
		text += ", correlation " + percent(c.Correlation)
	}
	return text + match(c.Match)
}

var places = [...]string{link.Anywhere: "anywhere", link.Header: "header", link.Payload: "payload", link.Unseen: "unseen"}

func corrupt(c link.Corrupt) string {
	text := chance(c.Chance)
	if text != "" {
		text += fmt.Sprintf(", %d bits %s", max(1, c.Bits), places[c.Where])
	}
	return text
}

// match says which packets something happens to; "": to all.
func match(m wire.Match) string {
	if m == (wire.Match{}) {
		return ""
	}
	var parts []string
	add := func(is bool, format string, value any) {
		if is {
			parts = append(parts, fmt.Sprintf(format, value))
		}
	}
	add(m.Above > 0, "above %d octets", m.Above)
	add(m.Below > 0, "below %d octets", m.Below)
	add(m.Source.IsValid(), "from %s", m.Source)
	add(m.Destination.IsValid(), "to %s", m.Destination)
	add(m.ICMP, "protocol %s", "icmp")
	add(m.HasProtocol && !m.ICMP, "protocol %d", m.Protocol)
	add(m.Port > 0, "port %d", m.Port)
	add(m.Fragments != wire.AnyPacket, "%s", [...]string{"", "fragments", "first fragments", "later fragments", "no fragments"}[m.Fragments])
	return " of those " + strings.Join(parts, ", ")
}
