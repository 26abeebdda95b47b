package tundev

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// System opens real devices, and makes and removes the namespaces around them.
// It is safe for concurrent use.
type System struct {
	log    *slog.Logger
	memory MemoryOpener

	mu sync.Mutex
	// made are the namespaces to remove, by name.
	made map[string]*owned
}

// NewSystem returns a System that logs to log, or nowhere if log is nil.
func NewSystem(log *slog.Logger) *System {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &System{log: log, made: make(map[string]*owned)}
}

// Memory is the opener of the devices in memory that this System opened.
func (s *System) Memory() *MemoryOpener { return &s.memory }

// Open opens the device of the spec. See Opener.
func (s *System) Open(spec Spec) (Device, error) { return s.openWith(spec, s.ensure) }

// Reopen opens the device of the spec in a namespace that exists. See Opener.
func (s *System) Reopen(spec Spec) (Device, error) {
	return s.openWith(spec, func(string) (func(), error) { return func() {}, nil })
}

func (s *System) openWith(spec Spec, ensure func(netns string) (undo func(), err error)) (Device, error) {
	if spec.Backend == Memory {
		return s.memory.Open(spec)
	}
	d, err := s.open(spec, ensure)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", spec, err)
	}
	return d, nil
}

func (s *System) open(spec Spec, ensure func(string) (func(), error)) (d Device, err error) {
	if err := checkName(spec.Name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	undo, err := ensure(spec.Netns)
	if err != nil {
		return nil, err
	}
	err = within(spec.Netns, func(home identity) error {
		d, err = s.openConfigured(spec, home)
		return err
	})
	if err != nil {
		undo()
		return nil, err
	}
	return d, nil
}

// ensure makes the namespace if it is missing. undo removes it if so.
func (s *System) ensure(netns string) (undo func(), err error) {
	keep := func() {}
	if !named(netns) {
		return keep, nil
	}
	if o := s.made[netns]; o != nil {
		if o.there() {
			return keep, nil
		}
		// Somebody deleted it.
		delete(s.made, netns)
		o.remove()
	}
	o, adopted, err := ensureNamed(netns)
	if err != nil || o == nil {
		return keep, err
	}
	s.made[netns] = o
	if adopted {
		s.log.Info("adopted the namespace that a killed run left", "netns", netns)
		return keep, nil
	}
	s.log.Info("made namespace", "netns", netns)
	return func() {
		delete(s.made, netns)
		o.remove()
	}, nil
}

// within runs fn inside the namespace, and tells it which one that is. To stay
// in our own needs no rights.
func within(netns string, fn func(home identity) error) error {
	ref := netns
	if netns == "" {
		ref = ownThread
	}
	n, err := OpenNamespace(ref)
	if err != nil {
		return err
	}
	defer n.Close()
	if netns == "" {
		return fn(n.id)
	}
	return n.Do(func() error { return fn(n.id) })
}

// openConfigured opens the device in this thread's namespace, which is home.
func (s *System) openConfigured(spec Spec, home identity) (Device, error) {
	d, err := openBackend(spec, s.log)
	if err != nil {
		return nil, err
	}
	if err := configure(Spec{}, spec); err != nil {
		d.Close()
		return nil, err
	}
	t := d.common()
	t.home, t.given = home, spec
	t.mtu.Store(int32(spec.MTU))
	return d, nil
}

// tunDevice is a Device through the kernel.
type tunDevice interface {
	Device
	common() *tun
}

func openBackend(spec Spec, log *slog.Logger) (tunDevice, error) {
	switch spec.Backend {
	case Kernel, "":
		return openKernel(spec, log)
	case WireGuard:
		return openWireGuard(spec)
	case Water:
		return openWater(spec)
	}
	return nil, fmt.Errorf("there is no backend %q: take one of %q", spec.Backend, Backends)
}

// Configure changes the kernel's side of the device to the spec. On an error it
// is as it was, as far as the kernel allows. See Opener.
func (s *System) Configure(d Device, spec Spec) error {
	if m, ok := d.(*MemoryDevice); ok {
		return s.memory.Configure(m, spec)
	}
	if err := s.Present(d, spec); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := d.(tunDevice).common()
	if spec.Name != t.given.Name {
		return fmt.Errorf("configure %s: the device is %s: close it and open the other", spec, t.label)
	}
	err := within(spec.Netns, func(identity) error {
		err := configure(t.given, spec)
		if err != nil {
			configure(spec, t.given)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("configure %s: %w", spec, err)
	}
	t.given = spec
	t.mtu.Store(int32(spec.MTU))
	return nil
}

// Present says whether the device is where the spec wants it. See Opener.
func (s *System) Present(d Device, spec Spec) error {
	if m, ok := d.(*MemoryDevice); ok {
		return s.memory.Present(m, spec)
	}
	td, ok := d.(tunDevice)
	if !ok {
		return fmt.Errorf("%s: System did not open this device", spec)
	}
	t := td.common()
	if err := t.present(); err != nil {
		return err
	}
	if spec.Netns == "" {
		return nil
	}
	n, err := OpenNamespace(spec.Netns)
	if err != nil {
		return t.gone(err)
	}
	defer n.Close()
	if !t.home.same(n.id) {
		return t.gone(fmt.Errorf("namespace %s is another one now", spec.Netns))
	}
	return nil
}

// Close removes the namespaces that Open made or adopted, unless somebody else
// has put others in their place.
func (s *System) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for name, o := range s.made {
		delete(s.made, name)
		there := o.there()
		if err := o.remove(); err != nil {
			errs = append(errs, err)
		} else if there {
			s.log.Info("removed namespace", "netns", name)
		}
	}
	return errors.Join(errs...)
}

// checkName refuses what the kernel would refuse, or would take for a pattern.
func checkName(name string) error {
	if name == "" || len(name) > 15 || name == "." || name == ".." || strings.ContainsAny(name, "/:% \t\n\x00") {
		return fmt.Errorf("%q is no name of a link: want 1 to 15 bytes without blank, slash, colon or %%", name)
	}
	return nil
}
