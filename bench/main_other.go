//go:build !linux

// Command bench measures this router against the kernel: see the README. It
// wants Linux.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "bench: TUN devices and namespaces want Linux")
	os.Exit(1)
}
