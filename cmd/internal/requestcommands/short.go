package requestcommands

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/verify/short"
)

// readShort reads the lines of a short form: from files or a pipe all at
// once, from a terminal line by line, so that a wrong one can be read again
// while somebody is still on the telephone.
func readShort(s *ui.Session, opened *site.Site) (*short.Form, error) {
	paths := s.Arguments()
	if len(paths) == 0 && s.Environment().ReadSecret != nil {
		return typeShort(s, opened)
	}
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	given, err := s.ReadGiven(paths)
	if err != nil {
		return nil, err
	}
	var typed strings.Builder
	for _, file := range given {
		typed.Write(file.Data)
		typed.WriteByte('\n')
	}
	form, err := short.Parse([]byte(typed.String()))
	if len(s.Arguments()) == 1 {
		err = fault.With(err, "file", given[0].Name)
	}
	return form, err
}

// typeShort asks for one line after the other, and for a wrong one again. The
// first line says how many there are, and whether the form is for this site;
// an empty one ends.
func typeShort(s *ui.Session, opened *site.Site) (*short.Form, error) {
	s.Note("request-short")
	var typed strings.Builder
	for number, last := 1, 1; number <= last; {
		fmt.Fprint(s.Err, s.Say("request-short-line", promptValues(number, last)...), " ")
		text, err := s.ReadLine()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, files.NotReadable.Wrap(err, "cannot be read", "file", "-", "reason", err.Error())
		}
		if strings.TrimSpace(text) == "" {
			break
		}
		line, ok := short.Line(number, text)
		if !ok {
			s.Note("request-short-wrong", "line", number)
			continue
		}
		if number == 1 {
			var form *short.Form
			if form, last, err = short.Begin(line); err == nil {
				err = opened.Expects(form)
			}
			if err != nil {
				return nil, err
			}
		}
		fmt.Fprintf(&typed, "%d: %s\n", number, line.Groups(number))
		number++
	}
	return short.Parse([]byte(typed.String()))
}

// promptValues are what the prompt of a line says: how many there are is known
// once the first one is.
func promptValues(number, last int) []any {
	if number == 1 {
		return []any{"line", number}
	}
	return []any{"line", number, "last", last}
}
