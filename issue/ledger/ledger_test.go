package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/futura/airlicense/issue/ledger"
)

var now = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// first makes a database as the first release left it.
func first(t *testing.T) *sql.DB {
	t.Helper()
	db, err := ledger.SQLite(filepath.Join(t.TempDir(), "ledger.db"), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	schema, err := os.ReadFile("migrations/001.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		string(schema), "PRAGMA user_version = 1",
		"INSERT INTO customer VALUES ('00123', 'Posto Sol Ltda', 'pt-BR', '2025-01-02T03:04:05Z')",
		"INSERT INTO keyuser VALUES ('00123', 'Ana Lima', 'ana@posto.example'), ('00123', 'Rui Melo', 'rui@posto.example')",
		"INSERT INTO contract VALUES ('00123', 'sispetro', '8.7..8.9', '0 S3', '2027-12-31T23:59:59Z', '', '2025-02-03T04:05:06Z')",
		"INSERT INTO site_key VALUES ('AE2F4779B939852CEDF7E53AC90588D790ECAB4F', '00123', 'producao', x'00', '2025-03-04T05:06:07Z')",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func TestFirstLedgerKeepsWhatItKnows(t *testing.T) {
	ctx, db := context.Background(), first(t)
	opened, err := ledger.Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	customer, found, err := opened.Customer(ctx, "00123")
	if err != nil || !found || len(customer.KeyUsers) != 2 {
		t.Fatalf("%+v, %v", customer, err)
	}
	if ana := customer.KeyUsers[0]; ana.Mail != "ana@posto.example" || !ana.Since.Equal(customer.Added) {
		t.Errorf("%+v", ana)
	}
	siteKeys, err := opened.SiteKeys(ctx, "00123")
	if err != nil || len(siteKeys) != 1 || !siteKeys[0].Retired.IsZero() {
		t.Errorf("%+v, %v", siteKeys, err)
	}
	changes, err := opened.History(ctx, "00123")
	if err != nil || len(changes) != 4 || changes[0].Change != ledger.CustomerAdded || changes[3].Change != ledger.ContractSet {
		t.Fatalf("%+v, %v", changes, err)
	}
	// A contract of today is kept in the same words as those of before.
	contract, _, err := opened.Contract(ctx, "00123", "sispetro")
	if err != nil {
		t.Fatal(err)
	}
	if err := opened.SetContract(ctx, contract, now); err != nil {
		t.Fatal(err)
	}
	changes, err = opened.History(ctx, "00123")
	if err != nil || len(changes) != 5 || changes[4].Detail != changes[3].Detail || !changes[4].At.Equal(now) {
		t.Errorf("%+v, %v", changes, err)
	}
	if _, found, err := opened.NewestRevocations(ctx); found || err != nil {
		t.Errorf("a revocation list: %t, %v", found, err)
	}
	if _, err := ledger.Open(ctx, db); err != nil {
		t.Errorf("opened again: %v", err)
	}
}

func TestKeyUsersAndSitesEndOnce(t *testing.T) {
	ctx, db := context.Background(), first(t)
	opened, err := ledger.Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	eva := ledger.KeyUser{Name: "Eva Reis", Mail: "eva@posto.example"}
	if err := opened.ReplaceKeyUser(ctx, "00123", "RUI@posto.example", eva, now); err != nil {
		t.Fatal(err)
	}
	if err := opened.ReplaceKeyUser(ctx, "00123", "ana@posto.example", eva, now); !errors.Is(err, ledger.KeyUserKnown) {
		t.Errorf("by one who is there: %v", err)
	}
	if err := opened.RemoveKeyUser(ctx, "00123", "rui@posto.example", now); !errors.Is(err, ledger.KeyUserUnknown) {
		t.Errorf("removed twice: %v", err)
	}
	// Who has left may come back; both spans are kept.
	if err := opened.AddKeyUser(ctx, "00123", ledger.KeyUser{Name: "Rui Melo", Mail: "rui@posto.example"}, now); err != nil {
		t.Error(err)
	}
	customer, _, err := opened.Customer(ctx, "00123")
	if err != nil || len(customer.KeyUsers) != 3 {
		t.Errorf("%+v, %v", customer.KeyUsers, err)
	}
	var spans int
	if err := db.QueryRow("SELECT count(*) FROM keyuser").Scan(&spans); err != nil || spans != 4 {
		t.Errorf("%d spans, %v", spans, err)
	}
	retired, err := opened.RetireSite(ctx, "00123", "producao", now)
	if err != nil || len(retired) != 1 || !retired[0].Retired.Equal(now) {
		t.Errorf("%+v, %v", retired, err)
	}
	if _, err := opened.RetireSite(ctx, "00123", "producao", now); !errors.Is(err, ledger.SiteUnknown) {
		t.Errorf("retired twice: %v", err)
	}
}

func TestNothingOfACustomerIsDeleted(t *testing.T) {
	ctx, db := context.Background(), first(t)
	opened, err := ledger.Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opened.RetireSite(ctx, "00123", "producao", now); err != nil {
		t.Fatal(err)
	}
	if err := opened.RemoveKeyUser(ctx, "00123", "rui@posto.example", now); err != nil {
		t.Fatal(err)
	}
	if err := opened.AddEnrollment(ctx, ledger.Enrollment{Customer: "00123", Product: "sispetro", Public: make([]byte, 32), Created: now, Expires: now}); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"DELETE FROM customer", "DELETE FROM keyuser", "DELETE FROM site_key", "DELETE FROM enrollment", "DELETE FROM history",
		"UPDATE history SET detail = ''", "UPDATE site_key SET retired = ''", "UPDATE keyuser SET removed = '' WHERE removed <> ''",
	} {
		if _, err := db.Exec(statement); err == nil {
			t.Errorf("%s: done", statement)
		}
	}
}
