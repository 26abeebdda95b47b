package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// forwarded are the signals that are passed on to the command in front. Those by which a terminal stops
// and resumes its processes do to all of a lab's what they always do.
var forwarded = []os.Signal{
	syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGALRM, syscall.SIGVTALRM, syscall.SIGIO,
}

// caught are those that are not ignored: what ignores them is the caller's wish, which
// goes on to the command.
func caught() []os.Signal {
	return slices.DeleteFunc(slices.Clone(forwarded), signal.Ignored)
}

// The wire carries numbers from the inner process to the outer one: the process in front,
// or one of these.
const (
	nobody  = 0  // is in front any more
	noLab   = -1 // could be made, and the reason has been told
	stopped = -2 // is the process in front
)

// tell tells the outer process.
func tell(number int) {
	outer.wire.Write(binary.NativeEndian.AppendUint32(nil, uint32(number)))
}

// follow passes signals on to the process that the wire says to be in front. It
// returns when the wire ends, and says if that was for want of a lab.
func follow(wire *os.File) (failed bool) {
	signals := make(chan os.Signal, 64)
	defer signal.Stop(signals)
	var front *os.Process
	fronts := make(chan int)
	go func() {
		defer close(fronts)
		for word := make([]byte, 4); ; {
			if n, err := wire.Read(word); n < 4 || err != nil {
				return
			}
			fronts <- int(int32(binary.NativeEndian.Uint32(word)))
		}
	}()
	for {
		select {
		case s := <-signals:
			if front != nil && !typed(s) {
				front.Signal(s)
			}
		case pid, ok := <-fronts:
			switch {
			case !ok:
				return failed
			case pid == noLab:
				failed = true
			case pid == stopped:
				if front != nil && stands(front.Pid) {
					unix.Kill(os.Getpid(), unix.SIGSTOP)
				}
			case pid == nobody:
				front = nil
				signal.Stop(signals)
			default:
				front, _ = os.FindProcess(pid)
				signal.Notify(signals, caught()...)
			}
		}
	}
}

// typed says that a signal is one that the terminal has sent to the command itself, as to all
// processes of the group in its foreground.
func typed(s os.Signal) bool {
	if s != syscall.SIGINT && s != syscall.SIGQUIT {
		return false
	}
	tty, err := unix.Open("/dev/tty", unix.O_RDONLY|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(tty)
	group, err := unix.IoctlGetInt(tty, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// watchStops tells the outer process when a child stops, so that it stops as well and who
// started it sees that, until the child ends.
func watchStops(pid int) {
	for {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WSTOPPED|unix.WNOWAIT, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil || info.Code != cldStopped:
			return
		}
		unix.Waitid(unix.P_PID, pid, nil, unix.WSTOPPED|unix.WNOHANG, nil)
		tell(stopped)
	}
}

// cldStopped is what waitid(2) says of a child that has stopped (asm-generic/siginfo.h).
const cldStopped = 5

// stands says that a process is stopped. One that the terminal stopped with us is not
// any more, when we learn of it.
func stands(pid int) bool {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return bytes.HasPrefix(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" T"))
}
