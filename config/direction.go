package config

import (
	"github.com/icmprouter/icmprouter/link"
	"github.com/icmprouter/icmprouter/wire"
)

// plan is what happens to packets in the direction.
func (d Direction) plan() (b link.Behavior) {
	if d.Rate != nil {
		b.Rate = link.Rate{BitsPerSecond: bitsPerSecond(d.Rate.Rate), Burst: d.Rate.Burst, Overhead: d.Rate.Overhead}
	}
	if d.Trace != nil {
		b.Trace = d.Trace.trace
	}
	if d.Queue != nil {
		b.Queue = d.Queue.plan()
	}
	if d.Delay != nil {
		b.Delay = d.Delay.plan()
	}
	for _, l := range d.Loss {
		b.Loss = append(b.Loss, l.plan())
	}
	if d.Duplicate != nil {
		b.Duplicate = d.Duplicate.plan()
	}
	if r := d.Reorder; r != nil {
		b.Reorder = link.Reorder{Chance: Chance{r.Probability, r.Correlation, r.Every, r.Match}.plan(), By: duration(r.By)}
	}
	if c := d.Corrupt; c != nil {
		b.Corrupt = link.Corrupt{Chance: Chance{c.Probability, c.Correlation, c.Every, c.Match}.plan(), Bits: c.Bits, Where: places[c.Where]}
	}
	return b
}

// The words of directions. One that is left out is the zero value, the default.
var (
	disciplines = map[string]link.Discipline{
		"tail":  link.TailDrop,
		"red":   link.DisciplineRED,
		"codel": link.DisciplineCoDel,
	}
	distributions = map[string]link.Distribution{
		"uniform": link.Uniform,
		"normal":  link.Normal,
		"pareto":  link.Pareto,
		"table":   link.DistributionTable,
	}
	places = map[string]link.Where{
		"anywhere": link.Anywhere,
		"header":   link.Header,
		"payload":  link.Payload,
		"unseen":   link.Unseen,
	}
	fragments = map[string]wire.FragmentMatch{
		"any":   wire.AnyFragment,
		"first": wire.FirstFragment,
		"later": wire.LaterFragment,
		"none":  wire.NoFragment,
	}
	// protocols are the assigned numbers of those that have names here.
	protocols = map[string]uint8{
		"tcp": 6, "udp": 17, "dccp": 33, "gre": 47, "esp": 50, "ah": 51, "ospf": 89, "sctp": 132, "udplite": 136,
	}
)

func (q Queue) plan() link.Queue {
	return link.Queue{
		Packets: q.Packets, Octets: q.Bytes, Time: duration(q.Time),
		Discipline: disciplines[q.Discipline], ECN: q.ECN,
		RED:   link.RED{Min: q.Min, Max: q.Max, Probability: probability(q.Probability), Weight: probability(q.Weight)},
		CoDel: link.CoDel{Target: duration(q.Target), Interval: duration(q.Interval)},
	}
}

func (d Delay) plan() link.Delay {
	p := link.Delay{
		Mean: duration(d.Mean), Jitter: duration(d.Jitter), Distribution: distributions[d.Distribution], Table: d.table,
		Correlation: probability(d.Correlation), Overtake: d.Overtake,
	}
	if p.Distribution == link.DistributionTable && len(p.Table) == 0 { // Parse reads no other file
		p.Distribution = link.Uniform
	}
	return p
}

func (l Loss) plan() link.Loss {
	p := link.Loss{
		Match: l.Match.plan(), Probability: probability(l.Probability), Correlation: probability(l.Correlation),
		Every: l.Every, Fates: l.fates,
	}
	if g := l.Gilbert; g != nil {
		p.Gilbert = &link.Gilbert{
			ToBad: probability(g.ToBad), ToGood: probability(g.ToGood),
			LossBad: 1, LossGood: probability(g.LossGood),
		}
		if g.LossBad != "" {
			p.Gilbert.LossBad = probability(g.LossBad)
		}
	}
	return p
}

func (c Chance) plan() link.Chance {
	return link.Chance{Match: c.Match.plan(), Probability: probability(c.Probability), Correlation: probability(c.Correlation), Every: c.Every}
}

func (m Match) plan() wire.Match {
	p := wire.Match{Above: m.Above, Below: m.Below, Source: m.From, Destination: m.To, Port: uint16(m.Port), Fragments: fragments[m.Fragments]}
	if number, ok := protocol(m.Protocol); m.Protocol == "icmp" {
		p.ICMP = true
	} else if ok {
		p.Protocol, p.HasProtocol = number, true
	}
	return p
}
