package signedtext

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// entry is one line of the text, found in whatever lines it came.
type entry struct {
	header      string    // a table header; then the rest is empty
	key, scalar string    // a scalar is any value but a string
	parts       []segment // of a string
	first, last int       // physical lines, from 0
	base        string    // of the key of a piece
	piece       int       // number of a piece, 0: none
}

// segment is a part of a string that stood on one line.
type segment struct {
	text  string
	blank bool // there was a blank at the break after it
	full  bool // its line was as long as the longest
}

// joint is how a string that was broken is put together.
type joint int

const (
	asFound  joint = iota // a blank where one is left: format=flowed, and breaks at a column
	byWidth               // a blank unless the line is as long as the longest: breaks at a column, blanks at line ends lost
	blank                 // breaks at blanks, which are lost
	nothing               // breaks at a column
	single                // as found, and of two blanks one is a break that was joined
	byColumn              // breaks at one column of the lines as they were, and else at blanks; joined or not
)

// way is one way to write the text again.
type way struct {
	joint    joint
	en, dash string // what en and em dashes stand for
}

// ways are tried in this order. Programs that write typographic dashes make
// an en dash of one hyphen and an em dash of two; some use one for both.
var ways = func() (list []way) {
	for _, dashes := range [][2]string{{"-", "--"}, {"-", "-"}, {"--", "--"}} {
		for joint := asFound; joint <= byColumn; joint++ {
			list = append(list, way{joint, dashes[0], dashes[1]})
		}
	}
	return list
}()

// ways returns those that can make a difference here.
func (m *mangled) ways() (list []way) {
	text := m.where.whole[m.where.text:m.where.signature]
	hasDashes := strings.ContainsAny(text, "–—")
	isBroken := slices.ContainsFunc(m.entries, func(entry entry) bool { return len(entry.parts) > 1 })
	for _, how := range ways {
		usesDashes := how.en != ways[0].en || how.dash != ways[0].dash
		matters := isBroken || how.joint == asFound || how.joint == single && strings.Contains(text, "  ") || how.joint == byColumn && m.column > 0
		if matters && (hasDashes || !usesDashes) {
			list = append(list, how)
		}
	}
	return list
}

// scanner reads the text without regard to its lines: outside of strings
// blanks, line ends and quote marks mean nothing, and a string ends with its
// quote. What is left is unambiguous: a key begins with a letter, a header
// with a bracket, and a number goes on only with a digit.
type scanner struct {
	text   string
	at     int
	line   int
	widths []int
	widest int
}

func (m *mangled) readText() bool {
	first := m.lineAt(m.where.text) - 1
	text := unindent(m.where.whole[m.where.text:m.where.signature])
	scan := scanner{text: text, line: first, widths: m.widths}
	for line := first; line <= first+strings.Count(text, "\n"); line++ {
		scan.widest = max(scan.widest, m.widths[line])
	}
	size := 0
	for scan.skip(outside); scan.at < len(scan.text); scan.skip(outside) {
		found, ok := scan.entry()
		if size += found.size(); !ok || size > MaxText {
			return false
		}
		m.entries = append(m.entries, found)
	}
	m.column = m.commonColumn()
	return true
}

// commonColumn returns the column at which most strings were broken, 0 for
// none. A word in base64 with a blank in it was broken there and joined.
func (m *mangled) commonColumn() (column int) {
	counts := map[int]int{}
	for _, entry := range m.entries {
		if len(entry.parts) == 0 {
			continue
		}
		first := entry.parts[0].text
		word, rest, found := strings.Cut(first, " ")
		switch {
		case len(entry.parts) > 1:
			counts[entry.columns(first)]++
		case found && isWord(word+strings.ReplaceAll(rest, " ", "")):
			counts[entry.columns(word)]++
		}
	}
	for candidate, count := range counts {
		if count > counts[column] || count == counts[column] && candidate > column {
			column = candidate
		}
	}
	return column
}

// columns counts the columns of a line up to here in its string.
func (e *entry) columns(value string) int {
	return utf8.RuneCountInString(e.key) + len(` = "`) + utf8.RuneCountInString(value)
}

// unindent takes the blanks off that all lines but the first begin with:
// what a break inside a value left at a line's head is not among them.
func unindent(text string) string {
	lines := strings.Split(text, "\n")
	common := -1
	for _, line := range lines[1:] {
		if rest := strings.TrimLeft(line, " "); rest != "" && (common < 0 || len(line)-len(rest) < common) {
			common = len(line) - len(rest)
		}
	}
	for i, line := range lines[1:] {
		lines[i+1] = line[min(len(line)-len(strings.TrimLeft(line, " ")), max(common, 0)):]
	}
	return strings.Join(lines, "\n")
}

