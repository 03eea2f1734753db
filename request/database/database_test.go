package database_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

// draft is a profile over one table of each kind of column.
const draft = requesttest.Head + `[running]
table = "parametro"
column = "versao"
[[metric]]
name = "pedidos"
kind = "anchors"
table = "pedido"
key = "id:integer"
columns = "criado:timestamp dia:date numero:integer marca:text foto:bytes"
count = 64
weight = 2
[[metric]]
name = "clientes"
kind = "set"
table = "cliente"
key = "guid:uuid"
columns = "criado:timestamp"
count = 32
weight = 1
`

// schema holds the tables in the types that each engine would use.
var schema = map[queries.Engine]string{
	queries.SQLite: `
CREATE TABLE parametro (versao TEXT);
CREATE TABLE pedido (id INTEGER PRIMARY KEY, criado DATETIME, dia DATE, numero NUMERIC, marca CHAR(10), foto BLOB);
CREATE TABLE cliente (guid TEXT PRIMARY KEY, criado TIMESTAMP);`,
	queries.PostgreSQL: `
CREATE TABLE parametro (versao char(12));
CREATE TABLE pedido (id bigint PRIMARY KEY, criado timestamp, dia date, numero numeric(18,4), marca char(10), foto bytea);
CREATE TABLE cliente (guid uuid PRIMARY KEY, criado timestamp with time zone);`,
}

// source is a database to be measured and the pool that filled it.
type source struct {
	settings database.Settings
	admin    *sql.DB
}

func newSQLite(t testing.TB) source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a file with # and %20.db")
	admin, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	return source{database.Settings{Engine: queries.SQLite, Path: path}, admin}
}

func newPostgreSQL(t testing.TB, server peertest.Server, name string) source {
	t.Helper()
	settings := database.Settings{Engine: queries.PostgreSQL, Host: server.Host, Name: "postgres", User: server.User, Password: server.Password}
	execute(t, open(t, settings, true), "CREATE DATABASE "+name)
	settings.Name = name
	return source{settings, open(t, settings, true)}
}

// open opens the settings as the product would, with the right to write.
func open(t testing.TB, settings database.Settings, writable bool) *sql.DB {
	t.Helper()
	db, err := database.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if writable {
		execute(t, db, "SET default_transaction_read_only = off")
		execute(t, db, "SET statement_timeout = 0")
	}
	return db
}

func execute(t testing.TB, db *sql.DB, statement string, arguments ...any) {
	t.Helper()
	if _, err := db.Exec(statement, arguments...); err != nil {
		t.Fatalf("%v\n%.200s", err, statement)
	}
}

