package signedtext

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

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
	if !isASCII(text) && !norm.NFC.IsNormal(text) {
		return notCanonical(0, "not NFC")
	}
	number := 0
	for line := range strings.SplitSeq(string(text), "\n") {
		number++
		if reason := checkLine(line); reason != "" {
			return notCanonical(number, reason)
		}
	}
	return nil
}

// isASCII spares most texts the tables of Unicode.
func isASCII(text []byte) bool {
	for _, octet := range text {
		if octet >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func notCanonical(line int, reason string) error {
	return NotCanonical.New("not a canonical text", "line", line, "reason", reason)
}

// checkLine returns what is wrong with a line, or nothing.
func checkLine(line string) string {
	if line == "" {
		return ""
	}
	if len(line) > MaxColumns && utf8.RuneCountInString(line) > MaxColumns {
		return "longer than 64 columns"
	}
	for _, character := range line {
		if character < ' ' || character > '~' && !allowedBeyond(character) {
			return "character that is not allowed"
		}
	}
	if hasAddress(line) {
		return "address of the web or of mail"
	}
	if !isTableLine(line) && !isKeyLine(line) {
		return "neither a table nor a key with a value"
	}
	return ""
}

// allowedBeyond reports whether a character beyond printable ASCII may stand
// in a text: letters, marks and numbers of any script, and three signs of
// business texts. Controls, other blanks, bidirectional and zero-width
// characters and typographic punctuation are thereby out.
func allowedBeyond(character rune) bool {
	if character <= unicode.MaxLatin1 { // most of Portuguese and Italian, and quicker
		return unicode.IsLetter(character) || unicode.IsNumber(character) || character == '°' || character == '§'
	}
	return unicode.In(character, unicode.L, unicode.M, unicode.N) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, character) &&
		!unicode.Is(unicode.Variation_Selector, character) || character == '€'
}

// addressSigns are the characters at which hasAddress looks closer.
var addressSigns = [256]bool{'@': true, ':': true, 'w': true, 'W': true, 'm': true, 'M': true}

// hasAddress reports what a mail gateway would take for a link.
func hasAddress(line string) bool {
	for i := range len(line) {
		if !addressSigns[line[i]] {
			continue
		}
		switch line[i] {
		case '@':
			return true
		case ':':
			if strings.HasPrefix(line[i:], "://") {
				return true
			}
		case 'w', 'W':
			if beginsAs(line[i:], "www.") {
				return true
			}
		case 'm', 'M':
			if beginsAs(line[i:], "mailto:") {
				return true
			}
		}
	}
	return false
}

// beginsAs is strings.HasPrefix in either case.
func beginsAs(line, prefix string) bool {
	return len(line) >= len(prefix) && strings.EqualFold(line[:len(prefix)], prefix)
}

// isTableLine accepts [name], [name.name], and both in double brackets.
func isTableLine(line string) bool {
	inner, found := between(line, "[[", "]]")
	if !found {
		inner, found = between(line, "[", "]")
	}
	rest, named := cutName(inner)
	for range MaxDepth - 1 {
		if after, dotted := strings.CutPrefix(rest, "."); named && dotted {
			rest, named = cutName(after)
		}
	}
	return found && named && rest == ""
}

// isKeyLine accepts name = value, and name.1 = value for numbered pieces.
func isKeyLine(line string) bool {
	rest, named := cutName(line)
	if after, dotted := strings.CutPrefix(rest, "."); dotted {
		digits := countDigits(after)
		named = named && digits >= 1 && digits <= 3 && after[0] != '0'
		rest = after[digits:]
	}
	value, found := strings.CutPrefix(rest, " = ")
	return named && found && isValue(value)
}

func between(line, before, after string) (inner string, found bool) {
	inner, begins := strings.CutPrefix(line, before)
	inner, ends := strings.CutSuffix(inner, after)
	return inner, begins && ends
}

// cutName cuts off a name: a lower-case letter, then letters, digits and
// underscores.
func cutName(line string) (rest string, found bool) {
	length := 0
	for length < len(line) && (isLower(line[length]) || length > 0 && (isDigit(line[length]) || line[length] == '_')) {
		length++
	}
	return line[length:], length > 0
}

func isLower(character byte) bool { return character >= 'a' && character <= 'z' }

func isDigit(character byte) bool { return character >= '0' && character <= '9' }

func countDigits(text string) (count int) {
	for count < len(text) && isDigit(text[count]) {
		count++
	}
	return count
}

func isValue(value string) bool {
	if strings.HasPrefix(value, `"`) {
		return isString(value[1:])
	}
	return isInteger(value) || isTime(value) || value == "true" || value == "false"
}

// isString accepts what follows the opening quote of a string: anything but
// quotes and backslashes, which stand behind a backslash, and the last quote.
func isString(rest string) bool {
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '"':
			return i == len(rest)-1
		case '\\':
			if i++; i == len(rest) || rest[i] != '"' && rest[i] != '\\' {
				return false
			}
		}
	}
	return false
}

// isInteger accepts up to 18 digits, which always fit 64 bits, without
// leading zeros.
func isInteger(value string) bool {
	digits := strings.TrimPrefix(value, "-")
	return digits == "0" || len(digits) >= 1 && len(digits) <= 18 && digits[0] != '0' && countDigits(digits) == len(digits)
}

// isTime accepts the form of a time; whether there is such a day is for the
// decoder.
func isTime(value string) bool {
	const form = "0000-00-00T00:00:00Z"
	if len(value) != len(form) {
		return false
	}
	for i := range len(form) {
		if form[i] == '0' && !isDigit(value[i]) || form[i] != '0' && form[i] != value[i] {
			return false
		}
	}
	return true
}

// Kind reads the kind and the format version, which are the first two lines
// of every document, without decoding the rest.
func Kind(text []byte) (kind, format string, ok bool) {
	first, rest, _ := strings.Cut(string(text[:min(len(text), 100)]), "\n")
	second, _, _ := strings.Cut(rest, "\n")
	kind, quoted := between(first, `kind = "`, `"`)
	name, ours := strings.CutPrefix(kind, "futura-")
	format, told := strings.CutPrefix(second, "format = ")
	if !quoted || !ours || !told || !MadeOf(name, SmallLetters, 20) || !isInteger(format) || len(format) > 6 || format[0] == '0' || format[0] == '-' {
		return "", "", false
	}
	return kind, format, true
}
