//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestExecStatus: a command ends as it would without a network.
func TestExecStatus(t *testing.T) {
	t.Parallel()
	asAll(t, func(t *testing.T, c caller) {
		for _, test := range []struct {
			args   []string
			status int
			stderr string
		}{
			{[]string{"true"}, 0, `^$`},
			{[]string{"--", "sh", "-c", "exit 7"}, 7, `^$`},
			{[]string{"sh", "-c", "exit 2"}, 2, `^$`},
			{[]string{"no-such-command"}, 127, `no-such-command.*not found`},
			{[]string{"/no/such/command"}, 127, `no such file`},
			{[]string{"/etc/passwd"}, 126, `permission denied`},
			{[]string{"--timeout", "300ms", "sleep", "60"}, 124, `^$`},
			{[]string{"--timeout", "-5s", "true"}, 125, `--timeout -5s: expected`},
			{[]string{"--timeout", "300ms", "sh", "-c", "trap '' TERM; sleep 60"}, 124, `^$`},
			{[]string{}, 125, `which command\?`},
			{[]string{"--hops", "0", "true"}, 125, `--hops 0: expected 1 to 60`},
			{[]string{"--mut", "1400", "true"}, 125, `unknown flag: --mut`},
			{[]string{"--delay", "soon", "true"}, 125, `exec: --delay soon: "soon" is no duration.*; expected a duration, as "20ms"`},
			{[]string{"--mtu", "67", "true"}, 125, `exec: --mtu 67: 67 is out of range; expected a whole number from 68 to 65535`},
			{[]string{"--sysctl", "net.ipv4.tcp_mtu_probin=1", "true"}, 125, `did you mean "tcp_mtu_probing"\?`},
			{[]string{"--sysctl", "kernel.hostname=a", "true"}, 125, `kernel.hostname is no setting of a network namespace`},
			{[]string{"--server", "exit 3", "true"}, 125, `the server ended before it listened: exit status 3`},
			{[]string{"--set", "nodes.r2.ttl=keep", "true"}, 125, `nodes\.r2: there is no such node`},
			{[]string{"--config", "/no/such", "--mtu", "1400", "true"}, 125, `--config and --mtu`},
		} {
			e := finish(t, c.calls(t, append([]string{"exec"}, test.args...)...))
			e.wantStatus(t, test.status)
			want(t, e.stderr, test.stderr)
		}
		for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL, syscall.SIGSEGV, syscall.SIGINT} {
			e := finish(t, c.calls(t, "exec", "sh", "-c", fmt.Sprintf("kill -%d $$", signal)))
			if !e.status.Signaled() || e.status.Signal() != signal {
				t.Errorf("the status is %#x, want an end by %v", e.status, signal)
			}
		}
	})
}

// TestExecStreams: input, output, errors, other descriptors, environment and rights are the command's own.
func TestExecStreams(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "bash", "bash")
	asAll(t, func(t *testing.T, c caller) {
		process := c.calls(t, "exec", "--", "sh", "-c", "cat; echo err >&2; id -u; id -g; grep '^Cap[IPE]' /proc/self/status; env")
		process.Stdin = strings.NewReader("in\n")
		process.Env = append(os.Environ(), "ICMPROUTER_HOPS=3", "LAB_MARK=kept")
		e := finish(t, process)
		e.wantStatus(t, 0)
		want(t, e.stderr, `^err\n$`)
		want(t, e.stdout, fmt.Sprintf(`^in\n%d\n%d\n`, c.uid, c.uid), `LAB_MARK=kept`)
		if strings.Contains(e.stdout, "ICMPROUTER_") {
			t.Errorf("the command sees a variable of the program:\n%s", e.stdout)
		}
		if c.uid != 0 {
			want(t, e.stdout, `CapInh:\t0+\nCapPrm:\t0+\nCapEff:\t0+\n`)
		}
		line := c.args(t, "bash", "-c", `"$0" exec cat <(echo one) <(echo two)`, program)
		e = finish(t, exec.Command(line[0], line[1:]...))
		want(t, e.stdout, `^one\ntwo\n$`)
	})
}

