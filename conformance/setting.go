package conformance

import (
	"maps"
	"strconv"
)

// A setting is how a router must be set for a group of cases.
type setting struct {
	needs Needs
	cases []*Case
}

// settings groups cases by what they need, in the order of the cases. Those at
// whose end a limiter is empty stand alone.
func settings(cases []Case) (list []*setting) {
	known := map[string]*setting{}
	for i := range cases {
		c := &cases[i]
		needs := maps.Clone(c.Needs)
		if needs["b.mtu"] == "1300" {
			delete(needs, "b.mtu") // as T1 has it
		}
		key := needs.String()
		if c.Slow {
			key += " slow"
		}
		if c.Needs["rate"] == "default" {
			key += " " + c.ID
		}
		if known[key] == nil {
			known[key] = &setting{needs: needs}
			list = append(list, known[key])
		}
		known[key].cases = append(known[key].cases, c)
	}
	return list
}

// mtu is the MTU of a port.
func (n Needs) mtu(port string) int {
	if m, err := strconv.Atoi(n[port+".mtu"]); err == nil {
		return m
	}
	return map[string]int{"a": 1500, "b": 1300}[port]
}

// jumbo is the MTU of the prober's side: it can send what no port takes.
const jumbo = 9000
