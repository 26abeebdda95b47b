package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/internal/nearest"
)

// Problem is why a request was not done (RFC 9457).
type Problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Path is the path of the configuration that cannot be changed.
	Path string `json:"path,omitempty"`
	// Nearest is what was likely meant.
	Nearest string `json:"nearest,omitempty"`
	// Revision is the one that runs, where another was expected.
	Revision uint64 `json:"revision,omitempty"`
	// Mistakes are those of the configuration that would result, at their places in it.
	Mistakes []config.Mistake `json:"mistakes,omitempty"`
}

// malformed is a request that cannot be read.
type malformed struct {
	detail, nearest string
}

func (e *malformed) Error() string { return e.detail }

// problem says what an error is to a client.
func problem(err error) Problem {
	p := Problem{Status: http.StatusInternalServerError, Detail: err.Error()}
	var mistakes config.Mistakes
	var stale *Stale
	var path *config.PathError
	var refused *Refused
	var bad *malformed
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &mistakes):
		p.Status, p.Mistakes = http.StatusUnprocessableEntity, mistakes
		p.Detail = "that would be no valid configuration"
	case errors.As(err, &path):
		p.Status, p.Path = http.StatusUnprocessableEntity, path.Path
	case errors.As(err, &stale):
		p.Status, p.Revision = http.StatusPreconditionFailed, stale.Current
	case errors.As(err, &refused):
		p.Status = http.StatusConflict
	case errors.As(err, &large):
		p.Status, p.Detail = http.StatusRequestEntityTooLarge, fmt.Sprintf("expected at most %d octets", large.Limit)
	case errors.As(err, &bad):
		p.Status, p.Nearest = http.StatusBadRequest, bad.nearest
	}
	return p
}

// noPath is about a path that the API does not have.
func noPath(path string) Problem {
	known := slices.Sorted(maps.Keys(routes))
	return Problem{Status: http.StatusNotFound, Detail: "there is no " + path, Nearest: nearest.Word(path, known)}
}

// tell answers with a problem.
func tell(w http.ResponseWriter, p Problem) {
	p.Title = http.StatusText(p.Status)
	text, _ := json.Marshal(p) // which can be marshalled
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	w.Write(append(text, '\n'))
}

// answer answers with a value.
func answer(w http.ResponseWriter, status int, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(text, '\n'))
	return nil
}
