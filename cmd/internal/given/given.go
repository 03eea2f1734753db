// Package given reads what people give to a command: files, folders,
// standard input, pictures of codes, and PDFs, in any order and mixture.
package given

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
	"github.com/futura/airlicense/request/sheet"
)

// perPicture bounds the work on one picture. A photo of a page takes less
// than a second, one without any code a few.
const perPicture = 30 * time.Second

// Read reads files, of pictures the codes in them, of PDFs what is attached,
// else the codes on their pages; "-" is standard input. Of a folder it takes
// what may be ours. A picture or a PDF without anything of ours is a warning,
// unless there is nothing else.
func Read(s *ui.Session, arguments []string) ([]parts.File, error) {
	paths, err := expand(arguments)
	if err != nil {
		return nil, err
	}
	reading := reading{session: s}
	for _, path := range paths {
		if err := reading.take(path); err != nil {
			return nil, err
		}
	}
	return reading.end()
}

// reading is what was read so far.
type reading struct {
	session *ui.Session
	given   []parts.File
	seen    parts.Collection
	wrong   []error // of files without anything of ours
}

// end warns of files without anything of ours; when there is nothing else
// the last one is the error. Once everything is complete a picture without a
// code is no matter: it shows the text on a sheet.
func (r *reading) end() ([]parts.File, error) {
	last := len(r.wrong) - 1
	for i, err := range r.wrong {
		switch {
		case i == last && len(r.given) == 0:
			return nil, err
		case !errors.Is(err, qr.NoCode) || !r.isComplete():
			r.session.Warn(err)
		}
	}
	return r.given, nil
}

// isComplete reports whether pictures gave documents, all of them complete.
func (r *reading) isComplete() bool {
	documents := r.seen.Documents()
	return len(documents) > 0 && !slices.ContainsFunc(documents, func(document parts.Document) bool { return document.File == nil })
}

// take reads a file by what its first bytes say. An error is about the file;
// that there is nothing of ours in it waits for the others.
func (r *reading) take(path string) error {
	data, err := readCarrier(path)
	if err != nil {
		return err
	}
	var found []parts.File
	switch {
	case data == nil:
		file, err := r.session.ReadGiven([]string{path})
		r.given = append(r.given, file...)
		return err
	case sheet.IsPDF(data):
		found, err = r.readPDF(path, data)
	default:
		found, err = r.readPictures(path, [][]byte{data})
	}
	r.given = append(r.given, found...)
	if err != nil {
		r.wrong = append(r.wrong, fault.With(err, "file", path))
	}
	return nil
}

// readCarrier returns the bytes of a picture or a PDF, nil for what is
// neither.
func readCarrier(path string) ([]byte, error) {
	if path == "-" {
		return nil, nil
	}
	data, err := files.Read(path, qr.MaxFile)
	if err != nil || !qr.IsPicture(data) && !sheet.IsPDF(data) {
		return nil, err
	}
	return data, nil
}

// readPDF returns what is attached to a PDF, else what the codes in its
// pictures say.
func (r *reading) readPDF(path string, data []byte) ([]parts.File, error) {
	contents, err := sheet.Open(data)
	if err != nil {
		return nil, err
	}
	var attached []parts.File
	for _, file := range contents.Files {
		if isDocument(path, file) {
			attached = append(attached, parts.File{Name: path, Data: file})
		}
	}
	if len(attached) > 0 {
		return attached, nil
	}
	found, err := r.readPictures(path, contents.Pictures)
	if err != nil {
		return nil, sheet.Nothing.Wrap(err, "nothing of ours is in the PDF")
	}
	return found, nil
}

// readPictures returns the texts in the pictures of a file, an empty line
// between two. It looks no further when the documents that they belong to are
// complete. The error is that of the last picture, when none has a code.
func (r *reading) readPictures(path string, pictures [][]byte) ([]parts.File, error) {
	var all []string
	err := error(qr.NoCode)
	for _, picture := range pictures {
		texts, wrong := readCodes(&r.seen, path, picture)
		if wrong != nil {
			err = wrong
		}
		all = append(all, texts...)
	}
	if len(all) == 0 {
		return nil, err
	}
	return []parts.File{{Name: path, Data: []byte(strings.Join(all, between))}}, nil
}

// between stands between the texts of two codes.
const between = "\n\n"

// expand replaces folders by the files in them that may hold something of
// ours: pictures, parts and signed messages.
func expand(arguments []string) ([]string, error) {
	var paths []string
	for _, argument := range arguments {
		entries, err := os.ReadDir(argument)
		if err != nil { // no folder; what else is wrong with it shows when it is read
			paths = append(paths, argument)
			continue
		}
		count := len(paths)
		for _, entry := range entries {
			path := filepath.Join(argument, entry.Name())
			if entry.Type().IsRegular() && isOurs(path) {
				paths = append(paths, path)
			}
		}
		if len(paths) == count {
			return nil, parts.NothingFound.New("nothing of ours in the folder", "file", argument, "looks", "strange-folder")
		}
	}
	return paths, nil
}

func isOurs(path string) bool {
	data, err := files.Read(path, qr.MaxFile)
	switch {
	case err != nil:
		return false
	case sheet.IsPDF(data):
		contents, err := sheet.Open(data)
		return err == nil && (len(contents.Pictures) > 0 || slices.ContainsFunc(contents.Files, func(file []byte) bool { return isDocument(path, file) }))
	}
	return qr.IsPicture(data) || isDocument(path, data[:min(len(data), signedtext.MaxDamaged)])
}

// isDocument reports whether a file may hold parts or a signed message.
func isDocument(path string, data []byte) bool {
	if len(data) > signedtext.MaxDamaged {
		return false
	}
	return !new(parts.Collection).Add(path, data).IsNothing() || bytes.Contains(data, []byte("BEGIN PGP SIGNED"))
}

// readCodes returns the texts in one picture. There are enough when it made
// documents complete, and has parts of no others. A picture with nothing but
// parts of what was complete before may have codes of another document, which
// are harder to read: a page may end one and begin the next.
func readCodes(seen *parts.Collection, path string, picture []byte) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), perPicture)
	defer cancel()
	var before []parts.Name
	for _, document := range seen.Documents() {
		if document.File != nil {
			before = append(before, document.Name)
		}
	}
	return qr.Read(ctx, picture, func(texts []string) bool {
		completes := false
		for _, name := range seen.Add(path, []byte(strings.Join(texts, between))).Names() {
			if document, _ := seen.Document(name); document.File == nil {
				return false
			}
			completes = completes || !slices.Contains(before, name)
		}
		return completes
	})
}
