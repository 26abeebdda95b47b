package wire

// Stride is the distance between two buffers of the largest size, in octets: a
// whole number of cache lines, and no power of two, lest all packets meet in
// the same lines of the cache.
const Stride = (BufferSize + 191) &^ 63

// Batch is the packets of one read, one behind the other in one piece of
// memory, so that many small ones together are as long as one large one.
type Batch struct {
	packets []Packet
	memory  []byte
	budget  int
	count   int
	used    int // octets of memory
	spread  int // where the first spread buffer begins
}

// NewBatch returns an empty batch of at most count packets in memory, which it
// borrows for good: one Stride at least. When budget octets of it are filled, it
// has no room for another packet; zero: as long as there is memory.
func NewBatch(count, budget int, memory []byte) *Batch {
	if budget == 0 {
		budget = len(memory)
	}
	return &Batch{packets: make([]Packet, count), budget: budget, memory: memory}
}

// Reset empties the batch. Its packets are not to be used any more.
func (b *Batch) Reset() { b.count, b.used = 0, 0 }

// Packets are those of the batch, in order; they stay the batch's.
func (b *Batch) Packets() []Packet { return b.packets[:b.count] }

// Len is the number of packets.
func (b *Batch) Len() int { return b.count }

// Room returns a packet with an attached buffer of at least BufferSize octets,
// or nil if the batch has no room for another packet. The packet
// belongs to the batch when Keep is called; until then Room returns it again.
func (b *Batch) Room() *Packet {
	if b.count == len(b.packets) || b.used >= b.budget || len(b.memory)-b.used < BufferSize {
		return nil
	}
	p := &b.packets[b.count]
	p.buf = b.memory[b.used:] // Keep empties the rest
	return p
}

// Keep adds the packet that Room returned to the batch: a datagram of n octets
// stands in its buffer at Headroom. The rest of the buffer is the next packet's.
func (b *Batch) Keep(n int) {
	p := &b.packets[b.count]
	end := b.used + Headroom + n
	p.buf = b.memory[b.used:end:end]
	p.SetLen(n)
	b.count++
	b.used = (end + 63) &^ 63
}

// Spread says how many buffers of the largest size, of at most n, the batch has
// for packets that are read together, before anybody knows how long they are.
func (b *Batch) Spread(n int) int {
	b.spread = b.used
	return min(n, len(b.packets)-b.count, (len(b.memory)-b.used)/Stride)
}

// SpreadRoom is the buffer number i of those of Spread, of BufferSize octets.
func (b *Batch) SpreadRoom(i int) []byte { return b.memory[b.spread+i*Stride:][:BufferSize] }

// KeepSpread adds a packet to the batch: a datagram of n octets stands in buffer
// number i at Headroom. The numbers only grow from call to call.
func (b *Batch) KeepSpread(i, n int) *Packet {
	p := &b.packets[b.count]
	start := b.spread + i*Stride
	end := start + Headroom + n
	p.buf = b.memory[start:end:end]
	p.SetLen(n)
	b.count++
	b.used = (end + 63) &^ 63
	return p
}
