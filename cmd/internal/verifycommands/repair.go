package verifycommands

import (
	"errors"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
)

var (
	repairFlag = ui.Flag{Name: "repair"}
	outFlag    = ui.Flag{Name: "out", Value: "FILE", Words: "flag-out-repaired"}
)

// checkRepair refuses --out without --repair, or for several files.
func checkRepair(s *ui.Session) error {
	switch {
	case !s.IsSet("out"):
		return nil
	case !s.Bool("repair"):
		return ui.MissingOption.New("an option is missing", "option", "--repair", "value", "")
	case len(s.Arguments()) > 1:
		return ui.ExtraArgument.New("--out takes one file", "argument", s.Arguments()[1], "command", "license")
	}
	return nil
}

// restored is a file as it was signed, and what had been changed in it.
type restored struct {
	data    []byte
	changes []signedtext.Change
}

// write writes the file if --out asks for it.
func (r restored) write(s *ui.Session) error {
	path := s.String("out")
	if path == "" {
		return nil
	}
	if err := files.Create(path, r.data, files.Public); err != nil {
		return err
	}
	s.Note("inspect-written", "file", path)
	return nil
}

// openFile opens a file strictly. With --repair what was altered on the way
// is undone first; without it the strict reader's error stands, and the
// changes tell that it could be.
func openFile[T any](s *ui.Session, data []byte, open func([]byte) (T, error)) (opened T, found restored, err error) {
	opened, found.data, found.changes, err = signedtext.OpenRepaired(data, open)
	if err == nil && len(found.changes) > 0 && !s.Bool("repair") {
		opened, err = open(data)
	}
	return opened, found, err
}

// openPath reads and opens the file of a command that has only one.
func openPath[T any](s *ui.Session, path string, open func([]byte) (T, error)) (opened T, found restored, err error) {
	data, err := files.Read(path, signedtext.MaxDamaged)
	if err != nil {
		return opened, found, err
	}
	opened, found, err = openFile(s, data, open)
	if err != nil {
		s.WarnRepaired(false, path, found.changes)
		return opened, found, fault.With(err, "file", path)
	}
	return opened, found, found.write(s)
}

// openUnverified accepts a well-formed file. Nobody's key is asked: of what
// Repair proposes only the form, and that the signature may fit the text,
// are checked.
func openUnverified(file []byte) (*signedtext.UnverifiedError, error) {
	_, err := signedtext.Open(file, nil)
	var unverified *signedtext.UnverifiedError
	if errors.As(err, &unverified) {
		return unverified, nil
	}
	return nil, err
}
