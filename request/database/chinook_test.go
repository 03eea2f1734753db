package database_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

// chinook is a profile of a public sample database; names and types differ
// between the engines. Its scripts may lie beside the checkout; where they do
// not, the test makes rows of its own for the same tables.
const chinook = `
product = "chinook"
title = "Chinook"
scheme = "numbers"
digits = 2
file = "v{version}.ver"
recognized = 50
drifted = 45
headline = "x"
contact = "y"
[[metric]]
name = "invoices"
kind = "anchors"
table = "Invoice"
key = "InvoiceId:integer"
columns = "InvoiceDate:timestamp CustomerId:integer BillingCity:text"
count = 64
weight = 2
[[metric]]
name = "lines"
kind = "anchors"
table = "InvoiceLine"
key = "InvoiceLineId:integer"
columns = "InvoiceId:integer TrackId:integer"
count = 64
weight = 2
[[metric]]
name = "tracks"
kind = "set"
table = "Track"
key = "TrackId:integer"
columns = "Name:text Composer:text Milliseconds:integer"
count = 128
weight = 1
[[metric]]
name = "employees"
kind = "set"
table = "Employee"
key = "EmployeeId:integer"
columns = "BirthDate:date HireDate:timestamp ReportsTo:integer"
count = 8
weight = 1
`

// chinookNames are the names in chinook as PostgreSQL's script writes them;
// the other scripts have them as they are.
var chinookNames = map[string]string{
	"Invoice": "invoice", "InvoiceId": "invoice_id", "InvoiceDate": "invoice_date", "CustomerId": "customer_id", "BillingCity": "billing_city",
	"InvoiceLine": "invoice_line", "InvoiceLineId": "invoice_line_id", "TrackId": "track_id",
	"Track": "track", "Name": "name", "Composer": "composer", "Milliseconds": "milliseconds",
	"Employee": "employee", "EmployeeId": "employee_id", "BirthDate": "birth_date", "HireDate": "hire_date", "ReportsTo": "reports_to",
}

// chinookFirebird are the tables for Firebird, which has no script of its own.
const chinookFirebird = `
CREATE TABLE Invoice (InvoiceId INTEGER NOT NULL PRIMARY KEY, InvoiceDate TIMESTAMP, CustomerId SMALLINT, BillingCity CHAR(60));
CREATE TABLE InvoiceLine (InvoiceLineId BIGINT NOT NULL PRIMARY KEY, InvoiceId INTEGER, TrackId INTEGER);
CREATE TABLE Track (TrackId INTEGER NOT NULL PRIMARY KEY, Name VARCHAR(200), Composer VARCHAR(220), Milliseconds NUMERIC(18,2));
CREATE TABLE Employee (EmployeeId SMALLINT NOT NULL PRIMARY KEY, BirthDate DATE, HireDate TIMESTAMP, ReportsTo INTEGER);
`

func everyChinook(t *testing.T, postgres, maria, firebird peertest.Server) {
	scripts := chinookScripts(t)
	profile := chinook
	for from, to := range chinookNames {
		profile += fmt.Sprintf("[[rename]]\nengine = \"postgresql\"\nname = %q\nthere = %q\n", from, to)
	}
	sources := []source{newSQLite(t), newPostgreSQL(t, postgres, "chinook"), newMariaDB(t, maria, "chinook_of_the_test"), newFirebird(t, firebird, "chinook")}
	execute(t, sources[0].admin, "BEGIN;"+scripts[queries.SQLite]+";COMMIT")
	executeAll(t, sources[1].admin, scripts[queries.PostgreSQL])
	executeAll(t, sources[2].admin, scripts[queries.MySQL])
	executeAll(t, sources[3].admin, chinookFirebird)
	for table, columns := range map[string]string{
		"Invoice": "InvoiceId, InvoiceDate, CustomerId, BillingCity", "InvoiceLine": "InvoiceLineId, InvoiceId, TrackId",
		"Track": "TrackId, Name, Composer, Milliseconds", "Employee": "EmployeeId, BirthDate, HireDate, ReportsTo",
	} {
		copyRows(t, sources[0].admin, sources[3].admin, "SELECT "+columns+" FROM "+table, "INSERT INTO "+table+" VALUES ("+places(queries.Firebird, strings.Count(columns, ",")+1)+")")
	}
	backslashes(t, sources[0].admin, sources[2].admin)
	inAllDirections(t, requesttest.Profile(t, profile), sources...)
}

// chinookScripts returns what makes and fills the tables on three engines.
func chinookScripts(t *testing.T) map[queries.Engine]string {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "shared", "data", "chinook")
	if _, err := os.Stat(folder); err != nil {
		t.Logf("rows of its own: %v", err)
		return chinookLike()
	}
	_, postgres, _ := strings.Cut(script(t, folder, "Chinook_PostgreSql.sql"), "\\c chinook;")
	return map[queries.Engine]string{
		queries.SQLite: script(t, folder, "Chinook_Sqlite.sql"), queries.PostgreSQL: postgres,
		queries.MySQL: strings.ReplaceAll(script(t, folder, "Chinook_MySql.sql"), "`Chinook`", "chinook_of_the_test"),
	}
}

