package signedtext

import (
	"bytes"
	"encoding/base64"
	"time"

	"github.com/futura/airlicense/keys/openpgp"
)

// Signer signs texts: an unlocked secret, or a program that holds one.
type Signer interface {
	Fingerprint() openpgp.Fingerprint
	Certificate() *openpgp.Certificate
	Sign(text []byte, at time.Time) (packet []byte, err error)
}

// Document is a text with a signature that was verified, and the proof that
// came with it, which was not: package proof judges it.
type Document struct {
	text      []byte
	signature *openpgp.Signature
	proof     []byte
}

// Text returns the signed text, without a final line end.
func (d *Document) Text() []byte { return bytes.Clone(d.text) }

// Digest returns the identity of the document.
func (d *Document) Digest() Digest { return DigestOf(d.text) }

// Signature returns the signature packet.
func (d *Document) Signature() []byte { return d.signature.Packet() }

// Signer returns the key that signed.
func (d *Document) Signer() openpgp.Fingerprint { return d.signature.Issuer }

// Signed returns the time that the signature claims.
func (d *Document) Signed() time.Time { return d.signature.Created }

// How far the time of a signature may be from the date in its document. Our
// programs write the same time in both, but a card or another program has a
// clock of its own, and what a crash left unsigned is signed by the next
// signer, when that has begun.
const (
	earlyTolerance = 24 * time.Hour
	lateTolerance  = 366 * 24 * time.Hour
)

// CheckDate refuses a document of the issuer that was signed at another time
// than it says. No clock takes part: a document from the future is told by
// its date, which cannot be another than its signature's.
func (d *Document) CheckDate(issued time.Time) error {
	if late := d.Signed().Sub(issued); late < -earlyTolerance || late > lateTolerance {
		return OtherDate.New("signed at another time than it says", "signed", d.Signed(), "issued", issued)
	}
	return nil
}

// Proof returns the content of the proof block, empty when there is none.
func (d *Document) Proof() []byte { return bytes.Clone(d.proof) }

// WithProof returns the document with another proof.
func (d *Document) WithProof(proof []byte) *Document {
	return &Document{text: d.text, signature: d.signature, proof: bytes.Clone(proof)}
}

// Seal signs a canonical text and verifies the result with the certificate
// alone, as every reader will, before it returns it.
func Seal(text []byte, signer Signer, at time.Time) (*Document, error) {
	packet, err := signer.Sign(text, at)
	if err != nil {
		return nil, err
	}
	signature, err := openpgp.ParseSignature(packet)
	if err != nil {
		return nil, err
	}
	document := &Document{text: bytes.Clone(text), signature: signature}
	return Open(document.Render(), signer.Certificate())
}

// Open reads a file strictly and verifies its signature with a key of the
// certificate. For a well-formed file that it does not accept, and for every
// well-formed file when the certificate is nil, the error is an
// *UnverifiedError; for any other file the error holds no text.
func Open(file []byte, certificate *openpgp.Certificate) (*Document, error) {
	document, err := parse(file)
	if err != nil {
		return nil, err
	}
	if certificate == nil {
		err = openpgp.UnknownKey.New("no key to verify with", "key", document.Signer())
	} else {
		err = certificate.Verify(document.text, document.signature)
	}
	if err == nil && bytes.HasSuffix(document.text, []byte("\n")) {
		err = ExtraLine.New("an empty line behind the text is signed too", "key", document.Signer())
	}
	if err != nil {
		return nil, &UnverifiedError{Text: document.text, Signature: document.Signature(), Proof: document.proof, Err: err}
	}
	return document, nil
}

// Lines of the frame.
const (
	beginMessage   = "-----BEGIN PGP SIGNED MESSAGE-----\n"
	beginSignature = "-----BEGIN PGP SIGNATURE-----\n"
	endSignature   = "-----END PGP SIGNATURE-----\n"
	beginProof     = "-----BEGIN FUTURA PROOF-----\n"
	endProof       = "-----END FUTURA PROOF-----\n"
)

// Render writes the file; see the package comment.
func (d *Document) Render() []byte {
	out := make([]byte, 0, len(d.text)+2*len(d.proof)+2*openpgp.MaxSignature/4) // mostly enough
	out = append(out, beginMessage+"Hash: "+d.signature.HashName()+"\n\n"...)
	out = append(append(out, d.text...), '\n')
	out = openpgp.AppendArmor(out, openpgp.SignatureBlock, d.signature.Packet())
	if len(d.proof) > 0 {
		out = append(openpgp.AppendBase64(append(out, beginProof...), d.proof), endProof...)
	}
	return out
}

