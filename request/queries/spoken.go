package queries

import (
	"slices"
	"strings"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request"
)

// BadDialect is the code of a dialect that is none of those we can write.
const BadDialect = fault.Code("FL-496")

// Spoken is the engine of a database that we do not know: another program
// runs our queries on it and says in which dialect it wants them.
const Spoken Engine = "dialogue"

// Dialect is how another program wants the queries of one database. What is
// left empty is as on the engine, if that is one of ours, else as in
// standard SQL: names in double quotes, FETCH FIRST. The placeholder is ?
// unless it is given.
type Dialect struct {
	Engine      string // by which the profile renames tables and columns; any name
	Quote       string // around names: double, backquote, brackets, none
	Placeholder string // of arguments, as that of the first: ?, $1, :1, :p1, @p1
	Limit       string // of rows: limit, first, top, fetch, none
}

// standard is the dialect of an engine that we do not know.
var standard = dialect{quotes: quotes["double"], placeholder: unnumbered, last: limits["fetch"][1]}

var (
	quotes       = map[string][2]string{"double": {`"`, `"`}, "backquote": {"`", "`"}, "brackets": {"[", "]"}, "none": {}}
	placeholders = []string{"?", "$1", ":1", ":p1", "@p1"}
	// limits stand after SELECT or at the end; with none, who runs the query
	// reads no more rows than it wants.
	limits = map[string][2]string{
		"limit": {"", " LIMIT %d"}, "first": {"FIRST %d ", ""}, "top": {"TOP (%d) ", ""}, "fetch": {"", " FETCH FIRST %d ROWS ONLY"}, "none": {},
	}
)

// Check refuses what we cannot write.
func (d Dialect) Check() error {
	_, err := d.dialect(nil)
	return err
}

// dialect returns how the queries are written, with the names of a profile.
func (d Dialect) dialect(profile *request.Profile) (dialect, error) {
	made, known := dialects[Engine(d.Engine)]
	if !known {
		made = standard
	}
	made.placeholder = unnumbered
	made.there = func(name string) string { return profile.There(d.Engine, name) }
	if d.Quote != "" {
		if made.quotes, known = quotes[d.Quote]; !known {
			return made, badDialect("quote", d.Quote)
		}
	}
	if d.Limit != "" {
		limit, known := limits[d.Limit]
		if !known {
			return made, badDialect("limit", d.Limit)
		}
		made.first, made.last = limit[0], limit[1]
	}
	if d.Placeholder != "" {
		if !slices.Contains(placeholders, d.Placeholder) {
			return made, badDialect("placeholder", d.Placeholder)
		}
		made.placeholder = like(d.Placeholder)
	}
	return made, nil
}

func badDialect(field, value string) error {
	return BadDialect.New("a dialect that we cannot write", "field", field, "value", value)
}

// like returns placeholders in the manner of the first one: with its number,
// if the sample has one.
func like(sample string) func(number int) string {
	if prefix, found := strings.CutSuffix(sample, "1"); found {
		return numbered(prefix)
	}
	return unnumbered
}

// Speak writes the queries in a dialect. It is for the beginning of a
// dialogue: what was measured before is asked again.
func (d *Dialogue) Speak(dialect Dialect) error {
	made, err := dialect.dialect(d.profile)
	if err != nil {
		return err
	}
	d.dialect = made
	return d.lineUp()
}

// RunningIn is Running in a dialect.
func RunningIn(profile *request.Profile, dialect Dialect) (Query, bool) {
	made, err := dialect.dialect(profile)
	if profile.Running == nil || err != nil {
		return Query{}, false
	}
	return placeQuery(made, *profile.Running, request.TextColumn), true
}
