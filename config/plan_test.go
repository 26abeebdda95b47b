package config

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/forwarding"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/ratelimit"
	"github.com/icmprouter/icmprouter/tundev"
)

const example = "../config.example.json"

func load(t *testing.T, path string) *File {
	t.Helper()
	f, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func parse(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse("f", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func prefixes(texts ...string) (p []netip.Prefix) {
	for _, text := range texts {
		p = append(p, netip.MustParsePrefix(text))
	}
	return p
}

func TestExamplePlan(t *testing.T) {
	everything := prefixes("0.0.0.0/0", "::/0")
	want := network.Plan{Seed: 1, BusyPoll: 10 * time.Microsecond, Nodes: []network.Node{{
		Name: "r1",
		Interfaces: []network.Interface{{
			Link: forwarding.Link{Name: "left", MTU: 1500, Addresses: prefixes("10.1.0.1/24", "fd00:1::1/64", "fe80::557b:e631:6113:6f2c/64")},
			Device: tundev.Spec{Backend: tundev.Kernel, Netns: "client", Name: "tun0", MTU: 1500,
				Addresses: prefixes("10.1.0.2/24", "fd00:1::2/64"), Routes: everything, Coalesce: tundev.CoalesceOff, Engine: tundev.EngineAuto},
		}, {
			Link: forwarding.Link{Name: "right", MTU: 1400, Addresses: prefixes("10.2.0.1/24", "fd00:2::1/64", "fe80::ea6:f461:a0a4:5345/64")},
			Device: tundev.Spec{Backend: tundev.Kernel, Netns: "server", Name: "tun0", MTU: 1500,
				Addresses: prefixes("10.2.0.2/24", "fd00:2::2/64"), Routes: everything, Coalesce: tundev.CoalesceOff, Engine: tundev.EngineAuto},
		}},
		Routes: []forwarding.Route{
			{To: netip.MustParsePrefix("10.9.0.0/16"), Kind: forwarding.Unicast, Via: netip.MustParseAddr("10.2.0.2")},
			{To: netip.MustParsePrefix("192.0.2.0/24"), Kind: forwarding.Prohibit},
		},
		Settings: forwarding.Settings{Redirects: true, Multipath: forwarding.Multipath{Seed: 1402154005287035808}}, // of the SHA-256 of 1/multipath/r1
		Limits:   ratelimit.DefaultLimits(),
	}}}
	f := load(t, example)
	if got := f.Plan(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if len(f.Warnings) > 0 {
		t.Errorf("the example has warnings:\n%v", Mistakes(f.Warnings))
	}
}

func TestLoad(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "nothing.json")); !os.IsNotExist(err) {
		t.Errorf("got %v, want an error that says that the file does not exist", err)
	}
	file, err := os.Open(example)
	if err != nil {
		t.Fatal(err)
	}
	defer func(stdin *os.File) { os.Stdin = stdin }(os.Stdin)
	os.Stdin = file
	if got, want := load(t, "-").Plan(), load(t, example).Plan(); !reflect.DeepEqual(got, want) {
		t.Errorf("from standard input\n%+v\nfrom the file\n%+v", got, want)
	}
}

func TestDefaults(t *testing.T) {
	tests := []struct{ iface, tun, mtu, tunMTU int }{
		{0, 0, 1500, 1500}, {1400, 0, 1400, 1400}, {0, 1300, 1300, 1300}, {1400, 1500, 1400, 1500}, {9000, 1500, 9000, 1500},
	}
	for _, test := range tests {
		got := Interface{MTU: test.iface, TUN: TUN{Name: "x", MTU: test.tun}}.plan(1, "r", "x")
		if got.MTU != test.mtu || got.Device.MTU != test.tunMTU {
			t.Errorf("mtu %d, tun.mtu %d: got %d and %d, want %d and %d",
				test.iface, test.tun, got.MTU, got.Device.MTU, test.mtu, test.tunMTU)
		}
		if got.Device.Backend != tundev.Kernel {
			t.Errorf("backend %q, want %q", got.Device.Backend, tundev.Kernel)
		}
	}
}

func TestLimits(t *testing.T) {
	rate := func(pps, burst int) ratelimit.Rate { return ratelimit.Rate{PPS: pps, Burst: burst} }
	unlimited := ratelimit.Rate{Unlimited: true}
	tests := []struct {
		icmp       string
		total, one ratelimit.Rate // of time exceeded
	}{
		{`{}`, rate(1000, 50), rate(100, 20)},
		{`{"rate": {"pps": 10, "burst": 5}}`, rate(10, 5), rate(10, 5)},
		{`{"rate": {"pps": 100000, "burst": 5000}}`, rate(100000, 5000), rate(10000, 2000)},
		{`{"rate": {"pps": 1000000000, "burst": 1000000000}}`, rate(1e9, 1e9), rate(1e8, 4e8)},
		{`{"rate": {"pps": 0}}`, rate(0, 50), rate(0, 20)},
		{`{"rate": {"unlimited": true}}`, unlimited, unlimited},
		{`{"rate": {"unlimited": true, "per_destination": {"pps": 3}}}`, unlimited, rate(3, 20)},
		{`{"rate": {"per_destination": {"unlimited": true}}}`, rate(1000, 50), unlimited},
		{`{"rate": {"per_destination": {"burst": 7}}}`, rate(1000, 50), rate(100, 7)},
		{`{"rate": {"pps": 10}, "time_exceeded": {"rate": {"burst": 5}}}`, rate(10, 5), rate(10, 5)},
		{`{"rate": {"pps": 10}, "time_exceeded": {"rate": {"pps": 2000}}}`, rate(2000, 50), rate(200, 20)},
		{`{"rate": {"unlimited": true}, "time_exceeded": {"rate": {"pps": 7}}}`, rate(7, 50), rate(7, 20)},
		{`{"rate": {"pps": 10}, "time_exceeded": {"rate": {"unlimited": true}}}`, unlimited, unlimited},
		{`{"time_exceeded": {"rate": {"per_destination": {"pps": 1, "burst": 1}}}}`, rate(1000, 50), rate(1, 1)},
		{`{"packet_too_big": {"rate": {"pps": 1}}}`, rate(1000, 50), rate(100, 20)},
	}
	for _, test := range tests {
		f := parse(t, changed(t, `{ "rate": { "pps": 1000, "burst": 50 } }`, test.icmp))
		got := f.Plan().Nodes[0].Limits[ratelimit.TimeExceeded]
		if !same(got.Total, test.total) || !same(got.PerDestination, test.one) {
			t.Errorf("%s\ngot  %+v\nwant {Total:%+v PerDestination:%+v}", test.icmp, got, test.total, test.one)
		}
	}
}

// same compares what rates do: of an unlimited one, the rest is not looked at.
func same(a, b ratelimit.Rate) bool {
	return a == b || a.Unlimited && b.Unlimited
}

// TestKindsOfMessages sets the rate of each kind alone.
func TestKindsOfMessages(t *testing.T) {
	for kind, key := range messages {
		f := parse(t, changed(t, `{ "rate": { "pps": 1000, "burst": 50 } }`, `{"`+key+`": {"rate": {"pps": 7}}}`))
		for k, l := range f.Plan().Nodes[0].Limits {
			if got := l.Total.PPS == 7; got != (k == kind) {
				t.Errorf("%s: kind %d has %d messages per second", key, k, l.Total.PPS)
			}
		}
	}
}

func TestSummary(t *testing.T) {
	text := changed(t, `"kind": "prohibit"`, `"kind": "blackhole"`)
	text = strings.Replace(text, `"pps": 1000, "burst": 50 }`, `"unlimited": true }, "time_exceeded": { "rate": { "pps": 0 } }`, 1)
	text = strings.Replace(text, `"netns": "server",`, `"device": "water",`, 1)
	got := "\n" + parse(t, text).Summary()
	want := `
node r1
  left    router             10.1.0.1/24, fd00:1::1/64  MTU 1500, link-local fe80::557b:e631:6113:6f2c
          tun0 in client     10.1.0.2/24, fd00:1::2/64  MTU 1500, routes 0.0.0.0/0, ::/0
  right   router             10.2.0.1/24, fd00:2::1/64  MTU 1400, link-local fe80::ea6:f461:a0a4:5345
          tun0 by water      10.2.0.2/24, fd00:2::2/64  MTU 1500, routes 0.0.0.0/0, ::/0
  routes  10.9.0.0/16        via 10.2.0.2
          192.0.2.0/24       blackhole
  errors  packet_too_big     unlimited in all  unlimited to one destination
          time_exceeded      none in all       none to one destination
          unreachable        unlimited in all  unlimited to one destination
          parameter_problem  unlimited in all  unlimited to one destination
          redirect           unlimited in all  unlimited to one destination
`
	if got != want {
		t.Errorf("got%s\nwant%s", got, want)
	}
}
