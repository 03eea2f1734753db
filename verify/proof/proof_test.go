package proof_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify/proof"
)

const origin = "futura/licenses"

// logKey is a log's key, ready to sign.
type logKey struct {
	note.Signer
	verifier string
}

// newKey makes a key for any name, even one that no log of ours may have.
func newKey(t testing.TB, name, from string) logKey {
	t.Helper()
	secret, verifier, err := note.GenerateKey(keystest.Seed(from), name)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return logKey{signer, verifier}
}

// sign signs a text whatever it says; it must end with a line end.
func sign(t testing.TB, text string, keys ...note.Signer) []byte {
	t.Helper()
	signed, err := note.Sign(&note.Note{Text: text}, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func sampleLeaf() proof.Leaf {
	return proof.Leaf{
		Kind: "futura-license", Name: "L-2026-000001", Document: signedtext.DigestOf([]byte("document")), Signature: signedtext.DigestOf([]byte("signature")),
		Signer: openpgp.Fingerprint(bytes.Repeat([]byte{0xAB}, 20)), Time: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC),
	}
}

func sampleCheckpoint() proof.Checkpoint {
	return proof.Checkpoint{Origin: origin, Size: 42, Root: signedtext.DigestOf([]byte("root"))}
}

// sampleProof proves the sample leaf as entry 2 of a log of 5.
func sampleProof(t testing.TB, key note.Signer) *proof.Proof {
	t.Helper()
	log := &tree{}
	for i := range 5 {
		leaf := []byte(fmt.Sprint("entry ", i))
		if i == 2 {
			leaf = sampleLeaf().Marshal()
		}
		log.add(t, leaf)
	}
	return &proof.Proof{Index: 2, Path: log.path(t, 2, 5), Checkpoint: sign(t, log.checkpoint(t, 5).Marshal(), key)}
}

// The digests are those that sha256sum and basenc print.
func TestLeafIsWrittenInSevenLines(t *testing.T) {
	const want = `futura-log v1
kind futura-license
name L-2026-000001
document Q8wj-lK4e0zB0CtbEUFUFR1q3dsXyf3cBrAn-pniQAg
signature Gi_CbcfqWipHSLfLKx7xk9lqssmfkwkvaeYwdbKNEng
signer ABABABABABABABABABABABABABABABABABABABAB
time 2026-11-21T10:00:00Z
`
	leaf := sampleLeaf()
	if got := string(leaf.Marshal()); got != want {
		t.Errorf("written:\n%s", got)
	}
	if read, err := proof.ParseLeaf([]byte(want)); err != nil || read != leaf {
		t.Errorf("read %+v, %v", read, err)
	}
}

// A verifier builds the leaf from the document that it holds.
func TestNewLeafTakesEverythingFromTheDocument(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.FixedZone("", 2*60*60))
	key, err := openpgp.Generate("Futura", at, keystest.Seed("signer"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := signedtext.Seal([]byte("kind = \"futura-license\"\nformat = 1"), key, at)
	if err != nil {
		t.Fatal(err)
	}
	want := proof.Leaf{
		Kind: "futura-license", Name: "L-2026-000001", Document: document.Digest(), Signature: sha256.Sum256(document.Signature()),
		Signer: key.Fingerprint(), Time: at.UTC(),
	}
	leaf := proof.NewLeaf("futura-license", "L-2026-000001", at, document.WithProof([]byte("which does not count")))
	if leaf != want || !strings.HasSuffix(string(leaf.Marshal()), "\ntime 2026-11-21T10:00:00Z\n") {
		t.Errorf("%+v, want %+v", leaf, want)
	}
}

func TestParseLeafAcceptsOneSpelling(t *testing.T) {
	good := string(sampleLeaf().Marshal())
	for name, change := range map[string][2]string{
		"another version":          {"v1", "v2"},
		"kind of others":           {"futura-license", "license"},
		"kind in capitals":         {"futura-license", "futura-License"},
		"kind too long":            {"futura-license", "futura-" + strings.Repeat("a", 21)},
		"kind without a name":      {"futura-license", "futura-"},
		"no name":                  {"L-2026-000001", ""},
		"name too long":            {"L-2026-000001", strings.Repeat("a", 41)},
		"name with a blank":        {"L-2026-000001", "L 2026"},
		"name with an accent":      {"L-2026-000001", "L\u00e9"},
		"digest too short":         {"document Q", "document "},
		"digest too long":          {"document Q", "document QQ"},
		"digest in base64":         {"Q8wj-l", "Q8wj+l"},
		"loose digest":             {"pniQAg\n", "pniQAh\n"},
		"loose signature":          {"KNEng\n", "KNEnh\n"},
		"signer in small letters":  {"ABABABAB", "abABABAB"},
		"signer too short":         {"ABABABAB", "ABABABA"},
		"signer with blanks":       {"ABABABAB", "AB BABAB"},
		"month 13":                 {"2026-11", "2026-13"},
		"day 0":                    {"11-21", "11-00"},
		"February 30":              {"11-21", "02-30"},
		"hour 24":                  {"T10", "T24"},
		"hour of one digit":        {"T10", "T1"},
		"a leap second":            {"00Z", "60Z"},
		"time with another zone":   {"T10:00:00Z", "T10:00+00Z"},
		"time with parts":          {"00:00Z", "00:0.0Z"},
		"time with a blank":        {"21T10", "21 10"},
		"line ends of Windows":     {"\n", "\r\n"},
		"no line end at the end":   {"00Z\n", "00Z"},
		"another line":             {"00Z\n", "00Z\nextra 1\n"},
		"an empty line":            {"v1\n", "v1\n\n"},
		"a line twice":             {"name L-2026-000001\n", "name L-2026-000001\nname L-2026-000001\n"},
		"a line missing":           {"name L-2026-000001\n", ""},
		"two blanks":               {"kind ", "kind  "},
		"a blank at a line's end":  {"license\n", "license \n"},
		"something before":         {"futura-log", "\nfutura-log"},
		"a byte that is not UTF-8": {"L-2026", "L\xff2026"},
	} {
		if !strings.Contains(good, change[0]) {
			t.Fatalf("%s: nothing to change", name)
		}
		bad := strings.Replace(good, change[0], change[1], 1)
		if leaf, err := proof.ParseLeaf([]byte(bad)); leaf != (proof.Leaf{}) || !errors.Is(err, proof.Malformed) {
			t.Errorf("%s: %+v, %v", name, leaf, err)
		}
	}
}

func TestCheckpointIsWrittenInThreeLines(t *testing.T) {
	checkpoint := sampleCheckpoint()
	want := "futura/licenses\n42\n" + base64.StdEncoding.EncodeToString(checkpoint.Root[:]) + "\n"
	if got := checkpoint.Marshal(); got != want {
		t.Errorf("written:\n%s", got)
	}
	if read, err := proof.ParseCheckpoint(want); err != nil || read != checkpoint {
		t.Errorf("read %+v, %v", read, err)
	}
}

// otherCheckpoints are texts that differ from the sample in one thing.
func otherCheckpoints() map[string]string {
	good := sampleCheckpoint().Marshal()
	root := strings.Split(good, "\n")[2]
	raw := sampleCheckpoint().Root
	texts := map[string]string{}
	for name, size := range map[string]string{
		"size 0": "0", "size below 0": "-1", "leading zero": "042", "leading zeros": "0042", "plus sign": "+42", "minus zero": "-0",
		"blank before": " 42", "blank behind": "42 ", "hexadecimal": "0x2a", "underscore": "4_2", "no size": "", "fraction": "42.0",
		"digits of another script": "\u0664\u0662", "beyond 63 bits": "9223372036854775808",
	} {
		texts[name] = strings.Replace(good, "\n42\n", "\n"+size+"\n", 1)
	}
	for name, other := range map[string]string{
		"loose root": loosen(root), "root without padding": strings.TrimRight(root, "="), "root in hexadecimal": hex.EncodeToString(raw[:]),
		"root in base64url": base64.URLEncoding.EncodeToString(raw[:]), "short root": base64.StdEncoding.EncodeToString(raw[:31]),
		"long root": base64.StdEncoding.EncodeToString(append(raw[:], 0)), "no root": "", "blank behind the root": root + " ",
	} {
		texts[name] = strings.Replace(good, root, other, 1)
	}
	texts["no origin"] = strings.TrimPrefix(good, origin)
	texts["extension line"] = good + "extension\n"
	texts["empty extension line"] = good + "\n"
	texts["two lines"] = origin + "\n42\n"
	return texts
}

// loosen sets the bits of base64 that a loose reader ignores. The text must
// have one sign of padding.
func loosen(encoded string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := len(encoded) - 2
	return encoded[:last] + string(digits[strings.IndexByte(digits, encoded[last])+1]) + "="
}

func TestParseCheckpointAcceptsOneSpelling(t *testing.T) {
	good := sampleCheckpoint().Marshal()
	texts := otherCheckpoints()
	texts["line ends of Windows"] = strings.ReplaceAll(good, "\n", "\r\n")
	texts["no line end at the end"] = strings.TrimSuffix(good, "\n")
	texts["empty"] = ""
	for name, text := range texts {
		if text == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		if checkpoint, err := proof.ParseCheckpoint(text); checkpoint != (proof.Checkpoint{}) || !errors.Is(err, proof.BadCheckpoint) {
			t.Errorf("%s: %+v, %v", name, checkpoint, err)
		}
	}
}

func TestSignAndOpenCheckpointAreInverse(t *testing.T) {
	own, other := newKey(t, origin, "log"), newKey(t, "futura/other", "other")
	signed, err := sampleCheckpoint().Sign(own)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		signed []byte
		keys   []string
	}{
		"its own key":       {signed, []string{own.verifier}},
		"the second key":    {signed, []string{other.verifier, own.verifier}},
		"a key's successor": {signed, []string{newKey(t, origin, "successor").verifier, own.verifier}},
	} {
		if checkpoint, err := proof.OpenCheckpoint(test.signed, test.keys); err != nil || checkpoint != sampleCheckpoint() {
			t.Errorf("%s: %+v, %v", name, checkpoint, err)
		}
	}
	if signed, err := sampleCheckpoint().Sign(other); signed != nil || !errors.Is(err, proof.BadCheckpoint) {
		t.Errorf("signed by another log: %q, %v", signed, err)
	}
}

// Where package note would accept, the rule that refuses is ours alone.
func TestOpenCheckpointRefuses(t *testing.T) {
	own, other, stranger := newKey(t, origin, "log"), newKey(t, "futura/other", "other"), newKey(t, "stranger", "stranger")
	sameName := newKey(t, origin, "same name")
	huge := newKey(t, strings.Repeat("a", proof.MaxCheckpoint/2), "huge")
	text := sampleCheckpoint().Marshal()
	signed := string(sign(t, text, own))
	last := strings.Split(signed, "\n")[4] // — origin signature
	encoded := strings.Fields(last)[2]
	type refusal struct {
		signed   string
		keys     []string
		noteOpen bool
	}
	known := []string{own.verifier, other.verifier}
	refusals := map[string]refusal{
		"no key":                        {signed, nil, false},
		"wrong key":                     {signed, []string{other.verifier}, false},
		"wrong key of the same name":    {signed, []string{sameName.verifier}, false},
		"signed by another known log":   {string(sign(t, text, other)), known, true},
		"another origin":                {string(sign(t, strings.Replace(text, origin, "futura/other", 1), own)), known, true},
		"an unknown signature behind":   {string(sign(t, text, own, stranger)), known, true},
		"an unknown signature before":   {string(sign(t, text, stranger, own)), known, true},
		"two known signatures":          {string(sign(t, text, own, other)), known, true},
		"unknown, of the same name":     {string(sign(t, text, own, sameName)), known, true},
		"signature twice":               {signed + last + "\n", known, true},
		"known witness twice":           {string(sign(t, text, other, own)) + lineOf(sign(t, text, other)), known, true},
		"loose base64":                  {strings.Replace(signed, encoded, loosen(encoded), 1), known, true},
		"too large":                     {string(sign(t, strings.Replace(text, origin, huge.Name(), 1), huge)), []string{huge.verifier}, true},
		"line ends of Windows":          {strings.ReplaceAll(signed, "\n", "\r\n"), known, false},
		"signature of another text":     {strings.Replace(signed, "\n42\n", "\n43\n", 1), known, false},
		"no signature":                  {text, known, false},
		"no signature after the blank":  {text + "\n", known, false},
		"no line end at the end":        {strings.TrimSuffix(signed, "\n"), known, false},
		"something behind":              {signed + "x\n", known, false},
		"a hyphen for the dash":         {strings.Replace(signed, "\u2014", "-", 1), known, false},
		"two blanks":                    {strings.Replace(signed, "\u2014 ", "\u2014  ", 1), known, false},
		"empty":                         {"", known, false},
		"a log key that cannot be read": {signed, []string{own.verifier, "futura/licenses+00000000+AAAA"}, true},
	}
	for name, text := range otherCheckpoints() {
		refusals["text: "+name] = refusal{string(sign(t, text, own)), known, true}
	}
	for name, test := range refusals {
		if checkpoint, err := proof.OpenCheckpoint([]byte(test.signed), test.keys); checkpoint != (proof.Checkpoint{}) || !errors.Is(err, proof.BadCheckpoint) {
			t.Errorf("%s: %+v, %v", name, checkpoint, err)
		}
		if accepted := noteOpen(test.signed, test.keys); accepted != test.noteOpen {
			t.Errorf("%s: package note accepts it: %v", name, accepted)
		}
	}
	small := newKey(t, strings.Repeat("a", proof.MaxCheckpoint/2-200), "small")
	if _, err := proof.OpenCheckpoint(sign(t, strings.Replace(text, origin, small.Name(), 1), small), []string{small.verifier}); err != nil {
		t.Errorf("just below the limit: %v", err)
	}
}

func lineOf(signed []byte) string {
	_, line, _ := strings.Cut(string(signed), "\n\n")
	return line
}

// noteOpen reports whether package note accepts with those of the keys that
// it can read.
func noteOpen(signed string, keys []string) bool {
	var verifiers []note.Verifier
	for _, key := range keys {
		if verifier, err := note.NewVerifier(key); err == nil {
			verifiers = append(verifiers, verifier)
		}
	}
	_, err := note.Open([]byte(signed), note.VerifierList(verifiers...))
	return err == nil
}

func TestOpenCheckpointRefusesEveryChangedByte(t *testing.T) {
	key := newKey(t, origin, "log")
	signed := sign(t, sampleCheckpoint().Marshal(), key)
	for i := range signed {
		for bit := range 8 {
			changed := bytes.Clone(signed)
			changed[i] ^= 1 << bit
			if checkpoint, err := proof.OpenCheckpoint(changed, []string{key.verifier}); checkpoint != (proof.Checkpoint{}) || !errors.Is(err, proof.BadCheckpoint) {
				t.Errorf("bit %d of byte %d: %+v, %v", bit, i, checkpoint, err)
			}
		}
	}
}

func TestMarshalAndParseAreInverse(t *testing.T) {
	key := newKey(t, origin, "log")
	want := sampleProof(t, key)
	text := want.Marshal()
	if !bytes.HasPrefix(text, []byte("c2sp.org/tlog-proof@v1\nindex 2\n")) || !bytes.HasSuffix(text, append([]byte("\n\n"), want.Checkpoint...)) {
		t.Errorf("written:\n%s", text)
	}
	read, err := proof.Parse(text)
	if err != nil || !bytes.Equal(read.Marshal(), text) || read.Index != 2 || len(read.Path) != len(want.Path) {
		t.Fatalf("%+v, %v", read, err)
	}
	if checkpoint, err := read.Verify(sampleLeaf(), []string{key.verifier}); err != nil || checkpoint.Size != 5 {
		t.Errorf("%+v, %v", checkpoint, err)
	}
	alone := &proof.Proof{Checkpoint: want.Checkpoint} // of a log with one entry
	if read, err := proof.Parse(alone.Marshal()); err != nil || read.Index != 0 || len(read.Path) != 0 {
		t.Errorf("without a path: %+v, %v", read, err)
	}
	long := &proof.Proof{Index: 1<<63 - 1, Path: make(tlog.RecordProof, 63), Checkpoint: want.Checkpoint}
	if read, err := proof.Parse(long.Marshal()); err != nil || read.Index != 1<<63-1 || len(read.Path) != 63 {
		t.Errorf("the longest path: %+v, %v", read, err)
	}
}

func TestParseAcceptsOneSpelling(t *testing.T) {
	good := string(sampleProof(t, newKey(t, origin, "log")).Marshal())
	hash := strings.Split(good, "\n")[2]
	zero := strings.Repeat("A", 43) + "=\n"
	for name, change := range map[string][2]string{
		"another version":        {"@v1", "@v2"},
		"extra line":             {"index", "extra AAAA\nindex"},
		"index below 0":          {"index 2", "index -2"},
		"leading zero":           {"index 2", "index 02"},
		"plus sign":              {"index 2", "index +2"},
		"minus zero":             {"index 2", "index -0"},
		"two blanks":             {"index 2", "index  2"},
		"blank behind":           {"index 2", "index 2 "},
		"hexadecimal":            {"index 2", "index 0x2"},
		"beyond 63 bits":         {"index 2", "index 9223372036854775808"},
		"no index":               {"index 2", "index "},
		"loose hash":             {hash, loosen(hash)},
		"hash without padding":   {hash, strings.TrimRight(hash, "=")},
		"short hash":             {hash, base64.StdEncoding.EncodeToString(make([]byte, 31))},
		"long hash":              {hash, base64.StdEncoding.EncodeToString(make([]byte, 33))},
		"hash with a blank":      {hash, hash + " "},
		"two hashes in one line": {hash + "\n", hash},
		"64 hashes":              {hash + "\n", strings.Repeat(zero, 62) + hash + "\n"},
		"line ends of Windows":   {"\n", "\r\n"},
		"no empty line":          {"\n\n", "\n"},
		"something before":       {"c2sp", " c2sp"},
		"byte order mark":        {"c2sp", "\ufeffc2sp"},
		"too large":              {"\u2014", strings.Repeat("x", signedtext.MaxProof)},
	} {
		if !strings.Contains(good, change[0]) {
			t.Fatalf("%s: nothing to change", name)
		}
		times := 1
		if name == "no empty line" || name == "line ends of Windows" {
			times = -1
		}
		bad := strings.Replace(good, change[0], change[1], times)
		if parsed, err := proof.Parse([]byte(bad)); parsed != nil || !errors.Is(err, proof.Malformed) {
			t.Errorf("%s: %+v, %v", name, parsed, err)
		}
	}
	if parsed, err := proof.Parse(nil); parsed != nil || !errors.Is(err, proof.Malformed) {
		t.Errorf("empty: %+v, %v", parsed, err)
	}
}

// Each leaf differs from the logged one in one field.
func TestVerifyRefusesAnotherDocument(t *testing.T) {
	key := newKey(t, origin, "log")
	proved := sampleProof(t, key)
	for name, change := range map[string]func(*proof.Leaf){
		"kind":      func(leaf *proof.Leaf) { leaf.Kind = "futura-profile" },
		"name":      func(leaf *proof.Leaf) { leaf.Name = "L-2026-000002" },
		"text":      func(leaf *proof.Leaf) { leaf.Document[31] ^= 1 },
		"signature": func(leaf *proof.Leaf) { leaf.Signature[0] ^= 1 },
		"signer":    func(leaf *proof.Leaf) { leaf.Signer[0] ^= 1 },
		"time":      func(leaf *proof.Leaf) { leaf.Time = leaf.Time.Add(time.Second) },
	} {
		leaf := sampleLeaf()
		change(&leaf)
		if checkpoint, err := proved.Verify(leaf, []string{key.verifier}); checkpoint != (proof.Checkpoint{}) || !errors.Is(err, proof.NotIncluded) {
			t.Errorf("another %s: %+v, %v", name, checkpoint, err)
		}
	}
	if _, err := proved.Verify(sampleLeaf(), []string{newKey(t, origin, "other").verifier}); !errors.Is(err, proof.BadCheckpoint) {
		t.Errorf("another log key: %v", err)
	}
}

func FuzzLeaf(f *testing.F) {
	f.Add(sampleLeaf().Marshal())
	f.Add([]byte("futura-log v1\nkind futura-trust\nname futura/licenses\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		leaf, err := proof.ParseLeaf(data)
		if err != nil {
			if fault.Of(err) == nil {
				t.Errorf("an error without a code: %v", err)
			}
			return
		}
		if again := leaf.Marshal(); !bytes.Equal(again, data) {
			t.Errorf("written again:\n%s", again)
		}
	})
}

// FuzzCheckpoint reads the data as a signed checkpoint and as a text that
// the log signed. Ed25519 gives one signature for one text: what is accepted
// is what signing it again gives.
func FuzzCheckpoint(f *testing.F) {
	key := newKey(f, origin, "log")
	f.Add([]byte(sampleCheckpoint().Marshal()))
	f.Add(sign(f, sampleCheckpoint().Marshal(), key))
	f.Add([]byte("futura/licenses\n042\nAAAA\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if checkpoint, err := proof.ParseCheckpoint(string(data)); err == nil && checkpoint.Marshal() != string(data) {
			t.Errorf("written again:\n%s", checkpoint.Marshal())
		} else if err != nil && fault.Of(err) == nil {
			t.Errorf("an error without a code: %v", err)
		}
		openAgain(t, data, key)
		if signed, err := note.Sign(&note.Note{Text: string(data)}, key); err == nil {
			openAgain(t, signed, key)
		}
	})
}

