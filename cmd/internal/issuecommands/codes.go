package issuecommands

import (
	"github.com/futura/airlicense/cmd/internal/codes"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/sheet"
)

// writeReplyCodes puts the license on a sheet and into pictures. The codes
// hold the license alone, if not all is wanted: what else a reply has is
// seldom new to a site, and makes four times as many. The sheet has all of it
// as attachments.
func writeReplyCodes(s *ui.Session, found *issue.Review, reply *issue.Reply) error {
	path, folder := s.String(codes.SheetFlag.Name), s.String(codes.FolderFlag.Name)
	var drawn codes.Drawn
	count := 0
	if path != "" {
		made, err := replySheet(s, found, reply)
		if err != nil {
			return err
		}
		if err := drawn.AddSheet(path, made); err != nil {
			return err
		}
	}
	if folder != "" {
		list, err := replyParts(s, reply)
		if err != nil {
			return err
		}
		count = len(list)
		if err := drawn.AddFolder(folder, list); err != nil {
			return err
		}
	}
	if err := drawn.Write(); err != nil {
		return err
	}
	if path != "" {
		s.Line("issue-reply-sheet", "file", path)
	}
	if folder != "" {
		s.Line("issue-reply-qr", "file", folder, "count", count)
	}
	return nil
}

// replySheet makes the sheet of a license, in the customer's language.
func replySheet(s *ui.Session, found *issue.Review, reply *issue.Reply) (*sheet.Sheet, error) {
	license := reply.License
	facts := sheet.Facts{
		Kind: sheet.License, Language: found.Customer.Language, Customer: license.Customer, Site: license.Site, Product: found.Profile.Title,
		Version: license.Product.Versions, Serial: license.Serial, Contact: string(found.Profile.Words.Contact), Date: license.Issued,
	}
	files := replyFiles(reply)
	made, err := sheet.New(facts, codes.Size(s), files[0], files[1:]...)
	if err == nil && s.Bool(codes.WholeFlag.Name) {
		err = made.DrawOthers()
	}
	return made, err
}

// replyFiles are all files of a reply, the license first.
func replyFiles(reply *issue.Reply) []sheet.File {
	all := []sheet.File{
		{Name: reply.Name, Data: reply.File}, {Name: trustFile, Data: reply.Trust}, {Name: reply.License.Product.Name + ".profile", Data: reply.Profile},
	}
	if reply.Revocations != nil {
		all = append(all, sheet.File{Name: listFile, Data: reply.Revocations})
	}
	return all
}

// replyParts are those of the license or, if they are wanted, of all files.
func replyParts(s *ui.Session, reply *issue.Reply) ([]parts.Part, error) {
	var all []parts.Part
	for i, file := range replyFiles(reply) {
		if i > 0 && !s.Bool(codes.WholeFlag.Name) {
			break
		}
		list, err := parts.Split(file.Data, codes.Size(s))
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}
