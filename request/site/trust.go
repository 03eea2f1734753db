package site

import (
	"context"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
)

// OldTrust is a warning: no newer trust file has come for a long time.
const OldTrust = fault.Code("FL-822")

// trustMonths is the age at which a trust file is warned of. The issuer
// changes its signer once a year, and every reply brings the newest file: at
// eighteen months a site has missed a whole change, and half a year more to
// send or get mail in.
const trustMonths = 18

// WarnOfAge warns of a trust file that is old. It stops nothing: a site
// without a network gets one only with a reply.
func (s *Site) WarnOfAge(now time.Time) {
	if s.Trust != nil && now.After(s.Trust.Issued.AddDate(0, trustMonths, 0)) {
		s.warn(OldTrust.New("an old trust file", "sequence", s.Trust.Sequence, "issued", s.Trust.Issued))
	}
}

// seen returns what is remembered of the newest trust file.
func (s *Site) seen() keys.Seen {
	seen := keys.Seen{Sequence: s.state.Sequence}
	if seen.Digest.UnmarshalText([]byte(s.state.Trust)) != nil {
		seen.Digest = signedtext.Digest{}
	}
	return seen
}

func (s *Site) setSeen(seen keys.Seen) {
	s.state.Sequence, s.state.Trust = seen.Sequence, seen.Digest.String()
}

// warnOfRollback warns of a trust file that is not the newest that this site
// has seen: somebody put an older one into the folder, or restored it. It
// stops nothing: what the older file says was once right.
func (s *Site) warnOfRollback() {
	seen := s.seen()
	if s.Trust.Sequence < seen.Sequence {
		s.warn(OlderTrust.New("an older trust file than the one seen", "sequence", s.Trust.Sequence, "seen", seen.Sequence))
	} else if err := s.Trust.Differs(seen); err != nil {
		s.warn(err)
	}
}

// useProfile takes a profile of the folder. One that an end in the trust file
// rules out still measures for the licenses that name it, since they vouch
// for it by its digest, and for requests while there is no other.
func (s *Site) useProfile(path string, data []byte) error {
	var ended error
	profile, _, changes, err := signedtext.OpenRepaired(data, func(file []byte) (profile *request.Profile, err error) {
		profile, ended, err = verify.OpenInstalledProfile(file, s.Trust)
		return profile, err
	})
	if err != nil {
		return err
	}
	s.restored(path, changes)
	if s.profiles[profile.Digest] == nil || ended == nil {
		s.profiles[profile.Digest], s.ended[profile.Digest] = profile, ended != nil
	}
	return nil
}

// isBetter reports whether requests are to be made with a profile rather than
// with another: one that counts, the newer of two.
func (s *Site) isBetter(profile, than *request.Profile) bool {
	if than == nil {
		return true
	}
	if ended := s.ended[profile.Digest]; ended != s.ended[than.Digest] {
		return !ended
	}
	return profile.Issued.After(than.Issued)
}

// dropReproved makes files that an end rules out, and those without a proof,
// rejected ones where the same license lies in the folder with a proof that
// counts.
func dropReproved(list []Installed) {
	proved := map[signedtext.Digest]bool{}
	for _, installed := range list {
		if installed.License != nil && installed.License.Ended() == nil && !installed.License.Unproved() {
			proved[installed.License.Digest()] = true
		}
	}
	for i, installed := range list {
		if installed.License == nil || !proved[installed.License.Digest()] {
			continue
		}
		switch {
		case installed.License.Ended() != nil:
			list[i].License, list[i].Err = nil, installed.License.Ended()
		case installed.License.Unproved():
			list[i].License, list[i].Err = nil, verify.Unlogged.New("the same license lies here with its proof")
		}
	}
}

// judgeBefore judges once more, under the trust file that was, the licenses
// that the next one rules out: that they are good here is what their days of
// grace rest on.
func (p *plan) judgeBefore(ctx context.Context, next *keys.Trust) {
	if p.trust == nil {
		return
	}
	list, err := p.site.Licenses()
	if err != nil {
		p.site.warn(err)
		return
	}
	for _, installed := range list {
		if installed.License == nil || installed.License.Ended() != nil {
			continue
		}
		data, err := files.Read(installed.Path, signedtext.MaxDamaged)
		if err != nil {
			continue
		}
		if _, _, _, err := verify.OpenRepaired(data, next); err != nil {
			verdict := p.rehearse(ctx, installed.License)
			p.site.remember(verdict)
			p.open[installed.License.Digest()] = verdict.Outcome == verify.UndecidedVerdict && verdict.History.LastGood.IsZero()
		}
	}
}

// findLosing warns of every version for which, under the trust file that
// comes, the server starts for some days only: with what is installed and the
// files that come with it. It refuses a trust file when it is not known
// whether there would be any such days, since nothing could be measured: the
// licenses must come first, or together with it.
func (p *plan) findLosing(ctx context.Context) error {
	list, err := p.site.Licenses()
	if err != nil {
		p.site.warn(err)
		return nil
	}
	covered := map[string]bool{}
	for _, license := range p.taken {
		covered[license.Product.Versions] = true
	}
	for _, installed := range list {
		if installed.License != nil && installed.License.Ended() == nil {
			covered[installed.License.Product.Versions] = true
		}
	}
	for _, installed := range list {
		if installed.License == nil || installed.License.Ended() == nil || covered[installed.License.Product.Versions] {
			continue
		}
		covered[installed.License.Product.Versions] = true
		verdict := p.rehearse(ctx, installed.License)
		if verdict.Outcome == verify.NotValid && p.open[installed.License.Digest()] {
			return WouldNotStart.Wrap(verdict.Reason(), "with this trust file the server would not start", "file", trustFile)
		}
		p.site.remember(verdict)
		p.site.warn(verdict.Reason())
	}
	return nil
}
