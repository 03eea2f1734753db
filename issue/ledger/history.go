package ledger

import (
	"context"
	"strings"
	"time"
)

// Changes of a customer that the history keeps.
const (
	CustomerAdded  = "customer-added"
	KeyUserAdded   = "keyuser-added"
	KeyUserRemoved = "keyuser-removed"
	ContractSet    = "contract-set"
	SiteRetired    = "site-retired"
)

// Change is one entry of a customer's history.
type Change struct {
	At     time.Time
	Change string
	Detail string
}

// History returns what was changed in a customer's record, the oldest first.
func (l *Ledger) History(ctx context.Context, customer string) ([]Change, error) {
	return all(ctx, l, "History", []any{customer}, func(scan func(...any) error) (change Change, err error) {
		var at string
		if err := scan(&at, &change.Change, &change.Detail); err != nil {
			return change, err
		}
		change.At, err = parseStamp(at)
		return change, err
	})
}

func (t *transaction) remember(customer, change, detail string, now time.Time) error {
	_, err := t.run("AddHistory", customer, stamp(now), change, detail)
	return err
}

func (k KeyUser) String() string { return k.Name + " <" + k.Mail + ">" }

// detail writes a contract as the history keeps it.
func (c Contract) detail() string {
	return strings.Join([]string{c.Product, c.Versions, c.Modules, stamp(c.Maintenance), stamp(c.Ends)}, "; ")
}

// AddKeyUser adds a person who gets a customer's mail from now on.
func (l *Ledger) AddKeyUser(ctx context.Context, customer string, keyUser KeyUser, now time.Time) error {
	return l.transaction(ctx, func(tx *transaction) error { return tx.addKeyUser(customer, keyUser, now) })
}

func (t *transaction) addKeyUser(customer string, keyUser KeyUser, now time.Time) error {
	var there int
	if err := t.one("CountKeyUser", []any{customer, keyUser.Mail}, &there); err != nil {
		return err
	}
	if there > 0 {
		return KeyUserKnown.New("the KeyUser is there already", "customer", customer, "mail", keyUser.Mail)
	}
	if _, err := t.run("AddKeyUser", customer, keyUser.Name, keyUser.Mail, stamp(now)); err != nil {
		return err
	}
	return t.remember(customer, KeyUserAdded, keyUser.String(), now)
}

// RemoveKeyUser lets a person get no more mail.
func (l *Ledger) RemoveKeyUser(ctx context.Context, customer, mail string, now time.Time) error {
	return l.transaction(ctx, func(tx *transaction) error { return tx.removeKeyUser(customer, mail, now) })
}

func (t *transaction) removeKeyUser(customer, mail string, now time.Time) error {
	changed, err := t.run("RemoveKeyUser", stamp(now), customer, mail)
	if err != nil {
		return err
	}
	if changed == 0 {
		return KeyUserUnknown.New("the customer has no KeyUser of this address", "customer", customer, "mail", mail)
	}
	return t.remember(customer, KeyUserRemoved, mail, now)
}

// ReplaceKeyUser is RemoveKeyUser and AddKeyUser, both or neither.
func (l *Ledger) ReplaceKeyUser(ctx context.Context, customer, mail string, keyUser KeyUser, now time.Time) error {
	return l.transaction(ctx, func(tx *transaction) error {
		if err := tx.removeKeyUser(customer, mail, now); err != nil {
			return err
		}
		return tx.addKeyUser(customer, keyUser, now)
	})
}

// RetireSite ends the keys of a customer's site: requests that they sign are
// refused from now on. Licenses stay as they are. It returns the keys.
func (l *Ledger) RetireSite(ctx context.Context, customer, site string, now time.Time) (retired []SiteKey, err error) {
	keys, err := l.SiteKeys(ctx, customer)
	if err != nil {
		return nil, err
	}
	err = l.transaction(ctx, func(tx *transaction) error {
		for _, key := range keys {
			if key.Site != site || !key.Retired.IsZero() {
				continue
			}
			key.Retired = now
			if _, err := tx.run("RetireKey", stamp(now), key.Fingerprint); err != nil {
				return err
			}
			if err := tx.remember(customer, SiteRetired, site+": "+key.Fingerprint, now); err != nil {
				return err
			}
			retired = append(retired, key)
		}
		if len(retired) == 0 {
			return SiteUnknown.New("the customer has no site of this name with a key that counts", "customer", customer, "site", site)
		}
		return nil
	})
	return retired, err
}
