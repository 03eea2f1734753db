package queries_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

// draft has a metric of each kind, and names that differ on one engine.
const draft = requesttest.Head + `[running]
table = "erp.parametro"
column = "versao"
[[metric]]
name = "pedidos"
kind = "anchors"
table = "erp.pedido"
key = "id:integer"
columns = "criado:timestamp marca:text"
count = 16
weight = 1
[[metric]]
name = "clientes"
kind = "set"
table = "cliente"
key = "guid:uuid"
columns = "criado:timestamp"
count = 8
weight = 1
`

const renames = `
[[rename]]
engine = "postgresql"
name = "erp.pedido"
there = "public.orders"
[[rename]]
engine = "postgresql"
name = "criado"
there = "created_at"
[[rename]]
engine = "postgresql"
name = "id"
there = "order_id"
[[rename]]
engine = "sqlite"
name = "cliente"
there = "main.customer"
[[rename]]
engine = "sqlite"
name = "erp.parametro"
there = "parameter"
`

const pepper = `
[pepper]
table = "semente"
column = "segredo"
`

var salt = bytes.Repeat([]byte{7}, request.SaltSize)

func collect(t testing.TB, profile *request.Profile, engine queries.Engine) *queries.Dialogue {
	t.Helper()
	dialogue, err := queries.Collect(profile, engine, salt)
	if err != nil {
		t.Fatal(err)
	}
	return dialogue
}

type begin func(*request.Profile, queries.Engine, []byte, []byte) (*queries.Dialogue, error)

func again(t testing.TB, begin begin, profile *request.Profile, items []byte) *queries.Dialogue {
	t.Helper()
	dialogue, err := begin(profile, queries.SQLite, salt, items)
	if err != nil {
		t.Fatal(err)
	}
	return dialogue
}

// asked is the kind of a query, read from its SQL.
func asked(query queries.Query) string {
	switch {
	case query.Metric == "":
		return "pepper"
	case strings.Contains(query.SQL, " ORDER BY "):
		return "highest"
	case len(query.Arguments) > 0:
		return "anchors"
	}
	return "set"
}

// answers gives the rows of a query, or the database's error.
type answers func(query queries.Query) ([][]any, error)

// run runs a dialogue to its end, as package database does, and returns the
// queries.
func run(t testing.TB, dialogue *queries.Dialogue, answer answers) (list []queries.Query) {
	t.Helper()
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		rows, err := answer(query)
		for _, row := range rows {
			if err == nil {
				err = dialogue.Row(row)
			}
		}
		dialogue.Done(err)
		if list = append(list, query); len(list) > 50 {
			t.Fatal("the dialogue does not end")
		}
	}
	return list
}

// erp answers for tables of so many rows. The rows have as many columns as
// the query names; another seed makes another customer.
func erp(seed, rows int64) answers {
	return func(query queries.Query) ([][]any, error) {
		width := strings.Count(strings.Split(query.SQL, " FROM ")[0], ",") + 1
		row := func(id int64) []any {
			random := rand.New(rand.NewPCG(uint64(seed), uint64(id)))
			values := []any{id, time.Unix(1.6e9+id*3600+random.Int64N(3600), 0).UTC(), random.Int64N(1e9)}
			if query.Metric == "clientes" && width == 2 && strings.Contains(query.SQL, "guid") || query.Metric == "contatti" {
				values[0] = fmt.Sprintf("%08x-0000-4000-8000-%012x", seed, id)
			}
			return values[:width]
		}
		var list [][]any
		switch asked(query) {
		case "pepper":
			return [][]any{{[]byte("a random secret of the product")}}, nil
		case "highest":
			return [][]any{{rows}}, nil
		case "anchors":
			for _, argument := range query.Arguments {
				if id := argument.(int64); id <= rows {
					list = append(list, row(id))
				}
			}
		default:
			for id := range rows {
				list = append(list, row(id+1))
			}
		}
		return list, nil
	}
}

func statements(list []queries.Query) (all []string) {
	for _, query := range list {
		all = append(all, query.SQL)
	}
	return all
}

