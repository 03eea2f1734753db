package database

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/futura/airlicense/request/queries"
)

// NoValue is the code of a query that does not give one value.
const NoValue = queries.NoValue

// Value runs a query of a profile that gives one row with one value, within
// QueryLimit, and returns the value as text: whole numbers in digits, true as
// 1 and false as 0, times without their zone, without blanks at the end. A
// query that gives something else is an error, and its further rows are not
// read.
func Value(ctx context.Context, db *sql.DB, query queries.Query) (string, error) {
	var value any
	rows := 0
	err := Rows(ctx, db, query, func(values []any) error {
		if rows++; rows > 1 {
			return noValue("several rows")
		}
		if len(values) != 1 {
			return noValue("columns")
		}
		value = values[0]
		return nil
	})
	switch {
	case err != nil:
		return "", err
	case rows == 0:
		return "", noValue("no row")
	case value == nil:
		return "", noValue("no value")
	}
	return strings.TrimRight(written(value), " "), nil
}

func noValue(reason string) error {
	return NoValue.New("the query does not give one value", "reason", reason)
}

// written writes a value of a driver in the one way that all share.
func written(value any) string {
	switch value := value.(type) {
	case []byte:
		return string(value)
	case bool:
		if value {
			return "1"
		}
		return "0"
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	case time.Time:
		return value.Format("2006-01-02 15:04:05.999999")
	}
	return fmt.Sprint(value)
}
