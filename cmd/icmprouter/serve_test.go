package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is wrong with the flags is said before a device is opened, and who is not there is named.
func TestControlFlags(t *testing.T) {
	dir := t.TempDir()
	open := filepath.Join(dir, "open")
	if err := os.WriteFile(open, []byte("0123456789abcdef"), 0o644); err != nil {
		t.Fatal(err)
	}
	os.Chmod(open, 0o644)
	long := filepath.Join(dir, strings.Repeat("a", 120))
	for _, row := range []struct {
		args string
		code int
		says string
	}{
		{"run --control tcp:8179 --control-token-file x ../../config.example.json", 2, "expected tcp:ADDRESS:PORT of a loopback address"},
		{"run --control tcp:192.0.2.1:1 --control-token-file x ../../config.example.json", 2, "expected tcp:ADDRESS:PORT of a loopback address"},
		{"run --control tcp:127.0.0.1:0 ../../config.example.json", 2, "expected a token in --control-token-file"},
		{"run --control tcp:127.0.0.1:0 --control-token-file " + open + " ../../config.example.json", 2, "chmod 600"},
		{"run --control " + open + " ../../config.example.json", 1, "somebody is there already"},
		{"run --control " + long + " ../../config.example.json", 1, "106 octets at most"},
		{"ctl --control tcp:8179 --control-token-file x show nodes", 2, "expected tcp:ADDRESS:PORT of a loopback address"},
		{"ctl --control off show nodes", 2, "nobody can be asked"},
		{"ctl --control " + dir + "/none show nodes", 1, "icmprouter: no router answers: dial unix " + dir + "/none: connect: no such file or directory\n"},
	} {
		stdout, stderr, code := icmprouter(t, "", strings.Fields(row.args)...)
		if code != row.code || stdout != "" || !strings.Contains(stderr, row.says) {
			t.Errorf("%s: %d\n%s%s\nwant %d, %q", row.args, code, stdout, stderr, row.code, row.says)
		}
	}
}
