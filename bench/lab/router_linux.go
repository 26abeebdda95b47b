package lab

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/icmprouter/icmprouter/tundev"
)

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // of our own making
	}
	return string(text)
}

// object is JSON in the making.
type object = map[string]any

// face is a link of the router in its configuration.
func (l link) face(netns string, routes []string) object {
	tun := object{"netns": netns, "name": l.device, "mtu": MTU, "addresses": texts(l.host("2"))}
	if routes != nil {
		tun["routes"] = routes
	}
	return object{"addresses": texts(l.host("1")), "mtu": l.mtu, "tun": tun}
}

// config is that of the router: errors have no limit.
func (c Contender) config(client, server string) string {
	node := object{
		"interfaces": object{
			left.name:   left.face(client, texts(anywhere)),
			right.name:  right.face(server, texts(anywhere)),
			narrow.name: narrow.face(server, nil),
		},
		"routes": []object{
			{"to": behind[0].String(), "via": ServerV4.String()},
			{"to": behind[1].String(), "via": ServerV6.String()},
		},
		"icmp": object{"rate": object{"unlimited": true}},
	}
	if c.RoutesFile != "" {
		node["routes_file"] = c.RoutesFile
	}
	config := object{"nodes": object{"r1": node}}
	maps.Copy(config, c.Config)
	return encode(config)
}

// ErrRefused is a configuration that this version of the router does not take.
type ErrRefused struct{ Why string }

func (e ErrRefused) Error() string { return "the router does not take it: " + e.Why }

// write puts a configuration where the router reads it, and has it checked.
func (t Tools) write(name, config string) (path string, err error) {
	path = filepath.Join(t.Dir, strings.Map(plain, name)+".json")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return "", err
	}
	if out, err := exec.Command(t.Router, "check", path).CombinedOutput(); err != nil {
		line, _, _ := strings.Cut(strings.ReplaceAll(string(out), path, "config"), "\n")
		return "", ErrRefused{line}
	}
	return path, nil
}

// plain makes a name good for a file.
func plain(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
		return r
	}
	return '-'
}

// startRouter runs icmprouter, which makes its devices itself.
func (l *Lab) startRouter(tools Tools, client, server *tundev.Namespace) error {
	path, err := tools.write(l.Name, l.config(client.Path(), server.Path()))
	if err != nil {
		return err
	}
	return l.runRouter(tools, path)
}

func (l *Lab) runRouter(tools Tools, path string) (err error) {
	begin := time.Now()
	if l.Forwarder, err = l.spawn(nil, tools.Router, "run", path); err != nil {
		return err
	}
	if err := l.Forwarder.waitFor("msg=ready"); err != nil {
		return err
	}
	l.Ready = time.Since(begin)
	return nil
}

// Devices starts a router with n TUNs in one namespace, and nobody else.
func Devices(n int, tools Tools) (*Lab, error) {
	l := &Lab{Contender: Contender{Name: fmt.Sprint(n, " devices"), Way: Router}}
	err := func() error {
		netns, err := l.namespace()
		if err != nil {
			return err
		}
		faces := object{}
		for i := range n {
			faces[fmt.Sprintf("i%04d", i)] = object{
				"addresses": []string{fmt.Sprintf("10.%d.%d.1/24", 1+i>>8, i&255)},
				"tun":       object{"netns": netns.Path(), "name": fmt.Sprintf("t%d", i)},
			}
		}
		path, err := tools.write(l.Name, encode(object{"nodes": object{"r1": object{"interfaces": faces}}}))
		if err != nil {
			return err
		}
		return l.runRouter(tools, path)
	}()
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}
