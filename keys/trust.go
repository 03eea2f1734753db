package keys

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

// TrustKind is the kind of a trust file.
const TrustKind = "futura-trust"

const trustFormat = 1

// MaxSequence bounds the sequence number. A file with the highest number that
// there is could never be followed by another; below this bound a number that
// is far too high is answered by the next one.
const MaxSequence = 1_000_000_000

// TrustFile is the document that tells which keys of the issuer count, from
// when to when. docs/trust.md is its specification.
type TrustFile struct {
	Kind        string           `toml:"kind"`
	Format      int              `toml:"format"`
	Sequence    int64            `toml:"sequence"` // counts up; a reader never goes back
	Issued      time.Time        `toml:"issued"`
	Issuer      string           `toml:"issuer"`   // for people
	Products    string           `toml:"products"` // names with a blank between
	Certificate signedtext.Bytes `toml:"certificate"`
	Logs        []Log            `toml:"log,omitempty"`
	Signers     []Signer         `toml:"signer"`
}

// Log names a log and a key that signs its checkpoints. A log may have
// several keys, one after another. At most one of a key's ends is set, and it
// never disappears from later trust files.
type Log struct {
	Origin  string          `toml:"origin"`
	Key     signedtext.Long `toml:"key"` // as note.NewVerifier reads it
	Retired *LogSoftEnd     `toml:"retired,omitempty"`
	Stolen  *LogHardEnd     `toml:"stolen,omitempty"`
}

// LogSoftEnd keeps the checkpoints good that the key signed up to a size.
type LogSoftEnd struct {
	Size int64 `toml:"size"`
}

// LogHardEnd keeps only one checkpoint of the key good: whoever stole it
// could sign any other.
type LogHardEnd struct {
	Size int64             `toml:"size"`
	Root signedtext.Digest `toml:"root"`
}

// Signer is one signing key and the span in which it counts. At most one of
// its ends is set; an end never disappears from later trust files.
type Signer struct {
	Fingerprint openpgp.Fingerprint `toml:"fingerprint"`
	Begins      time.Time           `toml:"begins"`
	Retired     *SoftEnd            `toml:"retired,omitempty"`
	Stolen      *HardEnd            `toml:"stolen,omitempty"`
}

// SoftEnd keeps what the signer signed good if it was logged below a size.
type SoftEnd struct {
	Origin string `toml:"origin"`
	Size   int64  `toml:"size"`
}

// HardEnd keeps only what is proved against exactly this checkpoint: the
// thief may hold the log key too, and could log what he forged.
type HardEnd struct {
	Origin string            `toml:"origin"`
	Size   int64             `toml:"size"`
	Root   signedtext.Digest `toml:"root"`
}

// Trust is a trust file that was verified against a root.
type Trust struct {
	TrustFile
	Digest      signedtext.Digest
	certificate *openpgp.Certificate
}

// IssuerCertificate returns the certificate with all signers in it.
func (t *Trust) IssuerCertificate() *openpgp.Certificate { return t.certificate }

// Root returns the fingerprint that the trust file was verified against.
func (t *Trust) Root() openpgp.Fingerprint { return t.certificate.Fingerprint() }

// Signer returns what the trust file says of a key.
func (t *Trust) Signer(fingerprint openpgp.Fingerprint) (Signer, bool) {
	for _, signer := range t.Signers {
		if signer.Fingerprint == fingerprint {
			return signer, true
		}
	}
	return Signer{}, false
}

// HasProduct reports whether the issuer licenses a product of this name.
func (t *Trust) HasProduct(name string) bool {
	return slices.Contains(t.ProductList(), name)
}

// ProductList returns the names of the products that the issuer licenses.
func (f *TrustFile) ProductList() []string { return strings.Fields(f.Products) }

// SealTrust signs a trust file with the root and returns the file. Kind and
// format are filled in; everything else is checked as a reader will.
func SealTrust(file TrustFile, root *openpgp.Secret) ([]byte, error) {
	file.Kind, file.Format = TrustKind, trustFormat
	text, err := signedtext.Marshal(file)
	if err != nil {
		return nil, err
	}
	document, err := signedtext.Seal(text, root, file.Issued)
	if err != nil {
		return nil, err
	}
	if _, err := OpenTrust(document.Render(), root.Fingerprint()); err != nil {
		return nil, err
	}
	return document.Render(), nil
}

// OpenTrust reads a trust file whose certificate has the given root
// fingerprint and whose signature is by that root key itself.
func OpenTrust(file []byte, root openpgp.Fingerprint) (*Trust, error) {
	if root.IsZero() {
		return nil, NoRoot.New("no root fingerprint is known")
	}
	trust, err := OpenOwnTrust(file)
	if err != nil {
		return nil, err
	}
	if trust.Root() != root {
		return nil, ForeignRoot.New("the trust file belongs to another root", "root", trust.Root(), "wanted", root)
	}
	return trust, nil
}

