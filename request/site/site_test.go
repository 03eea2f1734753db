package site_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/site"
)

const config = `product = 'sispetro'
site = 'producao'
root = '` + root + `'

[[database]]
name = 'erp'
engine = 'sqlite'
path = '../erp.db'
`

const (
	root  = "0123456789abcdef0123456789abcdef01234567"
	other = "1123456789abcdef0123456789abcdef01234567"
)

var now = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

func fingerprint(t *testing.T, text string) openpgp.Fingerprint {
	t.Helper()
	parsed, err := openpgp.ParseFingerprint(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// created makes a site folder and opens it.
func created(t *testing.T, config string) *site.Site {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "site")
	if err := site.Create(folder, []byte(config)); err != nil {
		t.Fatal(err)
	}
	opened, err := site.Open(folder, openpgp.Fingerprint{})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

func TestConfig(t *testing.T) {
	if _, err := site.ParseConfig([]byte(config)); err != nil {
		t.Fatal(err)
	}
	server := "name = 'crm'\nengine = 'postgresql'\nhost = 'localhost'\ndatabase = 'crm'\nuser = 'reader'\n"
	if _, err := site.ParseConfig([]byte(config + "[[database]]\n" + server)); err != nil {
		t.Fatal(err)
	}
	replace := func(old, new string) string { return strings.Replace(config, old, new, 1) }
	for name, test := range map[string]struct{ text, setting string }{
		"no TOML":             {"product = 'sispetro", ""},
		"not UTF-8":           {"product = '\xff'", ""},
		"empty":               {"", "product"},
		"no site":             {replace("site = 'producao'\n", ""), "site"},
		"a name with a blank": {replace("producao", "pro ducao"), "site"},
		"misspelled":          {replace("product", "produkt"), "produkt"},
		"other case":          {replace("product", "Product"), "Product"},
		"short root":          {replace(root, "0123"), "root"},
		"no database":         {config[:strings.Index(config, "[[")], "database"},
		"21 databases":        {config + repeated(20), "database"},
		"same name":           {config + "[[database]]\nname = 'erp'\nengine = 'sqlite'\npath = 'b'\n", "database.name"},
		"no name":             {replace("name = 'erp'\n", ""), "database.name"},
		"unknown engine":      {replace("'sqlite'", "'oracle'"), "database.engine"},
		"no path":             {replace("path = '../erp.db'\n", ""), "database.path"},
		"no port":             {config + "[[database]]\n" + server + "port = 65536\n", "database.port"},
		"no host":             {config + "[[database]]\n" + strings.Replace(server, "host = 'localhost'\n", "", 1), "database.host, database, user"},
		"a password":          {config + "password = 'x'\n", "database.password"},
		"a backup of nothing": {config + "[[backup]]\npath = 'x'\n", "backup.check"},
		"a backup nowhere":    {config + "[[backup]]\ncheck = 'backup'\n", "backup.path"},
		"an open bracket":     {config + "[[backup]]\ncheck = 'backup'\npath = '[x'\n", "backup.path"},
		"a variable's value":  {config + "password_variable = '$X Y'\n", "database.password_variable"},
	} {
		_, err := site.ParseConfig([]byte(test.text))
		if !errors.Is(err, site.BadConfig) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if setting := fault.Of(err).Values[0]; setting.Is != test.setting {
			t.Errorf("%s: the error names %v, not %q", name, setting.Is, test.setting)
		}
	}
}

func repeated(count int) string {
	var text strings.Builder
	for n := range count {
		text.WriteString("[[database]]\nname = 'more" + string(rune('a'+n)) + "'\nengine = 'sqlite'\npath = 'x'\n")
	}
	return text.String()
}

func TestConnectionMoved(t *testing.T) {
	base := t.TempDir()
	here, home := filepath.Join(base, "work"), filepath.Join(base, "sites", "site")
	absolute := filepath.Join(base, "erp.db")
	for given, want := range map[string]string{"erp.db": "../../work/erp.db", "../erp.db": "../../erp.db", absolute: absolute, "": ""} {
		connection := site.Connection{Path: given, PasswordFile: given}
		moved := connection.Moved(here, home)
		if moved.Path != want || moved.PasswordFile != want {
			t.Errorf("%q: %q and %q, not %q", given, moved.Path, moved.PasswordFile, want)
		}
		if moved.Within(home) != connection.Within(here) {
			t.Errorf("%q leads to another file", given)
		}
	}
}

func TestCreateOnce(t *testing.T) {
	made := created(t, config)
	if err := site.Create(made.Folder, []byte(config)); !errors.Is(err, site.SiteExists) {
		t.Error(err)
	}
	bad := filepath.Join(t.TempDir(), "bad")
	if err := site.Create(bad, []byte("product = 1")); !errors.Is(err, site.BadConfig) {
		t.Error(err)
	}
	if _, err := os.Stat(bad); err == nil {
		t.Error("a refused configuration left a folder")
	}
	if _, err := site.Open(bad, openpgp.Fingerprint{}); !errors.Is(err, site.NoSite) {
		t.Error(err)
	}
}

func TestTheProgramsRootCounts(t *testing.T) {
	made := created(t, config)
	if made.Root != fingerprint(t, root) {
		t.Errorf("the configured root is %s", made.Root)
	}
	if _, err := site.Open(made.Folder, fingerprint(t, root)); err != nil {
		t.Error(err)
	}
	if _, err := site.Open(made.Folder, fingerprint(t, other)); !errors.Is(err, site.RootDiffers) {
		t.Error(err)
	}
	without := created(t, strings.Replace(config, "root = '"+root+"'\n", "", 1))
	if opened, err := site.Open(without.Folder, fingerprint(t, other)); err != nil || opened.Root != fingerprint(t, other) {
		t.Error(err)
	}
}

func TestLicenseFolder(t *testing.T) {
	absolute := filepath.Join(t.TempDir(), "licencas")
	for written, want := range map[string]string{"": "licenses", "../licencas": "../licencas", absolute: absolute} {
		made := created(t, "licenses = '"+written+"'\n"+config)
		if !filepath.IsAbs(want) {
			want = filepath.Join(made.Folder, want)
		}
		if made.LicenseFolder() != want {
			t.Errorf("licenses = %q: %s, not %s", written, made.LicenseFolder(), want)
		}
	}
}

// A site may enroll before or after it installs the trust file.
func TestEnrollWithoutTrust(t *testing.T) {
	made := created(t, config)
	secret, err := keys.NewCode(strings.NewReader(strings.Repeat("0123456789", 10)))
	if err != nil {
		t.Fatal(err)
	}
	random := strings.NewReader(strings.Repeat("abcdefghij", 100))
	first, err := made.Enroll("00123", secret, nil, now, random)
	if err != nil {
		t.Fatal(err)
	}
	again, err := made.Enroll("00124", secret, nil, now, random)
	if err != nil || again.Fingerprint != first.Fingerprint {
		t.Errorf("enrolling again: %v, key %s, then %s", err, first.Fingerprint, again.Fingerprint)
	}
	if bytes.Equal(again.Proof, first.Proof) {
		t.Error("the proof is the same for another customer")
	}
	if _, err := made.Enroll("123x", secret, nil, now, random); err == nil {
		t.Error("a customer number with a letter was taken")
	}
	if kept, err := made.Enrollment(); err != nil || kept.Customer != "00124" {
		t.Error(kept, err)
	}
	if _, err := made.Prepare(context.Background(), request.Version{}, "", now, random, nil); !errors.Is(err, site.NoTrust) {
		t.Error(err)
	}
}

func TestAnEnrollmentForAnotherProduct(t *testing.T) {
	made := created(t, config)
	if _, err := made.Enrollment(); !errors.Is(err, site.NotEnrolled) {
		t.Error(err)
	}
	secret, err := keys.NewCode(strings.NewReader(strings.Repeat("0123456789", 10)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := made.Enroll("00123", secret, nil, now, strings.NewReader(strings.Repeat("abcdefghij", 100))); err != nil {
		t.Fatal(err)
	}
	made.Config.Product = "crm"
	if _, err := made.Enrollment(); !errors.Is(err, site.NotEnrolled) {
		t.Error(err)
	}
}

func TestTheLastGoodVerdict(t *testing.T) {
	made := created(t, config)
	if site.LastGood(made.Folder).Permits(now) {
		t.Error("a site that never had a verdict may start")
	}
	state := filepath.Join(made.Folder, "state.json")
	write := func(text string) site.Good {
		if err := os.WriteFile(state, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return site.LastGood(made.Folder)
	}
	good := write(`{"good": {"serial": "L-1-000001", "time": "2026-11-11T10:00:00Z", "days": 10}}`)
	for days, want := range map[int]bool{-1000: true, -11: true, 0: true, 1: false, 1000: false} {
		if at := now.AddDate(0, 0, days); good.Permits(at) != want {
			t.Errorf("at %s: %v", at, !want)
		}
	}
	for name, text := range map[string]string{
		"no days":   `{"good": {"serial": "L-1-000001", "time": "2026-11-11T10:00:00Z"}}`,
		"no time":   `{"good": {"serial": "L-1-000001", "days": 10}}`,
		"empty":     "",
		"half":      `{"good": {"serial": "L-1-000001", "time": "2026-11-1`,
		"not JSON":  "junk",
		"an array":  "[]",
		"wrong day": `{"good": {"serial": "L-1-000001", "time": "yesterday", "days": 10}}`,
	} {
		if write(text).Permits(now) {
			t.Errorf("%s: permits a start", name)
		}
		if opened, err := site.Open(made.Folder, openpgp.Fingerprint{}); err != nil || (len(opened.Warnings) == 0) != strings.HasPrefix(name, "no ") && name != "not JSON" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAJournalLineIsALine(t *testing.T) {
	made := created(t, config)
	made.Journal(now, "install", "two\nlines", "a\rb", "\xff", "é")
	made.Journal(now, "check")
	text, err := os.ReadFile(filepath.Join(made.Folder, "journal.log"))
	if err != nil {
		t.Fatal(err)
	}
	want := `2026-11-21T10:00:00Z install "two\nlines" "a\rb" "?" "é"` + "\n2026-11-21T10:00:00Z check\n"
	if string(text) != want || len(made.Warnings) != 0 {
		t.Errorf("the journal is %q, %v", text, made.Warnings)
	}
	gone := &site.Site{Folder: filepath.Join(made.Folder, "none")}
	gone.Journal(now, "check")
	if len(gone.Warnings) != 1 || !errors.Is(gone.Warnings[0], site.StateWarning) {
		t.Error("a journal that cannot be written is no warning")
	}
}
