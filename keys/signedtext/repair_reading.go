package signedtext

import (
	"bytes"
	"encoding/binary"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// reading is one way to read the octets of a file as text: lines that end
// with LF, in NFC, with ASCII blanks and quotes. En and em dashes are left:
// what they stand for is decided later.
type reading struct {
	text    string
	notes   notes
	shifted bool // lines are not those of the file any more
}

// undoing is a set of encodings to take off.
type undoing int

const (
	undoHTML undoing = 1 << iota
	undoPrintable
	undoMojibake
	strictly // quoted-printable as RFC 2045 has it, neither broken nor indented
	undoAll  = undoHTML | undoPrintable | undoMojibake | strictly
)

// maxRounds bounds how often one encoding is taken off: text is forwarded
// and pasted two or three times, and each time may misread it.
const maxRounds = 4

// readings returns the distinct readings of a file, the one with every
// encoding taken off first.
func readings(file []byte) []reading {
	text, seen := decode(file)
	signs := effective(text)
	var list []reading
	for undo := signs; undo >= 0; undo-- {
		if undo&^signs != 0 {
			continue
		}
		found := reading{text: text, notes: slices.Clone(seen)}
		found.undo(undo)
		found.normalize()
		if !slices.ContainsFunc(list, func(other reading) bool { return other.text == found.text }) {
			list = append(list, found)
		}
	}
	return list
}

// effective returns the encodings that there are signs of.
func effective(text string) (signs undoing) {
	whole := reading{text: text}
	whole.undo(undoAll)
	for _, change := range whole.notes {
		signs |= map[string]undoing{WhatHTML: undoHTML, WhatPrintable: undoPrintable | strictly, WhatAccents: undoMojibake}[change.What]
	}
	return signs
}

// decode reads octets as UTF-16 or UTF-8; what is not UTF-8 is read as
// Windows-1252.
func decode(file []byte) (string, notes) {
	var seen notes
	text, is16 := decode16(file)
	if is16 {
		seen.add(WhatUTF16, noLine, noCount)
	} else if text = string(file); !utf8.Valid(file) {
		text = decodeWindows(file)
		seen.add(WhatWindows, noLine, noCount)
	}
	if visible := invisible().ReplaceAllString(text, "$1"); visible != text {
		text = visible
		seen.add(WhatInvisible, noLine, noCount)
	}
	if strings.Contains(text, "\r") && unevenEnds(text) {
		seen.add(WhatLineEnds, noLine, noCount)
	}
	return lineEnds().ReplaceAllString(text, "\n"), seen
}

// invisible are the zero-width characters and the soft hyphen, which must go
// before anything else is looked for, unless it may be half of a misread í.
var invisible = lazily("[\u200b-\u200f\u2060\ufeff]|(^|[^\u00c2\u00c3])\u00ad+")

var lineEnds = lazily(`\r*\n|\r`)

// unevenEnds reports line ends that are not all CR LF.
func unevenEnds(text string) bool {
	_, err := unixLines([]byte(text))
	return err != nil
}

// decode16 reads UTF-16 with a byte order mark, or without one where ASCII
// shows which octet of a pair comes first.
func decode16(file []byte) (string, bool) {
	order := order16(file)
	if order == nil {
		return "", false
	}
	units := make([]uint16, 0, len(file)/2)
	for i := 0; i+1 < len(file); i += 2 {
		units = append(units, order.Uint16(file[i:]))
	}
	return string(utf16.Decode(units)), true
}

func order16(file []byte) binary.ByteOrder {
	const sample = 64
	head := file[:min(len(file), sample)]
	odd, even := 0, 0
	for i, octet := range head {
		if octet == 0 && i%2 == 1 {
			odd++
		} else if octet == 0 {
			even++
		}
	}
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xfe")), odd > len(head)/4 && even == 0:
		return binary.LittleEndian
	case bytes.HasPrefix(file, []byte("\xfe\xff")), even > len(head)/4 && odd == 0:
		return binary.BigEndian
	}
	return nil
}

// windows1252 holds the characters of the octets 0x80 to 0x9f, with those
// that are not assigned as browsers read them (WHATWG Encoding, windows-1252).
var windows1252 = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

