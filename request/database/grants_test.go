package database_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
)

// grantedDraft reads fewer columns than the tables have, and a pepper.
const grantedDraft = `
product = "sispetro"
title = "Test"
scheme = "numbers"
digits = 2
file = "versao{version}.ver"
recognized = 50
drifted = 45
headline = "x"
contact = "y"
[running]
table = "parametro"
column = "versao"
[pepper]
table = "semente"
column = "segredo"
[[metric]]
name = "pedidos"
kind = "anchors"
table = "pedido"
key = "id:integer"
columns = "criado:timestamp marca:text"
count = 64
weight = 2
[[metric]]
name = "clientes"
kind = "set"
table = "cliente"
key = "guid:uuid"
columns = "criado:timestamp"
count = 32
weight = 1
`

const grantedPassword = "only for 'this' test"

// grant runs, as the administrator, exactly what is printed, with a password
// in the place of its placeholder, and returns the settings of the user.
func grant(t testing.TB, profile *request.Profile, source source, account queries.Account) database.Settings {
	t.Helper()
	account.Engine, account.Database, account.Host = source.settings.Engine, source.settings.Name, source.settings.Host
	grants, err := queries.Grants(profile, account)
	if err != nil {
		t.Fatal(err)
	}
	password := "'" + strings.ReplaceAll(grantedPassword, "'", "''") + "'"
	for _, grant := range grants {
		for _, line := range grant.Lines {
			execute(t, source.admin, strings.TrimSuffix(strings.ReplaceAll(line, queries.PasswordPlaceholder, password), ";"))
		}
	}
	reader := source.settings
	reader.User, reader.Password = account.User, grantedPassword
	return reader
}

// TestMinimalRights measures as a user that has what is printed and nothing
// else, and tries everything that this user must not do.
func TestMinimalRights(t *testing.T) {
	t.Run("PostgreSQL", func(t *testing.T) {
		source := newPostgreSQL(t, peertest.PostgreSQL(t), "erp")
		minimalRights(t, source, []string{
			"CREATE TABLE evil (x int)", "CREATE TEMPORARY TABLE evil (x int)", "CREATE SCHEMA evil", "CREATE VIEW evil AS SELECT 1", "CREATE FUNCTION evil() RETURNS int LANGUAGE sql AS 'SELECT 1'",
			"LOCK TABLE pedido IN SHARE MODE", "LOCK TABLE pedido IN ACCESS SHARE MODE", "SELECT id FROM pedido FOR UPDATE", "TRUNCATE pedido", "ALTER TABLE pedido ADD x int", "DROP TABLE pedido", "SELECT * FROM pedido", "SELECT count(foto) FROM pedido",
			"COPY pedido (id) TO '/tmp/x'", "COPY pedido (id) TO PROGRAM 'true'", "CREATE ROLE evil", "SELECT passwd FROM pg_shadow", "SELECT pg_read_file('/etc/passwd')",
		})
	})
}

// minimalRights grants tables, or their columns, and then views, each to a
// user of its own.
func minimalRights(t *testing.T, source source, more []string) {
	fill(t, source, 1, 3000)
	execute(t, source.admin, "CREATE TABLE semente (segredo varchar(40), outro varchar(40))")
	execute(t, source.admin, "INSERT INTO semente VALUES ('0123456789abcdef0123456789abcdef', 'x')")
	execute(t, source.admin, "CREATE TABLE segredo (x varchar(40))")
	profile := profileOf(t, grantedDraft)
	first := measured(t, profile, source.settings)
	for user, account := range map[string]queries.Account{"licro_columns": {}, "licro_views": {Views: true}} {
		account.User = user
		reader, reads := grant(t, profile, source, account), profile
		if account.Views || source.settings.Engine == queries.Firebird {
			reads = queries.ThroughViews(profile, source.settings.Engine)
		}
		if items := measured(t, reads, reader); !bytes.Equal(items, first) {
			t.Errorf("%s: another fingerprint than the administrator's", user)
		}
		if result := recognize(t, reads, sourceOf(reader), salt, first); result.State != fingerprint.Recognized || result.Score != 1 {
			t.Errorf("%s: %+v", user, result)
		}
		query, _ := queries.Running(reads, source.settings.Engine)
		if version, err := database.Text(context.Background(), open(t, reader, false), query); err != nil || version != "8.9.1" {
			t.Errorf("%s: running version %q, %v", user, version, err)
		}
		refused(t, reader, append([]string{
			"INSERT INTO parametro VALUES ('x')", "UPDATE pedido SET id = id", "DELETE FROM pedido", "DELETE FROM parametro", "UPDATE semente SET segredo = segredo",
			"SELECT foto FROM pedido", "SELECT outro FROM semente", "SELECT x FROM segredo", "SELECT dia FROM pedido WHERE id = 1",
		}, more...))
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

// refused runs statements as the user, on a connection of which no setting
// forbids to write: what refuses must be the rights.
func refused(t testing.TB, settings database.Settings, statements []string) {
	t.Helper()
	db := open(t, settings, true)
	for _, statement := range statements {
		if _, err := db.Exec(statement); err == nil {
			t.Errorf("%s may: %s", settings.User, statement)
		} else if errors.Is(err, sql.ErrConnDone) || strings.Contains(err.Error(), "syntax") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}
