//go:build !linux

package main

import "github.com/spf13/cobra"

// labCommands are none: network namespaces are Linux's.
func labCommands() []*cobra.Command { return nil }
