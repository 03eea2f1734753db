package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/futura/airlicense/keys/signedtext"
)

// License is a license in the ledger: a reservation while File is empty.
type License struct {
	Serial   string
	Request  signedtext.Digest
	Customer string
	Product  string
	Version  string
	Issued   time.Time
	Digest   signedtext.Digest
	Text     []byte
	File     []byte
}

// Reservation is what Reserve needs to know.
type Reservation struct {
	Request     signedtext.Digest
	RequestFile []byte
	Customer    string
	Product     string
	Version     string
	Issued      time.Time
	// Text writes the license for the serial that it gets.
	Text func(serial string) ([]byte, error)
	// Lineages tell the databases of the request from those of others.
	Lineages [][]byte
	// NewKey is the site key that this request introduces, if it does.
	NewKey *NewKey
}

// NewKey is a site key on its first use.
type NewKey struct {
	Fingerprint string
	Site        string
	Certificate []byte
	Enrollment  int64
}

// Reserve gives a request its serial and records what is going to be signed,
// once: for a request that has a license or a reservation it returns that.
func (l *Ledger) Reserve(ctx context.Context, reservation Reservation) (license License, err error) {
	err = l.transaction(ctx, func(tx *transaction) error {
		license, err = tx.licenseOf(reservation.Request)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		license, err = tx.reserve(reservation)
		return err
	})
	return license, err
}

func (t *transaction) licenseOf(request signedtext.Digest) (License, error) {
	return scanLicense(t.QueryRowContext(t.ctx, t.statements["LicenseOfRequest"], request[:]).Scan)
}

func (t *transaction) reserve(reservation Reservation) (License, error) {
	license := License{
		Request: reservation.Request, Customer: reservation.Customer, Product: reservation.Product,
		Version: reservation.Version, Issued: reservation.Issued.UTC(),
	}
	year, number := license.Issued.Year(), 0
	if err := t.one("LastNumber", []any{year}, &number); err != nil {
		return license, err
	}
	number++
	license.Serial = fmt.Sprintf("L-%04d-%06d", year, number)
	var err error
	if license.Text, err = reservation.Text(license.Serial); err != nil {
		return license, err
	}
	license.Digest = signedtext.DigestOf(license.Text)
	if err := t.useKey(reservation); err != nil {
		return license, err
	}
	if _, err := t.run("AddRequest", reservation.Request[:], license.Customer, stamp(license.Issued), reservation.RequestFile); err != nil {
		return license, err
	}
	for _, items := range reservation.Lineages {
		if _, err := t.run("AddLineage", reservation.Request[:], license.Customer, license.Product, items); err != nil {
			return license, err
		}
	}
	_, err = t.run("Reserve", license.Serial, year, number, license.Request[:], license.Customer, license.Product,
		license.Version, stamp(license.Issued), license.Digest[:], license.Text)
	return license, err
}

// useKey spends the enrollment code of a new site key and records the key.
func (t *transaction) useKey(reservation Reservation) error {
	key := reservation.NewKey
	if key == nil {
		return nil
	}
	changed, err := t.run("UseEnrollment", key.Fingerprint, stamp(reservation.Issued), key.Enrollment)
	if err != nil {
		return err
	}
	if changed != 1 {
		return Contended.New("the enrollment code was used meanwhile")
	}
	_, err = t.run("AddSiteKey", key.Fingerprint, reservation.Customer, key.Site, key.Certificate, stamp(reservation.Issued))
	return err
}

// LicenseOf returns the license or reservation of a request, or false.
func (l *Ledger) LicenseOf(ctx context.Context, request signedtext.Digest) (License, bool, error) {
	return first(ctx, l, "LicenseOfRequest", []any{request[:]}, scanLicense)
}

// LicenseByDigest returns a license by its identity, or false.
func (l *Ledger) LicenseByDigest(ctx context.Context, digest signedtext.Digest) (License, bool, error) {
	return first(ctx, l, "LicenseByDigest", []any{digest[:]}, scanLicense)
}

// Licenses returns the licenses of a customer, the oldest first.
func (l *Ledger) Licenses(ctx context.Context, customer string) ([]License, error) {
	return all(ctx, l, "Licenses", []any{customer}, scanLicense)
}

func scanLicense(scan func(...any) error) (license License, err error) {
	var request, digest []byte
	var issued string
	err = scan(&license.Serial, &request, &license.Customer, &license.Product, &license.Version, &issued, &digest, &license.Text, &license.File)
	if err != nil {
		return license, err
	}
	copy(license.Request[:], request)
	copy(license.Digest[:], digest)
	license.Issued, err = parseStamp(issued)
	return license, err
}

// Profile returns the file of a profile, or false.
func (l *Ledger) Profile(ctx context.Context, digest signedtext.Digest) ([]byte, bool, error) {
	return first(ctx, l, "Profile", []any{digest[:]}, scanFile)
}

// NewestProfile returns the newest profile file of a product, or false.
func (l *Ledger) NewestProfile(ctx context.Context, product string) ([]byte, bool, error) {
	return first(ctx, l, "NewestProfile", []any{product}, scanFile)
}

func scanFile(scan func(...any) error) (file []byte, err error) { return file, scan(&file) }

// Lineage is what one customer's request told of a database.
type Lineage struct {
	Customer string
	Items    []byte
}

// Lineages returns those of all other customers of a product.
func (l *Ledger) Lineages(ctx context.Context, product, butOf string) ([]Lineage, error) {
	return all(ctx, l, "Lineages", []any{product, butOf}, func(scan func(...any) error) (lineage Lineage, err error) {
		err = scan(&lineage.Customer, &lineage.Items)
		return lineage, err
	})
}
