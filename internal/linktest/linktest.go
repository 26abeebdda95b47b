// Package linktest measures how well links in memory keep the times that they are
// told: with the real worker, the real clock, and devices in memory that note when each
// packet came and went. It needs no rights.
//
// What is measured is from the moment that the network reads a packet of a device to the
// moment that it writes it to another, both by the clock of the devices: so it holds all that the
// router does, and the delay of the link. What a worker that sleeps takes to wake up
// when a packet comes is told apart, as Woken: it is not the link's.
package linktest

import "time"

// Test is one measurement. Its network is its own.
type Test struct {
	// Name is unique; What says it to people.
	Name, What string
	measure    func(period time.Duration, r *Row) error
}

// Measure sends for about the time period. An error says that nothing could be
// measured; what did not keep its bar is a Row.
func (t Test) Measure(period time.Duration) (Row, error) {
	r := Row{Name: t.Name, What: t.What}
	err := t.measure(period, &r)
	return r, err
}

// Row is what came of one test. Times are in microseconds.
type Row struct {
	// Name is the test's, and What says it to people.
	Name string `json:"name"`
	What string `json:"what"`
	// Packets were sent, and Arrived of them came, Twice more than once.
	Packets int `json:"packets"`
	Arrived int `json:"arrived"`
	Twice   int `json:"twice"`
	// Delay is what the link was told to delay each packet by, and Error how far each was
	// from that; of tests of delay alone.
	Delay float64    `json:"delay_us,omitempty"`
	Error *Deviation `json:"error_us,omitempty"`
	// Rate is of tests of rate alone.
	Rate *Rate `json:"rate,omitempty"`
	// InFlight is how many packets were on the link at once, and Memory what the process took more
	// then, in octets; zero: nobody asked, or it cannot be had.
	InFlight int   `json:"in_flight,omitempty"`
	Memory   int64 `json:"memory,omitempty"`
	// Bar is what was wanted: microseconds at the 99th percentile, or percent of the rate;
	// zero: the row is there to be compared with. Met says that it was reached and every packet
	// arrived once, and Why what kept it from that.
	Bar float64 `json:"bar,omitempty"`
	Met bool    `json:"met"`
	Why string  `json:"why,omitempty"`
	// Disturbance is what else the machine did meanwhile.
	Disturbance Disturbance `json:"machine"`
}

// Deviation is how far packets were from their time, in microseconds: P50, P99 and Max
// without regard to the side, Earliest the one that was most too early, or least too late.
type Deviation struct {
	P50      float64 `json:"p50"`
	P99      float64 `json:"p99"`
	Max      float64 `json:"max"`
	Earliest float64 `json:"earliest"`
	// Woken is the 99th percentile counted from the moment that the packet was ready to be read.
	Woken float64 `json:"woken_p99"`
}

// Rate is in bits per second: what the link was told, what came between the first
// arrival and the last, and the difference in percent.
type Rate struct {
	Nominal  float64 `json:"nominal"`
	Measured float64 `json:"measured"`
	Error    float64 `json:"error_percent"`
}

// Disturbance is shares of one processor: what the hypervisor took away, and what
// other processes used. Both are zero where the system does not tell.
type Disturbance struct {
	Stolen float64 `json:"stolen"`
	Others float64 `json:"others"`
}

// Report is all rows.
type Report struct {
	// Time is how long each test sent, in seconds.
	Time    float64 `json:"time"`
	Machine Machine `json:"machine"`
	Rows    []Row   `json:"rows"`
	// Met says that every bar was.
	Met bool `json:"met"`
}

// Machine is what it can do at best, in microseconds: how late a thread is that slept for a
// millisecond, and how long one that never sleeps was kept from running.
type Machine struct {
	Processors int     `json:"processors"`
	SleepP50   float64 `json:"sleep_p50_us"`
	SleepP99   float64 `json:"sleep_p99_us"`
	SleepMax   float64 `json:"sleep_max_us"`
	// GapMax is the longest pause, and Held the share of time that was in pauses longer than 10 µs.
	GapMax float64 `json:"gap_max_us"`
	Held   float64 `json:"held"`
}

// Run measures all of it, each test for about that time, and tells of each row.
func Run(period time.Duration, tell func(Row)) (*Report, error) {
	r := &Report{Time: period.Seconds(), Met: true}
	var err error
	if r.Machine, err = calibrate(period / 2); err != nil {
		return nil, err
	}
	for _, t := range Tests() {
		row, err := t.Measure(period)
		if err != nil {
			return nil, err
		}
		r.Rows = append(r.Rows, row)
		r.Met = r.Met && row.Met
		tell(row)
	}
	return r, nil
}
