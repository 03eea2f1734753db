package ui

import (
	"fmt"
	"io"
	"strings"

	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/parts"
)

// standardInput is the name of the file that is piped or pasted.
const standardInput = "-"

// ReadGiven reads files that may hold parts; "-" is standard input.
func (s *Session) ReadGiven(paths []string) ([]parts.File, error) {
	var given []parts.File
	for _, path := range paths {
		data, err := s.read(path)
		if err != nil {
			return nil, err
		}
		given = append(given, parts.File{Name: path, Data: data})
	}
	return given, nil
}

func (s *Session) read(path string) ([]byte, error) {
	if path != standardInput {
		return files.Read(path, signedtext.MaxDamaged)
	}
	data, err := io.ReadAll(io.LimitReader(s.answers, signedtext.MaxDamaged+1))
	switch {
	case err != nil:
		return nil, files.NotReadable.Wrap(err, "cannot be read", "file", path, "reason", err.Error())
	case len(data) > signedtext.MaxDamaged:
		return nil, files.TooLarge.New("over the limit", "file", path, "size", len(data), "limit", signedtext.MaxDamaged)
	}
	return data, nil
}

// ReadLine reads a line that is typed or pasted; at the end of the input it
// is what there is, and io.EOF.
func (s *Session) ReadLine() (string, error) { return s.answers.ReadString('\n') }

// Gather returns the documents in files, taken together where they came in
// parts. It warns of parts that cannot be read. Without any document the
// error says why; with one, documents that are not complete are warnings.
func (s *Session) Gather(collection *parts.Collection, given []parts.File) (parts.Gathered, error) {
	gathered := collection.Gather(given)
	reasons := gathered.Wrong
	for _, document := range gathered.Pending {
		reasons = append(reasons, document.Err)
	}
	if len(gathered.Files) > 0 || len(reasons) == 0 {
		for _, err := range reasons {
			s.Warn(err)
		}
		return gathered, nil
	}
	last := len(reasons) - 1
	for _, err := range reasons[:last] {
		s.Warn(err)
	}
	return gathered, reasons[last]
}

// NoteParts tells which file gave which parts.
func (s *Session) NoteParts(gathered parts.Gathered) {
	for _, gave := range gathered.Gave {
		s.Note("parts-from", "file", gave.Source, "numbers", strings.Join(gave.Numbers, ", "), "total", gave.Total,
			"document", s.catalogue.Word(gave.Name.Kind), "id", gave.Name.Short())
	}
}

// NoteDocument tells how far a document has come.
func (s *Session) NoteDocument(document parts.Document) {
	if document.Err != nil {
		_, words, _ := s.Words(document.Err)
		fmt.Fprintln(s.Err, words)
		return
	}
	s.Note("parts-complete", "document", s.catalogue.Word(document.Kind), "id", document.Short(), "total", document.Total, "restored", document.Restored)
}
