//go:build !linux

package demo

import "errors"

// scout says that real hosts need Linux.
func scout() (entering bool, lacks []obstacle) {
	return false, []obstacle{{"network namespaces and TUN devices are Linux's", "run this on Linux"}}
}

func lackingNamespaces(error) (o obstacle) { return o }

func openKernel(Options) (*world, error) { return nil, errors.ErrUnsupported }

func enter() (int, error) { return 0, errors.ErrUnsupported }
