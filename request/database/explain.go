package database

import (
	"context"
	"errors"
	"strings"

	"github.com/futura/airlicense/keys/fault"
)

// explain gives a driver's error the code of what it means. The drivers'
// words stay out of the values: they may quote data; they are the cause.
func explain(err error, metric string) error {
	if err == nil || fault.Of(err) != nil {
		return err
	}
	code := QueryFailed
	var postgres interface{ SQLState() string }
	var sqlite interface{ Code() int }
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		code = TooSlow
	case errors.As(err, &postgres):
		code = postgresCode(postgres.SQLState())
	case errors.As(err, &sqlite):
		code = sqliteCode(sqlite.Code(), err.Error())
	default:
		code = Unreachable
	}
	return code.Wrap(err, "the database refused", "metric", metric)
}

// postgresCode reads SQLSTATE (PostgreSQL documentation, appendix A).
func postgresCode(state string) fault.Code {
	switch state {
	case "42P01", "42703", "3F000": // undefined table, column, schema
		return MissingTable
	case "42501":
		return NoRight
	case "55P03", "40P01": // lock not available, deadlock
		return Busy
	case "57014": // query canceled: statement_timeout
		return TooSlow
	case "3D000", "53300", "57P01", "57P02", "57P03": // no such database, too many connections, shutting down, starting
		return Unreachable
	}
	switch {
	case strings.HasPrefix(state, "28"):
		return LoginRefused
	case strings.HasPrefix(state, "08"):
		return Unreachable
	}
	return QueryFailed
}

// sqliteCode reads the primary result code (sqlite.org/rescode.html).
func sqliteCode(code int, words string) fault.Code {
	const busy, locked, permission, cantOpen, notADatabase, authorization, ioError, corrupt = 5, 6, 3, 14, 26, 23, 10, 11
	switch code & 0xFF {
	case busy, locked:
		return Busy
	case permission, authorization:
		return NoRight
	case cantOpen, notADatabase, ioError, corrupt:
		return Unreachable
	}
	if strings.Contains(words, "no such table") || strings.Contains(words, "no such column") {
		return MissingTable
	}
	return QueryFailed
}
