package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/futura/airlicense/docs/experiments/page"
)

// These tests compare pixels with those of results.json, which was made on
// amd64: processors that multiply and add at once round otherwise.

// TestResultsAreOfThisCode takes the first photo of the smaller cells again.
func TestResultsAreOfThisCode(t *testing.T) {
	r := committed(t)
	readers := []reader{{"ours", "", ours}, {"gozxing", "", plain}}
	for _, old := range r.Cells {
		if old.Pixels > 500 && !(old.IsPage && old.Pixels == 1024) || old.Bytes > 700 {
			continue
		}
		one := old.cell
		one.Photos = 1
		now, err := one.run(readers, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i, reader := range readers {
			if now.First[i] != old.First[i] {
				t.Errorf("%s: %s read %d codes of the first photo, in results.json %d (%s)", one.name(), reader.name, now.First[i], old.First[i], again)
			}
		}
	}
}

// TestPageIsMadeFromTheResults holds figures and pictures to results.json.
func TestPageIsMadeFromTheResults(t *testing.T) {
	made, err := makePage(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for name, want := range made {
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the results give (go run ./docs/experiments/passage -page): %v", name, err)
		}
		if name != page.Name {
			size += len(want)
			if !strings.Contains(string(made[page.Name]), "("+name+")") {
				t.Errorf("%s is no picture of the page", name)
			}
		}
	}
	if size > 300_000 {
		t.Errorf("pictures of %d bytes", size)
	}
}
