package requestcommands

import (
	"context"
	"database/sql"
	"errors"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/request/wire"
)

// connections reaches the databases of a site. It remembers what it asked
// for, so that nobody types a password twice in one run.
type connections struct {
	session *ui.Session
	folder  string // where relative paths start
	asked   map[string]string
	partner *wire.Partner // the program that runs the queries of the databases it names; or nil
	// measured are the connections on which a dialogue came to its end.
	measured map[string]bool
}

func newConnections(s *ui.Session, folder string) *connections {
	return &connections{session: s, folder: folder, asked: map[string]string{}, measured: map[string]bool{}}
}

// reach makes sure that a database answers.
func (c *connections) reach(connection site.Connection) error {
	return c.use(connection, func(db *sql.DB) error { return database.Reach(context.Background(), db) })
}

// measure runs a dialogue on a database.
func (c *connections) measure(ctx context.Context, connection site.Connection, dialogue *queries.Dialogue) error {
	if c.isSpoken(connection) {
		return fault.With(c.partner.Run(ctx, connection.Name, dialogue), "database", connection.Name)
	}
	err := c.use(connection, func(db *sql.DB) error { return database.Run(ctx, db, dialogue) })
	c.measured[connection.Name] = err == nil
	return err
}

// isSpoken reports whether the partner runs the queries of a database.
func (c *connections) isSpoken(connection site.Connection) bool {
	return c.partner != nil && c.partner.Speaks(connection.Name)
}

// running asks a database for the running version, where the profile says
// that it tells it.
func (c *connections) running(ctx context.Context, connection site.Connection, profile *request.Profile) (answer string, err error) {
	if c.isSpoken(connection) {
		return c.partner.Running(ctx, connection.Name, profile)
	}
	query, told := queries.Running(connection.Reads(profile), queries.Engine(connection.Engine))
	if !told {
		return "", nil
	}
	err = c.use(connection, func(db *sql.DB) error {
		answer, err = database.Text(ctx, db, query)
		return err
	})
	return answer, err
}

// value asks a database one query with one value as its answer.
func (c *connections) value(ctx context.Context, connection site.Connection, query queries.Query) (answer string, err error) {
	if c.isSpoken(connection) {
		return c.partner.Value(ctx, connection.Name, query)
	}
	err = c.use(connection, func(db *sql.DB) error {
		answer, err = database.Value(ctx, db, query)
		return err
	})
	return answer, err
}

// engine names the engine of a connection; of a database whose queries the
// partner runs, the one that it gives.
func (c *connections) engine(connection site.Connection) string {
	if c.isSpoken(connection) {
		return c.partner.Engine(connection.Name)
	}
	return connection.Engine
}

// use opens a database for one piece of work. An error names the connection
// and where it leads.
func (c *connections) use(connection site.Connection, work func(*sql.DB) error) error {
	if queries.Engine(connection.Engine) == queries.Spoken {
		return wire.NotSpoken.New("nobody runs the queries", "database", connection.Name)
	}
	connection = connection.Within(c.folder)
	db, err := c.open(connection)
	if err == nil {
		err = work(db)
		db.Close()
	}
	return fault.With(fault.With(err, "database", connection.Name), "where", connection.Where())
}

func (c *connections) open(connection site.Connection) (*sql.DB, error) {
	secret, err := c.password(connection)
	if err != nil {
		return nil, err
	}
	return database.Open(database.Settings{
		Engine: queries.Engine(connection.Engine), Path: connection.Path, Host: connection.Host, Port: connection.Port,
		Name: connection.Database, User: connection.User, Password: secret, TLS: connection.TLS,
	})
}

// password finds the password of a connection: a file, a variable, or the
// terminal. An engine without users needs none.
func (c *connections) password(connection site.Connection) (string, error) {
	if !queries.Engine(connection.Engine).HasServer() {
		return "", nil
	}
	if path := connection.PasswordFile; path != "" {
		if err := files.CheckPrivate(path); err != nil {
			c.warnOnce(path, err)
		}
		secret, err := ui.ReadPassphrase(path)
		return string(secret), err
	}
	if name := connection.PasswordVariable; name != "" {
		if secret := c.session.Environment().Getenv(name); secret != "" {
			return secret, nil
		}
		return "", noPassword.New("the variable is empty", "variable", name)
	}
	if secret, known := c.asked[connection.Name]; known {
		return secret, nil
	}
	if c.session.Environment().ReadSecret == nil {
		return "", noPassword.New("nobody answers", "variable", "")
	}
	secret, err := c.session.Environment().ReadSecret(c.session.Say("prompt-password", "user", connection.User, "database", connection.Name) + ": ")
	c.asked[connection.Name] = string(secret)
	return string(secret), err
}

func (c *connections) warnOnce(path string, err error) {
	if _, known := c.asked[path]; !known && !errors.Is(err, files.NotFound) {
		c.asked[path] = ""
		c.session.Warn(err)
	}
}