// TestExecNames: names of the lab resolve in both families, and those of the machine still do.
func TestExecNames(t *testing.T) {
	t.Parallel()
	asAll(t, func(t *testing.T, c caller) {
		before, _ := os.ReadFile("/etc/hosts")
		e := finish(t, c.calls(t, "exec", "--hops", "2", "sh", "-c",
			"for n in server client r1 r2 client.r1; do getent ahostsv4 $n.lab; getent ahostsv6 $n.lab; done; getent hosts localhost"))
		e.wantStatus(t, 0)
		want(t, e.stdout, `(?m)^10\.2\.0\.2 +STREAM server\.lab$`, `(?m)^fd00:2::2 +STREAM server\.lab$`, `(?m)^10\.1\.0\.2 +STREAM client\.lab$`,
			`(?m)^fd00:1::2 +STREAM client\.lab$`, `(?m)^10\.1\.0\.1 +\w+ +(r1\.lab)?$`, `(?m)^fd00:1::1 +\w+ `, `r2\.lab`, `localhost`)
		if after, _ := os.ReadFile("/etc/hosts"); string(after) != string(before) {
			t.Errorf("/etc/hosts was\n%s\nand is\n%s", before, after)
		}
	})
}

// mounts are those over the names of the machine, and over where they were made, as everybody sees them.
func mounts() string {
	all, _ := os.ReadFile("/proc/self/mountinfo")
	return strings.Join(regexp.MustCompile(`(?m)^.* (/etc/hosts|/dev|/tmp) .*$`).FindAllString(string(all), -1), "\n")
}

// TestExecInExec: a command may be behind a network that is behind a network.
func TestExecInExec(t *testing.T) {
	t.Parallel()
	asAll(t, func(t *testing.T, c caller) {
		e := finish(t, c.calls(t, "exec", "--", program, "exec", "--hops", "2", "--", "sh", "-c", "getent hosts r2.lab; ping -n -q -c 1 server.lab"))
		e.wantStatus(t, 0)
		want(t, e.stdout, `r2\.lab`, ` 0% packet loss`)
	})
}

// TestExecPath: the tools see the hops and the MTU, and the built-in server answers.
func TestExecPath(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "traceroute", "traceroute")
	needs.Tool(t, "tracepath", "iputils-tracepath")
	asAll(t, func(t *testing.T, c caller) {
		for _, family := range []string{"-4", "-6"} {
			e := finish(t, c.calls(t, "exec", "--hops", "3", "--mtu", "1400", "--", "sh", "-c",
				"traceroute -w 5 "+family+" server.lab; tracepath "+family+" server.lab; ping -n -c 1 "+family+" server.lab"))
			e.wantStatus(t, 0)
			want(t, e.stdout, `(?m)^ 1  r1\.lab .*\n 2  r2\.lab .*\n 3  r3\.lab .*\n 4  server\.lab`,
				`(?m)^ 4: +r3\.lab .*pmtu 1400`, `Resume: pmtu 1400 hops 4 back 4`, ` 0% packet loss`)
		}
	})
}

