// Package cost measures what it costs to recognize a database, against a bare
// round of the same SELECTs, while the table grows:
//
//	go test ./docs/experiments/cost -run - -bench . -rows 20000,200000,2000000,20000000
//
// docs/performance.md shows the figures.
package cost

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

var sizes = flag.String("rows", "20000", "sizes of the document table, with commas between")

const draft = requesttest.Head + `[pepper]
table = "licenca_segredo"
column = "segredo"
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
weight = 2
[[metric]]
name = "usuarios"
kind = "set"
table = "usuario"
key = "id:integer"
columns = "criado:timestamp"
count = 16
weight = 1
`

// fill makes the tables; each engine draws its own random numbers.
var fill = map[queries.Engine]string{
	queries.SQLite: `
CREATE TABLE licenca_segredo (segredo TEXT);
INSERT INTO licenca_segredo VALUES (hex(randomblob(32)));
CREATE TABLE pedido (id INTEGER PRIMARY KEY, criado TEXT, protocolo INTEGER, texto TEXT);
INSERT INTO pedido WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < %[1]d)
  SELECT i, datetime(1420070400 + i * 7 + abs(random() %% 7), 'unixepoch'), abs(random() %% 1000000000000), 'pedido de combustível' FROM g;
CREATE TABLE cliente (id INTEGER PRIMARY KEY, criado TEXT);
INSERT INTO cliente SELECT id, criado FROM pedido WHERE id <= 2000;
CREATE TABLE usuario (id INTEGER PRIMARY KEY, criado TEXT);
INSERT INTO usuario SELECT id, criado FROM pedido WHERE id <= 40;`,
	queries.PostgreSQL: `
CREATE TABLE licenca_segredo (segredo text);
INSERT INTO licenca_segredo VALUES (md5(random()::text) || md5(random()::text));
CREATE UNLOGGED TABLE pedido (id bigint PRIMARY KEY, criado timestamp, protocolo bigint, texto text);
INSERT INTO pedido SELECT i, timestamp '2015-01-01' + i * interval '7 seconds' + random() * interval '7 seconds', (random() * 1e12)::bigint, 'pedido de combustível'
  FROM generate_series(1, %[1]d) i;
CREATE TABLE cliente (id bigint PRIMARY KEY, criado timestamp);
INSERT INTO cliente SELECT id, criado FROM pedido WHERE id <= 2000;
CREATE TABLE usuario (id bigint PRIMARY KEY, criado timestamp);
INSERT INTO usuario SELECT id, criado FROM pedido WHERE id <= 40;
ANALYZE;`,
}

var salt = make([]byte, request.SaltSize)

func BenchmarkSQLite(b *testing.B) {
	for _, rows := range rowCounts(b) {
		b.Run(strconv.Itoa(rows), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "erp.db")
			writable, err := sql.Open("sqlite", path)
			prepare(b, writable, err, queries.SQLite, rows)
			measure(b, database.Settings{Engine: queries.SQLite, Path: path})
		})
	}
}

func BenchmarkPostgreSQL(b *testing.B) {
	server := peertest.PostgreSQL(b)
	for _, rows := range rowCounts(b) {
		b.Run(strconv.Itoa(rows), func(b *testing.B) {
			settings := database.Settings{Engine: queries.PostgreSQL, Host: server.Host, Name: "postgres", User: server.User, Password: server.Password}
			prepare(b, open(b, settings), nil, queries.PostgreSQL, rows)
			measure(b, settings)
		})
	}
}

func rowCounts(b *testing.B) (counts []int) {
	for text := range strings.SplitSeq(*sizes, ",") {
		count, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		counts = append(counts, count)
	}
	return counts
}

func prepare(b *testing.B, writable *sql.DB, err error, engine queries.Engine, rows int) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	defer writable.Close()
	if engine == queries.PostgreSQL {
		for _, statement := range []string{
			"SET default_transaction_read_only = off", "SET statement_timeout = 0", "DROP TABLE IF EXISTS licenca_segredo, pedido, cliente, usuario",
		} {
			if _, err := writable.Exec(statement); err != nil {
				b.Fatal(err)
			}
		}
	}
	if _, err := writable.Exec(fmt.Sprintf(fill[engine], rows)); err != nil {
		b.Fatal(err)
	}
}

// measure compares three things on one open connection: the bare round, the
// measurement with its verdict, and both with what belongs to a check beside
// it, a new connection.
func measure(b *testing.B, settings database.Settings) {
	profile := requesttest.Profile(b, draft)
	db := open(b, settings)
	first, err := queries.Collect(profile, settings.Engine, salt)
	run(b, db, first, err)
	items, round := first.Encoded(), record(b, profile, settings, first.Encoded())
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			for _, query := range round {
				bare(b, db, query)
			}
		}
	})
	b.Run("recognize", func(b *testing.B) {
		for b.Loop() {
			recognize(b, db, profile, settings.Engine, items)
		}
	})
	b.Run("collect", func(b *testing.B) {
		for b.Loop() {
			dialogue, err := queries.Collect(profile, settings.Engine, salt)
			run(b, db, dialogue, err)
		}
	})
	b.Run("connect-and-recognize", func(b *testing.B) {
		for b.Loop() {
			fresh := open(b, settings)
			recognize(b, fresh, profile, settings.Engine, items)
			fresh.Close()
		}
	})
}

func open(b *testing.B, settings database.Settings) *sql.DB {
	b.Helper()
	db, err := database.Open(settings)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

func run(b *testing.B, db *sql.DB, dialogue *queries.Dialogue, err error) {
	b.Helper()
	if err == nil {
		err = database.Run(context.Background(), db, dialogue)
	}
	if err != nil || len(dialogue.Problems()) > 0 {
		b.Fatal(err, dialogue.Problems())
	}
}

func recognize(b *testing.B, db *sql.DB, profile *request.Profile, engine queries.Engine, items []byte) {
	b.Helper()
	dialogue, err := queries.Remeasure(profile, engine, salt, items)
	run(b, db, dialogue, err)
	if result := dialogue.Result(); result.State != fingerprint.Recognized {
		b.Fatalf("%+v", result)
	}
}

// record returns the queries of a measurement.
func record(b *testing.B, profile *request.Profile, settings database.Settings, items []byte) (round []queries.Query) {
	b.Helper()
	db := open(b, settings)
	dialogue, err := queries.Remeasure(profile, settings.Engine, salt, items)
	if err != nil {
		b.Fatal(err)
	}
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		round = append(round, query)
		rows, err := db.Query(query.SQL, query.Arguments...)
		if err != nil {
			b.Fatal(err)
		}
		columns, _ := rows.Columns()
		for rows.Next() {
			values, places := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				places[i] = &values[i]
			}
			if err := rows.Scan(places...); err != nil {
				b.Fatal(err)
			}
			if err := dialogue.Row(values); err != nil {
				b.Fatal(err)
			}
		}
		dialogue.Done(rows.Err())
	}
	return round
}

// bare runs a query as plainly as database/sql can, and drops what it gives.
func bare(b *testing.B, db *sql.DB, query queries.Query) {
	rows, err := db.Query(query.SQL, query.Arguments...)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	places := make([]any, len(columns))
	for i := range places {
		places[i] = new(sql.RawBytes)
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			b.Fatal(err)
		}
	}
	if rows.Err() != nil {
		b.Fatal(rows.Err())
	}
}
