package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
)

// bars reads the widths of the bars and all words out of an SVG.
func bars(t *testing.T, svg string) (widths []float64, words string) {
	t.Helper()
	reader := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := reader.Token()
		if errors.Is(err, io.EOF) {
			return widths, words
		}
		if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
		switch e := token.(type) {
		case xml.CharData:
			words += string(e) + "\n"
		case xml.StartElement:
			attributes := map[string]string{}
			for _, a := range e.Attr {
				attributes[a.Name.Local] = a.Value
			}
			if e.Name.Local == "rect" && attributes["height"] == strconv.Itoa(barHeight) {
				w, err := strconv.ParseFloat(attributes["width"], 64)
				if err != nil || attributes["fill"] == "" {
					t.Fatalf("%v: %v", attributes, err)
				}
				widths = append(widths, w)
			}
		}
	}
}

func TestBarsAreAsLongAsTheirValues(t *testing.T) {
	c := Chart{Title: "a < b & \"c\"", Axis: "things", Groups: []Group{
		{"one", []Bar{{"x", 10, 8, 12, "10 <"}, {"y", 30, 30, 30, "30"}}},
		{"two", []Bar{{"x", 60, 50, 60, "60"}}},
	}}
	widths, words := bars(t, c.SVG())
	if len(widths) != 3 {
		t.Fatalf("%v", widths)
	}
	full := float64(plotRight - plotLeft)
	for i, want := range []float64{full / 6, full / 2, full} {
		if math.Abs(widths[i]-want) > 0.1 {
			t.Errorf("bar %d is %g long, want %g", i, widths[i], want)
		}
	}
	for _, word := range []string{c.Title, "things", "one", "two", "10 <", "60", "x", "y"} {
		if !strings.Contains(words, "\n"+word+"\n") {
			t.Errorf("%q is not there", word)
		}
	}
}

func TestLogarithm(t *testing.T) {
	c := Chart{Log: true, Groups: []Group{{"g", []Bar{{Name: "a", Value: 10, Low: 10, High: 10}, {Name: "b", Value: 100, Low: 100, High: 100}, {Name: "c", Value: 1000, Low: 10, High: 1000}}}}}
	widths, _ := bars(t, c.SVG())
	if full := float64(plotRight - plotLeft); widths[0] != 0 || math.Abs(widths[1]-full/2) > 0.1 || widths[2] != full {
		t.Errorf("%v", widths)
	}
}

// A chart of nothing is a chart.
func TestNothing(t *testing.T) {
	for _, c := range []Chart{{}, {Log: true}, {Groups: []Group{{Label: "g", Bars: []Bar{{Name: "a"}}}}}} {
		if svg := c.SVG(); strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Error(svg)
		}
		bars(t, c.SVG())
	}
}

func TestTicksAreRound(t *testing.T) {
	for top, want := range map[float64]string{37.6: "[0 10 20 30]", 588: "[0 100 200 300 400 500]", 1.2: "[0 0.2 0.4 0.6 0.8 1 1.2]", 1e4: "[0 2000 4000 6000 8000 10000]"} {
		d := drawing{top: top}
		var texts []string
		for _, v := range d.ticks() {
			texts = append(texts, strconv.FormatFloat(v, 'f', -1, 64))
		}
		if got := "[" + strings.Join(texts, " ") + "]"; got != want {
			t.Errorf("up to %g: %s, want %s", top, got, want)
		}
	}
}
