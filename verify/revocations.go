package verify

import (
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify/proof"
	"github.com/futura/airlicense/verify/revocation"
)

// Revocations is a revocation list that was verified. Whether it is the
// newest one, only its sequence number can tell.
type Revocations struct {
	revocation.List
	Document *signedtext.Document
	Logged   *Logged // nil when the trust file names no log
}

// Digest returns the identity of the list.
func (r *Revocations) Digest() signedtext.Digest { return r.Document.Digest() }

// OpenRevocations reads a revocation list and verifies it as Open does.
func OpenRevocations(file []byte, trust *keys.Trust) (*Revocations, error) {
	opened := Revocations{}
	opening := opening{trust: trust}
	err := opening.open(file, func(document *signedtext.Document) (proof.Leaf, string, error) {
		list, err := revocation.Parse(document.Text())
		if err != nil {
			return proof.Leaf{}, "", err
		}
		opened.List = *list
		return proof.NewLeaf(revocation.Kind, list.Name(), list.Issued, document), "", nil
	})
	if err != nil {
		return nil, err
	}
	opened.Document, opened.Logged = opening.document, opening.logged
	return &opened, nil
}

// revocation asks the list for the license. A license that is superseded by a
// newer one is not in it.
func (j *judging) revocation() {
	list := j.situation.Revocations
	if list == nil {
		j.skip(RevocationCheck)
		return
	}
	entry, named := list.Entry(j.license.Digest())
	if !named {
		j.add(RevocationCheck, nil)
		return
	}
	j.add(RevocationCheck, j.revoked(entry))
}

// revoked judges the end of a revoked license as period judges an expired
// one: nobody knows when the list reached the site, so the end alone, by a
// clock that may be ahead, does not refuse at once.
func (j *judging) revoked(entry revocation.Entry) error {
	ends := entry.ValidUntil
	if !j.now.After(ends) {
		return warning{RevokedSoon.New("the license is revoked and ends soon", "serial", entry.Serial, "ends", ends, "reason", string(entry.Reason))}
	}
	left := ends.Add(days(j.license.Terms.UnrecognizedDays)).Sub(j.now)
	if left <= 0 {
		return Revoked.New("the license is revoked", "serial", entry.Serial, "ends", ends, "reason", string(entry.Reason))
	}
	return warning{RevokedLately.New("the license is revoked and ended lately",
		"serial", entry.Serial, "ends", ends, "reason", string(entry.Reason), "days", wholeDays(left))}
}