func checkStatements(t *testing.T, name string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The highest key is 5, so there are five anchors to ask for. The last query
// is the lineage's.
func TestStatementsOfTheExamples(t *testing.T) {
	forty := "$1"
	for number := 2; number <= 40; number++ {
		forty += fmt.Sprintf(", $%d", number)
	}
	for _, test := range []struct {
		draft  []byte
		engine queries.Engine
		want   []string
	}{
		{profiles.SisPetro, queries.SQLite, []string{
			"SELECT `segredo` FROM `licenca_segredo` LIMIT 2",
			"SELECT `id` FROM `pedido` ORDER BY `id` DESC LIMIT 1",
			"SELECT `id`, `criado`, `protocolo` FROM `pedido` WHERE `id` IN (?, ?, ?, ?, ?)",
			"SELECT `id` FROM `nota_fiscal` ORDER BY `id` DESC LIMIT 1",
			"SELECT `id`, `emitida`, `chave` FROM `nota_fiscal` WHERE `id` IN (?, ?, ?, ?, ?)",
			"SELECT `id` FROM `titulo` ORDER BY `id` DESC LIMIT 1",
			"SELECT `id`, `criado` FROM `titulo` WHERE `id` IN (?, ?, ?, ?, ?)",
			"SELECT `id`, `criado` FROM `cliente` LIMIT 200001",
			"SELECT `id`, `criado` FROM `usuario` LIMIT 200001",
			"SELECT `id`, `criado` FROM `deposito` LIMIT 200001",
			"SELECT `id`, `criado`, `protocolo` FROM `pedido` WHERE `id` IN (?" + strings.Repeat(", ?", 39) + ")",
		}},
		{profiles.SisPetro, queries.PostgreSQL, []string{
			`SELECT "segredo" FROM "licenca_segredo" LIMIT 2`,
			`SELECT "id" FROM "pedido" ORDER BY "id" DESC LIMIT 1`,
			`SELECT "id", "criado", "protocolo" FROM "pedido" WHERE "id" IN ($1, $2, $3, $4, $5)`,
			`SELECT "id" FROM "nota_fiscal" ORDER BY "id" DESC LIMIT 1`,
			`SELECT "id", "emitida", "chave" FROM "nota_fiscal" WHERE "id" IN ($1, $2, $3, $4, $5)`,
			`SELECT "id" FROM "titulo" ORDER BY "id" DESC LIMIT 1`,
			`SELECT "id", "criado" FROM "titulo" WHERE "id" IN ($1, $2, $3, $4, $5)`,
			`SELECT "id", "criado" FROM "cliente" LIMIT 200001`,
			`SELECT "id", "criado" FROM "usuario" LIMIT 200001`,
			`SELECT "id", "criado" FROM "deposito" LIMIT 200001`,
			`SELECT "id", "criado", "protocolo" FROM "pedido" WHERE "id" IN (` + forty + ")",
		}},
		{profiles.CRM, queries.SQLite, []string{
			"SELECT `seme` FROM `licenza_seme` LIMIT 2",
			"SELECT `id` FROM `attivita` ORDER BY `id` DESC LIMIT 1",
			"SELECT `id`, `creata` FROM `attivita` WHERE `id` IN (?, ?, ?, ?, ?)",
			"SELECT `guid`, `creato` FROM `contatto` LIMIT 200001",
			"SELECT `login`, `creato` FROM `utente` LIMIT 200001",
			"SELECT `id`, `creata` FROM `attivita` WHERE `id` IN (?" + strings.Repeat(", ?", 39) + ")",
		}},
		{profiles.CRM, queries.PostgreSQL, []string{
			`SELECT "seme" FROM "licenza_seme" LIMIT 2`,
			`SELECT "id" FROM "attivita" ORDER BY "id" DESC LIMIT 1`,
			`SELECT "id", "creata" FROM "attivita" WHERE "id" IN ($1, $2, $3, $4, $5)`,
			`SELECT "guid", "creato" FROM "contatto" LIMIT 200001`,
			`SELECT "login", "creato" FROM "utente" LIMIT 200001`,
			`SELECT "id", "creata" FROM "attivita" WHERE "id" IN (` + forty + ")",
		}},
	} {
		dialogue := collect(t, requesttest.Profile(t, string(test.draft)), test.engine)
		checkStatements(t, string(test.engine), statements(run(t, dialogue, erp(1, 5))), test.want)
		if len(dialogue.Problems()) > 0 {
			t.Errorf("problems %v", dialogue.Problems())
		}
	}
}

func TestStatementsUnderOtherNames(t *testing.T) {
	profile := requesttest.Profile(t, draft+renames)
	for engine, want := range map[queries.Engine][]string{
		queries.SQLite: {
			"SELECT `id` FROM `erp`.`pedido` ORDER BY `id` DESC LIMIT 1",
			"SELECT `id`, `criado`, `marca` FROM `erp`.`pedido` WHERE `id` IN (?, ?)",
			"SELECT `guid`, `criado` FROM `main`.`customer` LIMIT 200001",
			"SELECT `versao` FROM `parameter` LIMIT 2",
		},
		queries.PostgreSQL: {
			`SELECT "order_id" FROM "public"."orders" ORDER BY "order_id" DESC LIMIT 1`,
			`SELECT "order_id", "created_at", "marca" FROM "public"."orders" WHERE "order_id" IN ($1, $2)`,
			`SELECT "guid", "created_at" FROM "cliente" LIMIT 200001`,
			`SELECT "versao" FROM "erp"."parametro" LIMIT 2`,
		},
	} {
		list := statements(run(t, collect(t, profile, engine), erp(1, 3)))
		running, _ := queries.Running(profile, engine)
		checkStatements(t, string(engine), append(list, running.SQL), want)
		if running.Metric != "" || len(running.Arguments) > 0 {
			t.Errorf("%+v", running)
		}
	}
	if query, known := queries.Running(requesttest.Profile(t, string(profiles.CRM)), queries.SQLite); known {
		t.Errorf("a profile that does not tell where: %+v", query)
	}
	if query, known := queries.Running(profile, "oracle"); known {
		t.Errorf("an engine without a dialect: %+v", query)
	}
}

// Whatever people may read in a profile, it never comes near a statement.
func TestWordsStayOutOfStatements(t *testing.T) {
	evil := strings.NewReplacer(`title = "SisPetro"`, `title = "\"; DROP TABLE cliente; --"`, `headline = "x"`, `headline = "' OR 1 = 1"`, `contact = "y"`, "contact = \"`; DELETE FROM cliente\"").Replace(draft)
	want := statements(run(t, collect(t, requesttest.Profile(t, draft), queries.SQLite), erp(1, 100)))
	checkStatements(t, "evil words", statements(run(t, collect(t, requesttest.Profile(t, evil), queries.SQLite), erp(1, 100))), want)
}

// A key is given as a parameter, never written into the statement, and
// nothing that the database answers comes back in one.
func TestValuesAreParameters(t *testing.T) {
	for engine, placeholder := range map[queries.Engine]func(int) string{
		queries.SQLite:     func(int) string { return "?" },
		queries.PostgreSQL: func(n int) string { return fmt.Sprint("$", n) },
	} {
		for _, query := range run(t, collect(t, requesttest.Profile(t, draft), engine), erp(1, 9000)) {
			if asked(query) != "anchors" {
				if len(query.Arguments) > 0 {
					t.Errorf("%s: arguments %v", query.SQL, query.Arguments)
				}
				continue
			}
			var places []string
			for i, argument := range query.Arguments {
				if id, isInteger := argument.(int64); !isInteger || id < 1 || id > 8192 {
					t.Errorf("argument %v", argument)
				}
				places = append(places, placeholder(i+1))
			}
			if len(places) != 16 || !strings.HasSuffix(query.SQL, " IN ("+strings.Join(places, ", ")+")") {
				t.Errorf("%d arguments of\n%s", len(places), query.SQL)
			}
		}
	}
}

func TestCollectAndRecognize(t *testing.T) {
	for name, draft := range map[string]string{"sispetro": string(profiles.SisPetro), "crm": string(profiles.CRM), "small": draft + pepper} {
		profile := requesttest.Profile(t, draft)
		first := collect(t, profile, queries.SQLite)
		run(t, first, erp(1, 500))
		if !first.Enough() || len(first.Problems()) > 0 {
			t.Errorf("%s: enough %v, problems %v", name, first.Enough(), first.Problems())
		}
		if items, err := fingerprint.Decode(profile.MetricList(), first.Encoded()); err != nil || fmt.Sprint(items) != fmt.Sprint(first.Items()) {
			t.Errorf("%s: %v, %v", name, items, err)
		}
		for _, begin := range []begin{queries.Recognize, queries.Remeasure} {
			same, other := again(t, begin, profile, first.Encoded()), again(t, begin, profile, first.Encoded())
			run(t, same, erp(1, 500))
			run(t, other, erp(2, 500))
			if result := same.Result(); result.State != fingerprint.Recognized || result.High != 1 {
				t.Errorf("%s, the same database: %+v", name, result)
			}
			if result := other.Result(); result.State != fingerprint.NotRecognized {
				t.Errorf("%s, another database: %+v", name, result)
			}
		}
	}
}

// What was measured by one engine and its driver is found again by another.
func TestDriversDoNotMatter(t *testing.T) {
	profile := requesttest.Profile(t, draft+renames)
	one, other := collect(t, profile, queries.SQLite), collect(t, profile, queries.PostgreSQL)
	run(t, one, erp(1, 300))
	run(t, other, func(query queries.Query) ([][]any, error) {
		rows, err := erp(1, 300)(query)
		for _, row := range rows {
			for i, value := range row {
				switch value := value.(type) {
				case int64:
					row[i] = fmt.Sprint(value)
				case time.Time:
					row[i] = []byte(value.Format("2006-01-02 15:04:05") + "+00:00")
				case string:
					row[i] = []byte(strings.ToUpper(value))
				}
			}
		}
		slices.Reverse(rows)
		return rows, err
	})
	if len(one.Problems()) > 0 || len(other.Problems()) > 0 || !bytes.Equal(one.Encoded(), other.Encoded()) {
		t.Errorf("%x, %v\n%x, %v", one.Encoded(), one.Problems(), other.Encoded(), other.Problems())
	}
}

// Recognize ends as soon as the rest cannot change the verdict, Remeasure
// never.
func TestRecognizeEndsEarly(t *testing.T) {
	profile := requesttest.Profile(t, string(profiles.SisPetro))
	first := collect(t, profile, queries.SQLite)
	run(t, first, erp(1, 500))
	down := errors.New("down")
	for name, test := range map[string]struct {
		answer answers
		want   string
		state  fingerprint.State
	}{
		"the same database": {erp(1, 500), "pedidos notas titulos", fingerprint.Recognized},
		"another database":  {erp(2, 500), "pedidos notas titulos", fingerprint.NotRecognized},
		"half of it": {func(query queries.Query) ([][]any, error) {
			if query.Metric == "notas" || query.Metric == "titulos" {
				return erp(2, 500)(query)
			}
			return erp(1, 500)(query)
		}, "pedidos notas titulos clientes usuarios", fingerprint.Recognized},
		"two tables missing": {func(query queries.Query) ([][]any, error) {
			if query.Metric == "pedidos" || query.Metric == "titulos" {
				return nil, down
			}
			return erp(1, 500)(query)
		}, "pedidos notas titulos clientes usuarios", fingerprint.Recognized},
		"all missing": {func(query queries.Query) ([][]any, error) {
			if query.Metric != "" {
				return nil, down
			}
			return erp(1, 500)(query)
		}, "pedidos notas titulos clientes usuarios depositos", fingerprint.Undecided},
	} {
		early, whole := again(t, queries.Recognize, profile, first.Encoded()), again(t, queries.Remeasure, profile, first.Encoded())
		var metrics []string
		for _, query := range run(t, early, test.answer) {
			metrics = append(metrics, query.Metric)
		}
		if got := strings.Join(metrics[1:], " "); got != test.want || metrics[0] != "" {
			t.Errorf("%s: asked for %s, want %s", name, got, test.want)
		}
		if got := len(run(t, whole, test.answer)); got != 7 {
			t.Errorf("%s: Remeasure asked %d times", name, got)
		}
		if early.Result().State != test.state || whole.Result().State != test.state {
			t.Errorf("%s: %s, to the end %s, want %s", name, early.Result().State, whole.Result().State, test.state)
		}
	}
}

// What the license could not measure is not asked for; a license that holds
// nothing ends at once.
func TestOnlyWhatIsLicensedIsAsked(t *testing.T) {
	profile := requesttest.Profile(t, draft)
	for text, want := range map[string]string{
		"02" + "080003010203" + "0002" + "00010002":           "clientes", // three anchors are too few
		"02" + "0800080102030405060708" + "0001" + "0001":     "pedidos",
		"02" + "0800080102030405060708" + "ff00":              "pedidos",
		"02" + "ff0000" + "ff00":                              "",
		"02" + "0800080102030405060708" + "0002" + "00010002": "pedidos clientes",
	} {
		var items []byte
		if _, err := fmt.Sscanf(text, "%x", &items); err != nil {
			t.Fatal(err)
		}
		var metrics []string
		for _, query := range run(t, again(t, queries.Remeasure, profile, items), erp(1, 20)) {
			metrics = append(metrics, query.Metric)
		}
		if got := strings.Join(metrics, " "); got != want {
			t.Errorf("%s: asked for %q, want %q", text, got, want)
		}
	}
}

func TestDialoguesThatCannotBegin(t *testing.T) {
	profile := requesttest.Profile(t, draft)
	first := collect(t, profile, queries.SQLite)
	run(t, first, erp(1, 100))
	for _, engine := range []queries.Engine{"", "oracle", "mariadb", "SQLite"} {
		if dialogue, err := queries.Collect(profile, engine, salt); dialogue != nil || !errors.Is(err, queries.UnknownEngine) {
			t.Errorf("%q: %v", engine, err)
		}
		for _, begin := range []begin{queries.Recognize, queries.Remeasure} {
			if dialogue, err := begin(profile, engine, salt, first.Encoded()); dialogue != nil || !errors.Is(err, queries.UnknownEngine) {
				t.Errorf("%q: %v", engine, err)
			}
		}
	}
	for _, begin := range []begin{queries.Recognize, queries.Remeasure} {
		for name, items := range map[string][]byte{"none": nil, "cut": first.Encoded()[:9], "longer": append(first.Encoded(), 0), "another profile's": {2, 255, 0, 0}} {
			if dialogue, err := begin(profile, queries.SQLite, salt, items); dialogue != nil || !errors.Is(err, fingerprint.BadItems) {
				t.Errorf("items %s: %v", name, err)
			}
		}
	}
}

// A license lives for years while small tables grow many times: what a
// request says of it still fits, and says the same.
func TestContinuityOfATableThatGrew(t *testing.T) {
	profile := requesttest.Profile(t, string(profiles.SisPetro))
	for _, rows := range [][2]int64{{30, 33}, {16, 17}, {100, 200}, {12, 300}, {40, 3000}} {
		first := collect(t, profile, queries.SQLite)
		run(t, first, erp(1, rows[0]))
		later := again(t, queries.Remeasure, profile, first.Encoded())
		run(t, later, erp(1, rows[1]))
		metrics := profile.MetricList()
		licensed, errThen := fingerprint.Decode(metrics, first.Encoded())
		now, errNow := fingerprint.Decode(metrics, later.Encoded())
		if errThen != nil || errNow != nil {
			t.Fatalf("%v rows: %v, %v", rows, errThen, errNow)
		}
		if result := fingerprint.Compare(metrics, licensed, now, profile.Thresholds()); result.Score != later.Result().Score {
			t.Errorf("%v rows: %v, the desk sees %v", rows, later.Result(), result)
		}
	}
}

// Without the secret nothing else is asked, and nothing is decided.
func TestPepperThatIsNotThere(t *testing.T) {
	profile := requesttest.Profile(t, draft+pepper)
	first := collect(t, profile, queries.SQLite)
	run(t, first, erp(1, 100))
	denied := errors.New("permission denied")
	for name, test := range map[string]struct {
		rows [][]any
		err  error
		want error
	}{
		"no row":        {nil, nil, queries.NoPepper},
		"NULL":          {[][]any{{nil}}, nil, queries.NoPepper},
		"empty":         {[][]any{{""}}, nil, queries.NoPepper},
		"fifteen bytes": {[][]any{{"123456789012345"}}, nil, queries.NoPepper},
		"no column":     {[][]any{{}}, nil, queries.BadValue},
		"two columns":   {[][]any{{"a random secret of the product", "another secret"}}, nil, queries.BadValue},
		"eight bytes":   {[][]any{{[]byte("12345678")}}, nil, queries.NoPepper},
		"a number":      {[][]any{{int64(12345)}}, nil, queries.NoPepper},
		"two rows":      {[][]any{{"a random secret of the product"}, {"a random secret of the product"}}, nil, queries.NoPepper},
		"a second NULL": {[][]any{{"a random secret of the product"}, {nil}}, nil, queries.NoPepper},
		"not bytes":     {[][]any{{1.5}}, nil, queries.BadValue},
		"no right":      {nil, denied, denied},
	} {
		answer := func(queries.Query) ([][]any, error) { return test.rows, test.err }
		for i, dialogue := range []*queries.Dialogue{collect(t, profile, queries.SQLite), again(t, queries.Recognize, profile, first.Encoded()), again(t, queries.Remeasure, profile, first.Encoded())} {
			list := run(t, dialogue, answer)
			checkStatements(t, name, statements(list), []string{"SELECT `segredo` FROM `semente` LIMIT 2"})
			problems := dialogue.Problems()
			if len(problems) != 1 || problems[0].Metric != "" || !errors.Is(problems[0].Err, test.want) {
				t.Errorf("%s: problems %v", name, problems)
			}
			if got := fmt.Sprintf("%x", dialogue.Encoded()); got != "02ff0000ff00" || dialogue.Enough() {
				t.Errorf("%s: enough, or %s", name, got)
			}
			if i > 0 && dialogue.Result().State != fingerprint.Undecided { // there is a license to compare with
				t.Errorf("%s: %+v", name, dialogue.Result())
			}
		}
	}
}

func TestPepperIsPartOfTheKey(t *testing.T) {
	profile := requesttest.Profile(t, draft+pepper)
	encoded := func(secret any) string {
		dialogue := collect(t, profile, queries.SQLite)
		run(t, dialogue, func(query queries.Query) ([][]any, error) {
			if asked(query) == "pepper" {
				return [][]any{{secret}}, nil
			}
			return erp(1, 100)(query)
		})
		if len(dialogue.Problems()) > 0 {
			t.Errorf("%v: %v", secret, dialogue.Problems())
		}
		return fmt.Sprintf("%x", dialogue.Encoded())
	}
	if encoded("0123456789abcdef") != encoded([]byte("0123456789abcdef")) {
		t.Error("bytes and text give other items")
	}
	if encoded("0123456789abcdef") == encoded("0123456789abcdeg") || encoded("0123456789abcdef") == encoded("0123456789abcdef ") {
		t.Error("another secret gives the same items")
	}
}

func TestEmptyTables(t *testing.T) {
	profile := requesttest.Profile(t, draft)
	for name, answer := range map[string]answers{
		"no rows":      func(queries.Query) ([][]any, error) { return nil, nil },
		"highest zero": erp(1, 0),
		"below zero": func(query queries.Query) ([][]any, error) {
			if asked(query) == "highest" {
				return [][]any{{int64(-5)}}, nil
			}
			return nil, nil
		},
	} {
		dialogue := collect(t, profile, queries.SQLite)
		if list := run(t, dialogue, answer); len(list) != 2 || len(dialogue.Problems()) > 0 {
			t.Errorf("%s: %d queries, %v", name, len(list), dialogue.Problems())
		}
		if got := fmt.Sprintf("%x", dialogue.Encoded()); got != "020000000000" || dialogue.Enough() {
			t.Errorf("%s: %s", name, got)
		}
	}
	// A license from before the tables were emptied.
	first := collect(t, profile, queries.SQLite)
	run(t, first, erp(1, 100))
	emptied := again(t, queries.Remeasure, profile, first.Encoded())
	run(t, emptied, func(queries.Query) ([][]any, error) { return nil, nil })
	if result := emptied.Result(); result.State != fingerprint.NotRecognized || result.Score != 0 || len(emptied.Problems()) > 0 {
		t.Errorf("%+v, %v", result, emptied.Problems())
	}
}

func TestTableTooLargeForASet(t *testing.T) {
	small := strings.Replace(draft, "guid:uuid", "id:integer", 1)
	profile := requesttest.Profile(t, strings.Replace(small, "columns = \"criado:timestamp\"", "columns = \"ativo:integer\"", 1))
	dialogue := collect(t, profile, queries.SQLite)
	if query, _ := dialogue.Next(); asked(query) != "highest" {
		t.Fatal(query.SQL)
	}
	dialogue.Done(nil)
	for id := range int64(queries.MaxSetRows) {
		if err := dialogue.Row([]any{id, int64(1)}); err != nil {
			t.Fatal(err)
		}
	}
	err := dialogue.Row([]any{int64(queries.MaxSetRows), int64(1)})
	if !errors.Is(err, queries.TooManyRows) {
		t.Errorf("one row over the limit: %v", err)
	}
	dialogue.Done(err)
	if problems := dialogue.Problems(); len(problems) != 1 || problems[0].Metric != "clientes" || !errors.Is(problems[0].Err, queries.TooManyRows) {
		t.Errorf("%v", problems)
	}
	if items := dialogue.Items(); items[1].Measured || len(items[1].Values) > 0 {
		t.Errorf("%+v", items)
	}
}

// The confidential values of these rows stand in no error.
const confidential = "98765"

func TestRowsThatAreNotAcceptable(t *testing.T) {
	profile := requesttest.Profile(t, draft)
	when := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		metric string
		rows   [][]any
		want   string // names that the error gives
	}{
		"key twice":               {"pedidos", [][]any{{int64(1), when, "x"}, {int64(2), when, "x"}, {int64(1), when, confidential}}, "id"},
		"key twice, other types":  {"pedidos", [][]any{{int64(1), when, "x"}, {"1.00", when, confidential}}, "id"},
		"a column too few":        {"pedidos", [][]any{{int64(1), confidential}}, "columns"},
		"a column too many":       {"pedidos", [][]any{{int64(1), when, "x", confidential}}, "columns"},
		"no column":               {"pedidos", [][]any{{}}, "columns"},
		"key is no number":        {"pedidos", [][]any{{"key " + confidential, when, "x"}}, "id"},
		"key is NULL":             {"pedidos", [][]any{{nil, when, "x"}}, ""},
		"time is no time":         {"pedidos", [][]any{{int64(1), confidential, "x"}}, "criado"},
		"text is no text":         {"pedidos", [][]any{{int64(1), when, 98765.5}}, "marca"},
		"text too long":           {"pedidos", [][]any{{int64(1), when, strings.Repeat(confidential, 20000)}}, "marca"},
		"set: a column too few":   {"clientes", [][]any{{"0123456789abcdef"}}, "columns"},
		"set: a column too many":  {"clientes", [][]any{{"0123456789abcdef", when, confidential}}, "columns"},
		"set: key is no UUID":     {"clientes", [][]any{{confidential, when}}, "guid"},
		"set: time is no time":    {"clientes", [][]any{{"0123456789abcdef", confidential}}, "criado"},
		"highest is no number":    {"highest", [][]any{{confidential + "x"}}, ""},
		"highest is a fraction":   {"highest", [][]any{{98765.5}}, ""},
		"highest is NULL":         {"highest", [][]any{{nil}}, ""},
		"highest over all limits": {"highest", [][]any{{"98765987659876598765"}}, ""},
	} {
		dialogue := collect(t, profile, queries.SQLite)
		list := run(t, dialogue, func(query queries.Query) ([][]any, error) {
			if test.metric == "highest" && asked(query) == "highest" || test.metric == query.Metric && asked(query) != "highest" {
				return test.rows, nil
			}
			return erp(1, 100)(query)
		})
		problems := dialogue.Problems()
		if len(problems) != 1 || !errors.Is(problems[0].Err, queries.BadValue) || problems[0].Metric != strings.Replace(test.metric, "highest", "pedidos", 1) {
			t.Errorf("%s: problems %v", name, problems)
			continue
		}
		text := problems[0].Err.Error()
		if strings.Contains(text, confidential) || !strings.Contains(text, test.want) || len(text) > 200 {
			t.Errorf("%s: %s", name, text)
		}
		for i, item := range dialogue.Items() {
			if item.Measured == (profile.Metrics[i].Name == problems[0].Metric) {
				t.Errorf("%s: %+v", name, dialogue.Items())
			}
		}
		if list[len(list)-1].Metric != "clientes" {
			t.Errorf("%s: the dialogue ended with %s", name, list[len(list)-1].Metric)
		}
	}
}

