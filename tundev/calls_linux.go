package tundev

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls of the fast path never wait, so Go's scheduler is not told of
// them: that would cost each packet some 80 ns of 1,200. A collector that stops
// the world waits for one packet, of some microseconds.

func sysRead(fd int, b []byte) (int, error) {
	n, _, err := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	if err != 0 {
		return 0, err
	}
	return int(n), nil
}

func sysWrite(fd int, b []byte) error {
	_, _, err := unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	if err != 0 {
		return err
	}
	return nil
}

// sysWritev writes one packet that lies in parts.
func sysWritev(fd int, parts []unix.Iovec) error {
	_, _, err := unix.RawSyscall(unix.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(&parts[0])), uintptr(len(parts)))
	if err != 0 {
		return err
	}
	return nil
}
