// Command icmprouter is a router node, or several, in user space: TUN devices
// hand it IP packets, it forwards them, and tells senders what became of the rest.
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1 // it did not work: a device, a namespace, a step of the demo
	exitUsage   = 2 // the command line or the configuration is wrong

	exitDegraded   = 3 // a program got there, but suffered (scenario run)
	exitBlackholed = 4 // something of it never got through (scenario run)
)

// exitStatus is an exit code of which all has been said.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// failureCode is the annotation of a command that has one exit code for all of its own
// failures, as the others are those of the program that it runs.
const failureCode = "failure code"

// usageError is an error that the caller of the command can mend.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func main() {
	os.Exit(execute(rootCommand(), os.Args[1:]))
}

// execute runs the command and turns its error into an exit code.
func execute(root *cobra.Command, args []string) int {
	root.SetArgs(args)
	c, err := root.ExecuteC()
	if err == nil {
		return exitOK
	}
	if code, err2 := strconv.Atoi(c.Annotations[failureCode]); err2 == nil {
		fmt.Fprintf(root.ErrOrStderr(), "icmprouter %s: %v\n", c.Name(), err)
		return code
	}
	var usage usageError
	var status exitStatus
	switch {
	case errors.As(err, &status):
		return int(status)
	case errors.As(err, &usage):
		fmt.Fprintln(root.ErrOrStderr(), err)
		return exitUsage
	}
	fmt.Fprintln(root.ErrOrStderr(), "icmprouter:", err)
	return exitFailure
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "icmprouter",
		Short: "A router in user space that tells the truth about ICMP",
		Long: `icmprouter is a router node in user space. TUN devices hand it raw IP packets;
it forwards them as RFC 1812 and RFC 8200 say a router must, answers pings, and
tells senders through rate-limited ICMP errors what became of the rest.

Begin with "icmprouter demo": it needs no file and no other tool.

Every flag has an environment variable: ICMPROUTER_ and the flag's name in
capitals, with _ for -. --log-format is ICMPROUTER_LOG_FORMAT. A flag that is
given wins over its variable.

Exit codes: 0 it worked; 1 it did not (a device or namespace could not be had, a
step of the demo failed); 2 the command line or the configuration is wrong. Those of
exec are its own; scenario run exits with 3 for degraded, and 4 for blackholed.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		// how far a word may be from a command to be taken for it
		SuggestionsMinimumDistance: 2,
		PersistentPreRunE:          func(c *cobra.Command, _ []string) error { return fromEnvironment(c.Flags()) },
		Args:                       knownCommand,
		RunE:                       func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w\nSee: %s --help", err, c.CommandPath())}
	})
	root.AddCommand(runCommand(), ctlCommand(), checkCommand(), demoCommand(), probeCommand(), makeCommand(), recordCommand(), showCommand(),
		scenarioCommand(), selftestCommand(), versionCommand())
	root.AddCommand(labCommands()...)
	for _, c := range root.Commands() {
		c.Args = usageArgs(c.Args)
	}
	return root
}

// knownCommand refuses a word that is no command, and names those that are near.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := c.SuggestionsFor(args[0])
	if len(near) == 0 {
		return usageError{fmt.Errorf("unknown command %q\nSee: %s --help", args[0], c.CommandPath())}
	}
	return usageError{fmt.Errorf("unknown command %q; did you mean \"%s\"?", args[0], strings.Join(near, `" or "`))}
}

// usageArgs makes what a command says of its arguments a usage error.
func usageArgs(args cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		if err := args(c, given); err != nil {
			return usageError{fmt.Errorf("%w\nUsage: %s", err, c.UseLine())}
		}
		return nil
	}
}

// environmentName is the variable that stands for a flag.
func environmentName(flag string) string {
	return "ICMPROUTER_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fromEnvironment sets the flags that were not given from their variables.
func fromEnvironment(flags *pflag.FlagSet) error {
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		name := environmentName(f.Name)
		if value, set := os.LookupEnv(name); set && !f.Changed {
			if err := flags.Set(f.Name, value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		}
	})
	if err := errors.Join(errs...); err != nil {
		return usageError{err}
	}
	return nil
}

// choice is a flag that takes one of a few words.
type choice struct {
	value   string
	allowed []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.Join(c.allowed, "|") }
func (c *choice) Set(s string) error {
	for _, a := range c.allowed {
		if s == a {
			c.value = s
			return nil
		}
	}
	return fmt.Errorf("%q is none of: %s", s, strings.Join(c.allowed, ", "))
}

// addChoice adds a flag that takes one of the allowed words, the first by default.
func addChoice(c *cobra.Command, name, usage string, allowed ...string) *choice {
	v := &choice{value: allowed[0], allowed: allowed}
	c.Flags().Var(v, name, usage)
	c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(allowed, cobra.ShellCompDirectiveNoFileComp))
	return v
}
