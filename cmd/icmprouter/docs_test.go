package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The commands of docs/networks.md print what stands there, but for those of root (#).
func TestNetworksDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/networks.md")
	if err != nil {
		t.Fatal(err)
	}
	dir, ran := t.TempDir(), 0
	for _, block := range strings.Split(string(text), "```console\n")[1:] {
		block, _, _ = strings.Cut(block, "```\n")
		for _, part := range strings.Split("\n"+block, "\n$ ")[1:] {
			line, want, _ := strings.Cut(part, "\n")
			if got := documented(t, dir, line); strings.TrimSuffix(got, "\n") != strings.TrimSuffix(want, "\n") {
				t.Errorf("%s\n%s\nThe document says\n%s", line, got, want)
			}
			ran++
		}
	}
	if ran < 8 {
		t.Errorf("%d commands: the test looks at the wrong place", ran)
	}
	_, drawing, _ := strings.Cut(string(text), "```mermaid\n")
	drawing, _, _ = strings.Cut(drawing, "```\n")
	if got := documented(t, dir, "icmprouter show paths --format mermaid client server clos.json"); got != drawing {
		t.Errorf("the drawing is\n%s", got)
	}
}

// The configurations of docs/middlebox.md are valid: the whole one, and the part in its place.
func TestMiddleboxDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/middlebox.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```json\n")
	if len(blocks) != 3 {
		t.Fatalf("%d configurations", len(blocks)-1)
	}
	whole, _, _ := strings.Cut(blocks[1], "```\n")
	part, _, _ := strings.Cut(blocks[2], "```\n")
	for _, text := range []string{whole, strings.Replace(whole, `"left": {`, strings.TrimSuffix(strings.TrimSpace(part), "}")+",", 1)} {
		file := filepath.Join(t.TempDir(), "l2.json")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		stdout, stderr, code := icmprouter(t, "", "check", file)
		if code != 0 || stderr != "" || !strings.Contains(stdout, "box out") {
			t.Errorf("%s\n%s%s", text, stdout, stderr)
		}
	}
}

// documented runs a line of the document, with its files in a directory.
func documented(t *testing.T, dir, line string) string {
	t.Helper()
	line, file, _ := strings.Cut(line, " > ")
	words := strings.Fields(line)
	for i, w := range words {
		if strings.HasSuffix(w, ".json") {
			words[i] = filepath.Join(dir, w)
		}
	}
	if words[0] == "cat" {
		text, err := os.ReadFile(words[1])
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	stdout, stderr, _ := icmprouter(t, "", words[1:]...)
	if file != "" {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(stdout), 0o644); err != nil {
			t.Fatal(err)
		}
		stdout = ""
	}
	return stdout + stderr
}
