package verifycommands

import (
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify"
)

// openRevocations reads the revocation list of --revocations; nil when none
// is given. A list that is refused leaves everything open.
func openRevocations(s *ui.Session, trust *keys.Trust) (*verify.Revocations, error) {
	path := s.String("revocations")
	if path == "" {
		return nil, nil
	}
	data, err := files.Read(path, signedtext.MaxDamaged)
	if err != nil {
		return nil, err
	}
	list, found, err := openFile(s, data, func(file []byte) (*verify.Revocations, error) { return verify.OpenRevocations(file, trust) })
	s.WarnRepaired(err == nil, path, found.changes)
	if err != nil {
		return nil, &untrusted{fault.With(err, "file", path)}
	}
	return list, nil
}

// printRevocations says which list counted: its date is for the auditor to
// judge.
func printRevocations(s *ui.Session, list *verify.Revocations) {
	if list != nil {
		s.Line("verify-list", "sequence", list.Sequence, "issued", list.Issued, "count", len(list.Entries))
	}
}

// judgedObject is what license prints as JSON.
func judgedObject(trust *keys.Trust, list *verify.Revocations, judged []ui.VerdictObject) map[string]any {
	object := map[string]any{"root": trust.Root().String(), "sequence": trust.Sequence, "files": judged}
	if list != nil {
		object["revocations"] = map[string]any{"sequence": list.Sequence, "issued": list.Issued, "licenses": len(list.Entries)}
	}
	return object
}
