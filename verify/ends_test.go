package verify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/proof"
)

// The ends of a log key: what it signed up to a size counts, or one
// checkpoint alone; another key of the same log goes on.
func TestEndsOfALogKey(t *testing.T) {
	fixture := newFixture(t)
	next := keystest.Need[*keys.LogKey](t)(keys.NewLogKey(fixture.log.Origin, keystest.Seed("next log")))
	retired := func(size int64) func(*keys.TrustFile) {
		return func(f *keys.TrustFile) { f.Logs[0].Retired = &keys.LogSoftEnd{Size: size} }
	}
	stolen := func(size int64) func(*keys.TrustFile) {
		return func(f *keys.TrustFile) {
			f.Logs[0].Stolen = &keys.LogHardEnd{Size: size, Root: fixture.head(t, size)}
		}
	}
	withNext := func(change func(*keys.TrustFile)) func(*keys.TrustFile) {
		return func(f *keys.TrustFile) {
			change(f)
			f.Logs = append(f.Logs, keys.Log{Origin: next.Origin, Key: signedtext.Long(next.Verifier)})
		}
	}
	forged := &journal{}
	forged.add(t, []byte("the trust file"))
	forged.add(t, fixture.license.leaf.Marshal())
	forged.add(t, []byte("a fork of the same size"))
	byNext := fixture.license.WithProof(fixture.prove(t, next, licenseIndex, logSize)).Render()
	for name, test := range map[string]struct {
		file  []byte
		trust func(*keys.TrustFile)
		want  error
	}{
		"soft end above":                {fixture.file, retired(logSize), nil},
		"soft end below the checkpoint": {fixture.file, retired(logSize - 1), proof.BadCheckpoint},
		"older checkpoint below it":     {fixture.render(t, fixture.license, licenseIndex, 3), retired(logSize - 1), nil},
		"the pinned checkpoint":         {fixture.render(t, fixture.license, licenseIndex, 3), stolen(3), nil},
		"newer than the pin":            {fixture.file, stolen(3), verify.NotPinned},
		"older than the pin":            {fixture.render(t, fixture.license, licenseIndex, 2), stolen(3), verify.NotPinned},
		"a fork as large as the pin":    {fixture.license.WithProof(forged.prove(t, fixture.log, licenseIndex, 3)).Render(), stolen(3), verify.NotPinned},
		"the next key of the log":       {byNext, withNext(stolen(3)), nil},
		"the next key, retired":         {byNext, withNext(retired(1)), nil},
		"the first key beside the next": {fixture.file, withNext(stolen(3)), verify.NotPinned},
		"the next key, not named":       {byNext, stolen(3), proof.BadCheckpoint},
	} {
		_, err := verify.Open(test.file, fixture.trust(t, test.trust))
		if !errors.Is(err, test.want) || test.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// OpenInstalled returns what nothing but an end rules out, and nothing else
// that Open refuses.
func TestOpenInstalledLooksBehindEndsOnly(t *testing.T) {
	fixture := newFixture(t)
	pinned := fixture.trust(t, func(f *keys.TrustFile) {
		f.Signers[0].Stolen = &keys.HardEnd{Origin: fixture.log.Origin, Size: 3, Root: fixture.head(t, 3)}
	})
	opened, err := verify.OpenInstalled(fixture.file, pinned)
	if err != nil || !errors.Is(opened.Ended(), verify.NotPinned) || opened.Serial != "L-2026-000001" || opened.Logged == nil {
		t.Fatalf("%+v, %v", opened, err)
	}
	proved := fixture.render(t, fixture.license, licenseIndex, 3)
	if opened, err := verify.OpenInstalled(proved, pinned); err != nil || opened.Ended() != nil {
		t.Errorf("the proved file: %v, %v", opened, err)
	}
	for name, file := range map[string][]byte{
		"no proof, and no time for it": seal(t, fixture.signer, issued, func(l *license.License) { l.Terms.UnprovedDays = 0 }).Render(),
		"altered":                      replace(t, fixture.file, `customer = "00123"`, `customer = "00124"`),
		"a proof of another license":   fixture.license.WithProof(fixture.prove(t, fixture.log, secondIndex, logSize)).Render(),
		"a log that is not named":      fixture.only(t, fixture.license, fixture.foreign),
		"a signer that is not named":   seal(t, fixture.spare, issued, nil).Render(),
	} {
		if opened, err := verify.OpenInstalled(file, pinned); opened != nil || err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	profile, ended, err := verify.OpenInstalledProfile(fixture.profile, pinned)
	if err != nil || !errors.Is(ended, verify.NotPinned) || profile.Product != "sispetro" {
		t.Errorf("profile: %+v, %v, %v", profile, ended, err)
	}
	if profile, err := verify.OpenProfile(fixture.profile, pinned); profile != nil || !errors.Is(err, verify.NotPinned) {
		t.Errorf("OpenProfile: %+v, %v", profile, err)
	}
	var nothing *request.Profile
	if profile, _, err := verify.OpenInstalledProfile([]byte("nothing"), pinned); profile != nothing || err == nil {
		t.Errorf("nothing: %+v, %v", profile, err)
	}
}

// A license that an end rules out starts the server for the days of grace if
// it was good here, and not at all if it never was.
func TestEndGivesDaysOfGrace(t *testing.T) {
	ended := func() *verify.License {
		opened := granted()
		opened.Checks[3] = verify.Check{Name: verify.LogCheck, Outcome: verify.Fail, Err: verify.NotPinned.New("not pinned")}
		return opened
	}
	history := verify.History{LastGood: ago(300)}
	warned := map[string]finding{"log": {verify.Warn, verify.EndedLately}}
	refused := map[string]finding{"log": {verify.Fail, verify.NotPinned}}
	at := func(days int, change ...func(*verify.Situation)) verify.Verdict {
		return verify.Judge(ended(), everything(append(change, func(s *verify.Situation) { s.History, s.Now = history, today.AddDate(0, 0, days) })...))
	}
	first := at(0)
	judged(t, "the first day", first, verify.Valid, true, warned)
	if first.History.LostSince != today || !first.History.LastGood.Equal(ago(300)) || value(first.Reason(), "days") != 15 {
		t.Errorf("remembered %+v, %v", first.History, first.Reason())
	}
	history = first.History
	judged(t, "the fourteenth day", at(14), verify.Valid, true, warned)
	away := func(s *verify.Situation) { s.Databases = map[string]verify.Measurement{"producao": notReached} }
	verdict := at(14, away)
	if verdict.Outcome != verify.UndecidedVerdict || !verdict.Start {
		t.Errorf("the database away: %s, start %v", verdict.Outcome, verdict.Start)
	}
	judged(t, "the fifteenth day", at(15), verify.NotValid, false, refused)
	if again := verify.Judge(granted(), everything(func(s *verify.Situation) { s.History = history })); again.Warnings() || !again.History.LostSince.IsZero() {
		t.Errorf("with the new proof: %+v", again)
	}
	history = verify.History{}
	judged(t, "never good here", at(0), verify.NotValid, false, refused)
	if verdict := at(0); !verdict.History.LostSince.Equal(time.Time{}) {
		t.Errorf("a license that never was good is remembered: %+v", verdict.History)
	}
}
