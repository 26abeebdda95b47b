//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// capture is tcpdump on all interfaces of a namespace. It stays when a device
// goes, and when the namespace loses its name.
type capture struct {
	path    string
	process *exec.Cmd
	stderr  output
}

// capture begins to capture what passes a link.
func (r *router) capture(link, netns string) {
	r.t.Helper()
	needs.Tool(r.t, "tcpdump", "tcpdump")
	needs.Tool(r.t, "tshark", "tshark")
	file, err := os.Create(filepath.Join(r.t.TempDir(), link+".pcap"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer file.Close()
	c := &capture{path: file.Name()}
	args := in(netns, "tcpdump", "-n", "-i", "any", "-y", "LINUX_SLL2", "-B", "65536",
		"-s", "2048", "--immediate-mode", "-U", "-w", "-")
	c.process = exec.Command(args[0], args[1:]...)
	c.process.Stdout, c.process.Stderr = file, &c.stderr
	if err := c.process.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.process.Process.Kill(); c.process.Wait() })
	await(r.t, "tcpdump", func() bool { return c.stderr.count("listening on") > 0 })
	r.captures[link] = c
}

// counts is what tcpdump prints at SIGUSR1.
var counts = regexp.MustCompile(`(\d+) packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped`)

// finish ends tcpdump when it has written all that the kernel has for it.
func (c *capture) finish(t *testing.T) {
	t.Helper()
	var last []string
	await(t, "tcpdump to catch up", func() bool {
		c.process.Process.Signal(syscall.SIGUSR1)
		if all := counts.FindAllStringSubmatch(c.stderr.String(), -1); all != nil {
			last = all[len(all)-1]
		}
		if last == nil {
			return false
		}
		captured, _ := strconv.Atoi(last[1])
		received, _ := strconv.Atoi(last[2])
		lost, _ := strconv.Atoi(last[3])
		return captured+lost >= received
	})
	if last[3] != "0" {
		t.Errorf("tcpdump lost packets, so that not all are judged: %s", last[0])
	}
	c.process.Process.Signal(syscall.SIGTERM)
	c.process.Wait()
}
