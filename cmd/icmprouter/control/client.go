package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Client asks the router at one address.
type Client struct {
	http  http.Client
	base  string
	token string
}

// Dial returns a client of an address: the path of a socket, tcp:ADDRESS:PORT, or, with Auto, the one router that runs. It
// connects when it is asked something.
func Dial(where, token string) (*Client, error) {
	if host, ok := strings.CutPrefix(where, tcp); ok {
		return &Client{base: "http://" + host, token: token}, nil
	}
	if where == Auto {
		var err error
		if where, err = Find(); err != nil {
			return nil, err
		}
	}
	var d net.Dialer
	return &Client{base: "http://icmprouter", http: http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return d.DialContext(ctx, "unix", where) },
	}}}, nil
}

// Failure is a request that the router did not do.
type Failure struct {
	Problem
	// File names the text in which the places of the mistakes are, if the reader has it.
	File string
}

func (e *Failure) Error() string {
	var b strings.Builder
	b.WriteString(e.Detail)
	for _, m := range e.Mistakes {
		text := m.Text()
		if e.File != "" {
			m.File = e.File
			text = m.String()
		}
		b.WriteString("\n  " + text)
	}
	if e.Nearest != "" {
		fmt.Fprintf(&b, "; did you mean %q?", e.Nearest)
	}
	return b.String()
}

// Ask sends a request, and returns the body of what it answers, to be closed. The error is a *Failure if there was an
// answer. header is keys and values by turns.
func (c *Client) Ask(ctx context.Context, method, path string, body []byte, header ...string) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := c.http.Do(r)
	if err != nil {
		if u := (*url.Error)(nil); errors.As(err, &u) {
			err = u.Err // there is no such URL to people
		}
		return nil, fmt.Errorf("no router answers: %w", err)
	}
	if answer.StatusCode < 300 {
		return answer.Body, nil
	}
	defer answer.Body.Close()
	failure := &Failure{Problem: Problem{Status: answer.StatusCode, Detail: answer.Status}}
	json.NewDecoder(io.LimitReader(answer.Body, maxBody)).Decode(&failure.Problem) // what is no problem is known by its status
	return nil, failure
}

// Get asks for a value.
func (c *Client) Get(ctx context.Context, path string, into any) error {
	return c.Do(ctx, http.MethodGet, path, nil, into)
}

// Do sends a request, and decodes the answer.
func (c *Client) Do(ctx context.Context, method, path string, body []byte, into any, header ...string) error {
	answer, err := c.Ask(ctx, method, path, body, header...)
	if err != nil {
		return err
	}
	defer answer.Close()
	return json.NewDecoder(answer).Decode(into)
}
