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
	powerless := []string{"setpriv", "--bounding-set=-all"}
	forbidden := func(kind string) []string { // as root in a user namespace, without rights there
		return []string{"unshare", "--user", "--map-root-user", "sh", "-ec",
			`echo 0 > /proc/sys/user/max_` + kind + `_namespaces; exec setpriv --bounding-set=-all "$@"`, "sh"}
	}
	for _, test := range []struct {
		caller
		check, found, fix string
	}{
		{caller{"root", openTUN, 0, nil}, "", "", ""},
		{caller{"root-without-capabilities", openTUN, 0, powerless}, "namespaces", "operation not permitted", "--cap-add SYS_ADMIN"},
		{caller{"user", openTUN, nobody, nil}, "", "", ""},
		{caller{"closed", closedTUN, nobody, nil}, "TUN", "/dev/net/tun is not open to you", "sudo chmod 0666 /dev/net/tun"},
		{caller{"none", noTUN, nobody, nil}, "TUN", "no such file", "sudo modprobe tun"},
		{caller{"no-module", noTUN, 0, nil}, "TUN", "no such file", "sudo modprobe tun"},
		{caller{"no-user-namespaces", openTUN, nobody, forbidden("user")}, "namespaces", "user.max_user_namespaces is 0", "sudo sysctl -w user.max_user_namespaces="},
		{caller{"no-net-namespaces", openTUN, nobody, forbidden("net")}, "namespaces", "user.max_net_namespaces is 0", "sudo sysctl -w user.max_net_namespaces="},
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
