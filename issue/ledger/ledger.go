// Package ledger is the desk's memory: customers, contracts, enrollments,
// site keys, requests, licenses with the bytes that were sent, and the log.
//
// It is one SQLite database. Everything that belongs together is one
// transaction, the log's entry included, so that a crash leaves either all
// of it or nothing. What must never happen twice, an answer to a request or
// an index of the log, is a unique key.
//
// The SQL stands in .sql files: numbered migrations, and one file of named
// statements.
package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
)

// Codes of this package's errors.
const (
	NotUsable = fault.Code("FL-701") // the ledger cannot be opened, read or written
	Restored  = fault.Code("FL-702") // the ledger has forgotten entries that were given out
	Forked    = fault.Code("FL-703") // the ledger's history differs from one given out
	Newer     = fault.Code("FL-704") // the ledger was written by a newer program
	Contended = fault.Code("FL-705") // somebody else holds the ledger
	Known     = fault.Code("FL-602") // a customer of this number is there already

	KeyUserUnknown = fault.Code("FL-626") // the customer has no such KeyUser
	SiteUnknown    = fault.Code("FL-627") // the customer has no such site, or its keys are retired
	KeyUserKnown   = fault.Code("FL-628") // the customer has this KeyUser already
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed statements.sql
var statementFile string

// Ledger is an open ledger. It is safe for use by several goroutines.
type Ledger struct {
	db         *sql.DB
	statements map[string]string
}

// SQLite opens the database file of a ledger, and makes it when create is
// set. The driver "sqlite" must be linked. Every commit is on the disk before
// it returns.
func SQLite(path string, create bool) (*sql.DB, error) {
	mode := "rw"
	if create {
		mode = "rwc"
	}
	db, err := sql.Open("sqlite", files.URI(path)+"?mode="+mode+
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)&_txlock=immediate")
	if err != nil {
		return nil, NotUsable.Wrap(err, "cannot be opened", "file", path)
	}
	return db, nil
}

// Open brings the database up to date and returns the ledger on it.
func Open(ctx context.Context, db *sql.DB) (*Ledger, error) {
	ledger := &Ledger{db: db, statements: parseStatements(statementFile)}
	return ledger, ledger.migrate(ctx)
}

// Close closes the database.
func (l *Ledger) Close() error { return l.db.Close() }

func parseStatements(file string) map[string]string {
	statements := map[string]string{}
	for _, part := range strings.Split(file, "-- name: ")[1:] {
		name, statement, _ := strings.Cut(part, "\n")
		statements[name] = strings.TrimSpace(statement)
	}
	return statements
}

// migrate applies the migrations that the database has not seen; SQLite's
// user_version counts them.
func (l *Ledger) migrate(ctx context.Context) error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return NotUsable.Wrap(err, "migrations are missing")
	}
	var version int
	if err := l.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return explain(err)
	}
	if version == len(files) {
		return nil
	}
	return l.transaction(ctx, func(tx *transaction) error {
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		if version > len(files) {
			return Newer.New("written by a newer program", "version", version, "known", len(files))
		}
		for _, file := range files[version:] {
			statements, err := migrations.ReadFile(file)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, string(statements)); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(files)))
		return err
	})
}

// transaction is one transaction and the names of its statements.
type transaction struct {
	*sql.Tx
	ctx        context.Context
	statements map[string]string
}

func (l *Ledger) transaction(ctx context.Context, work func(*transaction) error) error {
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	if err := work(&transaction{Tx: tx, ctx: ctx, statements: l.statements}); err != nil {
		return errors.Join(explain(err), tx.Rollback())
	}
	return explain(tx.Commit())
}

// explain keeps errors that have a code and gives the others one.
func explain(err error) error {
	if err == nil || fault.Of(err) != nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var sqlite interface{ Code() int }
	const busy = 5
	if errors.As(err, &sqlite) && sqlite.Code()&0xFF == busy {
		return Contended.Wrap(err, "somebody else holds the ledger")
	}
	return NotUsable.Wrap(err, "the ledger cannot be used")
}

func (t *transaction) run(name string, arguments ...any) (changed int64, err error) {
	result, err := t.ExecContext(t.ctx, t.statements[name], arguments...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t *transaction) one(name string, arguments []any, places ...any) error {
	return t.QueryRowContext(t.ctx, t.statements[name], arguments...).Scan(places...)
}

// all collects the rows of a statement.
func all[T any](ctx context.Context, l *Ledger, name string, arguments []any, scan func(func(...any) error) (T, error)) ([]T, error) {
	rows, err := l.db.QueryContext(ctx, l.statements[name], arguments...)
	if err != nil {
		return nil, explain(err)
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		row, err := scan(rows.Scan)
		if err != nil {
			return nil, explain(err)
		}
		list = append(list, row)
	}
	return list, explain(rows.Err())
}

// first returns the first row of a statement, or false.
func first[T any](ctx context.Context, l *Ledger, name string, arguments []any, scan func(func(...any) error) (T, error)) (T, bool, error) {
	list, err := all(ctx, l, name, arguments, scan)
	if err != nil || len(list) == 0 {
		var none T
		return none, false, err
	}
	return list[0], true, nil
}

// stamp writes a time; none is empty.
func stamp(instant time.Time) string {
	if instant.IsZero() {
		return ""
	}
	return instant.UTC().Format(time.RFC3339)
}

func parseStamp(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, text)
}
