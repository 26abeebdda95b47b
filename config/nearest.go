package config

import (
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest returns the word that name was likely meant to be, or nothing.
func nearest(name string, words []string) string {
	name = strings.ToLower(name)
	best, found := "", 0
	for _, w := range words {
		longest := max(len(name), len(w))
		if longest > 64 {
			continue
		}
		distance := levenshtein.ComputeDistance(name, w)
		near := 3*distance <= longest+1 || anagrams(name, w)
		if near && (best == "" || distance < found) {
			best, found = w, distance
		}
	}
	return best
}

// anagrams says whether fingers only came in the wrong order.
func anagrams(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return string(x) == string(y)
}

// oneOf lists words for people.
func oneOf(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	if last := len(quoted) - 1; last > 0 {
		return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
	}
	return quoted[0]
}
