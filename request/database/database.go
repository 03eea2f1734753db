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
	err := Rows(ctx, db, queries.Query{SQL: "SELECT 1"}, func([]any) error { return nil })
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

// Text is Value for a query that may have no answer, such as that for the
// running version: without exactly one value the text is empty.
func Text(ctx context.Context, db *sql.DB, query queries.Query) (string, error) {
	text, err := Value(ctx, db, query)
	if errors.Is(err, NoValue) {
		return "", nil
	}
	return text, err
}
