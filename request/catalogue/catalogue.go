// Package catalogue reads what a database says of its own tables, and
// proposes from it, and from some rows of each table, how the databases of a
// product can be recognized.
//
// It is pure, as package queries is: whoever has a connection runs what Query
// returns, and measures what Survey asks for.
package catalogue

import (
	"embed"
	"fmt"
	"strings"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
)

// Codes of this package's errors.
const (
	BadCatalogue = fault.Code("FL-311") // the database describes its tables in a way that cannot be read
	NoTables     = fault.Code("FL-312") // the user sees no table
)

//go:embed *.sql
var statements embed.FS

// Table is one table of a database.
type Table struct {
	Name    string   // with its schema, where it is not the connection's own
	Key     []string // columns of the primary key, in their order
	Columns []Column
}

// Column is a column as the database declares it.
type Column struct {
	Name string
	Type string // the engine's word for it, in lower case
}

// Query returns the query for all columns of all tables.
func Query(engine queries.Engine) (queries.Query, error) {
	statement, err := statements.ReadFile(string(engine) + ".sql")
	if err != nil {
		return queries.Query{}, queries.UnknownEngine.New("no catalogue of this database system is known", "engine", engine)
	}
	return queries.Query{SQL: strings.TrimSpace(string(statement))}, nil
}

// maxColumns bounds the columns of all tables together.
const maxColumns = 100_000

// Reader puts the rows of a Query together.
type Reader struct {
	tables  []Table
	keys    map[int]string // of the last table, by their places
	columns int
}

// Row takes a row: schema, table, column, type, place in the primary key.
func (r *Reader) Row(values []any) error {
	var texts [5]string
	if r.columns++; len(values) != len(texts) || r.columns > maxColumns {
		return BadCatalogue.New("a row that describes no column", "reason", "width")
	}
	for i, value := range values {
		switch value := value.(type) {
		case string:
			texts[i] = value
		case []byte:
			texts[i] = string(value)
		default:
			texts[i] = fmt.Sprint(value)
		}
	}
	name := strings.TrimPrefix(texts[0]+"."+texts[1], ".")
	if len(r.tables) == 0 || r.tables[len(r.tables)-1].Name != name {
		r.tables = append(r.tables, Table{Name: name})
		r.keys = map[int]string{}
	}
	table := &r.tables[len(r.tables)-1]
	table.Columns = append(table.Columns, Column{Name: texts[2], Type: strings.ToLower(strings.TrimSpace(texts[3]))})
	return r.addKey(table, texts[2], texts[4])
}

func (r *Reader) addKey(table *Table, column, place string) error {
	var number int
	if _, err := fmt.Sscan(place, &number); err != nil || number < 0 || number > maxColumns {
		return BadCatalogue.New("a row that describes no column", "reason", "place in the key")
	}
	if number == 0 {
		return nil
	}
	r.keys[number] = column
	table.Key = nil
	for at := 1; len(table.Key) < len(r.keys) && at <= number+len(r.keys); at++ {
		if name, there := r.keys[at]; there {
			table.Key = append(table.Key, name)
		}
	}
	return nil
}

// Tables returns the tables.
func (r *Reader) Tables() ([]Table, error) {
	if len(r.tables) == 0 {
		return nil, NoTables.New("no tables can be seen")
	}
	return r.tables, nil
}

// kind returns the kind by which a profile would read a column, or an empty
// one for types that it does not read: fractions, contents, times of day.
func (c Column) kind() request.ColumnKind {
	has := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(c.Type, word) {
				return true
			}
		}
		return false
	}
	switch {
	case has("uuid", "uniqueidentifier", "binary(16)", "guid"):
		return request.UUIDColumn
	case c.isFraction(), has("blob", "binary", "bytea", "image", "interval", "bool", "bit", "json", "xml", "[]"), c.Type == "time":
		return ""
	case has("timestamp", "datetime"):
		return request.TimestampColumn
	case has("date"):
		return request.DateColumn
	case has("int", "serial", "number", "numeric", "decimal"):
		return request.IntegerColumn
	case has("char", "text", "clob", "string"):
		return request.TextColumn
	}
	return ""
}

// read returns the column as a profile would name it, if it can: a profile
// holds only plain names.
func (c Column) read() (column request.Column, possible bool) {
	err := column.UnmarshalText([]byte(c.Name + ":" + string(c.kind())))
	return column, err == nil
}

// isFraction reports whether a column holds numbers with digits behind the
// point: amounts, most of the time.
func (c Column) isFraction() bool {
	for _, word := range []string{"float", "double", "real", "money", "decimal", "numeric", "number"} {
		if !strings.Contains(c.Type, word) {
			continue
		}
		_, inside, precise := strings.Cut(c.Type, "(")
		_, scale, _ := strings.Cut(strings.TrimRight(inside, ") "), ",")
		return !precise || scale != "" && strings.Trim(scale, " 0") != "" || !strings.HasPrefix(word, "d") && !strings.HasPrefix(word, "n")
	}
	return false
}
