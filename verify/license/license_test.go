package license_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify/license"
)

var issued = time.Date(2026, 11, 21, 9, 21, 0, 0, time.UTC)

// full is a license with every field set.
func full() license.License {
	return license.License{
		Kind: license.Kind, Format: 1, Serial: "L-2026-000001", Issued: issued, Customer: "00123", Site: "producao",
		Request: signedtext.DigestOf([]byte("request")),
		Product: license.Product{
			Name: "sispetro", Scheme: request.Numbers, Digits: 2, Versions: "8.7..8.9 9.1", Modules: "0 S3 fiscal",
			Maintenance: time.Date(2027, 12, 31, 23, 59, 59, 0, time.UTC),
		},
		Terms: license.Terms{UndecidedDays: 7, UnrecognizedDays: 15, Expires: issued.AddDate(1, 0, 0)},
		Databases: []license.Database{
			{Name: "producao", Profile: signedtext.DigestOf([]byte("profile")), Salt: bytes.Repeat([]byte{7}, request.SaltSize), Items: []byte{1, 2, 3}},
			{Name: "arquivo", Profile: signedtext.DigestOf([]byte("profile")), Salt: bytes.Repeat([]byte{8}, request.SaltSize), Items: bytes.Repeat([]byte{9}, 200)},
		},
	}
}

// bare leaves out what may be left out.
func bare() license.License {
	bare := full()
	bare.Product.Modules, bare.Product.Maintenance, bare.Terms.Expires = "", time.Time{}, time.Time{}
	bare.Databases = bare.Databases[:1]
	return bare
}

func stamped() license.License {
	stamped := full()
	stamped.Product.Scheme, stamped.Product.Versions = request.BuildStamp, request.MaintenanceRule
	return stamped
}

