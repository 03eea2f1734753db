// Package request holds what a site sends and what it is measured by: the
// request, the product profile, and the version schemes.
//
// docs/request.md and docs/profile.md are the specifications. A request looks
// like this (shortened):
//
//	kind = "futura-request"
//	format = 1
//	created = 2026-11-21T10:00:00Z
//	customer = "00123"
//	site = "producao"
//
//	[product]
//	name = "sispetro"
//	version = "8.9"
//
//	[[database]]
//	name = "producao"
//	profile = "Qw8…"
//	salt.1 = "…"
//	items.1 = "…"
//
//	[key]
//	fingerprint = "…"
//	certificate.1 = "…"
//
// It is signed by the site key, whose certificate it carries. That proves
// that it was not changed on the way and comes from the holder of that key;
// whose key it is, the desk knows from its ledger or from the enrollment
// proof.
package request

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/fingerprint"
)

// Codes of this package's errors.
const (
	BadVersion = fault.Code("FL-301") // a version in another spelling than its scheme's
	BadProfile = fault.Code("FL-302") // a product profile that contradicts itself
	BadRequest = fault.Code("FL-303") // a request that contradicts itself
)

// Kind is the kind of a request.
const Kind = "futura-request"

const format = 1

// MaxDatabases bounds the databases of one request and one license.
const MaxDatabases = 20

// Request is the document that a site sends.
type Request struct {
	Kind       string      `toml:"kind"`
	Format     int         `toml:"format"`
	Created    time.Time   `toml:"created"`
	Customer   string      `toml:"customer"`
	Site       string      `toml:"site"`
	Product    Product     `toml:"product"`
	Enrollment *Enrollment `toml:"enrollment,omitempty"`
	Installed  *Installed  `toml:"installed,omitempty"`
	Databases  []Database  `toml:"database"`
	Key        Key         `toml:"key"`
}

// Product says which version is asked for, and which runs now if known.
type Product struct {
	Name    string `toml:"name"`
	Version string `toml:"version"`
	Running string `toml:"running,omitempty"`
}

// Enrollment introduces a new site key; see keys.Code.
type Enrollment struct {
	Proof signedtext.Bytes `toml:"proof"`
}

// Installed names the license in use and the checkpoint that came with it, or
// with the one before it if it came without (package verify/short), so that a desk restored from a backup learns of what it has forgotten.
type Installed struct {
	License    signedtext.Digest `toml:"license"`
	Checkpoint signedtext.Bytes  `toml:"checkpoint,omitempty"` // a signed note
}

// Database is the fingerprint of one database.
type Database struct {
	Name    string            `toml:"name"`
	Profile signedtext.Digest `toml:"profile"`
	Salt    signedtext.Bytes  `toml:"salt"`
	Items   signedtext.Bytes  `toml:"items"`
	// Continuity holds the items of the installed license, measured again.
	Continuity signedtext.Bytes `toml:"continuity,omitempty"`
	// Unknown holds, for each set of the installed license's profile, the size
	// class of the rows that are older than that license and not in it.
	Unknown signedtext.Bytes `toml:"unknown,omitempty"`
	// Lineage tells one database under two customers.
	Lineage signedtext.Bytes `toml:"lineage,omitempty"`
}

// Key is the site key.
type Key struct {
	Fingerprint openpgp.Fingerprint `toml:"fingerprint"`
	Certificate signedtext.Bytes    `toml:"certificate"`
}

// Signed is a request whose signature was verified with the key it carries.
type Signed struct {
	Request
	Document    *signedtext.Document
	Certificate *openpgp.Certificate
}

// Digest returns the identity of the request.
func (s *Signed) Digest() signedtext.Digest { return s.Document.Digest() }

// Text returns the request as the canonical text that would be signed. Kind,
// format and key are filled in.
func (r Request) Text(certificate *openpgp.Certificate) ([]byte, error) {
	r.Kind, r.Format = Kind, format
	r.Key = Key{Fingerprint: certificate.Fingerprint(), Certificate: certificate.Bytes()}
	if err := r.check(); err != nil {
		return nil, err
	}
	return signedtext.Marshal(r)
}

