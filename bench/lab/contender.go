// Package lab sets up what is measured: a client and a server, each a namespace
// without a name with an agent in it, and a contender between them. All of
// it ends with this process.
package lab

// MTU is that of all links but the narrow one, in octets.
const (
	MTU       = 1500
	NarrowMTU = 1400
)

// Way is how a contender forwards.
type Way string

// The ways. Others are the kinds of package forwarders.
const (
	// Kernel is Linux: a third namespace and two veth pairs.
	Kernel Way = "kernel"
	// Router is this project's program.
	Router Way = "icmprouter"
)

// Contender is one that takes part.
type Contender struct {
	// Name is unique.
	Name string
	// About says what it is, in one line.
	About string
	Way   Way
	// Row is how many routers are in a row, of Kernel and of Router: namespaces, or nodes
	// of one process. Zero: one, with a narrow link beside.
	Row int
	// RPS lets the kernel's router use all processors (rps_cpus).
	RPS bool
	// Config is what the top level of the router's configuration has beyond nodes.
	Config map[string]any
	// RoutesFile is a file of routes for the router's node, if any.
	RoutesFile string
}