// An error of the database leaves its metric out, and the rest goes on.
func TestDoneWithAnError(t *testing.T) {
	profile := requesttest.Profile(t, string(profiles.SisPetro))
	first := collect(t, profile, queries.SQLite)
	run(t, first, erp(1, 100))
	locked := fault.Code("FL-405").New("locked")
	for _, test := range []struct{ metric, kind string }{{"pedidos", "highest"}, {"notas", "anchors"}, {"clientes", "set"}, {"depositos", "set"}} {
		answer := func(query queries.Query) ([][]any, error) {
			rows, _ := erp(1, 100)(query)
			if query.Metric == test.metric && asked(query) == test.kind {
				return rows, locked
			}
			return rows, nil
		}
		dialogue := collect(t, profile, queries.SQLite)
		list := run(t, dialogue, answer)
		if want := map[string]int{"highest": 10, "anchors": 11, "set": 11}[test.kind]; len(list) != want {
			t.Errorf("%s: %d queries, want %d", test.metric, len(list), want)
		}
		if problems := dialogue.Problems(); len(problems) != 1 || problems[0].Metric != test.metric || !errors.Is(problems[0].Err, fault.Code("FL-405")) {
			t.Errorf("%s: %v", test.metric, problems)
		}
		for i, item := range dialogue.Items() {
			failed := profile.Metrics[i].Name == test.metric
			if item.Measured == failed || !failed && fmt.Sprint(item) != fmt.Sprint(first.Items()[i]) {
				t.Errorf("%s: %s is %+v", test.metric, profile.Metrics[i].Name, item)
			}
		}
		if test.kind == "highest" {
			continue // a license's exponent is known
		}
		measured := again(t, queries.Remeasure, profile, first.Encoded())
		run(t, measured, answer)
		if result := measured.Result(); result.State != fingerprint.Recognized || result.Score >= 1 || result.High != 1 || len(measured.Problems()) != 1 {
			t.Errorf("%s: %+v, %v", test.metric, result, measured.Problems())
		}
	}
}

