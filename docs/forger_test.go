package docs_test

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/futura/airlicense/issue/issuetest"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/openpgp"
	pgptest "github.com/futura/airlicense/keys/openpgp/openpgptest"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify/license"
)

// forger makes the vectors: it holds the keys of an honest issuer and those
// of a thief, and what the issuer signed.
type forger struct {
	root, signer, stranger, thief *pgptest.Key
	certificate                   []byte // of the issuer, with signer and stranger
	text                          string // of the license
	file                          string // the license
	trust                         []byte
	signed                        map[signedtext.Digest]bool // texts with a good signature of root or signer
	list                          []vector
}

// Dates of the vectors.
var (
	keysBorn    = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	vectorsMade = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
)

const testUser = "TEST KEYS, worth nothing"

func testKey(name string) *pgptest.Key {
	return pgptest.Ed25519(issuetest.Seed("vectors "+name), keysBorn)
}

func newForger() *forger {
	f := &forger{root: testKey("root"), signer: testKey("signer"), stranger: testKey("stranger"), thief: testKey("thief"), signed: map[signedtext.Digest]bool{}}
	f.certificate = bytes.Join([][]byte{
		f.root.Certificate(testUser, pgptest.MayCertify|pgptest.MaySign),
		f.root.Bind(f.signer, f.root.Binding(f.signer, keysBorn, pgptest.MaySign)),
		f.root.Bind(f.stranger, f.root.Binding(f.stranger, keysBorn, pgptest.MaySign)),
	}, nil)
	f.text = canonical(vectorLicense().Marshal())
	f.file = f.sealed(f.signer, f.text)
	f.trust = []byte(f.sealed(f.root, f.trustText(func(*keys.TrustFile) {})))
	return f
}

func canonical(text []byte, err error) string {
	if err != nil {
		panic(err)
	}
	return string(text)
}

// vectorLicense is the license that the vectors are made from.
func vectorLicense() license.License {
	return license.License{
		Serial: "L-2026-000001", Issued: vectorsMade, Customer: "00123", Site: "producao", Request: signedtext.DigestOf([]byte("a request")),
		Product: license.Product{Name: "sispetro", Scheme: request.Numbers, Digits: 2, Versions: "8.9", Modules: "0 S3 fiscal", Maintenance: vectorsMade.AddDate(1, 0, 0)},
		Terms:   license.Terms{UndecidedDays: 7, UnrecognizedDays: 15, Expires: vectorsMade.AddDate(2, 0, 0)},
		Databases: []license.Database{{
			Name: "producao", Profile: signedtext.DigestOf([]byte("a profile")), Salt: bytes.Repeat([]byte{7}, request.SaltSize), Items: []byte("not real items"),
		}},
	}
}

func (f *forger) trustText(change func(*keys.TrustFile)) string {
	file := keys.TrustFile{
		Kind: keys.TrustKind, Format: 1, Sequence: 1, Issued: vectorsMade, Issuer: testUser, Products: "sispetro", Certificate: f.certificate,
		Signers: []keys.Signer{{Fingerprint: f.signer.Fingerprint(), Begins: keysBorn}},
	}
	change(&file)
	return canonical(signedtext.Marshal(file))
}

// sealed signs a text as it is and writes the file.
func (f *forger) sealed(key *pgptest.Key, text string) string {
	return f.framed(text, f.over(key, text, key.TextSignature(vectorsMade)).Packet())
}

// over completes a signature over a text and remembers it if it is honest.
func (f *forger) over(key *pgptest.Key, text string, signature pgptest.Signature) pgptest.Signature {
	if key == f.root || key == f.signer {
		f.signed[signedtext.DigestOf([]byte(text))] = true
	}
	return key.Over(pgptest.CanonicalText([]byte(text)), signature)
}

const (
	beginMessage = "-----BEGIN PGP SIGNED MESSAGE-----\n"
	hashHeader   = "Hash: SHA512\n"
	messageHead  = beginMessage + hashHeader + "\n"
	beginBlock   = "-----BEGIN PGP SIGNATURE-----\n"
	endBlock     = "-----END PGP SIGNATURE-----\n"
)

func (f *forger) framed(text string, packets []byte) string {
	return messageHead + text + "\n" + pgptest.Armor(openpgp.SignatureBlock, packets)
}

// add puts a vector on the list.
func (f *forger) add(file, rows, open, code, flaw, data string) {
	f.list = append(f.list, vector{File: file, Rows: rows, Flaw: flaw, Open: open, Code: code, data: []byte(data)})
}

// envelope adds a license file with a flaw outside the signed text.
func (f *forger) envelope(name, rows, code, flaw, data string) {
	f.add("envelope/"+name+".asc", rows, "license", code, flaw, data)
}

// replaced is the honest file with something else in one place.
func (f *forger) replaced(old, new string) string { return replaceOnce(f.file, old, new) }

func replaceOnce(in, old, new string) string {
	if strings.Count(in, old) < 1 {
		panic(fmt.Sprintf("nothing to change: %q", old))
	}
	return strings.Replace(in, old, new, 1)
}

// armored is the content of the signature block: its lines of base64.
func (f *forger) armored() []string {
	_, rest, _ := strings.Cut(f.file, beginBlock+"\n")
	body, _, _ := strings.Cut(rest, "\n=")
	return strings.Split(body, "\n")
}

// packet adds the license with a signature packet that has a flaw.
func (f *forger) packet(name, rows, code, flaw string, packets []byte) {
	f.add("packets/"+name+".asc", rows, "license", code, flaw, f.framed(f.text, packets))
}

// varied adds the license signed by a signature that was changed before it
// was made: the flaw is signed.
func (f *forger) varied(name, rows, code, flaw string, change func(*pgptest.Signature)) {
	signature := f.signer.TextSignature(vectorsMade)
	change(&signature)
	f.packet(name, rows, code, flaw, f.over(f.signer, f.text, signature).Packet())
}

// bent adds the license with a signature that was changed after it was made.
func (f *forger) bent(name, rows, code, flaw string, change func(*pgptest.Signature)) {
	signature := f.over(f.signer, f.text, f.signer.TextSignature(vectorsMade))
	change(&signature)
	f.packet(name, rows, code, flaw, signature.Packet())
}

// document adds a license whose text has a flaw, under a good signature.
func (f *forger) document(name, rows, code, flaw, text string) {
	f.add("documents/"+name+".asc", rows, "license", code, flaw, f.sealed(f.signer, text))
}

// edited adds the license with another text in one place, signed.
func (f *forger) edited(name, rows, code, flaw, old, new string) {
	f.document(name, rows, code, flaw, replaceOnce(f.text, old, new))
}
