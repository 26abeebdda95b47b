package demo

import "github.com/icmprouter/icmprouter/cmd/icmprouter/lab"

// scout says what keeps real hosts from being made: nothing, or obstacles.
func scout() (lacks []obstacle) {
	if lab.Inside() {
		return nil
	}
	for _, c := range lab.Lacks() {
		lacks = append(lacks, obstacle{c.Found, c.Fix})
	}
	return lacks
}

// enter has another process tell the story, where real hosts need a user namespace.
func enter() (status int, told bool, err error) {
	if !lab.Inside() && lab.Entitled() {
		return 0, false, nil
	}
	status, inside, err := lab.Enter()
	return status, !inside, err
}
