package site_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
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
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/verify/proof"
	"github.com/futura/airlicense/verify/revocation"
)

// sign lets a desk sign its next list, as it stands, and returns the file.
func sign(t *testing.T, desk *issue.Desk) []byte {
	t.Helper()
	if _, err := desk.RenewRevocations(context.Background(), now); err != nil {
		t.Fatal(err)
	}
	return keystest.Need[[]byte](t)(desk.HandOut(context.Background()))
}

func installAll(made *site.Site, documents ...[]byte) error {
	var given []site.Given
	for _, data := range documents {
		given = append(given, site.Given{Name: "given", Data: data})
	}
	_, err := made.Install(context.Background(), given, site.Place{Now: now})
	return err
}

// forward writes a row into a thief's ledger, so that the next list has the
// number after it.
func forward(t *testing.T, folder string, sequence int64) {
	t.Helper()
	db := keystest.Need[*sql.DB](t)(ledger.SQLite(filepath.Join(folder, "ledger.db"), false))
	defer db.Close()
	text := keystest.Need[[]byte](t)(revocation.List{Sequence: sequence, Issued: now}.Marshal())
	if _, err := db.Exec("INSERT INTO revocations (sequence, issued, text, file) VALUES (?, '2026-11-21T10:00:00Z', ?, x'00')", sequence, text); err != nil {
		t.Fatal(err)
	}
}

// A thief of a signer's key counts to the end, so that no honest list is
// newer. The trust file that calls the key stolen mends that; one that only
// retires it does not, for then the list still holds.
func TestRecoveryFromAListCountedToTheEnd(t *testing.T) {
	ctx, born := context.Background(), now.Add(-24*time.Hour)
	issuer := keystest.Need[*issuetest.Issuer](t)(issuetest.New("Futura", born))
	begin := func(folder string) *issue.Desk {
		desk, _, _, err := issuer.Begin(ctx, folder, profiles.SisPetro, born)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { desk.Ledger.Close() })
		return desk
	}
	honest, folder := begin(t.TempDir()), t.TempDir()
	thief := begin(folder)
	first := sign(t, honest)
	checkpoint := keystest.Need[proof.Checkpoint](t)(proof.OpenCheckpoint(keystest.Need[[]byte](t)(honest.Ledger.Head(ctx)), []string{honest.LogKey.Verifier}))
	const last = 999999999999999998
	forward(t, folder, last)
	forged := sign(t, thief)

	second := keystest.Need[*openpgp.Secret](t)(issuer.Root.AddSigner(issuer.Signer.Certificate(), born, 48*time.Hour, issuetest.Seed("second")))
	trusting := func(sequence int64, change func(*keys.Signer)) *keys.Trust {
		file := issuer.Trust.TrustFile
		file.Sequence, file.Certificate = sequence, second.Certificate().Bytes()
		old := keys.Signer{Fingerprint: issuer.Signer.Fingerprint(), Begins: born}
		change(&old)
		file.Signers = []keys.Signer{old, {Fingerprint: second.Fingerprint(), Begins: born}}
		if err := issuer.Seal(file); err != nil {
			t.Fatal(err)
		}
		return issuer.Trust
	}
	begun := issuer.TrustFile
	trusting(2, func(old *keys.Signer) { old.Retired = &keys.SoftEnd{Origin: checkpoint.Origin, Size: 100} })
	retired := issuer.TrustFile
	honest.Trust, honest.Signer = trusting(3, func(old *keys.Signer) {
		old.Stolen = &keys.HardEnd{Origin: checkpoint.Origin, Size: checkpoint.Size, Root: checkpoint.Root}
	}), second
	stolen, next := issuer.TrustFile, sign(t, honest)

	made := created(t, strings.Replace(config, root, issuer.Root.Fingerprint().String(), 1))
	for _, step := range []struct {
		name      string
		documents [][]byte
		want      error
	}{
		{"the first list", [][]byte{begun, first}, nil},
		{"the forged one", [][]byte{forged}, nil},
		{"the first one again", [][]byte{first}, site.OlderRevocations},
		{"the next one, the key retired", [][]byte{next, retired}, site.OlderRevocations},
		{"the next one, the key stolen", [][]byte{next, stolen}, nil},
		{"the forged one again", [][]byte{forged}, errAny},
		{"the first one at last", [][]byte{first}, site.OlderRevocations},
	} {
		err := installAll(made, step.documents...)
		if step.want == nil && err != nil || step.want == errAny && err == nil || step.want != nil && step.want != errAny && !errors.Is(err, step.want) {
			t.Fatalf("%s: %v, want %v", step.name, err, step.want)
		}
		made = keystest.Need[*site.Site](t)(site.Open(made.Folder, issuer.Root.Fingerprint()))
	}
	if installed := keystest.Need[[]byte](t)(os.ReadFile(filepath.Join(made.Folder, "futura.revocations"))); string(installed) != string(next) {
		t.Error("another list is installed")
	}
	if made.Revocations == nil || made.Revocations.Sequence != 2 || len(made.Warnings) != 0 {
		t.Error("the honest list does not count:", made.Warnings)
	}
}

// errAny stands for any refusal.
var errAny = errors.New("any refusal")
