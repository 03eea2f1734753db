package issue

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/proof"
)

// TakeTrust puts a newer trust file of the same root in the place of the
// desk's, in memory; who calls it writes the file. It refuses an older one,
// another one of the same number, and one that takes something back. For the
// one that the desk has it returns false.
func (d *Desk) TakeTrust(file []byte) (taken bool, err error) {
	trust, err := keys.OpenTrust(file, d.Trust.Root())
	if err != nil {
		return false, err
	}
	if trust.Sequence < d.Trust.Sequence {
		return false, OlderTrust.New("an older trust file than the desk's", "sequence", trust.Sequence, "seen", d.Trust.Sequence)
	}
	if err := trust.Differs(d.Trust.Seen()); err != nil {
		return false, err
	}
	if trust.Sequence == d.Trust.Sequence {
		return false, nil
	}
	if err := trust.Follows(&d.Trust.TrustFile); err != nil {
		return false, err
	}
	d.Trust, d.TrustFile = trust, file
	return true, nil
}

// CheckSigner refuses a signer that the trust file does not name, not yet or
// no more, and one that has expired: its signatures would be refused by every
// reader.
func (d *Desk) CheckSigner(fingerprint openpgp.Fingerprint, now time.Time) error {
	signer, known := d.Trust.Signer(fingerprint)
	if !known || now.Before(signer.Begins) {
		return SignerNotTrusted.New("the trust file does not name this signer now", "key", fingerprint)
	}
	if signer.Retired != nil || signer.Stolen != nil {
		return SignerOver.New("the trust file has ended this signer", "key", fingerprint)
	}
	for _, key := range d.Trust.IssuerCertificate().SigningKeys() {
		if key.Fingerprint == fingerprint && !key.Expires.IsZero() && !now.Before(key.Expires) {
			return SignerOver.New("the signer has expired", "key", fingerprint, "expired", key.Expires)
		}
	}
	return nil
}

// signingTime is the time of a reservation, unless that is before the signer
// began: then it was reserved before the desk changed its signer.
func (d *Desk) signingTime(reserved time.Time) time.Time {
	if signer, known := d.Trust.Signer(d.Signer.Fingerprint()); known && reserved.Before(signer.Begins) {
		return signer.Begins
	}
	return reserved
}

// signedByThief reports whether a checkpoint that others hold bears the
// signature of a stolen key and is not of this ledger: then it is the thief's
// and says nothing of what this desk has given out.
func (d *Desk) signedByThief(ctx context.Context, signed []byte, checkpoint proof.Checkpoint) bool {
	var honest []keys.Log
	for _, log := range d.Trust.Logs {
		if log.Stolen == nil {
			honest = append(honest, log)
		}
	}
	if _, err := proof.OpenCheckpoint(signed, verify.LogKeys(honest)); err == nil {
		return false
	}
	return d.Ledger.Contains(ctx, checkpoint) != nil
}

func (d *Desk) isLicense(file []byte) error {
	_, err := verify.Open(file, d.Trust)
	return err
}

func (d *Desk) isProfile(file []byte) error {
	_, err := verify.OpenProfile(file, d.Trust)
	return err
}

// proved returns a file of the ledger as the trust file wants it: as it is
// where readers accept it, else the same signed text and signature with
// another proof. What cannot be proved again is refused as readers do.
func (d *Desk) proved(ctx context.Context, file []byte, accepts func([]byte) error) ([]byte, error) {
	refused := accepts(file)
	if refused == nil {
		return file, nil
	}
	document, err := signedtext.Open(file, d.Trust.IssuerCertificate())
	if err != nil {
		return nil, refused
	}
	old, err := proof.Parse(document.Proof())
	if err != nil {
		return nil, refused
	}
	candidates, err := d.candidates(ctx, document, old)
	if err != nil {
		return nil, err
	}
	for _, checkpoint := range candidates {
		if old.Index >= checkpoint.Size {
			continue
		}
		block, err := d.Ledger.Prove(ctx, old.Index, checkpoint)
		if err != nil {
			return nil, err
		}
		if again := document.WithProof(block).Render(); accepts(again) == nil {
			return again, nil
		}
	}
	return nil, refused
}

