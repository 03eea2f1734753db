package verify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/proof"
	"github.com/futura/airlicense/verify/revocation"
)

// revokedUntil is the end of the license that the list of these tests names.
var revokedUntil = issued.AddDate(0, 0, 30)

// list signs a list that names the license, and logs it.
func (f *fixture) list(t testing.TB, signer signedtext.Signer, key *keys.LogKey, change func(*revocation.List)) sealed {
	t.Helper()
	content := revocation.List{Sequence: 1, Issued: issued.AddDate(0, 0, 1), Entries: []revocation.Entry{{
		Serial: "L-2026-000001", Digest: f.license.Digest(), Customer: "00123", ValidUntil: revokedUntil, Reason: revocation.Mistake,
	}}}
	if change != nil {
		change(&content)
	}
	document := keystest.Need[*signedtext.Document](t)(signedtext.Seal(keystest.Need[[]byte](t)(content.Marshal()), signer, content.Issued))
	return sealed{document, proof.NewLeaf(revocation.Kind, content.Name(), content.Issued, document)}
}

func (f *fixture) revocations(t testing.TB, change func(*revocation.List)) *verify.Revocations {
	t.Helper()
	list := f.list(t, f.signer, f.log, change)
	return keystest.Need[*verify.Revocations](t)(verify.OpenRevocations(f.only(t, list, f.log), f.trust(t, nil)))
}

