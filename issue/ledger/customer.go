package ledger

import (
	"context"
	"time"

	"github.com/futura/airlicense/keys/openpgp"
)

// Customer is a customer, with its KeyUsers. Names and addresses stay here;
// signed documents and the log know the number alone.
type Customer struct {
	Number   string
	Name     string
	Language string // of letters: pt-BR, it or en
	Added    time.Time
	KeyUsers []KeyUser
}

// KeyUser is a person at the customer who gets the mail.
type KeyUser struct {
	Name, Mail string
	Since      time.Time
}

// AddCustomer adds a customer that is not there yet.
func (l *Ledger) AddCustomer(ctx context.Context, customer Customer) error {
	if _, found, err := l.Customer(ctx, customer.Number); err != nil {
		return err
	} else if found {
		return Known.New("the customer is there already", "customer", customer.Number)
	}
	return l.transaction(ctx, func(tx *transaction) error {
		if _, err := tx.run("AddCustomer", customer.Number, customer.Name, customer.Language, stamp(customer.Added)); err != nil {
			return err
		}
		if err := tx.remember(customer.Number, CustomerAdded, customer.Name, customer.Added); err != nil {
			return err
		}
		for _, keyUser := range customer.KeyUsers {
			if err := tx.addKeyUser(customer.Number, keyUser, customer.Added); err != nil {
				return err
			}
		}
		return nil
	})
}

// Customer returns a customer, or false.
func (l *Ledger) Customer(ctx context.Context, number string) (Customer, bool, error) {
	customer, found, err := first(ctx, l, "Customer", []any{number}, scanCustomer)
	if err == nil && found {
		customer.KeyUsers, err = all(ctx, l, "KeyUsers", []any{number}, func(scan func(...any) error) (keyUser KeyUser, err error) {
			var since string
			if err := scan(&keyUser.Name, &keyUser.Mail, &since); err != nil {
				return keyUser, err
			}
			keyUser.Since, err = parseStamp(since)
			return keyUser, err
		})
	}
	return customer, found, err
}

// Customers returns all customers, without their KeyUsers.
func (l *Ledger) Customers(ctx context.Context) ([]Customer, error) {
	return all(ctx, l, "Customers", nil, scanCustomer)
}

func scanCustomer(scan func(...any) error) (customer Customer, err error) {
	var added string
	if err := scan(&customer.Number, &customer.Name, &customer.Language, &added); err != nil {
		return customer, err
	}
	customer.Added, err = parseStamp(added)
	return customer, err
}

// Contract is what a customer has of a product.
type Contract struct {
	Customer    string
	Product     string
	Versions    string // a coverage; empty: whichever version is asked for
	Modules     string
	Maintenance time.Time // zero: none
	Ends        time.Time // zero: never
}

// SetContract writes a contract in the place of the one before, which the
// history keeps.
func (l *Ledger) SetContract(ctx context.Context, contract Contract, now time.Time) error {
	return l.transaction(ctx, func(tx *transaction) error {
		_, err := tx.run("SetContract", contract.Customer, contract.Product, contract.Versions, contract.Modules,
			stamp(contract.Maintenance), stamp(contract.Ends), stamp(now))
		if err != nil {
			return err
		}
		return tx.remember(contract.Customer, ContractSet, contract.detail(), now)
	})
}

// Contract returns a contract, or false.
func (l *Ledger) Contract(ctx context.Context, customer, product string) (Contract, bool, error) {
	return first(ctx, l, "Contract", []any{customer, product}, scanContract)
}

// Contracts returns the contracts of a customer.
func (l *Ledger) Contracts(ctx context.Context, customer string) ([]Contract, error) {
	return all(ctx, l, "Contracts", []any{customer}, scanContract)
}

func scanContract(scan func(...any) error) (contract Contract, err error) {
	var maintenance, ends string
	err = scan(&contract.Customer, &contract.Product, &contract.Versions, &contract.Modules, &maintenance, &ends)
	if err != nil {
		return contract, err
	}
	if contract.Maintenance, err = parseStamp(maintenance); err != nil {
		return contract, err
	}
	contract.Ends, err = parseStamp(ends)
	return contract, err
}

// Enrollment is an enrollment code that was sent: its public half.
type Enrollment struct {
	ID       int64
	Customer string
	Product  string
	Site     string // that it was sent for; empty: whichever asks first
	Public   []byte
	Created  time.Time
	Expires  time.Time
	UsedBy   string // fingerprint of the site key, empty while unused
	UsedAt   time.Time
}

// AddEnrollment records a code that is about to be sent.
func (l *Ledger) AddEnrollment(ctx context.Context, enrollment Enrollment) error {
	return l.transaction(ctx, func(tx *transaction) error {
		_, err := tx.run("AddEnrollment", enrollment.Customer, enrollment.Product, enrollment.Site, enrollment.Public,
			stamp(enrollment.Created), stamp(enrollment.Expires))
		return err
	})
}

// Enrollments returns the codes sent to a customer for a product, the newest
// first.
func (l *Ledger) Enrollments(ctx context.Context, customer, product string) ([]Enrollment, error) {
	return all(ctx, l, "Enrollments", []any{customer, product}, scanEnrollment)
}

// AllEnrollments returns the codes sent to a customer, the oldest first.
func (l *Ledger) AllEnrollments(ctx context.Context, customer string) ([]Enrollment, error) {
	return all(ctx, l, "AllEnrollments", []any{customer}, scanEnrollment)
}

func scanEnrollment(scan func(...any) error) (enrollment Enrollment, err error) {
	var created, expires, used string
	err = scan(&enrollment.ID, &enrollment.Customer, &enrollment.Product, &enrollment.Site, &enrollment.Public, &created, &expires, &enrollment.UsedBy, &used)
	if err != nil {
		return enrollment, err
	}
	for _, field := range []struct {
		text  string
		place *time.Time
	}{{created, &enrollment.Created}, {expires, &enrollment.Expires}, {used, &enrollment.UsedAt}} {
		if *field.place, err = parseStamp(field.text); err != nil {
			return enrollment, err
		}
	}
	return enrollment, nil
}

// SiteKey is the key of a site that the desk knows.
type SiteKey struct {
	Fingerprint string
	Customer    string
	Site        string
	Enrolled    time.Time
	Retired     time.Time // zero: may ask for licenses
}

// SiteKey returns a site key, or false.
func (l *Ledger) SiteKey(ctx context.Context, fingerprint openpgp.Fingerprint) (SiteKey, bool, error) {
	return first(ctx, l, "SiteKey", []any{fingerprint.String()}, scanSiteKey)
}

// SiteKeys returns the site keys of a customer.
func (l *Ledger) SiteKeys(ctx context.Context, customer string) ([]SiteKey, error) {
	return all(ctx, l, "SiteKeys", []any{customer}, scanSiteKey)
}

func scanSiteKey(scan func(...any) error) (key SiteKey, err error) {
	var enrolled, retired string
	if err := scan(&key.Fingerprint, &key.Customer, &key.Site, &enrolled, &retired); err != nil {
		return key, err
	}
	if key.Enrolled, err = parseStamp(enrolled); err != nil {
		return key, err
	}
	key.Retired, err = parseStamp(retired)
	return key, err
}