// chinookLike writes scripts for the same tables with as many rows. All three
// have the same values in the same letters, so MySQL loses the back-slashes of
// four names here too.
func chinookLike() map[queries.Engine]string {
	rows, scripts := chinookRows(), map[queries.Engine]string{}
	for engine, schema := range chinookSchemas {
		scripts[engine] = schema
		for table, list := range rows {
			if engine == queries.PostgreSQL {
				table = chinookNames[table]
			}
			scripts[engine] += "INSERT INTO " + table + " VALUES (" + strings.Join(list, "),\n(") + ");\n"
		}
	}
	return scripts
}

// chinookRows are the values of the rows of each table.
func chinookRows() map[string][]string {
	random := rand.New(rand.NewPCG(2026, 1))
	when := func() string {
		return time.Unix(1.2e9+random.Int64N(1e8), 0).UTC().Format("'2006-01-02 15:04:05'")
	}
	day := func() string { return time.Unix(-3e8+random.Int64N(6e8), 0).UTC().Format("'2006-01-02'") }
	name := func() string { return fmt.Sprintf("'Canção d''água %x €'", random.Uint64()) }
	rows := map[string][]string{}
	add := func(table string, values ...any) {
		rows[table] = append(rows[table], strings.TrimSuffix(fmt.Sprintln(values...), "\n"))
	}
	for id := range 412 {
		add("Invoice", id+1, ",", when(), ",", random.IntN(60), ",", name())
	}
	for id := range 2240 {
		add("InvoiceLine", id+1, ",", random.IntN(412), ",", random.IntN(3503))
	}
	for id := range 3503 {
		composer, title := "NULL", name()
		if id%3 > 0 {
			composer = name()
		}
		if id < 4 {
			title = fmt.Sprintf("'Back\\Slash %d'", id)
		}
		add("Track", id+1, ",", title, ",", composer, ",", random.IntN(400_000))
	}
	for id := range 8 {
		add("Employee", id+1, ",", day(), ",", when(), ",", random.IntN(1e6))
	}
	return rows
}

// chinookSchemas are the columns that the profile names, in the types of the
// scripts.
var chinookSchemas = map[queries.Engine]string{
	queries.SQLite: `
CREATE TABLE Invoice (InvoiceId INTEGER PRIMARY KEY, InvoiceDate DATETIME, CustomerId INTEGER, BillingCity NVARCHAR(40));
CREATE TABLE InvoiceLine (InvoiceLineId INTEGER PRIMARY KEY, InvoiceId INTEGER, TrackId INTEGER);
CREATE TABLE Track (TrackId INTEGER PRIMARY KEY, Name NVARCHAR(200), Composer NVARCHAR(220), Milliseconds INTEGER);
CREATE TABLE Employee (EmployeeId INTEGER PRIMARY KEY, BirthDate DATETIME, HireDate DATETIME, ReportsTo INTEGER);
`,
	queries.PostgreSQL: `
CREATE TABLE invoice (invoice_id INT PRIMARY KEY, invoice_date TIMESTAMP, customer_id INT, billing_city VARCHAR(40));
CREATE TABLE invoice_line (invoice_line_id INT PRIMARY KEY, invoice_id INT, track_id INT);
CREATE TABLE track (track_id INT PRIMARY KEY, name VARCHAR(200), composer VARCHAR(220), milliseconds INT);
CREATE TABLE employee (employee_id INT PRIMARY KEY, birth_date TIMESTAMP, hire_date TIMESTAMP, reports_to INT);
`,
	queries.MySQL: `
CREATE TABLE Invoice (InvoiceId INT PRIMARY KEY, InvoiceDate DATETIME, CustomerId INT, BillingCity NVARCHAR(40));
CREATE TABLE InvoiceLine (InvoiceLineId INT PRIMARY KEY, InvoiceId INT, TrackId INT);
CREATE TABLE Track (TrackId INT PRIMARY KEY, Name NVARCHAR(200), Composer NVARCHAR(220), Milliseconds INT);
CREATE TABLE Employee (EmployeeId INT PRIMARY KEY, BirthDate DATETIME, HireDate DATETIME, ReportsTo INT);
`,
}

// backslashes shows that MySQL's script loses those of four names, a real
// difference in the data, and puts them back.
func backslashes(t *testing.T, sqlite, mysql *sql.DB) {
	t.Helper()
	lost := 0
	each(t, sqlite, "SELECT Name, TrackId FROM Track WHERE Name LIKE '%\\%'", func(values []any) {
		var name string
		if err := mysql.QueryRow("SELECT Name FROM Track WHERE TrackId = ?", values[1]).Scan(&name); err != nil {
			t.Fatal(err)
		}
		if lost++; name != strings.ReplaceAll(values[0].(string), `\`, "") {
			t.Errorf("%v: %q", values, name)
		}
		execute(t, mysql, "UPDATE Track SET Name = ? WHERE TrackId = ?", values...)
	})
	if lost != 4 {
		t.Errorf("%d names with a back-slash", lost)
	}
}

func script(t *testing.T, folder, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(strings.ReplaceAll(string(content), "\r\n", "\n"), "\ufeff")
}

// copyRows copies what a query gives, row by row.
func copyRows(t *testing.T, from, to *sql.DB, query, insert string) {
	t.Helper()
	tx, err := to.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	prepared, err := tx.Prepare(insert)
	if err != nil {
		t.Fatal(err)
	}
	each(t, from, query, func(values []any) {
		if _, err := prepared.Exec(values...); err != nil {
			t.Fatalf("%v: %q", err, values)
		}
	})
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func each(t *testing.T, db *sql.DB, query string, work func(values []any)) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		work(values)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
