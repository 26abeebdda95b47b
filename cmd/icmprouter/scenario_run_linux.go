package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/card"
	"github.com/icmprouter/icmprouter/cmd/icmprouter/lab"
	"github.com/icmprouter/icmprouter/cmd/icmprouter/trial"
	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/scenario"
)

// trialCommands are those that need a lab.
func trialCommands() []*cobra.Command {
	return []*cobra.Command{scenarioRunCommand(), trafficCommand()}
}

// all is the word for all scenarios.
const all = "all"

// trialFlags are those of scenario run.
type trialFlags struct {
	names              []string
	command            []string
	server, config     string
	timeout            time.Duration
	noBaseline, asJSON bool
	family, probing    int
	sysctl             []string
	expect             *choice
	junit, html        string
	parallel           int
}

func scenarioRunCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "run NAME… [flags] [-- COMMAND [ARGUMENT…]]",
		Short: "Put a program into a scenario, and say whether it survives",
		Long: `run puts a program into the network of a scenario, first without its fault and then
with it, and judges by what crossed the wire at both hosts:

  survived     it did as well as without the fault, or nearly so
  degraded     it got there, but stalled for ` + scenario.StallAfter.String() + ` or longer, was half as fast, or lost a flow,
               or a tenth of its datagrams
  blackholed   something that was sent never got through

A machine that stands still meanwhile is told beside the verdict: a stall has to be
longer than that, by as much.

The command runs on the client; the server is server.lab: that of --server 'COMMAND',
or a built-in one, as of "icmprouter exec". Without a command there is a built-in
client. What programs print goes to standard error; they read nothing. Who is not
root needs what exec needs: see "icmprouter doctor".

With several names, or "all", the report is a table, with one line a scenario. Ctrl-C
ends all of it: one scenario has no verdict then, of several the report has those
that are done.
With --config FILE the network is one's own, with TUN devices in the netns client and
server, and there is no run without the fault.

Exit codes: 0 survived; 3 degraded; 4 blackholed, the worst of several; 1 there is
no verdict; 2 the command line is wrong. With --expect: 0 all are so, 1 not.`,
		Example: `  icmprouter scenario run ptb-filtered -- curl -sS -o /dev/null http://server.lab/bytes/10000000
  icmprouter scenario run ptb-filtered --probing 1 --expect degraded
  icmprouter scenario run shrink-mid-flow --server 'iperf3 -s -1' -- iperf3 -c server.lab -t 5
  icmprouter scenario run all --html card.html --junit card.xml -- ./my-client server.lab`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return append(scenarioNames(), all), cobra.ShellCompDirectiveNoFileComp
		},
	}
	f := &trialFlags{}
	f.add(c)
	c.Args = func(c *cobra.Command, args []string) error { return f.split(c, args) }
	c.RunE = func(c *cobra.Command, _ []string) error { return f.run(c) }
	return c
}

// add adds the flags to those of a command.
func (f *trialFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.server, "server", "", "the shell command that is the server (default: a built-in one)")
	flags.StringVar(&f.config, "config", "", "a file with a network of one's own, instead of a scenario")
	flags.DurationVar(&f.timeout, "timeout", 20*time.Second, "how long each run may take")
	flags.BoolVar(&f.noBaseline, "no-baseline", false, "leave out the run without the fault")
	flags.IntVar(&f.family, "family", 0, "4 or 6: what the built-in client uses (default: what the scenario is about)")
	flags.IntVar(&f.probing, "probing", 0, "net.ipv4.tcp_mtu_probing of both hosts: 0, 1 or 2")
	flags.StringArrayVar(&f.sysctl, "sysctl", nil, "set KEY=VALUE of the kernel's settings on both hosts; may be given more than once")
	f.expect = &choice{allowed: []string{"survived", "degraded", "blackholed"}}
	flags.Var(f.expect, "expect", "exit with 0 if the verdict is this, and with 1 if not")
	c.RegisterFlagCompletionFunc("expect", cobra.FixedCompletions(f.expect.allowed, cobra.ShellCompDirectiveNoFileComp))
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object; of several scenarios an array")
	flags.StringVar(&f.junit, "junit", "", "write JUnit's XML to a file")
	flags.StringVar(&f.html, "html", "", "write a page with pictures to a file")
	flags.IntVar(&f.parallel, "parallel", runtime.NumCPU(), "how many scenarios run at once")
}

// split says what of the arguments is what.
func (f *trialFlags) split(c *cobra.Command, args []string) error {
	f.names, f.command = args, nil
	if dash := c.ArgsLenAtDash(); dash >= 0 {
		f.names, f.command = args[:dash], args[dash:]
	}
	for i, name := range f.names {
		if name == all && len(f.names) == 1 {
			f.names = scenarioNames()
			break
		}
		s, err := scenario.Find(name)
		switch {
		case err != nil && i > 0 && f.command == nil:
			return fmt.Errorf(`%w (a command stands behind "--")`, err)
		case err != nil:
			return err
		}
		f.names[i] = s.Name
	}
	switch {
	case f.config != "" && len(f.names) > 0:
		return errors.New("--config and a name both say what the network is: take one")
	case f.config == "" && len(f.names) == 0:
		return errors.New(`which scenario? "icmprouter scenario list" prints them; "all" is all of them`)
	case f.family != 0 && f.family != 4 && f.family != 6:
		return fmt.Errorf("--family %d: expected 4 or 6", f.family)
	case f.probing < 0 || f.probing > 2:
		return fmt.Errorf("--probing %d: expected 0, 1 or 2", f.probing)
	case f.timeout <= 0:
		return fmt.Errorf("--timeout %s: expected a time, as 20s", f.timeout)
	case f.parallel < 1:
		return fmt.Errorf("--parallel %d: expected 1 or more", f.parallel)
	}
	for _, setting := range f.sysctl {
		if !strings.Contains(setting, "=") {
			return fmt.Errorf("--sysctl %s: expected KEY=VALUE, as net.ipv4.tcp_base_mss=1024", setting)
		}
	}
	return nil
}

