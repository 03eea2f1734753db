package site

import (
	"errors"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

// EnrollOutside is Enroll with a key of the site's own, whose secret another
// program holds, such as gpg. Only its certificate is kept. Requests are then
// written for that program to sign.
func (s *Site) EnrollOutside(customer string, code keys.Code, certificate *openpgp.Certificate, now time.Time) (*Enrollment, error) {
	if err := signedtext.CheckNumber("customer", customer); err != nil {
		return nil, err
	}
	if err := certificate.CheckSigning(now); err != nil {
		return nil, err
	}
	if err := files.Replace(s.path(outsideFile), certificate.Armor(), files.Private); err != nil {
		return nil, err
	}
	return s.enroll(customer, code, certificate.Fingerprint(), now)
}

// Outside returns the certificate of the key that another program holds, or
// nil when the site is enrolled with the key in its folder.
func (s *Site) Outside() (*openpgp.Certificate, error) {
	data, err := files.Read(s.path(outsideFile), 2*openpgp.MaxCertificate)
	if errors.Is(err, files.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	certificate, err := openpgp.ReadCertificate(data)
	if err != nil {
		return nil, err
	}
	if enrollment, err := s.Enrollment(); err != nil || enrollment.Fingerprint != certificate.Fingerprint() {
		return nil, nil // enrolled with another key since
	}
	return certificate, nil
}

// Certificate returns the certificate of the key that requests are signed
// with.
func (s *Site) Certificate() (*openpgp.Certificate, error) {
	if outside, err := s.Outside(); outside != nil || err != nil {
		return outside, err
	}
	key, err := s.Key()
	if err != nil {
		return nil, err
	}
	return key.Certificate(), nil
}
