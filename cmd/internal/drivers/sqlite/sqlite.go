// Package sqlite links the driver of SQLite alone, for a program that opens
// nothing but its own ledger.
package sqlite

import _ "modernc.org/sqlite" // "sqlite"
