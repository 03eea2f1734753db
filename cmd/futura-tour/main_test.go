package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/futura/airlicense/cmd/internal/scripttest"
	"github.com/futura/airlicense/cmd/internal/tourcommands"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request/parts"
)

func TestMain(m *testing.M) { scripttest.Main(m) }

func TestScripts(t *testing.T) { scripttest.Run(t, "testdata/script") }

// TestZbarReadsTheCodes gives the codes of the tour to the reader that most
// Linux programs have: the request comes out, byte for byte, and also when
// any one of the pictures is lost.
func TestZbarReadsTheCodes(t *testing.T) {
	zbarimg := peertest.Program(t, "zbarimg", "zbar-tools")
	folder := filepath.Join(t.TempDir(), "tour")
	var said bytes.Buffer
	environment := ui.System("", "unreleased")
	environment.Out, environment.Err = &said, &said
	if status := ui.Run(environment, tourcommands.Program(), []string{"--folder", folder}); status != 0 {
		t.Fatalf("status %d\n%s", status, said.String())
	}
	want, err := os.ReadFile(filepath.Join(folder, "mail", "00123-sispetro-8.9.request"))
	if err != nil {
		t.Fatal(err)
	}
	pictures, err := filepath.Glob(filepath.Join(folder, "mail", "codes", "*.png"))
	if err != nil || len(pictures) < 3 {
		t.Fatalf("%d pictures, %v", len(pictures), err)
	}
	for lost := range len(pictures) + 1 {
		given := slices.Delete(slices.Clone(pictures), min(lost, len(pictures)), min(lost+1, len(pictures)))
		status, text := peertest.Run(t, folder, nil, zbarimg, append([]string{"--nodbus", "--quiet", "--raw", "-S*.disable", "-Sqrcode.enable"}, given...)...)
		var collection parts.Collection
		gathered := collection.Gather([]parts.File{{Name: "zbarimg", Data: []byte(text)}})
		if status != 0 || len(gathered.Files) != 1 || !bytes.Equal(gathered.Files[0].Data, want) {
			t.Errorf("without picture %d of %d: status %d, %d documents, %v", lost+1, len(pictures), status, len(gathered.Files), gathered.Wrong)
		}
	}
}
