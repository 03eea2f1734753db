package requestcommands

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/site"
)

// notSigned is the code of an export in parts that another program must sign
// first.
const notSigned = fault.Code("FL-149")

// givenOrPasted reads what is to be installed.
func givenOrPasted(s *ui.Session) ([]site.Given, error) {
	switch isPasted := s.Bool(pasteFlag.Name); {
	case !isPasted && len(s.Arguments()) == 0:
		return nil, ui.MissingArgument.New("an argument is missing", "arguments", "FILE…", "command", "install")
	case !isPasted:
		return readGiven(s, s.Arguments())
	}
	given, err := readGiven(s, s.Arguments())
	if err != nil {
		return nil, err
	}
	pasted, err := paste(s)
	return append(given, pasted...), err
}

// readGiven reads what Futura sent: files, and files with parts of them.
func readGiven(s *ui.Session, paths []string) ([]site.Given, error) {
	given, err := s.ReadGiven(paths)
	if err != nil {
		return nil, err
	}
	return together(s, given)
}

// together returns the documents that are complete: a license does not wait
// for the last part of another one.
func together(s *ui.Session, files []parts.File) ([]site.Given, error) {
	gathered, err := s.Gather(&parts.Collection{}, files)
	if err != nil {
		return nil, err
	}
	var given []site.Given
	for _, file := range gathered.Files {
		given = append(given, site.Given{Name: file.Name, Data: file.Data})
	}
	return given, nil
}

// maxTail bounds what is searched again with every line: a part has at most
// 2 kB, and quoting and blanks come on top.
const maxTail = 16 << 10

// pasted is what was pasted so far.
type pasted struct {
	session    *ui.Session
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
	state := pasted{session: s}
	for empty := 0; empty < 2 || !state.isComplete(); {
		line, err := s.ReadLine()
		if state.whole.Len()+len(line) > signedtext.MaxDamaged {
			return nil, files.TooLarge.New("over the limit", "file", "-", "size", state.whole.Len()+len(line), "limit", signedtext.MaxDamaged)
		}
		state.add(line)
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, files.NotReadable.Wrap(err, "cannot be read", "file", "-", "reason", err.Error())
		}
		if empty++; strings.TrimSpace(line) != "" {
			empty = 0
		}
		if empty == 2 && !state.isComplete() {
			state.tell()
			empty = 0
		}
	}
	given := pieces(s.Say("request-pasted"), state.whole.String())
	if len(given) == 0 {
		return nil, parts.Nothing([]byte(state.whole.String()))
	}
	return together(s, given)
}

// add takes a line and tells how far the document has come that it brought
// further.
func (p *pasted) add(line string) {
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
		return
	}
	p.tail = line // the next part may begin in it
	for _, name := range seen.Names() {
		p.tellOf(name)
	}
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
		p.session.Note("request-paste-end")
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
