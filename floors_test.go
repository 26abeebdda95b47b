package icmprouter_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/icmprouter/icmprouter"

// floor is one package and what it may import.
type floor struct {
	name    string
	imports []string
	// pure: time is an argument; no goroutine, lock, clock, socket, file or log.
	pure bool
}

// floors says of the packages on the lower floors what they may import besides
// the standard library (DESIGN.md). A path that ends with /...
// stands for all below it.
var floors = []floor{
	{"drop", nil, true},
	{"wire", []string{module + "/drop", "gvisor.dev/gvisor/pkg/tcpip/header", "gvisor.dev/gvisor/pkg/tcpip/checksum"}, true},
	{"ratelimit", nil, true},
	{"icmpgen", []string{module + "/drop", module + "/wire", module + "/ratelimit", "gvisor.dev/gvisor/pkg/tcpip/header", "gvisor.dev/gvisor/pkg/tcpip/checksum"}, true},
	{"forwarding", []string{module + "/drop", module + "/wire", module + "/icmpgen", module + "/ratelimit", "github.com/gaissmai/bart"}, true},
	{"link", []string{module + "/drop", module + "/wire"}, true},
	{"routing", nil, true},
	{"tundev", []string{module + "/wire", module + "/tundev/...", "golang.zx2c4.com/wireguard/tun", "github.com/songgao/water", "github.com/vishvananda/netlink", "github.com/vishvananda/netlink/nl", "github.com/vishvananda/netns", "golang.org/x/sys/unix"}, false},
	{"network", lower("drop", "wire", "ratelimit", "icmpgen", "forwarding", "link", "routing", "tundev"), false},
	{"config", lower("drop", "wire", "ratelimit", "icmpgen", "forwarding", "link", "routing", "tundev", "network", "config/document"), false},
	{"config/document", lower(), false},
	{"scenario", lower("drop", "wire", "ratelimit", "icmpgen", "forwarding", "link", "routing", "tundev", "network", "config", "config/document"), false},
	{"conformance", []string{module + "/tundev", "github.com/gopacket/gopacket/...", "golang.org/x/sys/unix"}, false},
}

func lower(packages ...string) (imports []string) {
	for _, name := range packages {
		imports = append(imports, module+"/"+name)
	}
	return append(imports, module+"/internal/nearest", "golang.org/x/sys/unix", "github.com/go-json-experiment/json/...", "github.com/google/jsonschema-go/jsonschema")
}

// outside is what a pure package imports of the standard library under no circumstances.
var outside = []string{"os", "net", "log", "syscall", "sync", "context", "unsafe", "math/rand", "crypto/rand", "C"}

// harmless is what begins like one of those and has no state of its own: random
// numbers are from a seed there.
func harmless(path string) bool { return path == "net/netip" || path == "math/rand/v2" }

// global is what of math/rand/v2 has a seed that nobody knows.
var global = []string{"Int", "IntN", "Int64", "Int64N", "Uint32", "Uint64", "Uint64N", "N", "Float64", "NormFloat64", "ExpFloat64", "Perm", "Shuffle"}

// clock is what a pure package does not take from package time: types and
// constants alone are allowed.
var clock = []string{"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "NewTimer", "NewTicker", "Tick"}

// goFile is a Go file of the module that is no test.
type goFile struct {
	path string
	*ast.File
}

// packages reads all of the module, by directory.
func packages(t *testing.T) map[string][]goFile {
	t.Helper()
	all := map[string][]goFile{}
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || ownModule(path)):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		all[dir] = append(all[dir], goFile{path, file})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// ownModule says whether a directory is another module.
func ownModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func imports(file goFile) (paths []string) {
	for _, spec := range file.Imports {
		paths = append(paths, strings.Trim(spec.Path.Value, `"`))
	}
	return paths
}

func allowed(list []string, path string) bool {
	return slices.ContainsFunc(list, func(entry string) bool {
		prefix, tree := strings.CutSuffix(entry, "/...")
		return path == prefix || tree && strings.HasPrefix(path, prefix+"/")
	})
}

// standard says whether a path is of the standard library: its first element has no dot.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func TestFloors(t *testing.T) {
	all := packages(t)
	for _, floor := range floors {
		if len(all[floor.name]) == 0 {
			t.Errorf("%s has no file: the test looks in the wrong place", floor.name)
		}
		for _, file := range all[floor.name] {
			for _, path := range imports(file) {
				if !standard(path) && !allowed(floor.imports, path) {
					t.Errorf("%s: imports %s, which is on no lower floor", file.path, path)
				}
			}
		}
	}
	for dir, files := range all {
		top, _, _ := strings.Cut(dir, "/")
		known := slices.ContainsFunc(floors, func(f floor) bool { return f.name == top })
		if !known && !slices.Contains([]string{".", "cmd", "internal", "e2e", "bench"}, top) {
			t.Errorf("%s: on which floor is it?", dir)
		}
		for _, file := range files {
			for _, path := range imports(file) {
				if strings.HasPrefix(path, module+"/cmd/") && !strings.HasPrefix(dir, "cmd/") {
					t.Errorf("%s: imports %s, of the highest floor", file.path, path)
				}
			}
		}
	}
}

func TestLowFloorsArePure(t *testing.T) {
	all := packages(t)
	for _, floor := range floors {
		if !floor.pure {
			continue
		}
		for _, file := range all[floor.name] {
			for _, path := range imports(file) {
				for _, bad := range outside {
					if !harmless(path) && (path == bad || strings.HasPrefix(path, bad+"/")) {
						t.Errorf("%s: imports %s", file.path, path)
					}
				}
			}
			ast.Inspect(file.File, func(node ast.Node) bool {
				if what := impure(node); what != "" {
					t.Errorf("%s: %s", file.path, what)
				}
				return true
			})
		}
	}
}

// impure says what in a syntax tree is a clock or another goroutine.
func impure(node ast.Node) string {
	switch n := node.(type) {
	case *ast.GoStmt:
		return "starts a goroutine"
	case *ast.ChanType:
		return "has a channel"
	case *ast.SelectorExpr:
		if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "time" && slices.Contains(clock, n.Sel.Name) {
			return "asks the clock: time." + n.Sel.Name
		}
		if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "rand" && slices.Contains(global, n.Sel.Name) {
			return "has chances without a seed: rand." + n.Sel.Name
		}
	}
	return ""
}

// Families differ in wire, in the builders of icmpgen and in its table of
// numbers. Above them a packet is a packet.
func TestNoVersionBranch(t *testing.T) {
	words := []string{"Version", "V4", "V6", "Is4", "Is6", "Is4In6", "Unmap", "As4"}
	all := packages(t)
	for _, name := range []string{"forwarding", "ratelimit", "drop"} {
		for _, file := range all[name] {
			ast.Inspect(file.File, func(node ast.Node) bool {
				if n, ok := node.(*ast.SelectorExpr); ok && slices.Contains(words, n.Sel.Name) {
					t.Errorf("%s: asks for the IP version: %s", file.path, n.Sel.Name)
				}
				return true
			})
		}
	}
}
