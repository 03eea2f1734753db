package database_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

// server is what the tests of locks know of an engine beyond its dialect.
type server struct {
	source
	// patience makes an application give up on a lock, so that a test that
	// is blocked fails instead of hanging.
	patience string
	// idle finds the connection of futura-request outside a transaction and
	// without a lock; its result is 1.
	idle string
	// waiting counts the sessions that wait for a lock.
	waiting string
	// hold and release lock a table against everybody, on one connection.
	hold, release []string
	// limit shortens the server's own time limit of the session.
	limit string
	// endless replaces a table by a view that never ends.
	endless string
}

// TestNeverBlocks does what an application does while we measure.
func TestNeverBlocks(t *testing.T) {
	postgres, maria := peertest.PostgreSQL(t), peertest.MariaDB(t)
	for name, test := range map[string]func(*testing.T, server){
		"pauses": nothingIsLockedBetweenQueries, "during": oneSelectIsAllThatAnApplicationWaitsFor, "locked": aLockedTableIsGivenUp, "endless": anEndlessQueryIsEnded,
	} {
		t.Run("PostgreSQL/"+name, func(t *testing.T) { test(t, lockingPostgreSQL(t, postgres, name)) })
		t.Run("MariaDB/"+name, func(t *testing.T) { test(t, lockingMariaDB(t, maria, name)) })
	}
}

func lockingPostgreSQL(t *testing.T, running peertest.Server, name string) server {
	return server{
		source: newPostgreSQL(t, running, name), patience: "SET lock_timeout = '30s'",
		idle: `SELECT count(*) FROM pg_stat_activity a WHERE application_name = 'futura-request' AND usename = 'licro_pauses'
			AND state = 'idle' AND xact_start IS NULL AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid)`,
		waiting: "SELECT count(*) FROM pg_stat_activity WHERE datname = 'during' AND wait_event_type = 'Lock'",
		hold:    []string{"BEGIN", "LOCK TABLE cliente IN ACCESS EXCLUSIVE MODE"}, release: []string{"ROLLBACK"},
		limit:   "SET statement_timeout = 200",
		endless: "CREATE VIEW cliente AS SELECT gen_random_uuid() AS rowguid, timestamp '2020-01-01' AS criado FROM generate_series(1, 9000000000000000) n WHERE n < 0",
	}
}

func lockingMariaDB(t *testing.T, running peertest.Server, name string) server {
	return server{
		source: newMariaDB(t, running, name), patience: "SET lock_wait_timeout = 30",
		idle: `SELECT count(*) FROM information_schema.processlist p WHERE user = 'licro_pauses' AND command = 'Sleep'
			AND NOT EXISTS (SELECT * FROM information_schema.innodb_trx x WHERE x.trx_mysql_thread_id = p.id)`,
		waiting: "SELECT count(*) FROM information_schema.processlist WHERE state = 'Waiting for table metadata lock'",
		hold:    []string{"LOCK TABLES cliente WRITE"}, release: []string{"UNLOCK TABLES"},
		limit:   "SET max_statement_time = 0.2",
		endless: "CREATE VIEW cliente AS SELECT uuid() AS rowguid, CAST('2020-01-01' AS DATETIME) AS criado FROM seq_1_to_100000000 a JOIN seq_1_to_100000000 b WHERE a.seq + b.seq < 0",
	}
}

// reading prepares a server with data and a user that has the printed rights.
func reading(t *testing.T, server server) database.Settings {
	t.Helper()
	fillKinds(t, server.source, 1, 600)
	return grant(t, requesttest.Profile(t, grantedDraft), server.source, queries.Account{User: "licro_" + server.settings.Name})
}

func count(t *testing.T, db *sql.DB, question string) (number int) {
	t.Helper()
	if err := db.QueryRow(question).Scan(&number); err != nil {
		t.Fatal(err)
	}
	return number
}

// session is one connection of an application.
func session(t *testing.T, server server) func(statement string) error {
	t.Helper()
	conn, err := writable(t, server.settings).Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	run := func(statement string) error {
		_, err := conn.ExecContext(context.Background(), statement)
		return err
	}
	if err := run(server.patience); err != nil {
		t.Fatal(err)
	}
	return run
}

// Between two queries of ours there is no transaction and no lock: an
// application changes rows and tables at once.
func nothingIsLockedBetweenQueries(t *testing.T, server server) {
	reader := reading(t, server)
	dialogue, err := queries.Collect(requesttest.Profile(t, grantedDraft), reader.Engine, salt)
	if err != nil {
		t.Fatal(err)
	}
	db, application, asked := open(t, reader, false), session(t, server), 0
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		dialogue.Done(database.Rows(context.Background(), db, query, dialogue.Row))
		asked++
		becomesIdle(t, server, query)
		for _, statement := range []string{
			"UPDATE lancamento SET valor = valor + 1", "UPDATE cliente SET criado = criado", "DELETE FROM foto",
			fmt.Sprintf("ALTER TABLE lancamento ADD novo%d int", asked), fmt.Sprintf("ALTER TABLE cliente ADD novo%d int", asked), fmt.Sprintf("ALTER TABLE parametro ADD novo%d int", asked),
		} {
			if err := application(statement); err != nil {
				t.Errorf("%s: %v", statement, err)
			}
		}
	}
	if asked < 4 || len(dialogue.Problems()) > 0 || !dialogue.Enough() {
		t.Errorf("%d queries, %v", asked, dialogue.Problems())
	}
}

