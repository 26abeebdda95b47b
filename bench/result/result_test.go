package result

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		samples []float64
		q, want float64
	}{
		{[]float64{5}, 0.5, 5},
		{[]float64{3, 1, 2}, 0.5, 2},
		{[]float64{4, 1, 2, 3}, 0.5, 2.5},
		{[]float64{4, 1, 2, 3}, 0, 1},
		{[]float64{4, 1, 2, 3}, 1, 4},
		{[]float64{0, 10}, 0.99, 9.9},
	} {
		if got := Quantile(c.samples, c.q); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("quantile %g of %v is %g, want %g", c.q, c.samples, got, c.want)
		}
	}
	if !math.IsNaN(Quantile(nil, 0.5)) {
		t.Error("nothing has a median")
	}
	samples := []float64{3, 1, 2}
	s := Series{Samples: samples}
	if s.Median() != 2 || s.Least() != 1 || s.Most() != 3 || samples[0] != 3 {
		t.Errorf("median %g of %g to %g; %v", s.Median(), s.Least(), s.Most(), samples)
	}
}

// The file is JSON for anybody, and comes back as it was.
func TestFile(t *testing.T) {
	r := &Result{Machine: Machine{CPU: "a \"CPU\"", Rounds: 2}, Workloads: []Named{{"w", "about"}}}
	r.Skip("x", "why")
	r.Skip("x", "why")
	for _, v := range []float64{123456.7, 2} {
		r.Add("w", "c, d", "rate", "bit/s", v)
	}
	r.Add("w", "e", "rate", "bit/s", 0)
	path := filepath.Join(t.TempDir(), "r.json")
	if err := r.Write(path); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if series := tree["Series"].([]any); len(series) != 2 || series[0].(map[string]any)["Contender"] != "c, d" {
		t.Errorf("%v", tree)
	}
	back, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	s, found := back.Get("w", "c, d", "rate")
	if !found || len(s.Samples) != 2 || s.Samples[0] != 123460 || s.Unit != "bit/s" {
		t.Errorf("%+v", s)
	}
	if _, found := back.Get("w", "nobody", "rate"); found || len(back.Skipped) != 1 || back.Machine != r.Machine {
		t.Errorf("%+v", back)
	}
}

// A part takes the place of what was there of its workloads, and of nothing else, and says
// when it was measured.
func TestMerge(t *testing.T) {
	r := &Result{Machine: Machine{Commit: "old"}}
	r.Add("a", "x", "rate", "", 1)
	r.Add("b", "x", "rate", "", 2)
	r.Add("b", "y", "rate", "", 3)
	r.Skip("b", "no")
	r.Skip("c", "no")
	for i, commit := range []string{"new", "newer"} {
		part := &Result{Machine: Machine{Commit: commit}, Workloads: []Named{{Name: "a"}, {Name: "b"}, {Name: "c"}}}
		part.Add("b", "x", "rate", "", float64(20+i))
		r.Merge(part)
		path := filepath.Join(t.TempDir(), "samples.json")
		var err error
		if err = r.Write(path); err == nil {
			r, err = Read(path)
		}
		if err != nil {
			t.Fatal(err)
		}
		a, _ := r.Get("a", "x", "rate")
		b, _ := r.Get("b", "x", "rate")
		_, stale := r.Get("b", "y", "rate")
		if len(a.Samples) != 1 || len(b.Samples) != 1 || b.Samples[0] != float64(20+i) || stale {
			t.Errorf("%v, %v, the old is there: %t", a, b, stale)
		}
		if len(r.Workloads) != 3 || len(r.Skipped) != 1 || r.Skipped[0].Name != "c" {
			t.Errorf("%v, %v", r.Workloads, r.Skipped)
		}
		if r.Machine.Commit != "old" || len(r.Later) != 1 || r.Later[0].Machine.Commit != commit || len(r.Later[0].Workloads) != 1 {
			t.Errorf("%+v", r.Later)
		}
	}
}
