package main

import (
	"fmt"
	"log/slog"

	"github.com/spf13/pflag"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/control"
)

// controlFlags say where the control API is.
type controlFlags struct{ where, tokenFile string }

func (f *controlFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.where, "control", control.Auto, "where ctl finds this router: auto, off, the path of a socket, or tcp:127.0.0.1:PORT")
	flags.StringVar(&f.tokenFile, "control-token-file", "", "a file with the token that a TCP port wants of each client")
}

// token is that of a TCP port: it has one, and a socket has none.
func (f *controlFlags) token() (string, error) {
	switch isTCP := control.IsTCP(f.where); {
	case isTCP && f.tokenFile == "":
		return "", usageError{fmt.Errorf("--control %s: anybody on this machine can connect: expected a token in --control-token-file", f.where)}
	case !isTCP:
		return "", nil
	}
	return control.Token(f.tokenFile)
}

// serve has clients ask the engine, and returns what ends that. Without a socket that nobody asked for by its
// path, the router runs all the same.
func (f *controlFlags) serve(engine *control.Engine, log *slog.Logger) (stop func(), err error) {
	if f.where == control.Off {
		return func() {}, nil
	}
	token, err := f.token()
	if err != nil {
		return nil, err
	}
	listener, address, err := control.Listen(f.where)
	if err != nil && f.where == control.Auto {
		log.Warn("no control socket", "error", err)
		return func() {}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	server := control.NewServer(engine, token, printStats, log)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); err != nil {
			log.Error("control API ended", "error", err)
		}
	}()
	log.Info("control", "address", address)
	return func() { server.Close(); <-ended }, nil
}
