package control

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/icmprouter/icmprouter/network"
)

// What clients may take.
const (
	// maxClients is how many connections there are at once.
	maxClients = 512
	// maxStreams is how many of those may follow events.
	maxStreams = 32
	// maxBody is the longest request, in octets: more than a network of ten thousand nodes.
	maxBody = 16 << 20
	// maxHeader is the longest header, in octets.
	maxHeader = 16 << 10
	// headerTime is how long a header may take, bodyTime a whole request, and answerTime an answer.
	headerTime, bodyTime, answerTime = 5 * time.Second, 30 * time.Second, 30 * time.Second
	// idleTime is how long a connection may say nothing.
	idleTime = time.Minute
	// eventRoom is how many events wait for a client that reads slowly.
	eventRoom = 256
)

// Server serves the API of an engine, as docs/openapi.json has it.
type Server struct {
	// Print prints counters, as a table or as JSON.
	Print func(w io.Writer, stats []network.NodeStats, asJSON bool) error

	engine  *Engine
	log     *slog.Logger
	token   string // empty: who can connect may ask
	http    http.Server
	streams atomic.Int32
	closing context.Context // ends as Close begins
	started time.Time
}

// NewServer returns a server that nobody can ask yet. With a token, each request must have it.
func NewServer(engine *Engine, token string, print func(io.Writer, []network.NodeStats, bool) error, log *slog.Logger) *Server {
	s := &Server{Print: print, engine: engine, log: log, token: token, started: time.Now()}
	s.http = http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader,
		ConnContext:    withGuest,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	var closing context.CancelFunc
	s.closing, closing = context.WithCancel(context.Background())
	s.http.RegisterOnShutdown(closing)
	return s
}

// Serve answers until Close.
func (s *Server) Serve(l net.Listener) error {
	err := s.http.Serve(&guests{Listener: l, most: maxClients})
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Close ends all connections: those that are answered have a moment to end.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) == nil {
		return nil
	}
	return s.http.Close()
}

// handler answers one request. What it returns is told as a problem, unless it has begun to answer.
type handler func(s *Server, w http.ResponseWriter, r *http.Request) error

// routes are all that can be asked, by path and method.
var routes = map[string]map[string]handler{
	"/v1":                {http.MethodGet: (*Server).about},
	"/v1/nodes":          {http.MethodGet: (*Server).nodes},
	"/v1/interfaces":     {http.MethodGet: (*Server).interfaces},
	"/v1/routes":         {http.MethodGet: (*Server).routes},
	"/v1/counters":       {http.MethodGet: (*Server).counters},
	"/v1/counters/reset": {http.MethodPost: (*Server).reset},
	"/v1/limits":         {http.MethodGet: (*Server).limits},
	"/v1/policy":         {http.MethodGet: (*Server).policy},
	"/v1/config":         {http.MethodGet: (*Server).config, http.MethodPatch: (*Server).patch, http.MethodPut: (*Server).put},
	"/v1/events":         {http.MethodGet: (*Server).events},
	"/v1/play":           {http.MethodPost: (*Server).play},
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTime)) // all connections have one
	if !s.admits(r) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		tell(w, Problem{Status: http.StatusUnauthorized, Detail: "expected the header Authorization: Bearer TOKEN"})
		return
	}
	methods, known := routes[r.URL.Path]
	if !known {
		tell(w, noPath(r.URL.Path))
		return
	}
	handle, allowed := methods[r.Method]
	if !allowed {
		var all []string
		for method := range methods {
			all = append(all, method)
		}
		slices.Sort(all)
		w.Header().Set("Allow", strings.Join(all, ", "))
		tell(w, Problem{Status: http.StatusMethodNotAllowed, Detail: r.Method + " means nothing here; expected " + strings.Join(all, " or ")})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := handle(s, w, r); err != nil {
		tell(w, problem(err))
	}
}

// admits compares the token (RFC 6750 §2.1) in a time that says nothing about it.
func (s *Server) admits(r *http.Request) bool {
	if s.token == "" {
		return true
	}
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(s.token))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// about says which router this is.
func (s *Server) about(w http.ResponseWriter, r *http.Request) error {
	_, revision := s.engine.Document()
	return answer(w, http.StatusOK, struct {
		API      string    `json:"api"`
		PID      int       `json:"pid"`
		Config   string    `json:"config"`
		Revision uint64    `json:"revision"`
		Started  time.Time `json:"started"`
	}{"v1", os.Getpid(), s.engine.path, revision, s.started})
}
