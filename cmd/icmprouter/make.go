package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/topology"
	"github.com/icmprouter/icmprouter/config"
)

// makeFlags are the flags of make.
type makeFlags struct {
	options    topology.Options
	attributes topology.Attributes
	set        []string
	list       bool
	noTUN      bool
}

func makeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "make NETWORK",
		Short: "Write the configuration of a whole network",
		Long: `make writes a configuration to standard output: nodes r1, r2, … in a shape, links
between them, addresses and shortest paths by themselves, and a TUN device at each
of two nodes that are far from each other. NETWORK is a shape and its numbers:
chain:12, ring:6, star:5, tree:2x4, clos:2x4, grid:4x5, mesh:5, random:50, as:1000.
--list says what they are. The same arguments give the same network.

--delay, --rate, --loss and the others are those of both directions of each link,
in the words of the configuration. --set changes any value of it, at a path as
check prints them: links[3].mtu=1400, or by name, links.r1-r2.mtu=1400; a * is all:
nodes.*.icmp.error_source=ingress. The value is JSON, or a word. What comes out is
checked: make prints nothing that run would not take.`,
		Example: `  icmprouter make chain:12 > chain.json && icmprouter run chain.json
  icmprouter make --delay 5ms --loss 0.1% --set links.r2-r3.mtu=1400 ring:6
  icmprouter make --set nodes.r7.icmp.time_exceeded.action=drop as:1000
  icmprouter make clos:2x4 | icmprouter show plan --format dot - | dot -Tsvg > clos.svg`,
	}
	var f makeFlags
	f.add(c.Flags())
	c.Args = cobra.MaximumNArgs(1)
	c.ValidArgsFunction = func(*cobra.Command, []string, string) (forms []string, _ cobra.ShellCompDirective) {
		for _, s := range topology.Shapes() {
			forms = append(forms, s.Name+":\t"+s.Summary)
		}
		return forms, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case f.list && len(args) > 0:
			return usageError{errors.New("--list takes no network")}
		case f.list:
			return listShapes(c.OutOrStdout())
		case len(args) == 0:
			return usageError{errors.New("which network? One as chain:12; --list prints the shapes\nSee: icmprouter make --help")}
		}
		text, err := f.make(args[0])
		if err != nil {
			return usageError{err}
		}
		_, err = c.OutOrStdout().Write(text)
		return err
	}
	return c
}

// add adds the flags to those of a command.
func (f *makeFlags) add(flags *pflag.FlagSet) {
	flags.BoolVar(&f.list, "list", false, "print the shapes, and make none")
	flags.Uint64Var(&f.options.Seed, "seed", 1, "what all chances come from, of the shape and of the links")
	flags.IntVar(&f.options.Links, "links", 0, "how many links a random network has (default: three for two nodes)")
	flags.IntVar(&f.attributes.MTU, "mtu", 0, "the MTU of each link, in octets (default 1500)")
	flags.IntVar(&f.attributes.Metric, "metric", 0, "the metric of each link (default 1)")
	flags.StringVar(&f.attributes.Delay, "delay", "", "how long a packet is on a link, as 20ms")
	flags.StringVar(&f.attributes.Jitter, "jitter", "", "how far that strays, as 2ms")
	flags.StringVar(&f.attributes.Rate, "rate", "", "the speed of each link, as 50mbit")
	flags.StringVar(&f.attributes.Loss, "loss", "", "how many packets a link loses, as 0.5%")
	flags.StringVar(&f.attributes.Duplicate, "duplicate", "", "how many packets a link doubles, as 0.5%")
	flags.StringVar(&f.attributes.Reorder, "reorder", "", "how many packets overtake on a link, as 0.5%")
	flags.StringVar(&f.attributes.Corrupt, "corrupt", "", "how many packets a link changes a bit of, as 0.5%")
	flags.StringVar(&f.attributes.Client, "client", "client", "the namespace of the TUN device at one end")
	flags.StringVar(&f.attributes.Server, "server", "server", "the namespace of the TUN device at the other end")
	flags.BoolVar(&f.noTUN, "no-tun", false, "make no TUN device")
	flags.StringArrayVar(&f.set, "set", nil, "set PATH=VALUE in the configuration; may be given more than once")
}

func listShapes(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range topology.Shapes() {
		fmt.Fprintf(t, "%s\t%s\n", s.Form, s.Summary)
	}
	return t.Flush()
}

// make returns a configuration that is free of mistakes.
func (f makeFlags) make(network string) ([]byte, error) {
	g, err := topology.Make(network, f.options)
	if err != nil {
		return nil, err
	}
	if f.noTUN {
		f.attributes.Client, f.attributes.Server = "", ""
	}
	f.attributes.Seed = f.options.Seed
	document := topology.Configure(g, f.attributes)
	for _, assignment := range f.set {
		if err := document.Assign(assignment); err != nil {
			return nil, fmt.Errorf("--set %w", err)
		}
	}
	text := document.Bytes()
	if _, err := config.Parse("make", text); err != nil {
		return nil, refused(err)
	}
	return text, nil
}

// mostMistakes is how many are printed of a network that was not made.
const mostMistakes = 5

// refused says what is wrong with a network that was made: where in the file says nothing, since
// there is none.
func refused(err error) error {
	var mistakes config.Mistakes
	if !errors.As(err, &mistakes) {
		return err
	}
	text := "that would be no valid configuration:"
	for i, m := range mistakes {
		if i == mostMistakes {
			text += fmt.Sprintf("\n  and %d more", len(mistakes)-i)
			break
		}
		text += "\n  " + m.Text()
	}
	return errors.New(text)
}
