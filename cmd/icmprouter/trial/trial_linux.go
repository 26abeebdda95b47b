package trial

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/card"
	"github.com/icmprouter/icmprouter/cmd/icmprouter/lab"
	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/scenario"
)

// Trial is a program, and the networks that it is put into.
type Trial struct {
	// Scenario is one of the catalogue; nil: Config is somebody's own.
	Scenario *scenario.Scenario
	// Name and Network are of a network of one's own, with no other to compare it with.
	Name    string
	Network Network
	// Traffic is what is done without a command.
	Traffic scenario.Traffic
	// Command is the client's; none: Traffic. Server is a shell command; empty: the built-in server.
	Command []string
	Server  string
	// Timeout bounds each run.
	Timeout time.Duration
	// NoBaseline leaves out the run without the fault.
	NoBaseline bool
	// Probing is net.ipv4.tcp_mtu_probing; Sysctls are others, KEY=VALUE.
	Probing int
	Sysctls []string
	// Out takes what the programs print; Log what goes wrong beside.
	Out io.Writer
	Log *slog.Logger
}

// Run runs the program, and says what became of it. An error is a lab's: that a program fails is none.
func (t *Trial) Run() (*card.Result, error) {
	signals := make(chan os.Signal, 1) // they end the process outside, and this one with it: whatever it has seen until then is no verdict
	signal.Notify(signals, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM)
	defer signal.Stop(signals)
	began := time.Now()
	r := &card.Result{Scenario: t.Name, Program: t.program(), Probing: t.Probing}
	if s := t.Scenario; s != nil {
		r.Scenario, r.Alias, r.Title, r.Healthy = s.Name, s.Alias, s.Title, s.Healthy
	}
	if t.Scenario != nil && !t.NoBaseline {
		o, ended, err := t.once(false)
		if err != nil {
			return r, fmt.Errorf("without the fault: %w", err)
		}
		status := status(ended)
		r.Baseline, r.BaselineStatus = o, &status
	}
	o, ended, err := t.once(true)
	if err != nil {
		return r, err
	}
	r.Faulty, r.TimedOut, r.Status = o, ended.TimedOut, status(ended)
	select {
	case <-signals: // which the terminal sends to all
		select {}
	default:
	}
	r.Judgement = scenario.Judge(r.Faulty, r.Baseline)
	r.Took = time.Since(began).Seconds()
	return r, nil
}

// status is what a shell would make of an end.
func status(r lab.Result) int {
	if r.Status.Signaled() {
		return 128 + int(r.Status.Signal())
	}
	return r.Status.ExitStatus()
}

// program is what the client does, for people.
func (t *Trial) program() string {
	if len(t.Command) > 0 {
		return strings.Join(t.Command, " ")
	}
	return describe(t.Traffic)
}

// network is that of a run.
func (t *Trial) network(faulty bool) (n Network, err error) {
	if t.Scenario == nil {
		return t.Network, nil
	}
	n.Path, n.Text = t.Scenario.Name, t.Scenario.Config(faulty)
	n.File, err = config.Parse(n.Path, n.Text)
	return n, err
}

// once runs the program in one lab.
func (t *Trial) once(faulty bool) (o *scenario.Observation, ended lab.Result, err error) {
	network, err := t.network(faulty)
	if err != nil {
		return nil, ended, err
	}
	watch := NewWatch(network)
	options := lab.Options{Log: t.Log}
	watch.Join(&options)
	l, err := lab.New(network.File, options)
	if err != nil {
		return nil, ended, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if err := t.furnish(l); err != nil {
		return nil, ended, err
	}
	c, err := t.client(l)
	if err != nil {
		return nil, ended, err
	}
	return t.observe(l, watch, c)
}

// furnish sets the hosts' settings, and starts the server.
func (t *Trial) furnish(l *lab.Lab) error {
	settings := append([]string{fmt.Sprintf("net.ipv4.tcp_mtu_probing=%d", t.Probing)}, t.Sysctls...)
	for _, setting := range settings {
		key, value, _ := strings.Cut(setting, "=")
		for _, where := range []string{lab.Client, lab.Server} {
			if err := l.Sysctl(where, key, value); err != nil {
				return err
			}
		}
	}
	if t.Server == "" {
		return l.Serve()
	}
	return l.StartServer(t.Server, t.Out)
}

// client is the command in front: it reads nothing, since it is run twice.
func (t *Trial) client(l *lab.Lab) (*exec.Cmd, error) {
	args := t.Command
	if len(args) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		args = append([]string{self}, Arguments(t.Traffic)...)
	}
	c := exec.Command(args[0], args[1:]...)
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	c.Stdin, c.Stdout, c.Stderr = null, t.Out, t.Out
	return c, nil
}

// observe runs the client up to its end or its time.
func (t *Trial) observe(l *lab.Lab, watch *Watch, c *exec.Cmd) (*scenario.Observation, lab.Result, error) {
	watch.Begin(t.Timeout + moment)
	defer watch.End()
	ended, err := l.RunBehind(lab.Client, c, t.Timeout+moment)
	if err != nil {
		return nil, ended, err
	}
	o := watch.Observe(ended.TimedOut)
	return &o, ended, nil
}
