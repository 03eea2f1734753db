package database_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nakagami/firebirdsql"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

// firstProblem collects and returns why that failed, or what failed first.
func firstProblem(t *testing.T, settings database.Settings) error {
	t.Helper()
	dialogue, err := collect(t, requesttest.Profile(t, everyKind), source{settings: settings}, salt)
	if err == nil && len(dialogue.Problems()) > 0 {
		return dialogue.Problems()[0].Err
	}
	return err
}

// refusedWith demands the code of a refusal, and that the password stays out of
// the words and of their cause.
func refusedWith(t *testing.T, name string, err error, want fault.Code, settings database.Settings) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %s", name, err, want)
	}
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		if settings.Password != "" && strings.Contains(cause.Error(), settings.Password) {
			t.Errorf("%s: the error tells the password: %v", name, cause)
		}
	}
}

// changed returns settings with one change.
func changed(settings database.Settings, change func(*database.Settings)) database.Settings {
	change(&settings)
	return settings
}

func TestMariaDB(t *testing.T) {
	server := peertest.MariaDB(t)
	source := newMariaDB(t, server, "kinds")
	fillKinds(t, source, 1, 300)
	executeAll(t, source.admin, `CREATE USER licro@'127.0.0.1' IDENTIFIED BY 'a secret of licro';
GRANT SELECT ON kinds.parametro TO licro@'127.0.0.1';
GRANT SELECT (id, criado) ON kinds.lancamento TO licro@'127.0.0.1';
`)
	empty := newMariaDB(t, server, "nothing_in_it")
	executeAll(t, empty.admin, "CREATE TABLE parametro (versao TEXT, semente TEXT);\nINSERT INTO parametro VALUES ('1', 'a secret of twenty-five bytes')")
	settings := source.settings
	reader := changed(settings, func(s *database.Settings) { s.User, s.Password = "licro", "a secret of licro" })
	for name, test := range map[string]struct {
		settings database.Settings
		want     fault.Code
	}{
		"column without the right":    {reader, database.NoRight},
		"wrong password":              {changed(settings, func(s *database.Settings) { s.Password = "a wrong one" }), database.LoginRefused},
		"no such user":                {changed(settings, func(s *database.Settings) { s.User = "nobody" }), database.LoginRefused},
		"no such database":            {changed(settings, func(s *database.Settings) { s.Name = "nowhere" }), database.Unreachable},
		"no right to the database":    {changed(reader, func(s *database.Settings) { s.Name = "nothing_in_it" }), database.NoRight},
		"no server":                   {changed(settings, func(s *database.Settings) { s.Port = 1 }), database.Unreachable},
		"no socket":                   {changed(settings, func(s *database.Settings) { s.Host = "/nowhere" }), database.Unreachable},
		"no tables":                   {empty.settings, database.MissingTable},
		"no encryption on the server": {changed(settings, func(s *database.Settings) { s.TLS = "require" }), database.Unreachable},
		"no certificate":              {changed(settings, func(s *database.Settings) { s.TLS = "verify-full" }), database.Unreachable},
	} {
		refusedWith(t, name, firstProblem(t, test.settings), test.want, test.settings)
	}
	t.Run("socket", func(t *testing.T) {
		execute(t, source.admin, "CREATE USER admin@localhost IDENTIFIED BY 'local'")
		execute(t, source.admin, "GRANT ALL ON *.* TO admin@localhost")
		if err := firstProblem(t, changed(settings, func(s *database.Settings) { s.Host, s.Password = filepath.Join(server.Folder, "socket"), "local" })); err != nil {
			t.Error(err)
		}
	})
	t.Run("locked", func(t *testing.T) {
		conn, err := source.admin.Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.ExecContext(context.Background(), "LOCK TABLES lancamento WRITE"); err != nil {
			t.Fatal(err)
		}
		refusedWith(t, "locked table", firstProblem(t, settings), database.Busy, settings)
		if _, err := conn.ExecContext(context.Background(), "UNLOCK TABLES"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("session", func(t *testing.T) {
		db := open(t, settings, false)
		for _, statement := range []string{"INSERT INTO parametro VALUES ('x', 'y')", "CREATE TABLE evil (x INT)", "DELETE FROM cliente"} {
			if _, err := db.Exec(statement); err == nil {
				t.Errorf("the connection can write: %s", statement)
			}
		}
		var zone, limit, lock string
		if err := db.QueryRow("SELECT @@time_zone, @@max_statement_time, @@lock_wait_timeout").Scan(&zone, &limit, &lock); err != nil || zone != "+00:00" || limit != "15" || lock != "1" {
			t.Errorf("%s, %s, %s, %v", zone, limit, lock, err)
		}
		_, err := db.Exec("SET STATEMENT max_statement_time = 0.001 FOR SELECT COUNT(*) FROM lancamento a, lancamento b, lancamento c")
		refusedWith(t, "time limit of the server", database.Explain(err), database.TooSlow, settings)
	})
	t.Run("zero dates", func(t *testing.T) {
		zero, null := newMariaDB(t, server, "zero"), newMariaDB(t, server, "nulls")
		for source, written := range map[*sql.DB]string{zero.admin: "'0000-00-00'", null.admin: "NULL"} {
			executeAll(t, source, tables[queries.MySQL]+"INSERT INTO parametro VALUES ('1', 'a secret of twenty-five bytes');\nSET sql_mode = '';\n"+
				"INSERT INTO lancamento SELECT seq, 1, 1, MD5(seq), 'x', "+written+", "+written+", NULL, NULL FROM seq_1_to_40;\n"+
				"INSERT INTO usuario SELECT MD5(seq), "+written+", 1 FROM seq_1_to_40;\n")
		}
		sameEverywhere(t, requesttest.Profile(t, everyKind), zero, null)
	})
	t.Run("lies", func(t *testing.T) { lies(t, newMariaDB(t, server, "lies")) })
	t.Run("interrupted", func(t *testing.T) { interrupted(t, server, settings) })
}

func TestFirebird(t *testing.T) {
	if driverLevel := database.FirebirdNoWait; int(driverLevel) != int(firebirdsql.LevelReadCommittedNoWait) {
		t.Error("the driver has another number for not waiting")
	}
	server := peertest.Firebird(t)
	source := newFirebird(t, server, "kinds")
	fillKinds(t, source, 1, 300)
	executeAll(t, source.admin, "CREATE USER licro PASSWORD 'a secret of licro';\nGRANT SELECT ON parametro TO licro;\nGRANT SELECT ON cliente TO licro;\n")
	empty := newFirebird(t, server, "empty")
	executeAll(t, empty.admin, "CREATE TABLE parametro (versao CHAR(5), semente CHAR(40));\nINSERT INTO parametro VALUES ('1', 'a secret of twenty-five bytes');\n")
	settings := source.settings
	reader := changed(settings, func(s *database.Settings) { s.User, s.Password = "licro", "a secret of licro" })
	for name, test := range map[string]struct {
		settings database.Settings
		want     fault.Code
	}{
		"table without the right": {reader, database.NoRight},
		"wrong password":          {changed(settings, func(s *database.Settings) { s.Password = "a wrong one" }), database.LoginRefused},
		"no such user":            {changed(settings, func(s *database.Settings) { s.User = "nobody" }), database.LoginRefused},
		"no such file":            {changed(settings, func(s *database.Settings) { s.Name = "/nowhere/at.fdb" }), database.Unreachable},
		"no such alias":           {changed(settings, func(s *database.Settings) { s.Name = "nowhere" }), database.Unreachable},
		"not a database":          {changed(settings, func(s *database.Settings) { s.Name = filepath.Join(server.Folder, "root", "firebird.conf") }), database.Unreachable},
		"no server":               {changed(settings, func(s *database.Settings) { s.Port = 1 }), database.Unreachable},
		"no tables":               {empty.settings, database.MissingTable},
	} {
		refusedWith(t, name, firstProblem(t, test.settings), test.want, test.settings)
	}
	for _, tls := range []string{"disable", "prefer", "require"} {
		if err := firstProblem(t, changed(settings, func(s *database.Settings) { s.TLS = tls })); err != nil {
			t.Errorf("tls %s: %v", tls, err)
		}
	}
	// No lock of Firebird's keeps readers out, not even the strictest.
	t.Run("written to", func(t *testing.T) {
		writer, err := source.admin.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelSerializable})
		if err != nil {
			t.Fatal(err)
		}
		defer writer.Rollback()
		if _, err := writer.Exec("UPDATE lancamento SET marca = 'x'"); err != nil {
			t.Fatal(err)
		}
		if err := firstProblem(t, settings); err != nil {
			t.Error(err)
		}
	})
	t.Run("session", func(t *testing.T) {
		db := open(t, settings, false)
		for range 2 { // on a connection that was used before, too
			for _, statement := range []string{"INSERT INTO parametro VALUES ('x', 'y')", "CREATE TABLE evil (x INTEGER)", "DELETE FROM cliente"} {
				if _, err := db.Exec(statement); err == nil {
					t.Errorf("the connection can write: %s", statement)
				}
			}
			var rows int
			if err := db.QueryRow("SELECT COUNT(*) FROM CLIENTE").Scan(&rows); err != nil || rows == 0 {
				t.Errorf("%d rows, %v", rows, err)
			}
		}
	})
	t.Run("lies", func(t *testing.T) { lies(t, newFirebird(t, server, "lies")) })
	t.Run("interrupted", func(t *testing.T) { interrupted(t, server, settings) })
}

// lies demands that tables whose columns have other types than the profile
// says are told as such.
func lies(t *testing.T, source source) {
	executeAll(t, source.admin, `CREATE TABLE parametro (versao CHAR(12), semente VARCHAR(40));
CREATE TABLE lancamento (id VARCHAR(20) NOT NULL PRIMARY KEY, numero VARCHAR(20), valor DOUBLE PRECISION, nome DATE, marca INTEGER, criado VARCHAR(20), dia INTEGER, rowguid INTEGER, foto DATE);
CREATE TABLE cliente (rowguid VARCHAR(20) NOT NULL PRIMARY KEY, criado TIMESTAMP);
CREATE TABLE usuario (login DATE NOT NULL PRIMARY KEY, nascido VARCHAR(20), ativo DOUBLE PRECISION);
CREATE TABLE foto (resumo DOUBLE PRECISION NOT NULL PRIMARY KEY, numero INTEGER);
INSERT INTO parametro VALUES ('1', 'a secret of twenty-five bytes');
INSERT INTO lancamento VALUES ('98765 x', 'x', 98765.5, NULL, 98765, 'x', 98765, 98765, NULL);
INSERT INTO cliente VALUES ('98765', NULL);
INSERT INTO usuario VALUES ('2020-01-01', '98765', 98765.5);
INSERT INTO foto VALUES (98765.5, 98765);
`)
	dialogue, err := collect(t, requesttest.Profile(t, everyKind), source, salt)
	if err != nil {
		t.Fatal(err)
	}
	if len(dialogue.Problems()) != 4 {
		t.Errorf("problems %v", dialogue.Problems())
	}
	for _, problem := range dialogue.Problems() {
		// An engine may itself refuse to compare such a key with a number.
		if !errors.Is(problem.Err, queries.BadValue) && !errors.Is(problem.Err, database.QueryFailed) {
			t.Errorf("%s: %v", problem.Metric, problem.Err)
		}
		if errors.Is(problem.Err, queries.BadValue) && strings.Contains(problem.Err.Error(), "98765") {
			t.Errorf("the error tells a value: %v", problem.Err)
		}
	}
}

// proxy stands between a program and a server. Once so many bytes of the
// server's were passed on, it does something and passes on nothing more.
type proxy struct {
	port   int
	passed atomic.Int64
}

func newProxy(t *testing.T, server peertest.Server, limit int64, then func()) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	made := &proxy{port: listener.Addr().(*net.TCPAddr).Port}
	var work sync.WaitGroup
	var open sync.Map
	t.Cleanup(func() {
		listener.Close()
		open.Range(func(conn, _ any) bool { conn.(net.Conn).Close(); return true })
		work.Wait()
	})
	work.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", net.JoinHostPort(server.Host, strconv.Itoa(server.Port)))
			if err != nil {
				near.Close()
				continue
			}
			open.Store(near, true)
			open.Store(far, true)
			work.Go(func() { io.Copy(far, near); far.Close() })
			work.Go(func() { made.pass(near, far, limit, then) })
		}
	})
	return made
}

