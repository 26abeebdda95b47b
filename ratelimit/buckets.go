package ratelimit

import (
	"net/netip"
	"time"
)

// Key names a bucket: by what is limited, and for whom.
type Key struct {
	// Class is what shares no bucket with anything else.
	Class uint32
	// Whose is an address, or any other 128 bits, as far as that matters.
	Whose netip.Addr
}

// Keys are looked up in sets of ways slots. When a set is full, the slot
// goes whose bucket is fullest: its owner loses least by being forgotten.
const (
	sets = 256
	ways = 4
)

type slot struct {
	key    Key
	bucket bucket
}

// Buckets are the buckets of any number of keys, in a fixed number of slots. Its zero value has full
// buckets. It has one owner and no lock.
type Buckets struct {
	slots *[sets][ways]slot // nil until a key needs one: most nodes never tell anybody anything
}

// Allow says whether the bucket of a key, which fills by r, has a token now, and takes it. now is the time
// since any fixed moment, and does not run backwards.
func (b *Buckets) Allow(key Key, r Rate, now time.Duration) bool {
	s := b.slot(key)
	full, ok := s.bucket.ready(r, now)
	s.bucket = full
	return ok
}

// slot finds the slot of a key, or gives it one.
func (b *Buckets) slot(key Key) *slot {
	if b.slots == nil {
		b.slots = new([sets][ways]slot)
	}
	set := &b.slots[key.hash()%sets]
	fullest := &set[0]
	for i := range set {
		s := &set[i]
		if s.key == key {
			return s
		}
		if s.bucket < fullest.bucket {
			fullest = s
		}
	}
	*fullest = slot{key: key}
	return fullest
}

// Forget makes all buckets of a class full again.
func (b *Buckets) Forget(class uint32) {
	if b.slots == nil {
		return
	}
	for i := range b.slots {
		for k := range b.slots[i] {
			if s := &b.slots[i][k]; s.key.Class == class {
				*s = slot{}
			}
		}
	}
}

// hash is FNV-1a over the key. Who predicts it can only push
// out his neighbours' buckets, and so gives them full ones.
func (k *Key) hash() uint32 {
	h := uint32(2166136261)
	for _, b := range k.Whose.As16() {
		h = (h ^ uint32(b)) * 16777619
	}
	return (h ^ k.Class) * 16777619
}
