// Package drivers links the database drivers into the programs that need
// them. Importing it is all there is to do; nothing else imports a driver.
package drivers

import (
	_ "github.com/jackc/pgx/v5/stdlib" // "pgx", PostgreSQL
	_ "modernc.org/sqlite"             // "sqlite"
)
