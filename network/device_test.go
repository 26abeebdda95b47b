package network

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/icmprouter/icmprouter/drop"
	"github.com/icmprouter/icmprouter/icmpgen"
)

// What a device cannot hand over is counted, and takes nothing with it.
func TestDeviceCannotBeRead(t *testing.T) {
	for _, host := range hosts {
		l := newLab(t, twoLinks())
		l.opener.unreadable = 2
		for id := range 200 { // some batches
			l.inject("left", udp(host[0], host[1], id, 100))
		}
		l.run()
		for id := range 200 {
			want, _ := payload(udp(host[0], host[1], id, 100))
			if got, _ := payload(l.receive("right")); !bytes.Equal(got, want) {
				t.Fatalf("packet %d is not the one that was wanted", id)
			}
		}
		if left := l.net.Stats()[0].Links[0]; left.Missed != 2 || !left.Up {
			t.Errorf("%+v: wanted 2 missed", left)
		}
	}
}

// A packet that a device refuses moves from Forwarded to DeviceRefused, once,
// and takes nothing with it. One that the router made was never forwarded.
func TestDeviceRefuses(t *testing.T) {
	for _, host := range hosts {
		l := newLab(t, twoLinks())
		l.opener.refuse = func(b []byte) error {
			if octets, _ := payload(b); len(octets)%2 == 1 {
				return fmt.Errorf("a packet: %w", errRefused)
			}
			return nil
		}
		for id := range 20 {
			l.inject("left", udp(host[0], host[1], id, 100+id))
			l.inject("left", echo(host[0], host[2], id, 100+id))
		}
		l.run()
		for id := range 10 {
			want, _ := payload(udp(host[0], host[1], 2*id, 100+2*id))
			if got, _ := payload(l.receive("right")); !bytes.Equal(got, want) {
				t.Fatalf("packet %d is not the one that was wanted", 2*id)
			}
			l.wantReply("left", echo(host[0], host[2], 2*id, 100+2*id))
		}
		c := l.counters()
		if c.Forwarded != 10 || c.Dropped[drop.DeviceRefused] != 10 || c.Delivered != 20 || c.Messages[icmpgen.EchoReply].Sent != 20 {
			t.Errorf("forwarded %d, refused %d, delivered %d: %+v", c.Forwarded, c.Dropped[drop.DeviceRefused], c.Delivered, c)
		}
		for _, link := range l.net.Stats()[0].Links {
			if link.Sent != 10 || link.Refused != 10 {
				t.Errorf("%+v: wanted 10 sent, 10 refused", link)
			}
		}
		if n := l.log.count("level=WARN"); n != 0 {
			t.Errorf("%d warnings: a refused packet is no lost device", n)
		}
	}
}

// An error of another node was forwarded by the one whose device refuses it.
func TestDeviceRefusesWhatCrossed(t *testing.T) {
	for _, hosts := range ends {
		l := newLab(t, chain(2))
		l.opener.refuse = func([]byte) error { return errRefused }
		l.inject("left", withTTL(udp(hosts[0], hosts[1], 1, 8), 1)) // which this node says itself
		l.inject("left", withTTL(udp(hosts[0], hosts[1], 2, 8), 2))
		l.net.Step(0)
		if c := l.counters(); c.Forwarded != 1 || c.Dropped[drop.DeviceRefused] != 1 {
			t.Errorf("forwarded %d, refused %d, wanted one each", c.Forwarded, c.Dropped[drop.DeviceRefused])
		}
		if left := l.net.Stats()[0].Links[0]; left.Refused != 2 {
			t.Errorf("%+v: wanted 2 refused", left)
		}
	}
}
