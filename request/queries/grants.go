package queries

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request"
)

// BadName is a name that cannot stand in what an administrator runs.
const BadName = fault.Code("FL-440")

// Placeholders of what this program does not know. None of them is SQL, so
// that a statement in which one was forgotten is refused and does nothing.
const (
	PasswordPlaceholder = "<PASSWORD>"
	DatabasePlaceholder = "<DATABASE>"
	UserPlaceholder     = "<USER>" // an account of the operating system, for SQLite
	FilePlaceholder     = "<FILE>"
)

// DefaultUser is the database user that grants are printed for unless the
// site says otherwise.
const DefaultUser = "futura_licro"

// Account says for whom rights are to be granted, and where.
type Account struct {
	Engine   Engine
	Database string // its name on the server; empty: DatabasePlaceholder
	Path     string // SQLite's file; empty: FilePlaceholder
	Host     string // where the server is seen from here; MySQL's users have one
	User     string // empty: DefaultUser
	Views    bool   // read views instead of tables; Firebird has no other way to grant columns
	Known    bool   // the user was made before, for another database of the server
	// Checks are the profile's checks around an upgrade that are asked on this
	// database. Nobody can tell from a free SELECT which rights it needs.
	Checks []request.ReadinessCheck
}

// Grant is one step of what an administrator runs, and why.
type Grant struct {
	Why    string   // one of the reasons below
	Values []any    // of its words, pairs of a name and a value
	Lines  []string // statements; none where there are only words
	// Optional is for the administrator to decide, since it also concerns
	// others. It is printed as a comment.
	Optional bool
}

// Reasons of grants.
const (
	WhyUnverified = "unverified" // this engine was never tried
	WhyPassword   = "password"   // the placeholder
	WhyUser       = "user"       // a user with no right
	WhyHost       = "host"       // from where the user may come
	WhyLimits     = "limits"     // the server's own limits for the user
	WhyReach      = "reach"      // the database and its schema
	WhySchema     = "schema"     // tables may lie in another one
	WhyColumns    = "columns"    // what is read, column by column
	WhyViews      = "views"      // what is read, as views
	WhySetting    = "setting"    // what the site's configuration says when there are views
	WhyTemporary  = "temporary"  // temporary tables, which everybody may make
	WhyCreate     = "create"     // tables in the schema, which everybody may make
	WhyUnixFile   = "unix-file"
	WhyOtherFiles = "other-files" // SQLite's write-ahead log
	WhyWindows    = "windows-file"
	WhyCheck      = "check" // a check's own SELECT, to be granted by hand
)

// Grants returns what the administrator of a database runs so that a user can
// measure it by this profile and do nothing else: all the tables and columns
// that the profile's metrics, running version and pepper are read from. The
// program itself never runs it. SQL Server's was never tried.
//
// The statements follow PostgreSQL's CREATE ROLE and GRANT, MariaDB's CREATE
// USER with its executable comments, Firebird's language reference (it can
// grant single columns for UPDATE, not for SELECT: hence views), and
// Transact-SQL's GRANT Object Permissions.
func Grants(profile *request.Profile, account Account) ([]Grant, error) {
	write, known := grantors[account.Engine]
	if !known {
		return nil, UnknownEngine.New("no grants for this database system", "engine", account.Engine)
	}
	if account.User == "" && account.Engine != SQLite {
		account.User = DefaultUser
	}
	if err := account.check(); err != nil {
		return nil, err
	}
	account.Views = account.Views || account.Engine == Firebird
	return append(write(account, reads(profile, account.Engine)), account.checks()...), nil
}

// checks shows the SELECTs that the administrator has to grant by hand.
func (a Account) checks() []Grant {
	var grants []Grant
	for _, check := range a.Checks {
		if check.Kind == request.QueryCheck && a.Engine != SQLite {
			grants = append(grants, Grant{Why: WhyCheck, Values: []any{"check", check.Name}, Lines: []string{check.SQLFor(string(a.Engine))}, Optional: true})
		}
	}
	return grants
}

// maxConnections bounds the connections of the user: one for each program that
// runs, and after a power failure every application server starts at once.
const maxConnections = "10"

