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
		parts[i] = d.quote + part + d.quote
	}
	return strings.Join(parts, ".")
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
	return fmt.Sprintf("SELECT %s FROM %s ORDER BY %s DESC LIMIT 1", key, d.name(metric.Table), key)
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
	return fmt.Sprintf("SELECT %s FROM %s LIMIT %d", d.columns(metric, columns), d.name(metric.Table), limit)
}

// place reads one value; two rows are enough to see that there is not
// exactly one.
func (d dialect) place(place request.Place) string {
	return fmt.Sprintf("SELECT %s FROM %s LIMIT 2", d.name(place.Column), d.name(place.Table))
}
