package routing

import "math"

// sets finds out which links of a node lead to each destination, all destinations at
// once, link by link. A set of links is known by a number, that of the set without its last
// link and that link; so it is built and compared once, however many destinations have it.
type sets struct {
	// state is the set of each destination so far.
	state []int32
	// of is, by number, each set as another and one link more. 0 is the empty set.
	of []set
	// with is, by number, the set with the link that is being looked at; 0: not there yet.
	with []int32
	// index is, by number, that of the group; 0: not there yet.
	index []uint16
}

type set struct{ without, link int32 }

// group fills in which group of links each destination has, and returns the groups of a node. arcs
// leave it, row is how far it is from each destination, distance the same of all nodes.
func (s *sets) group(arcs []arc, distance [][]int32, row []int32, of []uint16) [][]int {
	clear(s.state)
	s.of = append(s.of[:0], set{0, -1})
	for _, a := range arcs {
		s.add(a.link, a.metric, distance[a.to], row)
	}
	groups := [][]int{nil}
	s.index = append(s.index[:0], make([]uint16, len(s.of))...)
	for d, number := range s.state {
		if len(groups) > math.MaxUint16-len(arcs) {
			number = s.alone(number)
		}
		if number != 0 && s.index[number] == 0 {
			s.index[number] = uint16(len(groups))
			groups = append(groups, s.links(number))
		}
		of[d] = s.index[number]
	}
	return groups
}

// add puts a link into the sets of those destinations that it leads to: from its other end
// it is as far as from here, but for its metric.
func (s *sets) add(link, metric int32, there, here []int32) {
	s.with = append(s.with[:0], make([]int32, len(s.of))...)
	here, state := here[:len(there)], s.state[:len(there)]
	for d, distance := range there {
		if distance+metric != here[d] || here[d] >= far {
			continue
		}
		before := state[d]
		if s.of[before].link == link {
			continue // it is in already: two edges by one link
		}
		if s.with[before] == 0 {
			s.with[before] = int32(len(s.of))
			s.of = append(s.of, set{before, link})
		}
		state[d] = s.with[before]
	}
}

// links returns the links of a set in ascending order.
func (s *sets) links(number int32) []int {
	var links []int
	for ; number != 0; number = s.of[number].without {
		links = append(links, int(s.of[number].link))
	}
	for i, j := 0, len(links)-1; i < j; i, j = i+1, j-1 {
		links[i], links[j] = links[j], links[i]
	}
	return links
}

// alone returns the set of the first link of a set.
func (s *sets) alone(number int32) int32 {
	for s.of[number].without != 0 {
		number = s.of[number].without
	}
	return number
}
