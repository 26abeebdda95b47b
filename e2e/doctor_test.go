//go:build linux

package e2e

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestDoctor: each refusal is named, with its remedy, and exec says the same.
func TestDoctor(t *testing.T) {
	t.Parallel()
	const noNamespaces = `exec unshare --user --map-root-user sh -ec 'echo 0 > /proc/sys/user/max_%s_namespaces; exec "$@"' sh "$@"`
	noUser := strings.Replace(openTUN, `exec "$@"`, strings.Replace(noNamespaces, "%s", "user", 1), 1)
	for _, test := range []struct {
		caller
		check, found, fix string
	}{
		{caller{"root", openTUN, 0}, "", "", ""},
		{caller{"user", openTUN, nobody}, "", "", ""},
		{caller{"closed", closedTUN, nobody}, "TUN", "/dev/net/tun is not open to you", "sudo chmod 0666 /dev/net/tun"},
		{caller{"none", noTUN, nobody}, "TUN", "no such file", "sudo modprobe tun"},
		{caller{"no-module", noTUN, 0}, "TUN", "no such file", "sudo modprobe tun"},
		{caller{"no-user-namespaces", noUser, nobody}, "namespaces", "user.max_user_namespaces is 0", "sudo sysctl -w user.max_user_namespaces="},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := finish(t, test.calls(t, "doctor", "--json"))
			var checks []struct {
				Name, Found, Fix string
				OK, Needed       bool
			}
			if err := json.Unmarshal([]byte(e.stdout), &checks); err != nil {
				t.Fatalf("%v\n%s%s", err, e.stdout, e.stderr)
			}
			lacks := 0
			for _, c := range checks {
				if c.OK == (c.Fix != "") || c.Found == "" {
					t.Errorf("%+v: want what was found, and a fix if it is not OK", c)
				}
				if !c.Needed || c.OK {
					continue
				}
				lacks++
				if c.Name != test.check || !strings.Contains(c.Found, test.found) || !strings.Contains(c.Fix, test.fix) {
					t.Errorf("got %+v, want %s, %q, %q", c, test.check, test.found, test.fix)
				}
			}
			text := finish(t, test.calls(t, "doctor"))
			run := finish(t, test.calls(t, "exec", "echo", "it runs"))
			if test.check == "" {
				text.wantStatus(t, 0)
				run.wantStatus(t, 0)
				want(t, run.stdout, `^it runs\n$`)
				return
			}
			if lacks != 1 {
				t.Errorf("%d things are missing, want 1:\n%s", lacks, e.stdout)
			}
			text.wantStatus(t, 1)
			want(t, text.stdout, `(?m)^✗ `+test.check+` `)
			run.wantStatus(t, 125)
			for _, said := range []string{test.found, test.fix} {
				if !strings.Contains(text.stdout, said) || !strings.Contains(run.stderr, said) {
					t.Errorf("doctor says\n%s\nexec says\n%s\nwant %q in both", text.stdout, run.stderr, said)
				}
			}
		})
	}
}
