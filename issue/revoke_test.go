package issue_test

import (
	"errors"
	"path/filepath"
	"slices"
	"sync"
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
	"github.com/futura/airlicense/verify/revocation"
)

func (s *stage) target(t testing.TB, serial string) *issue.Target {
	t.Helper()
	return keystest.Need[*issue.Target](t)(s.Target(ctx, serial))
}

func (s *stage) revoke(t testing.TB, serial string) *verify.Revocations {
	t.Helper()
	return keystest.Need[*verify.Revocations](t)(s.Revoke(ctx, s.target(t, serial), issue.DefaultEnd(now), revocation.Contract, now))
}

func serials(list *verify.Revocations) (found []string) {
	for _, entry := range list.Entries {
		found = append(found, entry.Serial)
	}
	return found
}

func TestDefaultEnd(t *testing.T) {
	for given, want := range map[string]string{
		"2026-11-21T10:00:00Z":      "2026-12-06T23:59:59Z",
		"2026-11-21T23:30:00-03:00": "2026-12-07T23:59:59Z",
		"2026-12-20T00:00:00Z":      "2027-01-04T23:59:59Z",
	} {
		at := keystest.Need[time.Time](t)(time.Parse(time.RFC3339, given))
		if got := issue.DefaultEnd(at).Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", given, got, want)
		}
	}
}

// A list names what is revoked, the next one no longer what was taken back;
// each is an entry of the log, and every reply carries the newest.
func TestRevokeAndUndo(t *testing.T) {
	s := newStage(t)
	file := s.asked(t, nil)
	if reply := s.issue(t, file); reply.Revocations != nil {
		t.Error("a reply carries a list before there is one")
	}
	s.issue(t, s.asked(t, nil))
	target := s.target(t, "L-2026-000001")
	if target.Customer.Name != "Posto Sol Ltda" || target.Entry != nil || !slices.Equal(target.Others, []string{"L-2026-000002"}) {
		t.Errorf("it hits %+v", target)
	}
	before := logSize(t, s.Desk)
	first := s.revoke(t, "L-2026-000001")
	if first.Sequence != 1 || first.Logged.Index != before || logSize(t, s.Desk) != before+1 {
		t.Errorf("list %d is entry %d", first.Sequence, first.Logged.Index)
	}
	second := s.revoke(t, "L-2026-000002")
	if second.Sequence != 2 || !slices.Equal(serials(second), []string{"L-2026-000001", "L-2026-000002"}) {
		t.Errorf("list %d names %v", second.Sequence, serials(second))
	}
	if others := s.target(t, "L-2026-000001").Others; others != nil {
		t.Errorf("revoked ones carry the site: %v", others)
	}
	if err := s.target(t, "L-2026-000001").CheckRevocable(); !errors.Is(err, issue.AlreadyRevoked) {
		t.Error(err)
	}
	if _, err := s.Revoke(ctx, target, now, revocation.Mistake, now); !errors.Is(err, issue.AlreadyRevoked) {
		t.Errorf("revoked twice, by an old look at it: %v", err)
	}
	third := keystest.Need[*verify.Revocations](t)(s.Unrevoke(ctx, s.target(t, "L-2026-000001"), now))
	if third.Sequence != 3 || !slices.Equal(serials(third), []string{"L-2026-000002"}) {
		t.Errorf("list %d names %v", third.Sequence, serials(third))
	}
	if _, err := s.Unrevoke(ctx, target, now); !errors.Is(err, issue.NotRevoked) {
		t.Error(err)
	}
	if err := s.target(t, "L-2026-000001").CheckRevoked(); !errors.Is(err, issue.NotRevoked) {
		t.Error(err)
	}
	carried := keystest.Need[*verify.Revocations](t)(verify.OpenRevocations(s.issue(t, file).Revocations, s.Trust))
	if carried.Digest() != third.Digest() {
		t.Errorf("the reply carries list %d", carried.Sequence)
	}
	checkHead(t, s)
}

