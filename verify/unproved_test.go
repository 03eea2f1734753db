package verify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
)

// A license without a proof is nothing to an auditor, and at a site it starts
// a server for the days that it says.
func TestWithoutAProof(t *testing.T) {
	fixture := newFixture(t)
	trust := fixture.trust(t, nil)
	short := fixture.license.Render()
	if _, err := verify.Open(short, trust); !errors.Is(err, verify.Unlogged) {
		t.Fatalf("Open: %v", err)
	}
	opened := keystest.Need[*verify.License](t)(verify.OpenInstalled(short, trust))
	if !opened.Unproved() || opened.Ended() != nil || opened.Logged != nil {
		t.Fatalf("%+v", opened)
	}
	recognized := map[string]verify.Measurement{"producao": {Result: fingerprint.Result{State: fingerprint.Recognized, Score: 1}}}
	end := issued.Add(15 * 24 * time.Hour)
	for name, test := range map[string]struct {
		now     time.Time
		outcome verify.Outcome
		want    fault.Code
		days    any
	}{
		"at once":                {issued, verify.Warn, verify.ProofToCome, 15},
		"an hour later":          {issued.Add(time.Hour), verify.Warn, verify.ProofToCome, 15},
		"the last second":        {end.Add(-time.Second), verify.Warn, verify.ProofToCome, 1},
		"the end":                {end, verify.Fail, verify.ProofOverdue, nil},
		"a year later":           {issued.AddDate(1, 0, 0), verify.Fail, verify.ProofOverdue, nil},
		"a clock that is behind": {issued.AddDate(-50, 0, 0), verify.Warn, verify.ProofToCome, 15},
	} {
		verdict := verify.Judge(opened, verify.Situation{Now: test.now, Databases: recognized})
		var check verify.Check
		for _, found := range verdict.Checks {
			if found.Name == verify.LogCheck {
				check = found
			}
		}
		if check.Outcome != test.outcome || !errors.Is(check.Err, test.want) || verdict.Start != (test.outcome == verify.Warn) {
			t.Errorf("%s: %+v, %+v", name, check, verdict.Outcome)
		}
		if test.days != nil && (fault.Of(check.Err) == nil || fault.Of(check.Err).Values[0].Is != test.days) {
			t.Errorf("%s: %v", name, check.Err)
		}
		if verdict.Start == verdict.History.LastGood.IsZero() {
			t.Errorf("%s: remembered %+v", name, verdict.History)
		}
	}
}

// What a signer signed whom the trust file has ended is ended too: only a
// proof could say that it was before.
func TestWithoutAProofAfterAnEnd(t *testing.T) {
	fixture := newFixture(t)
	short := fixture.license.Render()
	for name, change := range map[string]func(*keys.TrustFile){
		"retired": func(f *keys.TrustFile) {
			f.Signers[0].Retired = &keys.SoftEnd{Origin: fixture.log.Origin, Size: logSize}
		},
		"stolen": func(f *keys.TrustFile) {
			f.Signers[0].Stolen = &keys.HardEnd{Origin: fixture.log.Origin, Size: 3, Root: fixture.head(t, 3)}
		},
	} {
		opened := keystest.Need[*verify.License](t)(verify.OpenInstalled(short, fixture.trust(t, change)))
		if opened.Unproved() || !errors.Is(opened.Ended(), verify.SignerEnded) {
			t.Errorf("%s: %v", name, opened.Ended())
		}
		if verdict := verify.Judge(opened, verify.Situation{Now: issued}); verdict.Start || verdict.Outcome != verify.NotValid {
			t.Errorf("%s: never good here: %v", name, verdict.Outcome)
		}
		history := verify.History{LastGood: issued}
		if verdict := verify.Judge(opened, verify.Situation{Now: issued, History: history}); !verdict.Start || !errors.Is(verdict.Reason(), verify.EndedLately) {
			t.Errorf("%s: good here before: %v", name, verdict.Reason())
		}
	}
}

// A proof that is there has to be right, whatever time a missing one has.
func TestAWrongProofIsNotAMissingOne(t *testing.T) {
	fixture := newFixture(t)
	trust := fixture.trust(t, nil)
	wrong := fixture.license.WithProof(fixture.prove(t, fixture.log, secondIndex, logSize)).Render()
	if opened, err := verify.OpenInstalled(wrong, trust); opened != nil || err == nil {
		t.Error("a proof of another license was accepted")
	}
	before := seal(t, fixture.signer, issued, func(l *license.License) { l.Terms.UnprovedDays = 0 }).Render()
	if _, err := verify.OpenInstalled(before, trust); !errors.Is(err, verify.Unlogged) {
		t.Errorf("a license of before: %v", err)
	}
}