// Seal signs the request with the site key.
func (r Request) Seal(site signedtext.Signer) (*Signed, error) {
	text, err := r.Text(site.Certificate())
	if err != nil {
		return nil, err
	}
	document, err := signedtext.Seal(text, site, r.Created)
	if err != nil {
		return nil, err
	}
	return Open(document.Render())
}

// Parse reads the text of a request that is not signed yet, so that nothing
// vouches for it.
func Parse(text []byte) (*Request, error) {
	var request Request
	if err := signedtext.Unmarshal(text, Kind, format, &request); err != nil {
		return nil, err
	}
	return &request, request.check()
}

// Open reads a request and verifies its signature with the certificate in
// it. Whether that key belongs to the customer is for the reader to know. A
// certificate that says that its key was revoked is refused.
func Open(file []byte) (*Signed, error) {
	_, err := signedtext.Open(file, nil)
	var unverified *signedtext.UnverifiedError
	if !errors.As(err, &unverified) {
		return nil, err
	}
	var signed Signed
	// An empty line behind the text is for signedtext.Open to refuse: it can
	// tell whether it was signed.
	if err := signedtext.Unmarshal(bytes.TrimRight(unverified.Text, "\n"), Kind, format, &signed.Request); err != nil {
		return nil, err
	}
	if signed.Certificate, err = openpgp.ReadPackets(signed.Key.Certificate); err != nil {
		return nil, err
	}
	if signed.Certificate.Fingerprint() != signed.Key.Fingerprint {
		return nil, badRequest("fingerprint", "not the certificate's")
	}
	if signed.Document, err = signedtext.Open(file, signed.Certificate); err != nil {
		return nil, err
	}
	if signed.Certificate.Revoked(signed.Document.Signer()) {
		return nil, openpgp.Revoked.New("the key was revoked by its owner", "key", signed.Document.Signer())
	}
	if len(signed.Document.Proof()) > 0 {
		return nil, badRequest("proof", "a request carries none")
	}
	if err := signed.check(); err != nil {
		return nil, err
	}
	return &signed, nil
}

func badRequest(field, reason string) error {
	return BadRequest.New("the request contradicts itself", "field", field, "reason", reason)
}

// check looks for what the form does not show. The spelling of the version
// is the profile's matter, and therefore the desk's.
func (r *Request) check() error {
	for _, err := range []error{
		signedtext.CheckNumber("customer", r.Customer),
		signedtext.CheckName("site", r.Site),
		signedtext.CheckName("product", r.Product.Name),
	} {
		if err != nil {
			return err
		}
	}
	if r.Product.Version == "" {
		return badRequest("version", "empty")
	}
	if r.Enrollment != nil && len(r.Enrollment.Proof) != 64 {
		return badRequest("proof", "length")
	}
	if r.Installed == nil && slices.ContainsFunc(r.Databases, func(database Database) bool { return len(database.Continuity) > 0 }) {
		return badRequest("continuity", "nothing is installed")
	}
	return checkDatabases(r.Databases)
}

func checkDatabases(databases []Database) error {
	if len(databases) == 0 || len(databases) > MaxDatabases {
		return badRequest("database", "count")
	}
	seen := map[string]bool{}
	for _, database := range databases {
		if err := signedtext.CheckName("database", database.Name); err != nil {
			return err
		}
		if seen[database.Name] {
			return badRequest("database", "twice")
		}
		seen[database.Name] = true
		if len(database.Salt) != SaltSize {
			return badRequest("salt", "length")
		}
		if len(database.Items) == 0 {
			return badRequest("items", "empty")
		}
		if len(database.Unknown) > maxMetrics || len(database.Unknown) > 0 && len(database.Continuity) == 0 {
			return badRequest("unknown", "length")
		}
		if size := len(database.Lineage); size != 0 && size != fingerprint.LineageSize {
			return badRequest("lineage", "length")
		}
	}
	return nil
}

// SaltSize is the length of a fingerprint's salt, in bytes.
const SaltSize = 16
