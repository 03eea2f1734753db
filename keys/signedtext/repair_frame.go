package signedtext

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/futura/airlicense/keys/openpgp"
)

// mangled is what was found of a document in one reading of a file.
type mangled struct {
	reading   reading
	lines     []string // without quoting
	widths    []int    // of the lines with it
	quoted    notes
	where     places
	entries   []entry
	column    int // at which strings were broken
	signature *openpgp.Signature
	proof     []byte // nil when there is none that can be read
}

// places are offsets in the lines, joined with LF.
type places struct {
	whole                string
	begin, text          int // of the BEGIN line, of the text
	signature, armor     int // of the signature's BEGIN line, of what follows it
	armorEnd, rest       int // of its END line, of what follows it
	proof, block         int // of the proof's BEGIN line, of what follows it; -1 for none
	blockEnd, afterwards int
}

// gap is what may have come between two characters of a frame line.
const gap = `[\s>|]*`

// frameForm finds words of the frame, whatever happened to dashes, blanks
// and line ends around and between them.
func frameForm(words string) func() *regexp.Regexp {
	letters := strings.Split(strings.ReplaceAll(words, " ", ""), "")
	return lazily(`(?i)[-–—>|\s]*` + strings.Join(letters, gap) + `[-–— ]*`)
}

var (
	beginMessageForm   = frameForm("BEGIN PGP SIGNED MESSAGE")
	beginSignatureForm = frameForm("BEGIN PGP SIGNATURE")
	endSignatureForm   = frameForm("END PGP SIGNATURE")
	beginProofForm     = frameForm("BEGIN FUTURA PROOF")
	endProofForm       = frameForm("END FUTURA PROOF")
	beginTextForm      = lazily(strings.Join(strings.Split("kind", ""), gap) + gap + `=` + gap + `"` + gap + strings.Join(strings.Split("futura", ""), gap) + gap + `[-–—]`)
)

// takeApart finds the parts of the document in a reading, nil when it holds
// none, or more than one.
func takeApart(read reading) *mangled {
	found := &mangled{reading: read}
	found.unquote()
	if !found.locate() || !found.readSignature() || !found.readText() {
		return nil
	}
	found.readProof()
	return found
}

var quotingForm = lazily(`^[ \t]*[>|](?:[ \t]*[>|])*`)

// stripQuoting takes quote marks off the beginnings of lines where most
// lines have one. A line of HTML in quoted-printable may begin with one too.
func stripQuoting(text string) string {
	lines := strings.Split(text, "\n")
	if _, count := unquoteLines(lines); count <= len(lines)/2 {
		return text
	}
	return strings.Join(lines, "\n")
}

// unquoteLines takes quote marks off, and one blank behind them where every
// quoted line has one. It returns the first line that was quoted, from 1, and how many.
func unquoteLines(lines []string) (first, count int) {
	blank := true
	for i, line := range lines {
		mark := quotingForm().FindString(line)
		if mark == "" {
			continue
		}
		if count++; first == 0 {
			first = i + 1
		}
		rest := line[len(mark):]
		blank = blank && (rest == "" || rest[0] == ' ')
	}
	for i, line := range lines {
		if mark := quotingForm().FindString(line); mark != "" {
			if line = line[len(mark):]; blank {
				line = strings.TrimPrefix(line, " ")
			}
			lines[i] = line
		}
	}
	return first, count
}

func (m *mangled) unquote() {
	m.lines = strings.Split(m.reading.text, "\n")
	m.widths = make([]int, len(m.lines))
	for i, line := range m.lines {
		m.widths[i] = utf8.RuneCountInString(strings.TrimRight(line, " "))
	}
	first, count := unquoteLines(m.lines)
	m.quoted.add(WhatQuoting, first, count)
	m.where.whole = strings.Join(m.lines, "\n")
}

// locate finds the frame. The text begins with its kind, so the lines above
// it may be missing.
func (m *mangled) locate() bool {
	at := &m.where
	text := beginTextForm().FindAllStringIndex(at.whole, 2)
	begin := beginMessageForm().FindAllStringIndex(at.whole, 2)
	signature := beginSignatureForm().FindAllStringIndex(at.whole, 2)
	if len(text) != 1 || len(signature) != 1 || len(begin) > 1 || signature[0][0] < text[0][0] {
		return false
	}
	at.begin, at.text = text[0][0], text[0][0]
	if len(begin) == 1 && begin[0][0] < at.text {
		at.begin = begin[0][0]
	}
	at.signature, at.armor = signature[0][0], signature[0][1]
	at.armorEnd, at.rest = after(at.whole, at.armor, endSignatureForm())
	at.proof, at.block, at.blockEnd, at.afterwards = -1, -1, -1, at.rest
	behind := at.rest
	if at.armorEnd == len(at.whole) { // the END line is missing
		behind = at.armor
	}
	if found := beginProofForm().FindStringIndex(at.whole[behind:]); found != nil {
		at.proof, at.block = behind+found[0], behind+found[1]
		at.armorEnd, at.rest = min(at.armorEnd, at.proof), min(at.rest, at.proof)
		at.blockEnd, at.afterwards = after(at.whole, at.block, endProofForm())
	}
	return true
}

