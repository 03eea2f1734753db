package issue_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/issue/issuetest"
	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/proof"
)

var (
	born = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	now  = born.Add(time.Hour)
	ctx  = context.Background()
)

// stage is a desk with a customer, and the site of that customer.
type stage struct {
	*issue.Desk
	issuer  *issuetest.Issuer
	folder  string
	profile *request.Profile
	code    keys.Code
	site    *openpgp.Secret
	count   int
}

func newStage(t testing.TB) *stage {
	t.Helper()
	made := &stage{issuer: keystest.Need[*issuetest.Issuer](t)(issuetest.New("Futura", born)), folder: t.TempDir()}
	desk, profile, invitation, err := made.issuer.Begin(ctx, made.folder, profiles.SisPetro, born)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { desk.Ledger.Close() })
	made.Desk, made.profile, made.code = desk, profile, invitation.Code
	made.site = keystest.Need[*openpgp.Secret](t)(keys.NewSiteKey(born, issuetest.Seed("site")))
	return made
}

// asked returns a request of the site that differs from every other one.
func (s *stage) asked(t testing.TB, change func(*request.Request)) []byte {
	t.Helper()
	s.count++
	metrics := s.profile.MetricList()
	items := make(fingerprint.Items, len(metrics))
	for i, metric := range metrics {
		items[i] = fingerprint.Item{Measured: true, Exponent: 10}
		for n := range metric.Count {
			items[i].Values = append(items[i].Values, uint16(n+1))
		}
	}
	salt := bytes.Repeat([]byte{byte(s.count)}, request.SaltSize)
	made := request.Request{
		Created: born, Customer: "00123", Site: "producao", Product: request.Product{Name: "sispetro", Version: "8.9"},
		Enrollment: &request.Enrollment{Proof: s.code.Prove(s.site.Fingerprint(), "00123", "sispetro")},
		Databases:  []request.Database{{Name: "producao", Profile: s.profile.Digest, Salt: salt, Items: items.Encode(metrics)}},
	}
	if change != nil {
		change(&made)
	}
	return keystest.Need[*request.Signed](t)(made.Seal(s.site)).Document.Render()
}

func (s *stage) review(t testing.TB, file []byte) *issue.Review {
	t.Helper()
	return keystest.Need[*issue.Review](t)(s.Review(ctx, file, now))
}

func (s *stage) issue(t testing.TB, file []byte) *issue.Reply {
	t.Helper()
	return keystest.Need[*issue.Reply](t)(s.Issue(ctx, s.review(t, file), now))
}

// head is a Head that can be made to fail.
type head struct {
	issue.Head
	failing bool
}

var errPower = errors.New("the power went")

func (h *head) Write(checkpoint []byte) error {
	if h.failing {
		return errPower
	}
	return h.Head.Write(checkpoint)
}

// signer is a signer that can be made to fail.
type signer struct {
	signedtext.Signer
	failing bool
}

func (s *signer) Sign(text []byte, at time.Time) ([]byte, error) {
	if s.failing {
		return nil, errPower
	}
	return s.Signer.Sign(text, at)
}

// A crash at any step loses nothing and never issues twice: the next attempt
// goes on with the same serial, and other requests get the next one.
func TestPowerFailureAtEveryStep(t *testing.T) {
	for name, fail := range map[string]func(*stage, bool){
		"while signing":                func(s *stage, failing bool) { s.Signer.(*signer).failing = failing },
		"after the commit, no head":    func(s *stage, failing bool) { s.Head.(*head).failing = failing },
		"while nothing can be written": func(s *stage, failing bool) { s.Head.(*head).failing, s.Signer.(*signer).failing = failing, failing },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.Signer, s.Head = &signer{Signer: s.Signer}, &head{Head: s.Head}
			file := s.asked(t, nil)
			fail(s, true)
			if _, err := s.Issue(ctx, s.review(t, file), now); !errors.Is(err, errPower) {
				t.Fatalf("the failure did not happen: %v", err)
			}
			fail(s, false)
			first := s.issue(t, file)
			again := s.issue(t, file)
			if !bytes.Equal(first.File, again.File) || !again.Again || first.License.Serial != "L-2026-000001" {
				t.Errorf("%s, then %s", first.License.Serial, again.License.Serial)
			}
			next := s.issue(t, s.asked(t, nil))
			if next.License.Serial != "L-2026-000002" || next.License.Logged.Index != first.License.Logged.Index+1 {
				t.Errorf("the next license is %s, entry %d", next.License.Serial, next.License.Logged.Index)
			}
			checkHead(t, s)
		})
	}
}

