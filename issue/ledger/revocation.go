package ledger

import (
	"context"
	"time"
)

// Revocations is one signed revocation list.
type Revocations struct {
	Sequence int64
	Issued   time.Time
	Text     []byte
	File     []byte
}

// AddRevocations logs a signed revocation list and keeps its file, in one
// transaction. The list must be the next one: when another was added since
// this one was written, it returns Contended, and nothing has happened.
func (l *Ledger) AddRevocations(ctx context.Context, sequence int64, issued time.Time, log Log, entry Entry) (logged Logged, err error) {
	err = l.transaction(ctx, func(tx *transaction) error {
		var last int64
		if err := tx.one("LastRevocations", nil, &last); err != nil {
			return err
		}
		if sequence != last+1 {
			return Contended.New("another revocation list was signed meanwhile", "sequence", last)
		}
		if logged, err = tx.log(log, entry); err != nil {
			return err
		}
		_, err = tx.run("AddRevocations", sequence, stamp(issued), entry.Document.Text(), logged.File)
		return err
	})
	return logged, err
}

// NewestRevocations returns the newest revocation list, or false.
func (l *Ledger) NewestRevocations(ctx context.Context) (Revocations, bool, error) {
	return first(ctx, l, "NewestRevocations", nil, func(scan func(...any) error) (list Revocations, err error) {
		var issued string
		if err := scan(&list.Sequence, &issued, &list.Text, &list.File); err != nil {
			return list, err
		}
		list.Issued, err = parseStamp(issued)
		return list, err
	})
}

// LicenseBySerial returns a license or reservation, or false.
func (l *Ledger) LicenseBySerial(ctx context.Context, serial string) (License, bool, error) {
	return first(ctx, l, "LicenseBySerial", []any{serial}, scanLicense)
}
