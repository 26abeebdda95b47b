package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/icmprouter/icmprouter/config/document"
)

// number is a number of JSON, or one in a string, as old mtr writes it; NaN: it is neither.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(b), `" `), 64)
	if err != nil {
		f = math.NaN()
	}
	*n = number(f)
	return nil
}

// fine says that all are numbers that are not negative.
func fine(numbers ...number) bool {
	return !slices.ContainsFunc(numbers, func(n number) bool { return !(n >= 0 && n < 1e9) })
}

// mtrReport is the JSON of mtr --json. Times are in milliseconds.
type mtrReport struct {
	Report *struct {
		MTR struct {
			Src, Dst string
		}
		Hubs []struct {
			Count number `json:"count"`
			Host  string `json:"host"`
			Loss  number `json:"Loss%"`
			Sent  number `json:"Snt"`
			Avg   number
			StDev number
		} `json:"hubs"`
	} `json:"report"`
}

// readMTR reads the JSON of mtr.
func readMTR(input []byte) (*Path, error) {
	var r mtrReport
	if err := unmarshal(input, &r); err != nil {
		return nil, err
	}
	if r.Report == nil || len(r.Report.Hubs) == 0 {
		return nil, errors.New("report.hubs: it is missing or empty; expected the JSON of mtr --json, or of scamper")
	}
	p := &Path{}
	p.Target, _ = address(r.Report.MTR.Dst)
	p.Client, _ = address(r.Report.MTR.Src)
	for i, hub := range r.Report.Hubs {
		where := fmt.Sprintf("report.hubs[%d]", i)
		ttl := int(hub.Count)
		if !fine(hub.Count) || ttl <= len(p.Hops) || ttl > maxTTL {
			return nil, fmt.Errorf("%s.count: %v; expected %d to %d", where, hub.Count, len(p.Hops)+1, maxTTL)
		}
		if !fine(hub.Loss, hub.Sent, hub.Avg, hub.StDev) || hub.Loss > 100 {
			return nil, fmt.Errorf("%s: Loss%%, Snt, Avg or StDev is no number of its range; expected 0 to 100, and numbers that are not negative", where)
		}
		h := p.at(ttl)
		if err := h.hub(hub.Host, float64(hub.Loss), float64(hub.Sent), float64(hub.Avg), float64(hub.StDev)); err != nil {
			return nil, fmt.Errorf("%s.host: %w", where, err)
		}
	}
	return p, nil
}

// hub fills a hop with what mtr says of it. Times are in milliseconds, loss is of 100.
func (h *Hop) hub(host string, loss, sent, avg, deviation float64) error {
	h.Sent = int(sent)
	if host == "???" || host == "" {
		return nil
	}
	addr, err := address(host)
	if err != nil {
		return fmt.Errorf("%q is a name; expected an address: mtr gives them with --no-dns, or beside names with --show-ips", host)
	}
	a := h.answer(addr)
	a.Received = max(1, int(sent*(100-loss)/100+.5)) // it has an address: it answered
	a.RTT, a.HasRTT = milliseconds(avg), true
	a.Spread = milliseconds(deviation)
	return nil
}

// unmarshal decodes one JSON value, and says line and column of what is wrong.
func unmarshal(input []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(input))
	err := d.Decode(v)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &kind):
		return fmt.Errorf("%s: %s: a %s is there; expected %s", document.Position(input, kind.Offset), kind.Field, kind.Value, expected(kind.Type.Kind()))
	case errors.As(err, &syntax):
		return fmt.Errorf("%s: %w", document.Position(input, syntax.Offset), err)
	}
	return fmt.Errorf("%s: %w", document.Position(input, d.InputOffset()), err)
}

// expected is what a person calls a kind.
func expected(k reflect.Kind) string {
	switch k {
	case reflect.Slice:
		return "an array"
	case reflect.Struct:
		return "an object"
	case reflect.String:
		return "a string"
	}
	return "a number"
}

var (
	// hubLine is a hop of mtr --report. Columns may be others with -o: those of the default are taken.
	hubLine  = regexp.MustCompile(`^\s*(\d+)\.\s?(?:\|--)?\s*(?:AS\S+\s+)?(\S.*?)\s+([\d.]+)%?\s+(\d+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s*$`)
	mplsLine = regexp.MustCompile(`^\s*\[MPLS: Lbl (\d+) `)
	moreLine = regexp.MustCompile("^\\s*[|`\\- ]*(\\S.*?)\\s*$")
)

// readReport reads mtr --report, whose header is at a line counted from 0.
func readReport(input string, begin int) (*Path, error) {
	p := &Path{}
	lines := strings.Split(input, "\n")
	if !regexp.MustCompile(`Loss%\s+Snt\s+Last\s+Avg\s+Best\s+Wrst\s+StDev\s*$`).MatchString(lines[begin]) {
		return nil, place{begin + 1, 1}.errorf("the columns are others; expected those of mtr --report without --order: Loss%% Snt Last Avg Best Wrst StDev")
	}
	for i, line := range lines[begin+1:] {
		at := place{begin + i + 2, len(line) - len(strings.TrimLeft(line, " ")) + 1}
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := p.reportLine(at, line); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// reportLine adds a hop, or a label or an address to the last one.
func (p *Path) reportLine(at place, line string) error {
	if m := hubLine.FindStringSubmatch(line); m != nil {
		ttl, _ := strconv.Atoi(m[1])
		if ttl <= len(p.Hops) || ttl > maxTTL {
			return at.errorf("hop %d stands after hop %d; expected %d to %d", ttl, len(p.Hops), len(p.Hops)+1, maxTTL)
		}
		var n [7]float64
		for i := range n {
			n[i], _ = strconv.ParseFloat(m[3+i], 64)
		}
		if err := p.at(ttl).hub(m[2], n[0], n[1], n[3], n[6]); err != nil {
			return at.errorf("hop %d: %w", ttl, err)
		}
		return nil
	}
	if len(p.Hops) == 0 {
		return at.errorf("%q is no hop", shorten(strings.TrimSpace(line)))
	}
	h := &p.Hops[len(p.Hops)-1]
	if m := mplsLine.FindStringSubmatch(line); m != nil && len(h.Answers) > 0 {
		label, _ := strconv.Atoi(m[1])
		last := h.Answers[len(h.Answers)-1]
		last.Labels = append(last.Labels, label)
		return nil
	}
	addr, err := address(moreLine.FindStringSubmatch(line)[1])
	if err != nil {
		return at.errorf("%q is no hop, no address and no label", shorten(strings.TrimSpace(line)))
	}
	// how the answers are shared out among the addresses is not told
	h.answer(addr)
	return nil
}
