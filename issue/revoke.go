package issue

import (
	"context"
	"time"

	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/proof"
	"github.com/futura/airlicense/verify/revocation"
)

// Codes of revocations.
const (
	UnknownSerial  = fault.Code("FL-621") // no license of this serial was issued
	AlreadyRevoked = fault.Code("FL-622")
	NotRevoked     = fault.Code("FL-623") // nothing to undo
	NotConfirmed   = fault.Code("FL-624") // the operator said no
	ListFull       = fault.Code("FL-726") // the list holds revocation.MaxEntries licenses
	ListNotTrusted = fault.Code("FL-727") // the newest list does not hold under the trust file
)

// RevocationDays is how many days ahead a revoked license ends, unless the
// operator says otherwise: time to hear of it and to ask for another one.
const RevocationDays = 15

// DefaultEnd returns the end of a license that is revoked now: the last
// second, in UTC, of the day that is RevocationDays ahead.
func DefaultEnd(now time.Time) time.Time {
	return now.UTC().AddDate(0, 0, RevocationDays).Truncate(24 * time.Hour).Add(24*time.Hour - time.Second)
}

// Target is a license that may be revoked, and whom that hits.
type Target struct {
	License  license.License
	Customer ledger.Customer
	// Others are the serials of the customer's licenses for the same site and
	// product that are not revoked. They stay good: they may carry the site.
	Others []string
	// Entry is what the newest list says of the license; nil when it is not
	// revoked.
	Entry  *revocation.Entry
	digest signedtext.Digest
}

// Target finds an issued license by its serial.
func (d *Desk) Target(ctx context.Context, serial string) (*Target, error) {
	stored, found, err := d.Ledger.LicenseBySerial(ctx, serial)
	if err != nil {
		return nil, err
	}
	if !found || stored.File == nil {
		return nil, UnknownSerial.New("no license of this serial was issued", "serial", serial)
	}
	parsed, err := license.Parse(stored.Text)
	if err != nil {
		return nil, err
	}
	list, err := d.Revoked(ctx)
	if err != nil {
		return nil, err
	}
	target := &Target{License: *parsed, digest: stored.Digest}
	if entry, named := list.Entry(stored.Digest); named {
		target.Entry = &entry
	}
	if target.Customer, _, err = d.Ledger.Customer(ctx, stored.Customer); err != nil {
		return nil, err
	}
	return target, d.findOthers(ctx, target, list)
}

func (d *Desk) findOthers(ctx context.Context, target *Target, list *revocation.List) error {
	issued, err := d.Ledger.Licenses(ctx, target.License.Customer)
	if err != nil {
		return err
	}
	for _, other := range issued {
		if _, revoked := list.Entry(other.Digest); revoked || other.File == nil || other.Serial == target.License.Serial {
			continue
		}
		parsed, err := license.Parse(other.Text)
		if err != nil {
			return err
		}
		if parsed.Site == target.License.Site && parsed.Product.Name == target.License.Product.Name {
			target.Others = append(target.Others, other.Serial)
		}
	}
	return nil
}

// Revoked returns what is revoked now. Before the first list that is
// nothing, under the number 0.
func (d *Desk) Revoked(ctx context.Context) (*revocation.List, error) {
	newest, found, err := d.Ledger.NewestRevocations(ctx)
	if err != nil || !found {
		return &revocation.List{}, err
	}
	return revocation.Parse(newest.Text)
}

// Revoke signs and logs the next list, with the license in it.
func (d *Desk) Revoke(ctx context.Context, target *Target, until time.Time, reason revocation.Reason, now time.Time) (*verify.Revocations, error) {
	return d.nextList(ctx, now, func(list *revocation.List) ([]revocation.Entry, error) {
		if _, named := list.Entry(target.digest); named {
			return nil, target.alreadyRevoked()
		}
		if len(list.Entries) >= revocation.MaxEntries {
			return nil, ListFull.New("the revocation list is full", "limit", revocation.MaxEntries)
		}
		return list.With(revocation.Entry{
			Serial: target.License.Serial, Digest: target.digest, Customer: target.License.Customer, ValidUntil: until, Reason: reason,
		}), nil
	})
}

