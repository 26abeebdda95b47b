package main

import (
	"fmt"
	"io"
	"time"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/lab"
	"github.com/icmprouter/icmprouter/cmd/icmprouter/trial"
	"github.com/icmprouter/icmprouter/config/document"
	"github.com/icmprouter/icmprouter/scenario"
)

func init() {
	openScenario = func(name string) (execScenario, error) {
		s, err := scenario.Find(name)
		if err != nil {
			return nil, err
		}
		return &watchedScenario{scenario: s}, nil
	}
}

// watchedScenario is one that exec runs a command in.
type watchedScenario struct {
	scenario *scenario.Scenario
	watch    *trial.Watch
}

func (w *watchedScenario) Config() *document.Document {
	d, err := document.Parse(w.scenario.Config(true))
	if err != nil {
		panic(err) // the catalogue's tests parse all
	}
	return d
}

func (w *watchedScenario) Watch(n trial.Network, o *lab.Options) {
	w.watch = trial.NewWatch(n)
	w.watch.Join(o)
}

func (w *watchedScenario) Begin(limit time.Duration) { w.watch.Begin(limit) }

func (w *watchedScenario) Verdict(_ *lab.Lab, r lab.Result, out io.Writer) error {
	defer w.watch.End()
	o := w.watch.Observe(r.TimedOut)
	j := scenario.Judge(&o, nil)
	_, err := fmt.Fprintf(out, "icmprouter: %s: %s: %s\n", w.scenario.Name, j.Verdict, j.Reason)
	return err
}
