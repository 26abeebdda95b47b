package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/lab"
)

// errLacking is what makes the exit code 1 when the report has said why.
var errLacking = errors.New("exec, scenario and demo's real hosts cannot be had here")

func doctorCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Say what this machine can do for a lab, and how to mend it",
		Long: `doctor looks for what exec, scenario run and demo need, by trying it, and prints for
each thing what was found, and a command that mends it. What is only better to
have is marked with a ~. It exits with 0 if a lab can be had by who asks, and with 1 if not.`,
		Example: "  icmprouter doctor\n  icmprouter doctor --json | jq '.[] | select(.ok | not) | .fix'",
		Args:    cobra.NoArgs,
	}
	asJSON := c.Flags().Bool("json", false, "print the checks as JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		checks := lab.Examine()
		if err := printChecks(c.OutOrStdout(), checks, *asJSON); err != nil {
			return err
		}
		for _, check := range checks {
			if check.Needed && !check.OK {
				return errLacking
			}
		}
		return nil
	}
	return c
}

func printChecks(w io.Writer, checks []lab.Check, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(checks)
	}
	for _, c := range checks {
		mark := "✓"
		switch {
		case !c.OK && c.Needed:
			mark = "✗"
		case !c.OK:
			mark = "~"
		}
		if _, err := fmt.Fprintf(w, "%s %-13s %s\n", mark, c.Name, c.Found); err != nil {
			return err
		}
		if c.Fix != "" {
			fmt.Fprintf(w, "  %-13s fix: %s\n", "", c.Fix)
		}
	}
	return nil
}
