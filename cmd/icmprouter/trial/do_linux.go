package trial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/icmprouter/icmprouter/scenario"
)

// Do does a traffic with the lab's built-in server at a host, and returns when it is done.
func Do(t scenario.Traffic, host string) error {
	if t.UDP {
		return datagrams(t, host)
	}
	network := fmt.Sprintf("tcp%d", version(t))
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}}
	var response *http.Response
	var err error
	if t.Upload {
		response, err = client.Post("http://"+host+"/", "application/octet-stream", io.LimitReader(zeros{}, int64(octets(t))))
	} else {
		response, err = client.Get(fmt.Sprintf("http://%s/bytes/%d", host, octets(t)))
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	n, err := io.Copy(io.Discard, response.Body)
	if err == nil && !t.Upload && n < int64(octets(t)) {
		err = fmt.Errorf("%d octets came of %d", n, octets(t))
	}
	return err
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

const (
	// pace is the time between two datagrams.
	pace = 2 * time.Millisecond
	// patience is how long the last answers may take.
	patience = time.Second
	// large is the payload of datagrams that have to be fragmented.
	large = 4000
	// linkMTU is what the sender believes in at first.
	linkMTU = 1500
)

// datagrams sends UDP datagrams, and has them echoed: such that must not be fragmented, as long as the kernel believes that
// the path takes, or large ones.
func datagrams(t scenario.Traffic, host string) error {
	c, err := net.Dial(fmt.Sprintf("udp%d", version(t)), net.JoinHostPort(host, "7"))
	if err != nil {
		return err
	}
	defer c.Close()
	socket := c.(*net.UDPConn)
	headers := 28
	if version(t) == 6 {
		headers = 48
	}
	if !t.Large {
		if err := forbidFragments(socket, version(t)); err != nil {
			return err
		}
	}
	go io.Copy(io.Discard, socket)
	data := make([]byte, large)
	for sent := 0; sent < octets(t); {
		size := large
		if !t.Large {
			size = min(pathMTU(socket, version(t)), linkMTU) - headers
		}
		n, err := socket.Write(data[:max(1, size)])
		if err != nil && !errors.Is(err, unix.EMSGSIZE) && !errors.Is(err, unix.ECONNREFUSED) {
			return err
		}
		sent += max(n, 1)
		time.Sleep(pace)
	}
	time.Sleep(patience)
	return nil
}

// forbidFragments has a socket send nothing that would have to be cut.
func forbidFragments(c *net.UDPConn, version int) error {
	return option(c, func(fd int) error {
		if version == 6 {
			return unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_DO)
		}
		return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DO)
	})
}

// pathMTU is what the kernel believes of the path.
func pathMTU(c *net.UDPConn, version int) (mtu int) {
	err := option(c, func(fd int) (err error) {
		if version == 6 {
			mtu, err = unix.GetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MTU)
		} else {
			mtu, err = unix.GetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU)
		}
		return err
	})
	if err != nil {
		return linkMTU
	}
	return mtu
}

// option does something to the descriptor of a socket.
func option(c syscall.Conn, do func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var doErr error
	if err := raw.Control(func(fd uintptr) { doErr = do(int(fd)) }); err != nil {
		return err
	}
	return doErr
}
