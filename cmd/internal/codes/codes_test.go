package codes

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/futura/airlicense/keys/files"
)

// Some of the codes look like all of them: where one cannot be written, none
// stays, and what was there before does.
func TestWriteLeavesNothingHalf(t *testing.T) {
	folder := t.TempDir()
	first, taken := filepath.Join(folder, "part-1.png"), filepath.Join(folder, "part-2.png")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	var drawn Drawn
	drawn.Add(first, []byte("one"))
	drawn.Add(taken, []byte("two"))
	if err := drawn.Write(); !errors.Is(err, files.Exists) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(first); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the first picture stayed: %v", err)
	}
	if kept, err := os.ReadFile(taken); err != nil || string(kept) != "mine" {
		t.Errorf("%q, %v", kept, err)
	}
}
