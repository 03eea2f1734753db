// Package database runs the queries of package queries on a real database,
// through database/sql, safely: each query is one short SELECT of its own,
// outside a transaction, with a time limit, on a single connection. It never
// writes. What guarantees that are the rights granted to the user; the
// read-only settings made here are a second belt.
//
// The package imports no driver. A program links those it wants; the names
// under which they register stand in Open.
package database

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request/queries"
)

// Codes of this package's errors.
const (
	Unreachable  = queries.Unreachable
	LoginRefused = fault.Code("FL-402") // user or password refused
	MissingTable = queries.MissingTable
	NoRight      = queries.NoRight
	Busy         = queries.Busy
	TooSlow      = queries.TooSlow
	QueryFailed  = queries.QueryFailed
	BadSettings  = fault.Code("FL-413") // connection settings that cannot be right
)

// Time limits. A query reads at most some hundred rows by key or a small
// table; the slowest measured took 1.4 s on a cold cache.
const (
	QueryLimit   = 15 * time.Second
	connectLimit = 5 * time.Second
	lockLimit    = 500 * time.Millisecond
)

// Reach connects, so that a server that is down is told from a table that is
// missing.
func Reach(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		return explain(err, "")
	}
	// SQLite opens the file only when it is asked something. Firebird knows no
	// SELECT without a table; that it says so is an answer, too.
	err := readOne(ctx, db, "SELECT 1", func(*sql.Rows) error { return nil })
	if errors.Is(err, QueryFailed) {
		return nil
	}
	return err
}

// Run runs the dialogue to its end. It returns an error only when the
// database cannot be reached; what could not be measured for another reason
// is among the dialogue's problems.
func Run(ctx context.Context, db *sql.DB, dialogue *queries.Dialogue) error {
	if err := Reach(ctx, db); err != nil {
		return err
	}
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		err := Rows(ctx, db, query, dialogue.Row)
		dialogue.Done(err)
		if errors.Is(err, Unreachable) || ctx.Err() != nil {
			return explain(err, query.Metric)
		}
	}
	return nil
}

// Rows runs one query within QueryLimit and gives its rows, one by one, up to
// the first error of take.
func Rows(ctx context.Context, db *sql.DB, query queries.Query, take func(values []any) error) error {
	ctx, cancel := context.WithTimeout(ctx, QueryLimit)
	defer cancel()
	return each(ctx, db, query, func(values []any) error {
		err := take(values)
		if err != nil {
			cancel() // closing would read all the rows that are left, however many
		}
		return err
	})
}

// each runs one query and hands out its rows, up to the first error.
func each(ctx context.Context, db *sql.DB, query queries.Query, take func(values []any) error) error {
	rows, err := db.QueryContext(ctx, query.SQL, query.Arguments...)
	if err != nil {
		return explain(err, query.Metric)
	}
	defer rows.Close()
	values, places, err := room(rows)
	if err != nil {
		return explain(err, query.Metric)
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return explain(err, query.Metric)
		}
		if err := take(values); err != nil {
			return err
		}
	}
	return explain(rows.Err(), query.Metric)
}

// room returns the values of a row, and where Scan puts them.
func room(rows *sql.Rows) (values, places []any, err error) {
	columns, err := rows.Columns()
	values, places = make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	return values, places, err
}

// Text runs a query that gives one text, such as the running version. It
// returns an empty text when there is not exactly one row.
func Text(ctx context.Context, db *sql.DB, query queries.Query) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, QueryLimit)
	defer cancel()
	var text sql.NullString
	rows := 0
	err := readOne(ctx, db, query.SQL, func(row *sql.Rows) error {
		rows++
		return row.Scan(&text)
	})
	if err != nil || rows != 1 {
		return "", err
	}
	return strings.TrimRight(text.String, " "), nil
}

func readOne(ctx context.Context, db *sql.DB, statement string, each func(*sql.Rows) error) error {
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return explain(err, "")
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return explain(err, "")
		}
	}
	return explain(rows.Err(), "")
}
