package site

import (
	"errors"
	"io"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify"
)

// Enrollment is what a site keeps of its enrollment. The code itself is not
// kept.
type Enrollment struct {
	Kind        string              `toml:"kind"`
	Format      int                 `toml:"format"`
	Customer    string              `toml:"customer"`
	Product     string              `toml:"product"`
	Enrolled    time.Time           `toml:"enrolled"`
	Fingerprint openpgp.Fingerprint `toml:"fingerprint"` // of the site key
	// Installed is the license that the site had when it enrolled. A site that
	// lost its key has one, and as long as there is no newer one its requests
	// carry the proof. A digest and no time: the clocks of site and desk differ.
	Installed *signedtext.Digest `toml:"installed,omitempty"`
	Proof     signedtext.Bytes   `toml:"proof"`
}

const (
	enrollmentKind   = "futura-enrollment"
	enrollmentFormat = 1
)

// Enroll makes the site key, unless there is one, and the proof that it
// belongs to the customer who was sent the code. A passphrase protects the
// key; without one it is a machine's key. Enrolling again replaces the proof
// and keeps the key.
func (s *Site) Enroll(customer string, code keys.Code, passphrase []byte, now time.Time, random io.Reader) (*Enrollment, error) {
	if err := signedtext.CheckNumber("customer", customer); err != nil {
		return nil, err
	}
	key, err := s.Key()
	if errors.Is(err, files.NotFound) {
		key, err = s.makeKey(passphrase, now, random)
	}
	if err != nil {
		return nil, err
	}
	return s.enroll(customer, code, key.Fingerprint(), now)
}

func (s *Site) enroll(customer string, code keys.Code, key openpgp.Fingerprint, now time.Time) (*Enrollment, error) {
	installed, err := s.newest(customer)
	if err != nil {
		return nil, err
	}
	enrollment := &Enrollment{
		Kind: enrollmentKind, Format: enrollmentFormat,
		Customer: customer, Product: s.Config.Product, Enrolled: now.UTC().Truncate(time.Second), Fingerprint: key,
		Proof:     code.Prove(key, customer, s.Config.Product),
		Installed: digestOf(installed),
	}
	text, err := signedtext.Marshal(enrollment)
	if err != nil {
		return nil, err
	}
	return enrollment, files.Replace(s.path(enrollmentFile), append(text, '\n'), files.Private)
}

// digestOf returns the digest of a license, nil for none.
func digestOf(license *verify.License) *signedtext.Digest {
	if license == nil {
		return nil
	}
	digest := license.Digest()
	return &digest
}

// answered says whether a license was installed since the site enrolled.
func (e *Enrollment) answered(newest *verify.License) bool {
	return newest != nil && (e.Installed == nil || *e.Installed != newest.Digest())
}

func (s *Site) makeKey(passphrase []byte, now time.Time, random io.Reader) (*openpgp.Secret, error) {
	key, err := keys.NewSiteKey(now.UTC().Truncate(time.Second), random)
	if err != nil {
		return nil, err
	}
	file, err := key.Armor(passphrase, random)
	if err != nil {
		return nil, err
	}
	return key, files.Create(s.path(keyFile), file, files.Private)
}

// Key reads the site key, which may be locked.
func (s *Site) Key() (*openpgp.Secret, error) {
	data, err := files.Read(s.path(keyFile), openpgp.MaxCertificate)
	if err != nil {
		return nil, err
	}
	if err := files.CheckPrivate(s.path(keyFile)); err != nil {
		s.warn(err)
	}
	return openpgp.ReadSecret(data)
}

// Enrollment reads the enrollment, or says that there is none.
func (s *Site) Enrollment() (*Enrollment, error) {
	data, err := files.Read(s.path(enrollmentFile), signedtext.MaxText)
	if errors.Is(err, files.NotFound) {
		return nil, NotEnrolled.New("the site is not enrolled yet", "folder", s.Folder)
	}
	if err != nil {
		return nil, err
	}
	var enrollment Enrollment
	text := trimLine(data)
	if err := signedtext.Unmarshal(text, enrollmentKind, enrollmentFormat, &enrollment); err != nil {
		return nil, err
	}
	if enrollment.Product != s.Config.Product {
		return nil, NotEnrolled.New("enrolled for another product", "folder", s.Folder)
	}
	return &enrollment, nil
}

func trimLine(data []byte) []byte {
	if n := len(data); n > 0 && data[n-1] == '\n' {
		return data[:n-1]
	}
	return data
}
