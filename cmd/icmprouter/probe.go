package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/conformance"
)

// probeFlags are the flags of probe.
type probeFlags struct {
	a, b, macA, macB    string
	only, have          []string
	self, linux         bool
	list, slow, json    bool
	junitFile, htmlFile string
}

func probeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "probe (--self | --linux | --a NETNS:IFACE --b NETNS:IFACE)",
		Short: "Judge any router with two ports by the RFCs",
		Long: `probe sends packets into the two ports of a router, looks at what comes out of
both, and says where that differs from the RFCs. The router may be any: Linux,
FreeBSD, VPP, this one. It exits with 0 if all is right, and with 1 if not.

--self starts this router, --linux the kernel's, in namespaces of their own. What
Linux is known to do otherwise is told as known; it must show, or probe fails.

--a and --b are interfaces behind the router's ports A and B, as NETNS:IFACE; the
namespace is a name, a path or pid:N. The interfaces are up, and have no address:
their kernel must not answer (net.ipv6.conf.IFACE.disable_ipv6=1). On Ethernet,
probe answers ARP and neighbour discovery for all hosts, and asks for the router's
own address, if --a-mac and --b-mac do not give it. The router is set up thus:

  A  10.1.0.1/24 fd00:1::1/64 fe80::1, MTU 1500    hosts 10.1.0.2 fd00:1::2
  B  10.2.0.1/24 fd00:2::1/64 fe80::1, MTU 1300    hosts 10.2.0.2 fd00:2::2
  10.3.0.0/24 via 10.2.0.2       fd00:3::/64 via fd00:2::2
  10.4.0.0/24 via 10.1.0.9       fd00:4::/64 via fe80::9 on A
  10.50.0.0/24 fd00:50::/64 unreachable, 51 prohibit, 52 blackhole; no default route
  redirects on, no reverse path check, no limit of ICMP errors

Cases that need it set otherwise are skipped, unless --have says that it is, in the
words that --list shows in brackets: --have b.mtu=1400.`,
		Example: `  icmprouter probe --self
  icmprouter probe --linux --junit report.xml
  icmprouter probe --a client:tun0 --b server:tun0 --only F4-01,F4-03`,
		Args: cobra.NoArgs,
	}
	var f probeFlags
	flags := c.Flags()
	flags.StringVar(&f.a, "a", "", "the interface behind port A: NETNS:IFACE")
	flags.StringVar(&f.b, "b", "", "the interface behind port B: NETNS:IFACE")
	flags.StringVar(&f.macA, "a-mac", "", "the router's Ethernet address on port A (default: asked for)")
	flags.StringVar(&f.macB, "b-mac", "", "the router's Ethernet address on port B (default: asked for)")
	flags.StringSliceVar(&f.have, "have", nil, "how the router of --a and --b is set, other than above")
	flags.StringSliceVar(&f.only, "only", nil, "the cases to run, by ID")
	flags.BoolVar(&f.self, "self", false, "judge this router")
	flags.BoolVar(&f.linux, "linux", false, "judge the kernel's router")
	flags.BoolVar(&f.list, "list", false, "print the cases, and run none")
	flags.BoolVar(&f.slow, "slow", false, "run the cases that wait for more than a minute, too")
	flags.BoolVar(&f.json, "json", false, "print the report as one JSON object")
	flags.StringVar(&f.junitFile, "junit", "", "write the report as JUnit XML to this file, too")
	flags.StringVar(&f.htmlFile, "html", "", "write the report as a web page to this file, too")
	c.RunE = func(c *cobra.Command, _ []string) error { return f.run(c.OutOrStdout()) }
	return c
}

// errDeviates is what makes the exit code 1 when the report has said why.
var errDeviates = errors.New("the router deviates")

func (f probeFlags) run(out io.Writer) error {
	cases, err := f.cases()
	if err != nil {
		return err
	}
	if f.list {
		return conformance.List(out, cases)
	}
	target, end, err := f.target()
	if err != nil {
		return err
	}
	defer end()
	if err := target.Ready(); err != nil {
		return err
	}
	tell := func(r conformance.Result) { r.WriteText(out) }
	if f.json {
		tell = func(conformance.Result) {}
	}
	began := time.Now()
	report := conformance.Report{Router: target.Name, Results: target.Probe(cases, tell), Took: time.Since(began)}
	if f.json {
		err = report.WriteJSON(out)
	} else {
		err = report.WriteText(out)
	}
	err = errors.Join(err, writeFile(f.junitFile, report.WriteJUnit), writeFile(f.htmlFile, report.WriteHTML))
	if err == nil && !report.OK() {
		err = errDeviates
	}
	return err
}

func writeFile(name string, write func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

// cases are those that the flags choose.
func (f probeFlags) cases() ([]conformance.Case, error) {
	all, err := conformance.Cases()
	if err != nil {
		return nil, err
	}
	var chosen []conformance.Case
	missing := slices.Clone(f.only)
	for _, c := range all {
		named := slices.Contains(f.only, c.ID)
		missing = slices.DeleteFunc(missing, func(id string) bool { return id == c.ID })
		if named || len(f.only) == 0 && (f.slow || f.list || !c.Slow) {
			chosen = append(chosen, c)
		}
	}
	if len(missing) > 0 {
		return nil, usageError{fmt.Errorf("there is no case %s; --list names all", strings.Join(missing, ", "))}
	}
	return chosen, nil
}

// target is the router that the flags say. end lets go of it.
func (f probeFlags) target() (t conformance.Target, end func() error, err error) {
	none := func() error { return nil }
	ways := 0
	for _, given := range []bool{f.self, f.linux, f.a != "" || f.b != ""} {
		if given {
			ways++
		}
	}
	switch {
	case ways != 1 || (f.a == "") != (f.b == ""):
		return t, nil, usageError{errors.New("which router? One of --self, --linux, and --a with --b\nSee: icmprouter probe --help")}
	case f.linux:
		return conformance.Linux(), none, nil
	case f.self:
		program, err := os.Executable()
		return conformance.Self(program), none, err
	}
	have, err := conformance.ParseNeeds(append([]string{"b.mtu=1300", "redirects=on"}, f.have...))
	if err != nil {
		return t, nil, usageError{fmt.Errorf("--have: %w", err)}
	}
	macs := map[string]net.HardwareAddr{}
	for flag, text := range map[string]string{"a-mac": f.macA, "b-mac": f.macB} {
		if text == "" {
			continue
		}
		if macs[flag], err = net.ParseMAC(text); err != nil || len(macs[flag]) != 6 {
			return t, nil, usageError{fmt.Errorf("--%s: %q is no Ethernet address", flag, text)}
		}
	}
	return conformance.At(f.a, f.b, macs["a-mac"], macs["b-mac"], have)
}
