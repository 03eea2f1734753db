package keys_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
)

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func newCode(t testing.TB, name string) keys.Code {
	t.Helper()
	code, err := keys.NewCode(keystest.Seed(name))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// Codes are sent on paper: these spellings, computed by another program,
// must be read for ever.
func TestSpellingsOfCodesAreStable(t *testing.T) {
	for text, want := range map[string]string{
		"0000-0000-0000-0000-00": "00000000000000000000",
		"ZZZZ-ZZZZ-ZZZZ-ZZZZ-DJ": "ffffffffffffffffffff",
		"000G-40R4-0M30-E209-TT": "00010203040506070809",
		"CSTQ-8XBJ-C4PP-PSBS-X7": hex.EncodeToString([]byte("futura-key")),
	} {
		code, err := keys.ParseCode(text)
		if err != nil || hex.EncodeToString(code[:]) != want || code.String() != text {
			t.Errorf("%s is read as %x and written as %s, %v", text, code, code, err)
		}
	}
}

func TestStringAndParseCodeAreInverse(t *testing.T) {
	random := keystest.Seed("codes")
	for range 2000 {
		code, err := keys.NewCode(random)
		if err != nil {
			t.Fatal(err)
		}
		if read, err := keys.ParseCode(code.String()); err != nil || read != code {
			t.Fatalf("%x came back from %s as %x, %v", code, code, read, err)
		}
	}
}

func TestNewCodeNeedsRandomness(t *testing.T) {
	if _, err := keys.NewCode(strings.NewReader("too short")); !errors.Is(err, keys.BadCode) {
		t.Error(err)
	}
}

// People write small letters, leave hyphens out, and take 0 for O and 1 for
// I or L.
func TestParseCodeForgivesHowPeopleType(t *testing.T) {
	for _, text := range []string{
		"000G-40R4-0M30-E209-TT",
		"000g-40r4-0m30-e209-tt",
		"000G40R40M30E209TT",
		"000g 40r4 0m30 e209 tt",
		" \t000G-40R4-0M30-E209-TT\r\n",
		"0 0 0 G - 4 0 R 4 - 0 M 3 0 - E 2 0 9 - T T",
		"00-0G40R-40M30E-209TT-",
		"OoOG-4OR4-oM3O-E2o9-TT",
	} {
		if code, err := keys.ParseCode(text); err != nil || code.String() != "000G-40R4-0M30-E209-TT" {
			t.Errorf("%q: %s, %v", text, code, err)
		}
	}
	ones := newCodeWith(t, "1")
	for _, letter := range []string{"I", "L", "i", "l"} {
		if code, err := keys.ParseCode(strings.ReplaceAll(ones.String(), "1", letter)); err != nil || code != ones {
			t.Errorf("%s for 1: %s, %v", letter, code, err)
		}
	}
}

// newCodeWith finds a code that has a character.
func newCodeWith(t *testing.T, character string) keys.Code {
	t.Helper()
	for i := range 100 {
		if code := newCode(t, string(rune('a'+i))); strings.Contains(code.String(), character) {
			return code
		}
	}
	t.Fatalf("no code with %q", character)
	return keys.Code{}
}

func TestParseCodeRefuses(t *testing.T) {
	good := "000G40R40M30E209TT"
	for _, text := range []string{
		"", "-", good[:17], good[1:], good + "0", "0" + good, good + good,
		"000G40R40M30E209TU", "U00G40R40M30E209TT", "000G40R40M30E209T*",
		"000G_40R4_0M30_E209_TT", "000G.40R4.0M30.E209.TT", "000G\n40R4\n0M30\nE209\nTT",
		"\u0660\u0660\u0660G40R40M30E2\u0660\u0669TT", // digits of another script
		"000G40R40M30E209T\u0422",                     // a T of another script
		strings.Repeat("0", 1<<16),
	} {
		code, err := keys.ParseCode(text)
		if !errors.Is(err, keys.BadCode) || code != (keys.Code{}) {
			t.Errorf("%.60q: %s, %v", text, code, err)
		}
	}
}

// Check numbers modulo a prime above 31 find every single wrong character
// and every pair of neighbors that changed places; here for one code in
// full, and for others too, since that costs nothing.
func TestEveryMistypedCodeIsRefused(t *testing.T) {
	wrong, swapped := 0, 0
	codes := []keys.Code{newCode(t, "one"), newCode(t, "two"), {}, keys.Code(bytes.Repeat([]byte{0xFF}, 10))}
	for _, code := range codes {
		good := strings.ReplaceAll(code.String(), "-", "")
		for i := range good {
			for _, character := range alphabet {
				if byte(character) == good[i] {
					continue
				}
				wrong++
				if _, err := keys.ParseCode(good[:i] + string(character) + good[i+1:]); !errors.Is(err, keys.BadCode) {
					t.Errorf("%s with %c at %d: %v", good, character, i, err)
				}
			}
			if i+1 < len(good) && good[i] != good[i+1] {
				swapped++
				if _, err := keys.ParseCode(good[:i] + good[i+1:i+2] + good[i:i+1] + good[i+2:]); !errors.Is(err, keys.BadCode) {
					t.Errorf("%s with %d and %d swapped: %v", good, i, i+1, err)
				}
			}
		}
	}
	if wrong != len(codes)*18*31 || swapped < 2*12 {
		t.Errorf("%d characters and %d pairs were tried", wrong, swapped)
	}
}

// The derivation and the message are those of docs/request.md, written down
// here a second time.
func TestEnrollmentFollowsItsSpecification(t *testing.T) {
	code := keys.Code([]byte("futura-key"))
	site := newRoot(t, "site").Fingerprint()
	secret, err := hkdf.Key(sha256.New, code[:], nil, "futura-enrollment/1 00123", ed25519.SeedSize)
	if err != nil {
		t.Fatal(err)
	}
	key := ed25519.NewKeyFromSeed(secret)
	message := "futura-enrollment/1\n" + site.String() + "\n00123\nsispetro\n"
	if got := code.Prove(site, "00123", "sispetro"); !bytes.Equal(got, ed25519.Sign(key, []byte(message))) {
		t.Errorf("the proof is %x", got)
	}
	// By another program, from the code's bytes.
	const public = "5a6fa220fbd7c42c411934af1f6b6aa782edc0e5351ab5faaa8345c9d52193bb"
	if got := hex.EncodeToString(code.PublicKey("00123")); got != public {
		t.Errorf("the desk's half is %s", got)
	}
}

func TestEnrollmentProofIsForOneSiteCustomerAndProduct(t *testing.T) {
	code, other := newCode(t, "one"), newCode(t, "two")
	site, elsewhere := newRoot(t, "site").Fingerprint(), newRoot(t, "elsewhere").Fingerprint()
	public, proof := code.PublicKey("00123"), code.Prove(site, "00123", "sispetro")
	if err := keys.CheckEnrollment(public, proof, site, "00123", "sispetro"); err != nil || len(proof) != 64 {
		t.Fatalf("%d bytes, %v", len(proof), err)
	}
	for name, test := range map[string]struct {
		public, proof     []byte
		site              openpgp.Fingerprint
		customer, product string
	}{
		"another site key":         {public, proof, elsewhere, "00123", "sispetro"},
		"no site key":              {public, proof, openpgp.Fingerprint{}, "00123", "sispetro"},
		"another customer":         {public, proof, site, "00124", "sispetro"},
		"customer without zeros":   {public, proof, site, "123", "sispetro"},
		"another customer's half":  {code.PublicKey("00124"), proof, site, "00124", "sispetro"},
		"another product":          {public, proof, site, "00123", "crm"},
		"blanks moved":             {public, proof, site, "00123\nsispetro", ""},
		"another code":             {other.PublicKey("00123"), proof, site, "00123", "sispetro"},
		"proof by another code":    {public, other.Prove(site, "00123", "sispetro"), site, "00123", "sispetro"},
		"no proof":                 {public, nil, site, "00123", "sispetro"},
		"proof cut":                {public, proof[:63], site, "00123", "sispetro"},
		"proof with a byte behind": {public, append(bytes.Clone(proof), 0), site, "00123", "sispetro"},
		"no half":                  {nil, proof, site, "00123", "sispetro"},
		"half cut":                 {public[:31], proof, site, "00123", "sispetro"},
		"half with a byte behind":  {append(bytes.Clone(public), 0), proof, site, "00123", "sispetro"},
		"half of zeros":            {make([]byte, 32), proof, site, "00123", "sispetro"},
	} {
		if err := keys.CheckEnrollment(test.public, test.proof, test.site, test.customer, test.product); !errors.Is(err, keys.BadEnrollment) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range 8 * len(proof) {
		changed := bytes.Clone(proof)
		changed[i/8] ^= 1 << (i % 8)
		if err := keys.CheckEnrollment(public, changed, site, "00123", "sispetro"); !errors.Is(err, keys.BadEnrollment) {
			t.Errorf("bit %d changed: %v", i, err)
		}
	}
}

// FuzzCode types anything: what is read is written in its one spelling, and
// that is read as the same code.
func FuzzCode(f *testing.F) {
	f.Add("000G-40R4-0M30-E209-TT")
	f.Add("zzzz zzzz zzzz zzzz dj")
	f.Add("OIL")
	f.Fuzz(func(t *testing.T, text string) {
		code, err := keys.ParseCode(text)
		if err != nil {
			if fault.Of(err) == nil || code != (keys.Code{}) {
				t.Errorf("an error without a code, or a code with an error: %v", err)
			}
			return
		}
		if again, err := keys.ParseCode(code.String()); err != nil || again != code {
			t.Errorf("%q is read as %s and that as %s, %v", text, code, again, err)
		}
	})
}
