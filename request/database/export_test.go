package database

// For the tests outside of the package.
const FirebirdNoWait = firebirdNoWait

// Explain is explain without a metric.
func Explain(err error) error { return explain(err, "") }

// SQLiteCode gives SQLite's primary result codes a meaning.
var SQLiteCode = sqliteCode
