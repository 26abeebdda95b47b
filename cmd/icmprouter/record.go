package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/record"
)

func recordCommand() *cobra.Command {
	var o record.Options
	c := &cobra.Command{
		Use:   "record [FILE|-]",
		Short: "Make a network of what traceroute, mtr or scamper saw",
		Long: `record reads what a tool printed that traces routes, and prints the configuration of
a network that looks the same to it: each hop answers from the address that it
answered from, the destination is a namespace, and a traceroute from the client's
namespace shows the same hops. Without FILE, or with -, it reads standard input.

It knows the text of traceroute (with or without -n and -e), the report of mtr and
its JSON (mtr --json --no-dns), and the JSON of scamper (trace and tracelb).

What it makes of them: half of what a hop is farther away than the one before is
the delay of the link in each direction, the spread its jitter. What no later hop
does better than is the link's: its delay, and its loss. A hop that answers late or
seldom while those behind it do better is slow or thrifty itself; it answers each
nth probe, or a part of its errors is lost. Hops without an answer are routers that
are silent. Where several addresses answer at one hop, each is a branch, and the
flows are spread over them. MPLS labels are told again. A destination that did not
answer stands one hop behind the last that did, and its ICMP is lost. A path that
ends in !H, !N or !X ends so again, without a server.

The kernel's side of the network has the destination's own address, and that of the
client if it is known. So look at it from namespaces, as the flags name them: they
are made by run. What is guessed is told on standard error.`,
		Example: `  mtr --json --no-dns -c 100 example.com | icmprouter record > path.json
  traceroute -e 192.0.2.7 | icmprouter record --client a --server b - > path.json
  sc_warts2json trace.warts | icmprouter record --family 6 > path.json`,
		Args: cobra.MaximumNArgs(1),
	}
	c.Flags().StringVar(&o.Client, "client", "client", "the namespace of the host that the path begins at")
	c.Flags().StringVar(&o.Server, "server", "server", "the namespace of the destination")
	family := addChoice(c, "family", "which paths to take of several: 4 or 6 (default: the first)", "any", "4", "6")
	c.RunE = func(c *cobra.Command, args []string) error {
		name := "-"
		if len(args) > 0 {
			name = args[0]
		}
		number, _ := strconv.Atoi(family.value) // any is none
		return recordPath(c, name, number, o)
	}
	return c
}

// recordPath prints the configuration of the path in a file, whole or not at all.
func recordPath(c *cobra.Command, name string, family int, o record.Options) error {
	input, err := readInput(c.InOrStdin(), name)
	if err != nil {
		return err
	}
	if name == "-" {
		name = "standard input"
	}
	path, err := record.Read(input, family)
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", name, err)}
	}
	config, notes, err := path.Config(o)
	if err != nil {
		return usageError{err}
	}
	for _, n := range notes {
		fmt.Fprintln(c.ErrOrStderr(), "note:", n)
	}
	_, err = c.OutOrStdout().Write(config)
	return err
}

// readInput reads a file, or standard input if its name is -.
func readInput(stdin io.Reader, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}
