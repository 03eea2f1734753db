package queries

import (
	"fmt"
	"slices"
	"strings"

	"github.com/futura/airlicense/request"
)

// Excess finds out, with one short query of the catalogue, whether the user
// may do more than measuring needs. It only tells: a site may have its
// reasons.
type Excess struct {
	// Administrator is a user who may do everything on the server.
	Administrator bool
	// Writes are the measured tables, or whole databases, in which the user
	// may change data.
	Writes []string

	query Query
	row   func(values []string)
}

// NewExcess returns the question for a profile, which may be nil while none
// is known: then it is about administrators only. It is false for SQLite,
// which has no users.
func NewExcess(profile *request.Profile, engine Engine) (*Excess, bool) {
	ask, known := excessQueries[engine]
	if !known {
		return nil, false
	}
	var tables []string
	if profile != nil {
		for _, read := range reads(profile, engine) {
			tables = append(tables, read.table)
		}
	}
	excess := &Excess{query: ask(tables)}
	excess.row = excess.finding
	if engine == MySQL {
		excess.row = excess.shownGrant
	}
	return excess, true
}

// Query returns the query to run.
func (e *Excess) Query() Query { return e.query }

// Row takes one row of the answer. What is not understood says nothing.
func (e *Excess) Row(values []any) {
	texts := make([]string, len(values))
	for i, value := range values {
		if text, err := canonicalText(request.TextColumn, value); err == nil {
			texts[i] = text
		}
	}
	e.row(texts)
}

// None reports whether the user may do no more than it should.
func (e *Excess) None() bool { return !e.Administrator && len(e.Writes) == 0 }

// The kinds of findings, the first column of a row.
const (
	administratorFinding = "administrator"
	writesFinding        = "writes" // the second column is the table, quoted
)

func (e *Excess) finding(values []string) {
	switch {
	case len(values) != 2:
	case values[0] == administratorFinding:
		e.Administrator = true
	case values[0] == writesFinding:
		e.writes(values[1])
	}
}

var unquoted = strings.NewReplacer(`"`, "", "`", "", "[", "", "]", "")

func (e *Excess) writes(table string) {
	if table = unquoted.Replace(table); !slices.Contains(e.Writes, table) {
		e.Writes = append(e.Writes, table)
	}
}

var excessQueries = map[Engine]func(tables []string) Query{
	PostgreSQL: postgresExcess, MySQL: func([]string) Query { return Query{SQL: "SHOW GRANTS"} }, Firebird: firebirdExcess, SQLServer: sqlserverExcess,
}

// placed writes a list of placeholders for quoted names, each as format says.
func placed(d dialect, tables []string, format string) (list string, arguments []any) {
	places := make([]string, len(tables))
	for i, table := range tables {
		places[i] = fmt.Sprintf(format, d.placeholder(i+1))
		arguments = append(arguments, d.quoted(table))
	}
	return strings.Join(places, ", "), arguments
}

// postgresExcess: to_regclass reads a name as the search path finds it, and is
// NULL for a table that is not there.
func postgresExcess(tables []string) Query {
	query := Query{SQL: "SELECT 'administrator', '' WHERE current_setting('is_superuser') = 'on'"}
	if len(tables) == 0 {
		return query
	}
	list, arguments := placed(dialects[PostgreSQL], tables, "(%s::text)")
	query.SQL += " UNION ALL SELECT 'writes', name FROM (VALUES " + list + ") AS measured (name)" +
		" WHERE has_table_privilege(to_regclass(name), 'INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(to_regclass(name), 'INSERT, UPDATE')"
	query.Arguments = arguments
	return query
}

// firebirdExcess: rights come from the user, its role, and everybody; an
// owner has them by name. RDB$ADMIN is the role of administrators.
func firebirdExcess(tables []string) Query {
	query := Query{SQL: "SELECT 'administrator', '' FROM RDB$DATABASE WHERE CURRENT_USER = 'SYSDBA' OR CURRENT_ROLE = 'RDB$ADMIN'"}
	if len(tables) == 0 {
		return query
	}
	places := make([]string, len(tables))
	for i, table := range tables {
		places[i] = "?"
		query.Arguments = append(query.Arguments, table)
	}
	query.SQL += " UNION ALL SELECT DISTINCT 'writes', TRIM(RDB$RELATION_NAME) FROM RDB$USER_PRIVILEGES" +
		" WHERE RDB$USER IN (CURRENT_USER, CURRENT_ROLE, 'PUBLIC') AND RDB$PRIVILEGE IN ('I', 'U', 'D') AND RDB$RELATION_NAME IN (" + strings.Join(places, ", ") + ")"
	return query
}

// sqlserverExcess follows HAS_PERMS_BY_NAME and IS_SRVROLEMEMBER of
// Transact-SQL; it was never run.
func sqlserverExcess(tables []string) Query {
	query := Query{SQL: "SELECT 'administrator', '' WHERE IS_SRVROLEMEMBER('sysadmin') = 1 OR IS_ROLEMEMBER('db_owner') = 1"}
	if len(tables) == 0 {
		return query
	}
	list, arguments := placed(dialects[SQLServer], tables, "(%s)")
	query.SQL += " UNION ALL SELECT 'writes', name FROM (VALUES " + list + ") AS measured (name)" +
		" WHERE 1 IN (HAS_PERMS_BY_NAME(name, 'OBJECT', 'INSERT'), HAS_PERMS_BY_NAME(name, 'OBJECT', 'UPDATE'), HAS_PERMS_BY_NAME(name, 'OBJECT', 'DELETE'))"
	query.Arguments = arguments
	return query
}

// harmless are the privileges that change no data, as SHOW GRANTS of MariaDB
// and MySQL writes them. PROXY is on no table; who has it has others.
var harmless = []string{"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "REFERENCES", "LOCK TABLES", "PROXY"}

// shownGrant reads one line of SHOW GRANTS: GRANT privilege, privilege
// (column, column) ON object TO user. A line without ON grants a role, whose
// own lines follow.
func (e *Excess) shownGrant(values []string) {
	if len(values) != 1 {
		return
	}
	privileges, object, found := strings.Cut(strings.TrimPrefix(values[0], "GRANT "), " ON ")
	if !found || !strings.HasPrefix(values[0], "GRANT ") {
		return
	}
	object, _, _ = strings.Cut(object, " TO ")
	for _, privilege := range splitPrivileges(privileges) {
		switch {
		case slices.Contains(harmless, privilege):
		case object == "*.*" && (privilege == "ALL PRIVILEGES" || privilege == "SUPER"):
			e.Administrator = true
		default:
			e.writes(object)
		}
	}
}

// splitPrivileges splits at the commas outside brackets, and drops the
// brackets with their columns.
func splitPrivileges(list string) []string {
	var found []string
	var current strings.Builder
	depth := 0
	for _, character := range list + "," {
		switch {
		case character == '(':
			depth++
		case character == ')':
			depth--
		case depth > 0:
		case character == ',':
			found = append(found, strings.TrimSpace(current.String()))
			current.Reset()
		default:
			current.WriteRune(character)
		}
	}
	return found
}
