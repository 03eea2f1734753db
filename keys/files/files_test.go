package files_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/futura/airlicense/keys/files"
)

func TestCreateNeverOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if err := files.Create(path, []byte("one"), files.Private); err != nil {
		t.Fatal(err)
	}
	if err := files.Create(path, []byte("two"), files.Private); !errors.Is(err, files.Exists) {
		t.Errorf("second time: %v", err)
	}
	if content, err := files.Read(path, 3); err != nil || string(content) != "one" {
		t.Errorf("%q, %v", content, err)
	}
	if err := files.CheckPrivate(path); err != nil {
		t.Error(err)
	}
	onlyFile(t, path)
}

func TestReplaceLeavesNoTemporaryFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	for _, content := range []string{"one", "two"} {
		if err := files.Replace(path, []byte(content), files.Public); err != nil {
			t.Fatal(err)
		}
	}
	if content, err := files.Read(path, 100); err != nil || string(content) != "two" {
		t.Errorf("%q, %v", content, err)
	}
	if err := files.CheckPrivate(path); runtime.GOOS != "windows" && !errors.Is(err, files.Exposed) {
		t.Errorf("a public file as a secret: %v", err)
	}
	onlyFile(t, path)
}

func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files in the folder, %v", len(entries), err)
	}
}

func TestReadNamesWhatIsWrong(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	if err := os.WriteFile(path, []byte("1234"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Read(path, 3); !errors.Is(err, files.TooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	if _, err := files.Read(folder, 3); !errors.Is(err, files.NotReadable) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := files.Read(filepath.Join(folder, "none"), 3); !errors.Is(err, files.NotFound) {
		t.Errorf("nothing: %v", err)
	}
	if err := files.Create(filepath.Join(folder, "none", "file"), nil, files.Public); !errors.Is(err, files.NotWritable) {
		t.Errorf("no folder: %v", err)
	}
}
