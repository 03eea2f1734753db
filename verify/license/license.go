// Package license reads and writes the license document, strictly.
// docs/license.md is the specification; a license looks like this
// (shortened):
//
//	kind = "futura-license"
//	format = 1
//	serial = "L-2026-000001"
//	issued = 2026-11-21T10:00:00Z
//	customer = "00123"
//	site = "producao"
//	request = "…"
//
//	[product]
//	name = "sispetro"
//	scheme = "numbers"
//	digits = 2
//	versions = "8.9"
//	modules = "0 S3 fiscal"
//	maintenance = 2027-12-31T23:59:59Z
//
//	[terms]
//	undecided_days = 7
//	unrecognized_days = 15
//	unproved_days = 15
//
//	[[database]]
//	name = "producao"
//	profile = "…"
//	salt.1 = "…"
//	items.1 = "…"
package license

import (
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
)

// BadLicense is the code of a license that contradicts itself.
const BadLicense = fault.Code("FL-508")

// Kind is the kind of a license.
const Kind = "futura-license"

const format = 1

// License is the document.
type License struct {
	Kind      string            `toml:"kind"`
	Format    int               `toml:"format"`
	Serial    string            `toml:"serial"`
	Issued    time.Time         `toml:"issued"`
	Customer  string            `toml:"customer"`
	Site      string            `toml:"site"`
	Request   signedtext.Digest `toml:"request"`
	Product   Product           `toml:"product"`
	Terms     Terms             `toml:"terms"`
	Databases []Database        `toml:"database"`
}

// Product says what may run. It repeats the profile's version scheme, so
// that a license can be judged without its profile.
type Product struct {
	Name        string         `toml:"name"`
	Scheme      request.Scheme `toml:"scheme"`
	Digits      int            `toml:"digits"`
	Versions    string         `toml:"versions"`
	Modules     string         `toml:"modules,omitempty"` // with a blank between
	Maintenance time.Time      `toml:"maintenance,omitempty"`
}

// Terms say what happens when something is not as it should be, in days.
type Terms struct {
	UndecidedDays    int `toml:"undecided_days"`    // starts on the last good verdict
	UnrecognizedDays int `toml:"unrecognized_days"` // starts with warnings once the binding is lost, or the license expired
	// UnprovedDays is for how many days after its issue a site starts with
	// warnings while the proof of the log is on its way, 0 to 31. Zero: not at
	// all, as before there was a short form.
	UnprovedDays int       `toml:"unproved_days,omitempty"`
	Expires      time.Time `toml:"expires,omitempty"` // by default never
}

// DefaultTerms are the terms of a license that says nothing special.
var DefaultTerms = Terms{UndecidedDays: 7, UnrecognizedDays: 15, UnprovedDays: 15}

// Database is one database that the license covers.
type Database struct {
	Name    string            `toml:"name"`
	Profile signedtext.Digest `toml:"profile"`
	Salt    signedtext.Bytes  `toml:"salt"`
	Items   signedtext.Bytes  `toml:"items"`
}

// maxDays bounds the terms: a year of starts without an answer is no term.
const maxDays = 366

// maxUnproved bounds how long a stolen signer without a log key is believed.
const maxUnproved = 31

// IsSerial reports whether a text has the form of a serial, L-YYYY-NNNNNN.
func IsSerial(serial string) bool {
	const form = "L-0000-000000"
	zeros := strings.Map(func(character rune) rune {
		if character >= '0' && character <= '9' {
			return '0'
		}
		return character
	}, serial)
	return zeros == form
}

// Marshal writes the canonical text; kind and format are filled in.
func (l License) Marshal() ([]byte, error) {
	l.Kind, l.Format = Kind, format
	if err := l.check(); err != nil {
		return nil, err
	}
	return signedtext.Marshal(l)
}

// Parse reads what Marshal writes, and nothing else.
func Parse(text []byte) (*License, error) {
	var license License
	if err := signedtext.Unmarshal(text, Kind, format, &license); err != nil {
		return nil, err
	}
	if err := license.check(); err != nil {
		return nil, err
	}
	return &license, nil
}

func bad(field, reason string) error {
	return BadLicense.New("the license contradicts itself", "field", field, "reason", reason)
}

func (l *License) check() error {
	for _, err := range []error{
		signedtext.CheckNumber("customer", l.Customer),
		signedtext.CheckName("site", l.Site),
		signedtext.CheckName("product", l.Product.Name),
		l.Product.check(),
		l.Terms.check(l.Issued),
	} {
		if err != nil {
			return err
		}
	}
	if !IsSerial(l.Serial) {
		return bad("serial", "form")
	}
	return l.checkDatabases()
}

func (p Product) check() error {
	if !p.Scheme.Known() {
		return bad("scheme", "unknown")
	}
	if p.Digits < 1 || p.Digits > 4 {
		return bad("digits", "range")
	}
	if _, err := request.ParseCoverage(p.Scheme, p.Digits, p.Versions); err != nil {
		return err
	}
	if p.Versions == request.MaintenanceRule && p.Maintenance.IsZero() {
		return bad("maintenance", "missing")
	}
	return CheckModules(p.Modules)
}

// CheckModules accepts an empty list or modules with one blank between them.
func CheckModules(modules string) error {
	if modules == "" {
		return nil
	}
	for module := range strings.SplitSeq(modules, " ") {
		if !request.IsModule(module) {
			return bad("modules", "form")
		}
	}
	return nil
}

func (t Terms) check(issued time.Time) error {
	switch {
	case t.UndecidedDays < 1 || t.UndecidedDays > maxDays:
		return bad("undecided_days", "range")
	case t.UnrecognizedDays < 1 || t.UnrecognizedDays > maxDays:
		return bad("unrecognized_days", "range")
	case t.UnprovedDays < 0 || t.UnprovedDays > maxUnproved:
		return bad("unproved_days", "range")
	case !t.Expires.IsZero() && !t.Expires.After(issued):
		return bad("expires", "before issue")
	}
	return nil
}

func (l *License) checkDatabases() error {
	if len(l.Databases) == 0 || len(l.Databases) > request.MaxDatabases {
		return bad("database", "count")
	}
	seen := map[string]bool{}
	for _, database := range l.Databases {
		if err := signedtext.CheckName("database", database.Name); err != nil {
			return err
		}
		if seen[database.Name] || len(database.Salt) != request.SaltSize || len(database.Items) == 0 {
			return bad("database", "form")
		}
		seen[database.Name] = true
	}
	return nil
}

// Coverage returns which versions may run.
func (l *License) Coverage() (request.Coverage, error) {
	return request.ParseCoverage(l.Product.Scheme, l.Product.Digits, l.Product.Versions)
}

// HasModule reports whether the license lists a module.
func (l *License) HasModule(module string) bool {
	for listed := range strings.SplitSeq(l.Product.Modules, " ") {
		if listed == module && module != "" {
			return true
		}
	}
	return false
}