// userForm are names that stand in quotes on every engine without escapes;
// their length is Firebird 3's limit, the shortest.
var userForm = regexp.MustCompile(`^[A-Za-z0-9_.$-]{1,31}$`)

func (a Account) check() error {
	if a.User != "" && !userForm.MatchString(a.User) {
		return BadName.New("a name that cannot be printed", "setting", "user", "name", a.User)
	}
	if strings.ContainsFunc(a.Path, isUnprintable) {
		return BadName.New("a name that cannot be printed", "setting", "path", "name", a.Path)
	}
	// Firebird's name is a path on the server, and is not printed.
	if a.Engine != Firebird && (strings.ContainsFunc(a.Database, isUnprintable) || strings.ContainsAny(a.Database, "\"'`[]\\")) {
		return BadName.New("a name that cannot be printed", "setting", "database", "name", a.Database)
	}
	return nil
}

func isUnprintable(character rune) bool { return !unicode.IsPrint(character) }

// read is a table and the columns that are read of it.
type read struct {
	table   string
	columns []string
}

// reads lists what a profile reads, each table once, under the names that
// they have on the engine.
func reads(profile *request.Profile, engine Engine) []read {
	var list []read
	add := func(table string, columns ...string) {
		table = profile.There(string(engine), table)
		at := slices.IndexFunc(list, func(known read) bool { return known.table == table })
		if at < 0 {
			at, list = len(list), append(list, read{table: table})
		}
		for _, column := range columns {
			if column = profile.There(string(engine), column); !slices.Contains(list[at].columns, column) {
				list[at].columns = append(list[at].columns, column)
			}
		}
	}
	for _, place := range []*request.Place{profile.Running, profile.Pepper} {
		if place != nil {
			add(place.Table, place.Column)
		}
	}
	for _, metric := range profile.Metrics {
		add(metric.Table, metric.Key.Name)
		columns, _ := metric.ColumnList() // they were checked when the profile was read
		for _, column := range columns {
			add(metric.Table, column.Name)
		}
	}
	return list
}

// viewPrefix begins the names of views. Its number changes when what they
// must show changes.
const viewPrefix = "lic_v1_"

// maxView is Firebird 3's limit of names, the shortest of all engines.
const maxView = 31

// viewName names the view of a table, both as the engine has them, in the
// table's schema. A name over the limit is cut and ends with six digits of the
// table's digest.
func (e Engine) viewName(table string) string {
	schema, name, found := strings.Cut(table, ".")
	if !found {
		schema, name = "", table
	}
	view := viewPrefix + name
	if len(view) > maxView {
		digest := sha256.Sum256([]byte(name))
		view = view[:maxView-7] + "_" + hex.EncodeToString(digest[:3])
	}
	if e == Firebird {
		return strings.ToUpper(view) // as request.Profile.There looks for it; there are no schemas
	}
	if found {
		return schema + "." + view
	}
	return view
}

// ThroughViews returns the profile as it is read where the administrator
// granted views instead of tables. Metrics keep their names and columns, so
// that the fingerprint is the same.
func ThroughViews(profile *request.Profile, engine Engine) *request.Profile {
	view := func(table string) string { return engine.viewName(profile.There(string(engine), table)) }
	through := *profile
	through.Metrics = slices.Clone(profile.Metrics)
	for i := range through.Metrics {
		through.Metrics[i].Table = view(through.Metrics[i].Table)
	}
	for _, place := range []**request.Place{&through.Running, &through.Pepper} {
		if *place != nil {
			*place = &request.Place{Table: view((*place).Table), Column: (*place).Column}
		}
	}
	return &through
}

type grantor func(account Account, list []read) []Grant

var grantors = map[Engine]grantor{
	SQLite: sqliteGrants, PostgreSQL: postgresGrants, MySQL: mysqlGrants, Firebird: firebirdGrants, SQLServer: sqlserverGrants,
}

// quoted quotes a name that is an engine's own already.
func (d dialect) quoted(name string) string {
	d.there = func(name string) string { return name }
	return d.name(name)
}

func (d dialect) quotedList(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = d.quoted(name)
	}
	return strings.Join(list, ", ")
}

// selection is the SELECT of a view.
func (d dialect) selection(read read, table string) string {
	return "SELECT " + d.quotedList(read.columns) + " FROM " + table
}

