package control

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/icmprouter/icmprouter/network"
)

const token = "0123456789abcdef0123456789abcdef"

// asked is a lab whose server listens on a socket, and a client of it that is no part of this package.
type asked struct {
	*lab
	t      *testing.T
	path   string
	client http.Client
}

func serve(t *testing.T, token string) *asked {
	t.Helper()
	l := newLab(t, text)
	dir, err := os.MkdirTemp("", "control-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s.sock")
	listener, _, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	print := func(w io.Writer, stats []network.NodeStats, asJSON bool) error { // that of run is tested there
		_, err := fmt.Fprint(w, `[]`)
		return err
	}
	server := NewServer(l.Engine, token, print, slog.New(slog.DiscardHandler))
	ended := make(chan error)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &asked{l, t, path, http.Client{Transport: transport, Timeout: patience}}
}

// ask sends a request with a token, and returns the answer and its body; of events, the first line.
func (a *asked) ask(method, path, token, body string, header ...string) (*http.Response, []byte) {
	a.t.Helper()
	r, err := http.NewRequest(method, "http://x"+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := a.client.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer answer.Body.Close()
	if strings.Contains(answer.Header.Get("Content-Type"), "ndjson") {
		line, err := bufio.NewReader(answer.Body).ReadBytes('\n')
		if err != nil {
			a.t.Fatal(err)
		}
		return answer, line
	}
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return answer, got
}

// document is what a test reads of docs/openapi.json.
type openAPI struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Content map[string]struct{ Schema json.RawMessage }
		}
	}
	Components struct{ Schemas json.RawMessage }
}

func readOpenAPI(t *testing.T) (api openAPI) {
	t.Helper()
	text, err := os.ReadFile("../../../docs/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(bytes.ReplaceAll(text, []byte("#/components/schemas/"), []byte("#/$defs/")), &api); err != nil {
		t.Fatal(err)
	}
	return api
}

// validate judges a body by a schema of the document.
func (api *openAPI) validate(schema json.RawMessage, body []byte) error {
	var s jsonschema.Schema
	if err := json.Unmarshal([]byte(fmt.Sprintf(`{"$defs":%s,"allOf":[%s]}`, api.Components.Schemas, schema)), &s); err != nil {
		return err
	}
	r, err := s.Resolve(nil)
	if err != nil {
		return err
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return err
	}
	return r.Validate(value)
}

// The document and the server name the same paths and methods.
func TestRoutesAreDocumented(t *testing.T) {
	api := readOpenAPI(t)
	for path, methods := range routes {
		for method := range methods {
			if _, ok := api.Paths[path][strings.ToLower(method)]; !ok {
				t.Errorf("%s %s is served, and not in the document", method, path)
			}
		}
	}
	for path, methods := range api.Paths {
		for method := range methods {
			if routes[path][strings.ToUpper(method)] == nil {
				t.Errorf("%s %s is in the document, and not served", method, path)
			}
		}
	}
}

