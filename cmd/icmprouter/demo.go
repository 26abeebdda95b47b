package main

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/demo"
	"github.com/icmprouter/icmprouter/network"
)

func demoCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show in a few seconds what the router does",
		Long: `demo makes two hosts and a router between them, and tells what happens: it pings,
traces the route, sends a packet that is too long, moves 100 MB of TCP, floods,
and counts. The probes are its own: it needs no file and no other tool.

The hosts are network namespaces without names: nothing is left behind. Who is
not root gets them in a user namespace, if /dev/net/tun is open to him. Where
they cannot be had, it says what is missing, and simulates the hosts.

It exits with 0 only if each step gave what it should.`,
		Example: "  icmprouter demo\n  icmprouter demo --memory\n  icmprouter demo --json | jq .ok",
		Args:    cobra.NoArgs,
	}
	color := addChoice(c, "color", "whether to use colours; auto: on a terminal, unless NO_COLOR is set", "auto", "always", "never")
	asJSON := c.Flags().Bool("json", false, "print one JSON object a step")
	memory := c.Flags().Bool("memory", false, "simulate the hosts")
	c.RunE = func(c *cobra.Command, _ []string) error {
		out := c.OutOrStdout()
		err := demo.Run(demo.Options{
			Out: out, Log: newLog(c.ErrOrStderr(), "text", "warn"),
			Color: colored(color.value, out), JSON: *asJSON, Memory: *memory,
			Counters: func(w io.Writer, stats []network.NodeStats) error { return printStats(w, stats, false) },
		})
		var told demo.Status
		if errors.As(err, &told) {
			os.Exit(int(told)) // the other process has said why
		}
		return err
	}
	return c
}

// colored says whether to write colours to w.
func colored(choice string, w io.Writer) bool {
	if choice != "auto" {
		return choice == "always"
	}
	file, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
