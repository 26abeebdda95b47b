package demo

import (
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"time"
)

// transferSize is what is moved in each family, in octets.
const transferSize = 50_000_000

// transfer is what became of octets sent by TCP.
type transfer struct {
	received         int64
	sentSum, gotSum  uint32
	took             time.Duration
	segment, pathMTU int
	resent           int
}

func transfers(w *world, p *page) error {
	p.say("Client to server, %d MB in each family. Both sides sum what they see (CRC-32C).", transferSize/1_000_000)
	p.say("The client has learned the path MTU in step 4, and TCP keeps to it.")
	for _, f := range families {
		p.about(f.name)
		t, err := w.client.transfer(f, transferSize)
		if err != nil {
			p.check(false, "transfer", err.Error(), "all octets at the server")
			continue
		}
		p.same("octets received", t.received, int64(transferSize))
		p.check(t.gotSum == t.sentSum, "sent and received sum", fmt.Sprintf("%08x and %08x", t.sentSum, t.gotSum), "the same")
		p.same("the flow's path MTU", fmt.Sprintf("%d: segments of %d", t.pathMTU, t.segment), fmt.Sprintf("%d: segments of %d", bottleneck, t.segment-t.pathMTU+bottleneck))
		p.note("rate", fmt.Sprintf("%.2f Gbit/s (%.2f s, %d segments sent again)", float64(t.received)*8/t.took.Seconds()/1e9, t.took.Seconds(), t.resent))
	}
	return nil
}

// newSum is the checksum that both sides make.
func newSum() hash.Hash32 { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }

// cargo is size octets that do not repeat, the same at each call.
func cargo(size int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{}), size)
}
