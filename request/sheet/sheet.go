// Package sheet makes A4 sheets that carry a signed document: a request on
// its way out of a server room, a license on its way back. A sheet is a PDF,
// or one HTML file that refers to nothing outside of it. Both hold, in the
// reader's language, what the document is, how it goes on from here, its
// parts as QR codes, and its text; the PDF has the file itself as an
// attachment, the HTML its parts as text to copy.
//
// # The page
//
// Two codes stand in a row, each 88 mm wide with its quiet zone: a part of
// parts.Default bytes has modules of 1.09 mm, one of parts.Dense bytes of
// 0.75 mm. A code is never drawn with modules below 0.9 mm, or 0.7 mm where
// the parts are larger; a part that would need it is refused. Error correction is level M. Every code
// is read back before it is used (package qr), and no code and no caption is
// divided by the end of a page. Each page names the document and its number.
//
// The PDF draws codes as paths, the HTML has them as PNG. The words stand in
// templates, one for each kind and language. The PDF has the standard fonts, whose characters are those of Windows-1252; others in
// a text are shown as a question mark, in the codes and in the attachment
// they are what they are. The same sheet gives the same bytes.
//
// # Reading
//
// Open takes embedded files and pictures out of a PDF: ours, those of
// scanners, and those of browsers that printed the HTML sheet.
package sheet

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
)

// Codes of this package's errors.
const (
	Unmakeable = fault.Code("FL-160") // a sheet that could not be made
	Nothing    = fault.Code("FL-163") // a PDF without any file or picture that is read
	Overfull   = fault.Code("FL-164") // a PDF whose files or pictures are larger than what is read
)

// Kind is what a sheet is for.
type Kind string

// Kinds.
const (
	Request Kind = "request" // from a site to Futura
	License Kind = "license" // the answer
)

// The width of a module, in millimetres, below which no code is drawn.
const (
	leastModule      = 0.9
	leastDenseModule = 0.7
)

// Facts are what a sheet tells of its document.
type Facts struct {
	Kind     Kind
	Language string // pt-BR, it or en
	Customer string
	Site     string
	Product  string // its title
	Version  string // of a request the version asked for, of a license those that it covers
	Serial   string // of a license
	Contact  string // whom to ask, in the product's words
	Key      string // of a request: the number of the site key, in groups
	Date     time.Time
}

// File is a file that goes along as an attachment of the PDF.
type File struct {
	Name string
	Data []byte
}

// Sheet is a sheet that is ready to be written.
type Sheet struct {
	facts Facts
	files []File // the first one is in the codes
	size  int    // of a part, in bytes
	parts []parts.Part
	codes []*qr.Code
	text  []byte   // what is signed
	also  []string // the other documents in the codes
}

// New prepares a sheet. The first file is a signed document; it is put into
// parts of at most size bytes, parts.Default or parts.Dense as a rule, which
// are drawn. The other files are attachments of the PDF.
func New(facts Facts, size int, document File, others ...File) (*Sheet, error) {
	text, err := textOf(document.Data)
	if err != nil {
		return nil, err
	}
	made := &Sheet{facts: facts, files: append([]File{document}, others...), size: size, text: text}
	return made, made.draw(document)
}

// DrawOthers puts the other files into codes too, behind those of the first
// one; they must be signed documents as well.
func (s *Sheet) DrawOthers() error {
	for _, file := range s.files[1:] {
		if err := s.draw(file); err != nil {
			return err
		}
		s.also = append(s.also, fmt.Sprintf("%s (%s)", oneLine(file.Name), s.parts[len(s.parts)-1].Short()))
	}
	return nil
}

func (s *Sheet) draw(document File) error {
	list, err := parts.Split(document.Data, s.size)
	if err != nil {
		return err
	}
	for _, part := range list {
		code, err := qr.Draw(part.String(), qr.Paper)
		if err != nil {
			return err
		}
		if codeWidth/float64(code.Size()) < s.leastModule() {
			return Unmakeable.New("the modules would be too small for paper", "reason", "modules")
		}
		s.codes = append(s.codes, code)
	}
	s.parts = append(s.parts, list...)
	return nil
}

// textOf returns the text of a document. Its signature is the reader's matter.
func textOf(file []byte) ([]byte, error) {
	_, err := signedtext.Open(file, nil)
	var unverified *signedtext.UnverifiedError
	if !errors.As(err, &unverified) {
		return nil, err
	}
	return unverified.Text, nil
}

func (s *Sheet) leastModule() float64 {
	if s.size > parts.Default {
		return leastDenseModule
	}
	return leastModule
}

// Name tells which document the sheet carries.
func (s *Sheet) Name() parts.Name { return s.parts[0].Name }

// Count returns the number of codes.
func (s *Sheet) Count() int { return len(s.codes) }

// lines returns the text of the document in lines.
func (s *Sheet) lines() []string { return strings.Split(strings.TrimRight(string(s.text), "\n"), "\n") }
