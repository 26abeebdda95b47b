package conformance

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// forwarded wants the packet as sent: TTL one less, header checksum right, options
// and destination as w says if it says so.
func (w Want) forwarded(sent []byte, d *datagram) string {
	want := append([]byte{}, trim(sent)...)
	if len(want) != len(d.raw) {
		return fmt.Sprintf("not forwarded: %d octets, want %d", len(d.raw), len(want))
	}
	six := want[0]>>4 == 6
	ttl := 8
	if six {
		ttl = 7
	}
	want[ttl] = byte(w.number("ttl", int(want[ttl])-1))
	if !six {
		if checksum(d.raw[:min(len(d.raw), int(d.raw[0]&15)*4)], 0) != 0 {
			return "wrong header checksum"
		}
		copy(want[10:12], d.raw[10:12])
		if binary.BigEndian.Uint16(d.raw[10:]) == 0xffff {
			return "header checksum 0xffff, want 0 (RFC 1624 §3)"
		}
	}
	if dst, given := w.keys["dst"]; given {
		a, err := netip.ParseAddr(dst)
		if err != nil {
			return err.Error()
		}
		copy(want[16:], a.AsSlice())
	}
	if _, given := w.keys["opts"]; given && !six {
		if reason := w.octets("opts", d.options, ""); reason != "" {
			return reason
		}
		copy(want[20:], d.options)
	}
	if !bytes.Equal(want, d.raw) {
		return "not as sent: octets " + difference(want, d.raw)
	}
	return ""
}

// difference lists where two texts of one length differ, as far as it is short.
func difference(want, got []byte) string {
	var list []string
	for i := range want {
		if i < len(got) && want[i] != got[i] {
			list = append(list, fmt.Sprintf("%d is %#02x want %#02x", i, got[i], want[i]))
		}
	}
	if most := 4; len(list) > most {
		list = append(list[:most], "…")
	}
	return strings.Join(list, ", ")
}

// pieces wants d, put together from fragments, to be the packet in.
func (w Want) pieces(in, d *datagram) string {
	switch {
	case len(d.pieces) < 2:
		return "not in fragments"
	case d.src != in.src || d.dst != in.dst || d.id != in.id || d.proto != in.proto || d.tos != in.tos || d.ttl != in.ttl-1:
		return "not as sent: addresses, id, protocol, TOS or TTL"
	case d.offset != in.offset || d.more != in.more:
		return fmt.Sprintf("offset %d more %v, want %d and %v", d.offset, d.more, in.offset, in.more)
	case !bytes.Equal(d.data, in.data):
		return "the data differ"
	}
	if reason := sizes(d, w.number("mtu", 1500)); reason != "" {
		return reason
	}
	for i, p := range d.pieces {
		if p.ttl != d.ttl || p.tos != d.tos {
			return fmt.Sprintf("fragment %d has another TTL or TOS", i+1)
		}
		key, first := "opts", "opts"
		if i > 0 {
			key = "later"
		}
		if _, given := w.keys[first]; !given {
			continue
		}
		want, _ := hex.DecodeString(w.keys[key])
		if !bytes.Equal(significant(p.options), significant(want)) {
			return fmt.Sprintf("options of fragment %d are %x, want %x", i+1, p.options, want)
		}
	}
	if given, ok := w.keys["sizes"]; ok {
		var list []string
		for _, p := range d.pieces {
			list = append(list, strconv.Itoa(len(p.data)))
		}
		if got := strings.Join(list, ","); got != given {
			return fmt.Sprintf("fragments of %s octets, want %s", got, given)
		}
	}
	return ""
}

// sizes checks that fragments are of eight octets each and no longer than the MTU.
func sizes(d *datagram, mtu int) string {
	for i, p := range d.pieces {
		last := i == len(d.pieces)-1
		if len(p.raw) > mtu || !last && (len(p.data)%8 != 0 || !p.more) {
			return fmt.Sprintf("fragment %d is %d octets, more %v", i+1, len(p.raw), p.more)
		}
	}
	return ""
}

// significant is options without end of list and no operation.
func significant(options []byte) (list []byte) {
	for i := 0; i < len(options); {
		switch n := options[i]; {
		case n == 0:
			return list
		case n == 1:
			i++
		case i+1 >= len(options) || options[i+1] < 2 || i+int(options[i+1]) > len(options):
			return append(list, options[i:]...)
		default:
			list = append(list, options[i:i+int(options[i+1])]...)
			i += int(options[i+1])
		}
	}
	return list
}