// parse takes a file apart, loosely, and then demands that putting it
// together gives the same bytes: that comparison is what makes it strict.
func parse(file []byte) (*Document, error) {
	if err := checkSize(file); err != nil {
		return nil, err
	}
	lines, err := unixLines(file)
	if err != nil {
		return nil, err
	}
	document, err := split(lines)
	if err != nil {
		return nil, err
	}
	if again := document.Render(); !bytes.Equal(again, lines) {
		return nil, FrameDamaged.New("the frame is not as it was written", "line", firstDifference(again, lines))
	}
	return document, nil
}

func checkSize(file []byte) error {
	switch {
	case len(file) > MaxFile:
		return TooLarge.New("file over the limit", "limit", MaxFile)
	case len(bytes.TrimSpace(file)) == 0:
		return Empty.New("the file is empty")
	}
	return nil
}

// unixLines accepts LF on every line or CR LF on every line.
func unixLines(file []byte) ([]byte, error) {
	carriages := bytes.Count(file, []byte("\r"))
	if carriages == 0 {
		return file, nil
	}
	if carriages != bytes.Count(file, []byte("\n")) || carriages != bytes.Count(file, []byte("\r\n")) {
		return nil, LineEnds.New("line ends are mixed")
	}
	return bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n")), nil
}

func split(lines []byte) (*Document, error) {
	if !bytes.HasPrefix(lines, []byte(beginMessage)) {
		return nil, notSigned(lines)
	}
	_, rest, _ := bytes.Cut(lines, []byte("\n\n"))
	text, rest, found := bytes.Cut(rest, []byte("\n"+beginSignature+"\n"))
	if !found {
		return nil, FrameDamaged.New("the signature block is missing", "line", 0)
	}
	armored, rest, found := bytes.Cut(rest, []byte(endSignature))
	if !found {
		return nil, FrameDamaged.New("the end of the signature block is missing", "line", 0)
	}
	packet, err := signaturePacket(armored)
	if err != nil {
		return nil, err
	}
	proof, err := proofBlock(rest)
	if err != nil {
		return nil, err
	}
	if err := CheckText(text); err != nil {
		return nil, err
	}
	signature, err := openpgp.ParseSignature(packet)
	if err != nil {
		return nil, err
	}
	return &Document{text: bytes.Clone(text), signature: signature, proof: proof}, nil
}

// signaturePacket decodes the base64 above the CRC line; parse checks every
// byte of both later.
func signaturePacket(armored []byte) ([]byte, error) {
	body, _, found := bytes.Cut(armored, []byte("\n="))
	if !found || len(body) > 2*openpgp.MaxSignature {
		return nil, FrameDamaged.New("the checksum line of the signature block is missing", "line", 0)
	}
	return decodeBase64(body)
}

func proofBlock(rest []byte) ([]byte, error) {
	if len(rest) == 0 {
		return nil, nil
	}
	body, found := bytes.CutPrefix(rest, []byte(beginProof))
	if !found {
		return nil, Surrounded.New("something stands behind the signed message")
	}
	body, after, found := bytes.Cut(body, []byte(endProof))
	if !found {
		return nil, FrameDamaged.New("the end of the proof block is missing", "line", 0)
	}
	if len(after) > 0 {
		return nil, Surrounded.New("something stands behind the signed message")
	}
	if len(body) > 2*MaxProof {
		return nil, TooLarge.New("proof over the limit", "limit", MaxProof)
	}
	proof, err := decodeBase64(body)
	if err == nil && len(proof) == 0 {
		err = FrameDamaged.New("the proof block is empty", "line", 0)
	}
	return proof, err
}

// decodeBase64 passes over line ends wherever they are.
func decodeBase64(lines []byte) ([]byte, error) {
	decoded, err := base64.StdEncoding.Strict().AppendDecode(nil, lines)
	if err != nil {
		return nil, FrameDamaged.New("base64 is damaged", "line", 0)
	}
	return decoded, nil
}

// notSigned says what the file looks like instead.
func notSigned(file []byte) error {
	if bytes.Contains(file, []byte("\n"+beginMessage)) {
		return Surrounded.New("something stands before the signed message")
	}
	return NotSigned.New("not a signed document", "looks", looksLike(file))
}

func looksLike(file []byte) string {
	for _, sign := range []struct{ prefix, kind string }{
		{"PK\x03\x04", "zip"}, {"%PDF", "pdf"}, {"\x1f\x8b", "gzip"},
		{"\xff\xfe", "utf-16"}, {"\xfe\xff", "utf-16"}, {"\xef\xbb\xbf", "byte order mark"},
		{"-----BEGIN PGP PRIVATE", "secret key"}, {"-----BEGIN PGP PUBLIC", "certificate"}, {"-----BEGIN PGP", "other OpenPGP"},
		{"<", "html"}, {">", "quoted mail"}, {"SQLite format 3", "database"}, {"\xd0\xcf\x11\xe0", "outlook message"},
	} {
		if bytes.HasPrefix(file, []byte(sign.prefix)) {
			return sign.kind
		}
	}
	return "something else"
}
