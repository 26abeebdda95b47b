package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/lab"
	"github.com/icmprouter/icmprouter/cmd/icmprouter/trial"
	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/config/document"
)

// execScenario is what exec asks of the scenario that --scenario names.
type execScenario interface {
	// Config is the configuration of its network, with the namespaces client and server.
	Config() *document.Document
	// Watch adds to the options what looks at the packets of the network.
	Watch(trial.Network, *lab.Options)
	// Begin is called when the command is about to start, and will be ended after limit, unless that is zero.
	Begin(limit time.Duration)
	// Verdict says what became of the command, in a line or a few.
	Verdict(*lab.Lab, lab.Result, io.Writer) error
}

// openScenario returns the scenario of a name.
var openScenario = func(name string) (execScenario, error) {
	return nil, fmt.Errorf("there is no scenario %q", name)
}

// labCommands are those that need network namespaces.
func labCommands() []*cobra.Command { return []*cobra.Command{execCommand(), doctorCommand()} }

// execFlags are the flags of exec.
type execFlags struct {
	path                     lab.Path
	config, scenario, server string
	set, sysctl              []string
	timeout                  time.Duration
	printConfig              bool
}

const execHelp = `exec runs a command on a host of its own, with routers between it and a server, and
ends as the command ends. Standard input, output, terminal, signals and exit
status are the command's own. Who is not root needs a /dev/net/tun that is open to
him and user namespaces; "icmprouter doctor" says what is missing. Nothing is left
behind: what the command leaves running is killed with the network.

  client ── r1 ── … ── rN ══ server        --hops N; ══ is the last link

--mtu, --delay, --loss and --rate are those of the last link, the same for both
directions: --delay 20ms makes a ping 40 ms longer. The hosts believe in an MTU of 1500.
With --mtu below 1280 there is no IPv6. --config runs a network of one's own
instead, whose TUN devices have the netns client and server, and others as it
likes. --set changes what exec makes, as for make, and --print-config prints it.

Names are known there: client.lab, server.lab, r1.lab and so on, in IPv4 and IPv6.

With --server 'COMMAND' a shell runs that command beyond the routers, and the client
starts when something listens there, or after 5s; its lines come to standard
error with "server: " before them. Without, a built-in server answers:
` + lab.Services + `.

--sysctl KEY=VALUE is for both hosts, as net.ipv4.tcp_mtu_probing=1.

Exit codes: those of the command; by the same signal if one ended it; 124 if
--timeout ended it; 125 if exec itself failed; 126 if the command could not be run;
127 if there is none of that name.`

func execCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "exec [flags] [--] COMMAND [ARGUMENT…]",
		Short: "Run any program behind a network of routers, also without root",
		Long:  execHelp,
		Example: `  icmprouter exec -- curl -sS -o /dev/null -w '%{speed_download}\n' http://server.lab/bytes/10000000
  icmprouter exec --mtu 1400 --hops 3 -- tracepath server.lab
  icmprouter exec --delay 20ms --loss 1% --rate 50mbit --server 'iperf3 -s -1' -- iperf3 -c server.lab
  icmprouter exec --set nodes.r1.icmp.packet_too_big.action=drop --mtu 1400 -- sh`,
	}
	var f execFlags
	f.add(c)
	c.Flags().SetInterspersed(false)
	c.Annotations = map[string]string{failureCode: "125"}
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 && !f.printConfig {
			return errors.New("which command? One as: icmprouter exec -- ping -c 3 server.lab")
		}
		return nil
	}
	c.RunE = func(c *cobra.Command, args []string) error { return f.run(c, args) }
	return c
}

// add adds the flags to those of a command.
func (f *execFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.IntVar(&f.path.Hops, "hops", 1, fmt.Sprintf("how many routers there are, at most %d", lab.MostHops))
	flags.IntVar(&f.path.MTU, "mtu", 0, "the MTU of the last link, in octets (default 1500)")
	flags.StringVar(&f.path.Delay, "delay", "", "how long a packet is on the last link, as 20ms")
	flags.StringVar(&f.path.Loss, "loss", "", "how many packets the last link loses, as 1%")
	flags.StringVar(&f.path.Rate, "rate", "", "the speed of the last link, as 50mbit")
	flags.Uint64Var(&f.path.Seed, "seed", 1, "what all chances come from")
	flags.StringVar(&f.config, "config", "", "a file with the network, instead")
	flags.StringVar(&f.scenario, "scenario", "", "a network that fails as that of this name, and a verdict on standard error at the end")
	flags.StringVar(&f.server, "server", "", "the shell command that is the server (default: a built-in one)")
	flags.StringArrayVar(&f.set, "set", nil, "set PATH=VALUE in the configuration; may be given more than once")
	flags.StringArrayVar(&f.sysctl, "sysctl", nil, "set KEY=VALUE of the kernel's settings on both hosts; may be given more than once")
	flags.DurationVar(&f.timeout, "timeout", 0, "how long the command may take, as 30s; then it is ended (default: as it likes)")
	flags.BoolVar(&f.printConfig, "print-config", false, "print the configuration of the network, and run nothing")
}

