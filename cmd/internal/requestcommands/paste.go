package requestcommands

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/futura/airlicense/cmd/internal/given"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/site"
)

// Codes of this package's errors.
const (
	notSigned  = fault.Code("FL-149") // an export in parts that another program must sign first
	notScanned = fault.Code("FL-170") // what a barcode reader typed is no part
)

// shownTyped is how many characters of it are shown.
const shownTyped = 20

// toInstall reads what is to be installed: files, and what is pasted or
// scanned.
func toInstall(s *ui.Session) ([]site.Given, error) {
	var typed func(*ui.Session) ([]site.Given, error)
	switch {
	case s.Bool(scanFlag.Name):
		typed = scan
	case s.Bool(pasteFlag.Name):
		typed = paste
	case len(s.Arguments()) == 0:
		return nil, ui.MissingArgument.New("an argument is missing", "arguments", "FILE…", "command", "install")
	}
	whole, err := readGiven(s, s.Arguments())
	if err != nil || typed == nil {
		return whole, err
	}
	more, err := typed(s)
	return append(whole, more...), err
}

// readGiven reads what Futura sent: files, and files with parts of them.
func readGiven(s *ui.Session, paths []string) ([]site.Given, error) {
	read, err := given.Read(s, paths)
	if err != nil {
		return nil, err
	}
	return together(s, read)
}

// together returns the documents that are complete: a license does not wait
// for the last part of another one.
func together(s *ui.Session, files []parts.File) ([]site.Given, error) {
	gathered, err := s.Gather(&parts.Collection{}, files)
	if err != nil {
		return nil, err
	}
	var whole []site.Given
	for _, file := range gathered.Files {
		whole = append(whole, site.Given{Name: file.Name, Data: file.Data})
	}
	return whole, nil
}

// maxTail bounds what is searched again with every line: a part has at most
// 2 kB, and quoting and blanks come on top.
const maxTail = 16 << 10

// pasted is what was pasted or scanned so far.
type pasted struct {
	session    *ui.Session
	complete   string // the words for everything being there
	whole      strings.Builder
	tail       string
	open       bool // a signed message without its end
	messages   int
	told       []parts.Name // of complete documents
	collection parts.Collection
}

// paste reads until the input ends, or until two empty lines follow when
// everything is there.
func paste(s *ui.Session) ([]site.Given, error) {
	s.Note("request-paste")
	state := pasted{session: s, complete: "request-paste-end"}
	err := state.read(func(line string, empty int) (bool, int) {
		state.add(line)
		if empty == 2 && !state.isComplete() {
			state.tell()
			return false, 0
		}
		return empty == 2, empty
	})
	if err != nil {
		return nil, err
	}
	return state.given(s.Say("request-pasted"))
}

// scan reads what a barcode reader types, a code a line. An empty line ends
// it when everything is there; otherwise the first one says what is missing,
// as some readers type two line ends behind a code, and the second ends it.
func scan(s *ui.Session) ([]site.Given, error) {
	s.Note("request-scan")
	state := pasted{session: s, complete: "request-scan-end"}
	err := state.read(func(line string, empty int) (bool, int) {
		if empty == 0 {
			state.scanned(line)
		} else if empty == 1 && !state.isComplete() && !state.isNothing() {
			state.tell()
			s.Note("request-scan-stop")
		}
		return empty >= 2 || state.isComplete() && empty > 0, empty
	})
	if err != nil {
		return nil, err
	}
	return state.given(s.Say("request-scanned"))
}

// read hands on line after line, with the number of empty ones that it is the
// last of, until it is told to end or the input does.
func (p *pasted) read(take func(line string, empty int) (end bool, counted int)) error {
	for empty, end := 0, false; !end; {
		line, err := p.session.ReadLine()
		if size := p.whole.Len() + len(line); size > signedtext.MaxDamaged {
			return files.TooLarge.New("over the limit", "file", "-", "size", size, "limit", signedtext.MaxDamaged)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return files.NotReadable.Wrap(err, "cannot be read", "file", "-", "reason", err.Error())
		}
		if empty++; strings.TrimSpace(line) != "" {
			empty = 0
		}
		end, empty = take(line, empty)
		end = end || err != nil
	}
	return nil
}

