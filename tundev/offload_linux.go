package tundev

import "golang.org/x/sys/unix"

// offloads is the ladder of what a TUN may be asked to leave to us, the most
// first: kernels before 6.2 know no USO, and some hosts take away more.
var offloads = []int{
	unix.TUN_F_CSUM | unix.TUN_F_TSO4 | unix.TUN_F_TSO6 | unix.TUN_F_TSO_ECN | unix.TUN_F_USO4 | unix.TUN_F_USO6,
	unix.TUN_F_CSUM | unix.TUN_F_TSO4 | unix.TUN_F_TSO6 | unix.TUN_F_TSO_ECN,
	unix.TUN_F_CSUM | unix.TUN_F_TSO4 | unix.TUN_F_TSO6,
	unix.TUN_F_CSUM,
}

// negotiate goes down the ladder until ask, which asks the kernel, agrees, and
// returns what it agreed to; zero is what a TUN does unasked.
func negotiate(ask func(offloads int) error) int {
	for _, step := range offloads {
		if ask(step) == nil {
			return step
		}
	}
	return 0
}