// Rows that came before the error do not count.
func TestErrorAmongTheRows(t *testing.T) {
	dialogue := collect(t, requesttest.Profile(t, draft), queries.SQLite)
	broken := errors.New("connection reset")
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		rows, _ := erp(1, 100)(query)
		for _, row := range rows {
			if err := dialogue.Row(row); err != nil {
				t.Fatal(err)
			}
		}
		dialogue.Done(broken)
	}
	if got := fmt.Sprintf("%x", dialogue.Encoded()); got != "02ff0000ff00" || len(dialogue.Problems()) != 2 || dialogue.Enough() {
		t.Errorf("%s, %v", got, dialogue.Problems())
	}
}

// Who ignores the arguments and gives other rows is not taken for another
// database.
func TestRowsOfOtherKeys(t *testing.T) {
	profile := requesttest.Profile(t, draft)
	dialogue := collect(t, profile, queries.SQLite)
	run(t, dialogue, func(query queries.Query) ([][]any, error) {
		if asked(query) == "anchors" {
			query.Arguments = append(slices.Clone(query.Arguments[1:]), int64(99))
		}
		return erp(1, 100)(query)
	})
	problems := dialogue.Problems()
	if len(problems) != 1 || !errors.Is(problems[0].Err, queries.WrongRows) || dialogue.Items()[0].Measured {
		t.Errorf("%v", problems)
	}
}

