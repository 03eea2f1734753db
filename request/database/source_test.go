package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
	"github.com/nakagami/firebirdsql"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request/queries"
)

// secret is a password with what connection strings have to quote.
const secret = `p:@/?#%20&='"\ ;{}x`

func settingsOf(engine queries.Engine) Settings {
	return Settings{Engine: engine, Host: "db.example", Name: "erp", User: "licro", Password: secret}
}

// No server is there to be asked, but the driver's own reading of the address.
func TestSQLServerSource(t *testing.T) {
	for name, test := range map[string]struct {
		change              func(*Settings)
		host, instance      string
		port                uint64
		encryption          msdsn.Encryption
		trusts, verifiesTLS bool
	}{
		"default":     {func(*Settings) {}, "db.example", "", 1433, msdsn.EncryptionRequired, true, false},
		"port":        {func(s *Settings) { s.Port = 1500 }, "db.example", "", 1500, msdsn.EncryptionRequired, true, false},
		"instance":    {func(s *Settings) { s.Host = `db.example\SQLEXPRESS` }, "db.example", "SQLEXPRESS", 0, msdsn.EncryptionRequired, true, false},
		"address":     {func(s *Settings) { s.Host = "::1" }, "::1", "", 1433, msdsn.EncryptionRequired, true, false},
		"plain":       {func(s *Settings) { s.TLS = "disable" }, "db.example", "", 1433, msdsn.EncryptionDisabled, false, false},
		"verify-full": {func(s *Settings) { s.TLS = "verify-full" }, "db.example", "", 1433, msdsn.EncryptionRequired, false, true},
	} {
		settings := settingsOf(queries.SQLServer)
		test.change(&settings)
		source, err := sqlServerSource(settings)
		if err != nil {
			t.Fatal(err)
		}
		config, err := msdsn.Parse(source)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if config.Host != test.host || config.Instance != test.instance || config.Port != test.port || config.Database != "erp" || config.User != "licro" || config.Password != secret {
			t.Errorf("%s: %+v", name, config)
		}
		if config.Encryption != test.encryption || !config.ReadOnlyIntent || config.TLSConfig != nil && config.TLSConfig.InsecureSkipVerify != test.trusts {
			t.Errorf("%s: %+v", name, config)
		}
		if test.verifiesTLS && (config.TLSConfig == nil || config.TLSConfig.ServerName != test.host) {
			t.Errorf("%s: nobody's certificate is verified", name)
		}
	}
}

func TestMySQLSource(t *testing.T) {
	for name, test := range map[string]struct {
		change           func(*Settings)
		network, address string
		tls              string
	}{
		"default":     {func(*Settings) {}, "tcp", "db.example:3306", "preferred"},
		"port":        {func(s *Settings) { s.Port = 3307 }, "tcp", "db.example:3307", "preferred"},
		"address":     {func(s *Settings) { s.Host = "::1" }, "tcp", "[::1]:3306", "preferred"},
		"socket":      {func(s *Settings) { s.Host = "/run/mysqld/mysqld.sock" }, "unix", "/run/mysqld/mysqld.sock", "preferred"},
		"plain":       {func(s *Settings) { s.TLS = "disable" }, "tcp", "db.example:3306", "false"},
		"require":     {func(s *Settings) { s.TLS = "require" }, "tcp", "db.example:3306", "skip-verify"},
		"verify-full": {func(s *Settings) { s.TLS = "verify-full" }, "tcp", "db.example:3306", "true"},
		"odd name":    {func(s *Settings) { s.Name = "a/b?c%" }, "tcp", "db.example:3306", "preferred"},
	} {
		settings := settingsOf(queries.MySQL)
		test.change(&settings)
		source, err := mysqlSource(settings)
		if err != nil {
			t.Fatal(err)
		}
		config, err := mysql.ParseDSN(source)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if config.Net != test.network || config.Addr != test.address || config.DBName != settings.Name || config.User != "licro" || config.Passwd != secret || config.TLSConfig != test.tls {
			t.Errorf("%s: %+v", name, config)
		}
		if len(config.Params) != 1 || config.Params["time_zone"] != mysqlSession() || config.AllowAllFiles || config.AllowCleartextPasswords {
			t.Errorf("%s: %+v", name, config)
		}
	}
}

