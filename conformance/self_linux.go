package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// object is a piece of a configuration of icmprouter.
type object = map[string]any

// selfCannot says what of the needs the router of this module cannot do.
func selfCannot(n Needs) string {
	if n["lie"] != "" {
		return "lie=" + n["lie"] + ": the router cannot lie"
	}
	return ""
}

// startSelf runs "program run" with a configuration that has T1 and the needs.
func startSelf(program string, n Needs) (*lab, error) {
	return newLab(func(l *lab) error { return l.startSelf(program, n) })
}

func (l *lab) startSelf(program string, n Needs) error {
	a, err := l.namespace(silent)
	if err != nil {
		return err
	}
	b, err := l.namespace(silent)
	if err != nil {
		return err
	}
	if err := l.run(program, selfConfig(n, a.Path(), b.Path())); err != nil {
		return err
	}
	l.Ports, err = OpenPorts(a.Path()+":port", b.Path()+":port", nil, nil)
	return err
}

// selfConfig is a configuration of icmprouter with T1 and the needs.
func selfConfig(n Needs, pathA, pathB string) object {
	node := object{
		"interfaces": object{"a": selfLink(n, "a", pathA), "b": selfLink(n, "b", pathB)},
		"routes":     selfRoutes(n),
	}
	icmp := object{}
	if n["rate"] != "default" {
		icmp["rate"] = object{"unlimited": true}
	}
	if n["icmp"] == "off" {
		icmp["rate"] = object{"pps": 0}
	}
	if n["too_big"] == "off" {
		icmp["packet_too_big"] = object{"rate": object{"pps": 0}}
	}
	for key, value := range n {
		switch key {
		case "source_route", "record_options", "martians", "hop_by_hop", "router_id":
			node[key] = value
		case "hop_by_hop_limit":
			node[key] = json.Number(value)
		case "error_source", "extensions":
			icmp[key] = value
		case "echo":
			icmp[key] = object{"action": map[string]string{"on": "send", "off": "drop"}[value]}
		case "probe", "report_sub_1280":
			icmp[key] = true
		case "redirects", "timestamp":
			icmp[key] = value == "on"
		}
	}
	node["icmp"] = icmp
	return object{"nodes": object{"r": node}}
}

// selfLink is one port.
func selfLink(n Needs, port, path string) object {
	number := map[string]int{"a": 1, "b": 2}[port]
	addresses := []string{fmt.Sprintf("10.%d.0.1/24", number)}
	if n[port+".unnumbered"] != "" {
		addresses = []string{}
	}
	if port == "a" && n["a.address"] != "" {
		addresses = []string{n["a.address"]}
	}
	if n["only"] != "4" {
		addresses = append(addresses, fmt.Sprintf("fd00:%d::1/64", number), "fe80::1/64")
	}
	link := object{
		"addresses": addresses,
		"mtu":       n.mtu(port),
		"tun":       object{"netns": path, "name": "port", "mtu": jumbo},
	}
	if n[port+".urpf"] != "" {
		link["urpf"] = n[port+".urpf"]
	}
	if n["directed_broadcast"] == port {
		link["directed_broadcast"] = true
	}
	return link
}

// selfRoutes are those of T1, and of links without addresses.
func selfRoutes(n Needs) (routes []object) {
	six := n["only"] != "4"
	third := object{"to": "10.3.0.0/24", "via": "10.2.0.2"}
	fourth := object{"to": "10.4.0.0/24", "via": "10.1.0.9"}
	if n["b.unnumbered"] != "" {
		routes = append(routes, object{"to": "10.2.0.0/24", "interface": "b"})
		third["interface"] = "b"
	}
	if n["a.unnumbered"] != "" {
		routes = append(routes, object{"to": "10.1.0.0/24", "interface": "a"})
		fourth["interface"] = "a"
	}
	routes = append(routes, third)
	if n["a.address"] == "" {
		routes = append(routes, fourth)
	}
	if n["multicast"] != "" {
		routes = append(routes, object{"to": "ff0e::1/128", "interface": "b"})
	}
	for i, kind := range []string{"unreachable", "prohibit", "blackhole"} {
		routes = append(routes, object{"to": fmt.Sprintf("10.%d.0.0/24", 50+i), "kind": kind})
		if six {
			routes = append(routes, object{"to": fmt.Sprintf("fd00:%d::/64", 50+i), "kind": kind})
		}
	}
	if six {
		routes = append(routes, object{"to": "fd00:3::/64", "via": "fd00:2::2"},
			object{"to": "fd00:4::/64", "via": "fe80::9", "interface": "a"})
	}
	return routes
}

// log is what a router says, safe to read while it speaks.
type log struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.Write(p)
}

func (l *log) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.String()
}

// run starts the program and waits until it is ready.
func (l *lab) run(program string, config object) error {
	text, err := json.Marshal(config)
	if err != nil {
		return err
	}
	said := &log{}
	c := exec.Command(program, "run", "-")
	c.Stdin, c.Stderr, c.Env = bytes.NewReader(text), said, environment()
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { defer close(ended); c.Wait() }()
	l.stop = func() error {
		select {
		case <-ended:
			return fmt.Errorf("the router ended: %s", tail(said.text()))
		default:
		}
		c.Process.Kill() // nothing that it would put in order is kept
		<-ended
		return nil
	}
	for end := time.Now().Add(10 * time.Second); ; {
		select {
		case <-ended:
			return fmt.Errorf("the router does not start: %s", tail(said.text()))
		case <-time.After(2 * time.Millisecond):
		}
		if strings.Contains(said.text(), "msg=ready") {
			return nil
		}
		if time.Now().After(end) {
			return errors.New("the router is not ready after 10 s")
		}
	}
}

// tail is the end of a long text.
func tail(text string) string {
	text = strings.TrimSpace(text)
	if most := 4000; len(text) > most {
		text = "…" + text[len(text)-most:]
	}
	return text
}

// environment is that of this process without the flags in it.
func environment() (list []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "ICMPROUTER_") && !strings.HasPrefix(v, "NOTIFY_SOCKET=") {
			list = append(list, v)
		}
	}
	return list
}
