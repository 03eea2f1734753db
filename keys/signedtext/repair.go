package signedtext

import (
	"bytes"
	"regexp"
	"slices"
	"sync"

	"github.com/futura/airlicense/keys/fault"
)

// Codes of what was altered on the way.
const (
	Repairable = fault.Code("FL-113") // refused, but Repair finds what was signed
	Repaired   = fault.Code("FL-114") // a warning: this is what Repair found
)

// Whats lists the changes in words, for the value "changes" of an error.
func Whats(changes []Change) []string {
	list := make([]string, len(changes))
	for i, change := range changes {
		list[i] = change.What
	}
	return list
}

// MaxDamaged bounds a file that Repair looks at, in bytes: UTF-16 makes two
// octets of one, quoted-printable up to three, HTML more, and quoting and
// text around come on top. A file of ours has rarely a tenth of MaxFile.
const MaxDamaged = 2 * MaxFile

// maxCandidates bounds how often Repair asks. There are at most 576 ways to
// write one file again: readings (16), typographic dashes (3), lines broken
// within a value (6, hence 18 ways), and a proof that may have to go (2). But
// most give the same candidate, and of different texts hardly one in 65,536
// fits the signature, so an honest file gives one or two. 16 leaves room.
const maxCandidates = 16

// Repair turns what mail made of a file back into the file. It returns the
// first candidate that open accepts, and what it changed, in words. A file
// that open accepts as it is comes back without changes. When no candidate is
// accepted the error is open's own about the file as it came.
//
// Only open decides: it must be the strict reader that the caller would use
// anyway, with the signature verified. So Repair cannot make a file say what
// was not signed; at worst it does not find what was. Every candidate is
// written by Render. The document in it is the only one of the file: of two,
// Repair does not choose one. docs/document.md says what may be changed.
//
// What Adopt makes of the file is tried last: another program may have
// rendered it. Repair looks at MaxDamaged bytes at most, asks for at most 17
// candidates, and its other work is a small multiple of the file's length.
func Repair(file []byte, open func(candidate []byte) error) (repaired []byte, changes []Change, err error) {
	err = open(file)
	if err == nil {
		return file, nil, nil
	}
	if len(file) <= MaxDamaged {
		repaired, changes = search(file, open)
	}
	if repaired != nil {
		return repaired, changes, nil
	}
	if adopted, changes, foreign := Adopt(file); foreign == nil && len(changes) > 0 && open(adopted) == nil {
		return adopted, changes, nil
	}
	return nil, nil, err
}

// OpenRepaired is Repair for a reader that returns what it read.
func OpenRepaired[T any](file []byte, open func(candidate []byte) (T, error)) (opened T, repaired []byte, changes []Change, err error) {
	repaired, changes, err = Repair(file, func(candidate []byte) (err error) {
		opened, err = open(candidate)
		return err
	})
	return opened, repaired, changes, err
}

// attempt is one candidate, and how it was made.
type attempt struct {
	parts *mangled
	how   way
	keep  bool // the proof
}

// attempts lists what to try: with the proof first, then without one, for
// readers that need none.
func attempts(file []byte) (list []attempt) {
	if !bytes.Contains(file, []byte("PGP")) && !bytes.Contains(file, []byte("P\x00G\x00P")) {
		return nil // spares the work on what is something else
	}
	var found []*mangled
	for _, reading := range readings(file) {
		if parts := takeApart(reading); parts != nil {
			found = append(found, parts)
		}
	}
	for _, keep := range []bool{true, false} {
		for _, parts := range found {
			for _, how := range parts.ways() {
				list = append(list, attempt{parts, how, keep})
			}
		}
	}
	return list
}

// search asks for one candidate after the other, for each once.
func search(file []byte, open func([]byte) error) (repaired []byte, changes []Change) {
	tried := map[Digest]bool{DigestOf(file): true}
	for _, attempt := range attempts(file) {
		candidate := attempt.candidate()
		if candidate == nil || tried[DigestOf(candidate)] {
			continue
		}
		if len(tried) > maxCandidates {
			break
		}
		tried[DigestOf(candidate)] = true
		if open(candidate) == nil {
			return candidate, attempt.report(candidate)
		}
	}
	return nil, nil
}

// candidate writes a file, nil when that is not possible in this way. A text
// that the signature plainly does not fit is none: that spares open the work,
// and a reader without a key the doubt.
func (a attempt) candidate() []byte {
	text := a.parts.write(a.how)
	if !a.parts.signature.Fits(text) || CheckText(text) != nil {
		return nil
	}
	document := &Document{text: text, signature: a.parts.signature}
	if a.keep {
		document.proof = a.parts.proof
	}
	return document.Render()
}

// What Repair may report. Catalogues translate
// each of these words.
const (
	WhatUTF16      = "UTF-16 converted"
	WhatWindows    = "other encoding converted"
	WhatLineEnds   = "line ends restored"
	WhatHTML       = "HTML removed"
	WhatPrintable  = "quoted-printable decoded"
	WhatAccents    = "accents restored"
	WhatComposed   = "accents composed"
	WhatInvisible  = "invisible characters removed"
	WhatBlanks     = "other blanks replaced"
	WhatQuotes     = "typographic quotes replaced"
	WhatDashes     = "typographic dashes replaced"
	WhatBefore     = "text before removed"
	WhatAfter      = "text after removed"
	WhatQuoting    = "quoting removed"
	WhatFrame      = "frame lines restored"
	WhatWrapped    = "broken lines joined"
	WhatJoined     = "joined lines separated"
	WhatEmptyLines = "empty lines restored"
	WhatEdges      = "blanks around lines removed"
	WhatSignature  = "signature block restored"
	WhatProof      = "proof block restored"
	WhatProofGone  = "proof block removed"
)

// Line and count of what is done once, to the whole file.
const noLine, noCount = 0, 1

// notes collects changes.
type notes []Change

// add notes a change, once for each kind of it.
func (n *notes) add(what string, line, count int) {
	if count == 0 {
		return
	}
	if i := slices.IndexFunc(*n, func(known Change) bool { return known.What == what }); i >= 0 {
		(*n)[i].Count += count
		return
	}
	*n = append(*n, Change{What: what, Line: line, Count: count})
}

// report lists what an accepted candidate changed.
func (a attempt) report(candidate []byte) []Change {
	list := slices.Clone(a.parts.reading.notes)
	a.parts.noteFrame(&list)
	a.parts.noteText(&list)
	a.parts.noteBlocks(&list, candidate, a.keep)
	if len(list) == 0 {
		list.add(WhatFrame, noLine, noCount)
	}
	if a.parts.reading.shifted {
		for i := range list {
			list[i].Line = noLine
		}
	}
	return list
}

// trimmedLines returns the lines that are not blank, trimmed.
func trimmedLines(text []byte) [][]byte {
	var list [][]byte
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			list = append(list, line)
		}
	}
	return list
}

// lazily compiles an expression when it is first needed: most programs never
// repair anything, and compiling all of them takes longer than a whole verdict.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
