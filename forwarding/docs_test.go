package forwarding

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
	"github.com/icmprouter/icmprouter/wire"
)

var update = flag.Bool("update", false, "write docs/drop-reasons.md anew")

const reasonsDocument = "../docs/drop-reasons.md"

// meanings reads the doc comments of the reasons, in the order of their values.
func meanings(t *testing.T) []string {
	file, err := parser.ParseFile(token.NewFileSet(), "../drop/drop.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, declaration := range file.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			constant := spec.(*ast.ValueSpec)
			name := constant.Names[0].Name
			text, described := strings.CutPrefix(constant.Doc.Text(), name+": ")
			if name != "NumReasons" && !described {
				t.Errorf("drop.%s: want a doc comment that begins with %q", name, name+": ")
			}
			texts = append(texts, strings.TrimSpace(strings.ReplaceAll(text, "\n", " ")))
		}
	}
	if len(texts) != int(drop.NumReasons)+1 {
		t.Fatalf("drop.go has %d constants, wanted %d reasons and NumReasons", len(texts), drop.NumReasons)
	}
	return texts[:drop.NumReasons]
}

// told says what the sender is told about a packet: the message, and its type
// and code as they are built.
func told(reason drop.Reason, sample []byte) string {
	m := answers[reason]
	if only, one := families[reason]; one && only != sample[0]>>4 {
		m = icmpgen.None
	}
	p, dst := new(wire.Packet), new(wire.Packet)
	p.Attach(append(make([]byte, wire.Headroom), sample...))
	p.SetLen(len(sample))
	p.Parse()
	switch {
	case m == icmpgen.None || m != icmpgen.TCPReset && !icmpgen.Permitted(m, p):
		return "nothing"
	case m == icmpgen.TCPReset:
		return "a TCP reset"
	}
	dst.Attach(make([]byte, wire.BufferSize))
	spec := icmpgen.Spec{Message: m, Source: p.Dst, MaxLen: 1280}
	spec.Build(dst, p)
	return fmt.Sprintf("%s, %d/%d", m, dst.Payload()[0], dst.Payload()[1])
}

// samples are a packet of each family that any error may be about.
func samples() (v4, v6 []byte) {
	one, two := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	v4 = make([]byte, 28)
	wire.PutIPv4(v4, wire.HeaderIPv4{TTL: 64, Protocol: wire.ProtoUDP, Src: one, Dst: two})
	one, two = netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	v6 = make([]byte, 48)
	wire.PutIPv6(v6, wire.HeaderIPv6{HopLimit: 64, NextHeader: wire.ProtoUDP, Src: one, Dst: two})
	return v4, v6
}

// families are those in which alone a reason with an answer occurs.
var families = map[drop.Reason]uint8{drop.MissingOctets: wire.V4, drop.BadOption: wire.V6}

func reasonsText(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# Drop reasons\n\n" +
		"Every packet that a node receives is forwarded, delivered, or dropped for one of these reasons, in the order in\n" +
		"which a packet meets them. The first column is the label of the counter, the word in logs and captures.\n" +
		"The others say what the sender is told, with ICMP type and code, if RFC 1812 §4.3.2.7 and RFC 4443 §2.4 (e) permit it about such a packet,\n" +
		"if there is a way back to it, and if the limiter has a token.\n\n" +
		"This file is generated: `go test ./forwarding -run TestReasonsAreDocumented -update`.\n\n" +
		"| reason | meaning | told in IPv4 | told in IPv6 |\n|---|---|---|---|\n")
	v4, v6 := samples()
	all := meanings(t)
	for i, meaning := range all {
		if reason := drop.Reason(i); reason != drop.Alive && !reason.OnLink() {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", reason, strings.TrimSuffix(meaning, "."), told(reason, v4), told(reason, v6))
		}
	}
	b.WriteString("\n## On links between nodes\n\n" +
		"A packet that a node has forwarded, or originated, to a link between nodes may still be lost there. The link counts it, by one of these reasons; the node counts\n" +
		"it as forwarded. Nobody is told: no node knows.\n\n" +
		"| reason | meaning |\n|---|---|\n")
	for i, meaning := range all {
		if reason := drop.Reason(i); reason.OnLink() {
			fmt.Fprintf(&b, "| `%s` | %s |\n", reason, strings.TrimSuffix(meaning, "."))
		}
	}
	return b.String()
}

func TestReasonsAreDocumented(t *testing.T) {
	want := reasonsText(t)
	if *update {
		if err := os.WriteFile(reasonsDocument, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(reasonsDocument)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is stale: go test ./forwarding -run TestReasonsAreDocumented -update\n--- got\n%s\n--- want\n%s", reasonsDocument, got, want)
	}
}

// Names are labels: one each, of lower case words.
func TestReasonsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for reason := range drop.NumReasons {
		name := reason.String()
		if name == "" || seen[name] || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Errorf("reason %d has the name %q", reason, name)
		}
		seen[name] = true
	}
}

// What a packet must not be told, its answer never says: an end for which there
// is no valid sender is silent. Of a datagram that lacks octets, which has one,
// RFC 1812 §5.2.2 wants it told.
func TestSilentReasons(t *testing.T) {
	for reason := drop.Alive; reason <= drop.LinkLocal; reason++ {
		if answers[reason] != icmpgen.None && reason != drop.MissingOctets {
			t.Errorf("%s is answered with %s", reason, answers[reason])
		}
	}
	for reason := range drop.NumReasons {
		if reason.OnLink() && answers[reason] != icmpgen.None {
			t.Errorf("%s, which no node knows of, is answered with %s", reason, answers[reason])
		}
	}
}