// TestExecServer: what the built-in server serves, both ways over a bottleneck, in both families.
func TestExecServer(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "curl", "curl")
	needs.Tool(t, "bash", "bash")
	const script = `
		curl $0 -sS http://server.lab/bytes/3000000 | wc -c
		head -c 2000000 /dev/zero | curl $0 -sS -T - http://server.lab/here
		curl $0 -sS -d 12345 http://server.lab/
		curl $0 -sS http://server.lab/slow/1 | wc -l
		curl $0 -sS -o /dev/null -w '%{http_code}\n' http://server.lab/bytes/x
		curl $0 -sS http://server.lab/ | head -1
		exec 3<>/dev/tcp/$1/7; echo echoed over TCP >&3; head -1 <&3
		exec 4<>/dev/udp/$1/7; echo echoed over UDP >&4; head -1 <&4
		exec 5<>/dev/tcp/$1/9; echo discarded >&5; timeout 0.3 head -1 <&5 || echo silence`
	asAll(t, func(t *testing.T, c caller) {
		for family, server := range map[string]string{"-4": "10.2.0.2", "-6": "fd00:2::2"} {
			e := finish(t, c.calls(t, "exec", "--mtu", "1300", "bash", "-c", script, family, server))
			e.wantStatus(t, 0)
			want(t, e.stdout, `^3000000\n2000000\n5\n10\n400\nHTTP on port 80.*\nechoed over TCP\nechoed over UDP\nsilence\n$`)
		}
	})
}

// TestExecServerCommand: a server of one's own may listen on any port; its output does not mix with the client's.
func TestExecServerCommand(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "iperf3", "iperf3")
	asAll(t, func(t *testing.T, c caller) {
		e := finish(t, c.calls(t, "exec", "--rate", "20mbit", "--server", "echo here I am; exec iperf3 -s -p 81", "--", "iperf3", "-p", "81", "-t", "2", "-J", "-c", "server.lab"))
		e.wantStatus(t, 0)
		want(t, e.stderr, `(?m)^server: here I am$`, `(?m)^server: .*listening on 81`)
		found := regexp.MustCompile(`(?s)"sum_received":.*?"bits_per_second":\s*([0-9.e+]+)`).FindStringSubmatch(e.stdout)
		if found == nil {
			t.Fatalf("no rate in\n%s", e.stdout)
		}
		if rate, _ := strconv.ParseFloat(found[1], 64); rate < 2e6 || rate > 20e6 {
			t.Errorf("%.1f Mbit/s of TCP over a link of 20", rate/1e6)
		}
	})
}

// TestExecDelay: --delay is that of the path, each way.
func TestExecDelay(t *testing.T) {
	t.Parallel()
	asAll(t, func(t *testing.T, c caller) {
		e := finish(t, c.calls(t, "exec", "--hops", "3", "--delay", "50ms", "ping", "-n", "-c", "10", "-i", "0.2", "server.lab"))
		found := regexp.MustCompile(`rtt min/avg/max/mdev = ([0-9.]+)/`).FindStringSubmatch(e.stdout)
		if found == nil {
			t.Fatalf("no times in\n%s%s", e.stdout, e.stderr)
		}
		if rtt, _ := strconv.ParseFloat(found[1], 64); rtt < 100 || rtt > 130 {
			t.Errorf("the shortest round trip took %.1f ms, want 100", rtt)
		}
	})
}

// TestExecLoss: --loss is that of each way.
func TestExecLoss(t *testing.T) {
	t.Parallel()
	e := finish(t, callers[0].calls(t, "exec", "--loss", "50%", "ping", "-n", "-q", "-c", "100", "-i", "0.01", "-W", "1", "server.lab"))
	found := regexp.MustCompile(`(\d+)% packet loss`).FindStringSubmatch(e.stdout)
	if found == nil {
		t.Fatalf("no loss in\n%s%s", e.stdout, e.stderr)
	}
	if lost, _ := strconv.Atoi(found[1]); lost < 60 || lost > 90 {
		t.Errorf("%d %% of pings were lost, want some 75", lost)
	}
}