// becomesIdle asks until the server has noted that our query is over, which it
// does after it has sent the last row.
func becomesIdle(t *testing.T, server server, query queries.Query) {
	t.Helper()
	for range 5000 {
		if count(t, server.admin, server.idle) == 1 {
			return
		}
	}
	t.Errorf("after %q our connection is not idle", query.SQL)
}

// While a SELECT of ours runs, an application's UPDATE does not wait, and its
// ALTER TABLE waits for that one SELECT only.
func oneSelectIsAllThatAnApplicationWaitsFor(t *testing.T, server server) {
	reader := reading(t, server)
	long := map[queries.Engine]string{ // more than the buffers between server and client hold
		queries.PostgreSQL: "INSERT INTO usuario SELECT 'u' || n || repeat('x', 25), '2020-01-01', true FROM generate_series(1, 199000) n",
		queries.MySQL:      "INSERT INTO usuario SELECT CONCAT('u', seq, REPEAT('x', 25)), '2020-01-01', 1 FROM seq_1_to_199000",
	}[reader.Engine]
	execute(t, server.admin, "DELETE FROM usuario")
	execute(t, server.admin, long)
	db := open(t, server.settings, false)
	wide := "SELECT login, login, login, login, login, login, login, login, login, login, login, login FROM usuario LIMIT 200001"
	rows, err := db.Query(wide)
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	update, alter := session(t, server), session(t, server)
	if err := update("UPDATE usuario SET nascido = '2021-01-01' WHERE login LIKE 'u1%'"); err != nil {
		t.Error(err)
	}
	altered := make(chan error)
	go func() { altered <- alter("ALTER TABLE usuario ADD novo int") }()
	for count(t, server.admin, server.waiting) == 0 {
		select {
		case err := <-altered:
			t.Fatalf("ALTER TABLE does not wait for the SELECT: the test holds nothing (%v)", err)
		default:
		}
	}
	for rows.Next() {
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if err := <-altered; err != nil { // nothing else of ours has run since
		t.Error(err)
	}
}

// A table that somebody holds locked costs one lock limit, is named, and the
// rest is measured.
func aLockedTableIsGivenUp(t *testing.T, server server) {
	reader, profile := reading(t, server), requesttest.Profile(t, grantedDraft)
	first := measured(t, profile, reader)
	application := session(t, server)
	for _, statement := range server.hold {
		if err := application(statement); err != nil {
			t.Fatal(err)
		}
	}
	dialogue, err := queries.Remeasure(profile, reader.Engine, salt, first)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if err := database.Run(context.Background(), open(t, reader, false), dialogue); err != nil {
		t.Fatal(err)
	}
	t.Logf("given up after %v", time.Since(begin))
	if problems := dialogue.Problems(); len(problems) != 1 || problems[0].Metric != "clientes" || !errors.Is(problems[0].Err, database.Busy) {
		t.Errorf("problems %v", problems)
	}
	for _, statement := range server.release {
		if err := application(statement); err != nil {
			t.Fatal(err)
		}
	}
	if items := measured(t, profile, reader); string(items) != string(first) {
		t.Error("another fingerprint once it is released")
	}
}

// A query that would never end is ended by the server, which is told so at the
// beginning of the session, and the rest is measured.
func anEndlessQueryIsEnded(t *testing.T, server server) {
	reader, profile := reading(t, server), requesttest.Profile(t, grantedDraft)
	first := measured(t, profile, reader)
	execute(t, server.admin, "DROP TABLE cliente")
	execute(t, server.admin, server.endless)
	db := open(t, server.settings, false)
	shown := map[queries.Engine]string{queries.PostgreSQL: "SELECT current_setting('statement_timeout') = '15s'", queries.MySQL: "SELECT @@max_statement_time = 15"}
	if count(t, db, "SELECT CASE WHEN ("+shown[reader.Engine]+") THEN 1 ELSE 0 END") != 1 {
		t.Error("the server does not know the limit")
	}
	execute(t, db, server.limit) // the pool has this one connection
	dialogue, err := queries.Remeasure(profile, reader.Engine, salt, first)
	if err != nil {
		t.Fatal(err)
	}
	if err := database.Run(context.Background(), db, dialogue); err != nil {
		t.Fatal(err)
	}
	if problems := dialogue.Problems(); len(problems) != 1 || problems[0].Metric != "clientes" || !errors.Is(problems[0].Err, database.TooSlow) {
		t.Errorf("problems %v", problems)
	}
	if result := dialogue.Result(); result.State == fingerprint.NotRecognized {
		t.Errorf("%+v", result)
	}
}

// A server that dies between two queries ends the measuring at once, and
// nothing is decided.
func TestAServerThatDies(t *testing.T) {
	for name, start := range map[string]func(testing.TB) (peertest.Server, source){
		"PostgreSQL": func(t testing.TB) (peertest.Server, source) {
			server := peertest.PostgreSQL(t)
			return server, newPostgreSQL(t, server, "erp")
		},
		"MariaDB": func(t testing.TB) (peertest.Server, source) {
			server := peertest.MariaDB(t)
			return server, newMariaDB(t, server, "erp")
		},
		"Firebird": func(t testing.TB) (peertest.Server, source) {
			server := peertest.Firebird(t)
			return server, newFirebird(t, server, "erp")
		},
	} {
		t.Run(name, func(t *testing.T) {
			server, source := start(t)
			fillKinds(t, source, 1, 600)
			profile := requesttest.Profile(t, grantedDraft)
			first := measured(t, profile, source.settings)
			dialogue, err := queries.Remeasure(profile, source.settings.Engine, salt, first)
			if err != nil {
				t.Fatal(err)
			}
			db := open(t, source.settings, false)
			pepper, _ := dialogue.Next()
			dialogue.Done(database.Rows(context.Background(), db, pepper, dialogue.Row))
			query, _ := dialogue.Next()
			server.Kill()
			err = database.Rows(context.Background(), db, query, dialogue.Row)
			if dialogue.Done(err); !errors.Is(err, database.Unreachable) {
				t.Errorf("the query after its death: %v", err)
			}
			if err := database.Run(context.Background(), db, dialogue); !errors.Is(err, database.Unreachable) {
				t.Errorf("the rest: %v", err)
			}
			if result := dialogue.Result(); result.State != fingerprint.Undecided {
				t.Errorf("%+v", result)
			}
		})
	}
}

// Firebird's readers block no writer, and no ALTER TABLE either. Its driver
// leaves a transaction open between queries; a read-only one that reads what
// is committed keeps nothing from being cleaned up. Firebird 3 has no time
// limit of its own: ours ends the query.
func TestFirebirdIsLeftAlone(t *testing.T) {
	source := newFirebird(t, peertest.Firebird(t), "erp")
	fillKinds(t, source, 1, 600)
	profile := requesttest.Profile(t, grantedDraft)
	reads := queries.ThroughViews(profile, queries.Firebird)
	reader := grant(t, profile, source, queries.Account{User: "licro"})
	dialogue, err := queries.Collect(reads, queries.Firebird, salt)
	if err != nil {
		t.Fatal(err)
	}
	const readCommitted = "2, 3"
	holding := "SELECT COUNT(*) FROM MON$TRANSACTIONS t JOIN MON$ATTACHMENTS a ON a.MON$ATTACHMENT_ID = t.MON$ATTACHMENT_ID" +
		" WHERE a.MON$USER = 'LICRO' AND (t.MON$READ_ONLY <> 1 OR t.MON$ISOLATION_MODE NOT IN (" + readCommitted + "))"
	patient, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, asked := open(t, reader, false), 0
	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
		dialogue.Done(database.Rows(context.Background(), db, query, dialogue.Row))
		if others := count(t, source.admin, holding); others != 0 {
			t.Errorf("%d transactions of another kind are open after %s", others, query.SQL)
		}
		asked++
		for _, statement := range []string{"UPDATE lancamento SET valor = valor + 1", "UPDATE cliente SET criado = criado", "DELETE FROM foto", fmt.Sprintf("ALTER TABLE lancamento ADD novo%d int", asked)} {
			if _, err := source.admin.ExecContext(patient, statement); err != nil {
				t.Errorf("%s: %v", statement, err)
			}
		}
	}
	db.Close()
	executeAll(t, source.admin, "DROP VIEW lic_v1_cliente;\nCREATE VIEW lic_v1_cliente AS SELECT a.rowguid, a.criado FROM cliente a, cliente b, cliente c, cliente d, cliente e, cliente f, cliente g WHERE a.rowguid || g.rowguid = 'no';\nGRANT SELECT ON lic_v1_cliente TO licro")
	endless, err := queries.Collect(reads, queries.Firebird, salt)
	if err != nil {
		t.Fatal(err)
	}
	db = open(t, reader, false)
	for query, more := endless.Next(); more; query, more = endless.Next() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		if query.Metric == "clientes" {
			ctx, cancel = context.WithTimeout(context.Background(), 300*time.Millisecond)
		}
		endless.Done(database.Rows(ctx, db, query, endless.Row))
		cancel()
	}
	if problems := endless.Problems(); len(problems) != 1 || problems[0].Metric != "clientes" || !errors.Is(problems[0].Err, database.TooSlow) {
		t.Errorf("problems %v", problems)
	}
}