// user makes the user, or says nothing where it was made before.
func (a Account) user(lines ...string) []Grant {
	if a.Known {
		return nil
	}
	return []Grant{
		{Why: WhyPassword, Values: []any{"placeholder", PasswordPlaceholder}},
		{Why: WhyUser, Values: []any{"user", a.User}, Lines: lines},
	}
}

// rights grants columns, or makes views and grants those.
func (a Account) rights(list []read, columns func(read) string, views func(read) []string) []Grant {
	grant := Grant{Why: WhyColumns}
	if a.Views {
		grant.Why = WhyViews
	}
	for _, read := range list {
		if a.Views {
			grant.Lines = append(grant.Lines, views(read)...)
		} else {
			grant.Lines = append(grant.Lines, columns(read))
		}
	}
	if !a.Views {
		return []Grant{grant}
	}
	return []Grant{grant, {Why: WhySetting}}
}

// orPlaceholder quotes a database's name where it is known.
func (a Account) orPlaceholder(d dialect) string {
	if a.Database == "" {
		return DatabasePlaceholder
	}
	return d.quoted(a.Database)
}

func postgresGrants(account Account, list []read) []Grant {
	d := dialects[PostgreSQL]
	user, database := d.quoted(account.User), account.orPlaceholder(d)
	alter := "ALTER ROLE " + user + " SET "
	grants := account.user("CREATE ROLE " + user + " LOGIN PASSWORD " + PasswordPlaceholder +
		"\n  NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS CONNECTION LIMIT " + maxConnections + ";")
	if !account.Known {
		grants = append(grants, Grant{Why: WhyLimits, Lines: []string{
			alter + "default_transaction_read_only = on;",
			alter + "statement_timeout = '15s';",
			alter + "lock_timeout = '500ms';",
			alter + "idle_in_transaction_session_timeout = '30s';",
			alter + "max_parallel_workers_per_gather = 0;",
			alter + "temp_file_limit = 0;",
		}})
	}
	reach := Grant{Why: WhyReach, Values: []any{"database", account.shown()}, Lines: []string{"GRANT CONNECT ON DATABASE " + database + " TO " + user + ";"}}
	schemas := schemasOf(list, "public")
	for _, schema := range schemas {
		reach.Lines = append(reach.Lines, "GRANT USAGE ON SCHEMA "+d.quoted(schema)+" TO "+user+";")
	}
	grants = append(grants, reach)
	if slices.Contains(schemas, "public") {
		grants = append(grants, Grant{Why: WhySchema, Values: []any{"schema", "public"}})
	}
	grants = append(grants, account.rights(list,
		func(read read) string {
			return "GRANT SELECT (" + d.quotedList(read.columns) + ") ON " + d.quoted(read.table) + " TO " + user + ";"
		},
		func(read read) []string {
			view := d.quoted(account.Engine.viewName(read.table))
			return []string{"CREATE OR REPLACE VIEW " + view + " AS " + d.selection(read, d.quoted(read.table)) + ";", "GRANT SELECT ON " + view + " TO " + user + ";"}
		})...)
	return append(grants,
		Grant{Why: WhyTemporary, Optional: true, Lines: []string{"REVOKE TEMPORARY ON DATABASE " + database + " FROM PUBLIC;"}},
		Grant{Why: WhyCreate, Optional: true, Lines: []string{"REVOKE CREATE ON SCHEMA " + d.quoted("public") + " FROM PUBLIC;"}})
}

// schemasOf lists the schemas of tables; those without one lie in the
// engine's default.
func schemasOf(list []read, standard string) []string {
	var schemas []string
	for _, read := range list {
		schema, _, found := strings.Cut(read.table, ".")
		if !found {
			schema = standard
		}
		if !slices.Contains(schemas, schema) {
			schemas = append(schemas, schema)
		}
	}
	return schemas
}

// shown is the database's name for people.
func (a Account) shown() string {
	if a.Database == "" {
		return DatabasePlaceholder
	}
	return a.Database
}

// mysqlHost is the host part of a MySQL account: the server knows the user by
// where it comes from. Only of this machine is it known what the server sees.
func mysqlHost(host string) string {
	switch {
	case strings.HasPrefix(host, "/") || host == "localhost":
		return "localhost"
	case host == "127.0.0.1" || host == "::1":
		return host
	}
	return "%"
}

