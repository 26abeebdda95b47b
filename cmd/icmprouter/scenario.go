package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/card"
	"github.com/icmprouter/icmprouter/scenario"
)

func scenarioCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "scenario",
		Short: "Networks that break path MTU discovery, and whether a program survives them",
		Long: `scenario is a catalogue of the ways in which path MTU discovery fails in the field. Each
is a network that shows it. "run" puts a program into it, and says by what crossed
the wire whether the program survived, was degraded, or was blackholed.`,
		SuggestionsMinimumDistance: 2,
		Args:                       knownCommand,
		RunE:                       func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(scenarioListCommand(), scenarioShowCommand())
	c.AddCommand(trialCommands()...)
	for _, sub := range c.Commands() {
		sub.Args = usageArgs(sub.Args)
	}
	return c
}

func scenarioListCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "list",
		Short:   "Print the names of all scenarios",
		Long:    "list prints the alias, the name and a line about each scenario.",
		Example: "  icmprouter scenario list\n  icmprouter scenario list --json | jq -r '.[].name'",
		Args:    cobra.NoArgs,
	}
	asJSON := c.Flags().Bool("json", false, "print a JSON array")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *asJSON {
			var all []scenarioJSON
			for _, s := range scenario.All() {
				all = append(all, aboutScenario(s))
			}
			return card.JSON(c.OutOrStdout(), all)
		}
		t := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
		for _, s := range scenario.All() {
			fmt.Fprintf(t, "%s\t%s\t%s\n", s.Alias, s.Name, s.Title)
		}
		return t.Flush()
	}
	return c
}

// scenarioJSON is a scenario for machines.
type scenarioJSON struct {
	Name    string   `json:"name"`
	Alias   string   `json:"alias"`
	Title   string   `json:"title"`
	Life    string   `json:"life"`
	Reports []string `json:"reports"`
	Healthy string   `json:"healthy"`
}

func aboutScenario(s *scenario.Scenario) scenarioJSON {
	return scenarioJSON{s.Name, s.Alias, s.Title, s.Life, s.Reports, s.Healthy}
}

func scenarioShowCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "show NAME",
		Short: "Print what a scenario is about, and its configuration",
		Long: `show prints what happens in real life, who reported it, what a healthy sender does, and
the configuration of the network. NAME may be an alias, such as P02.

With --config it prints the configuration alone, which "icmprouter run",
"icmprouter exec --config" and "icmprouter scenario run --config" take; with
--without-fault it is that of the same network without the fault.`,
		Example: "  icmprouter scenario show ptb-filtered\n  icmprouter scenario show P02 --config > filtered.json",
		Args:    cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return scenarioNames(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	onlyConfig := c.Flags().Bool("config", false, "print the configuration alone")
	without := c.Flags().Bool("without-fault", false, "the configuration without the fault")
	c.RunE = func(c *cobra.Command, args []string) error {
		s, err := scenario.Find(args[0])
		if err != nil {
			return usageError{err}
		}
		if !*onlyConfig {
			describeScenario(c.OutOrStdout(), s)
		}
		_, err = c.OutOrStdout().Write(s.Config(!*without))
		return err
	}
	return c
}

func scenarioNames() (names []string) {
	for _, s := range scenario.All() {
		names = append(names, s.Name)
	}
	return names
}

// describeScenario prints what a scenario is about.
func describeScenario(w io.Writer, s *scenario.Scenario) {
	const columns = 100
	fmt.Fprintf(w, "%s (%s)\n%s\n\n", s.Name, s.Alias, s.Title)
	fmt.Fprintf(w, "%s\n\n", wrap("In the field: "+s.Life, columns))
	fmt.Fprintf(w, "%s\n\n", wrap("A healthy sender: "+s.Healthy, columns))
	fmt.Fprintf(w, "%s\n\n", wrap("Reported: "+strings.Join(s.Reports, ", "), columns))
}

// wrap breaks a paragraph into lines.
func wrap(text string, columns int) string {
	var b strings.Builder
	at := 0
	for _, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case at == 0:
		case at+1+n > columns:
			b.WriteByte('\n')
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}
