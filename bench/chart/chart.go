// Package chart draws bars as SVG, for the documentation: labelled, with their
// spread, and readable on white and on black.
package chart

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Chart is groups of bars on one axis.
type Chart struct {
	Title string
	// Axis says what the values are, with their unit.
	Axis string
	// Groups are from top to bottom.
	Groups []Group
	// Log has each power of ten be as wide as any other.
	Log bool
	// Line is a value to mark across all groups; zero: none.
	Line float64
}

// Group is the bars of one label.
type Group struct {
	Label string
	Bars  []Bar
}

// Bar is one value, the ends of its spread, and how it is written. Bars of one
// name have one colour.
type Bar struct {
	Name             string
	Value, Low, High float64
	Text             string
}

// The measures of a chart, in pixels.
const (
	width      = 860
	labelRight = 150
	plotLeft   = 160
	plotRight  = 740
	barHeight  = 13
	barGap     = 3
	groupGap   = 14
	legendRow  = 20
	legendStep = 175
	legendTop  = 52
	legendCols = 4
)

// colours are told apart on white and on black, and by those who see few colours.
// The first two are the accent, for this router, and the grey of the yardstick.
var colours = map[string]string{
	"icmprouter": "#e8590c", "kernel": "#868e96", "kernel, RPS": "#adb5bd",
	"wireguard/tun": "#4c6ef5", "water": "#15aabf", "gVisor netstack": "#9775fa",
}

var others = []string{"#4c6ef5", "#15aabf", "#9775fa", "#40a02b", "#c2a106", "#d6336c", "#868e96", "#087f8c", "#a0522d"}

// style makes words dark on white and light on black.
const style = `<style>
text{font:12px system-ui,sans-serif;fill:#24292f}
.title{font-size:15px;font-weight:600}
.axis,.line{stroke:#8c959f;stroke-width:1}
.grid{stroke:#8c959f;stroke-opacity:.3;stroke-width:1}
.line{stroke-dasharray:4 3}
.spread{stroke:#24292f;stroke-width:1.2}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.spread{stroke:#e6edf3}}
</style>
`

// drawing is a chart while it is drawn.
type drawing struct {
	Chart
	strings.Builder
	names    []string // of the bars, in the order in which they appear
	low, top float64  // the ends of the axis
}

// SVG draws the chart.
func (c Chart) SVG() string {
	d := &drawing{Chart: c}
	d.measure()
	plotTop := legendTop + legendRow*((len(d.names)+legendCols-1)/legendCols) + 8
	bottom := plotTop
	for _, g := range c.Groups {
		bottom += len(g.Bars)*(barHeight+barGap) + groupGap
	}
	height := bottom + 48
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n",
		width, height, width, height, html.EscapeString(c.Title))
	d.WriteString(style)
	d.text(16, 26, "start", "title", c.Title)
	d.legend()
	d.axis(plotTop, bottom)
	y := plotTop + groupGap/2
	for _, g := range c.Groups {
		d.group(g, y)
		y += len(g.Bars)*(barHeight+barGap) + groupGap
	}
	d.WriteString("</svg>\n")
	return d.String()
}

// measure finds the names of the bars and the ends of the axis.
func (d *drawing) measure() {
	least := math.Inf(1)
	seen := map[string]bool{}
	for _, g := range d.Groups {
		for _, b := range g.Bars {
			if !seen[b.Name] {
				seen[b.Name] = true
				d.names = append(d.names, b.Name)
			}
			d.top = max(d.top, b.High, b.Value)
			least = min(least, b.Low, b.Value)
		}
	}
	if d.top <= 0 {
		d.top = 1
	}
	if d.Log {
		d.low = math.Pow(10, math.Floor(math.Log10(max(min(least, d.top), d.top/1e6))))
		d.top = math.Pow(10, math.Ceil(math.Log10(d.top)))
		if d.top <= d.low {
			d.top = 10 * d.low
		}
	}
}

// x is where a value stands.
func (d *drawing) x(v float64) float64 {
	share := v / d.top
	if d.Log {
		share = math.Log10(max(v, d.low)/d.low) / math.Log10(d.top/d.low)
	}
	return plotLeft + min(1, max(0, share))*(plotRight-plotLeft)
}

func (d *drawing) colour(name string) string {
	if c, known := colours[name]; known {
		return c
	}
	for i, n := range d.names {
		if n == name {
			return others[i%len(others)]
		}
	}
	return others[0]
}

func (d *drawing) text(x, y float64, anchor, class, words string) {
	fmt.Fprintf(d, `<text x="%s" y="%s" text-anchor="%s" class="%s">%s</text>`+"\n", number(x), number(y), anchor, class, html.EscapeString(words))
}

func (d *drawing) rule(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(d, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`+"\n", class, number(x1), number(y1), number(x2), number(y2))
}

func number(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

func (d *drawing) legend() {
	for i, name := range d.names {
		x, y := 16+float64(i%legendCols)*legendStep, legendTop+float64(i/legendCols)*legendRow
		fmt.Fprintf(d, `<rect x="%s" y="%s" width="12" height="12" fill="%s"/>`+"\n", number(x), number(y-10), d.colour(name))
		d.text(x+18, y, "start", "name", name)
	}
}

// axis draws the values along the bottom, and a line up from each.
func (d *drawing) axis(top, bottom int) {
	for _, v := range d.ticks() {
		d.rule("grid", d.x(v), float64(top), d.x(v), float64(bottom))
		d.text(d.x(v), float64(bottom)+16, "middle", "tick", strconv.FormatFloat(v, 'f', -1, 64))
	}
	d.rule("axis", plotLeft, float64(top), plotLeft, float64(bottom))
	d.rule("axis", plotLeft, float64(bottom), plotRight, float64(bottom))
	if d.Line != 0 {
		d.rule("line", d.x(d.Line), float64(top), d.x(d.Line), float64(bottom))
	}
	d.text((plotLeft+plotRight)/2, float64(bottom)+36, "middle", "name", d.Axis)
}

// ticks are some five round values, or the powers of ten.
func (d *drawing) ticks() (list []float64) {
	if d.Log {
		for v := d.low; v <= d.top*1.001; v *= 10 {
			list = append(list, v)
		}
		return list
	}
	step := math.Pow(10, math.Floor(math.Log10(d.top)))
	for _, part := range []float64{0.1, 0.2, 0.25, 0.5, 1} {
		if d.top/(step*part) <= 6 {
			step *= part
			break
		}
	}
	for i := 0; float64(i)*step <= d.top*1.0001; i++ {
		list = append(list, math.Round(float64(i)*step*1e9)/1e9)
	}
	return list
}

func (d *drawing) group(g Group, y int) {
	middle := float64(y) + float64(len(g.Bars)*(barHeight+barGap))/2 + 3
	d.text(labelRight, middle, "end", "label", g.Label)
	for _, b := range g.Bars {
		at := float64(y) + barHeight/2
		fmt.Fprintf(d, `<rect x="%d" y="%d" width="%s" height="%d" fill="%s"><title>%s</title></rect>`+"\n",
			plotLeft, y, number(d.x(b.Value)-plotLeft), barHeight, d.colour(b.Name), html.EscapeString(b.Name+": "+b.Text))
		if b.High > b.Low {
			d.rule("spread", d.x(b.Low), at, d.x(b.High), at)
		}
		d.text(max(d.x(b.Value), d.x(b.High))+5, at+4.5, "start", "value", b.Text)
		y += barHeight + barGap
	}
}
