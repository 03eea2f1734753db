package site_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/site"
)

func version(t *testing.T, text string) request.Version {
	t.Helper()
	parsed, err := request.Numbers.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// Scripts of futura-request hold the rest: what is kept and what is sent.
func TestNothingIsKept(t *testing.T) {
	opened := created(t, config)
	if kept, err := opened.Kept(version(t, "8.9"), "", now); kept != nil || err != nil {
		t.Error(kept, err)
	}
	opened.Forget(version(t, "8.9"))
	if len(opened.Warnings) > 0 {
		t.Error(opened.Warnings)
	}
}

func TestKeepIsPrivate(t *testing.T) {
	opened := created(t, config)
	for _, text := range []string{"first", "second"} {
		if err := opened.Keep([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(opened.Folder, "preview.text")
	if err := files.CheckPrivate(path); err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(string(data), "\n\nsecond") {
		t.Errorf("%q, %v", data, err)
	}
	// What is kept is no request: it is refused, and goes with the next export.
	if kept, err := opened.Kept(version(t, "8.9"), "", now); kept != nil || !errors.Is(err, site.NotAsShown) {
		t.Error(kept, err)
	}
	opened.Forget(version(t, "8.9"))
	if _, err := os.Stat(path); err == nil {
		t.Error("it is still there")
	}
}

func TestKeepNeedsTheFolder(t *testing.T) {
	opened := created(t, config)
	if err := os.RemoveAll(opened.Folder); err != nil {
		t.Fatal(err)
	}
	if err := opened.Keep([]byte("text")); !errors.Is(err, site.NotKept) {
		t.Error(err)
	}
}

// A person is shown a text, and another one is sent, only if two texts have
// one digest.
func TestPreviewIsRefusedWhenAnyByteChanged(t *testing.T) {
	file := site.Preview{Config: signedtext.DigestOf([]byte("config")), Text: []byte("kind = \"x\"\nformat = 1")}.Marshal()
	config := len("futura-preview/1\n")
	for i := range file {
		for _, with := range []byte{0, '\n', '0', file[i] ^ 1} {
			changed := bytes.Clone(file)
			changed[i] = with
			preview, err := site.ParsePreview(changed)
			if with == file[i] || i >= config && i < config+43 && err == nil {
				continue // the digest of another configuration: Kept compares it
			}
			if !errors.Is(err, site.NotAsShown) || preview.Text != nil {
				t.Fatalf("byte %d as %q is accepted", i, with)
			}
		}
	}
	for i := range file {
		if _, err := site.ParsePreview(file[:i]); err == nil {
			t.Fatalf("%d bytes are accepted", i)
		}
	}
}

func FuzzPreview(f *testing.F) {
	f.Add(site.Preview{Text: []byte("kind = \"futura-request\"")}.Marshal())
	f.Add([]byte("futura-preview/1\n\n\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		preview, err := site.ParsePreview(data)
		if err == nil && !bytes.Equal(preview.Marshal(), data) {
			t.Errorf("%q is written as %q", data, preview.Marshal())
		}
	})
}
