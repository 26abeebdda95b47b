// Package nearest finds the word that somebody likely meant.
package nearest

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// longest is how long words are that anybody compares: a distance takes the product of two lengths.
const longest = 64

// Word returns the word that is most like name; "": none is like it.
func Word(name string, words []string) string {
	best, found := "", 0
	name = strings.ToLower(name)
	for _, w := range words {
		if max(len(name), len(w)) > longest {
			continue
		}
		lower := strings.ToLower(w)
		distance := levenshtein.ComputeDistance(name, lower)
		near := 3*distance <= max(len(name), len(w))+1 || sorted(name) == sorted(lower)
		if near && (best == "" || distance < found) {
			best, found = w, distance
		}
	}
	return best
}

// sorted is the letters of a word: fingers may only have come in the wrong order.
func sorted(word string) string {
	letters := []byte(word)
	slices.Sort(letters)
	return string(letters)
}

// Hint is Word as the end of an error; "" if there is none.
func Hint(name string, words []string) string {
	if best := Word(name, words); best != "" {
		return `; did you mean "` + best + `"?`
	}
	return ""
}
