package signedtext_test

import (
	"bytes"
	"compress/flate"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/keys/signedtext"
)

var born = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

type example struct {
	Kind   string            `toml:"kind"`
	Format int               `toml:"format"`
	When   time.Time         `toml:"when"`
	Name   string            `toml:"name,omitempty"`
	Sum    signedtext.Digest `toml:"sum,omitempty"`
	Words  signedtext.Long   `toml:"words,omitempty"`
	Items  signedtext.Bytes  `toml:"items,omitempty"`
	Part   *part             `toml:"part,omitempty"`
	Rows   []part            `toml:"row,omitempty"`
}

type part struct {
	Name  string `toml:"name"`
	Count int    `toml:"count,omitempty"`
	Good  bool   `toml:"good,omitempty"`
	Inner *inner `toml:"inner,omitempty"`
}

type inner struct {
	Level int64 `toml:"level"`
}

func full() example {
	return example{
		Kind: "futura-example", Format: 1, When: born, Name: `São "João" \ Però €`,
		Sum:   signedtext.DigestOf([]byte("x")),
		Words: signedtext.Long(strings.Repeat(`O arquivo "está" inválido. `, 9)),
		Items: bytes.Repeat([]byte{0, 1, 254, 255}, 50),
		Part:  &part{Name: "one", Good: true, Inner: &inner{Level: -7}},
		Rows:  []part{{Name: "a", Count: 1}, {Name: "b", Inner: &inner{Level: 9}}},
	}
}

