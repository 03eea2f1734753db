package docs_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
)

// vector is one entry of vectors/index.toml: a file with one flaw, the
// reader that it is given to, and the answer.
type vector struct {
	File  string `toml:"file"`
	Rows  string `toml:"rows"` // of docs/attacks.md
	Flaw  string `toml:"flaw"`
	Open  string `toml:"open"`            // a key of readers
	Trust string `toml:"trust,omitempty"` // another trust file than vectors/futura.trust
	Code  string `toml:"code,omitempty"`  // of the refusal; empty: accepted

	data []byte
}

const (
	vectorFolder = "vectors"
	vectorIndex  = "index.toml"
	vectorTrust  = "futura.trust"
)

// indexHead begins the index.
const indexHead = `# The vectors: files with one flaw each, and what the readers answer.
# docs/attacks.md lists them by row. All keys in them are published test keys,
# made from fixed seeds, and worth nothing.
#
# Written by: go test ./docs -run Vectors -update
#
# open   the reader: license (with the trust file, as an auditor does), trust
#        (with the root below), request, profile, certificate, secret, compact
# code   of the refusal; a vector without one is accepted

`

// TestVectorsAreReal holds the files to what their generator makes, byte for
// byte. With -update it writes them.
func TestVectorsAreReal(t *testing.T) {
	made := makeVectors()
	want := map[string][]byte{vectorIndex: writeIndex(made), vectorTrust: made.trust}
	for _, vector := range made.list {
		if want[vector.File] != nil {
			t.Errorf("two vectors are called %s", vector.File)
		}
		want[vector.File] = vector.data
	}
	if *update {
		ok(t, os.RemoveAll(vectorFolder))
		for name, data := range want {
			path := filepath.Join(vectorFolder, filepath.FromSlash(name))
			ok(t, os.MkdirAll(filepath.Dir(path), 0o755))
			ok(t, os.WriteFile(path, data, 0o644))
		}
	}
	total := 0
	for name, data := range vectorFiles(t) {
		if !bytes.Equal(data, want[name]) {
			t.Errorf("%s is not what is made now (go test ./docs -run Vectors -update)", name)
		}
		delete(want, name)
		total += len(data)
	}
	for name := range want {
		t.Errorf("%s is not there (go test ./docs -run Vectors -update)", name)
	}
	if limit := 3 << 19; total > limit {
		t.Errorf("the vectors have %d bytes, more than %d", total, limit)
	}
}

func writeIndex(made *forger) []byte {
	out := bytes.NewBufferString(indexHead)
	fmt.Fprintf(out, "root = %q\n", openpgp.Fingerprint(made.root.Fingerprint()))
	for _, vector := range made.list {
		fmt.Fprintf(out, "\n[[vector]]\nfile = %q\nrows = %q\nflaw = %q\nopen = %q\n", vector.File, vector.Rows, vector.Flaw, vector.Open)
		if vector.Trust != "" {
			fmt.Fprintf(out, "trust = %q\n", vector.Trust)
		}
		if vector.Code != "" {
			fmt.Fprintf(out, "code = %q\n", vector.Code)
		}
	}
	return out.Bytes()
}

// vectorFiles reads all files below vectors.
func vectorFiles(t *testing.T) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	ok(t, fs.WalkDir(os.DirFS(vectorFolder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found[path], err = os.ReadFile(filepath.Join(vectorFolder, filepath.FromSlash(path)))
		}
		return err
	}))
	return found
}

// index is vectors/index.toml.
type index struct {
	Root    openpgp.Fingerprint `toml:"root"`
	Vectors []vector            `toml:"vector"`
}

