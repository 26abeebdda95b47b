package report

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/icmprouter/icmprouter/bench/result"
)

const docs = "../../docs"

// The document and its charts are what follows from the stored samples.
func TestDocumentAgreesWithSamples(t *testing.T) {
	r, err := result.Read(filepath.Join(docs, "performance.json"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(filepath.Join(docs, Document))
	if err != nil {
		t.Fatal(err)
	}
	files, err := Files(r, string(document))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(docs, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if string(got) != want {
			t.Errorf("%s does not agree with performance.json: go run ./bench -report docs/performance.json", name)
		}
		if name != Document && !strings.Contains(string(document), "("+name+")") {
			t.Errorf("%s is not shown", name)
		}
	}
	for name := range blocks {
		if !strings.Contains(string(document), "<!-- bench: "+name+" -->") {
			t.Errorf("%q is not in the document", name)
		}
	}
}

func TestFill(t *testing.T) {
	r := &result.Result{Workloads: []result.Named{{Name: "w", About: "a workload"}}}
	for _, v := range []float64{1e9, 3e9, 2e9} {
		r.Add("w", "icmprouter", "rate", "bit/s", v)
		r.Add("w", "kernel, RPS", "rate", "bit/s", 4*v)
		r.Add("w", "icmprouter", "own cpu", "ns/packet", v/1e7)
	}
	for _, c := range []struct{ want, text string }{
		{"figure w rate icmprouter", "2.00 Gbit/s"},
		{"figure w own cpu icmprouter", "200 ns/packet"},
		{"ratio w rate icmprouter / kernel, RPS", "0.25×"},
		{"figure w rate nobody", "(not measured)"},
		{"ratio w rate icmprouter / nobody", "(not measured)"},
	} {
		files, err := Files(r, "a <!-- bench: "+c.want+" -->old<!-- /bench --> b")
		if want := "a <!-- bench: " + c.want + " -->" + c.text + "<!-- /bench --> b"; err != nil || files[Document] != want {
			t.Errorf("%q, %v; want %q", files[Document], err, want)
		}
	}
	for _, wrong := range []string{"nothing", "figure w speed icmprouter", "figure v rate icmprouter", "ratio w rate icmprouter", "figure w rate a / b"} {
		if _, err := Files(r, "<!-- bench: "+wrong+" --><!-- /bench -->"); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

// A bar is met at its limit, not met beside it, and not measured without samples.
func TestBars(t *testing.T) {
	for _, b := range bars {
		for _, c := range []struct {
			factor float64
			met    string
		}{{1, "yes"}, {0.9, "no"}, {1.1, "yes"}} {
			if b.atMost && c.factor != 1 {
				c.met = map[float64]string{0.9: "yes", 1.1: "no"}[c.factor]
			}
			r := &result.Result{}
			r.Add(b.workload, cmp.Or(b.as, router), b.metric, b.unit, 1000*b.limit*c.factor)
			if b.ratio() {
				contender, workload := b.contender, b.workload
				if b.against != "" {
					contender, workload = router, b.against
				}
				r.Add(workload, contender, b.metric, b.unit, 1000)
			} else {
				r = &result.Result{}
				r.Add(b.workload, router, b.metric, b.unit, b.limit*c.factor)
			}
			for _, v := range judge(r) {
				if v.bar == b && v.met != c.met {
					t.Errorf("%s at %g times the limit: met %q, want %q", b.what, c.factor, v.met, c.met)
				}
			}
		}
	}
	for _, v := range judge(&result.Result{}) {
		if v.met != "—" || v.got != "not measured" {
			t.Errorf("%+v", v)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		v    float64
		unit string
		want string
	}{
		{15.04e9, "bit/s", "15.0 Gbit/s"}, {999.6e6, "bit/s", "1.00 Gbit/s"}, {310_400, "packets/s", "310 kpps"},
		{12, "errors/s", "12.0 /s"}, {100e6, "B", "100 MB"}, {0.0741, "s", "0.0741 s"}, {0, "%", "0 %"}, {0.895, "s", "0.895 s"},
		{1234.6, "ns/packet", "1235 ns/packet"},
	} {
		if got := Format(c.v, c.unit); got != c.want {
			t.Errorf("%g %s is %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}