func marshal(t testing.TB, l license.License) []byte {
	t.Helper()
	text, err := l.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMarshalAndParseAreInverse(t *testing.T) {
	for name, want := range map[string]license.License{"full": full(), "bare": bare(), "with build stamps": stamped()} {
		given := want
		given.Kind, given.Format = "", 0 // Marshal fills them in
		text := marshal(t, given)
		read, err := license.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if !reflect.DeepEqual(*read, want) {
			t.Errorf("%s: read %+v, want %+v", name, *read, want)
		}
		if again := marshal(t, *read); !bytes.Equal(again, text) {
			t.Errorf("%s: written again:\n%s", name, again)
		}
	}
}

// What is left out is not in the text at all.
func TestBareLicenseHasNoEmptyFields(t *testing.T) {
	text := string(marshal(t, bare()))
	for _, key := range []string{"modules", "maintenance", "expires"} {
		if strings.Contains(text, key) {
			t.Errorf("%s is there:\n%s", key, text)
		}
	}
}

// The bounds themselves are still accepted.
func TestLicensesAtTheirBounds(t *testing.T) {
	for name, change := range map[string]func(*license.License){
		"a day":            func(l *license.License) { l.Terms = license.Terms{UndecidedDays: 1, UnrecognizedDays: 1} },
		"a year":           func(l *license.License) { l.Terms = license.Terms{UndecidedDays: 366, UnrecognizedDays: 366} },
		"no time to prove": func(l *license.License) { l.Terms.UnprovedDays = 0 },
		"a month to prove": func(l *license.License) { l.Terms.UnprovedDays = 31 },
		"the usual terms":  func(l *license.License) { l.Terms = license.DefaultTerms },
		"a second":         func(l *license.License) { l.Terms.Expires = l.Issued.Add(time.Second) },
		"20 databases":     func(l *license.License) { l.Databases = databases(request.MaxDatabases) },
		"one digit":        func(l *license.License) { l.Product.Digits, l.Product.Versions = 1, "8" },
		"four digits":      func(l *license.License) { l.Product.Digits, l.Product.Versions = 4, "8.9.0.1 8.9.0.2..8.10.0.0" },
		"versions of both": func(l *license.License) { l.Product.Scheme, l.Product.Versions = request.BuildStamp, "7.8" },
		"long modules":     func(l *license.License) { l.Product.Modules = strings.Repeat("a", 20) + " A.b_c-9" },
		"short number":     func(l *license.License) { l.Customer = "0" },
		"long number":      func(l *license.License) { l.Customer = "0123456789" },
		"first serial":     func(l *license.License) { l.Serial = "L-2000-000000" },
	} {
		wanted := full()
		change(&wanted)
		if read, err := license.Parse(marshal(t, wanted)); err != nil || !reflect.DeepEqual(*read, wanted) {
			t.Errorf("%s: %+v, %v", name, read, err)
		}
	}
}

func databases(count int) []license.Database {
	list := make([]license.Database, count)
	for i := range list {
		list[i] = full().Databases[0]
		list[i].Name = fmt.Sprint("database-", i)
	}
	return list
}

// Each license contradicts itself in one field: the writer and the reader
// refuse it.
func TestLicensesThatContradictThemselves(t *testing.T) {
	type change = func(*license.License)
	refusals := map[string]struct {
		change change
		want   fault.Code
	}{
		"issued in another age":     {func(l *license.License) { l.Issued = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC) }, signedtext.BadField},
		"no date":                   {func(l *license.License) { l.Issued = time.Time{} }, signedtext.BadField},
		"0 undecided days":          {func(l *license.License) { l.Terms.UndecidedDays = 0 }, license.BadLicense},
		"undecided days below 0":    {func(l *license.License) { l.Terms.UndecidedDays = -1 }, license.BadLicense},
		"367 undecided days":        {func(l *license.License) { l.Terms.UndecidedDays = 367 }, license.BadLicense},
		"0 unrecognized days":       {func(l *license.License) { l.Terms.UnrecognizedDays = 0 }, license.BadLicense},
		"unrecognized days below 0": {func(l *license.License) { l.Terms.UnrecognizedDays = -1 }, license.BadLicense},
		"unproved days below 0":     {func(l *license.License) { l.Terms.UnprovedDays = -1 }, license.BadLicense},
		"32 unproved days":          {func(l *license.License) { l.Terms.UnprovedDays = 32 }, license.BadLicense},
		"367 unrecognized days":     {func(l *license.License) { l.Terms.UnrecognizedDays = 367 }, license.BadLicense},
		"expires when issued":       {func(l *license.License) { l.Terms.Expires = l.Issued }, license.BadLicense},
		"expires before issue":      {func(l *license.License) { l.Terms.Expires = l.Issued.AddDate(0, 0, -1) }, license.BadLicense},
		"0 digits":                  {func(l *license.License) { l.Product.Digits = 0 }, license.BadLicense},
		"digits below 0":            {func(l *license.License) { l.Product.Digits = -1 }, license.BadLicense},
		"5 digits":                  {func(l *license.License) { l.Product.Digits = 5 }, license.BadLicense},
		"no maintenance":            {func(l *license.License) { *l = stamped(); l.Product.Maintenance = time.Time{} }, license.BadLicense},
		"no database":               {func(l *license.License) { l.Databases = nil }, license.BadLicense},
		"21 databases":              {func(l *license.License) { l.Databases = databases(request.MaxDatabases + 1) }, license.BadLicense},
		"scheme unknown":            {func(l *license.License) { l.Product.Scheme = "roman" }, license.BadLicense},
		"scheme empty":              {func(l *license.License) { l.Product.Scheme = "" }, license.BadLicense},
		"database twice":            {func(l *license.License) { l.Databases[1].Name = l.Databases[0].Name }, license.BadLicense},
		"database without a name":   {func(l *license.License) { l.Databases[1].Name = "" }, signedtext.BadField},
		"database in capitals":      {func(l *license.License) { l.Databases[1].Name = "Producao" }, signedtext.BadField},
		"no salt":                   {func(l *license.License) { l.Databases[1].Salt = nil }, license.BadLicense},
		"short salt":                {func(l *license.License) { l.Databases[1].Salt = l.Databases[1].Salt[:15] }, license.BadLicense},
		"long salt":                 {func(l *license.License) { l.Databases[1].Salt = bytes.Repeat([]byte{7}, 17) }, license.BadLicense},
		"no items":                  {func(l *license.License) { l.Databases[1].Items = nil }, license.BadLicense},
	}
	add := func(field string, want fault.Code, set func(*license.License, string), values ...string) {
		for _, value := range values {
			refusals[fmt.Sprintf("%s %q", field, value)] = struct {
				change change
				want   fault.Code
			}{func(l *license.License) { set(l, value) }, want}
		}
	}
	add("serial", license.BadLicense, func(l *license.License, value string) { l.Serial = value },
		"", "L-2026-1", "L-2026-0000001", "L-26-000001", "l-2026-000001", "2026-000001", "L2026-000001", "L-2026-00000A", "L-2026-000001 ", " L-2026-000001",
		"L-\u0662\u0660\u0662\u0666-000001")
	add("customer", signedtext.BadField, func(l *license.License, value string) { l.Customer = value },
		"", "12345678901", "-1", "1.5", "00 123", "C123", "\u0661\u0662\u0663")
	add("site", signedtext.BadField, func(l *license.License, value string) { l.Site = value },
		"", "Producao", "produ\u00e7\u00e3o", "a b", "a.b", "a/b", "-a", "a-", "con", "lpt1", strings.Repeat("a", 41))
	add("product", signedtext.BadField, func(l *license.License, value string) { l.Product.Name = value },
		"", "SisPetro", "sis petro", "nul", strings.Repeat("a", 41))
	add("modules", license.BadLicense, func(l *license.License, value string) { l.Product.Modules = value },
		" ", " S3", "S3 ", "0  S3", "0,S3", "0;S3", "caf\u00e9", strings.Repeat("a", 21), "0 "+strings.Repeat("a", 21))
	numbers := []string{
		"", " ", "8", "8.9.1", "8.09", "08.9", "v8.9", "8.9 ", " 8.9", "8.9  9.1", "8.9,9.1", "8.9..", "..8.9", "8.9..8.9", "8.9..8.7", "8.7...8.9",
		"8.7..8.8..8.9", "8.7-8.9", "8.7..9", "8.*", "8.x", "*", ">8.9", "Maintenance", "maintenance 8.9", "8.9 maintenance", "8.1234567890", "7.8.5.13100517",
	}
	add("versions", request.BadVersion, func(l *license.License, value string) { l.Product.Versions = value }, append(numbers, request.MaintenanceRule)...)
	add("versions with build stamps", request.BadVersion, func(l *license.License, value string) { *l = stamped(); l.Product.Versions = value }, numbers...)
	for name, test := range refusals {
		contrary := full()
		test.change(&contrary)
		if text, err := contrary.Marshal(); text != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: written with %v, want %s", name, err, test.want)
		}
		text, err := signedtext.Marshal(contrary)
		if err != nil {
			if !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %s", name, err, test.want)
			}
			continue // no text can say this
		}
		if _, err := license.Parse(text); !errors.Is(err, test.want) {
			t.Errorf("%s: read with %v, want %s", name, err, test.want)
		}
	}
}