// checkHead demands that the head file holds the newest checkpoint.
func checkHead(t *testing.T, s *stage) {
	t.Helper()
	newest, stored := keystest.Need[[]byte](t)(s.Ledger.Head(ctx)), keystest.Need[[]byte](t)(s.Head.Read())
	if !bytes.Equal(newest, stored) {
		t.Errorf("the head file holds\n%s\nthe ledger\n%s", stored, newest)
	}
}

// The head file is brought up to date even when the request is one that was
// answered before the power went.
func TestHeadFileCatchesUp(t *testing.T) {
	s := newStage(t)
	failing := &head{Head: s.Head, failing: true}
	s.Head = failing
	file := s.asked(t, nil)
	if _, err := s.Issue(ctx, s.review(t, file), now); !errors.Is(err, errPower) {
		t.Fatal(err)
	}
	failing.failing = false
	s.issue(t, file)
	checkHead(t, s)
}

// Several operators at once: one license for a request, serials and entries
// without gaps.
func TestSeveralOperatorsAtOnce(t *testing.T) {
	s := newStage(t)
	s.issue(t, s.asked(t, nil)) // the enrollment is over
	same := s.asked(t, nil)
	requests := [][]byte{same, same, same}
	for range 5 {
		requests = append(requests, s.asked(t, nil))
	}
	serials := make([]string, len(requests))
	var group sync.WaitGroup
	for i, file := range requests {
		desk := keystest.Need[*issue.Desk](t)(s.issuer.Desk(ctx, s.folder))
		defer desk.Ledger.Close()
		group.Go(func() {
			review, err := desk.Review(ctx, file, now)
			if err != nil {
				t.Error(err)
				return
			}
			reply, err := desk.Issue(ctx, review, now)
			if err != nil {
				t.Error(err)
				return
			}
			serials[i] = reply.License.Serial
		})
	}
	group.Wait()
	if serials[0] != serials[1] || serials[1] != serials[2] {
		t.Errorf("one request got %v", serials[:3])
	}
	slices.Sort(serials)
	for i, serial := range slices.Compact(serials) {
		if want := fmt.Sprintf("L-2026-%06d", i+2); serial != want {
			t.Errorf("serial %s, want %s", serial, want)
		}
	}
}

// Every request gets the finding that is wrong with it.
func TestReviewNamesWhatIsWrong(t *testing.T) {
	s := newStage(t)
	other := keystest.Need[*openpgp.Secret](t)(keys.NewSiteKey(born, issuetest.Seed("other")))
	foreign := bytes.Repeat([]byte{9}, 32)
	for name, test := range map[string]struct {
		change  func(*request.Request)
		finding string
		want    error
	}{
		"unknown customer": {func(r *request.Request) { r.Customer = "99" }, issue.CustomerFinding, issue.UnknownCustomer},
		"no proof":         {func(r *request.Request) { r.Enrollment = nil }, issue.KeyFinding, issue.UnknownKey},
		"proof of another key": {func(r *request.Request) {
			r.Enrollment.Proof = s.code.Prove(other.Fingerprint(), "00123", "sispetro")
		}, issue.KeyFinding, issue.WrongCode},
		"proof of another code": {func(r *request.Request) {
			r.Enrollment.Proof = keys.Code{}.Prove(s.site.Fingerprint(), "00123", "sispetro")
		}, issue.KeyFinding, issue.WrongCode},
		"unknown profile":     {func(r *request.Request) { copy(r.Databases[0].Profile[:], foreign) }, issue.ProfileFinding, issue.UnknownProfile},
		"no contract":         {func(r *request.Request) { r.Product.Name = "crm" }, issue.ContractFinding, issue.NoContract},
		"version of a scheme": {func(r *request.Request) { r.Product.Version = "7.8.5.13100517_x64" }, issue.VersionFinding, request.BadVersion},
		"items of another shape": {func(r *request.Request) { r.Databases[0].Items = []byte{1, 2, 3} },
			issue.DatabaseFinding, fingerprint.BadItems},
		"nothing measured": {func(r *request.Request) {
			r.Databases[0].Items = make(fingerprint.Items, len(s.profile.Metrics)).Encode(s.profile.MetricList())
		}, issue.DatabaseFinding, issue.TooLittle},
	} {
		review := s.review(t, s.asked(t, test.change))
		if check := finding(t, review, test.finding); check.Outcome != verify.Fail || !errors.Is(check.Err, test.want) {
			t.Errorf("%s: %s, %v", name, check.Outcome, check.Err)
		}
		if _, err := s.Issue(ctx, review, now); err == nil {
			t.Errorf("%s: issued all the same", name)
		}
	}
	if size := logSize(t, s.Desk); size != 2 {
		t.Errorf("refusals left %d entries in the log", size)
	}
}