func openAgain(t *testing.T, signed []byte, key logKey) {
	t.Helper()
	checkpoint, err := proof.OpenCheckpoint(signed, []string{key.verifier})
	if err != nil {
		if fault.Of(err) == nil {
			t.Errorf("an error without a code: %v", err)
		}
		return
	}
	if again, err := checkpoint.Sign(key); err != nil || !bytes.Equal(again, signed) {
		t.Errorf("signed again (%v):\n%s", err, again)
	}
}

func FuzzProof(f *testing.F) {
	key := newKey(f, origin, "log")
	good := sampleProof(f, key).Marshal()
	f.Add(good)
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\n"))
	f.Add(bytes.Replace(good, []byte("index 2"), []byte("index 3"), 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsed, err := proof.Parse(data)
		if err != nil {
			if parsed != nil || fault.Of(err) == nil {
				t.Errorf("an error without a code, or a proof with an error: %v", err)
			}
			return
		}
		if again := parsed.Marshal(); !bytes.Equal(again, data) {
			t.Errorf("written again:\n%s", again)
		}
		switch _, err := parsed.Verify(sampleLeaf(), []string{key.verifier}); {
		case err == nil && !bytes.Equal(data, good):
			t.Errorf("a second proof of the same leaf:\n%s", data)
		case err != nil && fault.Of(err) == nil:
			t.Errorf("an error without a code: %v", err)
		}
	})
}
