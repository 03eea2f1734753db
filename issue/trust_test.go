package issue_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/issue/issuetest"
	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/proof"
)

// next signs the next trust file with one change, without giving it to the
// desk.
func (s *stage) next(t testing.TB, at time.Time, change func(*keys.TrustFile)) *keys.Trust {
	t.Helper()
	before := s.issuer.Trust.TrustFile
	file := before
	file.Issued, file.Logs, file.Signers = at, append([]keys.Log{}, before.Logs...), append([]keys.Signer{}, before.Signers...)
	change(&file)
	s.issuer.TrustFile = keystest.Need[[]byte](t)(keys.SealNextTrust(file, &before, s.issuer.Root))
	s.issuer.Trust = keystest.Need[*keys.Trust](t)(keys.OpenTrust(s.issuer.TrustFile, s.issuer.Root.Fingerprint()))
	return s.issuer.Trust
}

// take gives the newest trust file to the desk.
func (s *stage) take(t testing.TB) {
	t.Helper()
	if !keystest.Need[bool](t)(s.TakeTrust(s.issuer.TrustFile)) {
		t.Fatal("the desk had it already")
	}
}

func (s *stage) newSigner(t testing.TB, name string, at time.Time) *openpgp.Secret {
	t.Helper()
	return keystest.Need[*openpgp.Secret](t)(s.issuer.Root.AddSigner(s.issuer.Trust.IssuerCertificate(), at, 2*365*24*time.Hour, issuetest.Seed(name)))
}

func accepted(file []byte, trust *keys.Trust) error {
	_, err := verify.Open(file, trust)
	return err
}

// The yearly change of the signer: the second is made before the first
// expires, both serve for a while, the first is ended, and what it signed
// stays good after it has expired.
func TestYearlyRotation(t *testing.T) {
	s := newStage(t)
	first := s.issuer.Signer
	day := func(days int) time.Time { return born.AddDate(0, 0, days) }
	issueAt := func(at time.Time) (*issue.Reply, error) {
		file := s.asked(t, nil)
		return s.Issue(ctx, keystest.Need[*issue.Review](t)(s.Review(ctx, file, at)), at)
	}
	old := keystest.Need[*issue.Reply](t)(issueAt(day(1)))
	trust1 := s.Trust

	// A year later: the second signer, and a trust file that names both.
	second := s.newSigner(t, "second", day(365))
	trust2 := s.next(t, day(365), func(f *keys.TrustFile) {
		f.Certificate = second.Certificate().Bytes()
		f.Signers = append(f.Signers, keys.Signer{Fingerprint: second.Fingerprint(), Begins: day(365)})
	})
	s.take(t)
	overlap := keystest.Need[*issue.Reply](t)(issueAt(day(366)))
	s.Signer = second
	switched := keystest.Need[*issue.Reply](t)(issueAt(day(370)))
	for name, test := range map[string]struct {
		file  []byte
		trust *keys.Trust
		want  error
	}{
		"the first, in the overlap":          {overlap.File, trust2, nil},
		"the second, in the overlap":         {switched.File, trust2, nil},
		"the second, at a site of last year": {switched.File, trust1, openpgp.UnknownKey},
	} {
		if err := accepted(test.file, test.trust); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}

	// The first is ended at the size of the log. A desk that did not hear of
	// it goes on; nobody who has the trust file accepts that.
	end := logSize(t, s.Desk)
	trust3 := s.next(t, day(400), func(f *keys.TrustFile) {
		f.Signers[0].Retired = &keys.SoftEnd{Origin: s.LogKey.Origin, Size: end}
	})
	s.Signer = first
	late := keystest.Need[*issue.Reply](t)(issueAt(day(401)))
	if err := accepted(late.File, trust2); err != nil {
		t.Errorf("the late license under the trust file before: %v", err)
	}
	if err := accepted(late.File, trust3); !errors.Is(err, verify.SignerEnded) {
		t.Errorf("the late license: %v", err)
	}
	s.take(t)
	if _, err := issueAt(day(402)); !errors.Is(err, issue.SignerOver) {
		t.Errorf("the desk with the ended signer: %v", err)
	}
	s.Signer = second
	if _, err := issueAt(day(403)); err != nil {
		t.Errorf("the desk with the second: %v", err)
	}

	// Five years on, all signers have long expired.
	for name, file := range map[string][]byte{"first": old.File, "overlap": overlap.File, "second": switched.File} {
		opened := keystest.Need[*verify.License](t)(verify.Open(file, trust3))
		if verdict := verify.Judge(opened, verify.Situation{Now: day(5 * 365)}); verdict.Outcome != verify.Valid || verdict.Warnings() {
			t.Errorf("%s: %v", name, verdict.Reason())
		}
	}
}

