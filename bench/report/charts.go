package report

import (
	"github.com/icmprouter/icmprouter/bench/chart"
	"github.com/icmprouter/icmprouter/bench/result"
)

// group is a workload of a chart, or one metric of it, and how it is called there.
type group struct{ label, workload, metric string }

// chartOf draws the contenders' medians, divided by scale.
func chartOf(r *result.Result, c chart.Chart, scale float64, names []string, groups ...group) chart.Chart {
	for _, g := range groups {
		var bars []chart.Bar
		for _, name := range names {
			if s, found := r.Get(g.workload, name, g.metric); found {
				bars = append(bars, chart.Bar{
					Name: name, Value: s.Median() / scale, Low: s.Least() / scale, High: s.Most() / scale,
					Text: digits(s.Median() / scale),
				})
			}
		}
		if len(bars) > 0 {
			c.Groups = append(c.Groups, chart.Group{Label: g.label, Bars: bars})
		}
	}
	return c
}

// charts are those of the document by name.
func charts(r *result.Result) map[string]chart.Chart {
	udp := func(metric string) []group {
		return []group{
			{"46 B, 1 flow", "udp4-46-1", metric}, {"46 B, 1,000 flows", "udp4-46-1000", metric},
			{"1400 B, 1 flow", "udp4-1400-1", metric}, {"1400 B, 1,000 flows", "udp4-1400-1000", metric},
			{"IMIX, 1 flow", "imix4", metric},
		}
	}
	return map[string]chart.Chart{
		"tcp": chartOf(r, chart.Chart{Title: "TCP", Axis: "Gbit/s received: medians, and lines from least to most"}, 1e9, contenders,
			group{"IPv4, 1 flow", "tcp4-1", "rate"}, group{"IPv4, 32 flows", "tcp4-32", "rate"}, group{"IPv6, 1 flow", "tcp6-1", "rate"}),
		"udp": chartOf(r, chart.Chart{Title: "UDP datagrams delivered", Axis: "thousand packets a second"}, 1e3, contenders, udp("rate")...),
		"cpu": chartOf(r, chart.Chart{Title: "Time of all processors for each datagram delivered", Axis: "nanoseconds: sender, router, receiver and kernel"},
			1, contenders, udp("cpu")...),
		"latency": chartOf(r, chart.Chart{Title: "Round-trip time of a ping", Axis: "microseconds, each mark ten times the one before", Log: true}, 1, contenders,
			group{"idle, median", "ping4", "p50"}, group{"idle, 99 of 100", "ping4", "p99"},
			group{"beside TCP, median", "ping4-loaded", "p50"}, group{"beside TCP, 99 of 100", "ping4-loaded", "p99"}),
		"errors": chartOf(r, chart.Chart{Title: "ICMP errors, without limits", Axis: "thousand a second"}, 1e3, contenders,
			group{"time exceeded, v4", "time-exceeded4", "rate"}, group{"time exceeded, v6", "time-exceeded6", "rate"},
			group{"too big, v4", "too-big4", "rate"}, group{"too big, v6", "too-big6", "rate"},
			group{"port unreachable, v4", "port-unreachable4", "rate"}, group{"port unreachable, v6", "port-unreachable6", "rate"}),
		"levers": leverChart(r),
	}
}

// leverChart is each lever's median as a ratio to the router as it comes.
func leverChart(r *result.Result) chart.Chart {
	c := chart.Chart{Title: "The router with one lever moved", Axis: "rate, as a multiple of the router as it comes", Line: 1}
	for _, g := range []group{
		{"TCP, 1 flow", "tcp4-1", "rate"}, {"TCP, 32 flows", "tcp4-32", "rate"},
		{"46 B, 1 flow", "udp4-46-1", "rate"}, {"46 B, 1,000 flows", "udp4-46-1000", "rate"},
		{"1400 B, 1 flow", "udp4-1400-1", "rate"}, {"1400 B, 1,000 flows", "udp4-1400-1000", "rate"},
	} {
		base, found := r.Get(g.workload, router, g.metric)
		if !found {
			continue
		}
		one := chartOf(r, chart.Chart{}, base.Median(), levers(r), g)
		c.Groups = append(c.Groups, one.Groups...)
	}
	return c
}
