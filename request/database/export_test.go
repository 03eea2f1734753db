package database

// RunOne runs one query of a dialogue, so that tests can do what an
// application does between two queries and while one runs.
var RunOne = runOne
