package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes a file of a configuration.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestShowRefuses(t *testing.T) {
	chain := write(t, must(t, "make", "chain:3"))
	bad := write(t, `{"nodes": {}}`)
	for _, c := range []struct{ args, want string }{
		{"show plan", `accepts 1 arg(s), received 0`},
		{"show plan " + bad, "config.json:1:"},
		{"show plan " + bad + ".missing", "no such file"},
		{"show plan --format svg " + chain, `"svg" is none of: table, json, dot, mermaid`},
		{"show plna " + chain, `did you mean "plan"?`},
		{"ctl shw", `did you mean "set" or "show"?`},
		{"show paths client " + chain, `accepts 3 arg(s), received 2`},
		{"show paths client server " + bad, "config.json:1:"},
		{"show paths clinet server " + chain, `"clinet" is no address, no node or NODE:INTERFACE, and no namespace or name of a device; did you mean "client"?`},
		{"show paths client r9 " + chain, `"r9" is no address`},
		{"show paths --family 5 client server " + chain, `"5" is none of: any, 4, 6`},
		{"show paths 192.0.2.1 server " + chain, `192.0.2.1: no node and no device has that address: packets cannot begin there`},
		{"show paths --family 6 client 10.0.0.1 " + chain, `do not both have an IPv6 address`},
		{"show paths 10.255.0.1 fd00:ffff::1 " + chain, `have no address of the same family`},
		{"show paths tun0 server " + chain, `"tun0" are 2 devices, as tun0 in client and tun0 in server: give NAMESPACE/NAME, or an address`},
		{"show paths client fe80::1 " + chain, `fe80::1: expected an address that is known beyond its link`},
		{"show paths client fe80::1%1 " + chain, `expected an address that is known beyond its link`},
		{"show paths client ::ffff:10.0.0.1 " + chain, `expected an address that is known beyond its link`},
	} {
		stdout, stderr, code := icmprouter(t, "", strings.Fields(c.args)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, stdout %q, stderr:\n%s\nwant %s", c.args, code, stdout, stderr, c.want)
		}
	}
}

// Every format of both, through the whole program.
func TestShowFormats(t *testing.T) {
	chain := write(t, must(t, "make", "chain:3"))
	for format, begins := range map[string]string{"table": "", "json": "{\n", "dot": "", "mermaid": "flowchart LR\n"} {
		for _, args := range []string{"plan", "paths client server", "paths --family 6 r1:r2 r3", "paths client/tun0 r3:r2", "paths r1 10.128.2.1"} {
			args := append([]string{"show"}, append(strings.Fields(args), chain, "--format", format)...)
			if out := must(t, args...); !strings.HasPrefix(out, begins) || !strings.Contains(out, "r3") {
				t.Errorf("%v:\n%s", args, out)
			}
		}
	}
}
