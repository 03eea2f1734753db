package database_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/queries"
)

// answers are the queries of a profile, what they give, or the code of why
// they give nothing.
type answer struct {
	sql, want string
	code      fault.Code
}

func ask(t *testing.T, db *sql.DB, answers []answer) {
	t.Helper()
	for _, test := range answers {
		got, err := database.Value(context.Background(), db, queries.Query{SQL: test.sql})
		if got != test.want || test.code == "" && err != nil || test.code != "" && !errors.Is(err, test.code) {
			t.Errorf("%s: %q, %v; want %q, %s", test.sql, got, err, test.want, test.code)
		}
	}
}

// common holds on every engine.
var common = []answer{
	{"SELECT COUNT(*) FROM pedido WHERE 1 = 0", "0", ""},
	{"SELECT COUNT(*) FROM pedido", "300", ""},
	{"SELECT '7.8.6.26112014_x64'", "7.8.6.26112014_x64", ""},
	{"SELECT '8.9  '", "8.9", ""},
	{"SELECT ''", "", ""},
	{"SELECT -5", "-5", ""},
	{"SELECT EXISTS (SELECT 1 FROM pedido)", "1", ""},
	{"SELECT NULL", "", database.NoValue},
	{"SELECT id FROM pedido WHERE 1 = 0", "", database.NoValue},
	{"SELECT id FROM pedido", "", database.NoValue},
	{"SELECT 1, 2", "", database.NoValue},
	{"SELECT a.id FROM pedido a, pedido b, pedido c, pedido d", "", database.NoValue}, // 8 billion rows are not read
	{"SELECT saida FROM sessao", "", database.MissingTable},
	{"SELECT senha FROM pedido", "", database.MissingTable},
	{"SELEC 1", "", database.QueryFailed},
}

func TestValueOnSQLite(t *testing.T) {
	good := newSQLite(t)
	fill(t, good, 1, 300)
	ask(t, open(t, good.settings, false), append(common, []answer{
		{"DELETE FROM pedido", "", database.QueryFailed}, {"CREATE TABLE x (y INTEGER)", "", database.QueryFailed},
		{"SELECT 0.0", "0", ""}, {"SELECT 1.5", "1.5", ""}, {"SELECT x'616263'", "abc", ""},
		// Rows without an end are not read to it.
		{"SELECT * FROM (WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n)", "", database.NoValue},
	}...))
}

func TestValueOnPostgreSQL(t *testing.T) {
	source := newPostgreSQL(t, peertest.PostgreSQL(t), "value")
	fill(t, source, 1, 300)
	ask(t, open(t, source.settings, false), append(common, []answer{
		{"DELETE FROM pedido", "", database.QueryFailed}, {"CREATE TABLE x (y INTEGER)", "", database.QueryFailed},
		{"SELECT true", "1", ""}, {"SELECT false", "0", ""}, {"SELECT 0::numeric", "0", ""}, {"SELECT 'x'::char(5)", "x", ""},
		{"SELECT timestamp '2026-11-21 08:00:00'", "2026-11-21 08:00:00", ""}, {"SELECT 1.5::float8", "1.5", ""},
		{"SELECT 1 FROM pedido FOR UPDATE", "", database.QueryFailed},
		{"SELECT * INTO copia FROM pedido", "", database.QueryFailed},
	}...))
}

// A query that does not end is ended.
func TestValueIsLimited(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	endless := "SELECT COUNT(*) FROM (WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n)"
	good := newSQLite(t)
	fill(t, good, 1, 300)
	db := open(t, good.settings, false)
	if _, err := database.Value(ctx, db, queries.Query{SQL: endless}); !errors.Is(err, database.TooSlow) {
		t.Errorf("%v", err)
	}
}
