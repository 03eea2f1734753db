package site

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/short"
)

// OtherRequest is a short form for a request that was not kept here.
const OtherRequest = fault.Code("FL-167")

// InstallShort completes a short form from the request that it answers, and
// installs the license as Install does: it is judged, and refused where the
// server would not start with it. The license has no proof yet; when the
// whole file comes, Install puts it in this one's place.
func (s *Site) InstallShort(ctx context.Context, form *short.Form, place Place) ([]Change, error) {
	file, err := s.complete(form)
	if err != nil {
		return nil, err
	}
	return s.Install(ctx, []Given{{Name: form.Granted.Serial, Data: file, short: true}}, place)
}

// Expects says why a short form cannot be completed here, as far as its first
// line tells: an unknown signer, or a request that was not kept.
func (s *Site) Expects(form *short.Form) error {
	_, err := s.askedBy(form)
	return err
}

// askedBy finds the request that a short form answers.
func (s *Site) askedBy(form *short.Form) (*Asked, error) {
	if err := s.NeedTrust(); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(s.Trust.Signers, func(signer keys.Signer) bool { return form.SignedBy(signer.Fingerprint) }) {
		return nil, verify.UnknownSigner.New("the trust file does not name the signer", "key", fmt.Sprintf("%X…", form.Signer))
	}
	kept := s.Requests()
	for _, asked := range kept {
		if form.Answers(asked.Digest) {
			return &asked, nil
		}
	}
	answered := fmt.Sprintf("%x %x", form.Request[:2], form.Request[2:])
	if len(kept) == 0 {
		return nil, OtherRequest.New("no request was kept here", "answered", answered)
	}
	newest := kept[0]
	return nil, OtherRequest.New("the short form answers another request", "answered", answered,
		"newest", newest.Digest.Groups(), "created", newest.Created, "version", newest.Product.Version)
}

// complete writes the license that was signed.
func (s *Site) complete(form *short.Form) ([]byte, error) {
	asked, err := s.askedBy(form)
	if err != nil {
		return nil, err
	}
	profile := s.ProfileOf(asked.Databases[0].Profile)
	if profile == nil {
		return nil, OldProfile.New("the profile of the request is not installed", "profile", asked.Databases[0].Profile)
	}
	return form.License(asked.Request, asked.Digest, profile, s.Trust.IssuerCertificate())
}

// whole returns the file at a path if it is the same license with its proof,
// to which a short form adds nothing, and the completed file otherwise.
func (p *plan) whole(path string, opened *verify.License, completed []byte) []byte {
	before, err := files.Read(path, signedtext.MaxDamaged)
	if err != nil {
		return completed
	}
	if known, _, _, err := verify.OpenRepaired(before, p.trust); err != nil || known.Digest() != opened.Digest() {
		return completed
	}
	return before
}

// isUnproved reports whether the file that is replaced is the new license,
// still without its proof: then nothing is lost with it.
func (p *plan) isUnproved(before, file []byte) bool {
	known, err := verify.OpenInstalled(before, p.trust)
	if err != nil || !known.Unproved() {
		return false
	}
	opened, err := verify.OpenInstalled(file, p.trust)
	return err == nil && opened.Digest() == known.Digest()
}

// openInstalled is verify.OpenInstalled for a file that may have been altered
// since: one that had a proof does not count without it.
func (s *Site) openInstalled(data []byte) (*verify.License, []signedtext.Change, error) {
	opened, _, changes, err := signedtext.OpenRepaired(data, func(file []byte) (*verify.License, error) {
		opened, err := verify.OpenInstalled(file, s.Trust)
		if err == nil && opened.Unproved() && bytes.Contains(data, []byte("FUTURA PROOF")) {
			return nil, verify.Unlogged.New("the proof is damaged")
		}
		return opened, err
	})
	return opened, changes, err
}
