package traffic

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Types of the echo requests, and their length.
const (
	echoV4, echoV6 = 8, 128
	echoLen        = 64
)

// pingTimeout is how long an answer may take. A request without one counts as if
// it had taken so long: what is lost is no fast answer.
const pingTimeout = 250 * time.Millisecond

// ping sends echo requests one after the other from a blocking socket, so that
// no other thread is woken, and returns the times in microseconds, and how many
// requests had no answer.
func ping(p Ping) (rtts []float64, lost int, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	protocol, kind := unix.IPPROTO_ICMP, byte(echoV4)
	if p.To.Is6() {
		protocol, kind = unix.IPPROTO_ICMPV6, echoV6
	}
	fd, err := socket(p.To, unix.SOCK_DGRAM, protocol)
	if err != nil {
		return nil, 0, fmt.Errorf("open a ping socket: %w", err)
	}
	defer unix.Close(fd)
	timeout := unix.NsecToTimeval(int64(pingTimeout))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout); err != nil {
		return nil, 0, err
	}
	if err := unix.Connect(fd, sockaddr(p.To, 0)); err != nil {
		return nil, 0, err
	}
	request, answer := make([]byte, echoLen), make([]byte, 2*echoLen)
	request[0] = kind
	for end := monotonic() + p.For; monotonic() < end; time.Sleep(p.Every) {
		number := uint16(len(rtts))
		binary.BigEndian.PutUint16(request[6:], number)
		begin := monotonic()
		if _, err := unix.Write(fd, request); err != nil {
			return rtts, lost, fmt.Errorf("ping %s: %w", p.To, err)
		}
		took := pingTimeout
		if await(fd, answer, number) {
			took = monotonic() - begin
		} else {
			lost++
		}
		rtts = append(rtts, float64(took)/float64(time.Microsecond))
	}
	return rtts, lost, nil
}

// await reads up to the answer with a number; false: none came in time.
func await(fd int, answer []byte, number uint16) bool {
	for {
		n, err := unix.Read(fd, answer)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return false
		case n >= 8 && binary.BigEndian.Uint16(answer[6:]) == number:
			return true
		}
	}
}
