package lab

import (
	"bytes"
	"os/exec"
	"slices"
	"testing"

	"github.com/icmprouter/icmprouter/config"
)

func TestHosts(t *testing.T) {
	file, err := config.Parse("hosts", []byte(`{ "nodes": { "r1": { "loopbacks": ["192.0.2.1"], "interfaces": {
		"left": { "addresses": ["10.1.0.1/24", "fe80::1/64"], "tun": { "netns": "client", "name": "tun0", "addresses": ["10.1.0.2/24", "fd00:1::2/64"] } },
		"right": { "addresses": ["fd00:2::1/64"], "tun": { "netns": "server", "name": "tun0" } } } } } }`))
	if err != nil {
		t.Fatal(err)
	}
	const want = "192.0.2.1 r1.lab\n10.1.0.2 client.lab\nfd00:1::2 client.lab\n10.1.0.1 r1.lab left.r1.lab\nfd00:2::1 r1.lab right.r1.lab\n"
	if got := hosts(file); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestServersLines(t *testing.T) {
	var out bytes.Buffer
	p := &prefixed{out: &out}
	for _, part := range []string{"one\ntw", "o\n", "\nrest"} {
		p.Write([]byte(part))
	}
	p.flush()
	if want := "server: one\nserver: two\nserver: \nserver: rest\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// Both ways to find children find the same.
func TestChildren(t *testing.T) {
	c := exec.Command("sleep", "60")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Wait()
	defer c.Process.Kill()
	for _, found := range [][]int{children(), childrenByStat()} {
		if !slices.Contains(found, c.Process.Pid) {
			t.Errorf("got %v, want %d among them", found, c.Process.Pid)
		}
	}
}

func TestSettingsPath(t *testing.T) {
	for _, c := range []struct{ key, want string }{
		{"net.ipv4.tcp_mtu_probing", "net/ipv4/tcp_mtu_probing"},
		{"net/ipv4/tcp_mtu_probing", "net/ipv4/tcp_mtu_probing"},
		{"net.ipv4.conf.eth0/1.forwarding", "net/ipv4/conf/eth0.1/forwarding"},
		{"net/ipv4/conf/eth0.1/forwarding", "net/ipv4/conf/eth0.1/forwarding"},
		{"kernel.hostname", ""}, {"net", ""}, {"net.", "net/"}, {"net/../kernel/hostname", ""},
	} {
		got, err := settingPath(c.key)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: got %q and %v, want %q", c.key, got, err, c.want)
		}
	}
}
