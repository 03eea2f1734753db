package signedtext_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

// with returns the strict reader of a certificate.
func with(certificate *openpgp.Certificate) func([]byte) error {
	return func(file []byte) error {
		_, err := signedtext.Open(file, certificate)
		return err
	}
}

// TestRepairNamesEveryChange holds the report to what was done: word, first
// line, count.
func TestRepairNamesEveryChange(t *testing.T) {
	signer := secret(t)
	file := string(seal(t, signer, marshal(t, full())).WithProof([]byte("a proof")).Render())
	for name, test := range map[string]struct {
		damaged string
		want    string
	}{
		"nothing":       {file, "[]"},
		"CR LF":         {strings.ReplaceAll(file, "\n", "\r\n"), "[]"},
		"quoting":       {strings.ReplaceAll(file, "\nformat", "\n> format"), "[{quoting removed 5 1}]"},
		"joined":        {strings.ReplaceAll(file, "\nformat", " format"), "[{joined lines separated 4 1}]"},
		"broken":        {strings.ReplaceAll(file, "kind =", "kind\n="), "[{broken lines joined 4 1}]"},
		"empty line":    {strings.ReplaceAll(file, "\nformat", "\n\nformat"), "[{empty lines restored 6 1}]"},
		"edges":         {strings.ReplaceAll(file, "\nformat", " \n\tformat"), "[{other blanks replaced 5 1} {blanks around lines removed 4 2}]"},
		"before":        {"Olá\n" + file, "[{text before removed 1 1}]"},
		"after":         {file + "Ana\n", "[{text after removed 48 1}]"},
		"frame":         {strings.Replace(file, "-----BEGIN PGP SIGNATURE", "--BEGIN PGP SIGNATURE", 1), "[{frame lines restored 38 1}]"},
		"other header":  {strings.Replace(file, "Hash:", "Comment: x\nHash:", 1), "[{frame lines restored 1 1}]"},
		"checksum":      {sumLine.ReplaceAllString(file, ""), "[{signature block restored 39 1}]"},
		"proof":         {strings.Replace(file, "YSBw", "YS\nBw", 1), "[{proof block restored 46 1}]"},
		"proof lost":    {strings.Replace(file, "YSBwcm9vZg==", "...", 1), "[{proof block removed 45 1}]"},
		"dashes quotes": {strings.Replace(strings.Replace(file, `kind = "`, `kind = “`, 1), "-7", "–7", 1), "[{typographic quotes replaced 4 1} {typographic dashes replaced 27 1}]"},
		"printable":     {strings.NewReplacer("=", "=3D", "ã", "=C3=A3").Replace(file), "[{quoted-printable decoded 0 1}]"},
		"HTML":          {strings.ReplaceAll(file, `"`, "&quot;"), "[{HTML removed 0 1}]"},
		"misread":       {strings.ReplaceAll(file, "ã", "Ã£"), "[{accents restored 0 1}]"},
		"NFD":           {strings.ReplaceAll(file, "ã", "a\u0303"), "[{accents composed 0 1}]"},
		"Windows":       {strings.ReplaceAll(strings.ReplaceAll(file, "ã", "\xe3"), "€", "\x80"), "[{other encoding converted 0 1}]"},
		"ends":          {strings.Replace(file, "\n", "\r\n", 3), "[{line ends restored 0 1}]"},
		"mark":          {"\ufeff" + file, "[{invisible characters removed 0 1}]"},
	} {
		repaired, changes, err := signedtext.Repair([]byte(test.damaged), with(signer.Certificate()))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := signedtext.Open(repaired, signer.Certificate()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := fmt.Sprint(changes); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

var sumLine = regexp.MustCompile(`(?m)^=[A-Za-z0-9+/]{4}\n`)

// TestRepairRefusesWhatItCannotTell: of two documents none is chosen, a
// changed one is not changed back, and what is no document stays none. The
// error is that of the file as it came.
func TestRepairRefusesWhatItCannotTell(t *testing.T) {
	signer := secret(t)
	one := string(seal(t, signer, marshal(t, full())).Render())
	other := full()
	other.Name = "other"
	two := string(seal(t, signer, marshal(t, other)).Render())
	for name, file := range map[string]string{
		"two documents":    one + two,
		"the same twice":   one + one,
		"text of another":  strings.Replace(one, "João", "Jonas", 1),
		"another's block":  one[:strings.Index(one, "-----BEGIN PGP SIGNATURE")] + two[strings.Index(two, "-----BEGIN PGP SIGNATURE"):],
		"a line more":      strings.Replace(one, "format = 1\n", "format = 1\nformat = 1\n", 1),
		"words between":    strings.Replace(one, "format = 1\n", "format = 1\nhello\n", 1),
		"signature alone":  one[strings.Index(one, "-----BEGIN PGP SIGNATURE"):],
		"half":             one[:len(one)/2],
		"empty":            "",
		"words":            "Bom dia",
		"the frame alone":  "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nkind = \"futura-x\"\n-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n",
		"question marks":   strings.ReplaceAll(one, "ã", "?"),
		"over the limit":   strings.Repeat(" ", signedtext.MaxDamaged) + one,
		"a text too large": strings.Replace(one, "format = 1\n", strings.Repeat("format = 1\n", 20000), 1),
	} {
		strict := with(signer.Certificate())([]byte(file))
		repaired, changes, err := signedtext.Repair([]byte(file), with(signer.Certificate()))
		if err == nil || fault.Of(err) == nil || repaired != nil || changes != nil {
			t.Errorf("%s: %q, %v, %v", name, repaired, changes, err)
		} else if err.Error() != strict.Error() {
			t.Errorf("%s: %v instead of %v", name, err, strict)
		}
	}
}

// TestRepairAsksSeldom counts the work: even where everything is in doubt,
// and nothing is ever accepted.
func TestRepairAsksSeldom(t *testing.T) {
	signer := secret(t)
	file := seal(t, signer, marshal(t, full())).WithProof([]byte("a proof")).Render()
	doubtful := bytes.ReplaceAll(file, []byte("-"), []byte("—"))
	doubtful = bytes.ReplaceAll(doubtful, []byte(" est"), []byte("\nest"))
	doubtful = append([]byte("=3D &quot; Ã£ <br>\n"), doubtful...)
	for _, damaged := range [][]byte{file, doubtful, bytes.ReplaceAll(doubtful, []byte("="), []byte("=3D"))} {
		asked, seen := 0, map[string]bool{}
		_, _, err := signedtext.Repair(damaged, func(candidate []byte) error {
			asked++
			if seen[string(candidate)] {
				t.Error("asked twice")
			}
			seen[string(candidate)] = true
			return signedtext.Empty.New("never good enough")
		})
		if !errors.Is(err, signedtext.Empty) || asked > 17 {
			t.Errorf("asked %d times: %v", asked, err)
		}
	}
}

// FuzzRepair demands of any file that is repaired: open accepts it as it
// comes out, it is what Render writes, nothing needs to be repaired again,
// its text is the one that was signed, and the report is not empty.
func FuzzRepair(f *testing.F) {
	file, certificate := fixedFile(f)
	document, err := signedtext.Open(file, certificate)
	if err != nil {
		f.Fatal(err)
	}
	for _, damaged := range []string{
		string(file), strings.ReplaceAll(string(file), "\n", "\n> "), strings.ReplaceAll(string(file), "=", "=3D"), strings.ReplaceAll(string(file), "\n", "<br>"),
		strings.ReplaceAll(string(file), "-", "—"), strings.ReplaceAll(string(file), "\n", " "), strings.ReplaceAll(string(file), "ã", "Ã£"), "\xff\xfe-\x00-\x00",
		"kind=\"futura-\\\n\"-----BEGIN PGP SIGNATURE-----iHUE", "BEGIN PGP SIGNED MESSAGE kind = \"futura-x\"\n\\", strings.ReplaceAll(string(file), " ", "\u00a0"),
	} {
		f.Add([]byte(damaged))
	}
	f.Fuzz(func(t *testing.T, damaged []byte) { checkRepair(t, damaged, document, certificate) })
}

func checkRepair(t *testing.T, damaged []byte, document *signedtext.Document, certificate *openpgp.Certificate) {
	t.Helper()
	repaired, changes, err := signedtext.Repair(damaged, with(certificate))
	if err != nil {
		if repaired != nil || changes != nil {
			t.Error("refused, and something came out")
		}
		return
	}
	opened, err := signedtext.Open(repaired, certificate)
	if err != nil || !bytes.Equal(opened.Text(), document.Text()) {
		t.Errorf("not what was signed: %v", err)
	}
	again, more, err := signedtext.Repair(repaired, with(certificate))
	if err != nil || len(more) != 0 || !bytes.Equal(again, repaired) {
		t.Errorf("repaired again: %v, %v", more, err)
	}
	if same := bytes.Equal(damaged, repaired); same != (len(changes) == 0) && !same {
		t.Errorf("nothing is reported of\n%q", damaged)
	} else if !same && !bytes.Equal(repaired, opened.Render()) {
		t.Error("not what Render writes")
	}
}
