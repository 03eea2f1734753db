package issuecommands

import (
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/signedtext"
)

// adopt brings a request that another OpenPGP program signed to our
// rendering. A file that it cannot bring there is left to the reader, who
// says what is wrong with it.
func adopt(file []byte) ([]byte, []signedtext.Change) {
	adopted, changes, err := signedtext.Adopt(file)
	if err != nil {
		return file, nil
	}
	return adopted, changes
}

// printAdopted tells what was rendered otherwise, none of which was signed.
func printAdopted(s *ui.Session, path string, changes []signedtext.Change) {
	if len(changes) == 0 {
		return
	}
	var words []string
	for _, change := range changes {
		words = append(words, s.Say("word-"+strings.ReplaceAll(change.What, " ", "-")))
	}
	s.Note("issue-adopted", "file", path, "changes", strings.Join(words, ", "))
}
