package site

import (
	"errors"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/revocation"
)

// Codes of the revocation list.
const (
	OlderRevocations = fault.Code("FL-823") // an older list than the one seen
	OtherRevocations = fault.Code("FL-824") // a list with the number of the one seen, and other content
)

const revocationsFile = "futura.revocations"

// seenList is what is remembered of the newest revocation list seen.
type seenList struct {
	Sequence int64  `json:"sequence"`
	Digest   string `json:"digest"`
	Signer   string `json:"signer"`
}

func seenIn(list *verify.Revocations) seenList {
	return seenList{Sequence: list.Sequence, Digest: list.Digest().String(), Signer: list.Document.Signer().String()}
}

// readRevocations reads the installed revocation list. One that cannot be
// read, that does not hold, or that is older than one seen is a warning: it
// stops nothing.
func (s *Site) readRevocations() {
	list, err := s.openRevocations()
	if err == nil && list != nil {
		err = s.checkSequence(list, s.Trust)
	}
	if err != nil {
		s.warn(fault.With(err, "file", s.path(revocationsFile)))
	}
	s.Revocations = list
}

// openRevocations returns the installed revocation list, nil for none.
func (s *Site) openRevocations() (*verify.Revocations, error) {
	data, err := files.Read(s.path(revocationsFile), signedtext.MaxDamaged)
	if errors.Is(err, files.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list, _, changes, err := signedtext.OpenRepaired(data, func(file []byte) (*verify.Revocations, error) {
		return verify.OpenRevocations(file, s.Trust)
	})
	s.restored(s.path(revocationsFile), changes)
	return list, err
}

// checkSequence refuses a list that is older than one seen, and another one
// of its number. What was seen in a list of a signer who does not count any
// more is not held against an honest list: a thief could have counted to the
// end.
func (s *Site) checkSequence(list *verify.Revocations, trust *keys.Trust) error {
	known := []seenList{s.state.Revocations}
	if s.Revocations != nil {
		known = append(known, seenIn(s.Revocations))
	}
	for _, before := range known {
		switch {
		case !counts(before.Signer, trust):
		case list.Sequence < before.Sequence:
			return OlderRevocations.New("an older revocation list than the one seen", "sequence", list.Sequence, "seen", before.Sequence)
		case list.Sequence == before.Sequence && list.Digest().String() != before.Digest:
			return OtherRevocations.New("another revocation list of the number seen", "sequence", list.Sequence)
		}
	}
	return nil
}

// counts reports whether a trust file names a signer, and not as stolen.
func counts(fingerprint string, trust *keys.Trust) bool {
	parsed, err := openpgp.ParseFingerprint(fingerprint)
	if err != nil {
		return false
	}
	signer, known := trust.Signer(parsed)
	return known && signer.Stolen == nil
}

// Ending is what a new revocation list changed for a license that lies here.
type Ending struct {
	Serial string
	Ends   time.Time // zero: it was revoked before, and is not any more
}

// takeRevocations plans a list and makes it count for the licenses that
// follow.
func (p *plan) takeRevocations(file Given) error {
	list, err := verify.OpenRevocations(file.Data, p.trust)
	if err != nil {
		return err
	}
	if err := p.site.checkSequence(list, p.trust); err != nil {
		return err
	}
	p.list, p.site.Revocations = list, list
	return p.add(revocation.Kind, file, p.site.path(revocationsFile), nil)
}

// rememberList remembers the list that was installed, and writes into its
// change what it means for the licenses that lie here now.
func (p *plan) rememberList() {
	if p.list == nil {
		return
	}
	p.site.state.Revocations = seenIn(p.list)
	installed, err := p.site.Licenses()
	if err != nil {
		p.site.warn(err)
	}
	for i := range p.changes {
		if p.changes[i].Kind == revocation.Kind && !p.changes[i].Same {
			p.changes[i].Endings = p.endings(installed)
		}
	}
}

func (p *plan) endings(installed []Installed) (list []Ending) {
	for _, file := range installed {
		if ending, changed := p.ending(file.License); changed {
			list = append(list, ending)
		}
	}
	return list
}

func (p *plan) ending(license *verify.License) (Ending, bool) {
	if license == nil {
		return Ending{}, false
	}
	before, was := entryOf(p.listBefore, license)
	now, is := entryOf(p.list, license)
	return Ending{Serial: license.Serial, Ends: now.ValidUntil}, was != is || is && !before.ValidUntil.Equal(now.ValidUntil)
}

func entryOf(list *verify.Revocations, license *verify.License) (revocation.Entry, bool) {
	if list == nil {
		return revocation.Entry{}, false
	}
	return list.Entry(license.Digest())
}