// Each text differs from what Marshal writes in one thing.
func TestParseAcceptsOneSpelling(t *testing.T) {
	good := string(marshal(t, full()))
	for name, test := range map[string]struct {
		old, new string
		want     fault.Code
	}{
		"another kind":             {"futura-license", "futura-request", signedtext.WrongKind},
		"another format":           {"format = 1", "format = 2", signedtext.WrongFormat},
		"no kind":                  {"kind = \"futura-license\"\n", "", signedtext.NotDocument},
		"unknown key":              {"site =", "color = \"red\"\nsite =", signedtext.NotDocument},
		"unknown key of a product": {"digits =", "edition = 1\ndigits =", signedtext.NotDocument},
		"unknown key of the terms": {"undecided_days", "free_days = 3\nundecided_days", signedtext.NotDocument},
		"unknown table":            {"[terms]", "[other]\nx = 1\n\n[terms]", signedtext.NotDocument},
		"key missing":              {"site = \"producao\"\n", "", signedtext.NotDocument},
		"keys exchanged":           {"digits = 2\nversions = \"8.7..8.9 9.1\"", "versions = \"8.7..8.9 9.1\"\ndigits = 2", signedtext.NotDocument},
		"key twice":                {"digits = 2\n", "digits = 2\ndigits = 2\n", signedtext.NotDocument},
		"key in another case":      {"site =", "Site =", signedtext.NotCanonical},
		"days in quotes":           {"undecided_days = 7", "undecided_days = \"7\"", signedtext.NotDocument},
		"days with a zero":         {"undecided_days = 7", "undecided_days = 07", signedtext.NotCanonical},
		"empty modules":            {"modules = \"0 S3 fiscal\"", "modules = \"\"", signedtext.NotDocument},
		"expiry on a day":          {"expires = 2027-11-21T09:21:00Z", "expires = 2027-11-21", signedtext.NotCanonical},
		"expiry of never":          {"expires = 2027-11-21T09:21:00Z", "expires = 0001-01-01T00:00:00Z", signedtext.NotDocument},
		"date that is none":        {"issued = 2026-11-21", "issued = 2026-02-30", signedtext.NotDocument},
		"digest too short":         {"request = \"", "request = \"A", signedtext.NotDocument},
		"databases as one table":   {"[[database]]", "[database]", signedtext.NotDocument},
		"items in one piece":       {"items.1 = \"AQID\"", "items = \"AQID\"", signedtext.NotDocument},
		"piece missing":            {"items.2 = ", "items.9 = ", signedtext.NotDocument},
		"loose base64":             {"salt.1 = \"BwcHBwcHBwcHBwcHBwcHBw\"", "salt.1 = \"BwcHBwcHBwcHBwcHBwcHBx\"", signedtext.NotDocument},
		"an empty line more":       {"unrecognized_days", "\nunrecognized_days", signedtext.NotDocument},
	} {
		if !strings.Contains(good, test.old) {
			t.Fatalf("%s: nothing to change in\n%s", name, good)
		}
		if _, err := license.Parse([]byte(strings.Replace(good, test.old, test.new, 1))); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	for name, text := range map[string]string{"empty": "", "cut": good[:len(good)/2], "line end at the end": good + "\n"} {
		if _, err := license.Parse([]byte(text)); fault.Of(err) == nil {
			t.Errorf("%s: accepted, or no code: %v", name, err)
		}
	}
}

func TestCoverageIsThatOfTheVersions(t *testing.T) {
	granted := full()
	coverage, err := granted.Coverage()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"8.6": false, "8.7": true, "8.9.9": true, "8.10": false, "9.1": true, "9": false} {
		version, err := granted.Product.Scheme.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if coverage.Covers(version, granted.Product.Maintenance) != want {
			t.Errorf("%s is covered: %v", text, !want)
		}
	}
}