// candidates are the checkpoints that a document might be proved against: the
// one that a hard end leaves, and the newest, which another log key may have
// signed.
func (d *Desk) candidates(ctx context.Context, document *signedtext.Document, old *proof.Proof) ([]proof.Checkpoint, error) {
	before, err := proof.OpenCheckpoint(old.Checkpoint, verify.LogKeys(d.Trust.Logs))
	if err != nil {
		return nil, err
	}
	signer, _ := d.Trust.Signer(document.Signer())
	var list []proof.Checkpoint
	if pin, found := verify.Pin(d.Trust, signer, before.Origin); found {
		if err := d.Ledger.Contains(ctx, pin); err != nil {
			return nil, err
		}
		list = append(list, pin)
	}
	signed, err := d.Ledger.Head(ctx)
	if err != nil {
		return nil, err
	}
	newest, err := proof.OpenCheckpoint(signed, verify.LogKeys(d.Trust.Logs))
	if err != nil {
		return nil, err
	}
	return append(list, newest), nil
}

// NewestProfile returns the newest profile of a product, and its file with a
// proof that readers accept.
func (d *Desk) NewestProfile(ctx context.Context, product string) (*request.Profile, []byte, error) {
	file, found, err := d.Ledger.NewestProfile(ctx, product)
	if err != nil {
		return nil, nil, err
	}
	if !found {
		return nil, nil, NoProfile.New("the product has no profile yet", "product", product)
	}
	if file, err = d.proved(ctx, file, d.isProfile); err != nil {
		return nil, nil, err
	}
	profile, err := verify.OpenProfile(file, d.Trust)
	return profile, file, err
}

// Reproved is one license of the ledger under the trust file.
type Reproved struct {
	ledger.License        // File is what readers accept now, nil with Err
	Site           string // that it was issued to
	Pinned         bool   // proved against the checkpoint that a hard end leaves
	Changed        bool   // the file differs from the one sent before
	Err            error  // why it cannot be proved
	Profiles       []signedtext.Digest
}

// Reprove returns every finished license of a customer with a proof that the
// trust file accepts. After a hard end that is a proof against its one
// checkpoint; what was logged after that cannot be proved and has Err. A
// ledger that is not of the pinned history is an error. No secret is needed.
func (d *Desk) Reprove(ctx context.Context, customer string) ([]Reproved, error) {
	licenses, err := d.Ledger.Licenses(ctx, customer)
	if err != nil {
		return nil, err
	}
	var list []Reproved
	for _, stored := range licenses {
		if stored.File == nil {
			continue
		}
		reproved, err := d.reprove(ctx, stored)
		if err != nil {
			return nil, err
		}
		list = append(list, reproved)
	}
	return list, nil
}

func (d *Desk) reprove(ctx context.Context, stored ledger.License) (Reproved, error) {
	parsed, err := license.Parse(stored.Text)
	if err != nil {
		return Reproved{}, err
	}
	reproved := Reproved{License: stored, Site: parsed.Site}
	for _, database := range parsed.Databases {
		reproved.Profiles = append(reproved.Profiles, database.Profile)
	}
	file, err := d.proved(ctx, stored.File, d.isLicense)
	var refused *verify.OpenError
	switch {
	case errors.As(err, &refused):
		reproved.File, reproved.Err = nil, refused.Err
	case err != nil:
		return Reproved{}, err
	default:
		reproved.Changed, reproved.Pinned, reproved.File = !bytes.Equal(file, stored.File), d.isPinned(file), file
	}
	return reproved, nil
}

// isPinned reports whether a license is proved against the one checkpoint
// that a hard end leaves.
func (d *Desk) isPinned(file []byte) bool {
	opened, err := verify.Open(file, d.Trust)
	if err != nil || opened.Logged == nil {
		return false
	}
	signer, _ := d.Trust.Signer(opened.Document.Signer())
	pin, found := verify.Pin(d.Trust, signer, opened.Logged.Origin)
	return found && opened.Logged.Checkpoint == pin
}

// ProvedProfile returns the file of a profile with a proof that readers
// accept.
func (d *Desk) ProvedProfile(ctx context.Context, digest signedtext.Digest) (*request.Profile, []byte, error) {
	file, found, err := d.Ledger.Profile(ctx, digest)
	if err != nil {
		return nil, nil, err
	}
	if !found {
		return nil, nil, UnknownProfile.New("a profile that this desk did not sign", "profile", digest)
	}
	if file, err = d.proved(ctx, file, d.isProfile); err != nil {
		return nil, nil, err
	}
	profile, err := verify.OpenProfile(file, d.Trust)
	return profile, file, err
}
