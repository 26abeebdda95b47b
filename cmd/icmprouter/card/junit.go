package card

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// The elements that CI systems read of JUnit's format.
type (
	testsuites struct {
		XMLName  xml.Name  `xml:"testsuites"`
		Name     string    `xml:"name,attr"`
		Tests    int       `xml:"tests,attr"`
		Failures int       `xml:"failures,attr"`
		Errors   int       `xml:"errors,attr"`
		Time     string    `xml:"time,attr"`
		Suite    testsuite `xml:"testsuite"`
	}
	testsuite struct {
		Name      string     `xml:"name,attr"`
		Tests     int        `xml:"tests,attr"`
		Failures  int        `xml:"failures,attr"`
		Errors    int        `xml:"errors,attr"`
		Skipped   int        `xml:"skipped,attr"`
		Time      string     `xml:"time,attr"`
		Timestamp string     `xml:"timestamp,attr"`
		Cases     []testcase `xml:"testcase"`
	}
	testcase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Time    string   `xml:"time,attr"`
		Failure *outcome `xml:"failure"`
		Error   *outcome `xml:"error"`
		Output  string   `xml:"system-out"`
	}
	outcome struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes results as test cases: one fails if the verdict is not the one that was demanded, and is in error if there is
// none. at is when they were run.
func JUnit(w io.Writer, results []*Result, at time.Time) error {
	suite := testsuite{Name: "icmprouter scenario", Tests: len(results), Timestamp: at.UTC().Format("2006-01-02T15:04:05")}
	took := 0.0
	for _, r := range results {
		took += r.Took
		suite.add(r)
	}
	suite.Time = fmt.Sprintf("%.3f", took)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	all := testsuites{Name: suite.Name, Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Time: suite.Time, Suite: suite}
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}

func (s *testsuite) add(r *Result) {
	var text strings.Builder
	Text(&text, r)
	c := testcase{Class: "icmprouter.scenario", Name: r.Scenario, Time: fmt.Sprintf("%.3f", r.Took), Output: text.String()}
	switch {
	case r.Error != "" || r.Word() == "unjudged":
		s.Errors++
		c.Error = &outcome{Message: r.Why(), Type: r.Word(), Text: r.Why()}
	case !r.Passed():
		s.Failures++
		message := fmt.Sprintf("%s, expected %s: %s", r.Word(), cmp.Or(r.Expected, "survived"), r.Reason)
		c.Failure = &outcome{Message: message, Type: r.Word(), Text: message}
	}
	s.Cases = append(s.Cases, c)
}
