package verify_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"html"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
)

// damage is one thing that mail, an editor or a person does to a text.
type damage struct {
	name string
	do   func(text string) string
}

// lines applies a change to every line.
func lines(change func(line string) string) func(string) string {
	return func(text string) string {
		all := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		for i, line := range all {
			all[i] = change(line)
		}
		return strings.Join(all, "\n") + "\n"
	}
}

func replaced(pairs ...string) func(string) string {
	return strings.NewReplacer(pairs...).Replace
}

// wrapped breaks long lines at the last blank before a column, as mail
// programs do; flowed leaves the blank (RFC 3676).
func wrapped(columns int, flowed bool) func(string) string {
	return lines(func(line string) string {
		var out strings.Builder
		for utf8.RuneCountInString(line) > columns {
			cut := strings.LastIndex(string([]rune(line)[:columns+1]), " ")
			if cut <= 0 {
				break
			}
			out.WriteString(line[:cut])
			if flowed {
				out.WriteByte(' ')
			}
			out.WriteByte('\n')
			line = line[cut+1:]
		}
		return out.String() + line
	})
}

// cutAt breaks lines at a column, whatever stands there.
func cutAt(columns int) func(string) string {
	return lines(func(line string) string {
		var parts []string
		rest := []rune(line)
		for len(rest) > columns {
			parts, rest = append(parts, string(rest[:columns])), rest[columns:]
		}
		return strings.Join(append(parts, string(rest)), "\n")
	})
}

// misread is UTF-8 read as Windows-1252.
func misread(text string) string {
	var out strings.Builder
	for _, octet := range []byte(text) {
		character := charmap.Windows1252.DecodeByte(octet)
		if character == utf8.RuneError { // not assigned; browsers read a control
			character = rune(octet)
		}
		out.WriteRune(character)
	}
	return out.String()
}

// printable is quoted-printable with soft breaks at 76 columns.
var printable = lines(func(line string) string {
	var out strings.Builder
	column := 0
	for _, octet := range []byte(line) {
		part := string([]byte{octet})
		if octet == '=' || octet >= 0x80 {
			part = fmt.Sprintf("=%02X", octet)
		}
		if column+len(part) > 75 {
			out.WriteString("=\n")
			column = 0
		}
		out.WriteString(part)
		column += len(part)
	}
	return out.String()
})

var (
	dashes  = regexp.MustCompile(`-+`)
	quotes  = regexp.MustCompile(`"([^"]*)"`)
	sumLine = regexp.MustCompile(`(?m)^=[A-Za-z0-9+/]{4}\n`)
	padding = regexp.MustCompile(`(?m)^([A-Za-z0-9+/]+)=+$`)
)

// count gives a change the number of each line.
func counted(change func(i int, line string) string) func(string) string {
	return func(text string) string {
		i := 0
		return lines(func(line string) string { i++; return change(i, line) })(text)
	}
}

