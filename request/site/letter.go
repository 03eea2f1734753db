package site

import (
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
)

// Incomplete is an invitation without its trust file or its profile.
const Incomplete = fault.Code("FL-444")

// ProfileOf returns the profile among the files of an invitation, which may
// come in any order and altered as Install takes them. It serves who needs
// the profile before there is a site to install it in: the administrator who
// makes the database user that init connects with.
func ProfileOf(given []Given, root openpgp.Fingerprint) (*request.Profile, error) {
	plan := plan{site: &Site{Root: root}}
	for _, kind := range []string{keys.TrustKind, request.ProfileKind} {
		for _, file := range given {
			file = plan.repair(kind, file)
			found, err := kindOf(file)
			switch {
			case err != nil && kind == request.ProfileKind:
				return nil, fault.With(err, "file", file.Name)
			case found != kind:
			case kind == keys.TrustKind:
				if plan.trust, err = keys.OpenTrust(file.Data, root); err != nil {
					return nil, fault.With(err, "file", file.Name)
				}
			case plan.trust == nil:
				return nil, Incomplete.New("no trust file among the files", "missing", trustFile)
			default:
				profile, err := verify.OpenProfile(file.Data, plan.trust)
				return profile, fault.With(err, "file", file.Name)
			}
		}
	}
	return nil, Incomplete.New("no profile among the files", "missing", "*.profile")
}
