package requestcommands

import (
	"context"
	"database/sql"
	"strings"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/site"
)

// Warnings about a database user that may do more than it needs. They stop
// nothing.
const (
	isAdministrator = fault.Code("FL-441")
	mayWrite        = fault.Code("FL-442")
)

// mentionExcess asks, after the measuring, whether the user of a connection
// may do more than it needs, and warns. Where that cannot be asked nothing is
// said. The profile may be nil: before one is installed only administrators
// can be told.
func (c *connections) mentionExcess(ctx context.Context, connection site.Connection, profile *request.Profile) {
	if profile != nil {
		profile = connection.Reads(profile)
	}
	excess, asked := queries.NewExcess(profile, queries.Engine(connection.Engine))
	if !asked || c.use(connection, func(db *sql.DB) error { return database.Ask(ctx, db, excess) }) != nil {
		return
	}
	switch {
	case excess.Administrator:
		c.session.Warn(isAdministrator.New("the user is an administrator", "database", connection.Name, "user", connection.User))
	case !excess.None():
		c.session.Warn(mayWrite.New("the user may write", "database", connection.Name, "user", connection.User, "tables", strings.Join(excess.Writes, ", ")))
	}
}

// mentionAllExcess does so for every database that was measured.
func (c *connections) mentionAllExcess(ctx context.Context, opened *site.Site) {
	profile, err := opened.Profile()
	if err != nil {
		return
	}
	for _, connection := range opened.Config.Databases {
		if c.measured[connection.Name] {
			c.mentionExcess(ctx, connection, profile)
		}
	}
}