// run runs one scenario in this process, or several in others.
func (f *trialFlags) run(c *cobra.Command) error {
	began := time.Now()
	if err := f.writable(); err != nil {
		return usageError{err}
	}
	if len(f.names) > 1 {
		results := f.many(c)
		if !slices.ContainsFunc(results, func(r *card.Result) bool { return r.Error == "" }) && len(lab.Lacks()) > 0 {
			fmt.Fprintln(c.ErrOrStderr(), "icmprouter:", lab.Lacking(errors.New("this is missing here")))
		}
		return f.report(c, results, began)
	}
	t, err := f.trial(c)
	if err != nil {
		return usageError{err}
	}
	status, inside, err := lab.Enter()
	switch {
	case err != nil:
		return err
	case !inside:
		return exitStatus(status)
	}
	r, err := t.Run()
	if err != nil {
		lab.Explain(err)
	}
	switch {
	case err != nil && !f.asJSON && f.junit == "" && f.html == "":
		return err
	case err != nil:
		r.Error = err.Error()
	}
	return f.report(c, []*card.Result{r}, began)
}

// trial is the one that the flags describe.
func (f *trialFlags) trial(c *cobra.Command) (*trial.Trial, error) {
	t := &trial.Trial{
		Command: f.command, Server: f.server, Timeout: f.timeout, NoBaseline: f.noBaseline,
		Probing: f.probing, Sysctls: f.sysctl, Out: c.ErrOrStderr(), Log: newLog(c.ErrOrStderr(), "text", "warn"),
	}
	if f.config != "" {
		t.Name, t.Traffic.Version = strings.TrimSuffix(filepath.Base(f.config), ".json"), f.family
		text, err := config.Text(f.config)
		if err != nil {
			return nil, err
		}
		t.Network = trial.Network{Path: f.config, Text: text}
		t.Network.File, err = config.ParseBeside(f.config, text)
		return t, err
	}
	s, err := scenario.Find(f.names[0])
	if err != nil {
		return nil, err
	}
	t.Scenario, t.Traffic = s, s.Traffic
	if f.family != 0 {
		t.Traffic.Version = f.family
	}
	return t, nil
}

// report prints and writes results, and says how to exit.
func (f *trialFlags) report(c *cobra.Command, results []*card.Result, began time.Time) error {
	for _, r := range results {
		r.Expected = f.expect.value
	}
	var err error
	switch out := c.OutOrStdout(); {
	case f.asJSON && len(results) == 1:
		err = card.JSON(out, results[0])
	case f.asJSON:
		err = card.JSON(out, results)
	case len(results) == 1:
		err = card.Text(out, results[0])
	default:
		err = card.Table(out, results)
	}
	if f.junit != "" {
		err = errors.Join(err, toFile(f.junit, func(file *os.File) error { return card.JUnit(file, results, began) }))
	}
	if f.html != "" {
		err = errors.Join(err, toFile(f.html, func(file *os.File) error { return card.HTML(file, results, began) }))
	}
	if err != nil {
		return err
	}
	return f.status(results)
}

// writable says before anything is run that a report cannot be written. What is in its file stays until there is another.
func (f *trialFlags) writable() error {
	for _, path := range []string{f.junit, f.html} {
		if path == "" {
			continue
		}
		_, missing := os.Stat(path)
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666)
		if err != nil {
			return err
		}
		file.Close()
		if missing != nil {
			os.Remove(path)
		}
	}
	return nil
}

// toFile writes a file.
func toFile(path string, write func(*os.File) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

// status is how to exit: by what was expected, or by the worst of the verdicts.
func (f *trialFlags) status(results []*card.Result) error {
	worst := exitStatus(exitOK)
	for _, r := range results {
		switch {
		case r.Error != "" || r.Verdict == scenario.Unjudged, f.expect.value != "" && !r.Passed():
			return exitStatus(exitFailure)
		case f.expect.value != "":
		case r.Verdict == scenario.Degraded:
			worst = max(worst, exitDegraded)
		case r.Verdict == scenario.Blackholed:
			worst = max(worst, exitBlackholed)
		}
	}
	if worst == exitOK {
		return nil
	}
	return worst
}

// trafficCommand is what the built-in client runs.
func trafficCommand() *cobra.Command {
	c := &cobra.Command{Use: trial.Command + " HOST", Hidden: true, Args: cobra.MaximumNArgs(1)}
	var t scenario.Traffic
	c.Flags().IntVar(&t.Octets, "octets", scenario.DefaultOctets, "how many")
	c.Flags().IntVar(&t.Version, "family", 4, "4 or 6")
	c.Flags().BoolVar(&t.UDP, "udp", false, "datagrams")
	c.Flags().BoolVar(&t.Large, "large", false, "such that have to be fragmented")
	c.Flags().BoolVar(&t.Upload, "upload", false, "to the server")
	c.RunE = func(_ *cobra.Command, args []string) error {
		return trial.Do(t, append(args, "server.lab")[0])
	}
	return c
}
