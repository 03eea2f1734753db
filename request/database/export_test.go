package database

// For the tests outside of the package.
const FirebirdNoWait = firebirdNoWait

// Explain is explain without a metric.
func Explain(err error) error { return explain(err, "") }

// RunOne runs one query of a dialogue, so that tests can do what an
// application does between two queries and while one runs.
var RunOne = runOne
