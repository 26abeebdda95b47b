// Package lab puts a network between programs: each has a network namespace of its own that
// nobody else sees, routers of this process lie between them, and names such as server.lab are
// known there. It works as root and, in a user namespace, as anybody. Linux alone has this.
package lab
