package parts

import (
	"bytes"
	"html"
	"strings"
	"unicode/utf8"
)

// maxWrong bounds the errors about one text.
const maxWrong = 50

// Find reads the parts in a text, whatever stands around and between their
// characters, in the order of the text and as often as they are there. Each
// error is about one part that cannot be read. The work is linear in the
// length of the text.
func Find(text []byte) (found []Part, wrong []error) {
	folded := fold(text)
	for _, one := range beginnings(folded) {
		part, err := one.read()
		switch {
		case err == nil:
			found = append(found, part)
		case len(wrong) < maxWrong:
			wrong = append(wrong, err)
		}
	}
	return found, wrong
}

// candidate is what may be a part: it reaches to the next one.
type candidate struct {
	format string
	text   string
}

// beginnings finds what begins like a part.
func beginnings(folded string) []candidate {
	var starts []int
	var formats []string
	for at := 0; ; {
		next := strings.Index(folded[at:], "FL")
		if next < 0 {
			break
		}
		at += next
		if format := formatAt(folded[at:]); format != "" {
			starts, formats = append(starts, at), append(formats, format)
		}
		at += 2
	}
	list := make([]candidate, len(starts))
	for i, start := range starts {
		end := len(folded)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		list[i] = candidate{formats[i], folded[start:end]}
	}
	return list
}

// formatAt returns the number of the format if a part begins here: FL, a
// number, and a letter between dots. Of an unknown format the ID must follow,
// because data may end with FL2 and a dot.
func formatAt(text string) string {
	format, _, found := strings.Cut(text[2:min(len(text), 2+4)], ".")
	if !found || decimal(format) < 1 {
		return ""
	}
	rest := text[2+len(format)+1:]
	if len(rest) < 2 || rest[0] < 'A' || rest[0] > 'Z' || rest[1] != '.' {
		return ""
	}
	if format != "1" && (len(rest) < 2+idLength+1 || rest[2+idLength] != '.' || strings.Trim(rest[2:2+idLength], alphabet) != "") {
		return ""
	}
	return format
}

// otherKeyboard exchanges what German and English keyboards have in each
// other's place.
var otherKeyboard = strings.NewReplacer("Y", "Z", "Z", "Y")

func (c candidate) read() (Part, error) {
	if c.format != "1" {
		return Part{}, OtherFormat.New("a part of another format", "format", c.format)
	}
	part, err := read(c.text)
	if err != nil {
		if typed, failed := read(otherKeyboard.Replace(c.text)); failed == nil {
			return typed, nil
		}
	}
	return part, err
}

// fold leaves the letters, digits and dots of a text.
func fold(text []byte) string {
	if bytes.IndexByte(text, '<') >= 0 {
		text = withoutTags(text)
	}
	if bytes.IndexByte(text, '&') >= 0 {
		text = []byte(html.UnescapeString(string(text)))
	}
	var out strings.Builder
	out.Grow(len(text))
	for len(text) > 0 {
		if text[0] == '=' { // quoted-printable may write a dot at a line's beginning so
			if octet, ok := printable(text); ok {
				text = text[3:]
				writeFolded(&out, rune(octet))
				continue
			}
		}
		character, size := utf8.DecodeRune(text)
		text = text[size:]
		writeFolded(&out, character)
	}
	return out.String()
}

// Full-width forms of ASCII, and how far they are from it.
const (
	firstWide = '\uff01'
	lastWide  = '\uff5e'
	wideShift = firstWide - '!'
)

func writeFolded(out *strings.Builder, character rune) {
	if character >= firstWide && character <= lastWide {
		character -= wideShift
	}
	switch {
	case character >= 'a' && character <= 'z':
		out.WriteRune(character - 'a' + 'A')
	case character >= 'A' && character <= 'Z', character >= '0' && character <= '9', character == '.':
		out.WriteRune(character)
	}
}

// printable decodes =2E. A part has no equals sign, so it does not matter
// what stands behind one that is not followed by two digits.
func printable(text []byte) (octet byte, ok bool) {
	if len(text) < 3 {
		return 0, false
	}
	high, low := strings.IndexByte(hexadecimal, text[1]), strings.IndexByte(hexadecimal, text[2])
	return byte(high<<4 | low), high >= 0 && low >= 0
}

const hexadecimal = "0123456789ABCDEF"

// withoutTags takes HTML tags and comments out; what only begins like one
// stays.
func withoutTags(text []byte) []byte {
	var out []byte
	for {
		before, rest, found := bytes.Cut(text, []byte("<"))
		out = append(out, before...)
		if !found {
			return out
		}
		text = rest[tagLength(rest):]
	}
}

// maxTag bounds a tag or a comment, in bytes: styles that a word processor
// writes have some hundred.
const maxTag = 4 << 10

// tagLength returns how long the tag is that begins behind a "<", 0 when it
// is none: an address between angle brackets is not, nor is a part.
func tagLength(rest []byte) int {
	rest = rest[:min(len(rest), maxTag)]
	if bytes.HasPrefix(rest, []byte("!--")) {
		if end := bytes.Index(rest, []byte("-->")); end >= 0 {
			return end + len("-->")
		}
		return 0
	}
	end := bytes.IndexByte(rest, '>')
	if end < 0 || bytes.IndexByte(rest[:end], '<') >= 0 {
		return 0
	}
	tag := strings.ToUpper(string(bytes.TrimPrefix(rest[:end], []byte("/"))))
	name := tag
	if i := strings.IndexAny(tag, " \t\r\n"); i >= 0 {
		name = tag[:i]
	}
	name = strings.TrimSuffix(name, "/")
	if name == "" || name[0] < 'A' || name[0] > 'Z' || strings.ContainsAny(name, "./@") || strings.Contains(tag, begin) {
		return 0
	}
	return end + 1
}

// looksLike tells what a text without parts may be.
func looksLike(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return "empty"
	}
	for _, sign := range []struct{ prefix, kind string }{
		{"http://", "link"}, {"https://", "link"}, {"www.", "link"}, {"mailto:", "link"},
		{"wifi:", "other code"}, {"begin:", "other code"}, {"mecard:", "other code"}, {"otpauth:", "other code"}, {"geo:", "other code"},
		{"tel:", "other code"}, {"smsto:", "other code"}, {"hc1:", "other code"}, {"ur:", "other code"}, {"b$", "other code"}, {"000201", "other code"},
	} {
		if strings.HasPrefix(text, sign.prefix) {
			return sign.kind
		}
	}
	return "something else"
}

// Nothing is the error about a text without any part; it says what the text
// looks like.
func Nothing(text []byte) error {
	return NothingFound.New("no part in the text", "looks", looksLike(string(text[:min(len(text), 64)])))
}
