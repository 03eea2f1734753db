package database_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

// grantedDraft reads fewer columns and tables than fillKinds writes.
const grantedDraft = requesttest.Head + `[running]
table = "parametro"
column = "versao"
[pepper]
table = "parametro"
column = "semente"
[[metric]]
name = "lancamentos"
kind = "anchors"
table = "lancamento"
key = "id:integer"
columns = "criado:timestamp numero:integer"
count = 64
weight = 2
[[metric]]
name = "clientes"
kind = "set"
table = "cliente"
key = "rowguid:uuid"
columns = "criado:timestamp"
count = 32
weight = 1
`

const grantedPassword = "only for this-test"

// grant runs, as the administrator, exactly what is printed, with a password
// in the place of its placeholder, and returns the settings of the user.
func grant(t testing.TB, profile *request.Profile, source source, account queries.Account) database.Settings {
	t.Helper()
	account.Engine, account.Database, account.Host = source.settings.Engine, source.settings.Name, source.settings.Host
	grants, err := queries.Grants(profile, account)
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for _, grant := range grants {
		for _, line := range grant.Lines {
			script.WriteString(strings.ReplaceAll(line, queries.PasswordPlaceholder, "'"+grantedPassword+"'") + "\n")
		}
	}
	if account.Engine == queries.Firebird { // whose script has a COMMIT
		runFirebirdScript(t, source, script.String())
	} else {
		executeAll(t, source.admin, script.String())
	}
	reader := source.settings
	reader.User, reader.Password = account.User, grantedPassword
	return reader
}

func runFirebirdScript(t testing.TB, source source, script string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "grants.sql")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := source.settings
	place := fmt.Sprintf("%s/%d:%s", settings.Host, settings.Port, settings.Name)
	status, output := peertest.Run(t, filepath.Dir(path), nil, peertest.Program(t, "isql-fb", "firebird3.0-utils"),
		"-bail", "-q", "-user", settings.User, "-password", settings.Password, "-i", path, place)
	if status != 0 {
		t.Fatalf("status %d: %s", status, output)
	}
}

// writable opens a connection on which nothing but rights forbids to write.
func writable(t testing.TB, settings database.Settings) *sql.DB {
	t.Helper()
	switch settings.Engine {
	case queries.MySQL:
		return connect(t, "mysql", fmt.Sprintf("%s:%s@tcp(%s:%d)/%s", settings.User, settings.Password, settings.Host, settings.Port, settings.Name))
	case queries.Firebird:
		return connect(t, "firebirdsql", fmt.Sprintf("%s@%s:%d%s", url.UserPassword(settings.User, settings.Password), settings.Host, settings.Port, settings.Name))
	}
	return open(t, settings, true)
}

// TestMinimalRights measures as a user that has what is printed and nothing
// else, and tries everything that this user must not do.
func TestMinimalRights(t *testing.T) {
	t.Run("PostgreSQL", func(t *testing.T) {
		minimalRights(t, newPostgreSQL(t, peertest.PostgreSQL(t), "erp"),
			"CREATE TEMPORARY TABLE evil (x int)", "CREATE SCHEMA evil", "CREATE FUNCTION evil() RETURNS int LANGUAGE sql AS 'SELECT 1'",
			"DO 'BEGIN LOCK TABLE lancamento IN SHARE MODE; END'", "DO 'BEGIN LOCK TABLE lancamento IN ACCESS SHARE MODE; END'", "SELECT id FROM lancamento FOR UPDATE", "TRUNCATE lancamento",
			"COPY lancamento (id) TO '/tmp/x'", "COPY lancamento (id) TO PROGRAM 'true'", "CREATE ROLE evil", "SELECT passwd FROM pg_shadow", "SELECT pg_read_file('/etc/passwd')")
	})
	t.Run("MariaDB", func(t *testing.T) {
		minimalRights(t, newMariaDB(t, peertest.MariaDB(t), "erp"),
			"CREATE TEMPORARY TABLE evil (x int)", "CREATE DATABASE evil", "CREATE FUNCTION evil() RETURNS int RETURN 1", "LOCK TABLES lancamento READ", "LOCK TABLES lancamento WRITE",
			"TRUNCATE lancamento", "SELECT id FROM lancamento INTO OUTFILE '/tmp/x'", "CREATE USER evil", "SELECT * FROM mysql.user", "SELECT LOAD_FILE('/etc/passwd') IS NOT NULL, valor FROM lancamento",
			"FLUSH TABLES WITH READ LOCK")
	})
	t.Run("Firebird", func(t *testing.T) {
		minimalRights(t, newFirebird(t, peertest.Firebird(t), "erp"),
			"CREATE GLOBAL TEMPORARY TABLE evil (x int)", "CREATE SEQUENCE evil", "CREATE USER evil PASSWORD 'x'", "SELECT id FROM lancamento", "SELECT id FROM lancamento WITH LOCK", "CREATE ROLE evil",
			"RECREATE VIEW lic_v1_lancamento AS SELECT * FROM lancamento")
	})
}