// fill writes the same data into an engine.
func fill(t testing.TB, source source, seed uint64, rows int) {
	t.Helper()
	execute(t, source.admin, schema[source.settings.Engine])
	random := rand.New(rand.NewPCG(seed, 1))
	place := func(n int) string {
		if source.settings.Engine == queries.PostgreSQL {
			return fmt.Sprintf("$%d", n)
		}
		return "?"
	}
	execute(t, source.admin, "INSERT INTO parametro VALUES ('8.9.1')")
	tx, err := source.admin.Begin()
	if err != nil {
		t.Fatal(err)
	}
	order := fmt.Sprintf("INSERT INTO pedido VALUES (%s, %s, %s, %s, %s, %s)", place(1), place(2), place(3), place(4), place(5), place(6))
	customer := fmt.Sprintf("INSERT INTO cliente VALUES (%s, %s)", place(1), place(2))
	for id := 1; id <= rows; id++ {
		when := time.Date(2020, 1, 1, 0, 0, id, random.IntN(1e6)*1000, time.UTC)
		photo := []byte{byte(id), 0, 0xFF, byte(random.IntN(256))}
		mark, number := any(fmt.Sprintf("ção %d", random.IntN(1e4))), any(random.Int64N(1e12))
		if id%7 == 0 {
			mark, number = nil, nil
		}
		if _, err := tx.Exec(order, id, when.Format("2006-01-02 15:04:05.000000"), when.Format("2006-01-02"), number, mark, photo); err != nil {
			t.Fatal(err)
		}
		if id <= rows/10 {
			guid := fmt.Sprintf("%08x-0000-4000-8000-%012x", random.Uint32(), id)
			if _, err := tx.Exec(customer, guid, when.Truncate(time.Second).Format("2006-01-02 15:04:05")+"+00:00"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func collect(t testing.TB, profile *request.Profile, source source, salt []byte) (*queries.Dialogue, error) {
	t.Helper()
	dialogue, err := queries.Collect(profile, source.settings.Engine, salt)
	if err != nil {
		t.Fatal(err)
	}
	return dialogue, database.Run(context.Background(), open(t, source.settings, false), dialogue)
}

func recognize(t testing.TB, profile *request.Profile, source source, salt, items []byte) fingerprint.Result {
	t.Helper()
	dialogue, err := queries.Remeasure(profile, source.settings.Engine, salt, items)
	if err != nil {
		t.Fatal(err)
	}
	if err := database.Run(context.Background(), open(t, source.settings, false), dialogue); err != nil {
		t.Fatal(err)
	}
	for _, problem := range dialogue.Problems() {
		t.Error(problem.Err)
	}
	return dialogue.Result()
}

var salt = bytes.Repeat([]byte{7}, request.SaltSize)

func sameEverywhere(t *testing.T, profile *request.Profile, sources ...source) []byte {
	t.Helper()
	var first []byte
	for _, source := range sources {
		dialogue, err := collect(t, profile, source, salt)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range dialogue.Problems() {
			t.Errorf("%s: %v", source.settings.Engine, problem.Err)
		}
		if first == nil {
			first = dialogue.Encoded()
		}
		if !bytes.Equal(dialogue.Encoded(), first) {
			t.Errorf("%s gives another fingerprint:\n%x\n%x", source.settings.Engine, dialogue.Encoded(), first)
		}
	}
	return first
}

func TestSameDataSameFingerprint(t *testing.T) {
	server := peertest.PostgreSQL(t)
	profile := requesttest.Profile(t, draft)
	sqlite, postgres := newSQLite(t), newPostgreSQL(t, server, "erp")
	fill(t, sqlite, 1, 3000)
	fill(t, postgres, 1, 3000)
	items := sameEverywhere(t, profile, sqlite, postgres)
	for _, source := range []source{sqlite, postgres} {
		if result := recognize(t, profile, source, salt, items); result.State != fingerprint.Recognized || result.Score != 1 {
			t.Errorf("%s: %+v", source.settings.Engine, result)
		}
	}
	other := newPostgreSQL(t, server, "other")
	fill(t, other, 2, 3000)
	if result := recognize(t, profile, other, salt, items); result.State != fingerprint.NotRecognized {
		t.Errorf("another customer: %+v", result)
	}
	query, _ := queries.Running(profile, queries.PostgreSQL)
	if version, err := database.Text(context.Background(), open(t, postgres.settings, false), query); err != nil || version != "8.9.1" {
		t.Errorf("running version %q, %v", version, err)
	}
	t.Run("refusals", func(t *testing.T) { postgresRefusals(t, server, postgres) })
}

// postgresRefusals meets the errors of a real server.
func postgresRefusals(t *testing.T, server peertest.Server, source source) {
	profile := requesttest.Profile(t, draft)
	execute(t, source.admin, "CREATE ROLE licro LOGIN PASSWORD 'licro'")
	execute(t, source.admin, "GRANT SELECT (id, criado) ON pedido TO licro")
	reader := source.settings
	reader.User, reader.Password = "licro", "licro"
	first := func(settings database.Settings) error {
		dialogue, err := queries.Collect(profile, settings.Engine, salt)
		if err != nil {
			t.Fatal(err)
		}
		if err := database.Run(context.Background(), open(t, settings, false), dialogue); err != nil {
			return err
		}
		if len(dialogue.Problems()) == 0 {
			return nil
		}
		return dialogue.Problems()[0].Err
	}
	wrong, absent, down := source.settings, source.settings, source.settings
	wrong.Password = "wrong"
	absent.Name = "nothing"
	down.Host = filepath.Join(server.Host, "nowhere")
	empty := newPostgreSQL(t, server, "empty")
	for name, test := range map[string]struct {
		settings database.Settings
		want     fault.Code
	}{
		"column without the right": {reader, database.NoRight},
		"wrong password":           {wrong, database.LoginRefused},
		"no such database":         {absent, database.Unreachable},
		"no server":                {down, database.Unreachable},
		"no tables":                {empty.settings, database.MissingTable},
	} {
		if err := first(test.settings); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	lock, err := source.admin.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Rollback()
	if _, err := lock.Exec("LOCK TABLE pedido IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	if err := first(source.settings); !errors.Is(err, database.Busy) {
		t.Errorf("locked table: %v", err)
	}
	if _, err := open(t, source.settings, false).Exec("CREATE TABLE evil (x int)"); err == nil {
		t.Error("the connection can write")
	}
}

func TestSQLiteRefusals(t *testing.T) {
	good := newSQLite(t)
	fill(t, good, 1, 300)
	empty := newSQLite(t)
	execute(t, empty.admin, "CREATE TABLE other (x)")
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("no database "), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	profile := requesttest.Profile(t, draft)
	for name, test := range map[string]struct {
		path string
		want fault.Code
	}{
		"no such file":   {filepath.Join(t.TempDir(), "none.db"), database.Unreachable},
		"a folder":       {t.TempDir(), database.Unreachable},
		"no database":    {text, database.Unreachable},
		"no such tables": {empty.settings.Path, database.MissingTable},
	} {
		dialogue, err := collect(t, profile, source{settings: database.Settings{Engine: queries.SQLite, Path: test.path}}, salt)
		if err == nil && len(dialogue.Problems()) > 0 {
			err = dialogue.Problems()[0].Err
		}
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	if _, err := os.Stat(filepath.Join(t.TempDir(), "none.db")); err == nil {
		t.Error("measuring made a database")
	}
	if _, err := open(t, good.settings, false).Exec("INSERT INTO parametro VALUES ('x')"); err == nil {
		t.Error("the connection can write")
	}
}

// A column that is not there must be an error; SQLite takes one in double
// quotes for a string.
func TestMissingColumnIsNotAString(t *testing.T) {
	good := newSQLite(t)
	fill(t, good, 1, 300)
	profile := requesttest.Profile(t, strings.Replace(draft, "numero:integer", "nummero:text", 1))
	dialogue, err := collect(t, profile, good, salt)
	if err != nil || len(dialogue.Problems()) != 1 || !errors.Is(dialogue.Problems()[0].Err, database.MissingTable) {
		t.Errorf("%v, %v", err, dialogue.Problems())
	}
}

func TestSQLiteLockedByAnotherProgram(t *testing.T) {
	good := newSQLite(t)
	fill(t, good, 1, 300)
	conn, err := good.admin.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(context.Background(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	defer conn.ExecContext(context.Background(), "ROLLBACK")
	if _, err := collect(t, requesttest.Profile(t, draft), good, salt); !errors.Is(err, database.Busy) {
		dialogue, _ := collect(t, requesttest.Profile(t, draft), good, salt)
		if len(dialogue.Problems()) == 0 || !errors.Is(dialogue.Problems()[0].Err, database.Busy) {
			t.Errorf("locked database: %v, %v", err, dialogue.Problems())
		}
	}
}

func TestSettingsThatCannotBeRight(t *testing.T) {
	for _, settings := range []database.Settings{{Engine: queries.SQLite}, {Engine: queries.PostgreSQL, Host: "x"}} {
		if _, err := database.Open(settings); !errors.Is(err, database.BadSettings) {
			t.Errorf("%+v: %v", settings, err)
		}
	}
	if _, err := database.Open(database.Settings{Engine: "oracle"}); !errors.Is(err, queries.UnknownEngine) {
		t.Error(err)
	}
}

func BenchmarkRecognize(b *testing.B) {
	source := newSQLite(b)
	fill(b, source, 1, 50000)
	profile := requesttest.Profile(b, draft)
	dialogue, err := collect(b, profile, source, salt)
	if err != nil {
		b.Fatal(err)
	}
	items := dialogue.Encoded()
	for b.Loop() {
		recognize(b, profile, source, salt, items)
	}
}