// decodeWindows reads octets that are not UTF-8 as Windows-1252 and leaves
// the others.
func decodeWindows(file []byte) string {
	var out strings.Builder
	for len(file) > 0 {
		character, size := utf8.DecodeRune(file)
		if character == utf8.RuneError && size == 1 {
			character = rune(file[0])
			if character >= 0x80 && character < 0xa0 {
				character = windows1252[character-0x80]
			}
		}
		out.WriteRune(character)
		file = file[size:]
	}
	return out.String()
}

// undo takes encodings off, the outer ones first.
func (r *reading) undo(which undoing) {
	for range maxRounds {
		before := r.text
		// A soft line break at a line's end shows that quoted-printable is
		// the outer one, as in mail: it may stand within a tag.
		if which&undoPrintable != 0 && printableForm().MatchString(r.text) && softBreak().MatchString(r.text) {
			r.fromPrintable(which&strictly != 0)
		}
		if which&undoHTML != 0 {
			r.set(WhatHTML, fromHTML(r.text))
		}
		if which&undoPrintable != 0 && printableForm().MatchString(r.text) {
			r.fromPrintable(which&strictly != 0)
		}
		if r.text == before {
			break
		}
		r.shifted = true
	}
	if composed := norm.NFC.String(r.text); composed != r.text {
		r.set(WhatComposed, composed)
	}
	for round := 0; round < maxRounds && which&undoMojibake != 0; round++ {
		read := fromMojibake(r.text)
		if read == r.text {
			break
		}
		r.set(WhatAccents, read)
	}
}

// set takes the new text and notes the change, if it is one.
func (r *reading) set(what, text string) {
	if text != r.text {
		r.text = text
		r.notes.add(what, noLine, noCount)
	}
}

var (
	tagForm    = lazily(`[ \t]*<\n?(?:!--|/?\n?[a-zA-Z])[^<>]*>(?:[ \t]*\n)?`)
	entityForm = lazily(`&\n?#?\n?(?:[0-9A-Za-z]\n?){2,10};`)
	htmlForm   = lazily(`(?i)&\n?(?:q\n?u\n?o\n?t|g\n?t|l\n?t|n\n?b\n?s\n?p|a\n?m\n?p|#\n?x?[0-9a-f\n]+|[a-z]+(?:acute|grave|circ|tilde|cedil|uml))\n?;|<\n?(?:b\n?r|p|d\n?i\n?v|html|body|pre|span)\b`)
)

// fromHTML takes tags off and reads character references. An element that
// is a line of its own ends one. Both may have been broken by a line end.
func fromHTML(text string) string {
	if !htmlForm().MatchString(text) {
		return text
	}
	text = tagForm().ReplaceAllStringFunc(text, untag)
	return entityForm().ReplaceAllStringFunc(text, func(entity string) string {
		return html.UnescapeString(strings.ReplaceAll(entity, "\n", ""))
	})
}

var blockForm = lazily(`^</?(?:br|p|div|tr|li|h[1-6]|pre|blockquote|html|body|table)\b`)

func untag(tag string) string {
	name := strings.ToLower(strings.ReplaceAll(strings.Trim(tag, " \t\n"), "\n", ""))
	if blockForm().MatchString(name) && (strings.HasPrefix(name, "</") || strings.HasPrefix(name, "<br")) {
		return "\n"
	}
	if strings.HasSuffix(tag, "\n") {
		return "\n"
	}
	return ""
}

var (
	// printableForm finds the sign that every document has many of.
	printableForm = lazily(`=[ \t]*\n?3\n?D`)
	softBreak     = lazily(`=[ \t]*\n`)
	// printableParts finds an escape or a soft line break, perhaps with
	// blanks behind it, with empty lines after it, or joined with its next
	// line; brokenParts an escape broken by a line end, too.
	printableParts = lazily(`=[0-9A-F]{2}|=[ \t]*\n+|=[ \t]+`)
	brokenParts    = lazily(`=(?:[ \t]*\n)?(?:3\n?D|[89A-F]\n?[0-9A-F])|=[0-7]\n?[0-9A-F]|=[ \t]*\n+|=[ \t]+`)
)

