package sheet_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/sheet"
)

var day = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

func example(length int) *sheet.Key {
	content := make([]byte, length)
	rand.NewChaCha8([32]byte{byte(length)}).Read(content)
	return &sheet.Key{Kind: sheet.SecretKey, Made: day, Content: content}
}

func lines(t testing.TB, key *sheet.Key) []string {
	t.Helper()
	written, err := key.Lines()
	if err != nil {
		t.Fatal(err)
	}
	return written
}

func parse(lines []string) (*sheet.Key, error) { return sheet.Parse([]byte(strings.Join(lines, "\n"))) }

func TestWhatIsWrittenReadsBack(t *testing.T) {
	for _, length := range []int{1, 19, 20, 21, 233, 600, sheet.MaxContent} {
		for _, kind := range []sheet.Kind{sheet.SecretKey, sheet.Message} {
			key := example(length)
			key.Kind = kind
			written := lines(t, key)
			read, err := parse(written)
			if err != nil {
				t.Fatalf("%d bytes: %v", length, err)
			}
			if read.Kind != kind || !read.Made.Equal(day) || !bytes.Equal(read.Content, key.Content) || read.Block() != key.Block() {
				t.Errorf("%d bytes: read %+v", length, read)
			}
			for _, line := range written {
				if len(line) > 52 {
					t.Errorf("%d columns: %s", len(line), line)
				}
			}
		}
	}
	for _, length := range []int{0, sheet.MaxContent + 1} {
		if _, err := example(length).Lines(); !errors.Is(err, sheet.NotSheet) {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

func TestPeopleMayTypeFreely(t *testing.T) {
	key := example(600)
	written := strings.Join(lines(t, key), "\n")
	fingerprint := openpgp.Fingerprint{0x0A, 0x10, 0xFF}
	for name, text := range map[string]string{
		"lower case":        strings.ToLower(written),
		"letters for digit": strings.NewReplacer("0", "o", "1", "l").Replace(written),
		"capitals":          strings.NewReplacer("0", "O", "1", "I").Replace(written),
		"no blanks":         strings.ReplaceAll(written, " ", ""),
		"hyphens and tabs":  strings.NewReplacer("  ", "-", " ", "\t").Replace(written),
		"CR LF":             strings.ReplaceAll(written, "\n", "\r\n"),
		"wide blanks":       strings.ReplaceAll(written, " ", "\u00a0 "),
		"words around":      "Futura\n\n  signer: made 2026\n" + fingerprint.Groups() + "\n" + written + "\n\nEnd.\n",
		"a line twice":      written + "\n" + lines(t, key)[3],
		"other order":       written[len(written)/2/52*52:] + "\n" + written,
	} {
		read, err := sheet.Parse([]byte(text))
		if err != nil || !bytes.Equal(read.Content, key.Content) {
			t.Errorf("%s: %v", name, err)
		} else if want := map[bool]openpgp.Fingerprint{true: fingerprint}[name == "words around"]; read.Fingerprint != want {
			t.Errorf("%s: fingerprint %s", name, read.Fingerprint)
		}
	}
}

// mistype makes one typing error in a line behind its number.
func mistype(random *rand.Rand, line string) (name, mistyped string) {
	const characters = "0123456789ABCDEFGHJKMNPQRSTVWXYZUÄ?"
	at := 5 + random.IntN(len(line)-5)
	other := string([]rune(characters)[random.IntN(len([]rune(characters)))])
	switch random.IntN(5) {
	case 0:
		return "another character", line[:at] + other + line[at+1:]
	case 1:
		return "a character lost", line[:at] + line[at+1:]
	case 2:
		return "a character more", line[:at] + other + line[at:]
	case 3:
		if at+1 == len(line) {
			at--
		}
		return "neighbours exchanged", line[:at] + line[at+1:at+2] + line[at:at+1] + line[at+2:]
	default:
		more := 5 + random.IntN(len(line)-5)
		one := line[:at] + other + line[at+1:]
		return "two characters", one[:more] + "Q" + one[min(more+1, len(one)):]
	}
}

func plain(line string) string { return strings.ReplaceAll(line, " ", "") }

func TestEveryTypingErrorIsNamed(t *testing.T) {
	const wanted = 1000
	random := rand.New(rand.NewPCG(1, 2))
	written := lines(t, example(600))
	for made := 0; made < wanted; {
		number := random.IntN(len(written))
		name, mistyped := mistype(random, written[number])
		if plain(mistyped) == plain(written[number]) {
			continue // a blank, or the same character again
		}
		made++
		changed := append([]string{}, written...)
		changed[number] = mistyped
		_, err := parse(changed)
		if !errors.Is(err, sheet.WrongLines) || fault.Of(err).Values[0].Is != fmt.Sprint(number) {
			t.Errorf("line %d, %s: %v\n%s\n%s", number, name, err, written[number], mistyped)
		}
	}
}

func TestLinesInWrongPlacesAreNamed(t *testing.T) {
	written := lines(t, example(600))
	change := func(change func([]string) []string) []string { return change(append([]string{}, written...)) }
	for name, test := range map[string]struct {
		lines []string
		want  string
	}{
		"missing":         {change(func(l []string) []string { return append(l[:7], l[8:]...) }), "7"},
		"first missing":   {written[1:], "0"},
		"last missing":    {written[:len(written)-1], "30"},
		"three wrong":     {change(func(l []string) []string { l[2], l[9], l[11] = l[2]+"X", "9: ?", l[11][:20]; return l }), "2, 9, 11"},
		"another number":  {change(func(l []string) []string { l[7] = "  8" + l[7][3:]; return l }), "7, 8"},
		"numbers swapped": {change(func(l []string) []string { l[4], l[5] = "  4"+l[5][3:], "  5"+l[4][3:]; return l }), "4, 5"},
		"one too many":    {append(append([]string{}, written...), lines(t, example(4000))[40]), "40"},
		"of two sheets":   {change(func(l []string) []string { return append(l, lines(t, example(601))[3]) }), "3"},
	} {
		_, err := parse(test.lines)
		if !errors.Is(err, sheet.WrongLines) || fault.Of(err).Values[0].Is != test.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A line of another sheet in the place of the right one fits its own
	// check value; the digest does not.
	mixed := change(func(l []string) []string { l[3] = lines(t, example(601))[3]; return l })
	if _, err := parse(mixed); !errors.Is(err, sheet.NotSheet) {
		t.Errorf("a line of another sheet: %v", err)
	}
	for _, text := range []string{"", "words", "12 apples", strings.Repeat("x", sheet.MaxText+1)} {
		if _, err := sheet.Parse([]byte(text)); !errors.Is(err, sheet.NotSheet) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

// FuzzMalleability: what is accepted is, but for the freedoms of who types,
// exactly what would be written.
func FuzzMalleability(f *testing.F) {
	for _, length := range []int{1, 20, 233} {
		written := strings.Join(lines(f, example(length)), "\n")
		f.Add([]byte(written))
		f.Add([]byte("words\n" + strings.ToLower(written) + "\n0A10 FF00 0000 0000 0000 0000 0000 0000 0000 0000\n"))
		f.Add([]byte(written[:len(written)-1] + "U"))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := sheet.Parse(text)
		if err != nil {
			if key != nil {
				t.Fatal("a key and an error")
			}
			return
		}
		clean := strings.NewReplacer("O", "0", "I", "1", "L", "1", " ", "", "-", "", "\t", "", "\u00a0", "").Replace(strings.ToUpper(string(text)))
		for _, line := range lines(t, key) {
			if _, characters, _ := strings.Cut(plain(line), ":"); !strings.Contains(clean, characters) {
				t.Errorf("accepted without %s", line)
			}
		}
	})
}
