package queries

import (
	"maps"
	"slices"
	"strings"

	"github.com/futura/airlicense/request"
)

// Engine names a database system.
type Engine string

// The engines with a dialect. SQLServer is unverified: its statements were
// never run by a real server.
const (
	SQLite     Engine = "sqlite"
	PostgreSQL Engine = "postgresql"
	MySQL      Engine = "mysql" // and MariaDB
	Firebird   Engine = "firebird"
	SQLServer  Engine = "sqlserver"
)

// ports are where the engines' servers listen if nobody says otherwise.
// SQLite has none: it is a file.
var ports = map[Engine]int{PostgreSQL: 5432, MySQL: 3306, Firebird: 3050, SQLServer: 1433}

// Port returns the port of the engine's server, or 0 for an engine that is a
// file.
func (e Engine) Port() int { return ports[e] }

// HasServer reports whether the engine is known and has a server, with users
// and passwords.
func (e Engine) HasServer() bool { return ports[e] != 0 }

// Unverified reports whether the engine's statements were never run by a
// real server.
func (e Engine) Unverified() bool { return e == SQLServer }

// Engines returns the names of all engines, in alphabetical order.
func Engines() []Engine { return slices.Sorted(maps.Keys(dialects)) }

// dialect writes SQL for one engine. Besides names, engines differ in how
// they bound a result, in placeholders, and in a few types.
type dialect struct {
	quotes      [2]string // around identifiers
	placeholder func(number int) string
	first       string // bounds a result, after SELECT; or
	last        string // bounds it, at the end
	// ascending: an index is read from its low end only, so that the highest
	// key has to be searched for.
	ascending bool
	// uuidText: a UUID comes in an order of bytes of its own unless it is
	// asked for as text.
	uuidText bool
	there    func(name string) string
}

var dialects = map[Engine]dialect{
	// Backquotes, not double quotes: SQLite takes "unknown" for a string.
	SQLite:     {quotes: [2]string{"`", "`"}, placeholder: unnumbered, last: " LIMIT %d"},
	PostgreSQL: {quotes: [2]string{`"`, `"`}, placeholder: numbered("$"), last: " LIMIT %d"},
	// Backquotes: double quotes make strings unless sql_mode says otherwise.
	MySQL:     {quotes: [2]string{"`", "`"}, placeholder: unnumbered, last: " LIMIT %d"},
	Firebird:  {quotes: [2]string{`"`, `"`}, placeholder: unnumbered, first: "FIRST %d ", ascending: true},
	SQLServer: {quotes: [2]string{"[", "]"}, placeholder: numbered("@p"), first: "TOP (%d) ", uuidText: true},
}

// dialectOf returns how an engine's queries are written, with the names of a
// profile. What another program speaks is standard SQL until it says more.
func dialectOf(profile *request.Profile, engine Engine) (dialect, error) {
	made, known := dialects[engine]
	if engine == Spoken {
		made, known = standard, true
	}
	if !known {
		return made, UnknownEngine.New("no dialect for this database system", "engine", engine)
	}
	made.there = func(name string) string { return profile.There(string(engine), name) }
	return made, nil
}

// name quotes a table or column under the name that it has on the engine. A
// dot separates a schema from its table. The profile's check leaves no quote
// in a name.
func (d dialect) name(name string) string {
	parts := strings.Split(d.there(name), ".")
	for i, part := range parts {
		parts[i] = d.quotes[0] + part + d.quotes[1]
	}
	return strings.Join(parts, ".")
}