// Every query says what its rows hold, for those who are not database/sql.
func TestQueriesSayWhatTheyWant(t *testing.T) {
	profile := requesttest.Profile(t, draft+pepper)
	list := run(t, collect(t, profile, queries.SQLite), erp(1, 100))
	running, _ := queries.Running(profile, queries.SQLite)
	for _, query := range append(list, running) {
		columns := strings.Count(strings.Split(query.SQL, " FROM ")[0], ",") + 1
		if len(query.Columns) != columns || query.Limit < 1 {
			t.Errorf("%+v", query)
		}
	}
}

func TestDialects(t *testing.T) {
	profile := requesttest.Profile(t, draft+renames)
	for _, test := range []struct {
		dialect       queries.Dialect
		highest, some string
	}{
		{queries.Dialect{}, `SELECT "id" FROM "erp"."pedido" ORDER BY "id" DESC FETCH FIRST 1 ROWS ONLY`, `"id" IN (?, ?`},
		{queries.Dialect{Engine: "oracle", Quote: "none", Placeholder: ":1"}, `SELECT id FROM erp.pedido ORDER BY id DESC FETCH FIRST 1 ROWS ONLY`, `id IN (:1, :2`},
		{queries.Dialect{Engine: "interbase", Limit: "first", Placeholder: ":p1"}, `SELECT FIRST 1 "id" FROM "erp"."pedido" ORDER BY "id" DESC`, `"id" IN (:p1, :p2`},
		{queries.Dialect{Engine: "firebird", Placeholder: ":p1"}, `SELECT FIRST 1 "ID" FROM "ERP"."PEDIDO" WHERE "ID" >= CAST(:p1 AS BIGINT) ORDER BY "ID"`, `"GUID"`},
		{queries.Dialect{Quote: "brackets", Limit: "top", Placeholder: "@p1"}, `SELECT TOP (1) [id] FROM [erp].[pedido] ORDER BY [id] DESC`, `[id] IN (@p1, @p2`},
		{queries.Dialect{Quote: "backquote", Limit: "limit"}, "SELECT `id` FROM `erp`.`pedido` ORDER BY `id` DESC LIMIT 1", "`id` IN (?, ?"},
		{queries.Dialect{Limit: "none"}, `SELECT "id" FROM "erp"."pedido" ORDER BY "id" DESC`, `"id" IN (?, ?`},
		{queries.Dialect{Engine: "postgresql"}, `SELECT "order_id" FROM "public"."orders" ORDER BY "order_id" DESC LIMIT 1`, `"order_id" IN (?, ?`},
		{queries.Dialect{Engine: "postgresql", Placeholder: "$1"}, `SELECT "order_id" FROM "public"."orders" ORDER BY "order_id" DESC LIMIT 1`, `"order_id" IN ($1, $2`},
	} {
		dialogue := collect(t, profile, queries.Spoken)
		if err := dialogue.Speak(test.dialect); err != nil {
			t.Fatal(err)
		}
		list := statements(run(t, dialogue, erp(1, 100)))
		if list[0] != test.highest || !strings.Contains(list[1], test.some) {
			t.Errorf("%+v:\n%s\n%s", test.dialect, list[0], list[1])
		}
	}
	query, told := queries.RunningIn(profile, queries.Dialect{Engine: "sqlite"})
	if want := "SELECT `versao` FROM `parameter` LIMIT 2"; !told || query.SQL != want {
		t.Errorf("%s, want %s", query.SQL, want)
	}
	if _, told := queries.RunningIn(profile, queries.Dialect{Limit: "rownum"}); told {
		t.Error("a version in a dialect that nobody speaks")
	}
	for _, wrong := range []queries.Dialect{{Quote: `"`}, {Placeholder: ":x; DROP TABLE pedido"}, {Limit: "rownum"}} {
		if err := wrong.Check(); !errors.Is(err, queries.BadDialect) {
			t.Errorf("%+v: %v", wrong, err)
		}
		if err := collect(t, profile, queries.SQLite).Speak(wrong); !errors.Is(err, queries.BadDialect) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}

// Asked is the list of all that was handed out, as it was handed out.
func TestAskedIsWhatWasHandedOut(t *testing.T) {
	dialogue := collect(t, requesttest.Profile(t, draft+pepper), queries.PostgreSQL)
	handedOut := run(t, dialogue, erp(1, 300))
	if !reflect.DeepEqual(dialogue.Asked(), handedOut) {
		t.Errorf("asked %v, handed out %v", dialogue.Asked(), handedOut)
	}
	if len(handedOut) == 0 || dialogue.Asked()[0].Metric != "" {
		t.Error("the product's secret is not asked for first")
	}
}

// A lineage is the same whatever the salt and the growth of the table, and
// another for another database or another pepper. That it cannot be read is
// no problem.
func TestLineage(t *testing.T) {
	profile := requesttest.Profile(t, draft+pepper)
	lineage := func(salt byte, answer answers) []byte {
		dialogue, err := queries.Collect(profile, queries.SQLite, bytes.Repeat([]byte{salt}, request.SaltSize))
		if err != nil {
			t.Fatal(err)
		}
		run(t, dialogue, answer)
		if len(dialogue.Problems()) > 0 {
			t.Errorf("problems %v", dialogue.Problems())
		}
		return dialogue.Lineage()
	}
	first := lineage(1, erp(1, 2000))
	if len(first) != fingerprint.LineageSize {
		t.Fatalf("%x", first)
	}
	otherPepper := func(query queries.Query) ([][]any, error) {
		if query.Metric == "" {
			return [][]any{{[]byte("another secret of the product")}}, nil
		}
		return erp(1, 2000)(query)
	}
	hundredfold := func(query queries.Query) ([][]any, error) {
		if asked(query) == "set" {
			return erp(1, 20)(query)
		}
		return erp(1, 200_000)(query)
	}
	noLineage := func(query queries.Query) ([][]any, error) {
		if len(query.Arguments) == fingerprint.LineageSize {
			return nil, errors.New("down")
		}
		return erp(1, 2000)(query)
	}
	for name, test := range map[string]struct {
		other []byte
		same  bool
	}{
		"another salt":       {lineage(2, erp(1, 2000)), true},
		"a hundredfold":      {lineage(1, hundredfold), true},
		"another database":   {lineage(1, erp(2, 2000)), false},
		"another pepper":     {lineage(1, otherPepper), false},
		"hardly any rows":    {lineage(1, erp(1, 100)), false},
		"cannot be read":     {lineage(1, noLineage), false},
		"without any pepper": {collect(t, requesttest.Profile(t, draft), queries.SQLite).Lineage(), false},
	} {
		if got := fingerprint.SameLineage(first, test.other); got != test.same || fingerprint.SameLineage(test.other, first) != got {
			t.Errorf("%s: %t\n%x\n%x", name, got, first, test.other)
		}
	}
}

// Rows that are older than the license and unknown to it are counted in
// classes; rows that came later, and those of the license, are not.
func TestUnknownRows(t *testing.T) {
	profile := requesttest.Profile(t, draft)
	issued := time.Unix(1.6e9+3000*3600, 0).UTC()
	first := collect(t, profile, queries.SQLite)
	run(t, first, erp(1, 64))
	licensed := len(first.Items()[1].Values)
	for name, test := range map[string]struct {
		answer answers
		merged bool
	}{
		"the same":              {erp(1, 64), false},
		"grown since":           {withMore(erp(1, 64), 300, issued.Add(time.Hour)), false},
		"another company":       {withMore(erp(1, 64), 300, issued.Add(-48*time.Hour)), true},
		"within the tolerance":  {withMore(erp(1, 64), 300, issued.Add(-23*time.Hour)), false},
		"a few old rows":        {withMore(erp(1, 64), 4, issued.Add(-48*time.Hour)), false},
		"rows without any time": {withMore(erp(1, 64), 300, time.Time{}), false},
	} {
		dialogue, err := queries.Continue(profile, queries.SQLite, salt, first.Encoded(), issued)
		if err != nil {
			t.Fatal(err)
		}
		run(t, dialogue, test.answer)
		unknown := dialogue.Unknown()
		if len(unknown) != 1 || fingerprint.Merged(first.Items()[1], unknown[0]) != test.merged {
			t.Errorf("%s: unknown %v, licensed %d", name, unknown, licensed)
		}
		if result := dialogue.Result(); result.Score != 1 {
			t.Errorf("%s: %+v", name, result)
		}
	}
}

// withMore adds rows to the set; without a time they have none.
func withMore(answer answers, rows int, when time.Time) answers {
	return func(query queries.Query) ([][]any, error) {
		list, err := answer(query)
		if asked(query) != "set" {
			return list, err
		}
		for id := range rows {
			var created any
			if !when.IsZero() {
				created = when.Add(-time.Duration(rand.New(rand.NewPCG(3, uint64(id))).Int64N(1800)) * time.Second)
			}
			list = append(list, []any{fmt.Sprintf("ffffffff-0000-4000-8000-%012x", id), created})
		}
		return list, err
	}
}
