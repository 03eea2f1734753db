package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strconv"
)

// ready finishes a new connection, where the driver's connection string
// cannot say all.
type ready func(context.Context, driver.Conn) (driver.Conn, error)

// connector makes ready what a driver's connector connects.
type connector struct {
	driver.Connector
	ready ready
}

// Connect connects, and closes again what cannot be made ready.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	made, err := c.ready(ctx, conn)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return made, nil
}

// errDriver is of a driver that lacks what its engine needs.
var errDriver = errors.New("the driver is another than expected")

// prepared replaces a pool by one whose connections are made ready.
func prepared(db *sql.DB, source string, ready ready) (*sql.DB, error) {
	defer db.Close()
	opener, ok := db.Driver().(driver.DriverContext)
	if !ok {
		return nil, errDriver
	}
	inner, err := opener.OpenConnector(source)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{inner, ready}), nil
}

// firebirdNoWait is the level of isolation at which Firebird's driver does not
// wait for locks: firebirdsql.LevelReadCommittedNoWait.
const firebirdNoWait driver.IsolationLevel = 1000

// firebirdReady makes the connection read-only. Firebird has only read-only
// transactions, and its driver keeps the kind of the last one for all that
// follow; tests demand that it still does.
func firebirdReady(ctx context.Context, conn driver.Conn) (driver.Conn, error) {
	beginner, ok := conn.(driver.ConnBeginTx)
	if !ok {
		return nil, errDriver
	}
	transaction, err := beginner.BeginTx(ctx, driver.TxOptions{ReadOnly: true, Isolation: firebirdNoWait})
	if err != nil {
		return nil, err
	}
	return conn, transaction.Rollback()
}

// lasting is a connection of SQL Server without ResetSession, which would
// undo what was set.
type lasting interface {
	driver.Conn
	driver.Pinger
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.Validator
	driver.NamedValueChecker
}

// sqlServerReady limits the wait for locks.
func sqlServerReady(ctx context.Context, conn driver.Conn) (driver.Conn, error) {
	kept, ok := conn.(lasting)
	if !ok {
		return nil, errDriver
	}
	statement, err := kept.PrepareContext(ctx, "SET LOCK_TIMEOUT "+strconv.FormatInt(lockLimit.Milliseconds(), 10))
	if err != nil {
		return nil, err
	}
	defer statement.Close()
	execute, ok := statement.(driver.StmtExecContext)
	if !ok {
		return nil, errDriver
	}
	_, err = execute.ExecContext(ctx, nil)
	return struct{ lasting }{kept}, err
}
