package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
)

// A sample of the trials runs on real engines: the rows of the model are
// written into tables, and the programs' own queries collect and recognize.
// Items and scores must be those of the simulation.

// server has one database, which is filled anew for every trial.
type server struct {
	settings database.Settings
	writable *sql.DB
}

func sqlite(t testing.TB) server {
	path := filepath.Join(t.TempDir(), "erp.db")
	db, err := sql.Open("sqlite", path+"?_pragma=synchronous(0)")
	if err != nil {
		t.Fatal(err)
	}
	return newServer(t, database.Settings{Engine: queries.SQLite, Path: path}, db)
}

func postgreSQL(t testing.TB) server {
	running := peertest.PostgreSQL(t)
	settings := database.Settings{Engine: queries.PostgreSQL, Host: running.Host, Name: "postgres", User: running.User, Password: running.Password}
	db, err := database.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	made := newServer(t, settings, db)
	execute(t, db, "SET default_transaction_read_only = off")
	return made
}

func newServer(t testing.TB, settings database.Settings, db *sql.DB) server {
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return server{settings, db}
}

// executor is a connection or a transaction.
type executor interface {
	Exec(statement string, arguments ...any) (sql.Result, error)
}

func execute(t testing.TB, on executor, statement string) {
	t.Helper()
	if _, err := on.Exec(statement); err != nil {
		t.Fatalf("%v\n%.200s", err, statement)
	}
}

// types are the columns' types, which both engines know.
var types = map[request.ColumnKind]string{request.IntegerColumn: "bigint", request.TextColumn: "varchar(60)", request.TimestampColumn: "timestamp"}

// store writes a database of the model into tables, instead of what was there.
func (s server) store(t testing.TB, shape *shape, d *erp) {
	t.Helper()
	tx, err := s.writable.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if place := shape.profile.Pepper; place != nil {
		kind, literal := "blob", "x'%s'"
		if s.settings.Engine == queries.PostgreSQL {
			kind, literal = "bytea", `'\x%s'`
		}
		execute(t, tx, "DROP TABLE IF EXISTS "+place.Table)
		execute(t, tx, fmt.Sprintf("CREATE TABLE %s (%s %s)", place.Table, place.Column, kind))
		execute(t, tx, fmt.Sprintf("INSERT INTO %s VALUES ("+literal+")", place.Table, hex.EncodeToString(pepper(d.pepper)[1:])))
	}
	for i := range shape.metrics {
		storeTable(t, tx, &d.tables[shape.table[i]], tableNames[shape.table[i]], shape.columns[i])
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func storeTable(t testing.TB, tx *sql.Tx, one *table, name string, columns []request.Column) {
	t.Helper()
	execute(t, tx, "DROP TABLE IF EXISTS "+name)
	execute(t, tx, "DROP TABLE IF EXISTS "+name+"_novo")
	if one.renamed {
		name += "_novo"
	}
	definition := "id bigint PRIMARY KEY"
	for _, column := range columns {
		definition += ", " + column.Name + " " + types[column.Kind]
	}
	execute(t, tx, fmt.Sprintf("CREATE TABLE %s (%s)", name, definition))
	var rows []string
	for key := int64(1); key <= one.highest; key++ {
		if from, corrected, found := one.at(key); found {
			rows = append(rows, literals(from, columns, key, corrected))
		}
	}
	for some := range slices.Chunk(rows, 500) {
		execute(t, tx, "INSERT INTO "+name+" VALUES "+strings.Join(some, ", "))
	}
}

// literals writes a row as SQL.
func literals(from origin, columns []request.Column, key int64, corrected bool) string {
	values := []string{fmt.Sprint(key)}
	for _, column := range columns {
		switch column.Kind {
		case request.TimestampColumn:
			values = append(values, "'"+from.instant(key, corrected).Format("2006-01-02 15:04:05")+"'")
		case request.IntegerColumn:
			values = append(values, fmt.Sprint(from.number(key)))
		default:
			values = append(values, "'"+from.text(key)+"'")
		}
	}
	return "(" + strings.Join(values, ", ") + ")"
}

// small makes the tables small enough to be written.
func small(p parameters) parameters {
	for name, limits := range map[string][2]float64{
		"documents": {100, 1500}, "customers": {30, 150}, "users": {10, 40}, "demo_customers": {5, 20}, "demo_documents": {5, 40},
	} {
		p.Parameter = slices.Clone(p.Parameter)
		for i := range p.Parameter {
			if p.Parameter[i].Name == name {
				p.Parameter[i].Low, p.Parameter[i].High = limits[0], limits[1]
			}
		}
	}
	return p
}

func TestEnginesGiveTheSameScores(t *testing.T) {
	p, shape := setUp(t)
	without := *shape
	profile := *shape.profile
	profile.Pepper = nil
	without.profile = &profile
	t.Run("SQLite", func(t *testing.T) { sameOn(t, small(p), shape, sqlite(t), shape.profile.Pepper != nil) })
	t.Run("SQLite, without pepper", func(t *testing.T) { sameOn(t, small(p), &without, sqlite(t), false) })
	t.Run("PostgreSQL", func(t *testing.T) { sameOn(t, small(p), shape, postgreSQL(t), shape.profile.Pepper != nil) })
}

// sameOn runs a trial of every scenario on an engine.
func sameOn(t *testing.T, p parameters, shape *shape, server server, peppered bool) {
	trial := newTrial(p, shape, 7)
	keys := newKeyring(shape, trial.salt(), peppered)
	for _, v := range variants {
		licensed := trial.licensed(v)
		license := newLicense(keys, &licensed)
		server.store(t, shape, &licensed)
		collected := collect(t, shape, server.settings, keys.salt)
		if want := license.items.Encode(shape.metrics); !bytes.Equal(collected.Encoded(), want) {
			t.Fatalf("%s: collected\n%x\nsimulated\n%x\n%v", v, collected.Encoded(), want, collected.Problems())
		}
		if collected.Enough() != license.granted() {
			t.Errorf("%s: enough for a license: %v, simulated %v", v, collected.Enough(), license.granted())
		}
		for _, scenario := range scenarios {
			if scenario.Variant != v || !license.granted() {
				continue
			}
			now := trial.happen(scenario, licensed)
			want := license.recognize(&now)
			server.store(t, shape, &now)
			if got := recognize(t, shape, server.settings, keys.salt, collected.Encoded()); got.Score != want.Score || got.State != want.State {
				t.Errorf("%s: %s, score %.4f, simulated %s, %.4f", scenario.Name, got.State, got.Score, want.State, want.Score)
			}
		}
	}
}

func collect(t testing.TB, shape *shape, settings database.Settings, salt []byte) *queries.Dialogue {
	t.Helper()
	dialogue, err := queries.Collect(shape.profile, settings.Engine, salt)
	if err != nil {
		t.Fatal(err)
	}
	converse(t, settings, dialogue)
	return dialogue
}

func recognize(t testing.TB, shape *shape, settings database.Settings, salt, items []byte) fingerprint.Result {
	t.Helper()
	dialogue, err := queries.Remeasure(shape.profile, settings.Engine, salt, items)
	if err != nil {
		t.Fatal(err)
	}
	converse(t, settings, dialogue)
	return dialogue.Result()
}

func converse(t testing.TB, settings database.Settings, dialogue *queries.Dialogue) {
	t.Helper()
	db, err := database.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := database.Run(context.Background(), db, dialogue); err != nil {
		t.Fatal(err)
	}
}
