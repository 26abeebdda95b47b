package main

import (
	"fmt"
	"log/slog"
	"net"

	"github.com/spf13/pflag"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/control"
)

// controlFlags say where the control API is.
type controlFlags struct{ where, tokenFile string }

func (f *controlFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.where, "control", control.Auto, "where ctl finds this router: auto, off, the path of a socket, or tcp:127.0.0.1:PORT")
	flags.StringVar(&f.tokenFile, "control-token-file", "", "a file with the token that a TCP port wants of each client")
}

// token is that of a TCP port: it has one, and a socket has none. The error is one of the command line.
func (f *controlFlags) token() (token string, err error) {
	switch isTCP := control.IsTCP(f.where); {
	case !isTCP:
		return "", nil
	case f.tokenFile == "":
		err = fmt.Errorf("--control %s: anybody on this machine can connect: expected a token in --control-token-file", f.where)
	default:
		if err = control.CheckTCP(f.where); err == nil {
			token, err = control.Token(f.tokenFile)
		}
	}
	if err != nil {
		return "", usageError{err}
	}
	return token, nil
}

// controlAPI is where clients connect. They are answered from serve on, and wait until then.
type controlAPI struct {
	listener net.Listener // nil: there is none
	token    string
	log      *slog.Logger
	server   *control.Server
	ended    chan struct{}
}

// open makes the place where clients connect. Without a socket that nobody asked for by its path, the router
// runs all the same.
func (f *controlFlags) open(log *slog.Logger) (*controlAPI, error) {
	token, err := f.token()
	if err != nil {
		return nil, err
	}
	a := &controlAPI{token: token, log: log}
	if f.where == control.Off {
		return a, nil
	}
	listener, address, err := control.Listen(f.where)
	switch {
	case err == nil:
		a.listener = listener
		log.Info("control", "address", address)
	case f.where == control.Auto:
		log.Warn("no control socket", "error", err)
	default:
		return nil, fmt.Errorf("control: %w", err)
	}
	return a, nil
}

// serve has clients ask the engine, until close.
func (a *controlAPI) serve(engine *control.Engine) {
	if a.listener == nil {
		return
	}
	a.server, a.ended = control.NewServer(engine, a.token, printStats, a.log), make(chan struct{})
	go func() {
		defer close(a.ended)
		if err := a.server.Serve(a.listener); err != nil {
			a.log.Error("control API ended", "error", err)
		}
	}()
}

// close ends all connections, and takes the place away.
func (a *controlAPI) close() {
	switch {
	case a.server != nil:
		a.server.Close()
		<-a.ended
	case a.listener != nil:
		a.listener.Close()
	}
}