// A signer that expired signs nothing, and the desk says so before anything is
// reserved.
func TestExpiredSignerIssuesNothing(t *testing.T) {
	s := newStage(t)
	expires := born.Add(2 * 365 * 24 * time.Hour)
	if err := s.CheckSecrets(expires.Add(-time.Second)); err != nil {
		t.Errorf("the last second: %v", err)
	}
	file := s.asked(t, nil)
	_, err := s.Issue(ctx, keystest.Need[*issue.Review](t)(s.Review(ctx, file, now)), expires)
	if !errors.Is(err, issue.SignerOver) {
		t.Errorf("expired: %v", err)
	}
	if review := s.review(t, file); review.Answered.Serial != "" {
		t.Errorf("reserved as %s", review.Answered.Serial)
	}
	ended := s.next(t, now, func(f *keys.TrustFile) { f.Logs[0].Retired = &keys.LogSoftEnd{Size: 9} })
	s.Trust = ended
	if err := s.CheckSecrets(now); !errors.Is(err, issue.LogKeyEnded) {
		t.Errorf("an ended log key: %v", err)
	}
}

// A reservation that a crash left behind is finished by the next signer.
func TestReservationOutlivesItsSigner(t *testing.T) {
	s := newStage(t)
	failing := &signer{Signer: s.Signer, failing: true}
	s.Signer = failing
	file := s.asked(t, nil)
	if _, err := s.Issue(ctx, s.review(t, file), now); !errors.Is(err, errPower) {
		t.Fatal(err)
	}
	begins := now.AddDate(0, 1, 0)
	second := s.newSigner(t, "second", begins)
	s.next(t, begins, func(f *keys.TrustFile) {
		f.Certificate = second.Certificate().Bytes()
		f.Signers[0].Retired = &keys.SoftEnd{Origin: s.LogKey.Origin, Size: logSize(t, s.Desk)}
		f.Signers = append(f.Signers, keys.Signer{Fingerprint: second.Fingerprint(), Begins: begins})
	})
	s.take(t)
	s.Signer = second
	later := begins.AddDate(0, 0, 1)
	reply := keystest.Need[*issue.Reply](t)(s.Issue(ctx, keystest.Need[*issue.Review](t)(s.Review(ctx, file, later)), later))
	if reply.License.Serial != "L-2026-000001" || !reply.License.Issued.Equal(now) || !reply.License.Document.Signed().Equal(begins) {
		t.Errorf("%s, issued %s, signed %s", reply.License.Serial, reply.License.Issued, reply.License.Document.Signed())
	}
}

// The desk takes newer trust files only: no rollback, no second file of one
// number, nothing taken back. From a number that is far too high it recovers
// by the next one.
func TestDeskTakesNewerTrustFilesOnly(t *testing.T) {
	s := newStage(t)
	first := s.TrustFile
	file := s.Trust.TrustFile
	file.Issuer = "Another content"
	twin := keystest.Need[[]byte](t)(keys.SealTrust(file, s.issuer.Root))
	file = s.Trust.TrustFile
	file.Sequence = 900_000_000
	far := keystest.Need[[]byte](t)(keys.SealTrust(file, s.issuer.Root))
	file.Products, file.Sequence = "crm", 2
	less := keystest.Need[[]byte](t)(keys.SealTrust(file, s.issuer.Root))
	foreign := keystest.Need[*openpgp.Secret](t)(openpgp.Generate("Thief", born, issuetest.Seed("thief root")))
	stranger := keystest.Need[[]byte](t)(keys.SealTrust(keys.TrustFile{
		Sequence: 9, Issued: born, Issuer: "Thief", Products: "sispetro", Certificate: thiefSigner(t, foreign).Certificate().Bytes(),
		Signers: []keys.Signer{{Fingerprint: thiefSigner(t, foreign).Fingerprint(), Begins: born}},
	}, foreign))
	for _, step := range []struct {
		name  string
		file  []byte
		taken bool
		want  error
	}{
		{"the same again", first, false, nil},
		{"another of its number", twin, false, keys.SameNumber},
		{"one that takes a product back", less, false, keys.TakenBack},
		{"another root's", stranger, false, keys.ForeignRoot},
		{"one far ahead", far, true, nil},
		{"the first", first, false, issue.OlderTrust},
		{"far ahead again", far, false, nil},
	} {
		taken, err := s.TakeTrust(step.file)
		if taken != step.taken || !errors.Is(err, step.want) {
			t.Errorf("%s: %v, %v", step.name, taken, err)
		}
	}
	s.issuer.Trust = s.Trust
	if recovered := s.next(t, born, func(*keys.TrustFile) {}); recovered.Sequence != 900_000_001 {
		t.Errorf("number %d", recovered.Sequence)
	}
	s.take(t)
}

