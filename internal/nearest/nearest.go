// Package nearest finds the word that somebody likely meant.
package nearest

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// Word returns the word that is most like name; "": none is like it.
func Word(name string, words []string) string {
	best, found := "", 0
	for _, w := range words {
		distance := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(w))
		if near := 3*distance <= max(len(name), len(w))+1; near && (best == "" || distance < found) {
			best, found = w, distance
		}
	}
	return best
}

// Hint is Word as the end of an error; "" if there is none.
func Hint(name string, words []string) string {
	if best := Word(name, words); best != "" {
		return `; did you mean "` + best + `"?`
	}
	return ""
}