func mysqlGrants(account Account, list []read) []Grant {
	d := dialects[MySQL]
	user := "'" + account.User + "'@'" + mysqlHost(account.Host) + "'"
	within := func(table string) string {
		if strings.Contains(table, ".") {
			return d.quoted(table)
		}
		return account.orPlaceholder(d) + "." + d.quoted(table)
	}
	grants := account.user("CREATE USER " + user + " IDENTIFIED BY " + PasswordPlaceholder + "\n  WITH MAX_USER_CONNECTIONS " + maxConnections + " /*M! MAX_STATEMENT_TIME 15 */;")
	if mysqlHost(account.Host) == "%" {
		grants = append(grants, Grant{Why: WhyHost})
	}
	return append(grants, account.rights(list,
		func(read read) string {
			return "GRANT SELECT (" + d.quotedList(read.columns) + ") ON " + within(read.table) + " TO " + user + ";"
		},
		func(read read) []string {
			view := within(account.Engine.viewName(read.table))
			return []string{"CREATE OR REPLACE SQL SECURITY DEFINER VIEW " + view + " AS " + d.selection(read, within(read.table)) + ";", "GRANT SELECT ON " + view + " TO " + user + ";"}
		})...)
}

// firebirdGrants writes the user's name in capitals: that is what Firebird
// makes of a name without quotes, such as a connection's.
func firebirdGrants(account Account, list []read) []Grant {
	d := dialects[Firebird]
	user := `"` + strings.ToUpper(account.User) + `"`
	grants := append(account.user("CREATE USER "+user+" PASSWORD "+PasswordPlaceholder+";"), account.rights(list, nil, func(read read) []string {
		view := d.quoted(account.Engine.viewName(read.table))
		return []string{"CREATE OR ALTER VIEW " + view + " AS " + d.selection(read, d.quoted(read.table)) + ";", "GRANT SELECT ON " + view + " TO USER " + user + ";"}
	})...)
	last := slices.IndexFunc(grants, func(grant Grant) bool { return grant.Why == WhyViews })
	grants[last].Lines = append(grants[last].Lines, "COMMIT;")
	return grants
}

func sqlserverGrants(account Account, list []read) []Grant {
	d := dialects[SQLServer]
	user := d.quoted(account.User)
	grants := []Grant{{Why: WhyUnverified}}
	grants = append(grants, account.user("CREATE LOGIN "+user+" WITH PASSWORD = "+PasswordPlaceholder+", CHECK_POLICY = ON;", "GO")...)
	grants = append(grants, Grant{Why: WhyReach, Values: []any{"database", account.shown()}, Lines: []string{
		"USE " + account.orPlaceholder(d) + ";", "GO", "CREATE USER " + user + " FOR LOGIN " + user + ";", "GO",
	}})
	within := func(table string) string {
		if strings.Contains(table, ".") {
			return d.quoted(table)
		}
		return d.quoted("dbo." + table)
	}
	return append(grants, account.rights(list,
		func(read read) string {
			return "GRANT SELECT ON OBJECT::" + within(read.table) + " (" + d.quotedList(read.columns) + ") TO " + user + ";"
		},
		func(read read) []string {
			view := within(account.Engine.viewName(read.table))
			return []string{"CREATE OR ALTER VIEW " + view + " AS " + d.selection(read, within(read.table)) + ";", "GO", "GRANT SELECT ON OBJECT::" + view + " TO " + user + ";", "GO"}
		})...)
}

// sqliteGrants: there are no users, only the rights of a file.
func sqliteGrants(account Account, _ []read) []Grant {
	path, user := account.Path, account.User
	if path == "" {
		path = FilePlaceholder
	}
	if user == "" {
		user = UserPlaceholder
	}
	shell := "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	return []Grant{
		{Why: WhyUnixFile, Optional: true, Lines: []string{fmt.Sprintf("setfacl -m u:%s:r %s", user, shell)}},
		{Why: WhyWindows, Optional: true, Lines: []string{fmt.Sprintf(`icacls "%s" /grant %s:R`, path, user)}},
		{Why: WhyOtherFiles},
	}
}
