package signedtext_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

// replaceAll makes a rendering by replacing text in the canonical one.
func replaceAll(pairs ...string) func(string) string {
	return strings.NewReplacer(pairs...).Replace
}

// rewrapped renders the signature in another width.
func rewrapped(file string, width int) string {
	head, rest, _ := strings.Cut(file, "-----BEGIN PGP SIGNATURE-----\n\n")
	block, tail, _ := strings.Cut(rest, "\n=")
	block = strings.ReplaceAll(block, "\n", "")
	var out strings.Builder
	out.WriteString(head + "-----BEGIN PGP SIGNATURE-----\n\n")
	for len(block) > 0 {
		n := min(width, len(block))
		out.WriteString(block[:n] + "\n")
		block = block[n:]
	}
	return strings.TrimSuffix(out.String(), "\n") + "\n=" + tail
}

func escapeEveryLine(file string) string {
	head, rest, _ := strings.Cut(file, "\n\n")
	text, tail, _ := strings.Cut(rest, "\n-----BEGIN PGP SIGNATURE")
	return head + "\n\n- " + strings.ReplaceAll(text, "\n", "\n- ") + "\n-----BEGIN PGP SIGNATURE" + tail
}

func withoutChecksum(file string) string {
	start := strings.Index(file, "\n=")
	return file[:start] + file[start+6:]
}

// Each rendering is one that a program writes or that the RFC allows; Open
// refuses it, and Adopt brings it back to the canonical bytes.
func TestAdoptRendersWhatOthersRender(t *testing.T) {
	file, certificate := fixedFile(t)
	for name, test := range map[string]struct {
		render  func(string) string
		changes string
	}{
		"comment":                   {replaceAll("Hash: SHA512\n", "Comment: visto em São Paulo\nHash: SHA512\n"), "other header"},
		"version and comment":       {replaceAll("SIGNATURE-----\n\n", "SIGNATURE-----\nVersion: GnuPG v2\nComment: x\n\n"), "other header ×2"},
		"empty comment":             {replaceAll("SIGNATURE-----\n\n", "SIGNATURE-----\nComment: \n\n"), "blanks at line ends, other header"},
		"charset":                   {replaceAll("Hash: SHA512\n", "Hash: SHA512\nCharset: utf-8\n"), "other header"},
		"no hash":                   {replaceAll("Hash: SHA512\n", ""), "hash header"},
		"several hashes":            {replaceAll("Hash: SHA512\n", "Hash: SHA256, SHA512\n"), "hash header"},
		"two hash headers":          {replaceAll("Hash: SHA512\n", "Hash: SHA1\nHash: SHA512\n"), "hash header"},
		"hash in another spelling":  {replaceAll("Hash: SHA512\n", "Hash: sha-512\n"), "hash header"},
		"no checksum":               {withoutChecksum, "checksum line"},
		"checksum in another case":  {replaceAll("\n=zeIP\n", "\n=ZEip\n"), "checksum line"},
		"76 columns":                {func(file string) string { return rewrapped(file, 76) }, "line width"},
		"one line":                  {func(file string) string { return rewrapped(file, 900) }, "line width"},
		"every line escaped":        {escapeEveryLine, "dash escapes ×34"},
		"blanks at line ends":       {replaceAll("\nformat = 1\n", "\nformat = 1 \t \n"), "blanks at line ends"},
		"CR LF in the text":         {replaceAll("\nformat = 1\n", "\r\nformat = 1\r\n"), "line ends"},
		"no last line end":          {func(file string) string { return strings.TrimSuffix(file, "\n") }, "line ends"},
		"blank lines before, after": {func(file string) string { return "\n" + file + "\n \n" }, "blanks at line ends, blank lines around ×3"},
		"proof in another width":    {replaceAll("cHJvb2Y=", "cHJv\nb2Y="), "line width"},
		"CR LF and comment": {func(file string) string {
			return strings.ReplaceAll(replaceAll("Hash:", "Comment: x\nHash:")(file), "\n", "\r\n")
		}, "other header"},
	} {
		t.Run(name, func(t *testing.T) {
			rendered := test.render(string(file))
			if rendered == string(file) {
				t.Fatal("the rendering is the canonical one")
			}
			if _, err := signedtext.Open([]byte(rendered), certificate); err == nil {
				t.Error("Open accepts it without Adopt")
			}
			adopted, changes, err := signedtext.Adopt([]byte(rendered))
			if err != nil {
				t.Fatalf("%v\n%s", err, rendered)
			}
			if !bytes.Equal(adopted, file) {
				t.Errorf("adopted as\n%s", adopted)
			}
			if got := describe(changes); got != test.changes {
				t.Errorf("changes: %s, want %s", got, test.changes)
			}
		})
	}
}