func marshal(t testing.TB, document any) []byte {
	t.Helper()
	text, err := signedtext.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func secret(t testing.TB) *openpgp.Secret {
	t.Helper()
	secret, err := openpgp.Generate("Futura", born, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func seal(t testing.TB, signer signedtext.Signer, text []byte) *signedtext.Document {
	t.Helper()
	document, err := signedtext.Seal(text, signer, born.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func TestMarshalAndUnmarshalAreInverse(t *testing.T) {
	text := marshal(t, full())
	var read example
	if err := signedtext.Unmarshal(text, "futura-example", 1, &read); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if again := marshal(t, read); !bytes.Equal(again, text) {
		t.Errorf("read and written again:\n%s\nwant:\n%s", again, text)
	}
	if string(read.Words) != string(full().Words) || !bytes.Equal(read.Items, full().Items) || read.Name != full().Name {
		t.Error("values changed")
	}
}

// Each text differs from what Marshal writes in one thing.
func TestUnmarshalRefusesOtherSpellings(t *testing.T) {
	good := string(marshal(t, full()))
	for name, change := range map[string][2]string{
		"key in other case":     {"name = \"São", "Name = \"São"},
		"key twice":             {"name = \"São", "name = \"x\"\nname = \"São"},
		"both cases":            {"name = \"São", "NAME = \"x\"\nname = \"São"},
		"unknown key":           {"name = \"São", "other = 1\nname = \"São"},
		"unknown table":         {"\n[part]", "\n[other]\nx = 1\n\n[part]"},
		"order":                 {"kind = \"futura-example\"\nformat = 1", "format = 1\nkind = \"futura-example\""},
		"comment":               {"format = 1", "format = 1 # one"},
		"time without zone":     {"03:04:05Z", "03:04:05"},
		"time with zone":        {"03:04:05Z", "03:04:05+00:00"},
		"time as string":        {"2026-01-02T03:04:05Z", "\"2026-01-02T03:04:05Z\""},
		"date only":             {"2026-01-02T03:04:05Z", "2026-01-02"},
		"year out of range":     {"2026-01-02", "1999-01-02"},
		"hexadecimal":           {"level = -7", "level = 0x7"},
		"underscore":            {"level = 9", "level = 1_0"},
		"plus sign":             {"level = 9", "level = +9"},
		"leading zero":          {"level = 9", "level = 09"},
		"float":                 {"level = 9", "level = 9.0"},
		"blanks":                {"level = 9", "level =  9"},
		"blank at end":          {"level = 9", "level = 9 "},
		"missing blank line":    {"\n\n[part]", "\n[part]"},
		"second blank line":     {"\n\n[part]", "\n\n\n[part]"},
		"literal string":        {"name = \"a\"", "name = 'a'"},
		"multi-line string":     {"name = \"a\"", "name = \"\"\"a\"\"\""},
		"unicode escape":        {"name = \"a\"", "name = \"\\u0061\""},
		"piece missing":         {"words.2 =", "words.99 ="},
		"piece moved":           {"words.1 = \"O ", "words.1 = \"O"},
		"inline table":          {"level = 9", "level = {a = 1}"},
		"false written out":     {"name = \"b\"", "name = \"b\"\ngood = false"},
		"loose base64":          {"items.1 = \"AAH", "items.1 = \"AA="},
		"tab":                   {"level = 9", "level\t= 9"},
		"typographic quotes":    {"name = \"a\"", "name = \u201ca\u201d"},
		"en dash":               {"level = -7", "level = \u20137"},
		"no-break space":        {"name = \"a\"", "name =\u00a0\"a\""},
		"zero width":            {"name = \"a\"", "name = \"a\u200b\""},
		"bidirectional":         {"name = \"a\"", "name = \"a\u202e\""},
		"not NFC":               {"São", "Sa\u0303o"},
		"control":               {"name = \"a\"", "name = \"a\x1b\""},
		"carriage return":       {"level = 9", "level = 9\r"},
		"web address":           {"name = \"a\"", "name = \"http://x\""},
		"mail address":          {"name = \"a\"", "name = \"a@b\""},
		"dash at a line's head": {"\n[part]", "- x = 1\n\n[part]"},
		"not UTF-8":             {"name = \"a\"", "name = \"\xff\""},
		"line too long":         {"name = \"a\"", "name = \"" + strings.Repeat("a", 60) + "\""},
		"text too long":         {"name = \"b\"", strings.Repeat("x = 1\n", 12000)},
		"deep key":              {"level = 9", "level" + strings.Repeat(".a", 20) + " = 9"},
		"other kind":            {"futura-example", "futura-license"},
		"other format":          {"format = 1", "format = 2"},
		"no kind":               {"kind = \"futura-example\"\n", ""},
		"final line end":        {"level = 9", "level = 9\n"},
	} {
		if !strings.Contains(good, change[0]) {
			t.Fatalf("%s: nothing to change", name)
		}
		bad := strings.Replace(good, change[0], change[1], 1)
		err := signedtext.Unmarshal([]byte(bad), "futura-example", 1, new(example))
		if fault.Of(err) == nil {
			t.Errorf("%s: accepted, or no code: %v", name, err)
		}
	}
}

func TestMarshalRefusesWhatMayNotTravel(t *testing.T) {
	for _, name := range []string{"www.futura.example", "a\nb", "a\u2013b", "tab\t", "e\u0301"} {
		document := full()
		document.Name = name
		if _, err := signedtext.Marshal(document); fault.Of(err) == nil {
			t.Errorf("%q was written: %v", name, err)
		}
	}
	document := full()
	document.When = time.Time{}
	if _, err := signedtext.Marshal(document); !errors.Is(err, signedtext.BadField) {
		t.Errorf("zero time: %v", err)
	}
}

func TestOpenReturnsTheTextThatWasSealed(t *testing.T) {
	signer := secret(t)
	document := seal(t, signer, marshal(t, full())).WithProof([]byte("a proof"))
	for _, file := range [][]byte{document.Render(), bytes.ReplaceAll(document.Render(), []byte("\n"), []byte("\r\n"))} {
		opened, err := signedtext.Open(file, signer.Certificate())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(opened.Text(), document.Text()) || string(opened.Proof()) != "a proof" || opened.Signer() != signer.Fingerprint() {
			t.Error("something changed")
		}
		if !bytes.Equal(opened.Render(), document.Render()) {
			t.Error("rendered again it differs")
		}
	}
}

// Every byte of a file matters: changed, doubled, taken out or followed by
// something, the file is refused.
func TestOpenRefusesEveryChangedByte(t *testing.T) {
	signer := secret(t)
	file := seal(t, signer, marshal(t, full())).WithProof([]byte("a proof of some length, it is not judged here")).Render()
	proofAt := bytes.Index(file, []byte("-----BEGIN FUTURA PROOF-----\n")) + len("-----BEGIN FUTURA PROOF-----\n")
	proofEnd := bytes.Index(file, []byte("\n-----END FUTURA PROOF-----"))
	for i := range file {
		inProof := i >= proofAt && i < proofEnd // other base64 there is another proof
		for _, mask := range []byte{1, 0x20, 0x80} {
			changed := bytes.Clone(file)
			changed[i] ^= mask
			if _, err := signedtext.Open(changed, signer.Certificate()); fault.Of(err) == nil && !inProof {
				t.Errorf("byte %d xor %#x: %v", i, mask, err)
			}
		}
		without := append(bytes.Clone(file[:i]), file[i+1:]...)
		if _, err := signedtext.Open(without, signer.Certificate()); err == nil {
			t.Errorf("accepted without byte %d", i)
		}
		if _, err := signedtext.Open(file[:i], signer.Certificate()); err == nil && i != proofAt-len("-----BEGIN FUTURA PROOF-----\n") {
			t.Errorf("accepted when cut at %d", i)
		}
	}
}

func TestOpenNamesWhatIsWrong(t *testing.T) {
	signer := secret(t)
	document := seal(t, signer, marshal(t, full()))
	file := string(document.Render())
	replace := func(old, new string) string { return strings.Replace(file, old, new, 1) }
	for name, test := range map[string]struct {
		file string
		want fault.Code
	}{
		"empty":               {"", signedtext.Empty},
		"blank":               {"\r\n \n", signedtext.Empty},
		"too large":           {strings.Repeat("x", signedtext.MaxFile+1), signedtext.TooLarge},
		"zip":                 {"PK\x03\x04", signedtext.NotSigned},
		"text before":         {"Bom dia!\n\n" + file, signedtext.Surrounded},
		"blank line before":   {"\n" + file, signedtext.Surrounded},
		"text after":          {file + "Atenciosamente\n", signedtext.Surrounded},
		"blank line after":    {file + "\n", signedtext.Surrounded},
		"twice":               {file + file, signedtext.Surrounded},
		"mixed line ends":     {replace("\n", "\r\n"), signedtext.LineEnds},
		"lone CR":             {replace("\n", "\r"), signedtext.LineEnds},
		"other header":        {replace("Hash: SHA512", "Comment: x\nHash: SHA512"), signedtext.FrameDamaged},
		"other hash":          {replace("Hash: SHA512", "Hash: SHA256"), signedtext.FrameDamaged},
		"two hashes":          {replace("Hash: SHA512", "Hash: SHA512\nHash: SHA512"), signedtext.FrameDamaged},
		"no hash":             {replace("Hash: SHA512\n", ""), signedtext.FrameDamaged},
		"dash escape":         {replace("kind =", "- kind ="), signedtext.NotCanonical},
		"dash lost":           {replace("-----END", "----END"), signedtext.FrameDamaged},
		"no CRC":              {dropLine(file, "="), signedtext.FrameDamaged},
		"wrong CRC":           {swapCRC(file), signedtext.FrameDamaged},
		"armor header":        {replace("SIGNATURE-----\n\n", "SIGNATURE-----\nVersion: 1\n\n"), signedtext.FrameDamaged},
		"signature cut":       {file[:strings.Index(file, "-----END PGP SIGNATURE")], signedtext.FrameDamaged},
		"no signature":        {file[:strings.Index(file, "-----BEGIN PGP SIGNATURE")], signedtext.FrameDamaged},
		"trailing blanks":     {replace("format = 1", "format = 1  "), signedtext.NotCanonical},
		"value changed":       {replace("level = 9", "level = 8"), openpgp.Mismatch},
		"empty proof block":   {file + "-----BEGIN FUTURA PROOF-----\n-----END FUTURA PROOF-----\n", signedtext.FrameDamaged},
		"two proofs":          {string(document.WithProof([]byte("p")).Render()) + "-----BEGIN FUTURA PROOF-----\nAAAA\n-----END FUTURA PROOF-----\n", signedtext.Surrounded},
		"proof without end":   {file + "-----BEGIN FUTURA PROOF-----\nAAAA\n", signedtext.FrameDamaged},
		"large proof":         {string(document.WithProof(make([]byte, 3*signedtext.MaxProof)).Render()), signedtext.TooLarge},
		"key block instead":   {string(signer.Certificate().Armor()), signedtext.NotSigned},
		"inline message type": {replace("-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP MESSAGE-----"), signedtext.NotSigned},
	} {
		if _, err := signedtext.Open([]byte(test.file), signer.Certificate()); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

func dropLine(file, prefix string) string {
	lines := strings.SplitAfter(file, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, prefix) {
			return strings.Join(append(lines[:i], lines[i+1:]...), "")
		}
	}
	return file
}

func swapCRC(file string) string {
	i := strings.LastIndex(file, "\n=")
	return file[:i+2] + base64.StdEncoding.EncodeToString([]byte{1, 2, 3}) + file[i+6:]
}

func TestUnverifiedTextIsInTheErrorOnly(t *testing.T) {
	text := marshal(t, full())
	file := seal(t, secret(t), text).Render()
	for name, certificate := range map[string]*openpgp.Certificate{"none": nil, "another": secret(t).Certificate()} {
		document, err := signedtext.Open(file, certificate)
		var unverified *signedtext.UnverifiedError
		if document != nil || !errors.As(err, &unverified) || !bytes.Equal(unverified.Text, text) || !errors.Is(err, openpgp.UnknownKey) {
			t.Errorf("%s certificate: %v, %v", name, document, err)
		}
	}
}

func TestCompactFormGivesTheFileBack(t *testing.T) {
	document := seal(t, secret(t), marshal(t, full()))
	for _, document := range []*signedtext.Document{document, document.WithProof([]byte("proof"))} {
		compact, err := signedtext.Pack(document.Render())
		if err != nil {
			t.Fatal(err)
		}
		file, err := signedtext.Unpack(compact)
		if err != nil || !bytes.Equal(file, document.Render()) {
			t.Errorf("came back as %q, %v", file, err)
		}
		for i := range compact {
			if _, err := signedtext.Unpack(compact[:i]); err == nil {
				t.Errorf("cut at %d is accepted", i)
			}
		}
	}
}

// The dictionary belongs to version 2 of the compact form: sheets and codes
// that are printed need exactly this one.
func TestDictionaryNeverChanges(t *testing.T) {
	dictionary, err := os.ReadFile("dictionary2.go")
	if err != nil {
		t.Fatal(err)
	}
	if got := signedtext.DigestOf(dictionary).String(); got != "tyZx2g-cY4h3qB2v82gUfX0DhSw344VolmS4U3Nr7ak" {
		t.Errorf("the dictionary of version 2 changed: %s", got)
	}
}

func TestUnpackRefusesABomb(t *testing.T) {
	document := seal(t, secret(t), marshal(t, full()))
	compact, err := signedtext.Pack(document.Render())
	if err != nil {
		t.Fatal(err)
	}
	bomb := append(compact[:1], deflateZeros(t, 64<<20)...)
	if _, err := signedtext.Unpack(bomb); !errors.Is(err, signedtext.TooLarge) {
		t.Errorf("64 MB of zeros: %v", err)
	}
}

func deflateZeros(t *testing.T, size int) []byte {
	t.Helper()
	var out bytes.Buffer
	deflate, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deflate.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	if err := deflate.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The files that we write are accepted by the programs of others.
func TestPeersAcceptOurFiles(t *testing.T) {
	folder := t.TempDir()
	root := secret(t)
	signer, err := root.AddSigner(root.Certificate(), born, 24*time.Hour, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	document := seal(t, signer, marshal(t, full())).WithProof([]byte("proof"))
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("issuer.asc", signer.Certificate().Armor())
	write("issuer.pgp", signer.Certificate().Bytes())
	write("file", document.Render())
	write("text", document.Text())
	write("text.sig", document.Signature())
	home := []string{"GNUPGHOME=" + folder}
	for _, test := range []struct{ program, debianPackage, arguments string }{
		{"gpg", "gnupg", "--batch --import issuer.asc"},
		{"gpg", "gnupg", "--batch --verify file"},
		{"gpg", "gnupg", "--batch --verify text.sig text"},
		{"gpgv", "gpgv", "--keyring ./issuer.pgp file"},
		{"gpgv", "gpgv", "--keyring ./issuer.pgp text.sig text"},
		{"sqv", "sqv", "--keyring issuer.asc text.sig text"},
		{"sq", "sq", "verify --signer-cert issuer.asc file"},
	} {
		t.Run(test.program+" "+test.arguments, func(t *testing.T) {
			program := peertest.Program(t, test.program, test.debianPackage)
			if status, output := peertest.Run(t, folder, home, program, strings.Fields(test.arguments)...); status != 0 {
				t.Errorf("exit %d\n%s", status, output)
			}
		})
	}
	t.Run("gpg reads our secret files", func(t *testing.T) { gpgImportsSecret(t, signer) })
}

// gpgImportsSecret lets gpg sign with a secret file of ours, and opens what
// it made.
func gpgImportsSecret(t *testing.T, signer *openpgp.Secret) {
	program := peertest.Program(t, "gpg", "gnupg")
	folder := t.TempDir()
	file, err := signer.Armor([]byte("senha"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text := append(marshal(t, full()), '\n')
	for name, data := range map[string][]byte{"signer.key": file, "pass": []byte("senha\n"), "text": text} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	home := []string{"GNUPGHOME=" + folder}
	common := "--batch --pinentry-mode loopback --passphrase-file pass --faked-system-time 20260102T040000 "
	for _, arguments := range []string{
		common + "--import signer.key",
		common + "--digest-algo SHA512 --local-user " + signer.Fingerprint().String() + "! --output file --clearsign text",
	} {
		if status, output := peertest.Run(t, folder, home, program, strings.Fields(arguments)...); status != 0 {
			t.Fatalf("gpg %s: exit %d\n%s", arguments, status, output)
		}
	}
	made, err := os.ReadFile(filepath.Join(folder, "file"))
	if err != nil {
		t.Fatal(err)
	}
	if document, err := signedtext.Open(made, signer.Certificate()); err != nil || string(document.Text())+"\n" != string(text) {
		t.Errorf("what gpg made: %v", err)
	}
	peertest.Run(t, folder, home, "gpgconf", "--kill", "all")
}

var update = flag.Bool("update", false, "write the files under testdata again")

// fixedFile is a sealed document that is the same in every run.
func fixedFile(t testing.TB) ([]byte, *openpgp.Certificate) {
	signer, err := openpgp.Generate("Futura", born, strings.NewReader(strings.Repeat("a fixed seed", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return seal(t, signer, marshal(t, full())).WithProof([]byte("proof")).Render(), signer.Certificate()
}

// TestRenderingIsStable holds the bytes of a file in testdata: signatures
// already given out must verify for ever.
func TestRenderingIsStable(t *testing.T) {
	file, _ := fixedFile(t)
	path := filepath.Join("testdata", "document.asc")
	if *update {
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(file, want) {
		t.Errorf("rendering changed (%v):\n%s", err, file)
	}
}

func FuzzOpen(f *testing.F) {
	file, certificate := fixedFile(f)
	f.Add(file)
	f.Add(bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n")))
	f.Add([]byte(strings.Replace(string(file), "level = 9", "level = 8", 1)))
	addVectors(f, "envelope/*.asc")
	f.Fuzz(func(t *testing.T, data []byte) {
		document, err := signedtext.Open(data, certificate)
		if err == nil {
			if again := document.Render(); !bytes.Equal(again, bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))) {
				t.Errorf("accepted, and rendered otherwise:\n%s", again)
			}
		} else if document != nil || fault.Of(err) == nil {
			t.Errorf("an error without a code, or a document with an error: %v", err)
		}
		var unverified *signedtext.UnverifiedError
		if errors.As(err, &unverified) && signedtext.CheckText(unverified.Text) != nil {
			t.Error("even an unverified text is canonical")
		}
	})
}

func FuzzUnpack(f *testing.F) {
	file, certificate := fixedFile(f)
	compact, err := signedtext.Pack(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(compact)
	addVectors(f, "documents/compact-*.bin")
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := signedtext.Unpack(data)
		if err != nil {
			if file != nil || fault.Of(err) == nil {
				t.Errorf("an error without a code, or a file with an error: %v", err)
			}
			return
		}
		compact, err := signedtext.Pack(file)
		if err != nil {
			t.Fatalf("what was unpacked cannot be packed: %v\n%s", err, file)
		}
		if again, err := signedtext.Unpack(compact); err != nil || !bytes.Equal(again, file) {
			t.Errorf("packed and unpacked again: %v\n%s", err, again)
		}
		var unverified *signedtext.UnverifiedError
		if _, err := signedtext.Open(file, certificate); err != nil && !errors.As(err, &unverified) {
			t.Errorf("what was unpacked is not well-formed: %v", err)
		}
	})
}

// FuzzText feeds the document parser: what it accepts is written again in
// the same bytes.
func FuzzText(f *testing.F) {
	f.Add(marshal(f, full()))
	f.Fuzz(func(t *testing.T, text []byte) {
		var document example
		if err := signedtext.Unmarshal(text, "futura-example", 1, &document); err != nil {
			if fault.Of(err) == nil {
				t.Errorf("an error without a code: %v", err)
			}
			return
		}
		if again := marshal(t, document); !bytes.Equal(again, text) {
			t.Errorf("written again:\n%s", again)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	file, certificate := fixedFile(b)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := signedtext.Open(file, certificate); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleMarshal() {
	text, _ := signedtext.Marshal(part{Name: "São Paulo", Count: 3, Inner: &inner{Level: 1}})
	fmt.Printf("%s\n", text)
	// Output:
	// name = "São Paulo"
	// count = 3
	//
	// [inner]
	// level = 1
}

// Signing with the verification before release, beside one bare signature
// and one bare verification.
func BenchmarkSeal(b *testing.B) {
	signer, text := secret(b), marshal(b, full())
	b.Run("ed25519", func(b *testing.B) {
		bare := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
		message, public := make([]byte, 64), bare.Public().(ed25519.PublicKey)
		for b.Loop() {
			if !ed25519.Verify(public, message, ed25519.Sign(bare, message)) {
				b.Fatal("not valid")
			}
		}
	})
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			if _, err := signedtext.Seal(text, signer, born); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestDigestInGroups(t *testing.T) {
	// printf abc | sha256sum begins ba7816bf8f01cfea
	if got := signedtext.DigestOf([]byte("abc")).Groups(); got != "ba78 16bf 8f01 cfea" {
		t.Error(got)
	}
}

// longNames writes a value in so many pieces that the next would have no room.
func longNames(length int) string {
	var lines []string
	for number := 1; number <= 9; number++ {
		lines = append(lines, strings.Repeat("n", length)+"."+strconv.Itoa(number)+` = "AA"`)
	}
	return strings.Join(lines, "\n")
}

// TestPackingUndoesBase64 holds that values come back as they were, whether
// they are what Marshal writes or not, and that they take their own size.
func TestPackingUndoesBase64(t *testing.T) {
	signer := secret(t)
	random := make([]byte, 300)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	long := string(marshal(t, example{Kind: "futura-example", Format: 1, When: born, Items: random}))
	digest := signedtext.DigestOf(random).String()
	note := "futura/licenses\n4\n" + base64.StdEncoding.EncodeToString(random[:32]) + "\n\n— futura/licenses " + base64.StdEncoding.EncodeToString(random[:68]) + "\n"
	for name, text := range map[string]string{
		"pieces":              long,
		"piece missing":       strings.Replace(long, "items.2", "items.3", 1),
		"first piece short":   "kind = \"x\"\nitems.1 = \"" + digest[:20] + "\"\nitems.2 = \"" + digest[20:] + `"`,
		"first piece long":    "a.1 = \"" + digest + `AAAAAAAAA"`,
		"long name":           longNames(55),
		"not the base64":      `sum = "` + strings.Repeat("A", 21) + `B"`,
		"hexadecimal":         `sum = "` + strings.Repeat("0AF9", 10) + `"`,
		"small hexadecimal":   `sum = "` + strings.Repeat("0af9", 10) + `"`,
		"note":                string(marshal(t, example{Kind: "futura-example", Format: 1, When: born, Items: []byte(note)})),
		"note without an end": string(marshal(t, example{Kind: "futura-example", Format: 1, When: born, Items: []byte(strings.TrimSuffix(note, "\n"))})),
	} {
		for _, proof := range []string{"", note, strings.ReplaceAll(note, "\n", "\r\n"), string(random), "a\n\n"} {
			if signedtext.CheckText([]byte(text)) != nil {
				t.Fatalf("%s: not canonical", name)
			}
			file := seal(t, signer, []byte(text)).WithProof([]byte(proof)).Render()
			compact, err := signedtext.Pack(file)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := signedtext.Unpack(compact); err != nil || !bytes.Equal(again, file) {
				t.Errorf("%s came back as %q, %v", name, again, err)
			}
			if name == "pieces" && len(compact) > 1+119+len(random)+60+len(proof) {
				t.Errorf("300 bytes made a compact form of %d, proof %d", len(compact), len(proof))
			}
		}
	}
}
