package database_test

import (
	"bytes"
	"cmp"
	"database/sql"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

// everyKind is a profile with every kind of column, as key and beside it.
const everyKind = requesttest.Head + `[running]
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
columns = "numero:integer valor:integer nome:text marca:text criado:timestamp dia:date rowguid:uuid foto:bytes"
count = 250
weight = 2
[[metric]]
name = "clientes"
kind = "set"
table = "cliente"
key = "rowguid:uuid"
columns = "criado:timestamp"
count = 64
weight = 1
[[metric]]
name = "usuarios"
kind = "set"
table = "usuario"
key = "login:text"
columns = "nascido:date ativo:integer"
count = 64
weight = 1
[[metric]]
name = "fotos"
kind = "set"
table = "foto"
key = "resumo:bytes"
columns = "numero:integer"
count = 64
weight = 1
`

// tables holds the tables in types that each engine would use, and no two
// engines the same for everything.
var tables = map[queries.Engine]string{
	queries.SQLite: `
CREATE TABLE parametro (versao TEXT, semente BLOB);
CREATE TABLE lancamento (id INTEGER PRIMARY KEY, numero INTEGER, valor NUMERIC, nome TEXT, marca CHAR(20), criado DATETIME, dia DATE, rowguid TEXT, foto BLOB);
CREATE TABLE cliente (rowguid BLOB PRIMARY KEY, criado TIMESTAMP);
CREATE TABLE usuario (login TEXT PRIMARY KEY, nascido DATE, ativo BOOLEAN);
CREATE TABLE foto (resumo BLOB PRIMARY KEY, numero INTEGER);
`,
	queries.PostgreSQL: `
CREATE TABLE parametro (versao char(12), semente bytea);
CREATE TABLE lancamento (id bigint PRIMARY KEY, numero bigint, valor numeric(18,4), nome text, marca char(20), criado timestamp, dia date, rowguid uuid, foto bytea);
CREATE TABLE cliente (rowguid uuid PRIMARY KEY, criado timestamp with time zone);
CREATE TABLE usuario (login varchar(40) PRIMARY KEY, nascido date, ativo boolean);
CREATE TABLE foto (resumo bytea PRIMARY KEY, numero smallint);
`,
	queries.MySQL: `
CREATE TABLE parametro (versao CHAR(12), semente BLOB);
CREATE TABLE lancamento (id BIGINT PRIMARY KEY, numero BIGINT, valor DECIMAL(18,4), nome VARCHAR(100), marca CHAR(20), criado DATETIME(6), dia DATE, rowguid BINARY(16), foto VARBINARY(300));
CREATE TABLE cliente (rowguid CHAR(36) PRIMARY KEY, criado TIMESTAMP(6) NULL);
CREATE TABLE usuario (login VARCHAR(40) PRIMARY KEY, nascido DATE, ativo BIT(1));
CREATE TABLE foto (resumo VARBINARY(32) PRIMARY KEY, numero SMALLINT);
`,
	queries.Firebird: `
CREATE TABLE parametro (versao CHAR(12), semente BLOB);
CREATE TABLE lancamento (id BIGINT NOT NULL PRIMARY KEY, numero BIGINT, valor NUMERIC(18,4), nome VARCHAR(100), marca CHAR(20), criado TIMESTAMP, dia DATE, rowguid CHAR(16) CHARACTER SET OCTETS, foto BLOB);
CREATE TABLE cliente (rowguid CHAR(36) NOT NULL PRIMARY KEY, criado TIMESTAMP);
CREATE TABLE usuario (login VARCHAR(40) NOT NULL PRIMARY KEY, nascido DATE, ativo BOOLEAN);
CREATE TABLE foto (resumo VARCHAR(32) CHARACTER SET OCTETS NOT NULL PRIMARY KEY, numero SMALLINT);
`,
}

// guid and bit are values that engines keep in different types.
type (
	guid [16]byte
	bit  bool
)

// native gives a value the form in which the engine's table takes it.
func native(engine queries.Engine, table string, value any) any {
	switch value := value.(type) {
	case guid:
		text := hex.EncodeToString(value[:])
		text = strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
		inBytes := engine == queries.SQLite && table == "cliente" || table == "lancamento" && (engine == queries.MySQL || engine == queries.Firebird)
		if inBytes {
			return value[:]
		}
		return text
	case bit:
		if engine == queries.MySQL {
			return map[bit][]byte{false: {0}, true: {1}}[value]
		}
		return bool(value)
	case time.Time:
		text := value.Format("2006-01-02 15:04:05.000000")
		if engine == queries.PostgreSQL && table == "cliente" {
			return text + "+00:00"
		}
		if engine == queries.Firebird { // has four digits
			return text[:len(text)-2]
		}
		return text
	}
	return value
}

// values of every kind, with what engines are known to disagree about.
var (
	numbers = []any{int64(math.MaxInt64), int64(math.MinInt64), int64(0), int64(-1), int64(1) << 53, int64(1)<<53 + 1, nil}
	names   = []any{
		"São João & Cia. Ltda", "Ação", "A\u0303o", "€ 日本 🙂", "", "  begins with blanks", "ends with blanks   ", "   ", `back\slash 'quote' "double" %_;--`,
		"tab\tand\nline", "a\u00a0", nil,
	}
	marks    = []any{"ÇÃO", "", "x", "a  b", nil}
	instants = []any{
		time.Date(1969, 12, 31, 23, 59, 59, 999900000, time.UTC), time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1500, 3, 1, 12, 0, 0, 0, time.UTC),
		time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2018, 11, 4, 0, 30, 0, 0, time.UTC), // a time that São Paulo did not have
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Unix(0, 0).UTC(), time.Date(2024, 2, 29, 1, 2, 3, 400000000, time.UTC), nil,
	}
	days   = []any{"1899-12-30", "1582-10-04", "1582-10-15", "1969-12-31", "1970-01-01", "2000-02-29", "1000-01-01", "9999-12-31", nil}
	photos = []any{[]byte{}, []byte{0}, []byte{0, 0xFF, 0x20, 0x20}, []byte("text"), []byte("ends with blanks  "), bytes.Repeat([]byte{0x80}, 300), nil}
)

