package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/control"
)

// ctl is what all commands of ctl have in common.
type ctl struct {
	controlFlags
	asJSON   bool
	revision uint64
}

func ctlCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "ctl",
		Short: "Show and change a router while it runs",
		Long: `ctl asks a router that runs, by its control socket: that of the one router that
runs as this user, or the one that --control says.

A change is checked whole, and takes effect between two packets, or not at all. A
PATH is one that check prints: nodes.r1.interfaces.right.mtu, links[3].both.loss,
links.r1-r2.mtu; * is all: nodes.*.ttl. A VALUE is JSON, or a word.

Exit codes: 0 it worked; 1 it was refused, or nobody is there; 2 the command line is
wrong, or the configuration would be.`,
		Example: `  icmprouter ctl show interfaces
  icmprouter ctl set nodes.r1.interfaces.right.mtu=1300
  icmprouter ctl set nodes.r1.icmp.packet_too_big.action=drop
  icmprouter ctl unset nodes.r1.icmp.packet_too_big.action
  icmprouter ctl apply --dry-run config.json
  icmprouter ctl watch`,
		SuggestionsMinimumDistance: 2,
		Args:                       knownCommand,
		RunE:                       func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	x := &ctl{}
	x.add(c.PersistentFlags())
	c.AddCommand(x.showCommand(), x.setCommand(), x.unsetCommand(), x.applyCommand(), x.watchCommand(), x.resetCommand(), x.playCommand())
	for _, sub := range c.Commands() {
		sub.Args = usageArgs(sub.Args)
	}
	return c
}

// client is the router's, which is asked for nothing yet.
func (x *ctl) client() (*control.Client, error) {
	if x.where == control.Off {
		return nil, usageError{errors.New("--control off: nobody can be asked")}
	}
	token, err := x.token()
	if err != nil {
		return nil, err
	}
	return control.Dial(x.where, token)
}

// failed makes of a configuration that would be wrong, and of a request that is none, an error that the caller can mend.
func failed(err error) error {
	var f *control.Failure
	if errors.As(err, &f) && (f.Status == http.StatusUnprocessableEntity || f.Status == http.StatusBadRequest) {
		return usageError{err}
	}
	return err
}

// ask sends a request and returns what is answered, to be closed.
func (x *ctl) ask(ctx context.Context, method, path string, body []byte, header ...string) (io.ReadCloser, error) {
	client, err := x.client()
	if err != nil {
		return nil, err
	}
	answer, err := client.Ask(ctx, method, path, body, header...)
	return answer, failed(err)
}

// do sends a request, and decodes the answer.
func (x *ctl) do(ctx context.Context, method, path string, body []byte, into any, header ...string) error {
	client, err := x.client()
	if err != nil {
		return err
	}
	return failed(client.Do(ctx, method, path, body, into, header...))
}

// ifMatch is the header of who changes one revision alone.
func (x *ctl) ifMatch() []string {
	if x.revision == 0 {
		return nil
	}
	return []string{"If-Match", strconv.Quote(strconv.FormatUint(x.revision, 10))}
}

// addJSON adds --json, and addRevision --revision, to a command.
func (x *ctl) addJSON(c *cobra.Command) {
	c.Flags().BoolVar(&x.asJSON, "json", false, "print what the router answers, as JSON")
}

func (x *ctl) addRevision(c *cobra.Command) {
	c.Flags().Uint64Var(&x.revision, "revision", 0, "refuse if another revision runs than this (default: any)")
}

func (x *ctl) watchCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "watch",
		Short: "Print what happens, one JSON object a line, until Ctrl-C or the router ends",
		Long: `watch prints each change, each step of a timeline, each link that goes down or up,
and each reset of the counters, with its time. Of what it is too slow for, the next
line has the number, as "lost".`,
		Example: "  icmprouter ctl watch\n  icmprouter ctl watch | jq 'select(.event == \"change\") | .diff'",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			answer, err := x.ask(c.Context(), http.MethodGet, "/v1/events", nil)
			if err != nil {
				return err
			}
			defer answer.Close()
			if _, err := io.Copy(c.OutOrStdout(), answer); err != nil {
				return fmt.Errorf("the router is gone: %w", err)
			}
			return nil
		},
	}
}

func (x *ctl) resetCommand() *cobra.Command {
	c := &cobra.Command{
		Use:       "reset counters",
		Short:     "Make all counters zero",
		Long:      "reset makes the counters of all nodes and links zero between two packets. What waits for its other fragments, or is on its way on a link, stays counted.",
		Example:   "  icmprouter ctl reset counters",
		ValidArgs: []string{"counters"},
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
	}
	x.addJSON(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		answer, err := x.ask(c.Context(), http.MethodPost, "/v1/counters/reset", nil)
		if err != nil {
			return err
		}
		defer answer.Close()
		if x.asJSON {
			_, err = io.Copy(c.OutOrStdout(), answer)
		}
		return err
	}
	return c
}
