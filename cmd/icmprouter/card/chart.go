package card

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"github.com/icmprouter/icmprouter/scenario"
)

// The measures of a picture, in units of its view box: about a pixel on a telephone.
const (
	width, height = 360, 170
	left, right   = 46, 352
	top, bottom   = 12, 142
)

// picture is throughput over time: the line with the fault, that without, and stalls.
type picture struct {
	until time.Duration
	most  float64 // bits a second
	b     strings.Builder
}

// Picture draws the throughput of a result as SVG; empty: there is nothing to draw.
func Picture(r *Result) template.HTML {
	if r.Faulty == nil || r.Faulty.Bin == 0 {
		return ""
	}
	side := scenario.Busier(r.Faulty)
	if r.Baseline != nil {
		side = scenario.Busier(r.Baseline)
	}
	p := &picture{until: time.Second}
	for _, o := range []*scenario.Observation{r.Baseline, r.Faulty} {
		if o != nil {
			p.until = max(p.until, o.Length)
			p.most = max(p.most, peak(o, side))
		}
	}
	p.most = nice(p.most)
	fmt.Fprintf(&p.b, `<svg viewBox="0 0 %d %d" role="img" aria-label="Throughput over time in %s: %s">`, width, height, template.HTMLEscapeString(r.Scenario), r.Word())
	p.stall(r.Faulty, side)
	p.axes()
	if r.Baseline != nil {
		p.line(r.Baseline, side, "base")
	}
	p.line(r.Faulty, side, "fault")
	p.b.WriteString("</svg>")
	return template.HTML(p.b.String())
}

// bins are throughput in bits a second, in wider bins than those of a series that would only show its packets.
func bins(o *scenario.Observation, side scenario.Side) (rates []float64, width time.Duration) {
	join := 1
	for o.Bin*time.Duration(join) < 100*time.Millisecond || o.Length/(o.Bin*time.Duration(join)) > 100 {
		join *= 2
	}
	width = o.Bin * time.Duration(join)
	series := o.Ways[side].Series
	rates = make([]float64, int(o.Length/width)+1)
	for i, octets := range series {
		if i/join < len(rates) {
			rates[i/join] += float64(octets) * 8 / width.Seconds()
		}
	}
	return rates, width
}

func peak(o *scenario.Observation, side scenario.Side) (most float64) {
	if o.Bin == 0 {
		return 0
	}
	rates, _ := bins(o, side)
	for _, rate := range rates {
		most = max(most, rate)
	}
	return most
}

// nice is the next number of one digit, 1, 2 or 5.
func nice(most float64) float64 {
	if most <= 0 {
		return 1000
	}
	unit := math.Pow(10, math.Floor(math.Log10(most)))
	for _, step := range []float64{1, 2, 5, 10} {
		if most <= step*unit {
			return step * unit
		}
	}
	return most
}

func (p *picture) x(at time.Duration) float64 {
	return left + float64(right-left)*min(1, at.Seconds()/p.until.Seconds())
}

func (p *picture) y(rate float64) float64 {
	return bottom - float64(bottom-top)*min(1, rate/p.most)
}

// line draws the rates of a run as steps, up to its end.
func (p *picture) line(o *scenario.Observation, side scenario.Side, class string) {
	if o.Bin == 0 {
		return
	}
	rates, width := bins(o, side)
	fmt.Fprintf(&p.b, `<path class="%s" d="M%.1f %d`, class, p.x(0), bottom)
	for i, rate := range rates {
		begin := time.Duration(i) * width
		fmt.Fprintf(&p.b, "V%.1fH%.1f", p.y(rate), p.x(min(begin+width, o.Length)))
	}
	fmt.Fprintf(&p.b, `V%d"/>`, bottom)
	fmt.Fprintf(&p.b, `<circle class="%s end" cx="%.1f" cy="%d" r="3"/>`, class, p.x(o.Length), bottom)
}

// stall shades the longest stall of a side.
func (p *picture) stall(o *scenario.Observation, side scenario.Side) {
	s := o.Ways[side].Longest
	if s.Length == 0 {
		return
	}
	x := p.x(s.At)
	fmt.Fprintf(&p.b, `<rect class="stall" x="%.1f" y="%d" width="%.1f" height="%d"/>`, x, top, p.x(s.At+s.Length)-x, bottom-top)
}

func (p *picture) axes() {
	for _, part := range []float64{0, 0.5, 1} {
		y := p.y(part * p.most)
		fmt.Fprintf(&p.b, `<path class="grid" d="M%d %.1fH%d"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`, left, y, right, left-5, y+4, rateText(part*p.most))
	}
	step := nice(p.until.Seconds() / 4)
	for at := 0.0; at <= p.until.Seconds()+1e-9; at += step {
		x := p.x(time.Duration(at * float64(time.Second)))
		fmt.Fprintf(&p.b, `<text x="%.1f" y="%d" text-anchor="middle">%g s</text>`, min(x, right-8), bottom+18, math.Round(at*100)/100)
	}
}

// rateText is a rate in bits a second, short.
func rateText(rate float64) string {
	switch {
	case rate >= 1e9:
		return fmt.Sprintf("%gG", rate/1e9)
	case rate >= 1e6:
		return fmt.Sprintf("%gM", rate/1e6)
	case rate >= 1e3:
		return fmt.Sprintf("%gk", rate/1e3)
	}
	return fmt.Sprintf("%g", rate)
}
