package issuecommands

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/futura/airlicense/cmd/internal/given"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/parts"
)

// several is the code of more than one request where one is answered.
const several = fault.Code("FL-148")

// partsFolder is the folder of the desk with the parts of requests that were
// not complete, a file for each request.
const partsFolder = "parts"

var partsFlag = ui.Flag{Name: "parts", Words: "flag-reply-parts"}

func keptPath(s *ui.Session, name parts.Name) string {
	return filepath.Join(folder(s), partsFolder, name.ID+".txt")
}

// readRequests reads the files that are given: requests, and parts of
// requests, which are kept until all have come. Each request comes once.
func readRequests(s *ui.Session) ([]parts.File, error) {
	whole, err := given.Read(s, s.Arguments())
	if err != nil {
		return nil, err
	}
	var collection parts.Collection
	if err := readKept(s, &collection, whole); err != nil {
		return nil, err
	}
	gathered, err := s.Gather(&collection, whole)
	s.NoteParts(gathered)
	if err := errors.Join(err, keepParts(s, &collection, gathered)); err != nil {
		return nil, err
	}
	var once []parts.File
	for _, file := range gathered.Files {
		if !slices.ContainsFunc(once, func(known parts.File) bool { return string(known.Data) == string(file.Data) }) {
			once = append(once, file)
		}
	}
	return once, nil
}

// readKept takes what was kept of the documents that the files belong to.
func readKept(s *ui.Session, collection *parts.Collection, given []parts.File) error {
	var now parts.Collection
	now.Gather(given)
	for _, document := range now.Documents() {
		path := keptPath(s, document.Name)
		kept, err := files.Read(path, signedtext.MaxDamaged)
		switch {
		case errors.Is(err, files.NotFound):
		case err != nil:
			return err
		default:
			collection.Add(path, kept)
		}
	}
	return nil
}

// keepParts keeps what is not complete, and adds to what was kept before:
// review and license are two calls.
func keepParts(s *ui.Session, collection *parts.Collection, gathered parts.Gathered) error {
	var names []parts.Name
	for _, document := range gathered.Pending {
		names = append(names, document.Name)
	}
	for _, file := range gathered.Files {
		if _, err := os.Lstat(keptPath(s, file.Of)); file.Of.ID != "" && err == nil {
			names = append(names, file.Of)
		}
	}
	for _, name := range names {
		path := keptPath(s, name)
		if err := files.MakePrivate(filepath.Dir(path)); err != nil {
			return err
		}
		if err := files.Replace(path, parts.Text(collection.Parts(name)), files.Private); err != nil {
			return err
		}
	}
	return nil
}

// forgetParts removes what was kept of a request that was answered.
func forgetParts(s *ui.Session, file parts.File) error {
	if file.Of.ID == "" {
		return nil
	}
	path := keptPath(s, file.Of)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return files.NotWritable.Wrap(err, "cannot be removed", "file", path, "reason", "remove")
	}
	return nil
}

func reviewFile(ctx context.Context, s *ui.Session, desk *issue.Desk, file parts.File) (*issue.Review, error) {
	data, adopted := adopt(file.Data)
	_, data, changes, err := request.OpenRepaired(data)
	if err != nil {
		return nil, fault.With(err, "file", file.Name)
	}
	s.WarnRepaired(true, file.Name, changes)
	found, err := desk.Review(ctx, data, s.Now())
	if err == nil {
		printAdopted(s, file.Name, adopted)
	}
	return found, fault.With(err, "file", file.Name)
}
