//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/internal/needs"
)

// TestExecSignals: signals to the program are the command's, once each.
func TestExecSignals(t *testing.T) {
	t.Parallel()
	// what is ignored when a shell begins it cannot trap: so it is here under nohup
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangups) })
	asAll(t, func(t *testing.T, c caller) {
		const script = `for s in HUP INT QUIT TERM USR1 USR2; do trap "echo got $s" $s; done; trap "exit 9" ALRM; echo ready; while :; do sleep 0.05; done`
		var out output
		process := c.calls(t, "exec", "bash", "-c", script)
		process.Stdout, process.Stderr = &out, &out
		process.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		await(t, "ready", func() bool { return out.count("ready") > 0 })
		time.Sleep(50 * time.Millisecond)
		for name, signal := range map[string]syscall.Signal{"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT,
			"TERM": syscall.SIGTERM, "USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2} {
			process.Process.Signal(signal)
			await(t, "got "+name, func() bool { return out.count("got "+name+"\n") > 0 })
		}
		process.Process.Signal(syscall.SIGALRM)
		process.Wait()
		if code := process.ProcessState.ExitCode(); code != 9 || out.count("got ") != 6 {
			t.Errorf("the exit code is %d, want 9, and each signal once\n%s", code, &out)
		}
	})
}

// TestExecTerminal: the command has the terminal. Ctrl-C is for it, once, and what it does then is its own affair.
func TestExecTerminal(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "perl", "perl")
	asAll(t, func(t *testing.T, c caller) {
		// Perl counts signals that come one soon after the other; a shell takes them for one.
		process := c.calls(t, "exec", "sh", "-c", `[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && stty size; exec perl -e '
			$| = 1; $SIG{INT} = sub { $n++; print "caught\n" }; $SIG{TERM} = sub { exit $n }; print "ready\n"; select(undef, undef, undef, 1) while 1'`)
		s := onTerminal(t, process)
		s.see("ready", 1)
		s.see("0 0", 1)
		s.press("\x03")
		s.see("caught", 1)
		time.Sleep(200 * time.Millisecond)
		s.press("\x03")
		s.see("caught", 2)
		time.Sleep(200 * time.Millisecond)
		process.Process.Signal(syscall.SIGTERM)
		process.Wait()
		if code := process.ProcessState.ExitCode(); code != 2 {
			t.Errorf("the exit code is %d, want 2 for two Ctrl-C\n%s", code, s.screen)
		}
	})
}

// TestExecInterrupted: a command that dies of Ctrl-C makes the program die of it, as shells want it.
func TestExecInterrupted(t *testing.T) {
	t.Parallel()
	asAll(t, func(t *testing.T, c caller) {
		process := c.calls(t, "exec", "sh", "-c", "echo ready; exec sleep 60")
		s := onTerminal(t, process)
		s.see("ready", 1)
		time.Sleep(100 * time.Millisecond)
		s.press("\x03")
		process.Wait()
		if status := process.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
			t.Errorf("the status is %#x, want an end by SIGINT", status)
		}
	})
}

// TestExecJobControl: Ctrl-Z stops it all, and fg resumes it, also if the command stops itself; a shell as the command has job control of its own.
func TestExecJobControl(t *testing.T) {
	t.Parallel()
	needs.Tool(t, "bash", "bash")
	asAll(t, func(t *testing.T, c caller) {
		line := c.args(t, "bash", "-mc", `"$0" exec sh -c 'echo ready; read line; echo "line: $line"; ping -c 1 server.lab | grep packets; exit 5'; echo "stopped $?"; fg; echo "ended $?"`, program)
		process := exec.Command(line[0], line[1:]...)
		process.Env = append(os.Environ(), "PS1=")
		s := onTerminal(t, process)
		s.see("ready", 1)
		time.Sleep(200 * time.Millisecond)
		s.press("\x1a")
		s.see("stopped 148", 1)
		s.press("hello\n")
		s.see("line: hello", 1)
		s.see("1 received", 1)
		s.see("ended 5", 1)

		line = c.args(t, "bash", "-mc", `"$0" exec sh -c 'kill -STOP $$; exit 6'; echo "stopped $?"; fg; echo "ended $?"`, program)
		s = onTerminal(t, exec.Command(line[0], line[1:]...))
		s.see("stopped 147", 1)
		s.see("ended 6", 1)

		inner := c.calls(t, "exec", "bash", "--norc", "-i")
		inner.Env = append(os.Environ(), "PS1=go> ")
		s = onTerminal(t, inner)
		s.see("go> ", 1)
		s.press("sh -c 'echo up; exec sleep 61'\n") // who says so is in the foreground
		s.see("up\r\n", 1)
		s.press("\x1a")
		s.see("Stopped", 1)
		s.press("kill -KILL %1; exit 3\n")
		s.press("exit 3\n") // the first has bash warn of a stopped job
		inner.Wait()
		if code := inner.ProcessState.ExitCode(); code != 3 {
			t.Errorf("the exit code of the shell is %d, want 3\n%s", code, s.screen)
		}
	})
}