// Only what was given out can be revoked.
func TestRevokeWhatWasNotIssued(t *testing.T) {
	s := newStage(t)
	failing := &signer{Signer: s.Signer, failing: true}
	s.Signer = failing
	if _, err := s.Issue(ctx, s.review(t, s.asked(t, nil)), now); !errors.Is(err, errPower) {
		t.Fatal(err)
	}
	for _, serial := range []string{"L-2026-000001", "L-2026-000002", "", "L-2026-000001 "} {
		if _, err := s.Target(ctx, serial); !errors.Is(err, issue.UnknownSerial) {
			t.Errorf("%q: %v", serial, err)
		}
	}
}

// A crash while a list is made leaves the one before or the next one, whole;
// doing it again never signs a second list of one number.
func TestPowerFailureWhileRevoking(t *testing.T) {
	s := newStage(t)
	s.issue(t, s.asked(t, nil))
	s.issue(t, s.asked(t, nil))
	pen, stored := &signer{Signer: s.Signer, failing: true}, &head{Head: s.Head}
	s.Signer, s.Head = pen, stored
	size := logSize(t, s.Desk)
	target := s.target(t, "L-2026-000001")
	if _, err := s.Revoke(ctx, target, now, revocation.Contract, now); !errors.Is(err, errPower) {
		t.Fatal(err)
	}
	if list := keystest.Need[*revocation.List](t)(s.Revoked(ctx)); list.Sequence != 0 || logSize(t, s.Desk) != size {
		t.Errorf("while signing: list %d, %d entries", list.Sequence, logSize(t, s.Desk))
	}
	pen.failing, stored.failing = false, true
	if _, err := s.Revoke(ctx, target, now, revocation.Contract, now); !errors.Is(err, errPower) {
		t.Fatal(err)
	}
	if _, err := s.HandOut(ctx); !errors.Is(err, errPower) {
		t.Errorf("handed out without the head file: %v", err)
	}
	stored.failing = false
	if _, err := s.Revoke(ctx, target, now, revocation.Contract, now); !errors.Is(err, issue.AlreadyRevoked) {
		t.Errorf("again: %v", err)
	}
	file := keystest.Need[[]byte](t)(s.HandOut(ctx))
	if list := keystest.Need[*verify.Revocations](t)(verify.OpenRevocations(file, s.Trust)); list.Sequence != 1 || logSize(t, s.Desk) != size+1 {
		t.Errorf("list %d, %d entries", list.Sequence, logSize(t, s.Desk))
	}
	checkHead(t, s)
	if next := s.revoke(t, "L-2026-000002"); next.Sequence != 2 {
		t.Errorf("the next list is number %d", next.Sequence)
	}
}

