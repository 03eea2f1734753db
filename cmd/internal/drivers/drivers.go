// Package drivers links the database drivers into the programs that need
// them. Importing it is all there is to do; nothing else imports a driver.
package drivers

import (
	"github.com/go-sql-driver/mysql"    // "mysql", MySQL and MariaDB
	_ "github.com/jackc/pgx/v5/stdlib"  // "pgx", PostgreSQL
	_ "github.com/microsoft/go-mssqldb" // "sqlserver", unverified
	_ "github.com/nakagami/firebirdsql" // "firebirdsql"

	_ "github.com/futura/airlicense/cmd/internal/drivers/sqlite"
)

// MySQL's driver would print what it also returns.
func init() { mysql.SetLogger(&mysql.NopLogger{}) }
