package ledger

import (
	"context"
	"database/sql"
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/futura/airlicense/verify/proof"
)

// Checkpoint returns the signed checkpoint of a size as it was given out, or
// false for a size that no checkpoint was signed at. Size 0 is the newest.
func (l *Ledger) Checkpoint(ctx context.Context, size int64) (signed []byte, found bool, err error) {
	err = l.transaction(ctx, func(tx *transaction) error {
		signed, err = tx.checkpoint(size)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return signed, err == nil, err
}

func (t *transaction) checkpoint(size int64) (signed []byte, err error) {
	if size == 0 {
		return signed, t.one("NewestCheckpoint", nil, &signed)
	}
	return signed, t.one("CheckpointOfSize", []any{size}, &signed)
}

// Prove proves an entry against a checkpoint of the ledger's own history, with
// the signature that it was given out with: no secret is needed. For a
// checkpoint that is not of this history it returns Restored or Forked.
func (l *Ledger) Prove(ctx context.Context, index int64, at proof.Checkpoint) (block []byte, err error) {
	err = l.transaction(ctx, func(tx *transaction) error {
		if err := tx.contains(at); err != nil {
			return err
		}
		signed, err := tx.checkpoint(at.Size)
		if err != nil {
			return NotUsable.Wrap(err, "no checkpoint of this size was signed", "size", at.Size)
		}
		path, err := tlog.ProveRecord(at.Size, index, tx)
		if err != nil {
			return NotUsable.Wrap(err, "the entry cannot be proved", "index", index)
		}
		block = (&proof.Proof{Index: index, Path: path, Checkpoint: signed}).Marshal()
		return nil
	})
	return block, err
}
