package issuecommands

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue"
)

var shortFlag = ui.Flag{Name: "short", Words: "flag-reply-short"}

// shortFile is the short form in the folder of a reply.
const shortFile = "short.txt"

// writeShort prints the short form of a license for the telephone, if it is
// wanted, and writes it beside the license.
func writeShort(s *ui.Session, desk *issue.Desk, found *issue.Review, reply *issue.Reply) error {
	if !s.Bool(shortFlag.Name) {
		return nil
	}
	written, err := desk.Short(found, reply)
	if err != nil {
		return err
	}
	head := s.Say("issue-short", "serial", reply.License.Serial, "lines", len(written))
	words := []string{s.Say("issue-short-letters"), s.Say("issue-short-alphabet"), s.Say("issue-short-days", "days", reply.License.Terms.UnprovedDays)}
	text := head + "\n\n" + strings.Join(written, "\n") + "\n\n" + strings.Join(words, "\n") + "\n"
	if err := createSame(filepath.Join(replyFolder(s, found, reply), shortFile), []byte(text)); err != nil {
		return err
	}
	fmt.Fprint(s.Out, "\n"+text)
	return nil
}
