// Package needs skips a test where the machine lacks what it needs, and says
// what that is. With ICMPROUTER_TEST_NOSKIP=1 such a test fails instead.
package needs

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// strict is the environment variable that turns a skip into a failure.
const strict = "ICMPROUTER_TEST_NOSKIP"

// Root skips t unless it may make TUN devices and namespaces.
func Root(t testing.TB) {
	t.Helper()
	tun, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		skip(t, "needs TUN devices: run as root, with 'modprobe tun' or '--device /dev/net/tun' ("+err.Error()+")")
		return
	}
	tun.Close()
	if !capable() {
		skip(t, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN: run as root")
	}
}

// Tool skips t unless the program name is installed; pkg is the Debian package
// that has it.
func Tool(t testing.TB, name, pkg string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		skip(t, "needs "+name+": apt-get install "+pkg)
	}
}

// Kernel skips t unless the kernel has what feature names.
func Kernel(t testing.TB, has bool, feature string) {
	t.Helper()
	if !has {
		skip(t, "needs a kernel with "+feature)
	}
}

// capable says that this process has CAP_NET_ADMIN (12) and CAP_SYS_ADMIN (21).
func capable() bool {
	status, _ := os.ReadFile("/proc/self/status")
	found := regexp.MustCompile(`CapEff:\s*([0-9a-f]+)`).FindSubmatch(status)
	if found == nil {
		return false
	}
	caps, _ := strconv.ParseUint(string(found[1]), 16, 64)
	return caps&(1<<12) != 0 && caps&(1<<21) != 0
}

func skip(t testing.TB, why string) {
	t.Helper()
	if os.Getenv(strict) == "1" {
		t.Fatal(why)
		return
	}
	t.Skip(why)
}

// Time skips a test that takes long, unless skipping is forbidden.
func Time(t testing.TB, takes string) {
	t.Helper()
	if os.Getenv(strict) != "1" {
		t.Skipf("it takes %s: %s=1 runs it", takes, strict)
	}
}
