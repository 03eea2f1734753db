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
	"strconv"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
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

// Settings say where a database is.
type Settings struct {
	Engine   queries.Engine
	Path     string // SQLite: the file
	Host     string // the others
	Port     int    // 0: the engine's default
	Name     string
	User     string
	Password string
	TLS      string // PostgreSQL's sslmode; empty: prefer
}

// Open prepares a connection pool of one connection. It does not connect.
func Open(settings Settings) (*sql.DB, error) {
	var driver, source string
	switch settings.Engine {
	case queries.SQLite:
		if settings.Path == "" {
			return nil, BadSettings.New("no file is named", "setting", "path")
		}
		driver, source = "sqlite", sqliteSource(settings.Path)
	case queries.PostgreSQL:
		if settings.Host == "" || settings.Name == "" || settings.User == "" {
			return nil, BadSettings.New("host, name and user are needed", "setting", "host, name, user")
		}
		driver, source = "pgx", postgresSource(settings)
	default:
		return nil, queries.UnknownEngine.New("no driver for this database system", "engine", settings.Engine)
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, BadSettings.New("the connection settings are refused", "setting", "source")
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// sqliteSource opens the file read-only: it must exist, and nothing in it
// changes.
func sqliteSource(path string) string {
	milliseconds := strconv.FormatInt(lockLimit.Milliseconds(), 10)
	return files.URI(path) + "?mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(" + milliseconds + ")"
}

// postgresSource writes a libpq connection string.
func postgresSource(settings Settings) string {
	pairs := [][2]string{
		{"host", settings.Host}, {"dbname", settings.Name}, {"user", settings.User}, {"password", settings.Password},
		{"sslmode", settings.TLS}, {"application_name", "futura-request"},
		{"connect_timeout", strconv.Itoa(int(connectLimit / time.Second))},
		{"default_transaction_read_only", "on"},
		{"statement_timeout", strconv.FormatInt(QueryLimit.Milliseconds(), 10)},
		{"lock_timeout", strconv.FormatInt(lockLimit.Milliseconds(), 10)},
		// No prepared statements that would outlive the query in a pooler.
		{"default_query_exec_mode", "exec"},
	}
	if settings.Port != 0 {
		pairs = append(pairs, [2]string{"port", strconv.Itoa(settings.Port)})
	}
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	var source strings.Builder
	for _, pair := range pairs {
		if pair[1] != "" {
			source.WriteString(pair[0] + "='" + quote.Replace(pair[1]) + "' ")
		}
	}
	return source.String()
}

// Reach connects, so that a server that is down is told from a table that is
// missing.
func Reach(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		return explain(err, "")
	}
	// SQLite opens the file only when it is asked something.
	return readOne(ctx, db, "SELECT 1", func(*sql.Rows) error { return nil })
}

// Run runs the dialogue to its end. It returns an error only when the
// database cannot be reached; what could not be measured for another reason
// is among the dialogue's problems.
func Run(ctx context.Context, db *sql.DB, dialogue *queries.Dialogue) error {
	if err := Reach(ctx, db); err != nil {
		return err
	}
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		err := runOne(ctx, db, query, dialogue)
		dialogue.Done(err)
		if errors.Is(err, Unreachable) || ctx.Err() != nil {
			return explain(err, query.Metric)
		}
	}
	return nil
}

func runOne(ctx context.Context, db *sql.DB, query queries.Query, dialogue *queries.Dialogue) error {
	ctx, cancel := context.WithTimeout(ctx, QueryLimit)
	defer cancel()
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
		if err := dialogue.Row(values); err != nil {
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
