package control

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/internal/nearest"
)

// config gives the configuration as it runs.
func (s *Server) config(w http.ResponseWriter, r *http.Request) error {
	text, revision := s.engine.Document()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("ETag", tag(revision))
	w.Write(text)
	return nil
}

// tag is a revision as an entity tag (RFC 9110 §8.8.3).
func tag(revision uint64) string { return strconv.Quote(strconv.FormatUint(revision, 10)) }

// patch changes values at paths.
func (s *Server) patch(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Set   config.Assignments `json:"set"`
		Unset []string           `json:"unset"`
	}
	text, err := read(r)
	if err != nil {
		return err
	}
	if err := strict(text, &body, "set", "unset"); err != nil {
		return err
	}
	if len(body.Set)+len(body.Unset) == 0 {
		return &malformed{detail: `nothing is to change: expected "set" or "unset"`}
	}
	return s.change(w, r, Change{Set: body.Set, Unset: body.Unset})
}

// put replaces the whole configuration.
func (s *Server) put(w http.ResponseWriter, r *http.Request) error {
	text, err := read(r)
	if err != nil {
		return err
	}
	return s.change(w, r, Change{Document: text})
}

// change makes a change for the revision in If-Match, if there is one, and says what came of it.
func (s *Server) change(w http.ResponseWriter, r *http.Request, c Change) (err error) {
	c.By = "api"
	if c.DryRun, err = dryRun(r); err != nil {
		return err
	}
	if match := r.Header.Get("If-Match"); match != "" && match != "*" {
		c.Revision, err = strconv.ParseUint(strings.Trim(match, `"`), 10, 64)
		if err != nil || c.Revision == 0 {
			return &malformed{detail: "If-Match: " + match + `: expected a revision, as "7"`}
		}
	}
	applied, err := s.engine.Change(c)
	if err != nil {
		return err
	}
	if !c.DryRun {
		s.log.Info("configuration changed", "by", "api", "revision", applied.Revision, "differences", len(applied.Diff))
	}
	w.Header().Set("ETag", tag(applied.Revision))
	return answer(w, http.StatusOK, applied)
}

// dryRun reads the one parameter that there is.
func dryRun(r *http.Request) (dry bool, err error) {
	for key, values := range r.URL.Query() {
		if key != "dry_run" {
			return false, &malformed{"no such parameter: " + key, nearest.Word(key, []string{"dry_run"})}
		}
		if dry, err = strconv.ParseBool(values[0]); err != nil {
			return false, &malformed{detail: "dry_run=" + values[0] + ": expected true or false"}
		}
	}
	return dry, nil
}

// read reads the body.
func read(r *http.Request) ([]byte, error) {
	text, err := io.ReadAll(r.Body)
	if err == nil && len(text) == 0 {
		return nil, &malformed{detail: "the request has no body"}
	}
	return text, err
}

// strict decodes an object that has no other keys.
func strict(text []byte, into any, keys ...string) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return &malformed{detail: "the body is no JSON object: " + err.Error()}
	}
	for key := range all {
		if !slices.Contains(keys, key) {
			return &malformed{fmt.Sprintf("%q: no such key; expected %s", key, strings.Join(keys, " or ")), nearest.Word(key, keys)}
		}
	}
	if err := json.Unmarshal(text, into); err != nil {
		return &malformed{detail: "the body is not what it should be: " + err.Error()}
	}
	return nil
}

// reset makes the counters zero.
func (s *Server) reset(w http.ResponseWriter, r *http.Request) error {
	at := s.engine.ResetCounters()
	return answer(w, http.StatusOK, struct {
		At    time.Time     `json:"at"`
		Clock time.Duration `json:"clock_ns"`
	}{at.Wall, at.Clock})
}

// play begins a timeline. It goes on when the client is gone.
func (s *Server) play(w http.ResponseWriter, r *http.Request) error {
	text, err := read(r)
	if err != nil {
		return err
	}
	steps, err := s.engine.Timeline(text)
	if err != nil {
		return err
	}
	play, err := s.engine.Start(steps)
	if err != nil {
		return err
	}
	return answer(w, http.StatusAccepted, struct {
		Play  uint64 `json:"play"`
		Steps int    `json:"steps"`
	}{play, len(steps)})
}

// events follows what happens, one JSON object a line, until the client or the server goes.
func (s *Server) events(w http.ResponseWriter, r *http.Request) error {
	if s.streams.Add(1) > maxStreams {
		s.streams.Add(-1)
		return &Refused{fmt.Errorf("%d clients follow events already", maxStreams)}
	}
	defer s.streams.Add(-1)
	keep(r.Context())
	rc := http.NewResponseController(w)
	rc.SetReadDeadline(time.Time{}) // neither has an end
	rc.SetWriteDeadline(time.Time{})
	events, cancel := s.engine.Events(eventRoom)
	defer cancel()
	w.Header().Set("Content-Type", "application/x-ndjson")
	_, revision := s.engine.Document()
	lines := json.NewEncoder(w)
	err := lines.Encode(Event{Event: "hello", Time: time.Now(), Applied: &Applied{Revision: revision, Diff: []Difference{}, Warnings: []config.Mistake{}}})
	for err == nil && rc.Flush() == nil {
		select {
		case <-r.Context().Done():
			return nil
		case <-s.closing.Done():
			for ; err == nil && len(events) > 0; err = lines.Encode(<-events) { // what happened before is told
			}
			return nil
		case event := <-events:
			err = lines.Encode(event)
		}
	}
	return nil // the client is gone
}
