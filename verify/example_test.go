package verify_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/futura/airlicense/issue/issuetest"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
)

// What the examples find in place: the server's folder, its open database,
// the root's fingerprint, which is compiled into the server, and what
// verdict.History was at the last start.
var (
	folder  string
	db      *sql.DB
	root    openpgp.Fingerprint
	history verify.History
	now     = time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC) // time.Now() in a server
)

func read(name string) []byte { return must(os.ReadFile(filepath.Join(folder, name))) }

// must stops the server with the reason.
func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// A whole start-up check. A database that cannot be reached leaves the
// verdict undecided; verdict.Start says whether the server starts.
func Example() {
	trust := must(keys.OpenTrust(read("futura-trust.asc"), root))
	profile, _, err := verify.OpenInstalledProfile(read("sispetro.profile"), trust)
	must(profile, err)
	license := must(verify.OpenInstalled(read("versao8.9.ver"), trust))
	licensed := license.Databases[0]
	dialogue := must(queries.Recognize(profile, queries.SQLite, licensed.Salt, licensed.Items))
	err = database.Run(context.Background(), db, dialogue)
	verdict := verify.Judge(license, verify.Situation{
		Now: now, Newest: trust.Issued, History: history,
		Customer: "00123", Product: "sispetro", Bits: strconv.IntSize,
		Version:   verify.Running{Asked: true, Text: "8.9.1", Source: "server"},
		Databases: map[string]verify.Measurement{licensed.Name: {Result: dialogue.Result(), Err: err}},
	})
	fmt.Println(verdict.Outcome, verdict.Start, verdict.Reason())
	// Output: valid true <nil>
}

// An auditor asks only what the issuer signed and logged. The file that was
// changed afterwards is refused with the check that failed.
func ExampleOpen() {
	trust := must(keys.OpenTrust(read("futura-trust.asc"), root))
	file := read("versao8.9.ver")
	license := must(verify.Open(file, trust))
	fmt.Println(license.Serial, "covers", license.Product.Versions, "and is entry", license.Logged.Index, "of", license.Logged.Origin)

	_, err := verify.Open(bytes.Replace(file, []byte("8.9"), []byte("9.0"), 1), trust)
	for _, check := range verify.Refused(err).Checks {
		fmt.Println(check.Name, check.Outcome)
	}
	// Output:
	// L-2026-000001 covers 8.9 and is entry 2 of futura/licenses
	// form pass
	// signature fail
}

// draft is the profile of a product with two tables.
const draft = `
product = "sispetro"
title = "SisPetro"
scheme = "numbers"
digits = 2
file = "versao{version}.ver"
recognized = 50
drifted = 45
headline = "A licença não vale"
contact = "Fale com a Futura"
[[metric]]
name = "pedidos"
kind = "anchors"
table = "pedido"
key = "id:integer"
columns = "criado:timestamp protocolo:integer"
count = 64
weight = 2
[[metric]]
name = "clientes"
kind = "set"
table = "cliente"
key = "id:integer"
columns = "criado:timestamp"
count = 32
weight = 1
`

// The database of a customer, with rows that follow from their numbers.
const rows = `
CREATE TABLE pedido (id INTEGER PRIMARY KEY, criado TIMESTAMP, protocolo INTEGER);
CREATE TABLE cliente (id INTEGER PRIMARY KEY, criado TIMESTAMP);
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 500)
INSERT INTO pedido SELECT n, datetime(1600000000 + n * 3600 + (n * 7919 * n) % 3571, 'unixepoch'), n * 7919 FROM number;
INSERT INTO cliente SELECT id, criado FROM pedido WHERE id <= 100;
`

// TestMain plays the exchange whose files the examples read.
func TestMain(m *testing.M) {
	folder = must(os.MkdirTemp("", "verify"))
	play(context.Background())
	status := m.Run()
	db.Close()
	os.RemoveAll(folder)
	os.Exit(status)
}

func check(err error) { must(0, err) }

func write(name string, content []byte) {
	check(os.WriteFile(filepath.Join(folder, name), content, 0o600))
}

// play is the exchange: a desk opens, signs a profile and answers a request.
func play(ctx context.Context) {
	began := now.AddDate(0, 0, -7)
	db = must(sql.Open("sqlite", filepath.Join(folder, "sispetro.db")))
	must(db.Exec(rows))
	issuer := must(issuetest.New("Futura", began))
	desk, profile, invitation, err := issuer.Begin(ctx, folder, []byte(draft), began)
	check(err)
	defer func() { check(desk.Ledger.Close()) }()
	root = issuer.Root.Fingerprint()
	write("futura-trust.asc", issuer.TrustFile)
	file, _, err := desk.Ledger.NewestProfile(ctx, "sispetro")
	check(err)
	write("sispetro.profile", file)
	asked := ask(ctx, profile, invitation.Code, began)
	reply := must(desk.Issue(ctx, must(desk.Review(ctx, asked, began)), began))
	write(reply.Name, reply.File)
}

// ask is the request of the site.
func ask(ctx context.Context, profile *request.Profile, code keys.Code, began time.Time) []byte {
	salt := bytes.Repeat([]byte{7}, request.SaltSize)
	dialogue := must(queries.Collect(profile, queries.SQLite, salt))
	check(database.Run(ctx, db, dialogue))
	site := must(keys.NewSiteKey(began, keystest.Seed("example site")))
	asked := request.Request{
		Created: began, Customer: "00123", Site: "producao", Product: request.Product{Name: "sispetro", Version: "8.9"},
		Enrollment: &request.Enrollment{Proof: code.Prove(site.Fingerprint(), "00123", "sispetro")},
		Databases:  []request.Database{{Name: "producao", Profile: profile.Digest, Salt: salt, Items: dialogue.Encoded()}},
	}
	return must(asked.Seal(site)).Document.Render()
}

// What a verdict costs with the trust file already read, beside one bare
// Ed25519 verification: signature and envelope, then the document read as
// well, then also its proof in the log, which is a second signature.
func BenchmarkOpen(b *testing.B) {
	trust, file := must(keys.OpenTrust(read("futura-trust.asc"), root)), read("versao8.9.ver")
	certificate := trust.IssuerCertificate()
	b.Run("ed25519", func(b *testing.B) {
		secret := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
		message := make([]byte, 64)
		signature, public := ed25519.Sign(secret, message), secret.Public().(ed25519.PublicKey)
		for b.Loop() {
			if !ed25519.Verify(public, message, signature) {
				b.Fatal("not valid")
			}
		}
	})
	b.Run("envelope", func(b *testing.B) {
		for b.Loop() {
			must(signedtext.Open(file, certificate))
		}
	})
	b.Run("document", func(b *testing.B) {
		for b.Loop() {
			must(license.Parse(must(signedtext.Open(file, certificate)).Text()))
		}
	})
	b.Run("proof", func(b *testing.B) {
		for b.Loop() {
			must(verify.Open(file, trust))
		}
	})
}

// The trust file is read once in a process.
func BenchmarkOpenTrust(b *testing.B) {
	file := read("futura-trust.asc")
	for b.Loop() {
		must(keys.OpenTrust(file, root))
	}
}
