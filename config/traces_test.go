package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/icmprouter/icmprouter/link"
)

// behaving is wired with something that happens on the way to r2, from the file x.
func behaving(direction string) string {
	return strings.NewReplacer(`"loss": "1%"`, direction, `"rate": "50mbit", "delay": "20ms"`, "").Replace(wired)
}

const (
	byTable    = `"delay": { "jitter": "1ms", "distribution": "table", "table": "x" }`
	byFates    = `"loss": { "fates": "x" }`
	byMahimahi = `"trace": { "file": "x", "format": "mahimahi" }`
	byRates    = `"trace": { "file": "x", "format": "rates" }`
)

func leaving(octets int, period time.Duration, departures ...time.Duration) link.Behavior {
	return link.Behavior{Trace: &link.Trace{Departures: departures, Octets: octets, Period: period}}
}

// behaviourFiles are files that links name, and what is in them or wrong with them.
var behaviourFiles = []struct {
	name, direction, file string
	want                  link.Behavior
	wrong                 string
}{
	{"table", byTable, "# a table\n-32768 -8192\n\n  0\t8192 # the middle\r\n16384", link.Behavior{Delay: link.Delay{
		Jitter: ms, Distribution: link.DistributionTable, Table: []float64{-4, -1, 0, 1, 2}}}, ""},
	{"table of words", byTable, "1 2\n3 four\n32768 0.5\n", link.Behavior{}, `x:2:3: "four" is no step of a table; expected a whole number from -32768 to 32767
x:3:1: "32768" is no step of a table; expected a whole number from -32768 to 32767
x:3:7: "0.5" is no step of a table; expected a whole number from -32768 to 32767`},
	{"table of one", byTable, "1", link.Behavior{}, "x:1:1: the table has no two steps; expected a number for each step"},
	{"table of nothing", byTable, "", link.Behavior{}, "x:1:1: the table has no two steps; expected a number for each step"},
	{"table of too many", byTable, strings.Repeat("1 ", mostSteps+1), link.Behavior{}, "x:1:1: the table is too long; expected at most 1048576 numbers"},
	{"fates", byFates, "0 1 # no 1\n11\n", link.Behavior{Loss: []link.Loss{{Fates: []bool{false, true, true, true}}}}, ""},
	{"fates of words", byFates, "012\n1 x0\n", link.Behavior{}, `x:1:3: "2" is no fate; expected 0 for a packet that arrives, 1 for one that is lost
x:2:3: "x0" is no fate; expected 0 for a packet that arrives, 1 for one that is lost`},
	{"fates of nothing", byFates, "# none\n", link.Behavior{}, "x:1:1: the file holds no fate; expected 0 and 1"},
	{"mahimahi", byMahimahi, "0\n5\n5 # two\n\n12\n", leaving(1500, 12*ms, 0, 5*ms, 5*ms, 12*ms), ""},
	{"mahimahi, out of order", byMahimahi, "5\n4\n6\n", link.Behavior{}, "x:2:1: 4 is before the line above; expected moments in their order"},
	{"mahimahi of words", byMahimahi, "5 6\n1.5\n-1\n", link.Behavior{}, `x:1:3: "6" is no millisecond; expected one whole number
x:2:1: "1.5" is no millisecond; expected one whole number
x:3:1: "-1" is no millisecond; expected one whole number`},
	{"mahimahi without an end", byMahimahi, "0\n0\n", link.Behavior{}, "x:1:1: the trace has no end; expected a last line above 0, which is the period"},
	{"mahimahi of nothing", byMahimahi, "", link.Behavior{}, "x:1:1: the trace has no end; expected a last line above 0, which is the period"},
	// 12 kbit/s is one packet of 1500 octets a second.
	{"rates", byRates, "0 12kbit\n2.5 0bit\n4 24kbit\n5 0bit\n", leaving(1500, 5*time.Second,
		time.Second, 2*time.Second, 4250*ms, 4750*ms), ""},
	{"rates from later on", byRates, "1 12kbit\n2 12kbit\n", leaving(1500, 2*time.Second, 2*time.Second), ""},
	{"rates, out of order", byRates, "0 1mbit\n2 1mbit\n2 2mbit\n", link.Behavior{}, "x:3:1: 2 is not after the line above; expected seconds in their order"},
	{"rates of words", byRates, "0\n1s 1mbit\n2 1mb\n3601 1mbit\n4 1mbit x\n", link.Behavior{}, `x:1:1: 1 words; expected a second and a rate, as "2.5 50mbit"
x:2:1: "1s" is no second from 0 to 3600; expected as "2.5"
x:3:3: "1mb" is no rate; expected a rate, as "50mbit"
x:4:1: "3601" is no second from 0 to 3600; expected as "2.5"
x:5:1: 3 words; expected a second and a rate, as "2.5 50mbit"`},
	{"rates without an end", byRates, "0 1mbit", link.Behavior{}, "x:1:1: the trace has no end; expected two lines at least: the time of the last is the period"},
	{"rates at which nothing leaves", byRates, "0 11999bit\n1 1gbit", link.Behavior{}, "x:1:1: nothing ever leaves; expected a rate at which 1500 octets leave before the end"},
}

