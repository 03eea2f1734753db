package database

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/futura/airlicense/keys/fault"
)

// explain gives a driver's error the code of what it means. The drivers'
// words stay out of the values: they may quote data; they are the cause.
func explain(err error, metric string) error {
	if err == nil || fault.Of(err) != nil {
		return err
	}
	return codeOf(err).Wrap(err, "the database refused", "metric", metric)
}

// codeOf tells the engines apart by what their drivers' errors have; no
// driver is linked here.
func codeOf(err error) fault.Code {
	var postgres interface{ SQLState() string }
	var sqlite interface{ Code() int }
	var sqlServer interface{ SQLErrorNumber() int32 }
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return TooSlow
	case errors.As(err, &postgres):
		return postgresCode(postgres.SQLState())
	case errors.As(err, &sqlite):
		return sqliteCode(sqlite.Code(), err.Error())
	case errors.As(err, &sqlServer):
		return numbered(int(sqlServer.SQLErrorNumber()), sqlServerCodes)
	}
	if number, found := field[uint16](err, "Number"); found {
		return numbered(int(number), mysqlCodes)
	}
	if codes, found := field[[]int](err, "GDSCodes"); found {
		return firebirdCode(codes)
	}
	if strings.Contains(err.Error(), "user name and password are not defined") { // Firebird's driver, when the server does not prove that it knows the user
		return LoginRefused
	}
	return Unreachable
}

// field finds a field of a driver's error, or of one that it wraps. The
// drivers of MySQL and Firebird keep their numbers in fields, not in methods.
func field[T any](err error, name string) (content T, found bool) {
	value := reflect.Indirect(reflect.ValueOf(err))
	if value.Kind() == reflect.Struct && value.FieldByName(name).IsValid() && value.FieldByName(name).CanInterface() {
		if content, found = value.FieldByName(name).Interface().(T); found {
			return content, true
		}
	}
	var inner []error
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		inner = []error{err.Unwrap()}
	case interface{ Unwrap() []error }:
		inner = err.Unwrap()
	}
	for _, err := range inner {
		if content, found = field[T](err, name); found {
			return content, true
		}
	}
	return content, false
}

// numbered finds the code of an error's number.
func numbered(number int, codes map[fault.Code][]int) fault.Code {
	for code, numbers := range codes {
		if slices.Contains(numbers, number) {
			return code
		}
	}
	return QueryFailed
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
	const busy, locked, permission, readOnly, cantOpen, notADatabase, authorization, ioError, corrupt = 5, 6, 3, 8, 14, 26, 23, 10, 11
	switch code & 0xFF {
	case busy, locked:
		return Busy
	case permission, authorization, readOnly: // read-only: a write-ahead log that we may not make
		return NoRight
	case cantOpen, notADatabase, ioError, corrupt:
		return Unreachable
	}
	if strings.Contains(words, "no such table") || strings.Contains(words, "no such column") {
		return MissingTable
	}
	return QueryFailed
}

// mysqlCodes are error numbers of MySQL ("Server Error Message Reference")
// and MariaDB ("MariaDB Error Codes").
var mysqlCodes = map[fault.Code][]int{
	// access denied, with no password; host not allowed; account locked or
	// its password expired; unknown way to log in
	LoginRefused: {1045, 1698, 1130, 3118, 4151, 1820, 1862, 1251, 1275},
	NoRight:      {1044, 1142, 1143, 1227}, // to a database, table, column; a privilege
	MissingTable: {1146, 1054, 1109, 1356}, // no such table, column; a view without its table
	Busy:         {1205, 1213},             // lock wait timeout, deadlock
	TooSlow:      {1317, 1969, 3024},       // interrupted; time limit of MariaDB, of MySQL
	// no such database; too many connections, of all, of a user; a limit of
	// the user; shutting down; host blocked; connection killed
	Unreachable: {1049, 1040, 1203, 1226, 1053, 1129, 1927},
}

// sqlServerCodes are numbers of sys.messages ("Database Engine events and
// errors" in the documentation).
var sqlServerCodes = map[fault.Code][]int{
	LoginRefused: {18456, 18452, 18470, 18486, 18487, 18488}, // login failed, untrusted, disabled, locked, expired, to be changed
	NoRight:      {229, 230, 262, 297, 300, 916},             // on an object, a column, a database; not a user of the database
	MissingTable: {207, 208},                                 // column, object
	Busy:         {1222, 1205},                               // lock timeout, deadlock
	Unreachable:  {4060, 6005, 17142},                        // no such database, shutting down, paused
}

// firebirdCodes are GDS codes (Firebird's language reference, appendix B). An
// error has several; the first that is known counts.
var firebirdCodes = map[fault.Code][]int{
	LoginRefused: {335544472, 335545106},                       // user or password; error during login
	NoRight:      {335544352},                                  // no permission
	MissingTable: {335544580, 335544578, 335544395, 335544396}, // table, column unknown
	Busy:         {335544345, 335544336, 335544510, 335544453}, // lock conflict, deadlock, lock timeout, object in use
	TooSlow:      {335544794, 335545127, 335545128, 335545129}, // canceled; time limits of Firebird 4
	// input or output, no such database, shut down, connection shut down,
	// lost, not a database, of another version
	Unreachable: {335544344, 335544375, 335544528, 335544856, 335544741, 335544323, 335544379},
}

func firebirdCode(codes []int) fault.Code {
	for _, code := range codes {
		if found := numbered(code, firebirdCodes); found != QueryFailed {
			return found
		}
	}
	return QueryFailed
}
