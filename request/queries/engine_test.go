package queries_test

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

var update = flag.Bool("update", false, "write the files under testdata again")

// table answers like a table with these keys in ascending order.
func table(keys ...int64) answers {
	return func(query queries.Query) ([][]any, error) {
		for _, key := range keys {
			if key >= query.Arguments[0].(int64) {
				return [][]any{{key}}, nil
			}
		}
		return nil, nil
	}
}

// onAnyEngine is erp, whatever form a query has on the engine.
func onAnyEngine(rows int64) answers {
	return func(query queries.Query) ([][]any, error) {
		if asked(query) == "highest" && len(query.Arguments) > 0 {
			if from := query.Arguments[0].(int64); from <= rows {
				return [][]any{{from}}, nil
			}
			return nil, nil
		}
		query.SQL = strings.ToLower(strings.ReplaceAll(query.SQL, "CONVERT(char(36), ", ""))
		query.SQL = strings.NewReplacer(" from ", " FROM ", " order by ", " ORDER BY ").Replace(query.SQL)
		return erp(1, rows)(query)
	}
}

// The statements that no test runs on a server of their engine stand in
// testdata for people to read; the others as well.
func TestStatementsOfEveryEngine(t *testing.T) {
	for _, engine := range queries.Engines() {
		var text strings.Builder
		for _, draft := range []string{string(profiles.SisPetro), string(profiles.CRM), draft + renames} {
			profile := requesttest.Profile(t, draft)
			dialogue := collect(t, profile, engine)
			for _, query := range run(t, dialogue, onAnyEngine(5)) {
				fmt.Fprintf(&text, "%s;%s\n", query.SQL, arguments(query))
			}
			for _, problem := range dialogue.Problems() {
				t.Errorf("%s: %v", engine, problem.Err)
			}
			if running, known := queries.Running(profile, engine); known {
				fmt.Fprintf(&text, "%s;\n", running.SQL)
			}
		}
		path := filepath.Join("testdata", "statements", string(engine)+".sql")
		if *update {
			if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || string(want) != text.String() {
			t.Errorf("%s (%v); go test -update writes it again:\n%s", path, err, text.String())
		}
	}
}

func arguments(query queries.Query) string {
	if len(query.Arguments) == 0 {
		return ""
	}
	return strings.TrimRight(fmt.Sprintln(append([]any{" --"}, query.Arguments...)...), "\n")
}

// A profile may rename for every engine that has a dialect, and for no other.
func TestProfilesKnowTheEngines(t *testing.T) {
	rename := "\n[[rename]]\nengine = %q\nname = \"cliente\"\nthere = \"customer\"\n"
	for _, engine := range append(queries.Engines(), "oracle") {
		_, err := request.DraftProfile(fmt.Appendf([]byte(draft), rename, engine), time.Unix(1.8e9, 0).UTC())
		if known := engine != "oracle"; (err == nil) != known {
			t.Errorf("%s: %v", engine, err)
		}
	}
}

func TestPortsOfEngines(t *testing.T) {
	for _, engine := range queries.Engines() {
		if engine.HasServer() != (engine != queries.SQLite) || engine.HasServer() != (engine.Port() > 0) {
			t.Errorf("%s: port %d", engine, engine.Port())
		}
		if engine.Unverified() != (engine == queries.SQLServer) {
			t.Errorf("%s is unverified, or is not", engine)
		}
	}
	if queries.Engine("oracle").HasServer() {
		t.Error("an unknown engine has a server")
	}
}

const oneTable = requesttest.Head + `[[metric]]
name = "pedidos"
kind = "anchors"
table = "pedido"
key = "id:integer"
columns = "criado:timestamp"
count = 64
weight = 2
`

// search runs a dialogue on Firebird until the anchors are asked for, and
// returns the exponent of the highest key that was found, or -1 for none.
func search(t *testing.T, answer answers) (exponent, steps int) {
	t.Helper()
	dialogue := collect(t, requesttest.Profile(t, oneTable), queries.Firebird)
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		if asked(query) != "highest" {
			dialogue.Done(nil)
			return int(dialogue.Items()[0].Exponent), steps
		}
		if steps++; steps > 100 {
			t.Fatal("the search does not end")
		}
		rows, err := answer(query)
		for _, row := range rows {
			if err == nil {
				err = dialogue.Row(row)
			}
		}
		dialogue.Done(err)
	}
	if len(dialogue.Problems()) > 0 {
		t.Error(dialogue.Problems())
	}
	return -1, steps
}

