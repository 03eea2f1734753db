package docs_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/signedtext"
)

// TestVectorsAreRepaired gives every vector that its reader refuses to
// Repair. What comes back is a text that was signed; and attacks.md says
// "cleared by" in the rows of which some vector comes back, and in no other.
func TestVectorsAreRepaired(t *testing.T) {
	made := makeVectors()
	index, files := readIndex(t), vectorFiles(t)
	usual := keystest.Need[*keys.Trust](t)(keys.OpenTrust(files[vectorTrust], index.Root))
	cleared := map[string][]string{}
	for _, vector := range index.Vectors {
		if !slices.Contains([]string{"license", "trust", "profile"}, vector.Open) || vector.Code == "" || vector.Trust != "" {
			continue
		}
		var text []byte
		_, changes, err := signedtext.Repair(files[vector.File], func(candidate []byte) (err error) {
			text, err = readers[vector.Open](candidate, usual)
			return err
		})
		if err != nil {
			continue
		}
		if len(changes) == 0 || text != nil && !made.signed[signedtext.DigestOf(text)] {
			t.Errorf("%s: repaired to a text that was never signed, changes %v", vector.File, changes)
		}
		for row := range strings.FieldsSeq(vector.Rows) {
			cleared[row] = append(cleared[row], vector.File)
		}
	}
	page := string(keystest.Need[[]byte](t)(os.ReadFile("attacks.md")))
	for _, row := range regexp.MustCompile(`(?m)^\| ([EPDK][0-9]{2}) \|.*$`).FindAllStringSubmatch(page, -1) {
		says := regexp.MustCompile(`[Cc]leared by (Repair|Adopt)`).MatchString(row[0])
		if says != (len(cleared[row[1]]) > 0) {
			t.Errorf("row %s says that vectors are cleared: %t; cleared are %v", row[1], says, cleared[row[1]])
		}
	}
	if len(cleared) < 10 {
		t.Errorf("only rows %v are cleared", cleared)
	}
}
