package site

import (
	"bytes"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/revocation"
)

// Restored is the code of the warning about an installed file that was
// altered, and counts as it was signed.
const Restored = fault.Code("FL-524")

// restored warns of an altered file.
func (s *Site) restored(path string, changes []signedtext.Change) {
	if len(changes) > 0 {
		s.warn(Restored.New("an installed file was altered", "file", path, "changes", signedtext.Whats(changes)))
	}
}

// repair returns a file of this kind as it was signed, if it was altered on
// the way, and any other file as it is.
func (p *plan) repair(kind string, file Given) Given {
	open := p.opener(kind)
	if known, err := kindOf(file); open == nil || file.short || err == nil && known != kind {
		return file
	}
	if data, changes, err := signedtext.Repair(file.Data, open); err == nil {
		file.Data, file.repaired = data, changes
	}
	return file
}

// opener returns the strict reader of a kind, nil where there is none yet.
func (p *plan) opener(kind string) func([]byte) error {
	switch {
	case kind == keys.TrustKind:
		return func(file []byte) error { _, err := keys.OpenTrust(file, p.site.Root); return err }
	case p.trust == nil:
		return nil
	case kind == request.ProfileKind:
		return func(file []byte) error { _, err := verify.OpenProfile(file, p.trust); return err }
	case kind == revocation.Kind:
		return func(file []byte) error { _, err := verify.OpenRevocations(file, p.trust); return err }
	case kind == license.Kind:
		return func(file []byte) error { _, err := verify.Open(file, p.trust); return err }
	}
	return nil
}

// isMangled reports whether the file that is replaced is the new one,
// altered on the way: then nothing is lost with it.
func (p *plan) isMangled(before, file []byte) bool {
	_, repaired, _, err := verify.OpenRepaired(before, p.trust)
	return err == nil && bytes.Equal(repaired, file)
}
