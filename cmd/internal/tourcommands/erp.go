package tourcommands

import (
	"database/sql"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"time"
)

//go:embed erp.sql
var schema string

// table is one table of the invented ERP and how its rows are drawn. Two
// customers of the product have the same numbers in their primary keys, as in
// life; what differs is everything else.
type table struct {
	name, columns string
	rows          int
	row           func(random *rand.Rand, id int, when string) []any
}

var tables = []table{
	{"empresa", "id, cnpj, nome, criado", 2, func(random *rand.Rand, id int, when string) []any {
		return []any{id, digits(random, 14), fmt.Sprintf("Posto %d", id), when}
	}},
	{"usuario", "id, login, criado", 40, func(_ *rand.Rand, id int, when string) []any {
		return []any{id, fmt.Sprintf("usuario%d", id), when}
	}},
	{"deposito", "id, nome, criado", 12, func(_ *rand.Rand, id int, when string) []any {
		return []any{id, fmt.Sprintf("Base %d", id), when}
	}},
	{"cliente", "id, cnpj, nome, criado", 1500, func(random *rand.Rand, id int, when string) []any {
		return []any{id, digits(random, 14), fmt.Sprintf("Cliente %d", id), when}
	}},
	{"pedido", "id, cliente, protocolo, litros, criado", 18000, func(random *rand.Rand, id int, when string) []any {
		return []any{id, 1 + random.IntN(1500), random.Int64N(1e12), 1000 + random.IntN(40000), when}
	}},
	{"nota_fiscal", "id, pedido, chave, emitida", 16000, func(random *rand.Rand, id int, when string) []any {
		return []any{id, id, digits(random, 44), when}
	}},
	{"titulo", "id, nota, centavos, criado", 15000, func(random *rand.Rand, id int, when string) []any {
		return []any{id, id, random.IntN(1e7), when}
	}},
}

func digits(random *rand.Rand, count int) string {
	text := make([]byte, count)
	for i := range text {
		text[i] = byte('0' + random.IntN(10))
	}
	return string(text)
}

// makeERP makes the database of a customer; the seed is who it is.
func makeERP(path string, seed uint64, done func(float64)) (rows int, err error) {
	return fill(path, schema, seed, 0, 1, time.Date(2019, 1, 2, 8, 0, 0, 0, time.UTC), done)
}

// growERP adds about a year of business from a day on: a third more of
// everything, and a new company.
func growERP(path string, from time.Time) (rows int, err error) {
	return fill(path, "", 3, 1, 1.0/3, from, func(float64) {})
}

// fill adds rows to every table: a share of its first size, after the rows
// that it has when base is 1.
func fill(path, statements string, seed uint64, base int, share float64, from time.Time, done func(float64)) (rows int, err error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	if _, err := tx.Exec(statements); err != nil {
		return 0, err
	}
	random := rand.New(rand.NewPCG(seed, seed))
	for i, table := range tables {
		count := max(1, int(float64(table.rows)*share))
		if err := insert(tx, table, random, base*table.rows, count, from); err != nil {
			return 0, err
		}
		rows += count
		done(float64(i) / float64(len(tables)))
	}
	done(1)
	return rows, tx.Commit()
}

func insert(tx *sql.Tx, table table, random *rand.Rand, after, count int, when time.Time) error {
	places := "?"
	for range len(table.row(random, 0, "")) - 1 {
		places += ", ?"
	}
	statement, err := tx.Prepare("INSERT INTO " + table.name + " (" + table.columns + ") VALUES (" + places + ")")
	if err != nil {
		return err
	}
	defer statement.Close()
	for id := after + 1; id <= after+count; id++ {
		when = when.Add(time.Duration(1+random.IntN(7200)) * time.Second)
		if _, err := statement.Exec(table.row(random, id, when.Format("2006-01-02 15:04:05"))...); err != nil {
			return err
		}
	}
	return nil
}