// Characters that mean nothing within an entry, and between entries: a dash
// there is one of dash escaping.
const (
	within  = " \n>|"
	outside = within + "-"
)

func (s *scanner) skip(meaningless string) {
	for s.at < len(s.text) && strings.IndexByte(meaningless, s.text[s.at]) >= 0 {
		if s.text[s.at] == '\n' {
			s.line++
		}
		s.at++
	}
}

// next returns the next octet that means something, 0 at the end.
func (s *scanner) next() byte {
	s.skip(within)
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

// while collects octets that belong to a set.
func (s *scanner) while(belongs func(byte) bool) string {
	var out []byte
	for octet := s.next(); octet != 0 && belongs(octet) && len(out) <= MaxColumns; octet = s.next() {
		out = append(out, octet)
		s.at++
	}
	return string(out)
}

func isKeyByte(octet byte) bool {
	return octet >= 'a' && octet <= 'z' || octet >= '0' && octet <= '9' || octet == '_' || octet == '.'
}

func (s *scanner) entry() (found entry, ok bool) {
	found.first = s.line
	if s.next() == '[' {
		opened := s.while(func(octet byte) bool { return octet == '[' })
		name := s.while(isKeyByte)
		found.last = s.line
		for range opened {
			if s.next() != ']' {
				return found, false
			}
			found.last = s.line
			s.at++
		}
		found.header = opened + name + strings.Repeat("]", len(opened))
		return found, true
	}
	found.key = s.while(isKeyByte)
	if found.key == "" || s.next() != '=' {
		return found, false
	}
	s.at++
	found.base, found.piece = pieceOf(found.key)
	if s.next() == '"' {
		found.parts, ok = s.quoted()
	} else {
		found.scalar, ok = s.scalar()
	}
	found.last = s.line
	return found, ok
}

// size is about what the entry takes in the text, in bytes, and not more: of
// three octets of a typographic dash one is counted.
func (e *entry) size() int {
	size := len(e.header) + len(e.scalar) + len("\n")
	if e.key != "" {
		size += len(e.key) + len(" = ")
	}
	for _, part := range e.parts {
		size += len(part.text) - 2*strings.Count(part.text, "–") - 2*strings.Count(part.text, "—")
	}
	return size
}

func pieceOf(key string) (base string, number int) {
	base, digits, found := strings.Cut(key, ".")
	if number, _ = strconv.Atoi(digits); !found {
		return "", 0
	}
	return base, number
}

var scalarForm = lazily(`^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z|true|false|-?[0-9]{1,18})`)

// scalar reads a value that is no string. It collects ahead, drops what
// means nothing, and then goes over as much as the value took.
func (s *scanner) scalar() (string, bool) {
	ahead := *s
	var collected strings.Builder
	for collected.Len() < 2*len("2006-01-02T15:04:05Z") && ahead.next() != 0 {
		character, size := utf8.DecodeRuneInString(ahead.text[ahead.at:])
		if character == '–' || character == '—' {
			character = '-'
		}
		collected.WriteRune(character)
		ahead.at += size
	}
	value := scalarForm().FindString(collected.String())
	for range value {
		s.next()
		_, size := utf8.DecodeRuneInString(s.text[s.at:])
		s.at += size
	}
	return value, value != ""
}

// quoted reads a string in the parts that it was broken into.
func (s *scanner) quoted() (parts []segment, ok bool) {
	s.at++
	begin := s.at
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '"':
			parts = append(parts, segment{text: s.text[begin:s.at]})
			s.at++
			return parts, true
		case '\\':
			if s.at+1 < len(s.text) && s.text[s.at+1] == '\n' { // broken within an escape
				parts = append(parts, s.breakAt(begin))
				begin = s.at
				s.at++
				continue
			}
			s.at += 2
		case '\n':
			parts = append(parts, s.breakAt(begin))
			begin = s.at
		default:
			s.at++
		}
	}
	return nil, false
}