// sources are the flags that say what the network is: some of them exclude each other.
func (f *execFlags) sources(flags *pflag.FlagSet) error {
	for _, whole := range []string{"config", "scenario"} {
		for _, other := range []string{"config", "scenario", "hops", "mtu", "delay", "loss", "rate"} {
			if whole != other && flags.Changed(whole) && flags.Changed(other) {
				return fmt.Errorf("--%s and --%s both say what the network is: take one", whole, other)
			}
		}
	}
	if flags.Changed("config") && flags.Changed("set") {
		return errors.New("--set changes what exec makes: change the file of --config itself")
	}
	if f.path.Hops < 1 || f.path.Hops > lab.MostHops {
		return fmt.Errorf("--hops %d: expected 1 to %d", f.path.Hops, lab.MostHops)
	}
	if f.timeout < 0 {
		return fmt.Errorf("--timeout %v: expected a time such as 30s", f.timeout)
	}
	for _, setting := range f.sysctl {
		if !strings.Contains(setting, "=") {
			return fmt.Errorf("--sysctl %s: expected KEY=VALUE, as net.ipv4.tcp_mtu_probing=1", setting)
		}
	}
	return nil
}

// network is the checked configuration of the network, and its text.
func (f *execFlags) network(s execScenario) (*config.File, []byte, error) {
	if f.config != "" {
		text, err := os.ReadFile(f.config)
		if err != nil {
			return nil, nil, err
		}
		file, err := config.Load(f.config)
		return file, text, err
	}
	d := f.path.Config()
	if s != nil {
		d = s.Config()
	} else if err := f.mistaken(); err != nil {
		return nil, nil, err
	}
	for _, assignment := range f.set {
		if err := d.Assign(assignment); err != nil {
			return nil, nil, fmt.Errorf("--set %w", err)
		}
	}
	text := d.Bytes()
	file, err := config.Parse("exec", text)
	if err != nil {
		err = refused(err)
	}
	return file, text, err
}

// mistaken says which of the flags that describe the path no path could have.
func (f *execFlags) mistaken() error {
	for _, one := range []struct {
		flag  string
		value any
		path  lab.Path
	}{
		{"mtu", f.path.MTU, lab.Path{Hops: 1, MTU: f.path.MTU}},
		{"delay", f.path.Delay, lab.Path{Hops: 1, Delay: f.path.Delay}},
		{"loss", f.path.Loss, lab.Path{Hops: 1, Loss: f.path.Loss}},
		{"rate", f.path.Rate, lab.Path{Hops: 1, Rate: f.path.Rate}},
	} {
		var mistakes config.Mistakes
		if _, err := config.Parse("exec", one.path.Config().Bytes()); errors.As(err, &mistakes) {
			m := mistakes[0]
			m.Path = fmt.Sprintf("--%s %v", one.flag, one.value)
			return errors.New(m.Text())
		}
	}
	return nil
}

// run checks all that can be checked outside, and runs the command in a lab.
func (f *execFlags) run(c *cobra.Command, args []string) (err error) {
	if err := f.sources(c.Flags()); err != nil {
		return err
	}
	var s execScenario
	if f.scenario != "" {
		if s, err = openScenario(f.scenario); err != nil {
			return err
		}
	}
	file, text, err := f.network(s)
	if err != nil {
		return err
	}
	if f.printConfig {
		_, err := c.OutOrStdout().Write(text)
		return err
	}
	status, inside, err := lab.Enter()
	switch {
	case err != nil:
		return err
	case !inside:
		os.Exit(status)
	}
	r, err := f.inside(trial.Network{Path: "exec", Text: text, File: file}, s, args, c.ErrOrStderr())
	if err != nil {
		lab.Fail(err, c.ErrOrStderr())
	}
	r.Exit()
	return nil
}

// inside is what happens in the lab.
func (f *execFlags) inside(n trial.Network, s execScenario, args []string, stderr io.Writer) (r lab.Result, err error) {
	o := lab.Options{Log: newLog(stderr, "text", "warn")}
	if s != nil {
		s.Watch(n, &o)
	}
	l, err := lab.New(n.File, o)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	for _, setting := range f.sysctl {
		key, value, _ := strings.Cut(setting, "=")
		for _, where := range []string{lab.Client, lab.Server} {
			if err := l.Sysctl(where, key, value); err != nil {
				return r, fmt.Errorf("--sysctl %w", err)
			}
		}
	}
	if f.server == "" {
		err = l.Serve()
	} else {
		err = l.StartServer(f.server, stderr)
	}
	if err != nil {
		return r, err
	}
	if s != nil {
		s.Begin(f.timeout)
	}
	r, err = l.Run(lab.Client, exec.Command(args[0], args[1:]...), f.timeout)
	if err == nil && s != nil {
		err = s.Verdict(l, r, stderr)
	}
	return r, err
}
