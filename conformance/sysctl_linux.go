package conformance

import (
	"fmt"
	"os"
	"strings"
)

// sysctls sets lines such as "ipv4.ip_forward=1" in the network namespace of the
// thread.
func sysctls(lines []string) error {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		path := "/proc/sys/net/" + strings.ReplaceAll(name, ".", "/")
		if err := os.WriteFile(path, []byte(value), 0); err != nil {
			return fmt.Errorf("net.%s: %w", line, err)
		}
	}
	return nil
}