// fromPrintable decodes quoted-printable. Quote marks go first, because a
// soft line break ends before those of the next line.
func (r *reading) fromPrintable(strict bool) {
	r.set(WhatQuoting, stripQuoting(r.text))
	if strict {
		r.set(WhatPrintable, decodePrintable(r.text, printableParts()))
		return
	}
	r.set(WhatEdges, unindent(r.text))
	r.set(WhatPrintable, decodePrintable(r.text, brokenParts()))
}

// decodePrintable reads RFC 2045, 6.7.
func decodePrintable(text string, form *regexp.Regexp) string {
	decoded := form.ReplaceAllStringFunc(text, func(part string) string {
		digits := strings.Trim(strings.ReplaceAll(part, "\n", ""), "= \t")
		if len(digits) != 2 {
			return ""
		}
		return string([]byte{unhex(digits[0])<<4 | unhex(digits[1])})
	})
	if !utf8.ValidString(decoded) {
		decoded = decodeWindows([]byte(decoded))
	}
	return lineEnds().ReplaceAllString(decoded, "\n")
}

func unhex(digit byte) byte {
	if digit >= 'A' {
		return digit - 'A' + 10
	}
	return digit - '0'
}

// fromMojibake undoes that UTF-8 was read as Windows-1252: what makes the
// octets of one character becomes that character.
func fromMojibake(text string) string {
	runes := []rune(text)
	var out strings.Builder
	for i := 0; i < len(runes); {
		character, length := mojibake(runes[i:])
		out.WriteRune(character)
		i += length
	}
	return out.String()
}

// mojibake reads one character; what is none is returned as it is. The
// octet 0xa0 is a no-break space, which often becomes a blank.
func mojibake(runes []rune) (rune, int) {
	if runes[0] == 'Ã' && len(runes) > 1 && runes[1] == ' ' {
		return 'à', 2
	}
	var octets []byte
	for _, character := range runes[:min(len(runes), utf8.UTFMax)] {
		octet, ok := windowsOctet(character)
		if !ok || octet < 0x80 {
			break
		}
		octets = append(octets, octet)
	}
	character, length := utf8.DecodeRune(octets)
	if character == utf8.RuneError || length < 2 {
		return runes[0], 1
	}
	return character, length
}

func windowsOctet(character rune) (byte, bool) {
	if character < 0x100 {
		return byte(character), true
	}
	i := slices.Index(windows1252, character)
	return byte(0x80 + i), i >= 0
}

// normalize brings characters to the few that a text may hold, and counts.
func (r *reading) normalize() {
	var out strings.Builder
	line := 1
	for _, character := range r.text {
		if character == '\n' {
			line++
		}
		plain, what := normalized(character)
		if what != "" {
			r.notes.add(what, line, 1)
		}
		out.WriteString(plain)
	}
	r.text = out.String()
	if composed := norm.NFC.String(r.text); composed != r.text {
		r.set(WhatComposed, composed)
	}
}

// normalized returns what stands for a character in a text, and the change.
func normalized(character rune) (plain, what string) {
	switch {
	case character < utf8.RuneSelf && character != '\t' && character >= ' ' || character == '\n':
		return string(character), ""
	case strings.ContainsRune("\v\f\u0085\u2028\u2029", character):
		return "\n", WhatLineEnds
	case character == '\t' || unicode.Is(unicode.Zs, character):
		return " ", WhatBlanks
	case strings.ContainsRune("“”„‟«»″＂", character):
		return `"`, WhatQuotes
	case strings.ContainsRune("‘’‚‛′", character):
		return "'", WhatQuotes
	case strings.ContainsRune("‐‑‒−﹣－", character):
		return "-", WhatDashes
	case character == '–' || character == '—' || character == '―':
		return strings.ReplaceAll(string(character), "―", "—"), WhatDashes
	case character == '…':
		return "...", WhatQuotes
	case unicode.In(character, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
		return "", WhatInvisible
	}
	return string(character), ""
}
