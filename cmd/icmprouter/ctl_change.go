package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/control"
	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/config/document"
)

func (x *ctl) setCommand() *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "set PATH=VALUE…",
		Short: "Change values of the configuration",
		Long:  "set changes values, all of them between the same two packets, or none. It prints what is different, and when it took effect.",
		Example: `  icmprouter ctl set nodes.r1.interfaces.right.mtu=1300
  icmprouter ctl set nodes.r1.icmp.packet_too_big.action=drop nodes.r1.icmp.time_exceeded.action=drop
  icmprouter ctl set 'links[0].both.loss={"every":3}'
  icmprouter ctl set --revision 7 links.r1-r2.up=false`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: x.completePath("="),
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		var set config.Assignments
		for _, arg := range args {
			path, text, ok := strings.Cut(arg, "=")
			if !ok || path == "" {
				return usageError{fmt.Errorf("%q: expected PATH=VALUE", arg)}
			}
			value, err := document.Word(text)
			if err != nil {
				return usageError{fmt.Errorf("%s: %w", path, err)}
			}
			encoded, err := json.Marshal(value)
			if err != nil {
				return err
			}
			set = append(set, config.Assignment{Path: path, Value: encoded})
		}
		return x.patch(c, map[string]any{"set": set}, dry)
	}
	x.addChange(c, &dry)
	return c
}

func (x *ctl) unsetCommand() *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:               "unset PATH…",
		Short:             "Take values away, so that their defaults hold again",
		Example:           "  icmprouter ctl unset nodes.r1.icmp.packet_too_big.action\n  icmprouter ctl unset nodes.r1.icmp nodes.r1.ttl",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: x.completePath(""),
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		return x.patch(c, map[string]any{"unset": args}, dry)
	}
	x.addChange(c, &dry)
	return c
}

// addChange adds the flags of all commands that change something.
func (x *ctl) addChange(c *cobra.Command, dry *bool) {
	x.addJSON(c)
	x.addRevision(c)
	c.Flags().BoolVar(dry, "dry-run", false, "check it, print what would be different, and change nothing")
}

func (x *ctl) patch(c *cobra.Command, body map[string]any, dry bool) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return x.change(c, http.MethodPatch, text, dry)
}

func (x *ctl) applyCommand() *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "apply FILE",
		Short: "Replace the whole configuration",
		Long: `apply has the router run the configuration of a file, "-" being standard input, as a
reload would, and prints what is different. Other files that it names are looked for
where the router's own file is. Counters are kept, and links that do not change lose no packet.`,
		Example: "  icmprouter ctl apply --dry-run config.json\n  icmprouter ctl show config | sed s/1400/1300/ | icmprouter ctl apply -",
		Args:    cobra.ExactArgs(1),
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		text, err := config.Text(args[0])
		if err != nil {
			return usageError{err}
		}
		err = x.change(c, http.MethodPut, text, dry)
		if f := (*control.Failure)(nil); errors.As(err, &f) {
			f.File = config.NameOf(args[0])
		}
		return err
	}
	x.addChange(c, &dry)
	return c
}

// change sends a change, and prints what came of it.
func (x *ctl) change(c *cobra.Command, method string, body []byte, dry bool) error {
	path := "/v1/config"
	if dry {
		path += "?dry_run=true"
	}
	answer, err := x.ask(c.Context(), method, path, body, x.ifMatch()...)
	if err != nil {
		return err
	}
	defer answer.Close()
	if x.asJSON {
		_, err = io.Copy(c.OutOrStdout(), answer)
		return err
	}
	var applied control.Applied
	if err := json.NewDecoder(answer).Decode(&applied); err != nil {
		return err
	}
	for _, w := range applied.Warnings {
		fmt.Fprintf(c.ErrOrStderr(), "warning: %s: %s\n", w.Path, w.Problem)
	}
	control.PrintDiff(c.OutOrStdout(), applied.Diff)
	if dry {
		fmt.Fprintf(c.OutOrStdout(), "revision %d would be changed; it still runs\n", applied.Revision)
		return nil
	}
	fmt.Fprintf(c.OutOrStdout(), "revision %d since %s\n", applied.Revision, applied.At.Format(time.RFC3339Nano))
	return nil
}

func (x *ctl) playCommand() *cobra.Command {
	var detach bool
	c := &cobra.Command{
		Use:   "play FILE",
		Short: "Play a timeline: changes at their times",
		Long: `play has the router play a timeline, a JSON list of steps as in the configuration, "-"
being standard input, and prints each step when it is over. It ends with the last. The
router plays it to its end, whether play is there or not.`,
		Example: `  echo '[{"at":"5s","set":{"nodes.r1.interfaces.right.mtu":1300}},{"at":"20s","unset":["nodes.r1.interfaces.right.mtu"]}]' | icmprouter ctl play -
  icmprouter ctl play --detach steps.json`,
		Args: cobra.ExactArgs(1),
	}
	c.Flags().BoolVar(&detach, "detach", false, "do not wait for the steps")
	x.addJSON(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		text, err := config.Text(args[0])
		if err != nil {
			return usageError{err}
		}
		return x.play(c, text, detach)
	}
	return c
}

// play begins a timeline, and prints its steps.
func (x *ctl) play(c *cobra.Command, text []byte, detach bool) error {
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	var events *bufio.Scanner
	if !detach {
		answer, err := x.ask(ctx, http.MethodGet, "/v1/events", nil) // before the first step
		if err != nil {
			return err
		}
		defer answer.Close()
		events = bufio.NewScanner(answer)
		events.Buffer(nil, 64<<20)
		events.Scan() // hello: it listens
	}
	var begun struct {
		Play  uint64
		Steps int
	}
	if err := x.do(ctx, http.MethodPost, "/v1/play", text, &begun); err != nil || detach {
		return err
	}
	refused := 0
	for left := begun.Steps; left > 0; {
		if !events.Scan() {
			return errors.Join(errors.New("the router is gone"), events.Err())
		}
		var e control.Event
		if err := json.Unmarshal(events.Bytes(), &e); err != nil {
			return err
		}
		if e.Lost > 0 {
			return fmt.Errorf("%d events were lost: the steps go on, and can be seen by watch", e.Lost)
		}
		if e.Event != "step" || e.Play != begun.Play {
			continue
		}
		left--
		if e.Error != "" {
			refused++
		}
		x.printStep(c.OutOrStdout(), events.Bytes(), &e)
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d steps were refused", refused, begun.Steps)
	}
	return nil
}

// printStep prints a step that is over.
func (x *ctl) printStep(w io.Writer, line []byte, e *control.Event) {
	switch {
	case x.asJSON:
		fmt.Fprintf(w, "%s\n", line)
	case e.Error != "":
		fmt.Fprintf(w, "%s\n  refused: %s\n", e.What, e.Error)
	default:
		fmt.Fprintf(w, "%s\n  revision %d since %s\n", e.What, e.Revision, e.At.Format(time.RFC3339Nano))
	}
}
