package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const vendorsHead = `# Vendor habits

` + "`\"like\": \"ios\"`" + ` gives a node the habits of a vendor's routers, as far as public texts tell them. It sets what this file says and nothing else:
a key of the node wins over it, and what neither says is as by default. It does not make the node that router. Limits are
those of token buckets: of one for all destinations together and of one for each (` + "`icmp.rate`" + `); where a system counts
otherwise, the last column says so.

A TTL holds for both families here, and what was measured was IPv4. Some systems send another in IPv6: a node that is like
them there has an ` + "`icmp.ttl`" + ` and an ` + "`icmp.reply_ttl`" + ` of its own.

What a habit is worth: *documented*, the vendor says it; *program*, the text of the program does it; *observed*, others measured it.
It may differ from version to version, and a router is configured by somebody. About who is missing here (Arista EOS, for one),
too little is public to be told. The source address of errors is left as it is by default, where nobody says otherwise.

This file is generated from ` + "`config/vendors_table.go`" + `: ` + "`go generate ./config`" + `.
`

// vendorsDocument is docs/vendors.md.
func vendorsDocument() []byte {
	var b strings.Builder
	b.WriteString(vendorsHead)
	var texts []origin
	for _, v := range vendors {
		fmt.Fprintf(&b, "\n## %s: `%s`\n\n| key | value | worth | by | but |\n|---|---|---|---|---|\n", v.name, v.like)
		for _, h := range v.habits {
			var by []string
			for _, o := range h.where {
				if !slices.Contains(texts, o) {
					texts = append(texts, o)
				}
				by = append(by, fmt.Sprintf("[%d]", slices.Index(texts, o)+1))
			}
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", h.key, h.value, h.proof, strings.Join(by, " "), h.but)
		}
		if v.but != "" {
			fmt.Fprintf(&b, "\n%s\n", v.but)
		}
	}
	b.WriteString("\n## Texts\n\n")
	for i, o := range texts {
		fmt.Fprintf(&b, "%d. %s. <%s>\n", i+1, o.name, o.url)
	}
	return []byte(b.String())
}

func TestStoredVendors(t *testing.T) {
	fresh(t, "../docs/vendors.md", func([]byte) []byte { return vendorsDocument() })
}

// TestVendors wants each vendor in the grammar, in order, and each habit with a
// proof and a public text.
func TestVendors(t *testing.T) {
	var likes []string
	for _, v := range vendors {
		likes = append(likes, v.like)
		if len(v.habits) == 0 || v.name == "" {
			t.Errorf("%s: no name, or no habits", v.like)
		}
		keys := map[string]bool{}
		for _, h := range v.habits {
			if keys[h.key] {
				t.Errorf("%s: two habits of %s", v.like, h.key)
			}
			keys[h.key] = true
			if !slices.Contains([]proof{documented, program, observed}, h.proof) || len(h.where) == 0 {
				t.Errorf("%s: %s has no proof", v.like, h.key)
			}
			for _, o := range h.where {
				if u, err := url.Parse(o.url); err != nil || u.Host == "" || o.name == "" {
					t.Errorf("%s: %s is by no public text: %+v", v.like, h.key, o)
				}
			}
		}
	}
	if got := words(Node{}, "like"); !slices.Equal(got, likes) || !slices.IsSorted(likes) {
		t.Errorf("the grammar has %q, the table %q", got, likes)
	}
}

// written is a node of base that says itself what the vendor's habits are.
func (v vendor) written(t *testing.T) string {
	tree := map[string]any{}
	for _, h := range v.habits {
		at, keys := tree, strings.Split(h.key, ".")
		for _, key := range keys[:len(keys)-1] {
			if at[key] == nil {
				at[key] = map[string]any{}
			}
			at = at[key].(map[string]any)
		}
		at[keys[len(keys)-1]] = json.RawMessage(h.value)
	}
	text := strings.Replace(base, `,
      "icmp": { "rate": { "pps": 1000, "burst": 50 } }`, "", 1)
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		value, err := json.Marshal(tree[key])
		if err != nil {
			t.Fatal(err)
		}
		text = strings.Replace(text, `"r1": {`, fmt.Sprintf(`"r1": { %q: %s,`, key, value), 1)
	}
	return text
}

// TestLikeIsWritten: like is the same as to write what its table says. What is
// written is taken by the schema, too.
func TestLikeIsWritten(t *testing.T) {
	plain := vendor{}.written(t)
	for _, v := range vendors {
		t.Run(v.like, func(t *testing.T) {
			text := v.written(t)
			var tree any
			if err := json.Unmarshal([]byte(text), &tree); err != nil {
				t.Fatal(err)
			}
			if err := validator(t).Validate(tree); err != nil {
				t.Error(err)
			}
			want := parse(t, text).Plan()
			like := strings.Replace(plain, `"r1": {`, fmt.Sprintf(`"r1": { "like": %q,`, v.like), 1)
			f := parse(t, like)
			if got := f.Plan(); !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v\nwant\n%+v", got.Nodes[0], want.Nodes[0])
			}
			if len(f.Warnings) > 0 {
				t.Errorf("warnings:\n%v", Mistakes(f.Warnings))
			}
			if reflect.DeepEqual(want, parse(t, plain).Plan()) {
				t.Error("the habits change nothing")
			}
		})
	}
}
