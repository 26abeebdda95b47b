package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/card"
	"github.com/icmprouter/icmprouter/scenario"
)

// many runs each scenario in a process of its own, since a process has one lab, some of them at
// once. The results are in the order of the names. A signal ends those that run; what was done stays.
func (f *trialFlags) many(c *cobra.Command) []*card.Result {
	ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	results := make([]*card.Result, len(f.names))
	free := make(chan struct{}, f.parallel)
	var wait sync.WaitGroup
	for i, name := range f.names {
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			results[i] = f.other(ctx, name)
			fmt.Fprintf(c.ErrOrStderr(), "%s: %s\n", name, results[i].Word())
		})
	}
	wait.Wait()
	return results
}

// other runs a scenario in another process.
func (f *trialFlags) other(ctx context.Context, name string) *card.Result {
	s, err := scenario.Find(name)
	if err != nil {
		return &card.Result{Scenario: name, Error: err.Error()}
	}
	var stdout, stderr bytes.Buffer
	child := exec.CommandContext(ctx, "/proc/self/exe", f.arguments(name)...)
	child.Stdout, child.Stderr = &stdout, &stderr
	child.Cancel = func() error { return child.Process.Signal(syscall.SIGTERM) }
	runErr := child.Run()
	r := &card.Result{}
	if json.Unmarshal(stdout.Bytes(), r) == nil {
		return r
	}
	why := "interrupted"
	if ctx.Err() == nil {
		why = fmt.Sprintf("%v: %s", runErr, lastLine(stderr.String()))
	}
	return &card.Result{Scenario: s.Name, Alias: s.Alias, Title: s.Title, Healthy: s.Healthy, Program: strings.Join(f.command, " "), Error: why}
}

// arguments are those of one scenario's process.
func (f *trialFlags) arguments(name string) []string {
	args := []string{"scenario", "run", name, "--json", "--timeout", f.timeout.String(), "--probing", strconv.Itoa(f.probing)}
	if f.noBaseline {
		args = append(args, "--no-baseline")
	}
	if f.family != 0 {
		args = append(args, "--family", strconv.Itoa(f.family))
	}
	if f.server != "" {
		args = append(args, "--server", f.server)
	}
	for _, setting := range f.sysctl {
		args = append(args, "--sysctl", setting)
	}
	if len(f.command) > 0 {
		args = append(append(args, "--"), f.command...)
	}
	return args
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
