package conformance

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// fake is a router in memory that forwards, says that TTL 1 has expired, and
// answers echo requests; or does something else.
type fake struct {
	out chan arrival
	// wrong changes what comes out for a packet that is no mark: nil is a good router.
	wrong func(f *fake, port string, packet []byte, right []arrival) []arrival
	fail  error
}

func (f *fake) Send(port string, packet []byte) error {
	if f.fail != nil {
		return f.fail
	}
	right := f.route(port, append([]byte{}, packet...))
	if f.wrong != nil && !strings.Contains(string(packet), string(magic)) {
		right = f.wrong(f, port, packet, right)
	}
	for _, a := range right {
		f.out <- a
	}
	return nil
}

func (f *fake) Receive(wait time.Duration) (port string, packet []byte, ok bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case a := <-f.out:
		return a.port, a.raw, true
	case <-timer.C:
		return "", nil, false
	}
}

// route is what a good router does with IPv4.
func (f *fake) route(port string, p []byte) []arrival {
	d := asked(p)
	other := map[string]string{"A": "B", "B": "A"}[port]
	switch {
	case d.six:
		p[7]--
		return []arrival{{other, p}}
	case d.dst.String() == "10.1.0.1":
		return []arrival{{port, reply(d)}}
	case p[8] < 2:
		return []arrival{{port, expired(p)}}
	}
	p[8]--
	mendHeader(p)
	return []arrival{{other, p}}
}

func mendHeader(p []byte) {
	p[10], p[11] = 0, 0
	sum := checksum(p[:20], 0)
	p[10], p[11] = byte(sum>>8), byte(sum)
}

// reply is the echo reply to d.
func reply(d *datagram) []byte {
	p := append([]byte{}, d.raw...)
	copy(p[12:16], d.raw[16:20])
	copy(p[16:20], d.raw[12:16])
	p[20] = 0
	mend(p)
	return p
}

// expired is time exceeded about p.
func expired(p []byte) []byte {
	e, err := build("A", "ip src=10.1.0.1 dst="+asked(p).src.String()+" / icmp 11/0 / raw "+"0", 0)
	if err != nil {
		panic(err)
	}
	e = append(e, p...)
	e[2], e[3] = byte(len(e)>>8), byte(len(e))
	mend(e)
	return e
}

// misbehave are routers that do something else, and what the judge says of them.
var misbehave = []struct {
	name, id string
	do       func(f *fake, port string, packet []byte, right []arrival) []arrival
	want     string // "" if it is right
}{
	{"good", "F4-01", nil, ""},
	{"good", "F4-03", nil, ""},
	{"good", "E4-08", nil, ""},
	{"silent", "F4-01", silence, "nothing came out"},
	{"out of the wrong port", "F4-01", edit(func(a *arrival) { a.port = "A" }), "nothing came out"},
	{"TTL as it was", "F4-01", edit(func(a *arrival) { a.raw[8]++; mendHeader(a.raw) }), "octets 8 is 0x40"},
	{"checksum not mended", "F4-01", edit(func(a *arrival) { a.raw[10] ^= 1 }), "header checksum"},
	{"another id", "F4-01", edit(func(a *arrival) { a.raw[4]++; mendHeader(a.raw) }), "octets 4"},
	{"DF cleared", "F4-01", edit(func(a *arrival) { a.raw[6] = 0; mendHeader(a.raw) }), "octets 6"},
	{"TOS cleared", "F4-01", edit(func(a *arrival) { a.raw[1] = 0; mendHeader(a.raw) }), "octets 1"},
	{"data changed", "F4-01", edit(func(a *arrival) { a.raw[43]++ }), "octets 43"},
	{"as long as it came", "F4-12", func(_ *fake, _ string, p []byte, right []arrival) []arrival { return right }, "53 octets, want 44"},
	{"twice", "F4-01", func(_ *fake, _ string, _ []byte, right []arrival) []arrival { return append(right, right...) }, "not wanted"},
	{"forwards TTL 1 as 0", "F4-03", func(_ *fake, _ string, p []byte, _ []arrival) []arrival {
		q := append([]byte{}, p...)
		q[8] = 0
		mendHeader(q)
		return []arrival{{"B", q}}
	}, "nothing came out as A"},
	{"both forwards and tells", "F4-03", func(_ *fake, _ string, p []byte, right []arrival) []arrival {
		return append(right, arrival{"B", append([]byte{}, p...)})
	}, "not wanted: B"},
	{"another code", "F4-03", edit(func(a *arrival) { a.raw[21] = 1; mend(a.raw) }), "not 11/0: ICMP 11/1"},
	{"rest not zero", "F4-03", edit(func(a *arrival) { a.raw[27] = 1; mend(a.raw) }), "rest is 00000001"},
	{"ICMP checksum", "F4-03", edit(func(a *arrival) { a.raw[22] ^= 1 }), "wrong checksum"},
	{"from the other port", "F4-03", edit(func(a *arrival) { a.raw[13] = 2; mend(a.raw) }), "from is 10.2.0.1"},
	{"to somebody else", "F4-03", edit(func(a *arrival) { a.raw[19] = 9; mend(a.raw) }), "not to 10.1.0.2"},
	{"quotes TTL 0", "F4-03", edit(func(a *arrival) { a.raw[36] = 0; mend(a.raw) }), "quote differs: octets 8"},
	{"quotes 28 octets", "F4-03", edit(func(a *arrival) { a.raw = a.raw[:56]; a.raw[3] = 56; mend(a.raw) }), "len is 56"},
	{"quotes more than 576", "F4-13", func(_ *fake, _ string, _ []byte, right []arrival) []arrival { return right }, "len is 1056"},
	{"error about an error", "N4-17", nil, "not wanted: A"},
	{"forwards a martian", "N4-10", nil, "not wanted: B"},
	{"forwards a directed broadcast", "N4-08", nil, "not wanted: B"},
	{"echo reply without data", "E4-10", edit(func(a *arrival) { a.raw = a.raw[:28]; a.raw[3] = 28; mend(a.raw) }), "data differ"},
	{"echo reply of another number", "E4-08", edit(func(a *arrival) { a.raw[27]++; mend(a.raw) }), "sequence number"},
	{"echo reply without TOS", "E4-10", edit(func(a *arrival) { a.raw[1] = 0; mend(a.raw) }), "tos is 0x00"},
	{"answers in fragments", "E4-08", edit(func(a *arrival) { a.raw[6] = 0x20; mendHeader(a.raw) }), "a fragment"},
	{"a tenth of a second late", "F4-01", later(100 * time.Millisecond), ""},
	{"a second late", "F4-01", later(time.Second), "nothing came out"},
	{"group membership", "F4-01", func(_ *fake, _ string, _ []byte, right []arrival) []arrival {
		report, _ := build("A", "ip src=10.1.0.1 dst=224.0.0.22 ttl=1 proto=2 / raw 16", 0)
		return append(right, arrival{"A", report})
	}, ""},
	{"garbage", "F4-01", func(_ *fake, _ string, _ []byte, right []arrival) []arrival {
		return append(right, arrival{"A", []byte{0x45}}, arrival{"A", []byte{0x60, 0}}, arrival{"B", nil})
	}, "not wanted: A: no IPv4"},
}

