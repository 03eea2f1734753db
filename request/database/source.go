package database

import (
	"cmp"
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/request/queries"
)

// Settings say where a database is.
type Settings struct {
	Engine   queries.Engine
	Path     string // SQLite: the file
	Host     string // the others; a folder or file of a socket for PostgreSQL or MySQL, HOST\INSTANCE for SQL Server
	Port     int    // 0: the engine's default
	Name     string // Firebird: an alias, or a path on the server
	User     string
	Password string
	TLS      string // disable, prefer (which is the default), require, verify-full; PostgreSQL's other sslmodes
}

// sources tell, for each engine, under which name its driver registers, how
// its connection string is written, and what makes a connection ready that
// the string cannot say.
var sources = map[queries.Engine]struct {
	driver string
	write  func(Settings) (string, error)
	ready  ready
}{
	queries.SQLite:     {"sqlite", sqliteSource, nil},
	queries.PostgreSQL: {"pgx", postgresSource, nil},
	queries.MySQL:      {"mysql", mysqlSource, nil},
	queries.Firebird:   {"firebirdsql", firebirdSource, firebirdReady},
	queries.SQLServer:  {"sqlserver", sqlServerSource, sqlServerReady},
}

// Open prepares a connection pool of one connection. It does not connect.
func Open(settings Settings) (*sql.DB, error) {
	source, known := sources[settings.Engine]
	if !known {
		return nil, queries.UnknownEngine.New("no driver for this database system", "engine", settings.Engine)
	}
	if settings.Engine.HasServer() && (settings.Host == "" || settings.Name == "" || settings.User == "") {
		return nil, BadSettings.New("host, name and user are needed", "setting", "host, name, user")
	}
	written, err := source.write(settings)
	if err != nil {
		return nil, err
	}
	// The driver's own words may quote the password.
	db, err := sql.Open(source.driver, written)
	if err == nil && source.ready != nil {
		db, err = prepared(db, written, source.ready)
	}
	if err != nil {
		return nil, BadSettings.New("the connection settings are refused", "setting", "source")
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// encryption translates the setting tls, whose values are PostgreSQL's. What
// an engine's driver cannot promise is refused, never weakened.
func encryption(settings Settings, words map[string]string) (string, error) {
	word, known := words[cmp.Or(settings.TLS, "prefer")]
	if !known {
		return "", BadSettings.New("this engine's driver cannot do that", "setting", "tls")
	}
	return word, nil
}

// address joins host and port.
func address(settings Settings) string {
	return net.JoinHostPort(settings.Host, strconv.Itoa(cmp.Or(settings.Port, settings.Engine.Port())))
}

// sqliteSource opens the file read-only: it must exist, and nothing in it
// changes.
func sqliteSource(settings Settings) (string, error) {
	if settings.Path == "" {
		return "", BadSettings.New("no file is named", "setting", "path")
	}
	milliseconds := strconv.FormatInt(lockLimit.Milliseconds(), 10)
	return files.URI(settings.Path) + "?mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(" + milliseconds + ")", nil
}

// postgresSource writes a libpq connection string.
func postgresSource(settings Settings) (string, error) {
	pairs := [][2]string{
		{"host", settings.Host}, {"dbname", settings.Name}, {"user", settings.User}, {"password", settings.Password},
		{"sslmode", settings.TLS}, {"application_name", "futura-request"},
		{"connect_timeout", strconv.Itoa(int(connectLimit / time.Second))},
		{"default_transaction_read_only", "on"},
		{"statement_timeout", strconv.FormatInt(QueryLimit.Milliseconds(), 10)},
		{"lock_timeout", strconv.FormatInt(lockLimit.Milliseconds(), 10)},
		// No prepared statements that would outlive the query in a pooler.
		{"default_query_exec_mode", "exec"},
	}
	if settings.Port != 0 {
		pairs = append(pairs, [2]string{"port", strconv.Itoa(settings.Port)})
	}
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	var source strings.Builder
	for _, pair := range pairs {
		if pair[1] != "" {
			source.WriteString(pair[0] + "='" + quote.Replace(pair[1]) + "' ")
		}
	}
	return source.String(), nil
}

// mysqlSession sets up a session: times in UTC, no waiting for locks, no
// writing, and a time limit. MariaDB and MySQL name the last two differently
// and refuse each other's names; each executes only what stands in its own
// kind of comment ("Comment Syntax" in the manuals of both). Locks are waited
// for in whole seconds.
func mysqlSession() string {
	return fmt.Sprintf("'+00:00', lock_wait_timeout = 1 /*M!100102 , tx_read_only = 1, max_statement_time = %d */ /*!50720 , transaction_read_only = 1, max_execution_time = %d */",
		int(QueryLimit.Seconds()), QueryLimit.Milliseconds())
}

// mysqlSource writes a data source name of go-sql-driver/mysql. Dates come as
// text: among Go's times there is none for MySQL's 0000-00-00.
func mysqlSource(settings Settings) (string, error) {
	tls, err := encryption(settings, map[string]string{"disable": "false", "prefer": "preferred", "require": "skip-verify", "verify-full": "true"})
	if err != nil {
		return "", err
	}
	if strings.Contains(settings.User, ":") { // would end the name
		return "", BadSettings.New("a name of this form cannot be written", "setting", "user")
	}
	place := "tcp(" + address(settings) + ")"
	if strings.HasPrefix(settings.Host, "/") {
		place = "unix(" + settings.Host + ")"
	}
	options := url.Values{"timeout": {connectLimit.String()}, "tls": {tls}, "time_zone": {mysqlSession()}}
	return settings.User + ":" + settings.Password + "@" + place + "/" + url.PathEscape(settings.Name) + "?" + options.Encode(), nil
}

// firebirdSource writes a data source name of nakagami/firebirdsql. Times
// without a zone would otherwise get this machine's.
func firebirdSource(settings Settings) (string, error) {
	encrypted, err := encryption(settings, map[string]string{"disable": "disabled", "prefer": "enabled", "require": "required"})
	if err != nil {
		return "", err
	}
	options := url.Values{"wire_crypt": {encrypted}, "timezone": {"UTC"}}
	if encrypted == "required" {
		options.Set("auth_plugin_list", "Srp256,Srp") // and not the old way, whose proof of the password can be guessed from
	}
	source := url.URL{
		Host: address(settings), User: url.UserPassword(settings.User, settings.Password),
		Path: "/" + strings.TrimPrefix(settings.Name, "/"), RawQuery: options.Encode(),
	}
	return strings.TrimPrefix(source.String(), "//"), nil
}

// sqlServerSource writes an address of go-mssqldb.
func sqlServerSource(settings Settings) (string, error) {
	encrypted, err := encryption(settings, map[string]string{"disable": "disable", "prefer": "trust", "require": "trust", "verify-full": "true"})
	if err != nil {
		return "", err
	}
	options := url.Values{
		"database": {settings.Name}, "app name": {"futura-request"}, "ApplicationIntent": {"ReadOnly"}, "encrypt": {encrypted},
		"dial timeout": {strconv.Itoa(int(connectLimit / time.Second))},
	}
	if encrypted == "trust" {
		options.Set("encrypt", "true")
		options.Set("TrustServerCertificate", "true")
	}
	source := url.URL{Scheme: "sqlserver", User: url.UserPassword(settings.User, settings.Password), Host: address(settings), RawQuery: options.Encode()}
	// A named instance has no port that is known beforehand.
	if host, instance, named := strings.Cut(settings.Host, `\`); named {
		source.Host, source.Path = host, "/"+instance
	}
	return source.String(), nil
}