// given returns the documents in what was pasted.
func (p *pasted) given(name string) ([]site.Given, error) {
	found := pieces(name, p.whole.String())
	if len(found) == 0 {
		return nil, parts.Nothing([]byte(p.whole.String()))
	}
	return together(p.session, found)
}

func beginning(line string) string {
	characters := []rune(strings.TrimSpace(line))
	return string(characters[:min(len(characters), shownTyped)])
}

// scanned takes a code and says at once what it was.
func (p *pasted) scanned(line string) {
	found, wrong := parts.Find([]byte(line))
	switch {
	case len(wrong) > 0:
		p.session.Warn(wrong[0])
	case len(found) == 0:
		p.session.Warn(notScanned.New("the reader typed something else than a part", "typed", beginning(line)))
	}
	if isNew := p.add(line); isNew || len(found) == 0 {
		return
	}
	if document, known := p.collection.Document(found[0].Name); known {
		p.session.NoteDocument(document) // the same again
	}
}

// add takes a line, tells how far the document has come that it brought
// further, and reports whether there is one.
func (p *pasted) add(line string) bool {
	p.whole.WriteString(line)
	p.tail += line
	p.tail = p.tail[max(0, len(p.tail)-maxTail):]
	switch {
	case strings.Contains(line, "BEGIN PGP SIGNED"):
		p.open = true
	case strings.Contains(line, "END PGP SIGNATURE") && p.open:
		p.open = false
		p.messages++
		p.session.Note("request-paste-whole")
	}
	seen := p.collection.Add("-", []byte(p.tail))
	if seen.New == 0 {
		return false
	}
	p.tail = line // the next part may begin in it
	for _, name := range seen.Names() {
		p.tellOf(name)
	}
	return true
}

// tellOf tells how far a document has come, of a complete one once.
func (p *pasted) tellOf(name parts.Name) {
	document, found := p.collection.Document(name)
	if !found || slices.Contains(p.told, name) {
		return
	}
	p.session.NoteDocument(document)
	if document.File == nil {
		return
	}
	p.told = append(p.told, name)
	if p.isComplete() {
		p.session.Note(p.complete)
	}
}

func (p *pasted) isNothing() bool { return p.messages == 0 && len(p.collection.Documents()) == 0 }

func (p *pasted) isComplete() bool {
	if p.open || p.isNothing() {
		return false
	}
	for _, document := range p.collection.Documents() {
		if document.File == nil {
			return false
		}
	}
	return true
}

// tell says what is missing.
func (p *pasted) tell() {
	for _, document := range p.collection.Documents() {
		if document.File == nil {
			p.session.NoteDocument(document)
		}
	}
}

// pieces takes signed messages out of a text, each from its first line to
// the last line of its blocks. What stands around them is the last piece, if
// it holds anything of ours.
func pieces(name, text string) []parts.File {
	var list []parts.File
	var around strings.Builder
	for {
		begin := strings.Index(text, "-----BEGIN PGP SIGNED")
		if begin < 0 {
			around.WriteString(text)
			break
		}
		around.WriteString(text[:begin])
		text = text[begin:]
		end := messageEnd(text)
		list = append(list, parts.File{Name: name, Data: []byte(text[:end])})
		text = text[end:]
	}
	rest := []byte(around.String())
	if found, wrong := parts.Find(rest); len(found)+len(wrong) > 0 || strings.Contains(around.String(), "BEGIN PGP SIGNED") {
		list = append(list, parts.File{Name: name, Data: rest})
	}
	return list
}

// messageEnd finds the end of the message that a text begins with.
func messageEnd(text string) int {
	limit := len(text)
	if next := strings.Index(text[1:], "-----BEGIN PGP SIGNED"); next >= 0 {
		limit = 1 + next
	}
	last := max(strings.LastIndex(text[:limit], "-----END PGP SIGNATURE"), strings.LastIndex(text[:limit], "-----END FUTURA PROOF"))
	if last < 0 {
		return limit
	}
	if line := strings.IndexByte(text[last:limit], '\n'); line >= 0 {
		return last + line + 1
	}
	return limit
}