// TestExecConfig: a file of one's own runs as well, and --print-config prints one that does.
func TestExecConfig(t *testing.T) {
	t.Parallel()
	printed := finish(t, callers[0].calls(t, "exec", "--print-config", "--hops", "4", "--set", "nodes.r2.icmp.time_exceeded.action=drop", "--sysctl", "net.ipv4.tcp_sack=0"))
	printed.wantStatus(t, 0)
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(printed.stdout), 0o644); err != nil {
		t.Fatal(err)
	}
	e := finish(t, callers[0].calls(t, "exec", "--config", path, "--sysctl", "net.ipv4.tcp_sack=0", "sh", "-c", "cat /proc/sys/net/ipv4/tcp_sack; traceroute -n -4 -q 1 -w 2 server.lab"))
	e.wantStatus(t, 0)
	want(t, e.stdout, `^0\n`, `(?m)^ 1  10\.1\.0\.1 .*\n 2  \*\n 3  10\..*\n 4  10\..*\n 5  10\.2\.0\.2 `)
}

// TestExecNarrow: below 1280 octets there is no IPv6, and IPv4 learns the MTU.
func TestExecNarrow(t *testing.T) {
	t.Parallel()
	e := finish(t, callers[0].calls(t, "exec", "--mtu", "576", "sh", "-c", "tracepath -n server.lab; getent ahostsv6 server.lab"))
	want(t, e.stdout, `Resume: pmtu 576 hops 2 back 2`)
	if strings.Contains(e.stdout, "fd00") {
		t.Errorf("there is IPv6:\n%s", e.stdout)
	}
}

// TestExecLeavesNothing: neither after the command's end, which leaves processes behind, nor after a failure, nor
// when the program, or the one that it started, is killed.
func TestExecLeavesNothing(t *testing.T) {
	needs.Tool(t, "iperf3", "iperf3")
	const leave = "setsid sleep 1234 & echo up; "
	before := mounts()
	asAll(t, func(t *testing.T, c caller) {
		for i, test := range []struct {
			name   string
			args   []string
			kill   func(p *os.Process)
			status syscall.WaitStatus
		}{
			{"end", []string{"--server", "setsid sleep 1234 & exec iperf3 -s", "sh", "-c", leave + "exit 0"}, nil, 0},
			{"failure", []string{"--server", "setsid sleep 1234 & sleep 1; exit 3", "sh", "-c", leave}, nil, 125 << 8},
			{"kill", []string{"sh", "-c", leave + "sleep 1234"}, func(p *os.Process) { p.Kill() }, 9},
			{"kill inner", []string{"sh", "-c", leave + "sleep 1234"}, func(p *os.Process) { exec.Command("pkill", "-KILL", "-P", strconv.Itoa(p.Pid)).Run() }, 9},
			{"terminate", []string{"sh", "-c", leave + "sleep 1234"}, func(p *os.Process) { p.Signal(syscall.SIGTERM) }, 15},
		} {
			t.Run(test.name, func(t *testing.T) {
				mark := fmt.Sprintf("LAB_LEFT_%d_%d_%d", os.Getpid(), c.uid, i)
				tmp := t.TempDir()
				os.Chmod(tmp, 0o777)
				os.Chmod(filepath.Dir(tmp), 0o755)
				var stdout output
				process := c.calls(t, append([]string{"exec"}, test.args...)...)
				process.Env = append(os.Environ(), mark+"=1", "TMPDIR="+tmp)
				process.Stdout, process.WaitDelay = &stdout, 10*time.Second
				if err := process.Start(); err != nil {
					t.Fatal(err)
				}
				if test.kill != nil {
					await(t, "the command to be up", func() bool { return stdout.count("up") > 0 })
					time.Sleep(50 * time.Millisecond)
					test.kill(process.Process)
				}
				process.Wait()
				if status := process.ProcessState.Sys().(syscall.WaitStatus); status != test.status {
					t.Errorf("the status is %#x, want %#x", status, test.status)
				}
				await(t, "all to end", func() bool { return len(marked(mark)) == 0 })
				if left, _ := os.ReadDir(tmp); len(left) != 0 {
					t.Errorf("left in TMPDIR: %v", left)
				}
				if now := mounts(); now != before {
					t.Errorf("a mount is seen outside:\n%s\nbefore:\n%s", now, before)
				}
			})
		}
	})
}
