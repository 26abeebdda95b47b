package config

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// region is a part of a prefix that links, TUNs or loopbacks are numbered from: a pair of addresses
// for each, in blocks of their own while there are some, and then again from the first block on.
// So a number stays where it is, however many come after it.
type region struct {
	// base is the first address, and length how many bits of address it leaves.
	base   netip.Addr
	length int
	// block is the length of one block, in bits of address: those of a /24, or of a
	// /64. Loopbacks have none.
	block int
}

// The lengths of blocks, in bits of address.
const (
	block4 = 32 - 24
	block6 = 128 - 64
)

// regions are the parts of a prefix: its first half for links, its third quarter for TUNs, and its end for
// loopbacks: the last of 256 parts of a wide IPv4 prefix, of 65536 of an IPv6 one.
func regions(p netip.Prefix) (links, tuns, loopbacks region) {
	room := p.Addr().BitLen() - p.Bits()
	block, end := block4, min(16, room-2)
	if p.Addr().Is6() {
		block, end = block6, min(max(block6, room-16), room-2)
	}
	whole := region{p.Addr(), room, block}
	loopbacks = whole.part(1<<max(0, room-end)-1, room-end)
	loopbacks.block = 0
	return whole.part(0, 1), whole.part(2, 2), loopbacks
}

// part is the nth of 2^bits equal parts.
func (r region) part(n, bits int) region {
	length := max(0, r.length-bits)
	offset := new(big.Int).Lsh(big.NewInt(int64(n)), uint(length))
	return region{add(r.base, offset), length, r.block}
}

// add returns the address that is offset after a.
func add(a netip.Addr, offset *big.Int) netip.Addr {
	sum := new(big.Int).Add(new(big.Int).SetBytes(a.AsSlice()), offset)
	next, _ := netip.AddrFromSlice(sum.FillBytes(make([]byte, a.BitLen()/8)))
	return next
}

// blocks is how many there are, as far as anybody counts.
func (r region) blocks() uint64 { return 1 << min(62, max(0, r.length-r.block)) }

// pair is the nth pair of addresses, from 1 on.
func (r *region) pair(n uint64) (netip.Prefix, bool) {
	blocks := r.blocks()
	lap, block := (n-1)/blocks, n%blocks
	if room := min(r.length, r.block); room < 1 || room < 64 && lap >= 1<<(room-1) {
		return netip.Prefix{}, false
	}
	offset := new(big.Int).Lsh(new(big.Int).SetUint64(block), uint(r.block))
	first := add(r.base, offset.Add(offset, new(big.Int).SetUint64(2*lap)))
	return netip.PrefixFrom(first, first.BitLen()-1), true
}

// single is the nth address, from 1 on; the last of the region is none of them.
func (r *region) single(n uint64) (netip.Prefix, bool) {
	if r.length < 63 && n+1 >= 1<<r.length {
		return netip.Prefix{}, false
	}
	a := add(r.base, new(big.Int).SetUint64(n))
	return netip.PrefixFrom(a, a.BitLen()), true
}

// skip goes to the last number that is on a written prefix, as n is. It says
// false if the prefix is all there is.
func (r *region) skip(written netip.Prefix, n *uint64) bool {
	length := written.Addr().BitLen() - written.Bits()
	switch width := length - r.block; {
	case length >= r.length:
		return false
	case width > 62: // loopbacks go on behind it
		whole := netip.PrefixFrom(r.base, r.base.BitLen()-r.length).Masked()
		r.base = add(written.Masked().Addr(), new(big.Int).Lsh(big.NewInt(1), uint(length)))
		*n--
		return whole.Contains(r.base)
	case width > 0:
		*n |= 1<<width - 1
	}
	return true
}

// inNaturalOrder returns the names as people sort them.
func inNaturalOrder[V any](object map[string]V) []string {
	return slices.SortedFunc(maps.Keys(object), func(a, b string) int { return cmp.Or(natural(a, b), cmp.Compare(a, b)) })
}

// natural compares names as people sort them: r2 before r10.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x > 0 && y > 0 {
			if order := compareNumbers(a[:x], b[:y]); order != 0 {
				return order
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

// digits is how many a text begins with.
func digits(text string) int {
	n := slices.IndexFunc([]byte(text), func(c byte) bool { return c < '0' || c > '9' })
	if n < 0 {
		return len(text)
	}
	return n
}

// compareNumbers compares two runs of digits by what they count.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// enough says of what length a prefix must be for all that is to be numbered.
func enough(p netip.Prefix, what bare) string {
	for bits := p.Bits(); bits >= 0; bits-- {
		links, tuns, loopbacks := regions(netip.PrefixFrom(p.Addr(), bits).Masked())
		_, enough := links.pair(uint64(max(1, len(what.links))))
		_, enoughTUNs := tuns.pair(uint64(max(1, len(what.tuns))))
		_, enoughLoopbacks := loopbacks.single(uint64(len(what.nodes)))
		if enough = enough && enoughTUNs && enoughLoopbacks; enough && bits == p.Bits() {
			return "a prefix with fewer written addresses"
		}
		if enough {
			return fmt.Sprintf("a prefix of length %d or shorter", bits)
		}
	}
	return "a shorter prefix"
}

// checkAddressing checks the prefix that addresses come from.
func (n *numbering) checkAddressing(p netip.Prefix, is4 bool) bool {
	switch {
	case p.Addr().Is4() != is4:
		n.refuse(n.path, fmt.Sprintf("%s is of the other family", p), map[bool]string{true: `an IPv4 prefix, as "10.0.0.0/8"`, false: `an IPv6 prefix, as "fd00::/16"`}[is4])
		return false
	case p != p.Masked():
		n.refuse(n.path, fmt.Sprintf("%s has bits beyond its length", p), strconv.Quote(p.Masked().String()))
		return false
	case p.Addr().BitLen()-p.Bits() < 4:
		n.refuse(n.path, fmt.Sprintf("%s is too small for any network", p), fmt.Sprintf("a prefix of length %d or shorter", p.Addr().BitLen()-4))
		return false
	}
	for _, not := range append(slices.Clone(notOwn), unroutable...) {
		if not.prefix.Overlaps(p) {
			n.refuse(n.path, fmt.Sprintf("%s overlaps %s: %s", p, not.prefix, not.what), "a prefix of addresses that are forwarded")
			return false
		}
	}
	return true
}
