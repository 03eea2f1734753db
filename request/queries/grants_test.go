package queries_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

// granted reads one table by two metrics and the running version, has a
// schema, other names on some engines, and a name over Firebird's limit.
const granted = requesttest.Head + `[running]
table = "pedido"
column = "versao"
[pepper]
table = "seguranca.semente"
column = "segredo"
[[metric]]
name = "pedidos"
kind = "anchors"
table = "pedido"
key = "id:integer"
columns = "criado:timestamp marca:text"
count = 16
weight = 1
[[metric]]
name = "marcas"
kind = "set"
table = "pedido"
key = "marca:text"
columns = "criado:timestamp"
count = 16
weight = 1
[[metric]]
name = "longos"
kind = "set"
table = "movimentacao_de_estoque_por_deposito"
key = "id:integer"
columns = "criado:timestamp"
count = 16
weight = 1
[[check]]
name = "ninguem-conectado"
when = "upgrade"
kind = "query"
words = "Ninguém está conectado"
sql = "SELECT count(*) FROM sessao"
expect = "0"
[[check.engine]]
name = "postgresql"
sql = "SELECT count(*) FROM pg_stat_activity"
[[check]]
name = "avisados"
when = "upgrade"
kind = "confirm"
words = "Todos foram avisados?"
[[rename]]
engine = "postgresql"
name = "marca"
there = "brand"
[[rename]]
engine = "firebird"
name = "seguranca.semente"
there = "semente"
[[rename]]
engine = "sqlserver"
name = "pedido"
there = "vendas.pedido"
`

// written writes grants as a script, with the reasons in the place of words.
func written(grants []queries.Grant) string {
	var script strings.Builder
	for _, grant := range grants {
		fmt.Fprintf(&script, "-- %s %v\n", grant.Why, grant.Values)
		for _, line := range grant.Lines {
			if grant.Optional {
				script.WriteString("-- ")
			}
			script.WriteString(line + "\n")
		}
	}
	return script.String()
}

func TestGrants(t *testing.T) {
	engines := []queries.Engine{queries.SQLite, queries.PostgreSQL, queries.MySQL, queries.Firebird, queries.SQLServer}
	for name, test := range map[string]struct {
		draft   string
		account queries.Account
	}{
		"whole":   {granted, queries.Account{Database: "erp", Path: "/dados/d'água.db", Host: "db.example", User: "licro"}},
		"views":   {granted, queries.Account{Database: "erp", Host: "127.0.0.1", Views: true, Known: true}},
		"nothing": {granted, queries.Account{}},
	} {
		var all strings.Builder
		for _, engine := range engines {
			profile := requesttest.Profile(t, test.draft)
			test.account.Engine, test.account.Checks = engine, profile.Checks
			grants, err := queries.Grants(profile, test.account)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&all, "==== %s\n%s\n", engine, written(grants))
		}
		golden(t, "grants-"+name+".sql", all.String())
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s is not what it should be (go test ./request/queries -update): %v\n%s", name, err, got)
	}
}

func TestNamesThatCannotBePrinted(t *testing.T) {
	profile := requesttest.Profile(t, draft)
	for name, account := range map[string]queries.Account{
		"quote in a user":         {Engine: queries.PostgreSQL, User: `a"; DROP TABLE pedido; --`},
		"blank in a user":         {Engine: queries.MySQL, User: "a b"},
		"user over the limit":     {Engine: queries.Firebird, User: strings.Repeat("a", 32)},
		"line end in a database":  {Engine: queries.PostgreSQL, Database: "erp\nx"},
		"quote in a database":     {Engine: queries.MySQL, Database: "e`rp"},
		"bracket in a database":   {Engine: queries.SQLServer, Database: "e]rp"},
		"line end in a path":      {Engine: queries.SQLite, Path: "erp.db\nrm -rf x"},
		"escape sequence in path": {Engine: queries.SQLite, Path: "erp\x1b[2J.db"},
	} {
		if grants, err := queries.Grants(profile, account); grants != nil || !errors.Is(err, queries.BadName) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := queries.Grants(profile, queries.Account{Engine: "oracle"}); !errors.Is(err, queries.UnknownEngine) {
		t.Error(err)
	}
}

// Views show what the tables show: the dialogue asks the views, and the items
// are the same.
func TestThroughViews(t *testing.T) {
	profile := requesttest.Profile(t, granted)
	through := queries.ThroughViews(profile, queries.PostgreSQL)
	var asked []string
	collected := func(dialogue *queries.Dialogue) string {
		asked = statements(run(t, dialogue, func(query queries.Query) ([][]any, error) {
			if query.Metric == "" {
				return [][]any{{"0123456789abcdef"}}, nil
			}
			return erp(1, 100)(query)
		}))
		return fmt.Sprintf("%x", dialogue.Encoded())
	}
	before := collected(collect(t, profile, queries.PostgreSQL))
	tables := strings.Join(asked, "\n")
	if after := collected(collect(t, through, queries.PostgreSQL)); after != before || profile.Digest != through.Digest {
		t.Errorf("other items through views: %s, %s", before, after)
	}
	for table, view := range map[string]string{
		`"pedido"`: `"lic_v1_pedido"`, `"seguranca"."semente"`: `"seguranca"."lic_v1_semente"`,
		`"movimentacao_de_estoque_por_deposito"`: `"lic_v1_movimentacao_de_e_d0599b"`,
	} {
		tables = strings.ReplaceAll(tables, " FROM "+table, " FROM "+view)
	}
	if views := strings.Join(asked, "\n"); views != tables {
		t.Errorf("asked for\n%s\nwant\n%s", views, tables)
	}
	query, _ := queries.Running(through, queries.PostgreSQL)
	if query.SQL != `SELECT "versao" FROM "lic_v1_pedido" LIMIT 2` {
		t.Error(query.SQL)
	}
	if profile.Running.Table != "pedido" || profile.Metrics[0].Table != "pedido" || profile.Metrics[0].Kind != fingerprint.Anchors {
		t.Error("the profile itself was changed")
	}
}