func TestOpenRevocations(t *testing.T) {
	f := newFixture(t)
	trust := f.trust(t, nil)
	good := f.list(t, f.signer, f.log, nil)
	file := f.only(t, good, f.log)
	opened := keystest.Need[*verify.Revocations](t)(verify.OpenRevocations(file, trust))
	if opened.Digest() != good.Digest() || opened.Logged == nil || len(opened.Entries) != 1 || opened.Sequence != 1 {
		t.Errorf("opened %+v", opened)
	}
	thief := newFixture(t)
	thief.root = keystest.Need[*openpgp.Secret](t)(openpgp.Generate("Thief", born, keystest.Seed("thief")))
	thief.signer = keystest.Need[*openpgp.Secret](t)(thief.root.AddSigner(thief.root.Certificate(), born, 365*24*time.Hour, keystest.Seed("thief's signer")))
	before := f.trust(t, func(file *keys.TrustFile) { file.Signers[0].Begins = issued.AddDate(0, 0, 2) })
	stolen := f.trust(t, func(file *keys.TrustFile) {
		file.Signers[0].Stolen = &keys.HardEnd{Origin: f.log.Origin, Size: 7, Root: f.license.Digest()}
	})
	for name, test := range map[string]struct {
		file  []byte
		trust *keys.Trust
		want  fault.Code
	}{
		"not logged":                 {good.Render(), trust, verify.Unlogged},
		"in another log":             {f.only(t, good, f.foreign), trust, proof.BadCheckpoint},
		"with a license's proof":     {good.WithProof(f.prove(t, f.log, licenseIndex, logSize)).Render(), trust, proof.NotIncluded},
		"one more day":               {replace(t, file, "valid_until = 2026-02-03", "valid_until = 2026-02-04"), trust, openpgp.Mismatch},
		"another issuer's":           {f.only(t, thief.list(t, thief.signer, f.log, nil), f.log), trust, openpgp.UnknownKey},
		"by a signer not named":      {f.only(t, f.list(t, f.spare, f.log, nil), f.log), trust, verify.UnknownSigner},
		"by the root":                {f.only(t, f.list(t, f.root, f.log, nil), f.log), trust, verify.UnknownSigner},
		"before the signer's time":   {file, before, verify.SignerEnded},
		"after the theft of the key": {file, stolen, verify.NotPinned},
		"a license":                  {f.file, trust, signedtext.WrongKind},
		"a profile":                  {f.profile, trust, signedtext.WrongKind},
	} {
		if list, err := verify.OpenRevocations(test.file, test.trust); list != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	if _, err := verify.Open(file, trust); !errors.Is(err, signedtext.WrongKind) {
		t.Errorf("a list as a license: %v", err)
	}
	if _, err := verify.OpenProfile(file, trust); !errors.Is(err, signedtext.WrongKind) {
		t.Errorf("a list as a profile: %v", err)
	}
}

// The end of a revoked license is judged as its expiry would be: warnings
// before it and for the days of grace after it, then a refusal.
func TestJudgeRevoked(t *testing.T) {
	f := newFixture(t)
	opened := keystest.Need[*verify.License](t)(verify.Open(f.file, f.trust(t, nil)))
	list := f.revocations(t, nil)
	grace := time.Duration(license.DefaultTerms.UnrecognizedDays) * 24 * time.Hour
	for name, test := range map[string]struct {
		now     time.Time
		outcome verify.Outcome
		code    fault.Code
	}{
		"a day after the list":         {list.Issued.AddDate(0, 0, 1), verify.Warn, verify.RevokedSoon},
		"at its end":                   {revokedUntil, verify.Warn, verify.RevokedSoon},
		"a second later":               {revokedUntil.Add(time.Second), verify.Warn, verify.RevokedLately},
		"at the end of the grace":      {revokedUntil.Add(grace - time.Second), verify.Warn, verify.RevokedLately},
		"after the grace":              {revokedUntil.Add(grace), verify.Fail, verify.Revoked},
		"years later":                  {revokedUntil.AddDate(5, 0, 0), verify.Fail, verify.Revoked},
		"the clock is behind the list": {time.Time{}, verify.Warn, verify.RevokedSoon},
	} {
		verdict := verify.Judge(opened, everything(func(s *verify.Situation) { s.Now, s.Revocations = test.now, list }))
		check := verdict.Checks[4]
		if check.Name != verify.RevocationCheck || check.Outcome != test.outcome || !errors.Is(check.Err, test.code) {
			t.Errorf("%s: %s is %s, %v", name, check.Name, check.Outcome, check.Err)
		}
		if verdict.Start != (test.outcome == verify.Warn) || verdict.Outcome == verify.UndecidedVerdict {
			t.Errorf("%s: %s, start %v", name, verdict.Outcome, verdict.Start)
		}
	}
	late := verify.Judge(opened, everything(func(s *verify.Situation) { s.Now, s.Revocations = revokedUntil.AddDate(0, 0, 14), list }))
	if left := value(late.Reason(), "days"); left != 1 {
		t.Errorf("%v days are left", left)
	}
}

// A clock that is set back does not prolong a license beyond what newer lists
// say, and a clock that is behind never refuses.
func TestTheNewestListIsAFloorOfTheClock(t *testing.T) {
	f := newFixture(t)
	opened := keystest.Need[*verify.License](t)(verify.Open(f.file, f.trust(t, nil)))
	newer := f.revocations(t, func(l *revocation.List) { l.Sequence, l.Issued = 2, revokedUntil.AddDate(0, 1, 0) })
	verdict := verify.Judge(opened, everything(func(s *verify.Situation) { s.Now, s.Revocations = issued, newer }))
	if verdict.Start || !errors.Is(verdict.Reason(), verify.Revoked) {
		t.Errorf("start %v, %v", verdict.Start, verdict.Reason())
	}
}

// A list says nothing of the licenses that it does not name: another one of
// the same customer, older or newer, stays good, and so does a license whose
// entry is gone.
func TestJudgeNotRevoked(t *testing.T) {
	f := newFixture(t)
	trust := f.trust(t, nil)
	list := f.revocations(t, nil)
	second := keystest.Need[*verify.License](t)(verify.Open(f.render(t, f.second, secondIndex, logSize), trust))
	first := keystest.Need[*verify.License](t)(verify.Open(f.file, trust))
	undone := f.revocations(t, func(l *revocation.List) { l.Sequence, l.Entries = 2, nil })
	serialAlone := f.revocations(t, func(l *revocation.List) { l.Entries[0].Digest = signedtext.DigestOf([]byte("another")) })
	for name, test := range map[string]struct {
		license *verify.License
		list    *verify.Revocations
		want    verify.Outcome
	}{
		"another license":    {second, list, verify.Pass},
		"taken back":         {first, undone, verify.Pass},
		"the serial alone":   {first, serialAlone, verify.Pass},
		"there is no list":   {first, nil, verify.NotAsked},
		"the license itself": {first, list, verify.Fail},
	} {
		verdict := verify.Judge(test.license, everything(func(s *verify.Situation) { s.Now, s.Revocations = revokedUntil.AddDate(1, 0, 0), test.list }))
		if check := verdict.Checks[4]; check.Outcome != test.want || verdict.Start == (test.want == verify.Fail) {
			t.Errorf("%s: %s, start %v", name, check.Outcome, verdict.Start)
		}
	}
}
