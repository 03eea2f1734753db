package queries_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

func TestExcessQueries(t *testing.T) {
	var all strings.Builder
	for _, engine := range []queries.Engine{queries.PostgreSQL, queries.MySQL, queries.Firebird, queries.SQLServer} {
		for _, profile := range []*request.Profile{requesttest.Profile(t, granted), nil} {
			excess, _ := queries.NewExcess(profile, engine)
			fmt.Fprintf(&all, "==== %s\n%s\n%q\n\n", engine, excess.Query().SQL, excess.Query().Arguments)
		}
	}
	golden(t, "excess.sql", all.String())
	if _, asked := queries.NewExcess(requesttest.Profile(t, granted), queries.SQLite); asked {
		t.Error("SQLite has no users")
	}
}

func TestExcessAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		engine        queries.Engine
		rows          [][]any
		administrator bool
		writes        string
	}{
		"nothing":       {queries.PostgreSQL, nil, false, ""},
		"superuser":     {queries.PostgreSQL, [][]any{{"administrator", ""}}, true, ""},
		"writes":        {queries.PostgreSQL, [][]any{{"writes", `"pedido"`}, {"writes", `"erp"."nota"`}, {"writes", `"pedido"`}}, false, "pedido erp.nota"},
		"bytes, padded": {queries.Firebird, [][]any{{[]byte("administrator"), ""}, {"writes       ", []byte("PEDIDO   ")}}, true, "PEDIDO"},
		"brackets":      {queries.SQLServer, [][]any{{"writes", "[dbo].[pedido]"}}, false, "dbo.pedido"},
		"not our rows":  {queries.PostgreSQL, [][]any{{}, {nil}, {1.5, 2.5}, {"writes"}, {"other", "x"}, {nil, nil}, {"administrator", "", ""}}, false, ""},
		"what is printed": {queries.MySQL, [][]any{
			{"GRANT USAGE ON *.* TO `licro`@`%` IDENTIFIED BY PASSWORD '*98 ON x TO y' WITH MAX_USER_CONNECTIONS 10 MAX_STATEMENT_TIME 15.000000"},
			{"GRANT SELECT (`criado`, `id`) ON `erp`.`pedido` TO `licro`@`%`"}, {[]byte("GRANT SELECT, SHOW VIEW ON `erp`.`lic_v1_pedido` TO `licro`@`%`")},
		}, false, ""},
		"root":            {queries.MySQL, [][]any{{"GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION"}, {"GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION"}}, true, ""},
		"super":           {queries.MySQL, [][]any{{"GRANT SELECT, SUPER ON *.* TO `x`@`%`"}}, true, ""},
		"everything here": {queries.MySQL, [][]any{{"GRANT ALL PRIVILEGES ON `erp`.* TO `app`@`%`"}}, false, "erp.*"},
		"some columns":    {queries.MySQL, [][]any{{"GRANT SELECT (`a`, `b`), INSERT (`a`), UPDATE (`a`, `b`) ON `erp`.`pedido` TO `app`@`%`"}}, false, "erp.pedido"},
		"a role":          {queries.MySQL, [][]any{{"GRANT `writer` TO `app`@`%`"}, {"GRANT DELETE ON `erp`.`nota` TO `writer`"}, {"SET DEFAULT ROLE `writer` FOR `app`@`%`"}}, false, "erp.nota"},
		"no grants":       {queries.MySQL, [][]any{{"", ""}, {""}, {nil}, {"GRANT"}, {"GRANT ((( ON x"}, {"GRANT )) ON"}}, false, ""},
	} {
		excess, _ := queries.NewExcess(nil, test.engine)
		for _, row := range test.rows {
			excess.Row(row)
		}
		if excess.Administrator != test.administrator || strings.Join(excess.Writes, " ") != test.writes || excess.None() != (!test.administrator && test.writes == "") {
			t.Errorf("%s: %v, %q", name, excess.Administrator, excess.Writes)
		}
	}
}

// Whatever a server answers, the line is read in one pass and says no more
// than it holds.
func FuzzShownGrants(f *testing.F) {
	f.Add("GRANT SELECT (`a`, `b`), INSERT (`a`) ON `erp`.`pedido` TO `app`@`%`")
	f.Add("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost`")
	f.Fuzz(func(t *testing.T, line string) {
		excess, _ := queries.NewExcess(nil, queries.MySQL)
		excess.Row([]any{line})
		if !excess.None() && !strings.HasPrefix(line, "GRANT ") {
			t.Errorf("%q: %+v", line, excess.Writes)
		}
		for _, object := range excess.Writes {
			if len(object) > len(line) {
				t.Errorf("%q: %q", line, object)
			}
		}
	})
}
