// Command bench measures this router against the kernel and against what others
// would build, on one machine in one run: go run ./bench. It makes its own
// namespaces, traffic and forwarders, and needs root and nothing else.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"github.com/icmprouter/icmprouter/bench/lab"
	"github.com/icmprouter/icmprouter/bench/report"
	"github.com/icmprouter/icmprouter/bench/result"
	"github.com/icmprouter/icmprouter/tundev"
)

// Exit codes, as those of icmprouter.
const (
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == "child" {
		fail(exitFailure, lab.Child(os.Args[2:]))
		return
	}
	flags, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	fail(exitUsage, err)
	fail(exitFailure, execute(flags, os.Stdout))
}

// fail ends the process if there is an error.
func fail(code int, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(code)
	}
}

// command is the command line.
type command struct {
	options
	json, report, into string
	list               bool
}

func parse(arguments []string, out io.Writer) (c command, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.IntVar(&c.rounds, "rounds", 7, "how often everything is measured")
	flags.DurationVar(&c.sample, "time", 350*time.Millisecond, "how long a sample is")
	flags.DurationVar(&c.warm, "warm", 100*time.Millisecond, "how long a load runs before its sample")
	quick := flags.Bool("quick", false, "one short round, without what takes long")
	only := flags.String("only", "", "measure what matches the regular expression as `workload/contender`, such as '^udp4-46-1/'")
	flags.StringVar(&c.json, "json", "", "write the samples to this `file`")
	flags.StringVar(&c.into, "into", "", "put the samples into this `file`, in the place of its own of the same workloads: with -only")
	flags.StringVar(&c.report, "report", "", "measure nothing: write tables and charts beside this `file` of samples anew")
	flags.BoolVar(&c.list, "list", false, "list workloads and contenders")
	if err := flags.Parse(arguments); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	if c.into != "" && *only == "" {
		return c, errors.New("-into is for a part: use it with -only, or -json for all")
	}
	if c.rounds < 1 || c.sample <= 0 || c.warm < 0 {
		return c, errors.New("-rounds, -time and -warm are to be positive")
	}
	if c.small = *quick; c.small {
		given := map[string]bool{}
		flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
		for name, value := range map[string]string{"rounds": "1", "time": "200ms", "warm": "50ms"} {
			if !given[name] {
				flags.Set(name, value)
			}
		}
	}
	if *only != "" {
		if c.only, err = regexp.Compile(*only); err != nil {
			return c, fmt.Errorf("-only: %w", err)
		}
	}
	return c, nil
}

// execute does what the command line says.
func execute(c command, out io.Writer) error {
	switch {
	case c.list:
		list(out)
		return nil
	case c.report != "":
		return report.Update(c.report)
	}
	if err := able(); err != nil {
		return err
	}
	if c.into != "" {
		if _, err := result.Read(c.into); err != nil {
			return err // now, and not when all is measured
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	c.log = os.Stderr
	r, err := run(ctx, c.options)
	if err != nil {
		return err
	}
	fmt.Fprint(out, report.Text(r))
	if c.json != "" {
		if err := r.Write(c.json); err != nil {
			return err
		}
	}
	if c.into == "" {
		return nil
	}
	stored, err := result.Read(c.into)
	if err != nil {
		return err
	}
	stored.Merge(r)
	return stored.Write(c.into)
}

// able says what the machine lacks, if anything.
func able() error {
	tun, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("%w: run as root, with 'modprobe tun' or '--device /dev/net/tun'", err)
	}
	tun.Close()
	n, err := tundev.NewNamespace()
	if err != nil {
		return err
	}
	return n.Close()
}

func list(out io.Writer) {
	var r result.Result
	b := bench{result: &r}
	b.describe()
	fmt.Fprintln(out, "contenders:")
	for _, c := range r.Contenders {
		fmt.Fprintf(out, "  %-16s %s\n", c.Name, c.About)
	}
	fmt.Fprintln(out, "workloads:")
	for _, w := range r.Workloads {
		fmt.Fprintf(out, "  %-22s %s\n", w.Name, w.About)
	}
}
