package parts_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/parts"
)

var update = flag.Bool("update", false, "write the files under testdata again, and print the example of the package comment")

const exampleFile = "testdata/example.request"

// makeExample signs a small document, the same in every run.
func makeExample(t *testing.T) []byte {
	t.Helper()
	signer, err := openpgp.Generate("example", born, strings.NewReader(strings.Repeat("a fixed seed", 32)))
	if err != nil {
		t.Fatal(err)
	}
	document, err := signedtext.Seal([]byte("kind = \"futura-request\"\nformat = 1\n\n[example]\nwords = \"no request, an example\""), signer, born)
	if err != nil {
		t.Fatal(err)
	}
	return document.Render()
}

// TestPackageCommentShowsTheExample reads the parts in the comment, where
// they stand behind slashes and between words, like any other text. Another
// version of Go may compress otherwise, so they are not made again here.
func TestPackageCommentShowsTheExample(t *testing.T) {
	if *update {
		file := makeExample(t)
		if err := os.WriteFile(exampleFile, file, 0o644); err != nil {
			t.Fatal(err)
		}
		list, err := parts.Split(file, 100)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("\n%s", parts.Text(list))
	}
	want, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"parts.go", "../../docs/parts.md"} {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, example, _ := strings.Cut(string(source), "A real example\n")
		found, wrong := parts.Find([]byte(example))
		if len(found) != 3 || len(wrong) != 0 || len(found[0].Data) > 100 {
			t.Fatalf("%s: %d parts, %v", path, len(found), wrong)
		}
		for left := range found { // any two of the three are enough
			var collection parts.Collection
			for i, part := range found {
				if i != left {
					collection.Add(path, []byte(part.String()))
				}
			}
			if document := collection.Documents()[0]; !bytes.Equal(document.File, want) {
				t.Errorf("%s without part %s: %v", path, found[left].Number(), document.Err)
			}
		}
		for _, part := range found {
			if !strings.Contains(strings.NewReplacer("//\t", "", "\n", "").Replace(example), part.String()) {
				t.Errorf("%s: part %s is written otherwise", path, part.Number())
			}
		}
	}
}
