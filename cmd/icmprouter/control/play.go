package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/config/document"
	"github.com/icmprouter/icmprouter/network"
)

// look is how often counters are looked at that a step waits for.
const look = 2 * time.Millisecond

// Play plays the steps of a timeline, each after the one before it, and returns when all are played or ctx ends. Times and
// counters begin with the call. A step that is refused is logged, and the next goes on; the error has all of those.
func (e *Engine) Play(ctx context.Context, steps []config.Step) error {
	return e.play(ctx, e.plays.Add(1), steps)
}

func (e *Engine) play(ctx context.Context, play uint64, steps []config.Step) error {
	begin, base := time.Now(), network.Totals{}
	for i := range steps {
		if _, timed := steps[i].Delay(); !timed {
			base = e.net.Totals()
			break
		}
	}
	var errs []error
	for i, step := range steps {
		if err := e.await(ctx, &step, begin, base); err != nil {
			return errors.Join(append(errs, err)...)
		}
		applied, err := e.Change(Change{Set: step.Set, Unset: step.Unset, By: "timeline"})
		event := Event{Event: "step", Play: play, Step: &i, What: &steps[i]}
		if err != nil {
			event.Error = err.Error()
			errs = append(errs, fmt.Errorf("timeline[%d]: %w", i, err))
			e.log.Error("step of the timeline refused", "step", i, "what", step.String(), "error", err)
		} else {
			event.Applied = &applied
			e.log.Info("step of the timeline", "step", i, "what", step.String(), "revision", applied.Revision)
		}
		e.hub.send(event)
		if e.OnStep != nil {
			e.OnStep(i, step, applied, err)
		}
	}
	return errors.Join(errs...)
}

// await returns when it is the step's turn; an error is that of ctx.
func (e *Engine) await(ctx context.Context, step *config.Step, begin time.Time, base network.Totals) error {
	if at, timed := step.Delay(); timed {
		timer := time.NewTimer(time.Until(begin.Add(at)))
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return nil
		}
	}
	tick := time.NewTicker(look)
	defer tick.Stop()
	for !reached(&step.When, e.net.Totals(), base) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}

// reached says whether what is counted is that much.
func reached(w *config.When, now, base network.Totals) bool {
	enough := func(n *int, have uint64) bool { return n != nil && have >= uint64(*n) }
	return enough(w.Packets, now.Packets-base.Packets) || enough(w.Bytes, now.Bytes-base.Bytes) || enough(w.Errors, now.Errors-base.Errors)
}

// Begin plays the timeline of the configuration, and from now on each that takes its place, until ctx ends.
func (e *Engine) Begin(ctx context.Context, steps []config.Step) {
	e.mu.Lock()
	e.began = ctx
	e.mu.Unlock()
	e.replay(steps)
}

// replay plays a timeline in the place of the one before.
func (e *Engine) replay(steps []config.Step) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.began == nil {
		return
	}
	if e.stop != nil {
		e.stop()
	}
	ctx, stop := context.WithCancel(e.began)
	e.stop = stop
	if len(steps) > 0 {
		e.playing.Go(func() { e.Play(ctx, steps) })
	}
}

// Start plays a timeline beside all others that are being played, and returns its number, which its events have.
func (e *Engine) Start(steps []config.Step) (play uint64, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.began == nil {
		return 0, &Refused{errors.New("the router is not ready yet")}
	}
	play = e.plays.Add(1)
	ctx := e.began
	e.playing.Go(func() { e.play(ctx, play, steps) })
	return play, nil
}

// Wait returns when nothing is played any more: the context of Begin has ended.
func (e *Engine) Wait() { e.playing.Wait() }

// Timeline checks the text of a timeline, a JSON list of steps, against the configuration as it runs.
func (e *Engine) Timeline(text []byte) ([]config.Step, error) {
	steps, err := document.ParseValue(string(text))
	if err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			err = fmt.Errorf("%s: %w", document.Position(text, syntax.Offset), err)
		}
		return nil, &config.PathError{Path: "timeline", Err: fmt.Errorf("timeline: %w", err)}
	}
	running, _ := e.Document()
	d, err := document.Parse(running)
	if err != nil {
		return nil, err
	}
	d.Root.Set("timeline", steps)
	file, err := config.ParseBeside(e.path, d.Bytes())
	if err != nil {
		return nil, err
	}
	return file.Timeline, nil
}
