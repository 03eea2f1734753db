package short

import (
	"bytes"
	"errors"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify/license"
)

// Of returns the short form of a license that answers a request measured by
// this profile. It makes the license from it again, as the site will, and
// compares byte for byte. NoShort says why there is none: a signer whose key
// is not on Ed25519, a license that gives its proof no time to come, or one
// that says something that has no room.
func Of(document *signedtext.Document, asked *request.Request, digest signedtext.Digest, profile *request.Profile, certificate *openpgp.Certificate) (*Form, error) {
	answer, err := license.Parse(document.Text())
	if err != nil {
		return nil, err
	}
	if answer.Terms.UnprovedDays == 0 {
		return nil, noShort("unproved_days", "missing")
	}
	form := &Form{Granted: license.GrantedBy(*answer, asked, profile)}
	signer, isEd25519 := document.Signer(), false
	copy(form.Request[:], digest[:])
	copy(form.Signer[:], signer[:])
	if form.Signature, isEd25519 = openpgp.Reduce(document.Text(), document.Signature()); !isEd25519 {
		return nil, noShort("signature", "not ed25519")
	}
	written, err := form.marshal()
	if err != nil {
		return nil, err
	}
	read, err := unmarshal(written)
	if err != nil {
		return nil, err
	}
	again, err := read.License(asked, digest, profile, certificate)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, document.WithProof(nil).Render()) {
		return nil, noShort("request", "form")
	}
	return form, nil
}

// License makes the license file from the form and what the site holds, and
// verifies its signature with the certificate. The file has no proof.
// NotTogether is the error when the signature is not one over this license;
// openpgp.UnknownKey when the certificate does not hold the key.
func (f *Form) License(asked *request.Request, digest signedtext.Digest, profile *request.Profile, certificate *openpgp.Certificate) ([]byte, error) {
	answer, err := license.Answer(asked, digest, profile, f.Granted)
	if err != nil {
		return nil, notTogether(err)
	}
	if !f.Answers(digest) || license.GrantedBy(answer, asked, profile).Versions != f.Granted.Versions {
		return nil, notTogether(nil)
	}
	text, err := answer.Marshal()
	if err != nil {
		return nil, notTogether(err)
	}
	failed := error(openpgp.UnknownKey.New("the certificate does not hold the key of the short form", "key", f.Signer))
	for _, key := range certificate.SigningKeys() {
		if !f.SignedBy(key.Fingerprint) {
			continue
		}
		file, err := signedtext.Assemble(text, f.Signature.Packet(text, key.Fingerprint))
		if err == nil {
			_, err = signedtext.Open(file, certificate)
		}
		if err == nil {
			return file, nil
		}
		failed = notTogether(err)
	}
	return nil, failed
}

// notTogether hides nothing but a signature that does not verify and a text
// that cannot be: an expired key says so itself.
func notTogether(err error) error {
	if errors.Is(err, openpgp.KeyNotValid) {
		return err
	}
	return NotTogether.Wrap(err, "every line is right, and together they are not what was signed")
}
