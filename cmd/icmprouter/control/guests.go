package control

import (
	"context"
	"net"
	"slices"
	"sync"
)

// guests is a listener that never has a client wait for others: with one too many, the oldest goes that follows
// no events. Who has asked properly has long been answered by then.
type guests struct {
	net.Listener
	most int
	mu   sync.Mutex
	all  []*guest // by age
}

// guest is the connection of a client.
type guest struct {
	net.Conn
	of   *guests
	kept bool // guarded by of.mu
}

func (g *guests) Accept() (net.Conn, error) {
	c, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	is := &guest{Conn: c, of: g}
	if old := g.add(is); old != nil {
		old.Close()
	}
	return is, nil
}

// add adds a guest, and returns the one that has to go.
func (g *guests) add(is *guest) *guest {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, is)
	if len(g.all) <= g.most {
		return nil
	}
	if i := slices.IndexFunc(g.all, func(old *guest) bool { return !old.kept }); i >= 0 {
		return g.all[i]
	}
	return nil
}

func (is *guest) Close() error {
	g := is.of
	g.mu.Lock()
	if i := slices.Index(g.all, is); i >= 0 {
		g.all = slices.Delete(g.all, i, i+1)
	}
	g.mu.Unlock()
	return is.Conn.Close()
}

// guestKey is that of the guest among the values of a request's context.
type guestKey struct{}

func withGuest(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, guestKey{}, c)
}

// keep has the guest of a request stay, however many come.
func keep(ctx context.Context) {
	if is, ok := ctx.Value(guestKey{}).(*guest); ok {
		is.of.mu.Lock()
		is.kept = true
		is.of.mu.Unlock()
	}
}