func TestHasModule(t *testing.T) {
	granted := full()
	for module, want := range map[string]bool{
		"0": true, "S3": true, "fiscal": true, "": false, " ": false, "s3": false, "S": false, "S3 fiscal": false, "1": false,
	} {
		if granted.HasModule(module) != want {
			t.Errorf("module %q: %v", module, !want)
		}
	}
	without := bare()
	if without.HasModule("") || without.HasModule("0") {
		t.Error("a license without modules has one")
	}
}

func TestCheckModules(t *testing.T) {
	for modules, want := range map[string]bool{"": true, "0": true, "0 S3 fiscal": true, "a.b_c-d": true, " ": false, "0 ": false, "0  1": false, "a\nb": false, "a,b": false} {
		if err := license.CheckModules(modules); want && err != nil || !want && !errors.Is(err, license.BadLicense) {
			t.Errorf("%q: %v", modules, err)
		}
	}
}

// FuzzLicense feeds the reader: what it accepts is written again in the same
// bytes, and can be judged.
func FuzzLicense(f *testing.F) {
	f.Add(marshal(f, full()))
	f.Add(marshal(f, bare()))
	f.Add(marshal(f, stamped()))
	f.Add([]byte("kind = \"futura-license\"\nformat = 1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := license.Parse(text)
		if err != nil {
			if fault.Of(err) == nil {
				t.Errorf("an error without a code: %v", err)
			}
			return
		}
		if again := marshal(t, *read); !bytes.Equal(again, text) {
			t.Errorf("written again:\n%s", again)
		}
		if _, err := read.Coverage(); err != nil {
			t.Errorf("accepted, with versions that cannot be read: %v", err)
		}
	})
}
