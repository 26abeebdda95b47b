package demo

import (
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

// insideVariable tells the process that enter starts what it is.
const insideVariable = "ICMPROUTER_DEMO_INSIDE"

func inside() bool { return os.Getenv(insideVariable) != "" }

// enter runs this program again in a user namespace in which this user is root,
// and returns its exit status. The error says that it could not be started.
func enter() (status int, err error) {
	// Pdeathsig ends the child with this thread, so the thread must live.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	c := exec.Command("/proc/self/exe", os.Args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), insideVariable+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	if err := c.Start(); err != nil {
		return 0, err
	}
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				c.Process.Signal(s)
			case <-ended:
				return
			}
		}
	}()
	c.Wait()
	close(ended)
	return passOn(c.ProcessState.Sys().(syscall.WaitStatus)), nil
}

// passOn ends this process by the signal that ended the other, or returns the
// other's exit status.
func passOn(s syscall.WaitStatus) int {
	if !s.Signaled() {
		return s.ExitStatus()
	}
	signal.Reset(s.Signal())
	syscall.Kill(os.Getpid(), s.Signal())
	return 128 + int(s.Signal())
}
