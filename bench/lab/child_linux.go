package lab

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/bench/forwarders"
	"github.com/icmprouter/icmprouter/bench/traffic"
)

// Child is the life of a process that a lab has started with these arguments.
func Child(arguments []string) error {
	switch {
	case arguments[0] == "agent":
		return traffic.Serve(os.Stdin, os.Stdout)
	case arguments[0] == "forwarder" && len(arguments) == 3:
		var devices []forwarders.Device
		if err := json.Unmarshal([]byte(arguments[2]), &devices); err != nil {
			return err
		}
		return forwarders.Run(arguments[1], devices, func() {
			ready()
			bufio.NewReader(os.Stdin).ReadString('\n') // a line, or the end
		})
	case arguments[0] == "rps" && len(arguments) > 2:
		return spread(arguments[1], arguments[2:])
	}
	return fmt.Errorf("no such child: %q", arguments)
}

func ready() { fmt.Fprintln(os.Stderr, "ready") }

// spread lets all processors of the mask take packets from the devices. /sys
// shows the namespace of who mounted it, so it is mounted anew, where nobody
// else sees it. It then sleeps, as its parent expects of a child, until its
// input ends.
func spread(mask string, devices []string) error {
	runtime.LockOSThread() // a mount namespace is a thread's
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := unix.Mount("sysfs", "/sys", "sysfs", 0, ""); err != nil {
		return err
	}
	for _, device := range devices {
		if err := os.WriteFile("/sys/class/net/"+device+"/queues/rx-0/rps_cpus", []byte(mask), 0); err != nil {
			return err
		}
	}
	ready()
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}
