package signedtext_test

import (
	"os"
	"path/filepath"
	"testing"
)

// addVectors gives a fuzz target the files of docs/vectors as seeds.
func addVectors(f *testing.F, pattern string) {
	f.Helper()
	names, err := filepath.Glob(filepath.Join("..", "..", "docs", "vectors", filepath.FromSlash(pattern)))
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds: %s, %v", pattern, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}
