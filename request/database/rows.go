package database

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/futura/airlicense/request/queries"
)

// graceLimit is how long a driver may take to notice that its time is over.
const graceLimit = time.Second

// errHangs is of a driver that does not notice.
var errHangs = errors.New("the driver does not come back")

// Rows runs one query and gives its rows, one by one, up to the first error of
// take, within QueryLimit, whatever the driver does: Firebird's reads blobs
// without any limit, so a server that falls silent there would hold it
// forever. A driver that does not come back is left behind with its
// connection, and the database counts as unreachable.
func Rows(ctx context.Context, db *sql.DB, query queries.Query, take func(values []any) error) error {
	ctx, cancel := context.WithTimeout(ctx, QueryLimit)
	defer cancel()
	rows, ended := make(chan [][]any, 1), make(chan error, 1)
	go func() {
		ended <- read(ctx, db, query, rows)
		close(rows)
	}()
	failure := handOut(ctx, rows, func(values []any) error {
		err := take(values)
		if err != nil {
			cancel() // closing would read all the rows that are left, however many
		}
		return err
	})
	if failure != nil && failure != errHangs {
		return failure
	}
	if failure == nil {
		failure = <-ended
	}
	return explain(failure, query.Metric)
}

// handOut hands out rows until they end. After the first error, which it
// returns, it takes no more, but still waits for the end.
func handOut(ctx context.Context, rows <-chan [][]any, take func(values []any) error) (failure error) {
	over, grace := ctx.Done(), (<-chan time.Time)(nil)
	for {
		select {
		case batch, more := <-rows:
			if !more {
				return failure
			}
			for i := 0; i < len(batch) && failure == nil; i++ {
				failure = take(batch[i])
			}
		case <-over:
			over, grace = nil, time.After(graceLimit)
		case <-grace:
			return cmp.Or(failure, errHangs)
		}
	}
}

// batchSize is the number of rows that are handed over at once: to hand over
// each would cost more than to read it.
const batchSize = 128

// read runs a query and sends its rows until the time is over.
func read(ctx context.Context, db *sql.DB, query queries.Query, send chan<- [][]any) error {
	rows, err := db.QueryContext(ctx, query.SQL, query.Arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	places := make([]any, len(columns))
	for more := true; more; {
		batch := make([][]any, 0, batchSize)
		for len(batch) < batchSize {
			if more = rows.Next(); !more {
				break
			}
			values := make([]any, len(columns))
			for i := range values {
				places[i] = &values[i]
			}
			if err := rows.Scan(places...); err != nil {
				return err
			}
			batch = append(batch, values)
		}
		select {
		case send <- batch:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return rows.Err()
}