// Every answer that the document names is given, with a body of its schema, and no other is.
func TestAnswersAreDocumented(t *testing.T) {
	api := readOpenAPI(t)
	a := serve(t, token)
	seen := map[string]bool{}
	try := func(status int, method, path, token, body string, header ...string) {
		t.Helper()
		answer, got := a.ask(method, path, token, body, header...)
		name := fmt.Sprint(method, " ", path, " ", answer.StatusCode)
		if answer.StatusCode != status {
			t.Errorf("%s: want %d: %s", name, status, got)
			return
		}
		path, _, _ = strings.Cut(path, "?")
		response, ok := api.Paths[path][strings.ToLower(method)].Responses[fmt.Sprint(status)]
		if !ok {
			t.Errorf("%s is not in the document", name)
			return
		}
		media, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
		content, ok := response.Content[media]
		if !ok {
			t.Errorf("%s: %s is not in the document", name, media)
			return
		}
		if media == "text/plain" {
			return
		}
		if err := api.validate(content.Schema, got); err != nil {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
		seen[fmt.Sprint(method, " ", path, " ", status)] = true
	}
	for path, methods := range routes {
		for method := range methods {
			try(401, method, path, "wrong", "{}")
			if method == http.MethodGet {
				try(200, method, path, token, "")
			}
		}
	}
	try(200, "GET", "/v1/counters", token, "", "Accept", "text/plain")
	try(200, "POST", "/v1/counters/reset", token, "")
	try(202, "POST", "/v1/play", token, `[{"at":"0s","set":{"`+right+`":1400}}]`)
	try(400, "POST", "/v1/play", token, ``)
	try(422, "POST", "/v1/play", token, `[{"at":"soon"}]`)
	try(422, "POST", "/v1/play", token, `[`)
	long := strings.Repeat(" ", maxBody+1)
	try(413, "POST", "/v1/play", token, long)
	for method, bodies := range map[string][3]string{
		"PATCH": {`{"set":{"` + right + `":1300},"unset":["` + right + `"]}`, `{"set":{"workers":2}}`, `{"set":{"` + right + `":12}}`},
		"PUT":   {text, strings.Replace(text, "{", `{"workers": 2,`, 1), `{}`},
	} {
		try(200, method, "/v1/config?dry_run=true", token, bodies[0])
		try(200, method, "/v1/config", token, bodies[0])
		try(400, method, "/v1/config", token, ``)
		try(400, method, "/v1/config?dry_runn=true", token, bodies[0])
		try(400, method, "/v1/config", token, bodies[0], "If-Match", "new")
		try(409, method, "/v1/config", token, bodies[1])
		try(412, method, "/v1/config", token, bodies[0], "If-Match", `"99"`)
		try(413, method, "/v1/config", token, long)
		try(422, method, "/v1/config", token, bodies[2])
	}
	try(422, "PATCH", "/v1/config", token, `{"unset":["nodes.r1.ttll"]}`)
	try(400, "PATCH", "/v1/config", token, `{"sett":{}}`)
	a.follow(maxStreams)
	try(409, "GET", "/v1/events", token, "")
	for path, methods := range api.Paths {
		for method, m := range methods {
			for status := range m.Responses {
				if name := strings.ToUpper(method) + " " + path + " " + status; !seen[name] {
					t.Errorf("%s is in the document, and never came", name)
				}
			}
		}
	}
}

// follow follows events as often as it says, until the end of the test.
func (a *asked) follow(clients int) {
	a.t.Helper()
	for range clients {
		c, err := net.Dial("unix", a.path)
		if err != nil {
			a.t.Fatal(err)
		}
		a.t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(patience))
		fmt.Fprintf(c, "GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token)
		if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.Contains(line, " 200 ") {
			a.t.Fatalf("%s, %v", line, err)
		}
	}
}

// Each event is of the document's schema.
func TestEventsAreDocumented(t *testing.T) {
	api := readOpenAPI(t)
	l := newLab(t, text)
	events, cancel := l.Events(10)
	defer cancel()
	l.ResetCounters()
	steps := timeline(t, l, `[{"at":"0s","set":{"`+right+`":1300}},{"at":"0s","unset":["`+right+`"]}]`)
	l.Change(Change{Unset: []string{right}})
	l.Play(context.Background(), steps[1:]) // refused
	l.Play(context.Background(), steps[:1])
	l.opener.Remove("right")
	seen := map[string]bool{}
	for !seen["link"] {
		e := <-events
		seen[e.Event] = true
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if err := api.validate(json.RawMessage(`{"$ref":"#/$defs/Event"}`), text); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
	if len(seen) != 4 {
		t.Errorf("saw %v", seen)
	}
}

// What is no path of the API names the nearest, and what is no method those that are.
func TestUnknownPath(t *testing.T) {
	a := serve(t, "")
	answer, got := a.ask("GET", "/v1/interfaecs", "", "")
	var p Problem
	if err := json.Unmarshal(got, &p); err != nil || answer.StatusCode != 404 || p.Nearest != "/v1/interfaces" {
		t.Errorf("%d %s", answer.StatusCode, got)
	}
	answer, got = a.ask("DELETE", "/v1/config", "", "")
	if answer.StatusCode != 405 || answer.Header.Get("Allow") != "GET, PATCH, PUT" {
		t.Errorf("%d %s %s", answer.StatusCode, answer.Header, got)
	}
}
