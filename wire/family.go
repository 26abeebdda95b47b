package wire

import "net/netip"

// PerFamily is an address of each family, or of one. Its zero value has none.
type PerFamily struct{ v4, v6 netip.Addr }

// EachFamily holds the addresses, of each family the last.
func EachFamily(addresses ...netip.Addr) (a PerFamily) {
	for _, address := range addresses {
		if address.Is4() {
			a.v4 = address
		} else {
			a.v6 = address
		}
	}
	return a
}

// Like is the address of the family of another, or not valid.
func (a PerFamily) Like(other netip.Addr) netip.Addr {
	if other.Is4() {
		return a.v4
	}
	return a.v6
}
