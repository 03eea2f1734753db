package database_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request/queries"
)

// chinook is a profile of a public sample database whose scripts may lie
// beside the checkout; names and types differ between the engines.
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
	folder := filepath.Join("..", "..", "..", "shared", "data", "chinook")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the Chinook scripts are not beside this checkout")
	}
	profile := chinook
	for from, to := range chinookNames {
		profile += fmt.Sprintf("[[rename]]\nengine = \"postgresql\"\nname = %q\nthere = %q\n", from, to)
	}
	sources := []source{newSQLite(t), newPostgreSQL(t, postgres, "chinook"), newMariaDB(t, maria, "chinook_of_the_test"), newFirebird(t, firebird, "chinook")}
	execute(t, sources[0].admin, "BEGIN;"+script(t, folder, "Chinook_Sqlite.sql")+";COMMIT")
	_, statements, _ := strings.Cut(script(t, folder, "Chinook_PostgreSql.sql"), "\\c chinook;")
	executeAll(t, sources[1].admin, statements)
	executeAll(t, sources[2].admin, strings.ReplaceAll(script(t, folder, "Chinook_MySql.sql"), "`Chinook`", "chinook_of_the_test"))
	executeAll(t, sources[3].admin, chinookFirebird)
	for table, columns := range map[string]string{
		"Invoice": "InvoiceId, InvoiceDate, CustomerId, BillingCity", "InvoiceLine": "InvoiceLineId, InvoiceId, TrackId",
		"Track": "TrackId, Name, Composer, Milliseconds", "Employee": "EmployeeId, BirthDate, HireDate, ReportsTo",
	} {
		copyRows(t, sources[0].admin, sources[3].admin, "SELECT "+columns+" FROM "+table, "INSERT INTO "+table+" VALUES ("+places(queries.Firebird, strings.Count(columns, ",")+1)+")")
	}
	backslashes(t, sources[0].admin, sources[2].admin)
	inAllDirections(t, profileOf(t, profile), sources...)
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
