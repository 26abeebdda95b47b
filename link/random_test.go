package link

import "testing"

// The published first numbers of SplitMix64 for seed 1234567.
func TestRandom(t *testing.T) {
	r := random(1234567)
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		if got := r.next(); got != want {
			t.Errorf("number %d: %d, want %d", i, got, want)
		}
	}
}
