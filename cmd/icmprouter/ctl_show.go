package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/control"
	"github.com/icmprouter/icmprouter/config/document"
)

// shown are the tables of ctl show: what each row is made of.
var shown = map[string]func(w io.Writer, text []byte) error{
	"nodes":      table("nodes", "NODE\tROUTER ID\tLOOPBACKS\tINTERFACES\tLIKE", printShownNode),
	"interfaces": table("interfaces", "NODE\tINTERFACE\tSTATE\tMTU\tTO\tRECEIVED\tSENT\tREFUSED\tADDRESSES", printShownInterface),
	"routes":     table("routes", "NODE\tTO\tKIND\tWAY", printShownRoute),
	"limits":     table("limits", "NODE\tKIND\tIN ALL\tTO ONE DESTINATION", printShownLimit),
	"policy":     table("policy", "PATH\tVALUE", func(w io.Writer, s control.Said) { fmt.Fprintf(w, "%s\t%s\n", s.Path, s.Value) }),
	"counters":   nil, // the router prints them
	"config":     nil,
}

func (x *ctl) showCommand() *cobra.Command {
	what := slices.Sorted(maps.Keys(shown))
	c := &cobra.Command{
		Use:   "show " + strings.Join(what, "|"),
		Short: "Show what runs",
		Long: `show prints what the router runs now: its nodes, interfaces and routes as configured, its counters, the
limits of its errors, its policy (all that has it not tell the plain truth; nothing, if it does), or its configuration.`,
		Example:   "  icmprouter ctl show interfaces\n  icmprouter ctl show counters --json | jq '.[].dropped'\n  icmprouter ctl show config > now.json",
		ValidArgs: what,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
	}
	x.addJSON(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		var header []string
		if args[0] == "counters" && !x.asJSON {
			header = []string{"Accept", "text/plain"}
		}
		answer, err := x.ask(c.Context(), http.MethodGet, "/v1/"+args[0], nil, header...)
		if err != nil {
			return err
		}
		defer answer.Close()
		print := shown[args[0]]
		if print == nil || x.asJSON {
			_, err := io.Copy(c.OutOrStdout(), answer)
			return err
		}
		text, err := io.ReadAll(answer)
		if err != nil {
			return err
		}
		return print(c.OutOrStdout(), text)
	}
	return c
}

// table prints the rows that an answer has by a name.
func table[Row any](name, head string, row func(io.Writer, Row)) func(io.Writer, []byte) error {
	return func(w io.Writer, text []byte) error {
		var all map[string]json.RawMessage
		var rows []Row
		if err := json.Unmarshal(text, &all); err != nil {
			return err
		}
		if err := json.Unmarshal(all[name], &rows); err != nil {
			return err
		}
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, head)
		for _, r := range rows {
			row(t, r)
		}
		return t.Flush()
	}
}

func printShownNode(w io.Writer, n control.Node) {
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", n.Node, dash(n.RouterID), dash(texts(n.Loopbacks)), strings.Join(n.Interfaces, " "), dash(n.Like))
}

func printShownInterface(w io.Writer, i control.Interface) {
	state := map[bool]string{true: "up", false: "down"}[i.Up]
	fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%d\t%d\t%d\t%s\n", i.Node, i.Interface, state, i.MTU, dash(i.Device+i.Peer), i.Received, i.Sent, i.Refused, dash(texts(i.Addresses)))
}

func printShownRoute(w io.Writer, r control.Route) {
	var ways []string
	add := func(via, on string) {
		if via != "" {
			via = "via " + via
		}
		if on != "" {
			on = "on " + on
		}
		ways = append(ways, strings.TrimSpace(via+" "+on))
	}
	add(r.Via, r.Interface)
	for _, p := range r.Paths {
		via := ""
		if p.Via.IsValid() {
			via = p.Via.String()
		}
		add(via, p.Interface)
	}
	way := strings.Trim(strings.Join(ways, ", "), ", ")
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Node, dash(r.To), r.Kind, dash(way+r.File))
}

func printShownLimit(w io.Writer, l control.Limit) {
	text := func(b control.Bucket) string {
		if b.Unlimited {
			return "unlimited"
		}
		return fmt.Sprintf("%d/s, burst %d", b.PPS, b.Burst)
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.Node, l.Kind, text(l.Total), text(l.PerDestination))
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// texts prints addresses or prefixes.
func texts[A netip.Addr | netip.Prefix](all []A) string {
	text := make([]string, len(all))
	for i, a := range all {
		text[i] = fmt.Sprint(a)
	}
	return strings.Join(text, " ")
}

// completePath completes paths from the configuration that runs, key by key; after is what follows a value's path.
func (x *ctl) completePath(after string) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		var text json.RawMessage
		if err := x.do(ctx, http.MethodGet, "/v1/config", nil, &text); err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		d, err := document.Parse(text)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return completions(d, begun, after), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// completions are the members of what begun leads to as far as its last dot, that go on as it does.
func completions(d *document.Document, begun, after string) (paths []string) {
	above, at := "", any(d.Root)
	if dot := strings.LastIndexByte(begun, '.'); dot >= 0 {
		above = begun[:dot]
		var err error
		if at, err = d.Get(above); err != nil {
			return nil
		}
		above += "."
	}
	object, ok := at.(*document.Object)
	if !ok {
		return nil
	}
	for _, key := range object.Keys() {
		next := after
		if _, inner := object.Get(key).(*document.Object); inner {
			next = "."
		}
		if strings.HasPrefix(above+key, begun) {
			paths = append(paths, above+key+next)
		}
	}
	return paths
}
