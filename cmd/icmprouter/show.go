package main

import (
	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/show"
	"github.com/icmprouter/icmprouter/config"
)

func showCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "show",
		Short: "Print or draw a network, and the ways of packets through it",
		Long: `show reads a configuration as run does, opens nothing, and prints what run would
make of it: for people, as JSON, or as a drawing for Graphviz (dot) and Mermaid.`,
		SuggestionsMinimumDistance: 2,
		Args:                       knownCommand,
		RunE:                       func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(showPlanCommand(), showPathsCommand())
	for _, sub := range c.Commands() {
		sub.Args = usageArgs(sub.Args)
	}
	return c
}

func showPlanCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "plan CONFIG",
		Short: "Print all nodes and links, with the addresses that they get",
		Long: `plan prints the nodes with their loopbacks and interfaces, and the links with both
ends, MTU, metric, and what they do to packets. "-" is standard input.`,
		Example: `  icmprouter show plan network.json
  icmprouter make ring:6 | icmprouter show plan --format dot - | dot -Tsvg > ring.svg
  icmprouter show plan --format json network.json | jq '.nodes[].loopbacks'`,
		Args: cobra.ExactArgs(1),
	}
	format := addChoice(c, "format", "how to print it", show.Formats...)
	c.RunE = func(c *cobra.Command, args []string) error {
		file, err := config.Load(args[0])
		if err != nil {
			return usageError{err}
		}
		plan := file.Plan()
		return show.Plan(c.OutOrStdout(), &plan, format.value)
	}
	return c
}

func showPathsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "paths FROM TO CONFIG",
		Short: "Print all ways that packets may take, as a traceroute sees them",
		Long: `paths prints all ways from one place to another, with the tables that the nodes have
while all devices are there: hop by hop, what a traceroute shows there, the MTU of
each link, and where the ways end and why. A * is a hop that shows nothing.

FROM and TO are a node, which is its loopback; an interface of one as
NODE:INTERFACE; a device by its namespace, its name, or NAMESPACE/NAME, which is
the host behind it; or an address. TO may be any address, and FROM one that a
node or a device has. "-" is standard input.`,
		Example: `  icmprouter show paths client server network.json
  icmprouter show paths --family 6 r1 r9 network.json
  icmprouter show paths client 192.0.2.1 network.json
  icmprouter make clos:4x2 | icmprouter show paths --format mermaid client server -`,
		Args: cobra.ExactArgs(3),
	}
	format := addChoice(c, "format", "how to print it", show.Formats...)
	family := addChoice(c, "family", "the family of the addresses; any: IPv4, if both places have it", "any", "4", "6")
	c.RunE = func(c *cobra.Command, args []string) error {
		file, err := config.Load(args[2])
		if err != nil {
			return usageError{err}
		}
		plan := file.Plan()
		err = show.Paths(c.OutOrStdout(), &plan, args[0], args[1], map[string]int{"4": 4, "6": 6}[family.value], format.value)
		if err != nil {
			return usageError{err}
		}
		return nil
	}
	return c
}
