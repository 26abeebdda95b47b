package tundev

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// childNetns tells the test binary to be a child that opens a device in that
// named namespace and then waits for its end.
const childNetns = "TUNDEV_TEST_CHILD"

func TestMain(m *testing.M) {
	if netns := os.Getenv(childNobody); netns != "" {
		runNobody(netns)
		return
	}
	netns := os.Getenv(childNetns)
	if netns == "" {
		os.Exit(m.Run())
	}
	s := NewSystem(nil)
	if _, err := s.Open(specFor(Kernel, netns)); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready")
	io.ReadAll(os.Stdin)
	s.Close()
}

// startChild starts a process that has a device in the namespace. kill ends it
// as `kill -9` does; the end of the test does so too.
func startChild(t *testing.T, netns string) (child *exec.Cmd, kill func()) {
	t.Helper()
	child = exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childNetns+"="+netns)
	stdin, err1 := child.StdinPipe()
	stdout, err2 := child.StdoutPipe()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		child.Process.Kill()
		child.Wait()
		stdin.Close()
	}
	t.Cleanup(kill)
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the child says %q", line)
	}
	return child, kill
}
