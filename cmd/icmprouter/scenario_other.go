//go:build !linux

package main

import "github.com/spf13/cobra"

// trialCommands are none: network namespaces are Linux's.
func trialCommands() []*cobra.Command { return nil }
