package main

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/spf13/cobra"

	"github.com/icmprouter/icmprouter/cmd/icmprouter/control"
	"github.com/icmprouter/icmprouter/config"
	"github.com/icmprouter/icmprouter/network"
	"github.com/icmprouter/icmprouter/tundev"
)

func runCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "run CONFIG",
		Short: "Run the routers of a configuration until SIGINT or SIGTERM",
		Long: `run opens the devices that the configuration names, moves packets between them,
and ends on SIGINT or SIGTERM with a table of counters on standard output.

SIGHUP reads the configuration again: it is checked whole, then swapped whole.
Counters are kept, and links that did not change lose no packet. A bad file
changes nothing; the log says why. "-" is standard input, and cannot be read again.

While it runs, "icmprouter ctl" shows and changes it, by a socket that --control
says, and the timeline of the configuration is played.`,
		Example: `  icmprouter run config.example.json
  icmprouter run --control /run/lab.sock config.example.json
  ip netns exec client ping 10.2.0.2`,
		Args: cobra.ExactArgs(1),
	}
	format := addChoice(c, "log-format", "how to log to standard error", "text", "json")
	level := addChoice(c, "log-level", "the least that is logged", "info", "debug", "warn", "error")
	var where controlFlags
	where.add(c.Flags())
	asJSON := c.Flags().Bool("json", false, "print the counters at the end as JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		log := newLog(c.ErrOrStderr(), format.value, level.value)
		return run(c.Context(), args[0], &where, log, func(stats []network.NodeStats) error {
			return printStats(c.OutOrStdout(), stats, *asJSON)
		})
	}
	return c
}

func newLog(w io.Writer, format, level string) *slog.Logger {
	var least slog.Level
	least.UnmarshalText([]byte(level)) // the flag admits only levels
	options := &slog.HandlerOptions{Level: least}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// run is the life of a network: from its file to its counters.
func run(ctx context.Context, path string, where *controlFlags, log *slog.Logger, report func([]network.NodeStats) error) error {
	text, err := config.Text(path)
	if err != nil {
		return usageError{err}
	}
	file, err := config.ParseBeside(path, text)
	if err != nil {
		return usageError{err}
	}
	api, err := where.open(log) // first, since its flags may be wrong
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)

	system := tundev.NewSystem(log)
	defer closeLogged(log, "namespaces", system)
	plan, warnings, timeline := file.Plan(), file.Warnings, file.Timeline
	file = nil
	debug.FreeOSMemory() // a large network as text, as plan and as tables is much at once
	net, err := network.New(plan, system, log)
	if err != nil {
		api.close()
		return err
	}
	defer closeLogged(log, "devices", net)
	warn(log, warnings)
	nodes := len(plan.Nodes)
	plan = network.Plan{}
	debug.FreeOSMemory()

	engine := control.New(path, text, net, log)
	go reloads(ctx, reload, path, engine, log)
	api.serve(engine)
	defer engine.Wait()
	defer stop() // and then wait
	defer api.close()
	engine.Begin(ctx, timeline)
	log.Info("ready", "config", path, "nodes", nodes)
	notify(log, daemon.SdNotifyReady)
	err = net.Run(ctx)
	notify(log, daemon.SdNotifyStopping)
	return cmp.Or(err, report(net.Stats()))
}

// reloads reads the configuration again at each signal, until the context ends.
func reloads(ctx context.Context, signals <-chan os.Signal, path string, engine *control.Engine, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
		}
		notify(log, daemon.SdNotifyReloading+"\n"+daemon.SdNotifyMonotonicUsec())
		if applied, err := engine.Reload(); err != nil {
			log.Error("configuration not changed", "config", path, "error", err)
		} else {
			warn(log, applied.Warnings)
			log.Info("configuration changed", "config", path, "revision", applied.Revision)
		}
		notify(log, daemon.SdNotifyReady)
	}
}

func warn(log *slog.Logger, warnings []config.Mistake) {
	for _, w := range warnings {
		log.Warn("configuration", "warning", w.String())
	}
}

// notify tells systemd, if it listens.
func notify(log *slog.Logger, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("systemd was not told", "state", state, "error", err)
	}
}

func closeLogged(log *slog.Logger, what string, c io.Closer) {
	if err := c.Close(); err != nil {
		log.Error("left behind", "what", what, "error", err)
	}
}