// after finds a line of the frame behind an offset, the end where it is
// missing.
func after(whole string, offset int, form *regexp.Regexp) (begin, end int) {
	if found := form.FindStringIndex(whole[offset:]); found != nil {
		return offset + found[0], offset + found[1]
	}
	return len(whole), len(whole)
}

// readSignature takes the packet out of the armor. A packet knows its
// length, so padding and checksum need not be there.
func (m *mangled) readSignature() bool {
	body := armorHeader().ReplaceAllString(m.where.whole[m.where.armor:m.where.armorEnd], "")
	data := looseBase64(body, 4*openpgp.MaxSignature)
	packet, _, ok := openpgp.CutSignature(data)
	if !ok {
		return false
	}
	var err error
	m.signature, err = openpgp.ParseSignature(packet)
	return err == nil
}

var armorHeader = lazily(`(?m)^\s*(?:Version|Comment|Hash|Charset|MessageID): .*$`)

// looseBase64 decodes what it finds of the alphabet, without padding.
func looseBase64(text string, limit int) []byte {
	digits := make([]byte, 0, min(len(text), limit))
	for i := 0; i < len(text) && len(digits) < limit; i++ {
		if isBase64(text[i]) {
			digits = append(digits, text[i])
		}
	}
	decoded, err := base64.RawStdEncoding.DecodeString(string(digits))
	if err != nil { // one digit too many
		decoded, _ = base64.RawStdEncoding.DecodeString(string(digits[:len(digits)-len(digits)%4]))
	}
	return decoded
}

func isBase64(octet byte) bool {
	return octet >= 'A' && octet <= 'Z' || octet >= 'a' && octet <= 'z' || octet >= '0' && octet <= '9' || octet == '+' || octet == '/'
}

// readProof reads the proof block up to its padding.
func (m *mangled) readProof() {
	if m.where.proof < 0 {
		return
	}
	body, _, _ := strings.Cut(m.where.whole[m.where.block:m.where.blockEnd], "=")
	if proof := looseBase64(body, 2*MaxProof); len(proof) > 0 && len(proof) <= MaxProof {
		m.proof = proof
	}
}

// noteFrame reports what stood around the document and what was wrong with
// the lines of its frame.
func (m *mangled) noteFrame(list *notes) {
	at, hash := m.where, "Hash: "+m.signature.HashName()
	for _, change := range m.quoted {
		list.add(change.What, change.Line, change.Count)
	}
	if strings.TrimSpace(at.whole[:at.begin]) != "" {
		list.add(WhatBefore, 1, noCount)
	}
	if strings.Trim(at.whole[at.afterwards:], " \n-") != "" {
		list.add(WhatAfter, m.lineAt(m.skipBlank(at.afterwards)), noCount)
	}
	m.noteLine(list, at.begin, at.text, strings.TrimSuffix(beginMessage, "\n"), hash)
	m.noteLine(list, at.signature, at.armor, strings.TrimSuffix(beginSignature, "\n"))
	m.noteLine(list, at.armorEnd, at.rest, strings.TrimSuffix(endSignature, "\n"))
	if at.proof >= 0 {
		m.noteLine(list, at.proof, at.block, strings.TrimSuffix(beginProof, "\n"))
		m.noteLine(list, at.blockEnd, at.afterwards, strings.TrimSuffix(endProof, "\n"))
	}
}

// noteLine compares lines of the frame with how they should be; blanks and
// empty lines are reported elsewhere.
func (m *mangled) noteLine(list *notes, begin, end int, want ...string) {
	var found []string
	for _, line := range trimmedLines([]byte(m.where.whole[begin:end])) {
		found = append(found, string(line))
	}
	if strings.Join(found, "\n") != strings.Join(want, "\n") {
		list.add(WhatFrame, m.lineAt(m.skipBlank(begin)), noCount)
	}
}

// skipBlank returns the offset of the first character that is not blank.
func (m *mangled) skipBlank(offset int) int {
	rest := m.where.whole[offset:]
	return offset + len(rest) - len(strings.TrimLeft(rest, " \n"))
}

func (m *mangled) lineAt(offset int) int { return 1 + strings.Count(m.where.whole[:offset], "\n") }

// noteBlocks compares the two blocks of base64 with those of the candidate.
func (m *mangled) noteBlocks(list *notes, candidate []byte, keptProof bool) {
	armor := []byte(m.where.whole[m.where.armor:m.where.armorEnd])
	_, rest, _ := bytes.Cut(candidate, []byte(beginSignature))
	want, rest, _ := bytes.Cut(rest, []byte(endSignature))
	if !sameLines(armor, want) {
		list.add(WhatSignature, m.lineAt(m.where.armor)+1, noCount)
	}
	switch {
	case m.where.proof < 0:
	case m.proof == nil || !keptProof:
		list.add(WhatProofGone, m.lineAt(m.where.block), noCount)
	default:
		want, _, _ := bytes.Cut(bytes.TrimPrefix(rest, []byte(beginProof)), []byte(endProof))
		if !sameLines([]byte(m.where.whole[m.where.block:m.where.blockEnd]), want) {
			list.add(WhatProof, m.lineAt(m.where.block)+1, noCount)
		}
	}
}

func sameLines(one, two []byte) bool {
	return bytes.Equal(bytes.Join(trimmedLines(one), []byte("\n")), bytes.Join(trimmedLines(two), []byte("\n")))
}
