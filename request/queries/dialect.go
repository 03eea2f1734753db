package queries

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/futura/airlicense/request"
)

func unnumbered(int) string { return "?" }

func numbered(prefix string) func(int) string {
	return func(number int) string { return prefix + strconv.Itoa(number) }
}

// selected writes a SELECT of at most limit rows; 0 means all. rest is what
// stands between the table and the limit.
func (d dialect) selected(limit int, columns, table, rest string) string {
	first, last := "", ""
	if limit > 0 && d.first != "" {
		first = fmt.Sprintf(d.first, limit)
	} else if limit > 0 && d.last != "" {
		last = fmt.Sprintf(d.last, limit)
	}
	return "SELECT " + first + columns + " FROM " + d.name(table) + rest + last
}

func (d dialect) columns(metric request.ProfileMetric, columns []request.Column) string {
	var names []string
	for _, column := range append([]request.Column{metric.Key}, columns...) {
		name := d.name(column.Name)
		if column.Kind == request.UUIDColumn && d.uuidText {
			name = "CONVERT(char(36), " + name + ")"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func (d dialect) highest(metric request.ProfileMetric) string {
	key := d.name(metric.Key.Name)
	return d.selected(1, key, metric.Table, " ORDER BY "+key+" DESC")
}

// atLeast reads the lowest key that is not below the parameter. The cast
// keeps a parameter that the key's own type cannot hold from being an error.
func (d dialect) atLeast(metric request.ProfileMetric) string {
	key := d.name(metric.Key.Name)
	return d.selected(1, key, metric.Table, " WHERE "+key+" >= CAST("+d.placeholder(1)+" AS BIGINT) ORDER BY "+key)
}

func (d dialect) anchors(metric request.ProfileMetric, columns []request.Column, count int) string {
	places := make([]string, count)
	for i := range places {
		places[i] = d.placeholder(i + 1)
	}
	return d.selected(0, d.columns(metric, columns), metric.Table, " WHERE "+d.name(metric.Key.Name)+" IN ("+strings.Join(places, ", ")+")")
}

func (d dialect) all(metric request.ProfileMetric, columns []request.Column, limit int) string {
	return d.selected(limit, d.columns(metric, columns), metric.Table, "")
}

// placeRows are enough to see that there is not exactly one.
const placeRows = 2

// place reads one value.
func (d dialect) place(place request.Place) string {
	return d.selected(placeRows, d.name(place.Column), place.Table, "")
}
