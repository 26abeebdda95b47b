//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"text/template"
)

// family is the addresses of one IP version in the topology of all tests:
//
//	client ── tun0, MTU 1500 ── left  node  right ── MTU 1400 ── tun0 ── server
type family struct {
	name                        string // 4 or 6, as the flags of the tools
	client, left, right, server string
	// Prefixes that are not simply forwarded, an address in each, and their lengths.
	prohibited, unreachable, blackhole, unrouted, neighbour string
	bits                                                    int
	// header is the length of the IP and the ICMP header.
	header int
}

var families = []family{
	{"4", "10.1.0.2", "10.1.0.1", "10.2.0.1", "10.2.0.2",
		"192.0.2.1", "198.51.100.1", "203.0.113.1", "8.8.8.8", "10.1.0.9", 24, 28},
	{"6", "fd00:1::2", "fd00:1::1", "fd00:2::1", "fd00:2::2",
		"2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::1", "2a00::1", "fd00:1::9", 48, 48},
}

// says picks what belongs to the family.
func (f family) says(v4, v6 string) string {
	if f.name == "4" {
		return v4
	}
	return v6
}

// eachFamily runs a test for IPv4 and for IPv6.
func eachFamily(t *testing.T, test func(t *testing.T, f family)) {
	for _, f := range families {
		t.Run("IPv"+f.name, func(t *testing.T) { test(t, f) })
	}
}

// topology is what a test may change of it.
type topology struct {
	Client, Server string // the namespaces, as the configuration names them
	ServerTUN      string // the name of the device in the server's namespace
	Device         string // the backend
	MTU            int    // of the right link
	LeftOwn        string // the node's addresses on the left link, as JSON
	RightOwn       string // and on the right one
	Interfaces     string // more interfaces, as JSON
	Routes         string // more routes, as JSON
	Rate           string // icmp.rate, as JSON
	// More members of the file, of the node, of its icmp, and of its interfaces, as JSON.
	File, Node, ICMP, Left, Right string
}

// unlimited is a rate for tests that are not about limits.
const unlimited = `{ "unlimited": true }`

var configuration = template.Must(template.New("").Parse(`{ {{with .File}}{{.}},{{end}}
  "nodes": {
    "r1": {
      "interfaces": {
        "left": {
          "addresses": [{{.LeftOwn}}],{{with .Left}} {{.}},{{end}}
          "mtu": 1500,
          "tun": { "device": "{{.Device}}", "netns": "{{.Client}}", "name": "tun0", "mtu": 1500,
                   "addresses": ["10.1.0.2/24", "fd00:1::2/64"], "routes": ["0.0.0.0/0", "::/0"] }
        },
        "right": {
          "addresses": [{{.RightOwn}}],{{with .Right}} {{.}},{{end}}
          "mtu": {{.MTU}},
          "tun": { "device": "{{.Device}}", "netns": "{{.Server}}", "name": "{{.ServerTUN}}", "mtu": 1500,
                   "addresses": ["10.2.0.2/24", "fd00:2::2/64"], "routes": ["0.0.0.0/0", "::/0"] }
        }{{with .Interfaces}},
        {{.}}{{end}}
      },
      "routes": [
        { "to": "192.0.2.0/24", "kind": "prohibit" },
        { "to": "2001:db8:1::/48", "kind": "prohibit" },
        { "to": "198.51.100.0/24", "kind": "unreachable" },
        { "to": "2001:db8:2::/48", "kind": "unreachable" },
        { "to": "203.0.113.0/24", "kind": "blackhole" },
        { "to": "2001:db8:3::/48", "kind": "blackhole" }{{with .Routes}},
        {{.}}{{end}}
      ],
      "icmp": { "rate": {{.Rate}}{{with .ICMP}}, {{.}}{{end}} }{{with .Node}},
      {{.}}{{end}}
    }
  }
}
`))

// write writes the configuration to path: first aside, so that nobody reads a half.
func (p topology) write(t *testing.T, path string) {
	t.Helper()
	var text strings.Builder
	if err := configuration.Execute(&text, p); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".new", []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

var tests atomic.Int32

// newTopology returns the usual topology, with namespaces of names that nobody has.
// Whoever makes them: after the test they are gone.
func newTopology(t *testing.T) topology {
	name := fmt.Sprintf("e2e-%d-%d-", os.Getpid(), tests.Add(1))
	p := topology{Client: name + "c", Server: name + "s", ServerTUN: "tun0", Device: "kernel",
		LeftOwn: `"10.1.0.1/24", "fd00:1::1/64"`, RightOwn: `"10.2.0.1/24", "fd00:2::1/64"`, MTU: 1400, Rate: unlimited}
	t.Cleanup(func() { forget(p.Client, p.Server) })
	return p
}

// knobs returns the usual topology with what change does to it.
func knobs(t *testing.T, change func(p *topology)) topology {
	p := newTopology(t)
	change(&p)
	return p
}

// forget removes what a failed test left of named namespaces.
func forget(names ...string) {
	for _, name := range names {
		if _, err := os.Stat(namespacePath(name)); err == nil {
			exec.Command("ip", "netns", "del", name).Run()
		}
		os.Remove(filepath.Join("/run/icmprouter/netns", name))
	}
}

// namespacePath is where a named namespace can be opened.
func namespacePath(name string) string { return filepath.Join("/run/netns", name) }

// exists says that a named namespace does.
func exists(name string) bool {
	_, err := os.Lstat(namespacePath(name))
	return err == nil
}
