package scenario_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/scenario"
)

var update = flag.Bool("update", false, "write docs/scenarios.md anew")

const docs = "../docs/scenarios.md"

const preface = `# Scenarios

<!-- Written by go test ./scenario -update: change scenario/catalogue_*.go instead. -->

Forty ways in which path MTU discovery fails in the field, each as a network that shows it. ` + "`icmprouter scenario run NAME -- COMMAND`" + ` puts
a program into it and says whether it survived; ` + "`icmprouter scenario show NAME`" + ` prints the network, for ` + "`icmprouter run`" + `. A number is as good as a name.

PTB is Packet Too Big, or fragmentation needed in IPv4. Unless a scenario says otherwise, its network is

    client (10.1.0.2, fd00:1::2) — r1 — r2 — r3 — server (10.2.0.2, fd00:2::2)

with 20 Mbit/s, 2 ms and a queue of 100 ms on each of the two links, and an MTU of 1400 for what r2 sends, by either: the errors to both hosts come from there, and
have another hop to go. The fault is changes to it, as ` + "`icmprouter make --set`" + ` takes them. Without them the same network tells the truth: that is
what a run is compared with.

What Linux makes of it is the verdict on its TCP as the sender, with reno or cubic: first with ` + "`net.ipv4.tcp_mtu_probing`" + ` 0, which is the default, then with 1. Where one
word stands, both are alike. UDP is datagrams of a program that does nothing about it.

`

func page() []byte {
	var b bytes.Buffer
	b.WriteString(preface)
	b.WriteString("| | name | what happens | Linux, IPv4 | Linux, IPv6 |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range scenario.All() {
		fmt.Fprintf(&b, "| %s | [%s](#%s) | %s | %s | %s |\n", s.Alias, s.Name, s.Name, s.Title, verdict(s, 4), verdict(s, 6))
	}
	for _, s := range scenario.All() {
		fmt.Fprintf(&b, "\n## %s\n\n**%s. %s.** %s\n\n", s.Name, s.Alias, s.Title, s.Life)
		fmt.Fprintf(&b, "*Reported*: %s.\n\n*Healthy*: %s\n\n", reported(s.Reports), s.Healthy)
		fmt.Fprintf(&b, "*Traffic*: %s.", traffic(s.Traffic))
		if s.Network != "line" {
			fmt.Fprintf(&b, " *Network*: %s, with", networks[s.Network])
		} else if len(s.Setup) > 0 {
			b.WriteString(" *Network*: with")
		}
		if len(s.Setup) > 0 {
			b.WriteString("\n\n" + block(s.Setup) + "\n*Fault*:")
		} else if s.Network != "line" {
			b.WriteString(" the fault:")
		} else {
			b.WriteString(" *Fault*:")
		}
		b.WriteString("\n\n" + block(s.Fault))
	}
	return b.Bytes()
}

// networks are those beside the line, in words.
var networks = map[string]string{
	"anycast": "behind r2 a balancer, lb, and behind that the server and another of the same address",
	"legs":    "between r2 and r3 two links that packets take by turns, and r4 before the server",
}

func verdict(s *scenario.Scenario, version int) string {
	off, on := s.Linux.Of(version, false), s.Linux.Of(version, true)
	words := off.String()
	if on != off {
		words += ", " + on.String()
	}
	if s.Traffic.UDP {
		words += "; UDP " + s.Datagrams.String()
	}
	return words
}

var issue = regexp.MustCompile(`^([\w.-]+/[\w.-]+)#(\d+)$`)

func reported(reports []string) string {
	var links []string
	for _, r := range reports {
		links = append(links, issue.ReplaceAllString(r, "[$0](https://github.com/$1/issues/$2)"))
	}
	return strings.Join(links, ", ")
}

func traffic(t scenario.Traffic) string {
	what := "a download"
	switch {
	case t.Large:
		what = "UDP datagrams that are fragmented"
	case t.UDP:
		what = "UDP datagrams"
	case t.Upload:
		what = "an upload"
	}
	if t.Version == 6 {
		what += " over IPv6"
	}
	return what
}

func block(lines []string) string { return "```\n" + strings.Join(lines, "\n") + "\n```\n" }

func TestDocs(t *testing.T) {
	want := page()
	if *update {
		if err := os.WriteFile(docs, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docs)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the catalogue says (%v): go test ./scenario -update", docs, err)
	}
}

// TestCatalogue wants the forty, each with all that a reader needs.
func TestCatalogue(t *testing.T) {
	name, report := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`), regexp.MustCompile(`^([\w.-]+/[\w.-]+#\d+|RFC \d+( §\d+(\.\d+)*( \([a-z]\))?)?)$`)
	all := scenario.All()
	if len(all) != 40 {
		t.Errorf("%d scenarios", len(all))
	}
	for i, s := range all {
		if want := fmt.Sprintf("P%02d", i+1); s.Alias != want {
			t.Errorf("%s has the alias %s, wanted %s", s.Name, s.Alias, want)
		}
		if !name.MatchString(s.Name) || s.Title == "" || len(s.Life) < 100 || len(s.Healthy) < 30 || len(s.Fault) == 0 || len(s.Reports) == 0 ||
			s.Traffic.UDP != (s.Datagrams != scenario.Unjudged) {
			t.Errorf("%s: something of it is missing", s.Name)
		}
		for _, r := range s.Reports {
			if !report.MatchString(r) {
				t.Errorf("%s: %q is no report as owner/repo#1 or RFC 1 §2", s.Name, r)
			}
		}
		for _, find := range []string{s.Name, s.Alias, strings.ToLower(s.Alias), strings.ToUpper(s.Name)} {
			if found, err := scenario.Find(find); found != s {
				t.Errorf("%s: not found as %s: %v", s.Name, find, err)
			}
		}
	}
}

func TestFindNothing(t *testing.T) {
	for name, want := range map[string]string{
		"ptb-filterd": `there is no scenario "ptb-filterd"; did you mean "ptb-filtered"?`,
		"P41":         `there is no scenario "P41"`,
	} {
		if _, err := scenario.Find(name); err == nil || err.Error() != want {
			t.Errorf("%s: %v, wanted %s", name, err, want)
		}
	}
}