// CheckRevocable refuses a license that is revoked already.
func (t *Target) CheckRevocable() error {
	if t.Entry != nil {
		return t.alreadyRevoked()
	}
	return nil
}

func (t *Target) alreadyRevoked() error {
	return AlreadyRevoked.New("the license is revoked already", "serial", t.License.Serial)
}

// CheckRevoked refuses to undo what was not done.
func (t *Target) CheckRevoked() error {
	if t.Entry == nil {
		return NotRevoked.New("the license is not revoked", "serial", t.License.Serial)
	}
	return nil
}

// Unrevoke signs and logs the next list, without the license.
func (d *Desk) Unrevoke(ctx context.Context, target *Target, now time.Time) (*verify.Revocations, error) {
	return d.nextList(ctx, now, func(list *revocation.List) ([]revocation.Entry, error) {
		if _, named := list.Entry(target.digest); !named {
			return nil, NotRevoked.New("the license is not revoked", "serial", target.License.Serial)
		}
		return list.Without(target.License.Serial), nil
	})
}

// RenewRevocations signs and logs the same list under the next number: after
// the hard end of the signer of the newest one.
func (d *Desk) RenewRevocations(ctx context.Context, now time.Time) (*verify.Revocations, error) {
	return d.nextList(ctx, now, func(list *revocation.List) ([]revocation.Entry, error) { return list.Entries, nil })
}

// nextList signs, logs and keeps the list that follows the newest one. What is
// revoked is the newest list itself, so that the change, its signed text and
// its entry in the log are one row of one transaction; when somebody else was
// faster nothing happens.
func (d *Desk) nextList(ctx context.Context, now time.Time, change func(*revocation.List) ([]revocation.Entry, error)) (*verify.Revocations, error) {
	if err := d.CheckSecrets(now); err != nil {
		return nil, err
	}
	list, err := d.Revoked(ctx)
	if err != nil {
		return nil, err
	}
	if list.Entries, err = change(list); err != nil {
		return nil, err
	}
	list.Sequence, list.Issued = list.Sequence+1, now.UTC().Truncate(time.Second)
	text, err := list.Marshal()
	if err != nil {
		return nil, err
	}
	document, err := signedtext.Seal(text, d.Signer, list.Issued)
	if err != nil {
		return nil, err
	}
	return d.logList(ctx, list, document)
}

func (d *Desk) logList(ctx context.Context, list *revocation.List, document *signedtext.Document) (opened *verify.Revocations, err error) {
	log, err := d.log(nil)
	if err != nil {
		return nil, err
	}
	logged, err := d.Ledger.AddRevocations(ctx, list.Sequence, list.Issued, log, ledger.Entry{
		Leaf:     proof.NewLeaf(revocation.Kind, list.Name(), list.Issued, document),
		Document: document,
		Check: func(file []byte) error {
			opened, err = verify.OpenRevocations(file, d.Trust)
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	return opened, d.Head.Write(logged.Checkpoint)
}

// Revocations returns the newest list, judged as a site will, and its file;
// nil before the first one.
func (d *Desk) Revocations(ctx context.Context) (*verify.Revocations, []byte, error) {
	newest, found, err := d.Ledger.NewestRevocations(ctx)
	if err != nil || !found {
		return nil, nil, err
	}
	var opened *verify.Revocations
	file, err := d.proved(ctx, newest.File, func(file []byte) (err error) {
		opened, err = verify.OpenRevocations(file, d.Trust)
		return err
	})
	if err != nil {
		return nil, nil, ListNotTrusted.Wrap(err, "the newest revocation list does not hold any more", "sequence", newest.Sequence)
	}
	return opened, file, nil
}

// HandOut returns the file of the newest list to be sent, nil before the
// first one. A head file that a power failure left behind is caught up
// before.
func (d *Desk) HandOut(ctx context.Context) ([]byte, error) {
	_, file, err := d.Revocations(ctx)
	if err != nil || file == nil {
		return nil, err
	}
	return file, d.catchUp(ctx)
}
