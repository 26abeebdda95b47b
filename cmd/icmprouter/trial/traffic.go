package trial

import (
	"fmt"
	"strconv"

	"github.com/icmprouter/icmprouter/scenario"
)

// Command is the word of the hidden command that does a Traffic.
const Command = "traffic"

// Arguments are those of this program that have it do a traffic: see Do.
func Arguments(t scenario.Traffic) []string {
	args := []string{"scenario", Command, "--octets", strconv.Itoa(octets(t)), "--family", strconv.Itoa(version(t))}
	if t.UDP {
		args = append(args, "--udp")
	}
	if t.Large {
		args = append(args, "--large")
	}
	if t.Upload {
		args = append(args, "--upload")
	}
	return args
}

func octets(t scenario.Traffic) int {
	if t.Octets == 0 {
		return scenario.DefaultOctets
	}
	return t.Octets
}

func version(t scenario.Traffic) int {
	if t.Version == 0 {
		return 4
	}
	return t.Version
}

// describe says what a traffic is, for people.
func describe(t scenario.Traffic) string {
	what := "download"
	switch {
	case t.UDP && t.Large:
		what = "echo of fragmented UDP datagrams"
	case t.UDP:
		what = "echo of UDP datagrams"
	case t.Upload:
		what = "upload"
	}
	return fmt.Sprintf("built-in %s of %s, IPv%d", what, scenario.Octets(uint64(octets(t))), version(t))
}