// Several operators at once: who was slower is told so, and no number is
// given twice.
func TestSeveralOperatorsRevokeAtOnce(t *testing.T) {
	s := newStage(t)
	for range 4 {
		s.issue(t, s.asked(t, nil))
	}
	var group sync.WaitGroup
	for _, serial := range []string{"L-2026-000001", "L-2026-000002", "L-2026-000003", "L-2026-000004"} {
		desk := keystest.Need[*issue.Desk](t)(s.issuer.Desk(ctx, s.folder))
		defer desk.Ledger.Close()
		target := s.target(t, serial)
		group.Go(func() {
			for {
				_, err := desk.Revoke(ctx, target, now, revocation.Contract, now)
				if err == nil {
					return
				}
				if !errors.Is(err, ledger.Contended) {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	if list := keystest.Need[*revocation.List](t)(s.Revoked(ctx)); list.Sequence != 4 || len(list.Entries) != 4 {
		t.Errorf("list %d names %d licenses", list.Sequence, len(list.Entries))
	}
}

// seal puts a list into the ledger as its first one.
func (s *stage) seal(t *testing.T, list revocation.List) {
	t.Helper()
	document := keystest.Need[*signedtext.Document](t)(signedtext.Seal(keystest.Need[[]byte](t)(list.Marshal()), s.Signer, list.Issued))
	logSigner, err := s.LogKey.Signer()
	if err != nil {
		t.Fatal(err)
	}
	logged := keystest.Need[ledger.Logged](t)(s.Ledger.AddRevocations(ctx, list.Sequence, list.Issued, ledger.Log{Signer: logSigner}, ledger.Entry{
		Leaf: proof.NewLeaf(revocation.Kind, list.Name(), list.Issued, document), Document: document,
		Check: func([]byte) error { return nil },
	}))
	keystest.Need[int](t)(0, s.Head.Write(logged.Checkpoint))
}

func TestAFullListTakesNoMore(t *testing.T) {
	s := newStage(t)
	s.issue(t, s.asked(t, nil))
	full := revocation.List{Sequence: 1, Issued: now}
	for n := range revocation.MaxEntries {
		serial := "L-2025-" + string(rune('0'+n/100)) + string(rune('0'+n/10%10)) + string(rune('0'+n%10)) + "000"
		full.Entries = append(full.Entries, revocation.Entry{
			Serial: serial, Digest: signedtext.DigestOf([]byte(serial)), Customer: "00123", ValidUntil: now, Reason: revocation.Contract,
		})
	}
	s.seal(t, full)
	if _, err := s.Revoke(ctx, s.target(t, "L-2026-000001"), now, revocation.Contract, now); !errors.Is(err, issue.ListFull) {
		t.Error(err)
	}
	if list := keystest.Need[*revocation.List](t)(s.Revoked(ctx)); list.Sequence != 1 {
		t.Errorf("list %d", list.Sequence)
	}
}

// After the hard end of the signer of the newest list, sites would refuse it:
// nothing leaves the desk until it is signed again.
func TestAListOfAStolenSignerIsRenewed(t *testing.T) {
	s := newStage(t)
	file := s.asked(t, nil)
	s.issue(t, file)
	checkpoint := keystest.Need[proof.Checkpoint](t)(proof.OpenCheckpoint(keystest.Need[[]byte](t)(s.Ledger.Head(ctx)), []string{s.LogKey.Verifier}))
	s.revoke(t, "L-2026-000001")

	second := keystest.Need[*openpgp.Secret](t)(s.issuer.Root.AddSigner(s.issuer.Signer.Certificate(), born, time.Hour*24, issuetest.Seed("second")))
	after := s.issuer.Trust.TrustFile
	after.Sequence, after.Certificate = 2, second.Certificate().Bytes()
	after.Signers = []keys.Signer{
		{Fingerprint: s.issuer.Signer.Fingerprint(), Begins: born, Stolen: &keys.HardEnd{Origin: checkpoint.Origin, Size: checkpoint.Size, Root: checkpoint.Root}},
		{Fingerprint: second.Fingerprint(), Begins: born},
	}
	keystest.Need[int](t)(0, s.issuer.Seal(after))
	s.Trust, s.TrustFile, s.Signer = s.issuer.Trust, s.issuer.TrustFile, second
	if _, err := s.Issue(ctx, s.review(t, file), now); !errors.Is(err, issue.ListNotTrusted) {
		t.Errorf("a reply: %v", err)
	}
	if _, err := s.HandOut(ctx); !errors.Is(err, issue.ListNotTrusted) {
		t.Error(err)
	}
	renewed := keystest.Need[*verify.Revocations](t)(s.RenewRevocations(ctx, now))
	if renewed.Sequence != 2 || !slices.Equal(serials(renewed), []string{"L-2026-000001"}) || renewed.Document.Signer() != second.Fingerprint() {
		t.Errorf("list %d names %v", renewed.Sequence, serials(renewed))
	}
	keystest.Need[[]byte](t)(s.HandOut(ctx))
}

// The lists in the ledger cannot be changed.
func TestListsAreKept(t *testing.T) {
	s := newStage(t)
	s.issue(t, s.asked(t, nil))
	s.revoke(t, "L-2026-000001")
	db, err := ledger.SQLite(filepath.Join(s.folder, "ledger.db"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"DELETE FROM revocations", "UPDATE revocations SET file = x'00'"} {
		if _, err := db.Exec(statement); err == nil {
			t.Errorf("%s was possible", statement)
		}
	}
}