func TestSearchForTheHighestKey(t *testing.T) {
	for name, test := range map[string]struct {
		keys []int64
		want int
	}{
		"empty":               {nil, -1},
		"below one":           {[]int64{-5, 0}, -1},
		"one":                 {[]int64{1}, 0},
		"two":                 {[]int64{1, 2}, 1},
		"one, far away":       {[]int64{1 << 40}, 40},
		"with a gap":          {[]int64{1, 2, 3, 1<<35 + 17}, 35},
		"below a power":       {[]int64{1<<20 - 1}, 19},
		"a power":             {[]int64{1 << 20}, 20},
		"the highest of all":  {[]int64{1, math.MaxInt64}, 62},
		"almost the highest":  {[]int64{1, math.MaxInt64 - 1}, 62},
		"negative and beyond": {[]int64{math.MinInt64, -1, 1 << 33}, 33},
	} {
		got, steps := search(t, table(test.keys...))
		if got != test.want || steps > 70 {
			t.Errorf("%s: exponent %d after %d steps, want %d", name, got, steps, test.want)
		}
	}
	var million []int64
	for id := range int64(1_000_000) {
		million = append(million, id+1)
	}
	if got, steps := search(t, table(million...)); got != 19 || steps > 26 {
		t.Errorf("a million: exponent %d after %d steps", got, steps)
	}
}

// A table that grows or shrinks meanwhile, or that lies, ends the search too.
func TestSearchInATableThatDoesNotKeepStill(t *testing.T) {
	growing := int64(1000)
	if got, _ := search(t, func(query queries.Query) ([][]any, error) {
		growing *= 3
		return table(growing)(query)
	}); got < 9 {
		t.Errorf("growing: exponent %d", got)
	}
	calls := 0
	if got, _ := search(t, func(query queries.Query) ([][]any, error) {
		if calls++; calls > 3 {
			return nil, nil
		}
		return table(1 << 40)(query)
	}); got != 40 {
		t.Errorf("emptied: exponent %d", got)
	}
	for name, answer := range map[string]answers{
		"lower than asked for": func(query queries.Query) ([][]any, error) {
			return [][]any{{query.Arguments[0].(int64) - 1}}, nil
		},
		"two rows": func(query queries.Query) ([][]any, error) {
			return [][]any{{query.Arguments[0]}, {query.Arguments[0]}}, nil
		},
		"two columns": func(query queries.Query) ([][]any, error) { return [][]any{{query.Arguments[0], int64(1)}}, nil },
		"no number":   func(queries.Query) ([][]any, error) { return [][]any{{"x"}}, nil },
		"NULL":        func(queries.Query) ([][]any, error) { return [][]any{{nil}}, nil },
	} {
		dialogue := collect(t, requesttest.Profile(t, oneTable), queries.Firebird)
		if list := run(t, dialogue, answer); len(list) != 1 {
			t.Errorf("%s: %d queries", name, len(list))
		}
		if problems := dialogue.Problems(); len(problems) != 1 || problems[0].Metric != "pedidos" || !errors.Is(problems[0].Err, queries.BadValue) {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// On Firebird a name stands in upper case, unless the profile gives another.
func TestNamesOnFirebird(t *testing.T) {
	quoted := draft + "\n[[rename]]\nengine = \"firebird\"\nname = \"cliente\"\nthere = \"cliente\"\n"
	list := run(t, collect(t, requesttest.Profile(t, quoted), queries.Firebird), onAnyEngine(1))
	if got, want := list[len(list)-1].SQL, `SELECT FIRST 200001 "GUID", "CRIADO" FROM "cliente"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