// TestBehaviourFiles wants what is in a file in the plan, or each mistake at its place.
func TestBehaviourFiles(t *testing.T) {
	for _, test := range behaviourFiles {
		t.Run(test.name, func(t *testing.T) {
			f, err := read("f", []byte(behaving(test.direction)), func(path string) (string, []byte, error) { return path, []byte(test.file), nil })
			if err != nil || test.wrong != "" {
				if err == nil || err.Error() != test.wrong {
					t.Errorf("got\n%v\nwant\n%s", err, test.wrong)
				}
				return
			}
			if got := f.Plan().Links[0].To[1]; !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v %+v\nwant %+v %+v", got, got.Trace, test.want, test.want.Trace)
			}
		})
	}
}

// TestFastRates wants as much to leave at any rate as the rate says, in
// departures that are not more than a trace has.
func TestFastRates(t *testing.T) {
	for rates, octets := range map[string]float64{
		"0 10gbit\n60 1bit":            75e9,
		"0 1000tbit\n3600 1bit":        4.5e17,
		"0 1mbit\n1 999mbit\n2.5 1bit": (1e6 + 1.5*999e6) / 8,
	} {
		f, err := read("f", []byte(behaving(byRates)), func(path string) (string, []byte, error) { return path, []byte(rates), nil })
		if err != nil {
			t.Fatal(err)
		}
		trace := f.Plan().Links[0].To[1].Trace
		if got := float64(trace.Octets) * float64(len(trace.Departures)); got > octets || got < octets-2*float64(trace.Octets) || len(trace.Departures) > mostDepartures {
			t.Errorf("%q: %d departures of %d octets, want %g octets", rates, len(trace.Departures), trace.Octets, octets)
		}
		wellFormed(t, link.Behavior{Trace: trace})
	}
}

// TestBehaviourPaths reads files beside the configuration, each once, and says where
// the configuration names one that is not there.
func TestBehaviourPaths(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("x", "01")
	twice := strings.Replace(behaving(`"loss": [{ "fates": "x" }, { "fates": "x", "match": { "above": 9 } }]`), `"both": {`, `"both": { "loss": { "fates": "x" }`, 1)
	to := load(t, write("fine.json", twice)).Plan().Links[0].To
	if a, b, c := to[0].Loss[0].Fates, to[1].Loss[0].Fates, to[1].Loss[1].Fates; len(a) != 2 || &a[0] != &b[0] || &b[0] != &c[0] {
		t.Errorf("fates %v, %v and %v, want the same", a, b, c)
	}
	_, err := Load(write("bad.json", behaving(`"loss": { "fates": "y" }, "trace": { "file": ".", "format": "rates" }`)))
	if want := dir + `/bad.json:13:37: links[0].to_r2.loss[0].fates: "` + dir + `/y" cannot be read: no such file or directory; expected the path of a file, relative to the directory of this one
` + dir + `/bad.json:13:63: links[0].to_r2.trace.file: "` + dir + `" cannot be read: it is no regular file; expected the path of a file, relative to the directory of this one`; err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	write("x", "012")
	if _, err = Load(filepath.Join(dir, "fine.json")); err == nil || strings.Count(err.Error(), "is no fate") != 1 {
		t.Errorf("got\n%v\nwant one mistake", err)
	}
}

// TestParseReadsNoFile: what Parse returns can be planned, though the files are missing.
func TestParseReadsNoFile(t *testing.T) {
	for _, direction := range []string{byTable, byFates, byMahimahi, byRates} {
		b := parse(t, behaving(direction)).Plan().Links[0].To[1]
		if b.Trace != nil || b.Delay.Distribution == link.DistributionTable {
			t.Errorf("%s gives %+v", direction, b)
		}
	}
}
