package show

import (
	"fmt"
	"strings"
)

func (j *pathsJSON) drawing() *drawing {
	d := &drawing{directed: true}
	for _, h := range j.Hops {
		label := []string{h.Node}
		if h.Number > 0 {
			label = []string{fmt.Sprintf("%d  %s", h.Number, h.Node), seen(h.Addresses)}
		}
		if h.Verdict != "forward" && h.Verdict != "" {
			label = append(label, h.Verdict)
		}
		d.boxes = append(d.boxes, box{label: label})
	}
	if j.From.Name != j.Hops[0].Node && j.Hops[0].Number > 0 {
		d.boxes = append(d.boxes, box{label: []string{j.From.Name, j.From.Address.String()}, round: true})
		d.lines = append(d.lines, line{from: len(d.boxes) - 1, to: 0})
	}
	for i, h := range j.Hops {
		for _, s := range h.Next {
			to := s.hop
			if s.Device != "" {
				to = len(d.boxes)
				d.boxes = append(d.boxes, box{label: []string{s.Device, seen(s.answers)}, round: true})
			}
			text := []string{strings.Join(s.facts(h.weights())[1:], ", ")}
			d.lines = append(d.lines, line{from: i, to: to, text: text, dashed: s.Dropped != "" || s.Back})
		}
	}
	return d
}