var damages = []damage{
	{"none", func(text string) string { return text }},
	{"quoted", lines(func(line string) string { return "> " + line })},
	{"quoted tight", lines(func(line string) string { return ">" + line })},
	{"quoted three deep", lines(func(line string) string { return "> >> " + line })},
	{"quoted, no blank on empty lines", lines(func(line string) string { return strings.TrimRight(">> "+line, " ") })},
	{"dashes lost", func(text string) string {
		return dashes.ReplaceAllStringFunc(text, func(run string) string {
			if len(run) == 5 {
				return "---"
			}
			return run
		})
	}},
	{"dashes doubled", replaced("-----", "----------")},
	{"dash escapes", replaced("-----BEGIN PGP SIGNATURE", "- -----BEGIN PGP SIGNATURE", "-----END", "- -----END")},
	{"lines joined", counted(func(i int, line string) string {
		if i%3 == 0 {
			return line + "\x00"
		}
		return line
	})},
	{"all lines joined", func(text string) string { return strings.ReplaceAll(text, "\n", " ") }},
	{"wrapped", wrapped(40, false)},
	{"flowed", wrapped(44, true)},
	{"cut", cutAt(50)},
	{"no-break spaces", replaced(" ", "\u00a0")},
	{"byte order mark", func(text string) string { return "\ufeff" + text }},
	{"quoted-printable", printable},
	{"typographic dashes", replaced("--", "—", "-", "–")},
	{"typographic quotes", func(text string) string {
		return quotes.ReplaceAllString(strings.ReplaceAll(text, "'", "’"), "“$1”")
	}},
	{"empty lines inserted", lines(func(line string) string { return line + "\n" })},
	{"empty lines removed", func(text string) string {
		for strings.Contains(text, "\n\n") {
			text = strings.ReplaceAll(text, "\n\n", "\n")
		}
		return text
	}},
	{"CR only", replaced("\n", "\r")},
	{"mixed line ends", counted(func(i int, line string) string { return line + strings.Repeat("\r", i%2) })},
	{"double CR", replaced("\n", "\r\r\n")},
	{"trailing blanks", lines(func(line string) string { return line + "  \t" })},
	{"indented", lines(func(line string) string { return "    " + line })},
	{"HTML entities", html.EscapeString},
	{"HTML lines", func(text string) string {
		return lines(func(line string) string { return line + "<br>" })(html.EscapeString(text))
	}},
	{"HTML paragraphs", func(text string) string {
		return "<html><body>\n" + lines(func(line string) string { return `<p class="MsoNormal">` + line + "</p>" })(html.EscapeString(text)) + "</body></html>\n"
	}},
	{"misread", misread},
	{"misread twice", func(text string) string { return misread(misread(text)) }},
	{"NFD", norm.NFD.String},
	{"text before and after", func(text string) string {
		return "Olá,\n\nsegue o arquivo - è già pronto:\n\n" + text + "\n-- \nAna Lima <ana@posto.example>\n"
	}},
	{"checksum lost", func(text string) string { return sumLine.ReplaceAllString(text, "") }},
	{"padding lost", func(text string) string { return padding.ReplaceAllString(text, "$1") }},
	{"equals sign of the checksum lost", func(text string) string {
		return sumLine.ReplaceAllStringFunc(text, func(line string) string { return line[1:] })
	}},
	{"proof block mangled", func(text string) string {
		before, block, found := strings.Cut(text, "BEGIN FUTURA PROOF")
		if !found {
			return text
		}
		return before + "BEGIN FUTURA PROOF" + lines(func(line string) string { return ">  " + line })(cutAt(31)(block))
	}},
	{"invisible", replaced("a", "a\u200b", "e", "e\u00ad")},
	{"UTF-16", func(text string) string { return text }}, // see mangle
}

