package database_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	_ "github.com/microsoft/go-mssqldb"
	_ "github.com/nakagami/firebirdsql"

	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/queries"
)

func init() { mysql.SetLogger(&mysql.NopLogger{}) }

// connect opens a pool as the product would, with the right to write.
func connect(t testing.TB, driver, source string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// newMariaDB makes a database on a MariaDB server, in another character set
// than ours.
func newMariaDB(t testing.TB, server peertest.Server, name string) source {
	t.Helper()
	settings := database.Settings{Engine: queries.MySQL, Host: server.Host, Port: server.Port, Name: name, User: server.User, Password: server.Password}
	address := fmt.Sprintf("%s:%s@tcp(%s:%d)/", server.User, server.Password, server.Host, server.Port)
	execute(t, connect(t, "mysql", address), "CREATE DATABASE "+name+" CHARACTER SET utf16")
	return source{settings, connect(t, "mysql", address+name+"?time_zone=%27%2B00:00%27")}
}

// newFirebird makes a database on a Firebird server.
func newFirebird(t testing.TB, server peertest.Server, name string) source {
	t.Helper()
	path := filepath.Join(server.Folder, name+".fdb")
	settings := database.Settings{Engine: queries.Firebird, Host: server.Host, Port: server.Port, Name: path, User: server.User, Password: server.Password}
	address := fmt.Sprintf("%s@%s:%d%s?timezone=UTC", url.UserPassword(server.User, server.Password), server.Host, server.Port, path)
	if err := connect(t, "firebirdsql_createdb", address).Ping(); err != nil {
		t.Fatal(err)
	}
	return source{settings, connect(t, "firebirdsql", address)}
}

// executeAll runs statements that are separated by semicolons at the ends of
// lines, each for itself, on one connection.
func executeAll(t testing.TB, db *sql.DB, statements string) {
	t.Helper()
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for statement := range strings.SplitSeq(statements, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := conn.ExecContext(context.Background(), statement); err != nil {
			t.Fatalf("%v\n%.200s", err, statement)
		}
	}
}
