package docs_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/issue/issuetest"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/proof"
	"github.com/futura/airlicense/verify/revocation"
)

var update = flag.Bool("update", false, "write the examples into the pages again")

// exchange is the one exchange that all pages tell of.
type exchange struct {
	root                            openpgp.Fingerprint
	trust, profile, request, answer []byte
	revocations                     []byte
	ended                           []byte // the next trust file, after a theft
}

var began = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

func after(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }

// play makes the exchange with the real packages and published seeds.
func play(t *testing.T) exchange {
	ctx := context.Background()
	issuer := keystest.Need[*issuetest.Issuer](t)(issuetest.New("Futura Example", began))
	desk, profile, invitation, err := issuer.Begin(ctx, t.TempDir(), profiles.SisPetro, after(3))
	ok(t, err)
	defer desk.Ledger.Close()
	profileFile, _, err := desk.Ledger.NewestProfile(ctx, "sispetro")
	ok(t, err)

	site := keystest.Need[*openpgp.Secret](t)(keys.NewSiteKey(after(10), issuetest.Seed("site")))
	asked := request.Request{
		Created: after(11), Customer: "00123", Site: "producao", Product: request.Product{Name: "sispetro", Version: "8.9", Running: "8.8.2"},
		Enrollment: &request.Enrollment{Proof: invitation.Code.Prove(site.Fingerprint(), "00123", "sispetro")},
		Databases:  []request.Database{measure(t, profile)},
	}
	signed := keystest.Need[*request.Signed](t)(asked.Seal(site))
	review := keystest.Need[*issue.Review](t)(desk.Review(ctx, signed.Document.Render(), after(20)))
	reply := keystest.Need[*issue.Reply](t)(desk.Issue(ctx, review, after(21)))
	return exchange{
		ended: end(t, issuer, reply.License), root: issuer.Root.Fingerprint(), trust: issuer.TrustFile, profile: profileFile,
		request: signed.Document.Render(), answer: reply.File, revocations: revoke(t, desk, reply.License.Serial),
	}
}

// revoke takes the license of the exchange back, and returns the list.
func revoke(t *testing.T, desk *issue.Desk, serial string) []byte {
	t.Helper()
	ctx := context.Background()
	target := keystest.Need[*issue.Target](t)(desk.Target(ctx, serial))
	_, err := desk.Revoke(ctx, target, issue.DefaultEnd(after(30)), revocation.Contract, after(30))
	ok(t, err)
	return keystest.Need[[]byte](t)(desk.HandOut(ctx))
}

// end makes the trust file that follows a theft of both keys.
func end(t *testing.T, issuer *issuetest.Issuer, newest *verify.License) []byte {
	t.Helper()
	stolen := after(60 * 24)
	signer := keystest.Need[*openpgp.Secret](t)(issuer.Root.AddSigner(issuer.Trust.IssuerCertificate(), stolen, 2*365*24*time.Hour, issuetest.Seed("second signer")))
	log := keystest.Need[*keys.LogKey](t)(keys.NewLogKey(issuer.Log.Origin, issuetest.Seed("second log")))
	pin := newest.Logged.Checkpoint
	next := issuer.Trust.TrustFile
	next.Issued, next.Certificate = stolen, signer.Certificate().Bytes()
	next.Logs = []keys.Log{
		{Origin: pin.Origin, Key: next.Logs[0].Key, Stolen: &keys.LogHardEnd{Size: pin.Size, Root: pin.Root}},
		{Origin: log.Origin, Key: signedtext.Long(log.Verifier)},
	}
	next.Signers = []keys.Signer{
		{Fingerprint: issuer.Signer.Fingerprint(), Begins: began, Stolen: &keys.HardEnd{Origin: pin.Origin, Size: pin.Size, Root: pin.Root}},
		{Fingerprint: signer.Fingerprint(), Begins: stolen},
	}
	return keystest.Need[[]byte](t)(keys.SealNextTrust(next, &issuer.Trust.TrustFile, issuer.Root))
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// measure answers the dialogue with rows that follow from their numbers.
func measure(t *testing.T, profile *request.Profile) request.Database {
	t.Helper()
	salt := make([]byte, request.SaltSize)
	issuetest.Seed("salt").Read(salt)
	dialogue := keystest.Need[*queries.Dialogue](t)(queries.Collect(profile, queries.SQLite, salt))
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		for _, row := range rows(query) {
			ok(t, dialogue.Row(row))
		}
		dialogue.Done(nil)
	}
	return request.Database{Name: "producao", Profile: profile.Digest, Salt: salt, Items: dialogue.Encoded(), Lineage: dialogue.Lineage()}
}

func rows(query queries.Query) [][]any {
	switch {
	case query.Metric == "":
		return [][]any{{"an example of a product's secret"}}
	case strings.Contains(query.SQL, "ORDER BY"):
		return [][]any{{int64(20000)}}
	}
	count := strings.Count(query.SQL[:strings.Index(query.SQL, " FROM")], ",") // columns beside the key
	var list [][]any
	add := func(id int64) {
		random := rand.New(rand.NewPCG(1, uint64(id)))
		row := []any{id, time.Unix(1.6e9+id*3600+random.Int64N(3600), 0).UTC()}
		for range count - 1 {
			row = append(row, random.Int64N(1e12))
		}
		list = append(list, row)
	}
	for _, argument := range query.Arguments {
		add(argument.(int64))
	}
	if len(query.Arguments) == 0 {
		for id := range int64(100) {
			add(id)
		}
	}
	return list
}

