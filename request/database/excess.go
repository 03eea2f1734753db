package database

import (
	"context"
	"database/sql"

	"github.com/futura/airlicense/request/queries"
)

// Ask puts the question about a user's rights to a database. After an error
// nothing is known of them; a user that needs no more than it has may well
// not be allowed to ask.
func Ask(ctx context.Context, db *sql.DB, excess *queries.Excess) error {
	return Rows(ctx, db, excess.Query(), func(values []any) error {
		excess.Row(values)
		return nil
	})
}
