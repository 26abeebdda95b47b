//go:build linux

package e2e

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// reportCard is what probe --json prints.
type reportCard struct {
	OK     bool
	Counts struct{ OK, Known, Deviates, Hidden, Skipped int }
	Cases  []struct {
		ID, Verdict, Why, RFC string
		Got                   []string
	}
}

// probe runs probe with args and --json, and returns its report.
func probe(t *testing.T, args ...string) (card reportCard) {
	t.Helper()
	needs.Root(t)
	needs.Tool(t, "ip", "iproute2")
	c := exec.CommandContext(t.Context(), program, append([]string{"probe", "--json"}, args...)...)
	var stderr output
	c.Stderr = &stderr
	out, err := c.Output()
	if err := json.Unmarshal(out, &card); err != nil {
		t.Fatalf("probe %v: %v\n%s%s", args, err, out, &stderr)
	}
	code := c.ProcessState.ExitCode()
	for _, c := range card.Cases {
		if c.Verdict == "deviates" || c.Verdict == "hidden" {
			t.Errorf("%s %s: %s (%s)\ngot %q", c.ID, c.Verdict, c.Why, c.RFC, c.Got)
		}
	}
	if code != 0 || !card.OK {
		t.Errorf("probe %v: %v, ok %v, want exit code 0\n%s", args, err, card.OK, &stderr)
	}
	return card
}

// TestProbeSelf: this router does all that the RFCs ask.
func TestProbeSelf(t *testing.T) {
	junit := filepath.Join(t.TempDir(), "report.xml")
	html := filepath.Join(t.TempDir(), "report.html")
	card := probe(t, "--self", "--junit", junit, "--html", html)
	if c := card.Counts; c.OK < 230 || c.Known != 0 || c.Skipped > 4 {
		t.Errorf("%+v, want 230 ok at least, 4 skipped at most", c)
	}
	text, err := os.ReadFile(junit)
	if err == nil {
		err = xml.Unmarshal(text, new(struct{}))
	}
	if page, pageErr := os.ReadFile(html); err != nil || pageErr != nil || !strings.Contains(string(page), "F4-01") {
		t.Errorf("the files: %v, %v", err, pageErr)
	}
}

// TestProbeLinux: the kernel does, but for what is known of it. So the judge is
// neither blind nor on our side.
func TestProbeLinux(t *testing.T) {
	card := probe(t, "--linux")
	if c := card.Counts; c.OK < 190 || c.Known < 7 {
		t.Errorf("%+v, want 190 ok and 7 known at least", c)
	}
}

// TestProbeAt points probe at a router that somebody else runs.
func TestProbeAt(t *testing.T) {
	t.Parallel()
	needs.Root(t)
	r := start(t, newTopology(t))
	sides := []string{"--a", r.Client + ":tun0", "--b", r.Server + ":tun0"}
	card := probe(t, append(sides, "--only", "F4-03,U4-01,F6-03,M4-01,S4-01", "--have", "b.mtu=1400")...)
	if c := card.Counts; c.OK != 3 || c.Skipped != 2 {
		t.Errorf("%+v, want 3 ok and 2 skipped: for another MTU, and for a reverse path check", c)
	}
	r.end(15)
}

// TestProbeUsage: mistakes on the command line exit with 2, and say what is wrong.
func TestProbeUsage(t *testing.T) {
	t.Parallel()
	for _, m := range []struct{ args, want string }{
		{"", "which router"},
		{"--self --linux", "which router"},
		{"--a x:y", "which router"},
		{"--self --only F4-01,X-99", "no case X-99"},
		{"--a x:y --b x:z --have tea=hot", `unknown need "tea"`},
		{"--a x:y --b x:z --a-mac 1", "no Ethernet address"},
	} {
		out, code := command(t, append([]string{program, "probe"}, strings.Fields(m.args)...)...)
		if code != 2 || !strings.Contains(out, m.want) {
			t.Errorf("probe %s: exit code %d, want 2\n%s", m.args, code, out)
		}
	}
	out, code := command(t, program, "probe", "--a", "/proc/self/ns/net:no-such-link", "--b", "/proc/self/ns/net:lo")
	if code != 1 || !strings.Contains(out, "port A: /proc/self/ns/net:no-such-link") {
		t.Errorf("an interface that is not there: exit code %d, want 1\n%s", code, out)
	}
	out, code = command(t, program, "probe", "--list")
	if code != 0 || strings.Count(out, "\n") < 205 {
		t.Errorf("--list: exit code %d\n%s", code, out)
	}
}