// What an engine cannot promise is refused, and what cannot be right.
func TestSettingsThatAreRefused(t *testing.T) {
	for _, engine := range []queries.Engine{queries.MySQL, queries.Firebird, queries.SQLServer} {
		for name, change := range map[string]func(*Settings){
			"no host": func(s *Settings) { s.Host = "" }, "no name": func(s *Settings) { s.Name = "" }, "no user": func(s *Settings) { s.User = "" },
			"unknown tls": func(s *Settings) { s.TLS = "always" },
		} {
			settings := settingsOf(engine)
			change(&settings)
			if db, err := Open(settings); db != nil || !errors.Is(err, BadSettings) || strings.Contains(err.Error(), secret) {
				t.Errorf("%s, %s: %v", engine, name, err)
			}
		}
	}
	firebird := settingsOf(queries.Firebird)
	firebird.TLS = "verify-full" // it has no certificates
	if _, err := Open(firebird); !errors.Is(err, BadSettings) {
		t.Error(err)
	}
	user := settingsOf(queries.MySQL)
	user.User = "a:b"
	if _, err := Open(user); !errors.Is(err, BadSettings) {
		t.Error(err)
	}
}

func TestErrorsOfDrivers(t *testing.T) {
	wrapped := func(err error) error { return fmt.Errorf("reading: %w: %w", errors.New("x"), fmt.Errorf("%w", err)) }
	for name, test := range map[string]struct {
		err  error
		want fault.Code
	}{
		"mysql login":              {&mysql.MySQLError{Number: 1045}, LoginRefused},
		"mysql column":             {&mysql.MySQLError{Number: 1143}, NoRight},
		"mysql time limit":         {&mysql.MySQLError{Number: 3024}, TooSlow},
		"mysql deadlock":           {wrapped(&mysql.MySQLError{Number: 1213}), Busy},
		"mysql another":            {&mysql.MySQLError{Number: 1064}, QueryFailed},
		"mysql connection":         {mysql.ErrInvalidConn, Unreachable},
		"firebird login":           {&firebirdsql.FbError{GDSCodes: []int{335544472}}, LoginRefused},
		"firebird login, its word": {errors.New("Your user name and password are not defined. Ask…"), LoginRefused},
		"firebird table":           {wrapped(&firebirdsql.FbError{GDSCodes: []int{335544569, 335544436, 335544580}}), MissingTable},
		"firebird right":           {&firebirdsql.FbError{GDSCodes: []int{335544352}}, NoRight},
		"firebird lock":            {&firebirdsql.FbError{GDSCodes: []int{335544345, 335544453}}, Busy},
		"firebird canceled":        {&firebirdsql.FbError{GDSCodes: []int{335544794}}, TooSlow},
		"firebird another":         {&firebirdsql.FbError{GDSCodes: []int{335544334}}, QueryFailed},
		"firebird none":            {&firebirdsql.FbError{}, QueryFailed},
		"sqlserver login":          {mssql.Error{Number: 18456}, LoginRefused},
		"sqlserver table":          {mssql.Error{Number: 208}, MissingTable},
		"sqlserver right":          {wrapped(mssql.Error{Number: 229}), NoRight},
		"sqlserver lock":           {mssql.Error{Number: 1222}, Busy},
		"sqlserver another":        {mssql.Error{Number: 102}, QueryFailed},
		"cut off":                  {io.ErrUnexpectedEOF, Unreachable},
		"hanging":                  {errHangs, Unreachable},
		"bad connection":           {driver.ErrBadConn, Unreachable},
		"time":                     {wrapped(context.DeadlineExceeded), TooSlow},
	} {
		if err := explain(test.err, "pedidos"); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}
