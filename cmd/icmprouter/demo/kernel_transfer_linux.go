package demo

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// impatient is a connection whose Read fails when nothing comes for a while.
type impatient struct{ *net.TCPConn }

func (c impatient) Read(b []byte) (int, error) {
	c.SetReadDeadline(time.Now().Add(patience))
	return c.TCPConn.Read(b)
}

// transfer goes through the kernel's TCP on both sides.
func (h *kernelHost) transfer(f *family, size int64) (t transfer, err error) {
	out, in, err := h.connect(f)
	if err != nil {
		return t, err
	}
	defer out.Close()
	defer in.Close()
	begun := time.Now()

	sent := make(chan error, 1)
	go func() {
		sum := newSum()
		_, err := io.Copy(out, io.TeeReader(cargo(size), sum))
		t.sentSum = sum.Sum32()
		out.CloseWrite()
		sent <- err
	}()
	sum := newSum()
	received, err := io.Copy(sum, impatient{in})
	if err != nil {
		out.Close() // the sender need not go on
	}
	sendErr := <-sent
	t.received, t.gotSum, t.took = received, sum.Sum32(), time.Since(begun)
	if err != nil || sendErr != nil {
		return t, fmt.Errorf("%d of %d octets arrived: %w", received, size, cmp.Or(err, sendErr))
	}
	err = control(out, func(fd int) error {
		info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err == nil {
			t.segment, t.pathMTU, t.resent = int(info.Snd_mss), int(info.Pmtu), int(info.Total_retrans)
		}
		return err
	})
	return t, err
}

// connect opens a connection from the client to the server.
func (h *kernelHost) connect(f *family) (out, in *net.TCPConn, err error) {
	var listener *net.TCPListener
	err = h.server.Do(func() error {
		var plain net.ListenConfig
		plain.SetMultipathTCP(false)
		l, err := plain.Listen(context.Background(), "tcp", netip.AddrPortFrom(f.server, 0).String())
		if err == nil {
			listener = l.(*net.TCPListener)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	err = h.namespace.Do(func() error {
		c, err := (&net.Dialer{Timeout: patience}).Dial("tcp", listener.Addr().String())
		if err == nil {
			out = c.(*net.TCPConn)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	listener.SetDeadline(time.Now().Add(patience))
	if in, err = listener.AcceptTCP(); err != nil {
		out.Close()
	}
	return out, in, err
}
