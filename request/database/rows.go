package database

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"
)

// graceLimit is how long a driver may take to notice that its time is over.
const graceLimit = time.Second

// errHangs is of a driver that does not notice.
var errHangs = errors.New("the driver does not come back")

// eachRow runs one query and hands on its rows, within QueryLimit, whatever
// the driver does: Firebird's reads blobs without any limit, so a server that
// falls silent there would hold it forever. A driver that does not come back
// is left behind with its connection, and the database counts as unreachable.
func eachRow(ctx context.Context, db *sql.DB, statement string, arguments []any, each func([]any) error) error {
	ctx, cancel := context.WithTimeout(ctx, QueryLimit)
	defer cancel()
	stopped, rows, failed := make(chan struct{}), make(chan []any, 64), make(chan error, 1)
	go func() {
		failed <- read(ctx, db, statement, arguments, func(values []any) bool {
			select {
			case rows <- values:
				return true
			case <-stopped:
			case <-ctx.Done():
			}
			return false
		})
		close(rows)
	}()
	if err := handOn(ctx, rows, sync.OnceFunc(func() { close(stopped) }), each); err != nil {
		return err
	}
	return <-failed
}

// handOn hands on rows until they end, and stops them after an error. It
// returns nil when they have ended without one.
func handOn(ctx context.Context, rows <-chan []any, stop func(), each func([]any) error) error {
	defer stop()
	var failure error
	over, grace := ctx.Done(), (<-chan time.Time)(nil)
	for {
		select {
		case values, more := <-rows:
			if !more {
				return failure
			}
			if failure != nil {
				continue
			}
			if failure = each(values); failure != nil {
				stop()
			}
		case <-over:
			over, grace = nil, time.After(graceLimit)
		case <-grace:
			return errHangs
		}
	}
}

// read runs a query and takes its rows until taken says no.
func read(ctx context.Context, db *sql.DB, statement string, arguments []any, take func([]any) bool) error {
	rows, err := db.QueryContext(ctx, statement, arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return err
		}
		if !take(values) {
			return ctx.Err()
		}
	}
	return rows.Err()
}
