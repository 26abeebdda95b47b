// Command quic moves bytes by QUIC (quic-go): a program to put in front of the scenarios that concern UDP.
//
//	quic serve [ADDRESS]        listens, and sends whoever asks as many octets as he asks for
//	quic get HOST:PORT OCTETS   asks for so many, and says how long they took
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"os"
	"strconv"
	"time"

	"github.com/quic-go/quic-go"
)

// protocol is what both ends name in the handshake (ALPN).
const protocol = "icmprouter-octets"

func main() {
	if err := dispatch(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "quic:", err)
		os.Exit(1)
	}
}

func dispatch(args []string) error {
	switch {
	case len(args) >= 1 && len(args) <= 2 && args[0] == "serve":
		return serve(append(args, ":4433")[1])
	case len(args) == 3 && args[0] == "get":
		octets, err := strconv.ParseUint(args[2], 10, 40)
		if err != nil {
			return fmt.Errorf("%q is no number of octets", args[2])
		}
		return get(args[1], octets)
	}
	return fmt.Errorf("expected: serve [ADDRESS], or get HOST:PORT OCTETS")
}

// settings are those of both ends: who hears nothing for so long gives up.
func settings() *quic.Config { return &quic.Config{MaxIdleTimeout: 10 * time.Second} }

func serve(address string) error {
	identity, err := certificate()
	if err != nil {
		return err
	}
	listener, err := quic.ListenAddr(address, &tls.Config{Certificates: []tls.Certificate{identity}, NextProtos: []string{protocol}}, settings())
	if err != nil {
		return err
	}
	for {
		connection, err := listener.Accept(context.Background())
		if err != nil {
			return err
		}
		go answer(connection)
	}
}

// answer sends on each stream as many octets as its first eight say.
func answer(connection *quic.Conn) {
	for {
		stream, err := connection.AcceptStream(context.Background())
		if err != nil {
			return
		}
		go func() {
			defer stream.Close()
			var octets uint64
			if binary.Read(stream, binary.BigEndian, &octets) == nil {
				io.CopyN(stream, zeros{}, int64(octets))
			}
		}()
	}
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func get(address string, octets uint64) error {
	begun := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	// the server has made its certificate itself, a moment ago
	connection, err := quic.DialAddr(ctx, address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{protocol}}, settings())
	if err != nil {
		return fmt.Errorf("no connection: %w", err)
	}
	defer connection.CloseWithError(0, "")
	stream, err := connection.OpenStreamSync(ctx)
	if err != nil {
		return err
	}
	if err := binary.Write(stream, binary.BigEndian, octets); err != nil {
		return err
	}
	stream.Close()
	got, err := io.Copy(io.Discard, stream)
	fmt.Printf("%d octets in %.2f s\n", got, time.Since(begun).Seconds())
	if err == nil && uint64(got) != octets {
		err = fmt.Errorf("%d octets of %d", got, octets)
	}
	return err
}

// certificate returns one that is signed by itself.
func certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	form := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour), DNSNames: []string{"server.lab"}}
	der, err := x509.CreateCertificate(rand.Reader, &form, &form, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
