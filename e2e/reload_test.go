//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// reload sends SIGHUP, and waits until systemd and the log were told of its end.
func (r *router) reload(says string) {
	r.t.Helper()
	ready := func() (n int) {
		for _, notice := range r.notices.all() {
			if notice == "READY=1" {
				n++
			}
		}
		return n
	}
	before, said := ready(), r.stderr.count(says)
	r.process.Process.Signal(syscall.SIGHUP)
	await(r.t, "the reload: "+says, func() bool { return ready() > before && r.stderr.count(says) > said })
}

const (
	changed    = `msg="configuration changed"`
	notChanged = `msg="configuration not changed"`
)

// TestReload changes MTU and routes under a ping that runs across. It is not
// parallel: it wants to lose nothing.
func TestReload(t *testing.T) {
	eachFamily(t, func(t *testing.T, f family) {
		r := start(t, newTopology(t))
		const count = 1000
		pinging, out := background(t, r.Client, "PING", "ping", "-n", "-q", "-i", "0.002", "-c", fmt.Sprint(count), f.server)
		reloads := 0
		whilePinging(t, pinging, func() {
			for _, r.MTU = range []int{1400, 1350} {
				r.Routes = `{ "to": "198.18.0.0/15", "kind": "prohibit" }`
				r.write(t, r.config)
				r.reload(changed)
				reloads++
			}
		})
		await(t, "ping", func() bool { return out.count("packet loss") > 0 })
		want(t, out.String(), fmt.Sprintf("%d packets transmitted, %d received, 0%% packet loss", count, count))

		want(t, r.client(t, ping(f.server, "-M", "do", "-s", "1330")...), `mtu ?[=:] ?1350`)
		want(t, r.client(t, ping("198.18.0.1")...), `Packet filtered`)
		c := r.stop()
		if c.Forwarded != 2*count {
			t.Errorf("forwarded %d: counters are not kept, want %d", c.Forwarded, 2*count)
		}
		r.wantReloadingNotices(reloads)
	})
}

// whilePinging does something again and again until a ping has ended: several times at least, however slow the machine is.
func whilePinging(t *testing.T, ping *exec.Cmd, do func()) {
	t.Helper()
	ended := make(chan struct{})
	go func() { defer close(ended); ping.Process.Wait() }()
	for times := 0; ; times++ {
		select {
		case <-ended:
			if times < 5 {
				t.Errorf("it was done %d times while ping ran, want 5 at least", times)
			}
			return
		default:
			do()
		}
	}
}

// wantReloadingNotices checks the protocol of sd_notify(3) for Type=notify-reload.
func (r *router) wantReloadingNotices(reloads int) {
	r.t.Helper()
	await(r.t, "STOPPING=1", func() bool { return r.notices.has("STOPPING=1") }) // a datagram may be read after the process has ended
	var words strings.Builder
	reloading := regexp.MustCompile(`^RELOADING=1\nMONOTONIC_USEC=\d+\n?$`)
	for _, notice := range r.notices.all() {
		if reloading.MatchString(notice) {
			notice = "RELOADING"
		}
		words.WriteString(notice + " ")
	}
	if want := "READY=1 " + strings.Repeat("RELOADING READY=1 ", reloads) + "STOPPING=1 "; words.String() != want {
		r.t.Errorf("systemd was told %q, want %q", words.String(), want)
	}
}

// TestBadReload reads a file that has mistakes: the log names their places, and
// nothing has changed.
func TestBadReload(t *testing.T) {
	t.Parallel()
	r := start(t, newTopology(t))
	bad := r.topology
	bad.MTU, bad.Routes = 1300, `{ "to": "198.18.0.0/15", "kind": "prohibited" }`
	bad.write(t, r.config)
	r.reload(notChanged)
	want(t, r.stderr.String(), regexp.QuoteMeta(r.config)+`:25:\d+: nodes\.r1\.routes\[6\]\.kind: .*did you mean .*prohibit`)

	if err := os.Remove(r.config); err != nil {
		t.Fatal(err)
	}
	r.reload(notChanged)
	want(t, r.stderr.String(), `no such file`)

	for _, f := range families {
		want(t, r.client(t, ping(f.server, "-M", "do", "-s", "1440")...), `mtu ?= ?1400`)
	}
	want(t, r.client(t, ping("198.18.0.1")...), `Destination Net Unreachable`)
	r.stop()
	r.wantNothingLeft()
}

// TestReloadDevice moves a link to another namespace, and to a device of another
// name in the same: the old device goes, the new one comes and gets the routes
// that the old one had, and the other link does not notice.
func TestReloadDevice(t *testing.T) {
	for name, move := range map[string]func(p *topology){
		"namespace": func(p *topology) { p.Server += "2" },
		"name":      func(p *topology) { p.ServerTUN = "tun7" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := launch(t, newTopology(t))
			r.capture("left", r.Client)
			r.ping(t, "10.2.0.2")
			before := r.topology
			move(&r.topology)
			t.Cleanup(func() { forget(r.Server) })
			r.write(t, r.config)
			r.reload(changed)
			r.ping(t, "10.2.0.2")
			r.ping(t, "fd00:2::2")
			if links := must(t, in(before.Server, "ip", "-o", "link")...); strings.Contains(links, "tun0") {
				t.Errorf("the old TUN is left:\n%s", links)
			}
			r.stop()
			r.wantNothingLeft()
			if exists(before.Server) {
				t.Error("the old namespace is left")
			}
		})
	}
}

// TestReloadRoutes changes the file of routes that the configuration names, and
// nothing else.
func TestReloadRoutes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "routes.txt")
	list := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	list("# nothing yet\n")
	r := start(t, knobs(t, func(p *topology) { p.Node = fmt.Sprintf(`"routes_file": %q`, file) }))
	for _, f := range families {
		want(t, r.client(t, ping(f.unrouted)...), f.says(`Destination Net Unreachable`, `No route`))
	}
	const prohibit = "8.8.8.0/24 prohibit\n2a00::/16 prohibit\n"
	list(prohibit)
	r.reload(changed)
	for _, f := range families {
		want(t, r.client(t, ping(f.unrouted)...), f.says(`Packet filtered`, `Administratively prohibited`))
	}
	list(prohibit + "8.8.4.0/24 prohibits\n")
	r.reload(notChanged)
	want(t, r.stderr.String(), regexp.QuoteMeta(file)+`:3:12: .*prohibits.* does not belong here; .*did you mean .*prohibit`)
	for _, f := range families {
		want(t, r.client(t, ping(f.unrouted)...), f.says(`Packet filtered`, `Administratively prohibited`))
	}
	r.stop()
	r.wantNothingLeft()
}
