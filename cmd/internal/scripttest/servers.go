package scripttest

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/futura/airlicense/keys/peertest"
)

// server is a kind of database server that scripts may start: one for all
// scripts of a folder.
type server struct {
	programs string // a pattern for what its package installs
	start    func() peertest.Server
	driver   string
	source   func(server peertest.Server, database string) string // as its superuser
	make     func(db *sql.DB, server peertest.Server, database string) error
	between  string // stands between statements that must be sent one by one
}

func servers(t *testing.T) map[string]server {
	started := func(start func(testing.TB) peertest.Server) func() peertest.Server {
		return sync.OnceValue(func() peertest.Server { return start(t) })
	}
	return map[string]server{
		"postgres": {"/usr/lib/postgresql/*/bin/pg_ctl", started(peertest.PostgreSQL), "pgx", postgresSource, createDatabase, ""},
		// Of the script that crashes it; the other is everybody's.
		"mortal-postgres": {"/usr/lib/postgresql/*/bin/pg_ctl", started(peertest.PostgreSQL), "pgx", postgresSource, createDatabase, ""},
		"mariadb":         {"/usr/sbin/mariadbd", started(peertest.MariaDB), "mysql", mariadbSource, createDatabase, ""},
		"firebird":        {"/usr/sbin/firebird", started(peertest.Firebird), "firebirdsql", firebirdSource, createFirebird, ";\n"},
	}
}

func postgresSource(server peertest.Server, database string) string {
	if database == "" {
		database = "postgres"
	}
	return fmt.Sprintf("host=%s user=%s dbname=%s password='%s' default_query_exec_mode=simple_protocol",
		server.Host, server.User, database, strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(server.Password))
}

func mariadbSource(server peertest.Server, database string) string {
	return fmt.Sprintf("%s:%s@tcp(%s:%d)/%s?multiStatements=true", server.User, server.Password, server.Host, server.Port, database)
}

func firebirdSource(server peertest.Server, database string) string {
	return fmt.Sprintf("%s@%s:%d%s?timezone=UTC", url.UserPassword(server.User, server.Password), server.Host, server.Port, filepath.Join(server.Folder, database+".fdb"))
}

func createDatabase(db *sql.DB, _ peertest.Server, database string) error {
	_, err := db.Exec("CREATE DATABASE " + database)
	return err
}

func createFirebird(_ *sql.DB, server peertest.Server, database string) error {
	db, err := sql.Open("firebirdsql_createdb", firebirdSource(server, database))
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Ping()
}

// startServer tells the script where the server is: its host, port and folder
// in $DBHOST, $DBPORT and $DBFOLDER, its superuser's password in the file
// dbpass.
func startServer(known map[string]server) func(*testscript.TestScript, bool, []string) {
	return func(script *testscript.TestScript, _ bool, arguments []string) {
		running := known[arguments[0]].start()
		script.Setenv("DBHOST", running.Host)
		script.Setenv("DBPORT", strconv.Itoa(running.Port))
		script.Setenv("DBFOLDER", running.Folder)
		script.Check(os.WriteFile(script.MkAbs("dbpass"), []byte(running.Password+"\n"), 0o600))
	}
}

// crash ends a server at once. No other script may use it.
func crash(known map[string]server) func(*testscript.TestScript, bool, []string) {
	return func(_ *testscript.TestScript, _ bool, arguments []string) { known[arguments[0]].start().Kill() }
}

// open opens a database as the superuser, and makes it if need be.
func (s server) open(script *testscript.TestScript, database string) *sql.DB {
	connect := func(name string) *sql.DB {
		db, err := sql.Open(s.driver, s.source(s.start(), name))
		script.Check(err)
		return db
	}
	db := connect(database)
	if db.Ping() == nil {
		return db
	}
	admin := connect("")
	defer admin.Close()
	script.Check(s.make(admin, s.start(), database))
	return db
}

// runStatements runs the statements of a file. Negated, all must be refused.
func runStatements(known map[string]server) func(*testscript.TestScript, bool, []string) {
	return func(script *testscript.TestScript, refused bool, arguments []string) {
		db := known[arguments[0]].open(script, arguments[1])
		defer db.Close()
		statements := []string{script.ReadFile(arguments[2])}
		if between := known[arguments[0]].between; between != "" {
			statements = strings.Split(statements[0], between)
		}
		for _, statement := range statements {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if _, err := db.Exec(statement); refused != (err != nil) {
				script.Fatalf("%v\n%s", err, statement)
			}
		}
	}
}

// copyTables copies the rows of tables from a SQLite database; the tables are
// there already.
func copyTables(known map[string]server) func(*testscript.TestScript, bool, []string) {
	return func(script *testscript.TestScript, _ bool, arguments []string) {
		from, to := open(script, arguments[2]), known[arguments[0]].open(script, arguments[1])
		defer from.Close()
		defer to.Close()
		tx, err := to.Begin()
		script.Check(err)
		for _, table := range arguments[3:] {
			script.Check(copyRows(from, tx, table))
		}
		script.Check(tx.Commit())
	}
}

func copyRows(from *sql.DB, to *sql.Tx, table string) error {
	rows, err := from.Query("SELECT * FROM " + table)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	insert, err := to.Prepare("INSERT INTO " + table + " VALUES (?" + strings.Repeat(", ?", len(columns)-1) + ")")
	if err != nil {
		return err
	}
	defer insert.Close()
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if _, err := insert.Exec(values...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// installed looks for a program of others, or for a server of this name.
func installed(known map[string]server, tool string) (bool, error) {
	_, err := exec.LookPath(tool)
	if server, isServer := known[tool]; isServer && err != nil {
		if matches, _ := filepath.Glob(server.programs); len(matches) > 0 {
			err = nil
		}
	}
	if err != nil && os.Getenv("FUTURA_REQUIRE_ALL") == "1" {
		return false, fmt.Errorf("%s is not installed, and FUTURA_REQUIRE_ALL=1", tool)
	}
	return err == nil, nil
}