// cell draws one of the special values, or one of its own.
func cell(random *rand.Rand, special []any, own any) any {
	if choice := random.IntN(3 * len(special)); choice < len(special) {
		return special[choice]
	}
	return own
}

// generate calls add for every row of the same data for the same seed.
func generate(seed uint64, rows int, add func(table string, values ...any)) {
	random := rand.New(rand.NewPCG(seed, 7))
	add("parametro", "8.9.1", []byte("a secret of 24 bytes, \x00\xff"))
	for id := int64(1); id <= int64(rows); id++ {
		var some guid
		for i := range some {
			some[i] = byte(random.IntN(256))
		}
		when := time.Date(2020, 1, 1, 0, 0, int(id), random.IntN(10000)*100_000, time.UTC)
		day := when.AddDate(-random.IntN(90), 0, 0).Format(time.DateOnly)
		photo := append([]byte{byte(id), byte(id >> 8), 0xFE}, some[:5]...)
		add("lancamento", id, cell(random, numbers, random.Int64()-1<<62), cell(random, []any{int64(0), int64(-7), nil}, random.Int64N(1e14)), cell(random, names, fmt.Sprintf("ção %d", id)),
			cell(random, marks, fmt.Sprintf("é%d", id)), cell(random, instants, when), cell(random, days, day), cell(random, []any{nil}, some), cell(random, photos, photo))
		if id <= int64(rows)/10 {
			add("cliente", some, when)
			add("usuario", fmt.Sprintf("usuário %d", id), cell(random, days, day), bit(id%2 == 0))
			add("foto", photo, id%1000)
		}
	}
}

