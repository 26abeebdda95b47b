package traffic

import (
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"
)

// chunk is the length of one write and of one read, in octets.
const chunk = 256 << 10

// The first octet of a connection says who sends.
const (
	iSend   = 's'
	youSend = 'r'
)

// listenTCP takes connections for good.
func (a *agent) listenTCP() error {
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(tcpPort))
	if err != nil {
		return err
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go a.serveTCP(conn)
		}
	}()
	return nil
}

// serveTCP does what the first octet says until the other side closes.
func (a *agent) serveTCP(conn net.Conn) {
	defer conn.Close()
	var who [1]byte
	if _, err := conn.Read(who[:]); err != nil {
		return
	}
	if who[0] == iSend {
		a.receiveTCP(conn)
	} else {
		sendTCP(conn)
	}
}

// receiveTCP counts what comes. It returns when the other side ends.
func (a *agent) receiveTCP(conn net.Conn) error {
	buffer := make([]byte, chunk)
	for {
		n, err := conn.Read(buffer)
		a.tcpBytes.Add(uint64(n))
		if err != nil {
			return err
		}
	}
}

// sendTCP sends until the connection ends.
func sendTCP(conn net.Conn) error {
	buffer := make([]byte, chunk)
	for {
		if _, err := conn.Write(buffer); err != nil {
			return err
		}
	}
}

// startTCP opens all connections before any of them is used.
func (a *agent) startTCP(l Load) error {
	who, run := byte(iSend), sendTCP
	if l.Kind == Reverse {
		who, run = youSend, a.receiveTCP
	}
	var stopped atomic.Bool
	var conns []net.Conn
	a.stop = func() {
		stopped.Store(true)
		for _, conn := range conns {
			conn.(*net.TCPConn).SetLinger(0) // what is in the queues is not waited for
			conn.Close()
		}
	}
	for range l.Flows {
		conn, err := net.DialTimeout("tcp", netip.AddrPortFrom(l.To[0], tcpPort).String(), 5*time.Second)
		if err == nil {
			conns = append(conns, conn)
			_, err = conn.Write([]byte{who})
		}
		if err != nil {
			a.stop()
			return err
		}
	}
	for _, conn := range conns {
		a.running.Go(func() {
			if err := run(conn); !stopped.Load() {
				a.fail(err)
			}
		})
	}
	return nil
}