func thiefSigner(t *testing.T, root *openpgp.Secret) *openpgp.Secret {
	t.Helper()
	return keystest.Need[*openpgp.Secret](t)(root.AddSigner(root.Certificate(), born, time.Hour, issuetest.Seed("thief")))
}

// The log key alone was stolen: what lies below the pin is proved against it,
// what was logged after it by a signer that still counts is proved against the
// newest checkpoint of the next log key.
func TestReproveAfterTheLogKeyAlone(t *testing.T) {
	s := newStage(t)
	before := s.issue(t, s.asked(t, nil))
	pin := keystest.Need[proof.Checkpoint](t)(proof.OpenCheckpoint(keystest.Need[[]byte](t)(s.Ledger.Head(ctx)), []string{s.LogKey.Verifier}))
	after := s.issue(t, s.asked(t, nil))
	key := keystest.Need[*keys.LogKey](t)(keys.NewLogKey(s.LogKey.Origin, issuetest.Seed("next log")))
	s.next(t, now, func(f *keys.TrustFile) {
		f.Logs[0].Stolen = &keys.LogHardEnd{Size: pin.Size, Root: pin.Root}
		f.Logs = append(f.Logs, keys.Log{Origin: key.Origin, Key: signedtext.Long(key.Verifier)})
	})
	s.take(t)
	list := keystest.Need[[]issue.Reproved](t)(s.Reprove(ctx, "00123"))
	if len(list) != 2 || !bytes.Equal(list[0].File, before.File) || !list[0].Pinned || !errors.Is(list[1].Err, verify.NotPinned) || list[1].File != nil {
		t.Fatalf("%+v", list)
	}
	s.LogKey = key
	newest := s.issue(t, s.asked(t, nil))
	list = keystest.Need[[]issue.Reproved](t)(s.Reprove(ctx, "00123"))
	if len(list) != 3 || list[1].Err != nil || !list[1].Changed || list[2].Changed || !bytes.Equal(list[2].File, newest.File) {
		t.Fatalf("%+v", list)
	}
	opened := keystest.Need[*verify.License](t)(verify.Open(list[1].File, s.Trust))
	if opened.Logged.Size != logSize(t, s.Desk) || opened.Digest() != after.License.Digest() || !bytes.Equal(opened.Document.Signature(), after.License.Document.Signature()) {
		t.Errorf("entry %d under %d entries, %s", opened.Logged.Index, opened.Logged.Size, opened.Serial)
	}
}

// A ledger that is not of the pinned history proves nothing, and says which
// of the two it is.
func TestReproveOnAnotherHistory(t *testing.T) {
	s := newStage(t)
	s.issue(t, s.asked(t, nil))
	for name, test := range map[string]struct {
		size int64
		want error
	}{
		"a fork":          {2, ledger.Forked},
		"a ledger behind": {99, ledger.Restored},
	} {
		desk := *s.Desk
		file := s.issuer.Trust.TrustFile
		file.Sequence, file.Signers = 2, []keys.Signer{{
			Fingerprint: s.issuer.Signer.Fingerprint(), Begins: born,
			Stolen: &keys.HardEnd{Origin: "futura/licenses", Size: test.size, Root: signedtext.DigestOf([]byte("elsewhere"))},
		}}
		sealed := keystest.Need[[]byte](t)(keys.SealTrust(file, s.issuer.Root))
		desk.Trust = keystest.Need[*keys.Trust](t)(keys.OpenTrust(sealed, s.issuer.Root.Fingerprint()))
		if _, err := desk.Reprove(ctx, "00123"); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