// fillKinds makes the tables and writes the same data into them.
func fillKinds(t testing.TB, source source, seed uint64, rows int) {
	t.Helper()
	engine := source.settings.Engine
	executeAll(t, source.admin, tables[engine])
	tx, err := source.admin.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	prepared := map[string]*sql.Stmt{}
	generate(seed, rows, func(table string, values ...any) {
		if prepared[table] == nil {
			if prepared[table], err = tx.Prepare("INSERT INTO " + table + " VALUES (" + places(engine, len(values)) + ")"); err != nil {
				t.Fatal(err)
			}
		}
		for i := range values {
			values[i] = native(engine, table, values[i])
		}
		if _, err := prepared[table].Exec(values...); err != nil {
			t.Fatalf("%s: %v: %q", engine, err, values)
		}
	})
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// places writes placeholders for a row.
func places(engine queries.Engine, count int) string {
	list := make([]string, count)
	for i := range list {
		list[i] = "?"
		if engine == queries.PostgreSQL {
			list[i] = fmt.Sprintf("$%d", i+1)
		}
	}
	return strings.Join(list, ", ")
}

// inAllDirections demands that a license from each source is recognized
// whole on every other one.
func inAllDirections(t *testing.T, profile *request.Profile, sources ...source) {
	t.Helper()
	items := sameEverywhere(t, profile, sources...)
	for _, here := range sources {
		if result := recognize(t, profile, here, salt, items); result.State != fingerprint.Recognized || result.Score != 1 || result.High != 1 {
			t.Errorf("%s: %+v", here.settings.Engine, result)
		}
	}
}

// TestEveryEngine keeps the same data in every engine that a server of could
// be started here: a license from one is recognized whole on every other one.
func TestEveryEngine(t *testing.T) {
	postgres, maria, firebird := peertest.PostgreSQL(t), peertest.MariaDB(t), peertest.Firebird(t)
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	var err error
	if time.Local, err = time.LoadLocation("America/Sao_Paulo"); err != nil {
		t.Fatal(err)
	}
	t.Run("kinds", func(t *testing.T) {
		sources := []source{newSQLite(t), newPostgreSQL(t, postgres, "kinds"), newMariaDB(t, maria, "kinds"), newFirebird(t, firebird, "kinds")}
		for _, source := range sources {
			fillKinds(t, source, 1, 800)
		}
		profile := requesttest.Profile(t, everyKind)
		inAllDirections(t, profile, sources...)
		other := newFirebird(t, firebird, "other")
		fillKinds(t, other, 2, 800)
		first, err := collect(t, profile, sources[0], salt)
		if err != nil {
			t.Fatal(err)
		}
		if result := recognize(t, profile, other, salt, first.Encoded()); result.State != fingerprint.NotRecognized {
			t.Errorf("another customer: %+v", result)
		}
	})
	t.Run("microseconds", func(t *testing.T) {
		everyMicrosecond(t, newFirebird(t, firebird, "fine"), newSQLite(t), newPostgreSQL(t, postgres, "fine"), newMariaDB(t, maria, "fine"))
	})
	t.Run("chinook", func(t *testing.T) { everyChinook(t, postgres, maria, firebird) })
}

// everyMicrosecond compares times to the microsecond. Firebird keeps four
// digits: data that were finer are other data there.
func everyMicrosecond(t *testing.T, firebird source, sources ...source) {
	draft, _, _ := strings.Cut(everyKind, "[pepper]")
	profile := requesttest.Profile(t, draft+"[[metric]]\nname = \"momentos\"\nkind = \"set\"\ntable = \"momento\"\nkey = \"id:integer\"\ncolumns = \"quando:timestamp\"\ncount = 64\nweight = 1\n")
	for _, source := range append(sources, firebird) {
		kind := map[queries.Engine]string{queries.MySQL: "DATETIME(6)"}[source.settings.Engine]
		execute(t, source.admin, "CREATE TABLE momento (id INTEGER NOT NULL PRIMARY KEY, quando "+cmp.Or(kind, "TIMESTAMP")+")")
		for id := range 64 {
			when := time.Date(1965, 1, 1, 0, 0, id*id*7919%99_991, (id*15625+1)*1000, time.UTC)
			execute(t, source.admin, "INSERT INTO momento VALUES ("+places(source.settings.Engine, 2)+")", id, native(source.settings.Engine, "momento", when))
		}
	}
	inAllDirections(t, profile, sources...)
	items := sameEverywhere(t, profile, sources[0])
	if result := recognize(t, profile, firebird, salt, items); result.Score == 1 {
		t.Errorf("Firebird: %+v", result)
	}
}