// mangle does two damages. UTF-16 is how a program stores a text: whatever
// else the program does to it, it does before.
func mangle(file []byte, one, two damage) []byte {
	text := two.do(strings.ReplaceAll(one.do(string(file)), "\x00\n", " "))
	text = strings.ReplaceAll(text, "\x00\n", " ")
	if one.name != "UTF-16" && two.name != "UTF-16" {
		return []byte(text)
	}
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

// specimen is a document and its strict reader.
type specimen struct {
	name string
	file []byte
	open func([]byte) error
}

// specimens are documents of every kind, with values that mail likes to
// hurt: accents, quotes, blanks, dashes.
func specimens(t testing.TB) []specimen {
	t.Helper()
	made := newFixture(t)
	trust := made.trust(t, nil)
	root := made.root.Fingerprint()
	file := keys.TrustFile{
		Sequence: 1, Issued: born, Issuer: `Futura "São João" & Filhos, Società già più`, Products: "sispetro crm",
		Certificate: made.spare.Certificate().Bytes(),
		Logs:        []keys.Log{{Origin: made.log.Origin, Key: signedtext.Long(made.log.Verifier)}},
		Signers:     []keys.Signer{{Fingerprint: made.signer.Fingerprint(), Begins: begins}},
	}
	site := keystest.Need[*openpgp.Secret](t)(keys.NewSiteKey(issued, keystest.Seed("site")))
	asked := request.Request{
		Created: issued, Customer: "00123", Site: "producao",
		Product:    request.Product{Name: "sispetro", Version: "8.9", Running: "8.8 Versão d'Água, però è così -- più ê"},
		Enrollment: &request.Enrollment{Proof: bytes.Repeat([]byte{0xfb, 0xef, 1, 77}, 16)},
		Databases: []request.Database{{Name: "producao", Profile: signedtext.DigestOf([]byte("profile")),
			Salt: bytes.Repeat([]byte{0xfb}, 16), Items: bytes.Repeat([]byte{0xfb, 0xef, 1, 77, 200}, 80)}},
	}
	signed := keystest.Need[*request.Signed](t)(asked.Seal(site))
	return []specimen{
		{"license", made.file, func(file []byte) error { _, err := verify.Open(file, trust); return err }},
		{"profile", made.profile, func(file []byte) error { _, err := verify.OpenProfile(file, trust); return err }},
		{"trust", keystest.Need[[]byte](t)(keys.SealTrust(file, made.root)), func(file []byte) error { _, err := keys.OpenTrust(file, root); return err }},
		{"request", signed.Document.Render(), func(file []byte) error { _, err := request.Open(file); return err }},
	}
}

// TestRepairUndoesAnyTwoDamages holds every damage alone and every ordered
// pair, on a document of every kind.
func TestRepairUndoesAnyTwoDamages(t *testing.T) {
	for _, specimen := range specimens(t) {
		t.Run(specimen.name, func(t *testing.T) {
			t.Parallel()
			for i, one := range damages {
				for j, two := range damages {
					if (i*len(damages)+j)%stride == 0 {
						undoes(t, specimen, one, two)
					}
				}
			}
		})
	}
}

func undoes(t *testing.T, specimen specimen, one, two damage) {
	t.Helper()
	file := mangle(specimen.file, one, two)
	repaired, changes, err := signedtext.Repair(file, specimen.open)
	if err != nil {
		t.Errorf("%s, then %s: %v", one.name, two.name, err)
		return
	}
	if isSound := specimen.open(file) == nil; isSound != (len(changes) == 0) || isSound != bytes.Equal(repaired, file) {
		t.Errorf("%s, then %s: accepted as it came: %t, changes %v", one.name, two.name, isSound, changes)
	} else if !isSound && !bytes.Equal(repaired, specimen.file) {
		t.Errorf("%s, then %s: something else came out", one.name, two.name)
	}
}

// TestRepairReadsTheSourceOfMail: HTML as Outlook writes it, in
// quoted-printable whose soft line breaks stand within tags, is two damages
// already; here with a greeting and accents misread.
func TestRepairReadsTheSourceOfMail(t *testing.T) {
	for _, specimen := range specimens(t) {
		for name, text := range map[string]string{"sound": string(specimen.file), "greeted": "Olá,\n" + string(specimen.file) + "Ana", "misread": misread(string(specimen.file))} {
			body := lines(func(line string) string {
				return `<p class="MsoNormal"><span style='font-size:11.0pt'>` + html.EscapeString(line) + "<o:p></o:p></span></p>"
			})(text)
			file := printable("<html><head><style>p.MsoNormal{margin:0}</style></head><body>" + body + "</body></html>\n")
			repaired, _, err := signedtext.Repair([]byte(file), specimen.open)
			if err != nil || !bytes.Equal(repaired, specimen.file) {
				t.Errorf("%s, %s: %v", specimen.name, name, err)
			}
		}
	}
}

// TestRepairAcceptsNothingThatWasTamperedWith changes one letter or digit of
// a value, of the signature or of the proof, does up to two damages, and
// demands that nothing comes out: thousands of times, the same in every run.
func TestRepairAcceptsNothingThatWasTamperedWith(t *testing.T) {
	random := rand.New(keystest.Seed("tamper"))
	for _, specimen := range specimens(t) {
		for range 750 / stride {
			tampered, where := tamper(random, specimen.file)
			one, two := damages[random.IntN(len(damages))], damages[random.IntN(len(damages))]
			repaired, _, err := signedtext.Repair(mangle(tampered, one, two), specimen.open)
			if err == nil || repaired != nil {
				t.Fatalf("%s, octet %d changed, %s, %s: accepted\n%s", specimen.name, where, one.name, two.name, tampered)
			}
		}
	}
}

// tamper changes one letter or digit inside a value of the text or inside a
// block of base64. The last digits of a block are left: they hold bits that
// mean nothing, and the checksum.
func tamper(random *rand.Rand, file []byte) (tampered []byte, where int) {
	text := bytes.Index(file, []byte("kind"))
	signature := bytes.Index(file, []byte("-----BEGIN PGP SIGNATURE"))
	for {
		where = text + random.IntN(len(file)-text)
		line := file[bytes.LastIndexByte(file[:where], '\n')+1:]
		line = line[:bytes.IndexByte(line, '\n')+1]
		isValue := where < signature && bytes.Contains(line[:bytes.IndexByte(line, '\n')], []byte(" = ")) && cap(line)-cap(file[where:]) > bytes.IndexByte(line, '=')+1
		isBlock := where > signature && len(line) == 65 && line[0] != '-'
		if !isValue && !isBlock {
			continue
		}
		octet := file[where]
		other := "0123456789"[random.IntN(10)]
		if octet >= 'a' && octet <= 'z' || octet >= 'A' && octet <= 'Z' {
			other = "abcdefghijklmnopqrstuvwxyz"[random.IntN(26)]
		} else if octet < '0' || octet > '9' {
			continue
		}
		if other != octet {
			tampered = bytes.Clone(file)
			tampered[where] = other
			return tampered, where
		}
	}
}

// TestRepairSavesTheMessageFromItsProof: a proof that cannot be read any
// more hides nothing from a reader that needs none, and everything from one
// that does.
func TestRepairSavesTheMessageFromItsProof(t *testing.T) {
	made := newFixture(t)
	before, block, _ := bytes.Cut(made.file, []byte("-----BEGIN FUTURA PROOF-----\n"))
	damaged := append(append(bytes.Clone(before), "-----BEGIN FUTURA PROOF-----\n"...), block[40:]...)
	damaged = bytes.ReplaceAll(damaged, []byte("\n"), []byte("\n> "))
	unlogged := made.trust(t, func(file *keys.TrustFile) { file.Logs = nil })
	opened, repaired, changes, err := verify.OpenRepaired(damaged, unlogged)
	if err != nil || opened.Digest() != made.license.Digest() || len(changes) == 0 || len(opened.Document.Proof()) == 0 {
		t.Errorf("%v, %v", changes, err)
	}
	if _, err := verify.Open(repaired, unlogged); err != nil {
		t.Error(err)
	}
	if opened, _, _, err := verify.OpenRepaired(damaged, made.trust(t, nil)); err == nil || opened != nil {
		t.Error("accepted without its proof")
	}
	lost := append(bytes.Clone(before), "-----BEGIN FUTURA PROOF-----\n...\n"...)
	if opened, _, changes, err := verify.OpenRepaired(lost, unlogged); err != nil || len(opened.Document.Proof()) != 0 || len(changes) == 0 {
		t.Errorf("%v, %v", changes, err)
	}
	if _, _, _, err := verify.OpenRepaired(lost, made.trust(t, nil)); err == nil {
		t.Error("accepted without its proof")
	}
}