// minimalRights grants tables, or their columns, and then views, each to a
// user of its own.
func minimalRights(t *testing.T, source source, more ...string) {
	fillKinds(t, source, 1, 600)
	profile, engine := requesttest.Profile(t, grantedDraft), source.settings.Engine
	first := measured(t, profile, source.settings)
	for user, views := range map[string]bool{"licro_columns": false, "licro_views": true} {
		reader, reads := grant(t, profile, source, queries.Account{User: user, Views: views}), profile
		if views || engine == queries.Firebird {
			reads = queries.ThroughViews(profile, engine)
		}
		if items := measured(t, reads, reader); !bytes.Equal(items, first) {
			t.Errorf("%s: another fingerprint than the administrator's", user)
		}
		if result := recognize(t, reads, sourceOf(reader), salt, first); result.State != fingerprint.Recognized || result.Score != 1 {
			t.Errorf("%s: %+v", user, result)
		}
		query, _ := queries.Running(reads, engine)
		if version, err := database.Text(context.Background(), open(t, reader, false), query); err != nil || version != "8.9.1" {
			t.Errorf("%s: running version %q, %v", user, version, err)
		}
		refused(t, reader, append([]string{
			"INSERT INTO parametro (versao) VALUES ('x')", "UPDATE lancamento SET id = id", "DELETE FROM lancamento", "DELETE FROM parametro", "UPDATE parametro SET semente = semente",
			"SELECT valor FROM lancamento", "SELECT nome FROM lancamento WHERE id = 1", "SELECT login FROM usuario", "SELECT * FROM lancamento", "SELECT * FROM foto",
			"CREATE TABLE evil (x int)", "CREATE VIEW evil AS SELECT 1 AS x FROM cliente", "ALTER TABLE lancamento ADD x int", "DROP TABLE lancamento", "CREATE INDEX evil ON cliente (criado)",
			"GRANT SELECT ON usuario TO " + user,
		}, more...))
		if views {
			refused(t, reader, []string{"UPDATE lic_v1_lancamento SET id = id", "DELETE FROM lic_v1_parametro", "INSERT INTO lic_v1_cliente (criado) VALUES (NULL)", "DROP VIEW lic_v1_cliente"})
		}
		noExcess(t, reads, reader)
	}
	mentioned(t, profile, source)
}

// A write-ahead log that is not there yet has to be made by whoever reads: an
// account without that right is told so (sqlite.org/wal.html, "Read-Only
// Databases").
func TestSQLiteThatMayNotBeRead(t *testing.T) {
	const readOnlyCannotInitialize = 8 | 5<<8
	if code := database.SQLiteCode(readOnlyCannotInitialize, "attempt to write a readonly database"); code != database.NoRight {
		t.Error(code)
	}
	const readOnly = 8
	if code := database.SQLiteCode(readOnly, "attempt to write a readonly database"); code != database.QueryFailed {
		t.Error(code)
	}
}

func sourceOf(settings database.Settings) source { return source{settings: settings} }

func measured(t testing.TB, profile *request.Profile, settings database.Settings) []byte {
	t.Helper()
	dialogue, err := collect(t, profile, sourceOf(settings), salt)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range dialogue.Problems() {
		t.Fatal(problem.Err)
	}
	return dialogue.Encoded()
}

// refused demands that rights refuse the statements: each is right in its
// grammar, and no setting of the connection forbids to write.
func refused(t testing.TB, settings database.Settings, statements []string) {
	t.Helper()
	db := writable(t, settings)
	defer db.Close()
	for _, statement := range statements {
		_, err := db.Exec(statement)
		switch {
		case err == nil:
			t.Errorf("%s may: %s", settings.User, statement)
		case !denied.MatchString(err.Error()):
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// denied are the servers' words for a right that is missing.
var denied = regexp.MustCompile(`(?i)permission denied|must be owner|must be superuser|must have|denied|no permission|privilege`)

// excess asks what the user may do beyond reading.
func excess(t testing.TB, profile *request.Profile, settings database.Settings) *queries.Excess {
	t.Helper()
	found, _ := queries.NewExcess(profile, settings.Engine)
	db := open(t, settings, false)
	defer db.Close()
	if err := database.Ask(context.Background(), db, found); err != nil {
		t.Error(err)
	}
	return found
}

func noExcess(t testing.TB, profile *request.Profile, settings database.Settings) {
	t.Helper()
	for _, profile := range []*request.Profile{profile, nil} {
		if found := excess(t, profile, settings); !found.None() {
			t.Errorf("%s has just what is printed: %+v", settings.User, found)
		}
	}
}

// mentioned demands that an administrator is told, and a user that may write
// by its own right, by a column's, or by everybody's.
func mentioned(t *testing.T, profile *request.Profile, source source) {
	if found := excess(t, nil, source.settings); !found.Administrator {
		t.Errorf("the administrator is not told: %+v", found)
	}
	writer := source.settings
	writer.User, writer.Password = "licro_columns", grantedPassword
	who := map[queries.Engine]string{queries.MySQL: "licro_columns@'127.0.0.1'"}[source.settings.Engine]
	if who == "" {
		who = writer.User
	}
	executeAll(t, source.admin, "GRANT UPDATE (criado) ON cliente TO "+who+";\nGRANT INSERT ON usuario TO "+who)
	if found := excess(t, profile, writer); found.Administrator || !slices.ContainsFunc(found.Writes, func(table string) bool { return strings.HasSuffix(strings.ToLower(table), "cliente") }) {
		t.Errorf("one column: %+v", found)
	}
	if source.settings.Engine == queries.MySQL {
		return // has no PUBLIC that every version knows
	}
	executeAll(t, source.admin, "GRANT DELETE ON lancamento TO PUBLIC")
	if found := excess(t, profile, writer); len(found.Writes) != 2 {
		t.Errorf("everybody: %+v", found)
	}
}