func readIndex(t *testing.T) index {
	t.Helper()
	var read index
	if _, err := toml.DecodeFile(filepath.Join(vectorFolder, vectorIndex), &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// readers are what vectors are given to. Each returns the signed text of what
// it accepted, if it is one.
var readers = map[string]func(file []byte, trust *keys.Trust) (text []byte, err error){
	"license": func(file []byte, trust *keys.Trust) ([]byte, error) {
		opened, err := verify.Open(file, trust)
		if err != nil {
			return nil, err
		}
		return opened.Document.Text(), nil
	},
	"trust": func(file []byte, trust *keys.Trust) ([]byte, error) {
		opened, err := keys.OpenTrust(file, trust.Root())
		if err != nil {
			return nil, err
		}
		return signedtext.Marshal(opened.TrustFile)
	},
	"request": func(file []byte, _ *keys.Trust) ([]byte, error) {
		opened, err := request.Open(file)
		if err != nil {
			return nil, err
		}
		return opened.Document.Text(), nil
	},
	"profile": func(file []byte, trust *keys.Trust) ([]byte, error) {
		_, err := verify.OpenProfile(file, trust)
		return nil, err
	},
	"certificate": func(file []byte, _ *keys.Trust) ([]byte, error) {
		_, err := openpgp.ReadCertificate(file)
		return nil, err
	},
	"secret": func(file []byte, _ *keys.Trust) ([]byte, error) {
		secret, err := openpgp.ReadSecret(file)
		if err == nil {
			err = secret.Protection() // as the desk asks
		}
		return nil, err
	},
	"compact": func(file []byte, trust *keys.Trust) ([]byte, error) {
		unpacked, err := signedtext.Unpack(file)
		if err != nil {
			return nil, err
		}
		opened, err := signedtext.Open(unpacked, trust.IssuerCertificate())
		if err != nil {
			return nil, err
		}
		return opened.Text(), nil
	},
}

// TestVectorsAreJudged gives every vector to its reader and compares the
// answer with the index.
func TestVectorsAreJudged(t *testing.T) {
	made := makeVectors()
	index := readIndex(t)
	files := vectorFiles(t)
	open := func(name string) *keys.Trust {
		return keystest.Need[*keys.Trust](t)(keys.OpenTrust(files[name], index.Root))
	}
	usual := open(vectorTrust)
	for _, vector := range index.Vectors {
		trust := usual
		if vector.Trust != "" {
			trust = open(vector.Trust)
		}
		text, err := readers[vector.Open](files[vector.File], trust)
		if got := codeOf(err); got != vector.Code {
			t.Errorf("%s (%s): %v, want %q", vector.File, vector.Flaw, err, vector.Code)
		}
		if err == nil && text != nil && vector.Open != "request" && !made.signed[signedtext.DigestOf(text)] {
			t.Errorf("%s: returned a text that was never signed", vector.File)
		}
	}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if found := fault.Of(err); found != nil {
		return string(found.Code)
	}
	return "no code"
}

// TestVectorsHarmNoReader gives every vector to every reader, and every
// vector's text to nobody but through *UnverifiedError: no panic, no error
// without a code, no control character in its words.
func TestVectorsHarmNoReader(t *testing.T) {
	made := makeVectors()
	index := readIndex(t)
	files := vectorFiles(t)
	trust := keystest.Need[*keys.Trust](t)(keys.OpenTrust(files[vectorTrust], index.Root))
	for name, data := range files {
		for kind, read := range readers {
			text, err := read(data, trust)
			if err == nil && text != nil && kind != "request" && !made.signed[signedtext.DigestOf(text)] {
				t.Errorf("%s as %s: a text that was never signed", name, kind)
			}
			checkError(t, name+" as "+kind, err)
		}
		document, err := signedtext.Open(data, nil)
		checkError(t, name, err)
		var unverified *signedtext.UnverifiedError
		if document != nil || errors.As(err, &unverified) && signedtext.CheckText(unverified.Text) != nil {
			t.Errorf("%s: a document that nobody verified, or a text that is not canonical", name)
		}
		_, err = signedtext.Pack(data)
		checkError(t, name, err)
		_, err = openpgp.ParseSignature(data)
		checkError(t, name, err)
		_, err = openpgp.Unprotect(data, []byte("senha"))
		checkError(t, name, err)
	}
}

func checkError(t *testing.T, name string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	unsafe := func(character rune) bool { return character < ' ' || character == 0x7F || character == utf8.RuneError }
	if fault.Of(err) == nil || strings.ContainsFunc(err.Error(), unsafe) {
		t.Errorf("%s: an error without a code, or with octets of the file: %q", name, err)
	}
}

// makeVectors runs the generator once.
var makeVectors = sync.OnceValue(func() *forger {
	made := newForger()
	made.envelopes()
	made.packets()
	made.certificates()
	made.documents()
	made.trustFiles()
	made.secrets()
	slices.SortStableFunc(made.list, func(a, b vector) int { return strings.Compare(a.File, b.File) })
	return made
})
