package signedtext

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The three forms of a line that is not blank.
const (
	namePattern  = `[a-z][a-z0-9_]*`
	tablePattern = namePattern + `(?:\.` + namePattern + `){0,%d}`
	valuePattern = `"(?:[^"\\]|\\["\\])*"|-?(?:0|[1-9][0-9]{0,17})|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z|true|false`
)

var lineForm = regexp.MustCompile(fmt.Sprintf(`^(?:\[`+tablePattern+`\]|\[\[`+tablePattern+`\]\]|`, MaxDepth-1, MaxDepth-1) +
	namePattern + `(?:\.[1-9][0-9]{0,2})? = (?:` + valuePattern + `))$`)

// CheckText reports the first rule of canonical texts that the text breaks;
// see the package comment. It does not look at what the lines mean.
func CheckText(text []byte) error {
	if len(text) > MaxText {
		return TooLarge.New("text over the limit", "limit", MaxText)
	}
	if bytes.Count(text, []byte("\n")) >= MaxLines {
		return notCanonical(MaxLines+1, "too many lines")
	}
	if !utf8.Valid(text) {
		return notCanonical(0, "not UTF-8")
	}
	if !norm.NFC.IsNormal(text) {
		return notCanonical(0, "not NFC")
	}
	for i, line := range strings.Split(string(text), "\n") {
		if reason := checkLine(line); reason != "" {
			return notCanonical(i+1, reason)
		}
	}
	return nil
}

func notCanonical(line int, reason string) error {
	return NotCanonical.New("not a canonical text", "line", line, "reason", reason)
}

// checkLine returns what is wrong with a line, or nothing.
func checkLine(line string) string {
	if line == "" {
		return ""
	}
	if utf8.RuneCountInString(line) > MaxColumns {
		return "longer than 64 columns"
	}
	for _, character := range line {
		if !allowed(character) {
			return "character that is not allowed"
		}
	}
	if hasAddress(line) {
		return "address of the web or of mail"
	}
	if !lineForm.MatchString(line) {
		return "neither a table nor a key with a value"
	}
	return ""
}

// allowed reports whether a character may stand in a text: printable ASCII,
// letters, marks and numbers of any script, and three signs of business
// texts. Controls, other blanks, bidirectional and zero-width characters and
// typographic punctuation are thereby out.
func allowed(character rune) bool {
	if character < utf8.RuneSelf {
		return character >= ' ' && character <= '~'
	}
	return unicode.In(character, unicode.L, unicode.M, unicode.N) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, character) &&
		!unicode.Is(unicode.Variation_Selector, character) || strings.ContainsRune("€°§", character)
}

// hasAddress reports what a mail gateway would take for a link.
func hasAddress(line string) bool {
	lower := strings.ToLower(line)
	return strings.Contains(lower, "://") || strings.Contains(lower, "www.") || strings.Contains(lower, "@") || strings.Contains(lower, "mailto:")
}

// Kind reads the kind and the format version, which are the first two lines
// of every document, without decoding the rest.
func Kind(text []byte) (kind, format string, ok bool) {
	found := headForm.FindSubmatch(text)
	if found == nil {
		return "", "", false
	}
	return string(found[1]), string(found[2]), true
}

var headForm = regexp.MustCompile(`^kind = "(futura-[a-z]{1,20})"\nformat = ([1-9][0-9]{0,5})(?:\n|$)`)
