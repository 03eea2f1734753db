// Package given reads what people give to a command: files, folders,
// standard input, and pictures of codes, in any order and mixture.
package given

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
)

// perPicture bounds the work on one picture. A photo of a page takes less
// than a second, one without any code a few.
const perPicture = 30 * time.Second

// Read reads files, of pictures the codes in them; "-" is standard input. Of a
// folder it takes what may be ours. A picture without any code is a warning,
// unless there is nothing else.
func Read(s *ui.Session, arguments []string) ([]parts.File, error) {
	var given []parts.File
	var wrong error
	var seen parts.Collection
	paths, err := expand(arguments)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		picture, err := readPicture(path)
		if err != nil {
			return nil, err
		}
		if picture == nil {
			file, err := s.ReadGiven([]string{path})
			if err != nil {
				return nil, err
			}
			given = append(given, file...)
			continue
		}
		text, err := readCodes(&seen, path, picture)
		if err != nil {
			s.Warn(wrong)
			wrong = fault.With(err, "file", path)
			continue
		}
		given = append(given, parts.File{Name: path, Data: text})
	}
	if len(given) == 0 {
		return nil, wrong
	}
	s.Warn(wrong)
	return given, nil
}

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
	if err != nil {
		return false
	}
	found := new(parts.Collection).Add(path, data[:min(len(data), signedtext.MaxDamaged)])
	return qr.IsPicture(data) || !found.IsNothing() || bytes.Contains(data, []byte("BEGIN PGP SIGNED"))
}

// readPicture returns the bytes of a picture, nil for what is none.
func readPicture(path string) ([]byte, error) {
	if path == "-" {
		return nil, nil
	}
	data, err := files.Read(path, qr.MaxFile)
	if err != nil || !qr.IsPicture(data) {
		return nil, err
	}
	return data, nil
}

// readCodes returns the texts in a picture, an empty line between two. It
// looks no further when the documents that they belong to are complete.
func readCodes(seen *parts.Collection, path string, picture []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), perPicture)
	defer cancel()
	texts, err := qr.Read(ctx, picture, func(texts []string) bool {
		found := seen.Add(path, []byte(strings.Join(texts, "\n\n")))
		for _, name := range found.Names() {
			if document, _ := seen.Document(name); document.File == nil {
				return false
			}
		}
		return len(found.Parts) > 0
	})
	if err != nil {
		return nil, err
	}
	return []byte(strings.Join(texts, "\n\n")), nil
}
