package signedtext

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// The grammar as regular expressions, which say it shorter than the code
// that reads it in a tenth of the time.
const (
	nameForm  = `[a-z][a-z0-9_]*`
	tableForm = nameForm + `(?:\.` + nameForm + `)?`
	valueForm = `"(?:[^"\\]|\\["\\])*"|-?(?:0|[1-9][0-9]{0,17})|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z|true|false`
)

var forms = []struct {
	name string
	form *regexp.Regexp
	read func(string) bool
}{
	{"table", regexp.MustCompile(`^(?:\[` + tableForm + `\]|\[\[` + tableForm + `\]\])$`), isTableLine},
	{"key", regexp.MustCompile(`^` + nameForm + `(?:\.[1-9][0-9]{0,2})? = (?:` + valueForm + `)$`), isKeyLine},
	{"name", regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$`), isName},
	{"device", regexp.MustCompile(`^(?:aux|con|nul|prn|com[0-9]|lpt[0-9])$`), isDevice},
	{"number", regexp.MustCompile(`^[0-9]{1,10}$`), func(text string) bool { return CheckNumber("number", text) == nil }},
	{"head", regexp.MustCompile(`^kind = "futura-[a-z]{1,20}"\nformat = [1-9][0-9]{0,5}(?:\n|$)`), func(text string) bool {
		_, _, ok := Kind([]byte(text))
		return ok
	}},
}

// samples are near every edge of the grammar; the test changes them.
var samples = []string{
	"[product]", "[[database]]", "[a.b]", "[[a.b_1]]", "[a.b.c]", "[]", "[[a]", "[a]]", "[A]", "[.a]", "[a.]",
	`a = "b"`, `a = ""`, `a = "\""`, `a = "\\"`, `a = "\n"`, `a = "b`, `a = "b"c"`, `a = "é€"`, `a.1 = "b"`, `a.999 = "b"`, `a.0 = "b"`, `a.01 = "b"`, `a.1000 = "b"`, `a.b = "c"`,
	"a = 0", "a = -0", "a = 00", "a = -1", "a = 123456789012345678", "a = 1234567890123456789", "a = -", "a = ", "a=1", "a  = 1", "a_b = 1", "_a = 1", "1a = 1",
	"a = true", "a = false", "a = True", "a = 2026-11-21T10:00:00Z", "a = 2026-11-21T10:00:00z", "a = 2026-11-21 10:00:00Z", "a = 2026-11-21", "a = 2026-11-21T10:00:00.0Z",
	"sispetro", "a-b", "-a", "a-", "a", "", strings.Repeat("a", 40), strings.Repeat("a", 41), "con", "com1", "com", "lpt9", "comx", "nul", "00123", "1234567890", "12345678901",
	"kind = \"futura-license\"\nformat = 1\n", "kind = \"futura-license\"\nformat = 1", "kind = \"futura-license\"\nformat = 01", "kind = \"futura-\"\nformat = 1",
	"kind = \"futura-Abc\"\nformat = 1", "kind = \"futura-license\"\nformat = 1234567", "kind = \"futura-license\"\nformat = -1", "kind = \"futura-license\"\nformat = 1\r", "kind = \"futura-abcdefghijklmnopqrstu\"\nformat = 1",
}

func TestGrammar(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const near = "ab1_.-0[]\"\\ =\nTZ:é"
	letters := []rune(near)
	for range 200_000 {
		text := []rune(samples[random.IntN(len(samples))])
		for range random.IntN(3) {
			letter := letters[random.IntN(len(letters))]
			if at := random.IntN(len(text) + 1); at < len(text) && random.IntN(2) == 0 {
				text[at] = letter
			} else {
				text = append(text[:at:at], append([]rune{letter}, text[at:]...)...)
			}
		}
		for _, form := range forms {
			if want := form.form.MatchString(string(text)); form.read(string(text)) != want {
				t.Fatalf("%s %q: want %t", form.name, string(text), want)
			}
		}
	}
	for _, form := range forms {
		accepted := 0
		for _, sample := range samples {
			if form.read(sample) != form.form.MatchString(sample) {
				t.Errorf("%s %q: want %t", form.name, sample, !form.read(sample))
			}
			if form.read(sample) {
				accepted++
			}
		}
		if accepted == 0 || accepted == len(samples) {
			t.Errorf("%s accepts %d of %d samples: they show nothing", form.name, accepted, len(samples))
		}
	}
}

// What is allowed, as the table of Unicode says it.
func TestAllowed(t *testing.T) {
	for character := range rune(0x20000) {
		want := character >= ' ' && character <= '~' || strings.ContainsRune("€°§", character) ||
			character > 0x7F && unicode.In(character, unicode.L, unicode.M, unicode.N) &&
				!unicode.In(character, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
		if utf8.ValidRune(character) && character != '\n' && (checkLine("a = \"z"+string(character)+"\"") != "character that is not allowed") != want {
			t.Errorf("%U: %t", character, !want)
		}
	}
}