func logSize(t *testing.T, desk *issue.Desk) int64 {
	t.Helper()
	checkpoint, err := proof.OpenCheckpoint(keystest.Need[[]byte](t)(desk.Ledger.Head(ctx)), []string{desk.LogKey.Verifier})
	if err != nil {
		t.Fatal(err)
	}
	return checkpoint.Size
}

// An enrollment code is spent by the license that it leads to, once, and not
// after its end.
func TestEnrollmentCodeIsUsedOnce(t *testing.T) {
	s := newStage(t)
	late := keystest.Need[*issue.Review](t)(s.Review(ctx, s.asked(t, nil), now.AddDate(0, 0, issue.InvitationDays+1)))
	if !errors.Is(late.Refusal(), issue.CodeExpired) {
		t.Errorf("after its end: %v", late.Refusal())
	}
	s.issue(t, s.asked(t, nil))
	s.site = keystest.Need[*openpgp.Secret](t)(keys.NewSiteKey(born, issuetest.Seed("thief")))
	if review := s.review(t, s.asked(t, nil)); !errors.Is(review.Refusal(), issue.CodeUsed) {
		t.Errorf("a second key: %v", review.Refusal())
	}
}

// A site key belongs to one site of one customer, until it is retired.
func TestSiteKeyBelongsToItsSite(t *testing.T) {
	s := newStage(t)
	s.issue(t, s.asked(t, nil))
	if err := s.Ledger.AddCustomer(ctx, ledger.Customer{Number: "00777", Name: "Rede Norte", Language: "it", Added: now}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*request.Request){
		"another customer": func(r *request.Request) { r.Customer = "00777" },
		"another site":     func(r *request.Request) { r.Site = "filial" },
	} {
		if review := s.review(t, s.asked(t, change)); !errors.Is(review.Refusal(), issue.KeyOfAnother) {
			t.Errorf("%s: %v", name, review.Refusal())
		}
	}
	answered := s.asked(t, nil)
	first := s.issue(t, answered)
	next := s.asked(t, func(r *request.Request) { r.Created = r.Created.Add(time.Second) })
	reviewed := s.review(t, next)
	if err := reviewed.Refusal(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ledger.RetireSite(ctx, "00123", "producao", now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Issue(ctx, reviewed, now); !errors.Is(err, issue.RetiredKey) {
		t.Errorf("retired between review and license: %v", err)
	}
	if review := s.review(t, next); !errors.Is(review.Refusal(), issue.RetiredKey) {
		t.Errorf("a retired key: %v", review.Refusal())
	}
	if again := s.issue(t, answered); !bytes.Equal(again.File, first.File) {
		t.Error("what was answered before is not answered any more")
	}
}

// A restored backup is noticed by the head file, by the checkpoint that a
// request cites, and a second history by both.
func TestRestoredLedgerAppendsNothing(t *testing.T) {
	s := newStage(t)
	backup := filepath.Join(t.TempDir(), "ledger.db")
	copyLedger(t, s.folder, backup)
	lost := s.issue(t, s.asked(t, nil))
	restored := t.TempDir()
	keystest.Need[int](t)(0, os.Rename(backup, filepath.Join(restored, "ledger.db")))
	desk := keystest.Need[*issue.Desk](t)(s.issuer.Desk(ctx, restored))
	defer desk.Ledger.Close()
	desk.Head = s.Head
	next := s.asked(t, nil)
	if _, err := desk.Issue(ctx, keystest.Need[*issue.Review](t)(desk.Review(ctx, next, now)), now); !errors.Is(err, ledger.Restored) {
		t.Errorf("with the head file: %v", err)
	}

	// The head file was lost with the ledger, and an older one put back.
	desk.Head = issue.HeadFile{Path: filepath.Join(restored, "futura.head")}
	keystest.Need[int](t)(0, desk.Head.Write(keystest.Need[[]byte](t)(desk.Ledger.Head(ctx))))
	cites := func(r *request.Request) {
		r.Installed = &request.Installed{License: lost.License.Digest(), Checkpoint: lost.License.Logged.Signed}
	}
	citing := keystest.Need[*issue.Review](t)(desk.Review(ctx, s.asked(t, cites), now))
	if !errors.Is(citing.Refusal(), ledger.Restored) {
		t.Errorf("with a request that cites: %v", citing.Refusal())
	}

	// It goes on all the same: now there are two histories of one size.
	if _, err := desk.Issue(ctx, keystest.Need[*issue.Review](t)(desk.Review(ctx, next, now)), now); err != nil {
		t.Fatal(err)
	}
	forked := keystest.Need[*issue.Review](t)(desk.Review(ctx, s.asked(t, cites), now))
	if !errors.Is(forked.Refusal(), ledger.Forked) {
		t.Errorf("a fork: %v", forked.Refusal())
	}
}

// copyLedger takes a backup as an administrator would, with the write-ahead
// log in it.
func copyLedger(t *testing.T, folder, path string) {
	t.Helper()
	db, err := ledger.SQLite(filepath.Join(folder, "ledger.db"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("VACUUM INTO ?", path); err != nil {
		t.Fatal(err)
	}
}

// The log cannot be rewritten through the ledger.
func TestLogIsAppendOnly(t *testing.T) {
	s := newStage(t)
	s.issue(t, s.asked(t, nil))
	db, err := ledger.SQLite(filepath.Join(s.folder, "ledger.db"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{
		"UPDATE entry SET leaf = x'00'", "DELETE FROM entry", "UPDATE node SET hash = zeroblob(32)", "DELETE FROM node",
		"UPDATE checkpoint SET note = x'00'", "DELETE FROM checkpoint", "DELETE FROM license", "UPDATE license SET file = x'00'",
	} {
		if _, err := db.Exec(statement); err == nil {
			t.Errorf("%s was possible", statement)
		}
	}
}

func TestDeskRefusesWrongSecrets(t *testing.T) {
	s := newStage(t)
	stranger := keystest.Need[*keys.LogKey](t)(keys.NewLogKey("futura/licenses", issuetest.Seed("stranger")))
	spare := keystest.Need[*openpgp.Secret](t)(s.issuer.Root.AddSigner(s.issuer.Signer.Certificate(), born, time.Hour, issuetest.Seed("spare")))
	for name, test := range map[string]struct {
		change func(*issue.Desk)
		want   error
	}{
		"the root itself":     {func(d *issue.Desk) { d.Signer = s.issuer.Root }, issue.RootAtDesk},
		"a signer not named":  {func(d *issue.Desk) { d.Signer = spare }, issue.SignerNotTrusted},
		"a log key not named": {func(d *issue.Desk) { d.LogKey = stranger }, issue.LogKeyNotTrusted},
	} {
		desk := *s.Desk
		test.change(&desk)
		if _, err := desk.Issue(ctx, s.review(t, s.asked(t, nil)), now); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	retired := s.issuer.Trust.TrustFile
	retired.Sequence, retired.Signers = 2, []keys.Signer{{
		Fingerprint: s.issuer.Signer.Fingerprint(), Begins: born, Retired: &keys.SoftEnd{Origin: "futura/licenses", Size: 2},
	}}
	if err := s.issuer.Seal(retired); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckSecrets(now.AddDate(3, 0, 0)); !errors.Is(err, issue.SignerOver) {
		t.Errorf("an expired signer: %v", err)
	}
	s.Trust = s.issuer.Trust
	if err := s.CheckSecrets(now); !errors.Is(err, issue.SignerOver) {
		t.Errorf("a retired signer: %v", err)
	}
}

func TestHeadFileLiesOutside(t *testing.T) {
	desk := filepath.FromSlash("/srv/desk")
	for path, inside := range map[string]bool{
		"/srv/desk/futura.head": true, "/srv/desk/sub/futura.head": true, "/srv/desk": true, "/srv/desk/../desk/x": true,
		"/srv/futura.head": false, "/srv/desk2/futura.head": false, "/mnt/usb/futura.head": false, "/srv/..desk/x": false,
	} {
		_, err := issue.NewHeadFile(filepath.FromSlash(path), desk)
		if errors.Is(err, issue.HeadInside) != inside {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func BenchmarkIssue(b *testing.B) {
	s := newStage(b)
	s.issue(b, s.asked(b, nil))
	created := born
	for b.Loop() {
		created = created.Add(time.Second) // so that no two requests are the same
		s.issue(b, s.asked(b, func(r *request.Request) { r.Created = created }))
	}
}

func finding(t *testing.T, review *issue.Review, name string) verify.Check {
	t.Helper()
	index := slices.IndexFunc(review.Findings, func(check verify.Check) bool { return check.Name == name })
	if index < 0 {
		t.Fatalf("no finding %s", name)
	}
	return review.Findings[index]
}

// One database under two customers is a question; under one customer it is
// what is expected.
func TestDatabaseUnderTwoCustomers(t *testing.T) {
	s := newStage(t)
	with := func(customer string, seed byte) func(*request.Request) {
		return func(r *request.Request) {
			r.Customer, r.Databases[0].Lineage = customer, bytes.Repeat([]byte{seed}, fingerprint.LineageSize)
		}
	}
	s.issue(t, s.asked(t, with("00123", 7)))
	if err := s.Ledger.AddCustomer(ctx, ledger.Customer{Number: "00777", Name: "Rede Norte", Language: "it", Added: now}); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*request.Request)
		want   verify.Outcome
	}{
		"the same customer":                    {with("00123", 7), verify.Pass},
		"another customer":                     {with("00777", 7), verify.Warn},
		"another customer, another database":   {with("00777", 8), verify.Pass},
		"another customer, nothing to tell it": {func(r *request.Request) { r.Customer = "00777" }, verify.Pass},
		"another customer, no rows in common":  {with("00777", 0), verify.Pass},
	} {
		check := finding(t, s.review(t, s.asked(t, test.change)), issue.DatabaseFinding)
		if check.Outcome != test.want || test.want == verify.Warn && !errors.Is(check.Err, issue.SharedDatabase) {
			t.Errorf("%s: %s, %v", name, check.Outcome, check.Err)
		}
	}
}

// Many old rows of elsewhere are a question about two companies that became
// one; a few are not, and a request may go without.
func TestCompaniesThatBecameOne(t *testing.T) {
	s := newStage(t)
	reply := s.issue(t, s.asked(t, nil))
	for name, test := range map[string]struct {
		unknown []byte
		want    verify.Outcome
	}{
		"none":           {[]byte{0, 0, 0}, verify.Pass},
		"not known":      {[]byte{255, 255, 255}, verify.Pass},
		"a few":          {[]byte{3, 2, 2}, verify.Pass},
		"many customers": {[]byte{4, 0, 0}, verify.Warn},
		"many depots":    {[]byte{0, 0, 3}, verify.Warn},
		"fewer classes":  {[]byte{0}, verify.Pass},
		"nothing said":   {nil, verify.Pass},
	} {
		review := s.review(t, s.asked(t, func(r *request.Request) {
			r.Installed = &request.Installed{License: reply.License.Digest()}
			r.Databases[0].Continuity, r.Databases[0].Unknown = reply.License.Databases[0].Items, test.unknown
		}))
		check := finding(t, review, issue.HistoryFinding)
		if check.Outcome != test.want || test.want == verify.Warn && !errors.Is(check.Err, issue.Merged) {
			t.Errorf("%s: %s, %v", name, check.Outcome, check.Err)
		}
		if err := review.Refusal(); err != nil {
			t.Errorf("%s: refused: %v", name, err)
		}
	}
}