// breakAt ends a part and goes on at the next line that is not empty. After
// a backslash, which needs its next character, no blank was lost.
func (s *scanner) breakAt(begin int) segment {
	if s.text[s.at] == '\\' {
		s.at++
	}
	part := segment{text: strings.TrimRight(s.text[begin:s.at], " "), full: s.widths[s.line] == s.widest}
	end := s.at
	s.skip(" \n")
	part.blank = len(part.text) < end-begin || s.text[s.at-1] == ' '
	part.full = part.full || strings.HasSuffix(part.text, `\`)
	return part
}

// write puts the text together, in canonical form.
func (m *mangled) write(how way) []byte {
	var out bytes.Buffer
	for i, entry := range m.entries {
		switch {
		case entry.header != "":
			fmt.Fprintf(&out, "\n%s\n", entry.header)
		case entry.scalar != "":
			fmt.Fprintf(&out, "%s = %s\n", entry.key, entry.scalar)
		default:
			goesOn := i+1 < len(m.entries) && entry.piece > 0 && m.entries[i+1].base == entry.base && m.entries[i+1].piece == entry.piece+1
			fmt.Fprintf(&out, "%s = \"%s\"\n", entry.key, entry.join(how, m.column, goesOn))
		}
		if out.Len() > MaxText+MaxColumns {
			break // too long already
		}
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// join puts a string together. A piece that is not the last is as long as
// it can be, which tells how it was broken; and a long word in base64 has no
// blanks.
func (e *entry) join(how way, column int, goesOn bool) string {
	value := e.joinAs(how, column)
	if goesOn {
		if e.fills(value) {
			return value
		}
		for _, other := range ways {
			if value := e.joinAs(other, column); e.fills(value) {
				return value
			}
		}
	}
	if solid := strings.ReplaceAll(e.joinAs(way{nothing, how.en, how.dash}, 0), " ", ""); len(e.parts) > 1 && isWord(solid) {
		return solid
	}
	return value
}

// minWord is the length from which a broken string of base64 characters is
// taken for base64 and not for words.
const minWord = 20

func isWord(text string) bool { return len(text) > minWord && wordForm().MatchString(text) }

var wordForm = lazily(`^[A-Za-z0-9_–—-]+$`)

// fills reports whether a piece is as long as cut makes one; an escape at
// its end may not have fit.
func (e *entry) fills(value string) bool {
	missing := min(pieceLength, MaxColumns-len(e.key)-len(` = ""`)) - utf8.RuneCountInString(value)
	return missing == 0 || missing == 1
}

func (e *entry) joinAs(how way, column int) string {
	var out strings.Builder
	for i, part := range e.parts {
		out.WriteString(part.text)
		if i < len(e.parts)-1 && part.hasBlank(how.joint, e.columns(out.String()), column) {
			out.WriteByte(' ')
		}
	}
	value := out.String()
	switch {
	case how.joint == single:
		value = strings.ReplaceAll(value, "  ", " ")
	case how.joint == byColumn && len(e.parts) == 1:
		value = e.unjoin(value, column)
	}
	if strings.ContainsAny(value, "–—") {
		value = strings.ReplaceAll(strings.ReplaceAll(value, "–", how.en), "—", how.dash)
	}
	return value
}

// unjoin takes out the blank that stands where the line was broken.
func (e *entry) unjoin(value string, column int) string {
	runes := []rune(value)
	if at := column - e.columns(""); at >= 0 && at < len(runes) && runes[at] == ' ' {
		return string(runes[:at]) + string(runes[at+1:])
	}
	return value
}

func (p segment) hasBlank(how joint, at, column int) bool {
	switch how {
	case asFound, single:
		return p.blank
	case byWidth:
		return !p.full
	case byColumn:
		return column == 0 || at%column != 0
	}
	return how == blank
}

// noteText compares the lines as they came with those of the text.
func (m *mangled) noteText(list *notes) {
	previous := entry{last: m.lineAt(m.where.text) - 2}
	for i, entry := range m.entries {
		wanted := 0
		if entry.header != "" {
			wanted = 1
		}
		between := entry.first - previous.last - 1
		switch {
		case i > 0 && between < 0:
			list.add(WhatJoined, entry.first+1, 1)
		case i > 0 && between != wanted:
			list.add(WhatEmptyLines, entry.first+1, 1)
		}
		if entry.last > entry.first {
			list.add(WhatWrapped, entry.first+1, 1)
		}
		previous = entry
	}
	m.noteEdges(list)
}

// noteEdges counts lines of the document with blanks around them.
func (m *mangled) noteEdges(list *notes) {
	first, last := m.lineAt(m.skipBlank(m.where.begin)), m.lineAt(m.where.afterwards)
	for number := first; number <= last; number++ {
		if line := m.lines[number-1]; strings.TrimSpace(line) != line {
			list.add(WhatEdges, number, 1)
		}
	}
}
