package scenario

import (
	"fmt"
	"strings"
	"time"
)

// blackholed says in one line why nothing of a side got through any more.
func blackholed(o, baseline *Observation, side Side) string {
	w := &o.Ways[side]
	end := "; nothing usable got through"
	switch {
	case w.Open.Length > 0 && w.Open.After > 0:
		end += " after " + Octets(w.Open.After)
	case w.Open.Length == 0 && w.Stall.Length > 0 && w.Stall.After > 0:
		end += " after " + Octets(w.Stall.After)
	case w.Payload > 0 && baseline != nil:
		end = fmt.Sprintf("; %s got through of %s", Octets(w.Payload), Octets(baseline.Ways[side].Payload))
	case w.Payload > 0:
		end = fmt.Sprintf("; %s got through of %s", Octets(w.Payload), Octets(w.Offered))
	}
	if w.GaveUp {
		end += ", and the flow was given up"
	}
	return vanish(o, side) + end
}

// vanish says where what a side sends is lost, and what it is told.
func vanish(o *Observation, side Side) string {
	w := &o.Ways[side]
	what := fmt.Sprintf("%s's packets", side)
	size := w.Sent.Largest
	if w.LastSegment > 0 {
		size = w.LastSegment
	}
	switch {
	case w.Delivered.Datagrams == 0:
		what = fmt.Sprintf("all of %s's packets", side)
	case size > w.Delivered.Largest, narrow(o) > 0 && size > narrow(o):
		what = fmt.Sprintf("%s's %d-octet datagrams", side, size)
	}
	text := what + " vanish"
	if f := culprit(o); f != nil {
		text += " at " + f.Node
		if mtu := narrow(o); mtu > 0 && mtu < size {
			text += fmt.Sprintf(" (MTU %d)", mtu)
		} else if f.How != tooBig {
			text += " (" + why(f.How) + ")"
		}
	}
	if said := told(o, side); said != "" {
		text += ": " + said
		if w.TooBig > 0 {
			text += ", and did not help"
		}
	}
	return text
}

// tooBig is the word for packets that are longer than an MTU, and for what is said of them.
const tooBig = "too-big"

// culprit is where most packets were lost; nil: nowhere that counts.
func culprit(o *Observation) (most *Fate) {
	for i := range o.Fates {
		f := &o.Fates[i]
		switch f.How {
		case "ttl-expired", "port-closed", "multicast", "icmp-ignored":
			continue // what hosts and routers do all the time
		}
		if f.Class == Dropped && (most == nil || f.Count > most.Count || f.Count == most.Count && f.How == tooBig) {
			most = f
		}
	}
	return most
}

// narrow is the MTU that most packets were too long for; zero: it was not that.
func narrow(o *Observation) int {
	if f := culprit(o); f != nil && f.How == tooBig {
		return o.MTUs[f.Node]
	}
	return 0
}

// swallowed is where the errors were lost that were sent; nil: that is not known.
func swallowed(o *Observation) (most *Fate) {
	for i := range o.Fates {
		if f := &o.Fates[i]; f.Class == Dropped && f != culprit(o) && f.How != tooBig && (most == nil || f.Count > most.Count) {
			most = f
		}
	}
	return most
}

// why says in words why packets were dropped.
func why(reason string) string {
	switch reason {
	case "l2-mtu":
		return "silently, below IP"
	case "filtered":
		return "by a filter"
	case "fragment-filtered":
		return "by a filter of fragments"
	case "link-loss":
		return "lost on a link"
	case "reverse-path":
		return "by a reverse path filter"
	case "icmp-ignored":
		return "delivered there"
	}
	return reason
}

// told says what became of Packet Too Big, as it concerns a side.
func told(o *Observation, side Side) string {
	w := &o.Ways[side]
	var parts []string
	for _, f := range o.Fates {
		if f.What == tooBig && (f.Class == Suppressed || f.Class == Altered) {
			parts = append(parts, fmt.Sprintf("%d Packet Too Big %s", f.Count, hows(f.How)))
		}
	}
	sent := o.total(tooBig, Sent)
	switch {
	case w.TooBig > 0:
		parts = append(parts, fmt.Sprintf("%d Packet Too Big (MTU %d) reached the %s", w.TooBig, w.MTU, side))
	case sent > 0:
		text := fmt.Sprintf("%d Packet Too Big sent, and none reached the %s", sent, side)
		if f := swallowed(o); f != nil {
			text += fmt.Sprintf(" (%s dropped %d, %s)", f.Node, f.Count, why(f.How))
		}
		parts = append(parts, text)
	case len(parts) == 0 && culprit(o) != nil:
		parts = append(parts, "nobody told the "+side.String())
	}
	return strings.Join(parts, ", ")
}