// OpenOwnTrust reads a trust file and verifies it with the root that it
// carries itself. That proves nothing but its form: it is for showing the
// root's fingerprint, so that a person can compare it.
func OpenOwnTrust(file []byte) (*Trust, error) {
	_, err := signedtext.Open(file, nil)
	var unverified *signedtext.UnverifiedError
	if !errors.As(err, &unverified) {
		return nil, err
	}
	var trust Trust
	if err := signedtext.Unmarshal(unverified.Text, TrustKind, trustFormat, &trust.TrustFile); err != nil {
		return nil, err
	}
	if trust.certificate, err = openpgp.ReadPackets(trust.Certificate); err != nil {
		return nil, err
	}
	document, err := signedtext.Open(file, trust.certificate)
	if err != nil {
		return nil, err
	}
	if document.Signer() != trust.Root() {
		return nil, ForeignRoot.New("the trust file is not signed by its root", "root", document.Signer(), "wanted", trust.Root())
	}
	if len(document.Proof()) > 0 {
		return nil, badTrust("proof", "a trust file carries none")
	}
	if err := document.CheckDate(trust.Issued); err != nil {
		return nil, err
	}
	trust.Digest = document.Digest()
	if err := trust.check(trust.certificate); err != nil {
		return nil, err
	}
	return &trust, nil
}

// check looks for contradictions that the form does not show.
func (f *TrustFile) check(certificate *openpgp.Certificate) error {
	if f.Sequence < 1 || f.Sequence > MaxSequence {
		return badTrust("sequence", "range")
	}
	if err := signedtext.CheckNames("products", f.Products); err != nil {
		return err
	}
	if err := f.checkLogs(); err != nil {
		return err
	}
	return f.checkSigners(certificate)
}

func badTrust(field, reason string) error {
	return BadTrust.New("the trust file contradicts itself", "field", field, "reason", reason)
}

func (f *TrustFile) checkLogs() error {
	seen := map[signedtext.Long]bool{}
	for _, log := range f.Logs {
		verifier, err := parseVerifier(string(log.Key))
		if err != nil || verifier.Name() != log.Origin {
			return badTrust("log", "key")
		}
		if seen[log.Key] {
			return badTrust("log", "twice")
		}
		seen[log.Key] = true
		if err := log.checkEnd(); err != nil {
			return err
		}
	}
	return nil
}

func (l Log) checkEnd() error {
	switch {
	case l.Retired != nil && l.Stolen != nil:
		return badTrust("log", "two ends")
	case l.Retired != nil && l.Retired.Size < 1, l.Stolen != nil && l.Stolen.Size < 1:
		return badTrust("log", "end")
	}
	return nil
}

func (f *TrustFile) checkSigners(certificate *openpgp.Certificate) error {
	if len(f.Signers) == 0 {
		return badTrust("signer", "none")
	}
	keys := certificate.SigningKeys()
	seen := map[openpgp.Fingerprint]bool{}
	for _, signer := range f.Signers {
		known := slices.ContainsFunc(keys, func(key openpgp.Key) bool {
			return key.Fingerprint == signer.Fingerprint && !key.Primary
		})
		if !known {
			return badTrust("signer", "not a signing subkey of the certificate")
		}
		if seen[signer.Fingerprint] {
			return badTrust("signer", "twice")
		}
		seen[signer.Fingerprint] = true
		if err := f.checkEnd(signer); err != nil {
			return err
		}
	}
	return nil
}

func (f *TrustFile) checkEnd(signer Signer) error {
	var origin string
	var size int64
	switch {
	case signer.Retired != nil && signer.Stolen != nil:
		return badTrust("signer", "two ends")
	case signer.Retired != nil:
		origin, size = signer.Retired.Origin, signer.Retired.Size
	case signer.Stolen != nil:
		origin, size = signer.Stolen.Origin, signer.Stolen.Size
	default:
		return nil
	}
	if size < 1 || !slices.ContainsFunc(f.Logs, func(log Log) bool { return log.Origin == origin }) {
		return badTrust("signer", "end")
	}
	if end := signer.Stolen; end != nil && !slices.ContainsFunc(f.Logs, func(log Log) bool { return log.Origin == origin && log.signs(end.Size, end.Root) }) {
		return badTrust("signer", "no log key proves its end")
	}
	return nil
}

// signs reports whether this checkpoint, signed by the key, counts.
func (l Log) signs(size int64, root signedtext.Digest) bool {
	return (l.Retired == nil || size <= l.Retired.Size) && (l.Stolen == nil || *l.Stolen == LogHardEnd{Size: size, Root: root})
}
