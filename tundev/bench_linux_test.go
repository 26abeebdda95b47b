package tundev

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/internal/needs"
	"github.com/icmprouter/icmprouter/wire"
	"golang.org/x/sys/unix"
)

// mover moves bursts from one TUN to another, and keeps the time of each.
type mover struct {
	engine        Engine
	in, out       Device
	batch         *wire.Batch
	packets       []*wire.Packet
	reads, writes []time.Duration
}

// BenchmarkEngines moves bursts from one TUN to another: a system call for each
// packet, or one for all. The engines take turns, so that they share the weather. Its
// figures are tenth percentile and median of the time of a burst, for each packet.
func BenchmarkEngines(b *testing.B) {
	needs.Root(b)
	for _, burst := range []int{1, 4, 8, 16, 64} {
		for _, size := range []int{46, 1500} {
			b.Run(fmt.Sprintf("%dx%d", burst, size), func(b *testing.B) { benchEngines(b, burst, size) })
		}
	}
}

func benchEngines(b *testing.B, burst, size int) {
	ns, err := NewNamespace()
	if err != nil {
		b.Fatal(err)
	}
	defer ns.Close()
	packet := datagram(b, far4, families[0].beyond, size, 0)
	var movers []*mover
	var peers []packetPeer
	for i, engine := range []Engine{EngineDirect, EngineAuto, EngineRing} {
		name := fmt.Sprintf("in%d", i)
		movers = append(movers, &mover{
			engine: engine, in: benchTUN(b, ns, engine, name), out: benchTUN(b, ns, engine, fmt.Sprintf("out%d", i)),
			batch: wire.NewBatch(64, 0, make([]byte, 65*wire.Stride)),
		})
		peers = append(peers, newPacketPeer(b, ns, name))
	}
	for b.Loop() {
		for i, m := range movers {
			for range burst {
				unix.Sendto(peers[i].fd, packet, 0, peers[i].address(unix.ETH_P_IP))
			}
			m.move(b, burst)
		}
	}
	for _, m := range movers {
		m.report(b, burst)
	}
}

func (m *mover) move(b *testing.B, burst int) {
	start := time.Now()
	m.batch.Reset()
	if err := m.in.Read(m.batch); err != nil || m.batch.Len() != burst {
		b.Fatal(m.batch.Len(), err)
	}
	read := time.Now()
	m.packets = m.packets[:0]
	for i := range m.batch.Packets() {
		m.packets = append(m.packets, &m.batch.Packets()[i])
	}
	if _, err := m.out.Write(m.packets); err != nil {
		b.Fatal(err)
	}
	m.reads, m.writes = append(m.reads, read.Sub(start)), append(m.writes, time.Since(read))
}

func (m *mover) report(b *testing.B, burst int) {
	both := make([]time.Duration, len(m.reads))
	for i := range both {
		both[i] = m.reads[i] + m.writes[i]
	}
	for what, times := range map[string][]time.Duration{"read": m.reads, "write": m.writes, "both": both} {
		slices.Sort(times)
		b.ReportMetric(float64(times[len(times)/10])/float64(burst), fmt.Sprintf("%s-%s-p10-ns", m.engine, what))
		b.ReportMetric(float64(times[len(times)/2])/float64(burst), fmt.Sprintf("%s-%s-p50-ns", m.engine, what))
	}
	b.ReportMetric(0, "ns/op") // of all three, and of the sender
}

// benchTUN opens a TUN without addresses: what is written there the kernel drops.
func benchTUN(b *testing.B, ns *Namespace, engine Engine, name string) Device {
	d, err := NewSystem(nil).Open(Spec{Netns: ns.Path(), Name: name, MTU: 65535, Engine: engine})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	// No word of the kernel's own among what is sent.
	err = ns.Do(func() error {
		return os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/disable_ipv6", []byte("1"), 0)
	})
	if err != nil {
		b.Fatal(err)
	}
	drained := wire.NewBatch(64, 0, make([]byte, wire.Stride))
	if err := d.Read(drained); err != nil {
		b.Fatal(err)
	}
	return d
}