func silence(*fake, string, []byte, []arrival) []arrival { return nil }

func edit(change func(a *arrival)) func(*fake, string, []byte, []arrival) []arrival {
	return func(_ *fake, _ string, _ []byte, right []arrival) []arrival {
		for i := range right {
			change(&right[i])
		}
		return right
	}
}

func later(d time.Duration) func(*fake, string, []byte, []arrival) []arrival {
	return func(f *fake, _ string, _ []byte, right []arrival) []arrival {
		go func() {
			time.Sleep(d)
			for _, a := range right {
				f.out <- a
			}
		}()
		return nil
	}
}

func caseOf(t *testing.T, id string) *Case {
	t.Helper()
	cases, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		if cases[i].ID == id {
			return &cases[i]
		}
	}
	t.Fatalf("no case %s", id)
	return nil
}

// TestMisbehaviourIsSeen: the judge sees what each router does wrong, and says it.
func TestMisbehaviourIsSeen(t *testing.T) {
	for _, m := range misbehave {
		synctest.Test(t, func(t *testing.T) {
			p := &Prober{Router: &fake{out: make(chan arrival, 64), wrong: m.do}}
			if !p.Start(time.Second) {
				t.Fatalf("%s: does not forward", m.name)
			}
			r := p.Run(caseOf(t, m.id))
			if (r.Verdict == OK) != (m.want == "") || !strings.Contains(r.Why, m.want) {
				t.Errorf("%s: %s is %s: %q, want %q\ngot %q", m.name, m.id, r.Verdict, r.Why, m.want, r.Got)
			}
			time.Sleep(2 * time.Second) // what is late has come
		})
	}
}

// TestDeafRouter: one that does not even forward gets its verdict.
func TestDeafRouter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &Prober{Router: &deaf{}}
		if p.Start(time.Second) {
			t.Error("it forwards")
		}
		r := p.Run(caseOf(t, "F4-01"))
		if r.Verdict != Deviates {
			t.Errorf("F4-01 is %s", r.Verdict)
		}
		var b strings.Builder
		if (Report{Results: []Result{r}}).WriteText(&b); !strings.Contains(b.String(), "It does not forward from port A to port B") {
			t.Errorf("no hint in\n%s", &b)
		}
		if r := p.Run(caseOf(t, "F4-08")); r.Verdict != OK {
			t.Errorf("F4-08 is %s", r.Verdict)
		}
		p = &Prober{Router: &fake{fail: errors.New("no")}}
		if r := p.Run(caseOf(t, "F4-01")); r.Verdict != Deviates || !strings.Contains(r.Why, "cannot send: no") {
			t.Errorf("without a device: %+v", r)
		}
	})
}

type deaf struct{}

func (*deaf) Send(string, []byte) error { return nil }
func (*deaf) Receive(wait time.Duration) (string, []byte, bool) {
	time.Sleep(wait)
	return "", nil, false
}

// TestKnownDeviations: what is known of Linux must show, and must not excuse others.
func TestKnownDeviations(t *testing.T) {
	for _, m := range []struct {
		linux bool
		do    func(*fake, string, []byte, []arrival) []arrival
		want  Verdict
	}{
		{true, nil, Known}, {false, nil, Deviates}, {true, silence, Hidden}, {false, silence, OK},
		{true, edit(func(a *arrival) { a.raw[4]++; mendHeader(a.raw) }), Deviates},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := &Prober{Router: &fake{out: make(chan arrival, 64), wrong: m.do}, Linux: m.linux}
			p.Start(time.Second)
			if r := p.Run(caseOf(t, "N4-22")); r.Verdict != m.want {
				t.Errorf("Linux %v: %s, want %s: %s", m.linux, r.Verdict, m.want, r.Why)
			}
		})
	}
}