// examples are the blocks of the pages, by name.
func examples(t *testing.T, played exchange) map[string]string {
	trust := keystest.Need[*keys.Trust](t)(keys.OpenTrust(played.trust, played.root))
	opened := keystest.Need[*verify.License](t)(verify.Open(played.answer, trust))
	leaf := proof.NewLeaf(license.Kind, opened.Serial, opened.Issued, opened.Document)
	return map[string]string{
		"trust": string(played.trust), "ended": string(played.ended), "profile": string(played.profile), "request": string(played.request), "license": string(played.answer),
		"revocations": string(played.revocations),
		"leaf":        string(leaf.Marshal()), "proof": string(opened.Document.Proof()), "checkpoint": string(opened.Logged.Signed),
	}
}

var block = regexp.MustCompile("(?s)<!-- example: ([a-z]+) -->\n```\n(.*?)```\n")

// TestExamplesAreReal holds the examples in the pages to what the packages
// write, byte for byte. With -update it writes them.
func TestExamplesAreReal(t *testing.T) {
	played := play(t)
	want := examples(t, played)
	for _, page := range []string{"trust.md", "profile.md", "request.md", "license.md", "proof.md", "revocation.md"} {
		content := string(keystest.Need[[]byte](t)(os.ReadFile(page)))
		if *update {
			content = block.ReplaceAllStringFunc(content, func(found string) string {
				name := block.FindStringSubmatch(found)[1]
				return fmt.Sprintf("<!-- example: %s -->\n```\n%s```\n", name, want[name])
			})
			content = strings.ReplaceAll(content, "@ROOT@", played.root.String())
			ok(t, os.WriteFile(page, []byte(content), 0o644))
		}
		found := block.FindAllStringSubmatch(content, -1)
		if len(found) == 0 {
			t.Errorf("%s has no example", page)
		}
		for _, example := range found {
			if example[2] != want[example[1]] {
				t.Errorf("%s: the example %q is not what is written now (go test ./docs -update)", page, example[1])
			}
		}
	}
	if page := string(keystest.Need[[]byte](t)(os.ReadFile("trust.md"))); !strings.Contains(page, played.root.String()) {
		t.Error("trust.md names another root")
	}
}

// TestExamplesAreRead reads the pages as an implementer would: every example
// is accepted by the strict readers.
func TestExamplesAreRead(t *testing.T) {
	found := map[string][]byte{}
	for _, page := range []string{"trust.md", "profile.md", "request.md", "license.md", "proof.md", "revocation.md"} {
		for _, example := range block.FindAllSubmatch(keystest.Need[[]byte](t)(os.ReadFile(page)), -1) {
			found[string(example[1])] = example[2]
		}
	}
	page := keystest.Need[[]byte](t)(os.ReadFile("trust.md"))
	root := keystest.Need[openpgp.Fingerprint](t)(openpgp.ParseFingerprint(regexp.MustCompile(`[0-9A-F]{40}`).FindString(string(page))))
	trust := keystest.Need[*keys.Trust](t)(keys.OpenTrust(found["trust"], root))
	profile := keystest.Need[*request.Profile](t)(verify.OpenProfile(found["profile"], trust))
	asked := keystest.Need[*request.Signed](t)(request.Open(found["request"]))
	answer := keystest.Need[*verify.License](t)(verify.Open(found["license"], trust))
	if answer.Request != asked.Digest() || answer.Databases[0].Profile != profile.Digest {
		t.Error("the license answers another request, or names another profile")
	}
	leaf := keystest.Need[proof.Leaf](t)(proof.ParseLeaf(found["leaf"]))
	proved := keystest.Need[*proof.Proof](t)(proof.Parse(found["proof"]))
	checkpoint := keystest.Need[proof.Checkpoint](t)(proved.Verify(leaf, verify.LogKeys(trust.Logs)))
	if leaf.Document != answer.Digest() || checkpoint.Origin != "futura/licenses" {
		t.Error("the proof is of another document or log")
	}
	ended := keystest.Need[*keys.Trust](t)(keys.OpenTrust(found["ended"], root))
	if err := ended.Follows(&trust.TrustFile); err != nil {
		t.Error(err)
	}
	if _, err := verify.Open(found["license"], ended); err != nil { // its proof is against the pinned checkpoint
		t.Error(err)
	}
	verdict := verify.Judge(answer, verify.Situation{Now: after(60), Customer: "00123", Product: "sispetro", Version: verify.Running{Asked: true, Text: "8.9.3"}})
	if verdict.Outcome != verify.Valid {
		t.Error(verdict.Reason())
	}
	list := keystest.Need[*verify.Revocations](t)(verify.OpenRevocations(found["revocations"], trust))
	if entry, named := list.Entry(answer.Digest()); !named || entry.Serial != answer.Serial {
		t.Error("the list names another license")
	}
}
