package database_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/catalogue"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/queries"
)

// tablesOf reads the catalogue of a source.
func tablesOf(t *testing.T, source source) []catalogue.Table {
	t.Helper()
	query, err := catalogue.Query(source.settings.Engine)
	if err != nil {
		t.Fatal(err)
	}
	var reader catalogue.Reader
	if err := database.Rows(context.Background(), open(t, source.settings, false), query, reader.Row); err != nil {
		t.Fatalf("%s: %v", source.settings.Engine, err)
	}
	tables, err := reader.Tables()
	if err != nil {
		t.Fatalf("%s: %v", source.settings.Engine, err)
	}
	return tables
}

// surveyed is what a survey proposes, in one line for each table.
func surveyed(t *testing.T, source source) string {
	t.Helper()
	db := open(t, source.settings, false)
	findings, err := catalogue.Survey(tablesOf(t, source), func(profile *request.Profile) (sample queries.Sample, reason, fatal error) {
		dialogue, err := queries.Collect(profile, source.settings.Engine, salt)
		if err == nil {
			err = database.Run(context.Background(), db, dialogue)
		}
		if samples := dialogue.Samples(); len(samples) > 0 {
			sample = samples[0]
		}
		if problems := dialogue.Problems(); len(problems) > 0 {
			reason = problems[0].Err
		}
		return sample, reason, err
	}, func(float64) {})
	if err != nil {
		t.Fatalf("%s: %v", source.settings.Engine, err)
	}
	lines := ""
	for _, finding := range findings {
		lines += fmt.Sprintf("%s, key %v, sensitive %v", finding.Table.Name, finding.Table.Key, finding.Sensitive)
		if metric := finding.Metric; metric != nil {
			lines += fmt.Sprintf(": %s by %s, %s", metric.Kind, metric.Key.Name+":"+string(metric.Key.Kind), metric.Columns)
		} else {
			lines += fmt.Sprintf(": %v", finding.Reasons)
		}
		lines += "\n"
	}
	return lines
}

// schemas holds one schema in the words of each engine: types, keys of two
// columns in another order than the table's, a view, and what no profile reads.
var schemas = map[queries.Engine]string{
	queries.SQLite: `
CREATE TABLE pedido (id INTEGER PRIMARY KEY, criado DATETIME, valor NUMERIC(15,2), nome VARCHAR(40));
CREATE TABLE item (numero INTEGER, pedido INTEGER, guid CHAR(36), PRIMARY KEY (pedido, numero));
CREATE TABLE pessoa (guid UUIDCHAR PRIMARY KEY, criado TIMESTAMP, email VARCHAR(80), foto BLOB);
CREATE VIEW vista AS SELECT id FROM pedido;
`,
	queries.PostgreSQL: `
CREATE TABLE pedido (id bigint PRIMARY KEY, criado timestamp(0), valor numeric(15,2), nome varchar(40));
CREATE TABLE item (numero integer, pedido integer, guid char(36), PRIMARY KEY (pedido, numero));
CREATE TABLE pessoa (guid uuid PRIMARY KEY, criado timestamp, email varchar(80), foto bytea);
CREATE VIEW vista AS SELECT id FROM pedido;
`,
	queries.MySQL: `
CREATE TABLE pedido (id bigint PRIMARY KEY, criado datetime, valor decimal(15,2), nome varchar(40));
CREATE TABLE item (numero int, pedido int, guid char(36), PRIMARY KEY (pedido, numero));
CREATE TABLE pessoa (guid binary(16) PRIMARY KEY, criado datetime, email varchar(80), foto longblob);
CREATE VIEW vista AS SELECT id FROM pedido;
`,
	queries.Firebird: `
CREATE TABLE pedido (id bigint NOT NULL PRIMARY KEY, criado timestamp, valor numeric(15,2), nome varchar(40));
CREATE TABLE item (numero integer NOT NULL, pedido integer NOT NULL, guid char(36), PRIMARY KEY (pedido, numero));
CREATE TABLE pessoa (guid char(16) CHARACTER SET OCTETS NOT NULL PRIMARY KEY, criado timestamp, email varchar(80), foto blob);
CREATE VIEW vista AS SELECT id FROM pedido;
`,
}

// The same schema and data lead to the same proposal on every engine.
func TestCatalogueOfEveryEngine(t *testing.T) {
	postgres, maria, firebird := peertest.PostgreSQL(t), peertest.MariaDB(t), peertest.Firebird(t)
	want := ""
	for _, source := range []source{newSQLite(t), newPostgreSQL(t, postgres, "catalogue"), newMariaDB(t, maria, "catalogue"), newFirebird(t, firebird, "catalogue")} {
		executeAll(t, source.admin, schemas[source.settings.Engine])
		fillCatalogue(t, source)
		got := surveyed(t, source)
		if want == "" {
			want = got
			t.Log(got)
		}
		if got != want {
			t.Errorf("%s:\n%swant:\n%s", source.settings.Engine, got, want)
		}
	}
}

func fillCatalogue(t *testing.T, source source) {
	t.Helper()
	tx, err := source.admin.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	insert := func(table string, values ...any) {
		if _, err := tx.Exec("INSERT INTO "+table+" VALUES ("+places(source.settings.Engine, len(values))+")", values...); err != nil {
			t.Fatalf("%s, %s: %v", source.settings.Engine, table, err)
		}
	}
	for id := range 60 {
		when := fmt.Sprintf("2024-%02d-%02d 10:%02d:%02d", 1+id/28, 1+id%28, id*37%60, id*id*7%60)
		insert("pedido", id+1, when, 10*id, "x")
		insert("item", id%3, id/3, fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(id*id)*2654435761, uint32(id)*40503*2654435761))
		guid := []byte(fmt.Sprintf("%08x%08x", uint32(id)*2654435761, uint32(id*id)*40503))
		if engine := source.settings.Engine; engine == queries.SQLite || engine == queries.PostgreSQL {
			insert("pessoa", fmt.Sprintf("%x", guid), when, "x", nil)
		} else {
			insert("pessoa", guid, when, "x", nil)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}
