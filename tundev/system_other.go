//go:build !linux

package tundev

import (
	"errors"
	"fmt"
	"log/slog"
)

// errLinuxOnly is what everything but memory returns on other systems.
var errLinuxOnly = errors.New("TUN devices and namespaces need Linux; this system has only the memory backend")

// System opens devices in memory: the others need Linux.
type System struct{ MemoryOpener }

// NewSystem returns a System.
func NewSystem(*slog.Logger) *System { return new(System) }

// Memory is the opener of the devices in memory that this System opened.
func (s *System) Memory() *MemoryOpener { return &s.MemoryOpener }

// Open opens a device in memory and refuses all others.
func (s *System) Open(spec Spec) (Device, error) {
	if spec.Backend != Memory {
		return nil, fmt.Errorf("open %s: %w", spec, errLinuxOnly)
	}
	return s.MemoryOpener.Open(spec)
}

// Namespace does not exist here.
type Namespace struct{}

// OpenNamespace refuses.
func OpenNamespace(string) (*Namespace, error) { return nil, errLinuxOnly }

// NewNamespace refuses.
func NewNamespace() (*Namespace, error) { return nil, errLinuxOnly }

// Path is empty.
func (n *Namespace) Path() string { return "" }

// Do refuses.
func (n *Namespace) Do(func() error) error { return errLinuxOnly }

// Close does nothing.
func (n *Namespace) Close() error { return nil }
