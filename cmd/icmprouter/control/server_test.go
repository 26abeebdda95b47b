package control

import (
	"net/http"
	"testing"
)

// The scheme is there, in any case (RFC 9110 §11.1), and the token is the whole of what follows.
func TestAuthorization(t *testing.T) {
	a := serve(t, token)
	for header, want := range map[string]int{
		"Bearer " + token: 200, "bearer " + token: 200, token: 401, "Basic " + token: 401, "Bearer": 401, "": 401, "Bearer " + token + " x": 401,
	} {
		if answer, body := a.ask(http.MethodGet, "/v1", "", "", "Authorization", header); answer.StatusCode != want {
			t.Errorf("%q: %s %s; want %d", header, answer.Status, body, want)
		}
	}
}
