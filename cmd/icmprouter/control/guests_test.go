package control

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// However many come and say nothing, who asks is answered at once, and who follows events stays.
func TestManyGuests(t *testing.T) {
	a := serve(t, token)
	follower, err := net.Dial("unix", a.path)
	if err != nil {
		t.Fatal(err)
	}
	defer follower.Close()
	fmt.Fprintf(follower, "GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token)
	follower.SetDeadline(time.Now().Add(patience))
	lines := bufio.NewScanner(follower)
	says := func(word string) bool {
		for lines.Scan() {
			if strings.Contains(lines.Text(), word) {
				return true
			}
		}
		return false
	}
	if !says(`"hello"`) {
		t.Fatal(lines.Err())
	}
	var first net.Conn
	for range 2 * maxClients {
		a.await(t, "a connection", func() bool {
			c, err := net.Dial("unix", a.path)
			if err == nil {
				t.Cleanup(func() { c.Close() })
				io.WriteString(c, "G")
			}
			if first == nil {
				first = c
			}
			return err == nil
		})
	}
	first.SetDeadline(time.Now().Add(headerTime / 2))
	if _, err := io.ReadAll(first); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the first is still there: %v", err)
	}
	begin := time.Now()
	if answer, _ := a.ask("POST", "/v1/counters/reset", token, ""); answer.StatusCode != 200 || time.Since(begin) > headerTime/2 {
		t.Errorf("%d after %v", answer.StatusCode, time.Since(begin))
	}
	if !says(`"reset"`) {
		t.Errorf("the follower is gone: %v", lines.Err())
	}
}
