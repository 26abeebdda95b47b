package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/config"
)

func checkCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "check CONFIG",
		Short: "Say all that is wrong with a configuration, or what it would do",
		Long: `check reads a configuration as run does, and opens nothing. It prints every
mistake with file, line, column, the key's path, what was expected and the
nearest valid name; without mistakes, a summary of what run would do. "-" is
standard input. It exits with 2 if there are mistakes.`,
		Example: "  icmprouter check config.example.json\n  icmprouter check --json - < config.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			file, err := config.Load(args[0])
			if asJSON {
				return checkJSON(c.OutOrStdout(), file, err)
			}
			if err != nil {
				return usageError{err}
			}
			for _, w := range file.Warnings {
				fmt.Fprintln(c.ErrOrStderr(), "warning:", w)
			}
			_, err = fmt.Fprint(c.OutOrStdout(), file.Summary())
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print mistakes and warnings as JSON")
	return c
}

// checkJSON prints one object; the exit code says the same as without JSON.
func checkJSON(w io.Writer, file *config.File, err error) error {
	report := struct {
		OK       bool             `json:"ok"`
		Mistakes []config.Mistake `json:"mistakes"`
		Warnings []config.Mistake `json:"warnings"`
	}{OK: err == nil, Mistakes: []config.Mistake{}, Warnings: []config.Mistake{}}
	var mistakes config.Mistakes
	switch {
	case err == nil:
		report.Warnings = append(report.Warnings, file.Warnings...)
	case errors.As(err, &mistakes):
		report.Mistakes = mistakes
	default:
		report.Mistakes = []config.Mistake{{Problem: err.Error()}}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if encErr := enc.Encode(report); encErr != nil {
		return encErr
	}
	if err != nil {
		return usageError{fmt.Errorf("%d mistakes", len(report.Mistakes))}
	}
	return nil
}
