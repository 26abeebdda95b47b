//go:build !linux

package demo

import "errors"

// scout says that real hosts need Linux.
func scout() []obstacle {
	return []obstacle{{"network namespaces and TUN devices are Linux's", "run this on Linux"}}
}

func openKernel(Options) (*world, error) { return nil, errors.ErrUnsupported }

func enter() (status int, told bool, err error) { return 0, false, errors.ErrUnsupported }