func describe(changes []signedtext.Change) string {
	var words []string
	for _, change := range changes {
		word := change.What
		if change.Count > 1 {
			word += " ×" + strconv.Itoa(change.Count)
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// Each file could be read in two ways, or is damage; the catalogue of attacks
// in docs/attacks.md has the like.
func TestAdoptRefuses(t *testing.T) {
	file, _ := fixedFile(t)
	for name, test := range map[string]struct {
		render func(string) string
		code   fault.Code
	}{
		"nothing":                 {func(string) string { return " \n" }, signedtext.Empty},
		"too large":               {func(file string) string { return file + strings.Repeat("\n", signedtext.MaxFile) }, signedtext.TooLarge},
		"text before":             {func(file string) string { return "hello\n" + file }, signedtext.Surrounded},
		"text after":              {func(file string) string { return file + "hello\n" }, signedtext.Surrounded},
		"two messages":            {func(file string) string { return file + file }, signedtext.Surrounded},
		"another file":            {func(string) string { return "%PDF" }, signedtext.NotSigned},
		"not dash escaped":        {replaceAll("Hash: SHA512\n", "Hash: SHA512\nNotDashEscaped: x\n"), signedtext.FrameDamaged},
		"unknown header":          {replaceAll("Hash: SHA512\n", "Hash: SHA512\nX-Text: x\n"), signedtext.FrameDamaged},
		"folded header":           {replaceAll("Hash: SHA512\n", "Hash:\n SHA512\n"), signedtext.FrameDamaged},
		"header in another case":  {replaceAll("Hash: SHA512\n", "HASH: SHA512\n"), signedtext.FrameDamaged},
		"escape sequence":         {replaceAll("Hash: SHA512\n", "Hash: SHA512\nComment: \x1b[2J\n"), signedtext.FrameDamaged},
		"NUL in a header":         {replaceAll("Hash: SHA512\n", "Hash: SHA512\x00x\n"), signedtext.FrameDamaged},
		"many headers":            {replaceAll("Hash: SHA512\n", strings.Repeat("Comment: x\n", 5)), signedtext.FrameDamaged},
		"charset":                 {replaceAll("Hash: SHA512\n", "Hash: SHA512\nCharset: utf-7\n"), signedtext.FrameDamaged},
		"another hash":            {replaceAll("Hash: SHA512\n", "Hash: SHA256\n"), signedtext.FrameDamaged},
		"text as hash":            {replaceAll("Hash: SHA512\n", "Hash: SHA512, paid in full\n"), signedtext.FrameDamaged},
		"dash that is no escape":  {replaceAll("\nformat = 1\n", "\nformat = 1\n-- \n"), signedtext.FrameDamaged},
		"escaped twice":           {replaceAll("\nformat = 1\n", "\n- - format = 1\n"), signedtext.NotCanonical},
		"no text":                 {func(string) string { return "-----BEGIN PGP SIGNED MESSAGE-----\n\n-----BEGIN PGP SIGNATURE-----\n" }, signedtext.FrameDamaged},
		"lone CR":                 {replaceAll("\nformat = 1\n", "\rformat = 1\n"), signedtext.LineEnds},
		"CR CR LF":                {replaceAll("\nformat = 1\n", "\nformat = 1\r\r\n"), signedtext.LineEnds},
		"non-breaking blank":      {replaceAll("\nformat = 1\n", "\nformat = 1\u00a0\n"), signedtext.NotCanonical},
		"twenty thousand blanks":  {replaceAll("\nformat = 1\n", "\nformat = 1"+strings.Repeat(" ", 20000)+"x\n"), signedtext.TooLarge},
		"text in the armor":       {replaceAll("\n=zeIP\n", "\nhello, world\n=zeIP\n"), signedtext.FrameDamaged},
		"text behind checksum":    {replaceAll("\n=zeIP\n", "\n=zeIP\nhello\n"), signedtext.FrameDamaged},
		"no end":                  {func(file string) string { return file[:strings.Index(file, "-----END PGP")] }, signedtext.FrameDamaged},
		"two signature blocks":    {replaceAll("-----END PGP SIGNATURE-----\n", "-----END PGP SIGNATURE-----\n-----BEGIN PGP SIGNATURE-----\n"), signedtext.Surrounded},
		"checksum in the proof":   {replaceAll("cHJvb2Y=", "cHJvb2Y=\n=zeIP"), signedtext.FrameDamaged},
		"message instead of text": {replaceAll("BEGIN PGP SIGNED MESSAGE", "BEGIN PGP MESSAGE"), signedtext.NotSigned},
	} {
		t.Run(name, func(t *testing.T) {
			rendered := test.render(string(file))
			adopted, changes, err := signedtext.Adopt([]byte(rendered))
			if !errors.Is(err, test.code) || adopted != nil || changes != nil {
				t.Errorf("%v, want %s; %s", err, test.code, adopted)
			}
		})
	}
}

// A text that ends with a line end is another text: refused by its own code
// when it was signed so, as altered when the empty line came later.
func TestEmptyLineBehindTheText(t *testing.T) {
	signer := secret(t)
	text := marshal(t, full())
	_, err := signedtext.Seal(append(bytes.Clone(text), '\n'), signer, born)
	if !errors.Is(err, signedtext.ExtraLine) {
		t.Errorf("signed with an empty line: %v", err)
	}
	file := strings.Replace(string(seal(t, signer, text).Render()), "\n-----BEGIN PGP SIGNATURE", "\n\n-----BEGIN PGP SIGNATURE", 1)
	if _, err := signedtext.Open([]byte(file), signer.Certificate()); !errors.Is(err, openpgp.Mismatch) {
		t.Errorf("an empty line added: %v", err)
	}
}

// FuzzAdopt: what is adopted is well-formed, adopted again it stays, changes
// are reported exactly when there are some, and a signature that counts is
// over the text that was signed.
func FuzzAdopt(f *testing.F) {
	file, certificate := fixedFile(f)
	signed, err := signedtext.Open(file, certificate)
	if err != nil {
		f.Fatal(err)
	}
	for _, render := range []func(string) string{
		func(file string) string { return file }, escapeEveryLine, withoutChecksum,
		replaceAll("Hash: SHA512\n", "Comment: x\nHash: SHA256,SHA512\n"),
		replaceAll("format = 1\n", "format = 1 \r\n"),
		func(file string) string { return "\n" + rewrapped(file, 76) + "\n" },
	} {
		f.Add([]byte(render(string(file))))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		adopted, changes, err := signedtext.Adopt(data)
		if err != nil {
			if adopted != nil || changes != nil || fault.Of(err) == nil {
				t.Errorf("an error without a code, or a file with an error: %v", err)
			}
			return
		}
		if same := bytes.Equal(adopted, data) || bytes.Equal(bytes.ReplaceAll(adopted, []byte("\n"), []byte("\r\n")), data); same != (len(changes) == 0) {
			t.Errorf("changes %v, but the same file: %v\n%q", changes, same, data)
		}
		again, changes, err := signedtext.Adopt(adopted)
		if err != nil || len(changes) > 0 || !bytes.Equal(again, adopted) {
			t.Errorf("adopted again: %v %v\n%s", err, changes, again)
		}
		document, err := signedtext.Open(adopted, certificate)
		var unverified *signedtext.UnverifiedError
		if err == nil && document.Digest() != signed.Digest() {
			t.Error("a text that was never signed is accepted")
		} else if err != nil && !errors.As(err, &unverified) {
			t.Errorf("what was adopted is not well-formed: %v", err)
		}
	})
}