// hows says how a message was kept back or changed.
func hows(how string) string {
	switch how {
	case "withheld":
		return "withheld by policy"
	case "throttled":
		return "held back by the policy's limit"
	case "limited":
		return "held back by the limit"
	case "forbidden":
		return "not allowed"
	case "unroutable":
		return "without a way back"
	case "altered":
		return "altered by policy"
	}
	return how
}

// adapted says what a side did about it.
func adapted(w *Way, side Side) string {
	var did []string
	switch {
	case w.Shrank && w.TooBig > 0 && w.Segment > 0:
		did = append(did, fmt.Sprintf("the %s went from %d to %d octets as %d Packet Too Big told it", side, w.Segment, w.LastSegment, w.TooBig))
	case w.Shrank && w.Segment > 0:
		did = append(did, fmt.Sprintf("the %s found by probing that %d octets pass, and not %d", side, w.Delivered.Largest, w.Sent.Largest))
	case w.Shrank:
		did = append(did, fmt.Sprintf("the %s went on with shorter datagrams", side))
	case w.Probed && w.Sent.Largest > w.Delivered.Largest:
		did = append(did, fmt.Sprintf("the %s probed: %d octets pass, and not %d", side, w.Delivered.Largest, w.Sent.Largest))
	case w.Probed:
		did = append(did, fmt.Sprintf("the %s probed", side))
	}
	if w.Fragmented {
		did = append(did, fmt.Sprintf("the %s sent fragments", side))
	}
	return strings.Join(did, ", ")
}

// actions says what both sides did, or "".
func actions(o *Observation) string {
	var all []string
	for side := range o.Ways {
		if did := adapted(&o.Ways[side], Side(side)); did != "" {
			all = append(all, did)
		}
	}
	return strings.Join(all, "; ")
}

func abandoned(o *Observation, side Side) string {
	return vanish(o, side) + "; a flow was lost, and another took its place"
}

func stalled(o *Observation, side Side) string {
	w := &o.Ways[side]
	text := fmt.Sprintf("the %s stalled for %s after %s", side, Seconds(w.Longest.Length), Octets(w.Longest.After))
	if said := told(o, side); said != "" {
		text += ": " + said
	}
	if did := actions(o); did != "" {
		text += "; then " + did
	}
	return text
}

func slowed(o, baseline *Observation, side Side) string {
	w, b := &o.Ways[side], &baseline.Ways[side]
	text := fmt.Sprintf("goodput from the %s fell to %.0f %% (%s/s, %s/s without the fault)", side, 100*w.Goodput()/b.Goodput(), Octets(uint64(w.Goodput())), Octets(uint64(b.Goodput())))
	if did := actions(o); did != "" {
		text += "; " + did
	}
	return text
}

func lossy(o, baseline *Observation, side Side) string {
	w, b := &o.Ways[side], &baseline.Ways[side]
	text := fmt.Sprintf("%.0f %% of what the %s sent got through (%.0f %% without the fault)", 100*w.share(), side, 100*b.share())
	if did := actions(o); did != "" {
		text += "; " + did
	}
	return text
}

func short(o, baseline *Observation, side Side) string {
	return fmt.Sprintf("%s from the %s got through of %s without the fault", Octets(o.Ways[side].Payload), side, Octets(baseline.Ways[side].Payload))
}

func survived(o, baseline *Observation) string {
	text := fmt.Sprintf("%s got through", Octets(moved(o)))
	if part, ok := o.Beside(baseline); ok {
		text += fmt.Sprintf(" at %.0f %% of the goodput without the fault", 100*part)
	}
	if did := actions(o); did != "" {
		text += "; " + did
	}
	return text
}

// Octets says an amount in kB or MB.
func Octets(n uint64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d octets", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// Seconds says a time.
func Seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
