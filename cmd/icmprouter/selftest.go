package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/internal/linktest"
)

func selftestCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "selftest",
		Short: "Measure what this router promises, on this machine",
		Args:  knownCommand,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	links := selftestLinksCommand()
	links.Args = usageArgs(links.Args)
	c.AddCommand(links)
	return c
}

// errImprecise is what makes the exit code 1 when the report has said why.
var errImprecise = errors.New("links do not keep their times here")

func selftestLinksCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "links",
		Short: "Measure how well links keep their delays and rates",
		Long: `links sends packets through networks in this process, over links with delays and
rates, and says how far each packet was from its time: with the worker and the
clock of "icmprouter run", and devices in memory. It needs no rights and no file.

Wanted are, of 99 of 100 packets, 50 µs or 1 % of the delay, whichever is more, and
0.5 % of a rate. The table says what came of it here and now, and what else the
machine did. It exits with 0 if all is met, and with 1 if not.`,
		Example: "  icmprouter selftest links\n  icmprouter selftest links --time 10s --json",
		Args:    cobra.NoArgs,
	}
	period := c.Flags().Duration("time", 2*time.Second, "how long each of the tests sends")
	asJSON := c.Flags().Bool("json", false, "print the report as one JSON object")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *period < time.Millisecond || *period > time.Minute {
			return usageError{fmt.Errorf("--time %s: expected 1ms to 1m", *period)}
		}
		report, err := linktest.Run(*period, func(linktest.Row) {})
		if err != nil {
			return err
		}
		if *asJSON {
			encoder := json.NewEncoder(c.OutOrStdout())
			encoder.SetIndent("", "  ")
			err = encoder.Encode(report)
		} else {
			err = report.WriteText(c.OutOrStdout())
		}
		if err == nil && !report.Met {
			err = errImprecise
		}
		return err
	}
	return c
}
