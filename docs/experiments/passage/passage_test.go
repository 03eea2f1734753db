package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/futura/airlicense/docs/experiments/page"
	"github.com/futura/airlicense/keys/keystest"
)

const again = "run go run ./docs/experiments/passage"

func committed(t testing.TB) *results {
	t.Helper()
	return keystest.Need[*results](t)(readResults(keystest.Need[[]byte](t)(os.ReadFile("results.json"))))
}

// TestResultsAreComplete holds the cells to the plan.
func TestResultsAreComplete(t *testing.T) {
	r := committed(t)
	if len(r.Cells) != len(plan) {
		t.Fatalf("%d cells of %d (%s)", len(r.Cells), len(plan), again)
	}
	for i, one := range r.Cells {
		if one.cell != plan[i] {
			t.Errorf("%+v instead of %+v", one.cell, plan[i])
		}
	}
	for i, name := range []string{"ours", "gozxing", "zbarimg", "zxing-cpp"} {
		if r.Readers[i].Name != name {
			t.Errorf("no results of %s", name)
		}
	}
}

// TestGoals is what our reader has to reach.
func TestGoals(t *testing.T) {
	r := committed(t)
	for _, goal := range goals {
		if hits, trials := goal.of(r, 0); trials < 350 || float64(hits) < goal.percent/100*float64(trials) {
			t.Errorf("%s: %d of %d", goal.words, hits, trials)
		}
	}
}

// TestSmallRun runs the program on one photo of two cells, and then on one of
// them again.
func TestSmallRun(t *testing.T) {
	folder := t.TempDir()
	words := "words\n<!-- passage: codes -->\n<!-- end -->\n"
	if err := os.WriteFile(filepath.Join(folder, page.Name), []byte(words), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, cells := range []string{"^(mild|moderate) code 300 bytes 500", "^mild code 300 bytes 500"} {
		if err := run(options{folder: folder, photos: 1, workers: 2, cells: cells}); err != nil {
			t.Fatal(err)
		}
		made, err := os.ReadFile(filepath.Join(folder, page.Name))
		if err != nil || !strings.Contains(string(made), "\n| moderate, 300, 500 | 100 |") || !strings.Contains(string(made), "\n| mild, 300, 500 | 100 |") {
			t.Errorf("%v\n%s", err, made)
		}
	}
}

// TestPhotosAreRepeatable takes a photo of each model twice.
func TestPhotosAreRepeatable(t *testing.T) {
	for _, model := range []string{"mild", "moderate", "hard", "handheld"} {
		one := cell{model, false, 100, 200, 1}
		first, err := one.take(3)
		if err != nil {
			t.Fatal(err)
		}
		second, err := one.take(3)
		if err != nil || !bytes.Equal(first.picture, second.picture) {
			t.Errorf("%s: two photos differ, %v", model, err)
		}
		if other, err := one.take(4); err != nil || bytes.Equal(first.picture, other.picture) {
			t.Errorf("%s: two photos are the same, %v", model, err)
		}
	}
}
