package conformance

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"
)

// sample is a report with a result of each verdict.
func sample(t *testing.T) Report {
	return Report{Router: "R<&>", Took: 1500 * time.Millisecond, Results: []Result{
		{Case: caseOf(t, "F4-01"), Verdict: OK, Got: []string{"B: it"}},
		{Case: caseOf(t, "F4-03"), Verdict: Deviates, Why: "quote <differs>", Got: []string{"A: other"}},
		{Case: caseOf(t, "N4-22"), Verdict: Known, Why: "known of old"},
		{Case: caseOf(t, "O4-05"), Verdict: Hidden, Why: "does not show"},
		{Case: caseOf(t, "G-lie"), Verdict: Skipped, Why: "cannot", unsent: true},
	}}
}

func TestTextReport(t *testing.T) {
	var b bytes.Buffer
	r := sample(t)
	for _, result := range r.Results {
		result.WriteText(&b)
	}
	r.WriteText(&b)
	for _, want := range []string{
		"ok        F4-01        A datagram is forwarded",
		"deviates  F4-03        TTL 1 is time exceeded\n          sent  A: ip ttl=1 / udp 16\n" +
			"          want  A: error 11/0 from=10.1.0.1 len=72\n          got   A: other\n" +
			"          why   quote <differs>\n          see   RFC 1812 §5.3.1 (MUST), §4.2.2.9 (MUST NOT)\n",
		"got   nothing\n          why   known of old",
		"skipped   G-lie        A router that is told to lie says an MTU of 68\n          why   cannot\n\n",
		"Forwarding IPv4                            1 ok, 1 deviate\n",
		"R<&>, 5 cases in 1.5 s: 1 ok, 1 known to deviate, 1 deviate, 1 known to deviate, but did not, 1 skipped\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
}

func TestReportOK(t *testing.T) {
	all := sample(t).Results
	for i, want := range []bool{true, false, true, false, true} {
		if got := (Report{Results: all[i : i+1]}).OK(); got != want {
			t.Errorf("%s: OK is %v", all[i].Verdict, got)
		}
	}
}

func TestJSONReport(t *testing.T) {
	var b bytes.Buffer
	if err := sample(t).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		OK     bool
		Counts map[string]int
		Cases  []struct{ ID, Verdict, RFC string }
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.OK || got.Counts["hidden"] != 1 || len(got.Cases) != 5 || got.Cases[1].Verdict != "deviates" || got.Cases[1].RFC == "" {
		t.Errorf("%+v", got)
	}
}

func TestJUnitReport(t *testing.T) {
	var b bytes.Buffer
	if err := sample(t).WriteJUnit(&b); err != nil {
		t.Fatal(err)
	}
	var got junitSuite
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Failures != 2 || got.Skipped != 1 || len(got.Cases) != 5 || got.Cases[1].Failure.Message != "quote <differs>" ||
		got.Cases[0].Failure != nil || got.Cases[2].Failure != nil || got.Cases[4].Skipped == nil {
		t.Errorf("%s", &b)
	}
}

func TestHTMLReport(t *testing.T) {
	var b bytes.Buffer
	if err := sample(t).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<h1>R&lt;&amp;&gt;</h1>", `class="verdict deviates"`, "quote &lt;differs&gt;", "<details open>", "</html>"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestList(t *testing.T) {
	var b bytes.Buffer
	cases, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	if err := List(&b, cases); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Limits\n  L4-01        P0 IPv4  200 errors", "[a.urpf=strict]\n", "(slow)\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
}
