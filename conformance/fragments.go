package conformance

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// cut makes the fragments that "fragments 1480 order 2,1,3" says of a datagram.
// The order may leave fragments out or name them twice.
func cut(whole []byte, text string) ([][]byte, error) {
	words := strings.Fields(text)
	if len(words) < 2 || words[0] != "fragments" || len(words) != 2 && (len(words) != 4 || words[2] != "order") {
		return nil, fmt.Errorf("%q: want: fragments SIZE order 1,2,3", text)
	}
	size, err := strconv.Atoi(words[1])
	if err != nil || size < 8 || size%8 != 0 {
		return nil, fmt.Errorf("%q: the size is no multiple of 8", text)
	}
	head := 40
	if whole[0]>>4 == 4 {
		head = int(whole[0]&15) * 4
	}
	var all [][]byte
	for at := head; at < len(whole); at += size {
		end := min(at+size, len(whole))
		all = append(all, fragment(whole, head, at-head, whole[at:end], end < len(whole)))
	}
	if len(words) == 2 {
		return all, nil
	}
	var chosen [][]byte
	for _, n := range strings.Split(words[3], ",") {
		i, err := strconv.Atoi(n)
		if err != nil || i < 1 || i > len(all) {
			return nil, fmt.Errorf("%q: there are %d fragments", text, len(all))
		}
		chosen = append(chosen, all[i-1])
	}
	return chosen, nil
}

// fragment is one piece of whole, with the header of head octets.
func fragment(whole []byte, head, offset int, data []byte, more bool) []byte {
	p := append([]byte{}, whole[:head]...)
	m := uint16(0)
	if more {
		m = 1
	}
	if head == 40 && p[0]>>4 == 6 {
		p = append(p, p[6], 0)
		p = binary.BigEndian.AppendUint16(p, uint16(offset)|m)
		// the flow label is the identification, so that a case can choose it
		p = binary.BigEndian.AppendUint32(p, binary.BigEndian.Uint32(p)&0xfffff)
		p[6] = protoFragment
		binary.BigEndian.PutUint16(p[4:], uint16(8+len(data)))
		return append(p, data...)
	}
	binary.BigEndian.PutUint16(p[2:], uint16(head+len(data)))
	binary.BigEndian.PutUint16(p[6:], uint16(offset/8)|m<<13)
	binary.BigEndian.PutUint16(p[10:], 0)
	binary.BigEndian.PutUint16(p[10:], checksum(p, 0))
	return append(p, data...)
}
