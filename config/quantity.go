package config

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// What quantities look like, for people.
const (
	durationForm    = `a duration, as "20ms"`
	rateForm        = `a rate, as "50mbit"`
	probabilityForm = `a probability from "0%" to "100%"`
)

// maxDuration bounds every duration on a link.
const maxDuration = time.Hour

// parseDuration reads a duration from 0 to maxDuration.
func parseDuration(text string) (time.Duration, bool) {
	d, err := time.ParseDuration(text)
	return d, err == nil && 0 <= d && d <= maxDuration
}

// rates are the units, the longer words first.
var rates = []struct {
	unit string
	size float64
}{{"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}, {"tbit", 1e12}, {"bit", 1}}

// maxRate is the most bits a second.
const maxRate = 1e15

// parseRate reads a rate in bits per second.
func parseRate(text string) (int64, bool) {
	for _, r := range rates {
		if number, ok := strings.CutSuffix(text, r.unit); ok {
			n, ok := parseDecimal(number)
			n = math.Round(n * r.size)
			return int64(n), ok && n <= maxRate
		}
	}
	return 0, false
}

// parseProbability reads a percentage as a number from 0 to 1.
func parseProbability(text string) (float64, bool) {
	number, ok := strings.CutSuffix(text, "%")
	if !ok {
		return 0, false
	}
	n, ok := parseDecimal(number)
	return n / 100, ok && n <= 100
}

// parseDecimal reads digits with at most one point among them.
func parseDecimal(text string) (float64, bool) {
	if strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

// duration, rate and probability are what texts say that have been checked.
func duration(text string) time.Duration { d, _ := parseDuration(text); return d }
func bitsPerSecond(text string) int64    { n, _ := parseRate(text); return n }
func probability(text string) float64    { p, _ := parseProbability(text); return p }
