//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mistaken has one mistake on each of its lines 5, 6, 7 and 11.
const mistaken = `{
  "nodes": {
    "r1": {
      "interfaces": {
        "left": { "addresses": ["10.1.0.0.1/24"],
          "mtuu": 1500,
          "tun": { "name": "a-very-long-device-name" }
        }
      },
      "routes": [
        { "to": "10.9.0.0/16", "via": "10.8.0.1", "via": "10.8.0.1" }
      ]
    }
  }
}
`

func writeMistaken(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(path, []byte(mistaken), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMistakes: run and check print all of them, each with its place, and exit with 2.
func TestMistakes(t *testing.T) {
	t.Parallel()
	path := writeMistaken(t)
	for _, verb := range []string{"run", "check"} {
		out, code := command(t, program, verb, path)
		if code != 2 {
			t.Errorf("%s: exit code %d, want 2", verb, code)
		}
		for _, place := range []string{
			`:5:\d+: nodes\.r1\.interfaces\.left\.addresses\[0\]: `,
			`:6:\d+: nodes\.r1\.interfaces\.left\.mtuu: .*did you mean "mtu"`,
			`:7:\d+: nodes\.r1\.interfaces\.left\.tun\.name: .*15`,
			`:11:\d+: nodes\.r1\.routes\[0\]\.via: `,
		} {
			want(t, out, `(?m)^.*bad\.json`+place)
		}
	}
	if out, code := command(t, program, "run", path+".missing"); code != 2 || !strings.Contains(out, "no such file") {
		t.Errorf("a missing file: exit code %d, want 2\n%s", code, out)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const example = "../config.example.json"
	want(t, must(t, program, "check", example), `^node r1\n`, `tun0 in client +10\.1\.0\.2/24, fd00:1::2/64 +MTU 1500`,
		`right +router +10\.2\.0\.1/24, fd00:2::1/64 +MTU 1400`, `192\.0\.2\.0/24 +prohibit`)

	want(t, must(t, "sh", "-c", `"$0" check - <"$1"`, program, example), `^node r1\n`)

	type report struct {
		OK       bool
		Mistakes []struct {
			File          string
			Line, Column  int
			Path, Problem string
		}
	}
	read := func(path string, wantCode int) (found report) {
		stdout, code := command(t, "sh", "-c", `"$0" check --json "$1" 2>/dev/null`, program, path)
		if err := json.Unmarshal([]byte(stdout), &found); err != nil || code != wantCode {
			t.Fatalf("exit code %d, want %d; %v\n%s", code, wantCode, err, stdout)
		}
		return found
	}
	if found := read(example, 0); !found.OK || len(found.Mistakes) != 0 {
		t.Errorf("the example: %+v", found)
	}
	path := writeMistaken(t)
	found := read(path, 2)
	lines := ""
	for _, m := range found.Mistakes {
		lines += fmt.Sprintln(m.Line, m.Column > 0, m.File == path, m.Path != "", m.Problem != "")
	}
	want(t, lines, `(?m)^5 true true true true$`, `(?m)^6 .*$`, `(?m)^7 .*$`, `(?m)^11 .*$`)
	if found.OK {
		t.Error("a file with mistakes is ok")
	}
}

// TestEnvironment gives flags by variables; a flag wins over its variable.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	env := func(variables []string, args ...string) (string, int) {
		return command(t, append(append([]string{"env"}, variables...), args...)...)
	}
	out, code := env([]string{"ICMPROUTER_JSON=true"}, program, "check", "../config.example.json")
	if code != 0 || !strings.HasPrefix(out, "{") {
		t.Errorf("exit code %d, want 0 and JSON:\n%s", code, out)
	}
	out, _ = env([]string{"ICMPROUTER_JSON=true"}, program, "check", "--json=false", "../config.example.json")
	want(t, out, `^node r1`)
	out, code = env([]string{"ICMPROUTER_LOG_FORMAT=xml"}, program, "run", "../config.example.json")
	if code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
	want(t, out, `ICMPROUTER_LOG_FORMAT: .*"xml".*text, json`)
}

// TestJSONLog asks for JSON on standard error: each line is an object.
func TestJSONLog(t *testing.T) {
	t.Parallel()
	p := newTopology(t)
	path := filepath.Join(t.TempDir(), "config.json")
	p.write(t, path)
	r := launchFile(t, p, path, "--json", "--log-format=json")
	r.stop()
	for line := range strings.Lines(r.stderr.String()) {
		var entry struct{ Time, Level, Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Msg == "" || entry.Time == "" {
			t.Errorf("%v: %s", err, line)
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	want(t, must(t, program, "--help"), `Exit codes: 0`, `ICMPROUTER_LOG_FORMAT`, `run +`, `check +`, `demo +`, `version +`)
	for _, verb := range []string{"run", "check", "demo", "version"} {
		want(t, must(t, program, verb, "--help"), `Examples:\n  icmprouter `+verb)
	}
	for _, args := range [][]string{{"run"}, {"rum"}, {"run", "--loud", "x"}, {"version", "more"}} {
		if out, code := command(t, append([]string{program}, args...)...); code != 2 {
			t.Errorf("%v: exit code %d, want 2\n%s", args, code, out)
		}
	}
	want(t, must(t, program, "version"), `^icmprouter `)
	want(t, must(t, program, "completion", "bash"), `bash completion`)
}
