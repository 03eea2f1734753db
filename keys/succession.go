package keys

import (
	"slices"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

// SealNextTrust is SealTrust for the trust file that follows another one: its
// sequence number becomes the next, and Follows is checked.
func SealNextTrust(next TrustFile, before *TrustFile, root *openpgp.Secret) ([]byte, error) {
	next.Sequence = before.Sequence + 1
	if err := next.Follows(before); err != nil {
		return nil, err
	}
	return SealTrust(next, root)
}

// Follows reports whether a trust file may come after another one: its
// sequence number is higher, its date not earlier, every signer, log key and
// product is still there, and no end has disappeared or risen. An end falls
// when it is set, when its size falls, and when a soft end becomes a hard one
// of at most the same size. The error is TakenBack and names the field.
//
// The rules are those of an issuer towards itself: what a trust file once
// said of a license must not become good again, and what was good must not be
// lost by a slip.
func (f *TrustFile) Follows(before *TrustFile) error {
	switch {
	case f.Sequence <= before.Sequence:
		return takenBack("sequence", before.Sequence)
	case f.Issued.Before(before.Issued):
		return takenBack("issued", before.Issued)
	}
	for _, product := range before.ProductList() {
		if !slices.Contains(f.ProductList(), product) {
			return takenBack("products", product)
		}
	}
	if err := f.followsLogs(before.Logs); err != nil {
		return err
	}
	return f.followsSigners(before.Signers)
}

func takenBack(field string, value any) error {
	return TakenBack.New("the next trust file takes something back", "field", field, "value", value)
}

func (f *TrustFile) followsLogs(before []Log) error {
	for _, old := range before {
		at := slices.IndexFunc(f.Logs, func(log Log) bool { return log.Key == old.Key })
		if at < 0 || !f.Logs[at].end().fell(old.end()) {
			return takenBack("log", old.Origin)
		}
	}
	return nil
}

func (f *TrustFile) followsSigners(before []Signer) error {
	for _, old := range before {
		at := slices.IndexFunc(f.Signers, func(signer Signer) bool { return signer.Fingerprint == old.Fingerprint })
		if at < 0 || !f.Signers[at].Begins.Equal(old.Begins) || !f.Signers[at].end().fell(old.end()) {
			return takenBack("signer", old.Fingerprint)
		}
	}
	return nil
}

// end is an end of either kind; the zero value is none.
type end struct {
	origin string
	size   int64
	hard   bool
	root   signedtext.Digest
}

func (l Log) end() end {
	switch {
	case l.Retired != nil:
		return end{origin: l.Origin, size: l.Retired.Size}
	case l.Stolen != nil:
		return end{origin: l.Origin, size: l.Stolen.Size, hard: true, root: l.Stolen.Root}
	}
	return end{}
}

func (s Signer) end() end {
	switch {
	case s.Retired != nil:
		return end{origin: s.Retired.Origin, size: s.Retired.Size}
	case s.Stolen != nil:
		return end{origin: s.Stolen.Origin, size: s.Stolen.Size, hard: true, root: s.Stolen.Root}
	}
	return end{}
}

// fell reports whether an end may follow an older one.
func (e end) fell(before end) bool {
	switch {
	case before == end{} || e == before:
		return true
	case e == end{} || e.origin != before.origin || before.hard && !e.hard:
		return false
	case before.hard:
		return e.size < before.size
	}
	return e.size <= before.size
}

// Seen is what somebody remembers of the newest trust file that was seen.
type Seen struct {
	Sequence int64
	Digest   signedtext.Digest // zero: not remembered
}

// Seen returns what to remember of a trust file.
func (t *Trust) Seen() Seen { return Seen{Sequence: t.Sequence, Digest: t.Digest} }

// Newer returns the one with the higher number.
func (s Seen) Newer(other Seen) Seen {
	if other.Sequence > s.Sequence || other.Sequence == s.Sequence && s.Digest.IsZero() {
		return other
	}
	return s
}

// Differs returns SameNumber when a trust file has the number that was seen
// and other content: the root has signed two, and one of them was not meant
// for us.
func (t *Trust) Differs(seen Seen) error {
	if t.Sequence != seen.Sequence || seen.Digest.IsZero() || seen.Digest == t.Digest {
		return nil
	}
	return SameNumber.New("another trust file of the same number", "sequence", t.Sequence, "digest", t.Digest, "seen", seen.Digest)
}
