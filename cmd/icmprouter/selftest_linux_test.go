package main

import (
	"bytes"
	"encoding/json"
	"testing"
)

// The exit code says whether the bars are met, and --json says all. How well is not
// for a machine that runs tests.
func TestSelftestLinks(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		arguments := []string{"selftest", "links", "--time", "20ms"}
		if asJSON {
			arguments = append(arguments, "--json")
		}
		var out, said bytes.Buffer
		root := rootCommand()
		root.SetOut(&out)
		root.SetErr(&said)
		code := execute(root, arguments)
		if !asJSON {
			if code != exitOK && code != exitFailure || !bytes.Contains(out.Bytes(), []byte("10 links of 7 ms")) {
				t.Errorf("exit code %d: %s%s", code, out.String(), said.String())
			}
			continue
		}
		var report struct {
			Met  bool
			Rows []struct {
				Name             string
				Packets, Arrived int
				Met              bool
			}
		}
		if err := json.Unmarshal(out.Bytes(), &report); err != nil {
			t.Fatalf("%v: %s", err, out.String())
		}
		if report.Met != (code == exitOK) || len(report.Rows) < 10 || report.Rows[0].Packets == 0 {
			t.Errorf("exit code %d: %+v", code, report)
		}
	}
}

func TestSelftestUsage(t *testing.T) {
	for _, arguments := range [][]string{
		{"links", "--tim", "1s"}, {"links", "extra"}, {"links", "--time", "0s"}, {"links", "--time", "2h"}, {"link"},
	} {
		var said bytes.Buffer
		root := rootCommand()
		root.SetOut(&said)
		root.SetErr(&said)
		if code := execute(root, append([]string{"selftest"}, arguments...)); code != exitUsage || said.Len() == 0 {
			t.Errorf("%v: exit code %d: %s", arguments, code, said.String())
		}
	}
}
