package queries

import (
	"slices"
	"strconv"

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

var (
	quotes       = map[string]string{"double": `"`, "backquote": "`", "brackets": "[]", "none": ""}
	placeholders = []string{"?", "$1", ":1", ":p1", "@p1"}
	limits       = []string{limitLast, limitFirst, limitTop, limitFetch, limitNone}
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
		made = dialects[Spoken]
	}
	made.placeholder = func(int) string { return "?" }
	made.there = func(name string) string { return profile.There(d.Engine, name) }
	if quote, known := quotes[d.Quote]; known {
		made.quote = quote
	} else if d.Quote != "" {
		return made, badDialect("quote", d.Quote)
	}
	if slices.Contains(placeholders, d.Placeholder) {
		made.placeholder = like(d.Placeholder)
	} else if d.Placeholder != "" {
		return made, badDialect("placeholder", d.Placeholder)
	}
	if slices.Contains(limits, d.Limit) {
		made.limit = d.Limit
	} else if d.Limit != "" {
		return made, badDialect("limit", d.Limit)
	}
	return made, nil
}

func badDialect(field, value string) error {
	return BadDialect.New("a dialect that we cannot write", "field", field, "value", value)
}

// like returns placeholders in the manner of the first one: with its number,
// if the sample has one.
func like(sample string) func(number int) string {
	if sample == "?" {
		return func(int) string { return sample }
	}
	return func(number int) string { return sample[:len(sample)-1] + strconv.Itoa(number) }
}

// Speak writes the queries from the next one on in a dialect.
func (d *Dialogue) Speak(dialect Dialect) (err error) {
	d.dialect, err = dialect.dialect(d.profile)
	return err
}

// RunningIn is Running in a dialect.
func RunningIn(profile *request.Profile, dialect Dialect) (Query, bool) {
	made, err := dialect.dialect(profile)
	if profile.Running == nil || err != nil {
		return Query{}, false
	}
	return placeQuery(made, *profile.Running, request.TextColumn), true
}
