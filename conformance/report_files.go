package conformance

import (
	_ "embed"
	"encoding/xml"
	"fmt"
	"html/template"
	"io"
	"strings"
)

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string    `xml:"classname,attr"`
	Name    string    `xml:"name,attr"`
	Failure *junitWhy `xml:"failure,omitempty"`
	Skipped *junitWhy `xml:"skipped,omitempty"`
	Out     string    `xml:"system-out,omitempty"`
}

type junitWhy struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit prints the results as CI systems read them. A known deviation passes.
func (r Report) WriteJUnit(w io.Writer) error {
	counts := r.Counts()
	suite := junitSuite{Name: "icmprouter probe: " + r.Router, Tests: len(r.Results),
		Failures: counts.Deviates + counts.Hidden, Skipped: counts.Skipped, Time: fmt.Sprintf("%.3f", r.Took.Seconds())}
	for _, result := range r.Results {
		var text strings.Builder
		result.WriteText(&text)
		c := junitCase{Class: result.Case.Section, Name: result.Case.ID + " " + result.Case.Title}
		switch result.Verdict {
		case Deviates, Hidden:
			c.Failure = &junitWhy{result.Why, text.String()}
		case Skipped:
			c.Skipped = &junitWhy{Message: result.Why}
		case Known:
			c.Out = text.String()
		}
		suite.Cases = append(suite.Cases, c)
	}
	text, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

//go:embed report.html
var page string

var pageTemplate = template.Must(template.New("report").Parse(page))

// WriteHTML prints the results as one page that needs nothing else.
func (r Report) WriteHTML(w io.Writer) error {
	type row struct {
		Result
		Sent, Want string
	}
	type part struct {
		sectionCounts
		Rows []row
	}
	var parts []part
	at := 0
	for _, s := range r.sections() {
		p := part{sectionCounts: s}
		for ; at < len(r.Results) && r.Results[at].Case.Section == s.Name; at++ {
			result := r.Results[at]
			p.Rows = append(p.Rows, row{result, result.Case.sent(), result.Case.wanted()})
		}
		parts = append(parts, p)
	}
	return pageTemplate.Execute(w, struct {
		Report
		Seconds string
		Sums    string
		Parts   []part
	}{r, fmt.Sprintf("%.1f", r.Took.Seconds()), r.Counts().String(), parts})
}
