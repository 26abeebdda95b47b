package lab

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Services says what Serve serves, for people.
const Services = `HTTP on port 80: /bytes/N is N octets, /slow is a line every 100 ms for 10 s
(/slow/N: N s), what is uploaded by POST or PUT is counted; TCP and UDP echo on
port 7, TCP discard on port 9; all in IPv4 and IPv6`

// Serve answers in the server's namespace, until Close: Services says what.
func (l *Lab) Serve() error {
	return l.Do(Server, func() error {
		for port, serve := range map[string]func(net.Conn){":7": echo, ":9": discard} {
			listener, err := net.Listen("tcp", port)
			if err != nil {
				return err
			}
			l.atStart(listener.Close)
			go accept(listener, serve)
		}
		datagrams, err := net.ListenPacket("udp", ":7")
		if err != nil {
			return err
		}
		l.atStart(datagrams.Close)
		go echoDatagrams(datagrams)
		web, err := net.Listen("tcp", ":80")
		if err != nil {
			return err
		}
		server := &http.Server{Handler: handler()}
		l.atStart(server.Close)
		go server.Serve(web)
		return nil
	})
}

// atStart has f done by Close after all else, but for the namespaces themselves.
func (l *Lab) atStart(f func() error) {
	l.closers = append([]func() error{func() error {
		if err := f(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}}, l.closers...)
}

func accept(l net.Listener, serve func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return // closed
		}
		go func() { defer c.Close(); serve(c) }()
	}
}

func echo(c net.Conn)    { io.Copy(c, c) }
func discard(c net.Conn) { io.Copy(io.Discard, c) }

// echoDatagrams answers until the socket is closed. Errors are those of single
// datagrams: one that was too long, a client that has gone.
func echoDatagrams(c net.PacketConn) {
	for buffer := make([]byte, 65535); ; {
		n, from, err := c.ReadFrom(buffer)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err == nil:
			c.WriteTo(buffer[:n], from)
		}
	}
}

// most is how many octets can be asked for.
const most = 1 << 50

// content is what is downloaded, over and over.
var content = func() []byte {
	b := make([]byte, 64<<10)
	for i := range b {
		b[i] = "0123456789abcdef"[i%16]
	}
	return b
}()

func handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /bytes/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
		if err != nil || n < 0 || n > most {
			http.Error(w, fmt.Sprintf("%q: expected a number of octets up to %d", r.PathValue("n"), int64(most)), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
		for r.Method == "GET" && n > 0 {
			wrote, err := w.Write(content[:min(n, int64(len(content)))])
			if err != nil {
				return // the client has gone
			}
			n -= int64(wrote)
		}
	})
	m.HandleFunc("GET /slow", slow)
	m.HandleFunc("GET /slow/{n}", slow)
	m.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == "POST" || r.Method == "PUT":
			n, err := io.Copy(io.Discard, r.Body)
			if err == nil {
				fmt.Fprintf(w, "%d\n", n)
			}
		case r.URL.Path == "/":
			fmt.Fprintln(w, Services)
		default:
			http.NotFound(w, r)
		}
	})
	return m
}

// slow sends a line of 64 octets ten times a second.
func slow(w http.ResponseWriter, r *http.Request) {
	seconds := 10
	if text := r.PathValue("n"); text != "" {
		var err error
		if seconds, err = strconv.Atoi(text); err != nil || seconds < 0 || seconds > 86400 {
			http.Error(w, fmt.Sprintf("%q: expected a number of seconds up to 86400", text), http.StatusBadRequest)
			return
		}
	}
	w.Header().Set("Content-Type", "text/plain")
	for i := range 10 * seconds {
		fmt.Fprintf(w, "%063d\n", i+1)
		if http.NewResponseController(w).Flush() != nil {
			return
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
			return
		}
	}
}
