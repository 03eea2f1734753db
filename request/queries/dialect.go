package queries

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/futura/airlicense/request"
)

func numbered(number int) string { return "$" + strconv.Itoa(number) }

// name quotes a table or column under the name that it has on the engine. A
// dot separates a schema from its table. The profile's check leaves no quote
// in a name.
func (d dialect) name(name string) string {
	parts := strings.Split(d.there(name), ".")
	for i, part := range parts {
		parts[i] = d.quoted(part)
	}
	return strings.Join(parts, ".")
}

func (d dialect) quoted(name string) string {
	if d.quote == "[]" {
		return "[" + name + "]"
	}
	return d.quote + name + d.quote
}

// Where a statement says how many rows it wants.
const (
	limitLast  = "limit" // SELECT … LIMIT n
	limitFirst = "first" // SELECT FIRST n …
	limitTop   = "top"   // SELECT TOP n …
	limitFetch = "fetch" // SELECT … FETCH FIRST n ROWS ONLY
	limitNone  = "none"  // nowhere: who runs it reads no more
)

// limited writes a SELECT of at most so many rows.
func (d dialect) limited(rows int, columns, rest string) string {
	switch d.limit {
	case limitFirst:
		return fmt.Sprintf("SELECT FIRST %d %s %s", rows, columns, rest)
	case limitTop:
		return fmt.Sprintf("SELECT TOP %d %s %s", rows, columns, rest)
	case limitFetch:
		return fmt.Sprintf("SELECT %s %s FETCH FIRST %d ROWS ONLY", columns, rest, rows)
	case limitNone:
		return fmt.Sprintf("SELECT %s %s", columns, rest)
	}
	return fmt.Sprintf("SELECT %s %s LIMIT %d", columns, rest, rows)
}

func (d dialect) columns(metric request.ProfileMetric, columns []request.Column) string {
	names := []string{d.name(metric.Key.Name)}
	for _, column := range columns {
		names = append(names, d.name(column.Name))
	}
	return strings.Join(names, ", ")
}

func (d dialect) highest(metric request.ProfileMetric) string {
	key := d.name(metric.Key.Name)
	return d.limited(1, key, "FROM "+d.name(metric.Table)+" ORDER BY "+key+" DESC")
}

func (d dialect) anchors(metric request.ProfileMetric, columns []request.Column, count int) string {
	places := make([]string, count)
	for i := range places {
		places[i] = d.placeholder(i + 1)
	}
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s IN (%s)",
		d.columns(metric, columns), d.name(metric.Table), d.name(metric.Key.Name), strings.Join(places, ", "))
}

func (d dialect) all(metric request.ProfileMetric, columns []request.Column, limit int) string {
	return d.limited(limit, d.columns(metric, columns), "FROM "+d.name(metric.Table))
}

// placeRows are enough to see that there is not exactly one.
const placeRows = 2

// place reads one value.
func (d dialect) place(place request.Place) string {
	return d.limited(placeRows, d.name(place.Column), "FROM "+d.name(place.Table))
}