func (p *proxy) pass(near, far net.Conn, limit int64, then func()) {
	buffer := make([]byte, 512)
	for {
		count, err := far.Read(buffer)
		if err != nil {
			near.Close()
			return
		}
		before := p.passed.Add(int64(count)) - int64(count)
		if limit > 0 && before+int64(count) > limit {
			if before <= limit {
				then()
			}
			continue // nothing comes any more, and nobody says so
		}
		near.Write(buffer[:count])
	}
}

// interrupted demands that work ends in time and with a clear code when the
// server falls silent, cuts the connection or dies, at several moments.
func interrupted(t *testing.T, server peertest.Server, settings database.Settings) {
	settings.TLS = "disable"
	profile := requesttest.Profile(t, everyKind)
	measure := func(through *proxy, limit time.Duration) error {
		dialogue, err := queries.Collect(profile, settings.Engine, salt)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		here := changed(settings, func(s *database.Settings) { s.Port = through.port })
		if err := database.Run(ctx, open(t, here, false), dialogue); err != nil || len(dialogue.Problems()) == 0 {
			return err
		}
		return dialogue.Problems()[0].Err // of the last query, just before the time was over
	}
	whole := newProxy(t, server, 0, nil)
	if err := measure(whole, time.Minute); err != nil {
		t.Fatal(err)
	}
	all := whole.passed.Load()
	for part := range int64(5) {
		at := 1 + all*part/5
		silent := newProxy(t, server, at, func() {})
		if err := measure(silent, 300*time.Millisecond); !errors.Is(err, database.TooSlow) && !errors.Is(err, database.Unreachable) {
			t.Errorf("silent after %d bytes: %v", at, err)
		}
	}
	dies := newProxy(t, server, all/2, server.Kill)
	if err := measure(dies, time.Minute); !errors.Is(err, database.Unreachable) {
		t.Errorf("the server died: %v", err)
	}
	if err := firstProblem(t, settings); !errors.Is(err, database.Unreachable) {
		t.Errorf("the server is dead: %v", err)
	}
}
