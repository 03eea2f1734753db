package site_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/issue/issuetest"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/request/site"

	_ "modernc.org/sqlite"
)

// issuer signs trust files of any number and content.
type issuer struct{ *issuetest.Issuer }

func newIssuer(t *testing.T) issuer {
	t.Helper()
	made, err := issuetest.New("Futura", now)
	if err != nil {
		t.Fatal(err)
	}
	return issuer{made}
}

func (i issuer) trust(t *testing.T, sequence int64, name string) []byte {
	t.Helper()
	file := i.Trust.TrustFile
	file.Sequence, file.Issuer = sequence, name
	sealed, err := keys.SealTrust(file, i.Root)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func (i issuer) site(t *testing.T) *site.Site {
	t.Helper()
	return created(t, strings.Replace(config, root, i.Root.Fingerprint().String(), 1))
}

func reopened(t *testing.T, s *site.Site) *site.Site {
	t.Helper()
	opened, err := site.Open(s.Folder, openpgp.Fingerprint{})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

func install(s *site.Site, files ...[]byte) error {
	var given []site.Given
	for _, file := range files {
		given = append(given, site.Given{Name: "given", Data: file})
	}
	_, err := s.Install(context.Background(), given, site.Place{Now: now})
	return err
}

// The cases of TUF that apply to one file under one root: rollback, two files
// of one number, a number far ahead and the way back from it. Each step is a
// new run of the program.
func TestTrustFilesGoForwardOnly(t *testing.T) {
	issuer := newIssuer(t)
	s := issuer.site(t)
	for _, step := range []struct {
		name     string
		sequence int64
		issuer   string
		want     error
		then     int64
	}{
		{"the first", 3, "Futura", nil, 3},
		{"the same again", 3, "Futura", nil, 3},
		{"rollback", 2, "Futura", site.OlderTrust, 3},
		{"another of the same number", 3, "Futura two", keys.SameNumber, 3},
		{"numbers may be left out", 7, "Futura", nil, 7},
		{"far ahead", keys.MaxSequence - 1, "Futura", nil, keys.MaxSequence - 1},
		{"rollback after it", 8, "Futura", site.OlderTrust, keys.MaxSequence - 1},
		{"another of that number", keys.MaxSequence - 1, "Futura two", keys.SameNumber, keys.MaxSequence - 1},
		{"recovery by the next", keys.MaxSequence, "Futura", nil, keys.MaxSequence},
	} {
		s = reopened(t, s)
		if err := install(s, issuer.trust(t, step.sequence, step.issuer)); !errors.Is(err, step.want) {
			t.Errorf("%s: %v, want %v", step.name, err, step.want)
		}
		if s = reopened(t, s); s.Trust.Sequence != step.then || len(s.Warnings) > 0 {
			t.Errorf("%s: number %d, %v", step.name, s.Trust.Sequence, s.Warnings)
		}
	}
}

// Two files at once: the newer counts in either order, and of two with one
// number none is installed.
func TestTwoTrustFilesAtOnce(t *testing.T) {
	issuer := newIssuer(t)
	s := issuer.site(t)
	if err := install(s, issuer.trust(t, 1, "Futura"), issuer.trust(t, 1, "Futura two")); !errors.Is(err, keys.SameNumber) {
		t.Errorf("two of one number: %v", err)
	}
	if reopened(t, s).Trust != nil {
		t.Error("one of them was installed")
	}
	if err := install(issuer.site(t), issuer.trust(t, 2, "Futura"), issuer.trust(t, 1, "Futura")); !errors.Is(err, site.OlderTrust) {
		t.Errorf("the older behind the newer: %v", err)
	}
}

// Somebody puts an older trust file, or another one, into the folder past
// install: a warning, and everything goes on.
func TestRollbackInTheFolderWarns(t *testing.T) {
	issuer := newIssuer(t)
	s := issuer.site(t)
	if err := install(s, issuer.trust(t, 5, "Futura")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		file []byte
		want error
	}{
		{"older", issuer.trust(t, 4, "Futura"), site.OlderTrust},
		{"another", issuer.trust(t, 5, "Futura two"), keys.SameNumber},
	} {
		if err := os.WriteFile(filepath.Join(s.Folder, "futura.trust"), test.file, 0o600); err != nil {
			t.Fatal(err)
		}
		if opened := reopened(t, s); len(opened.Warnings) != 1 || !errors.Is(opened.Warnings[0], test.want) {
			t.Errorf("%s: %v", test.name, opened.Warnings)
		}
	}
	// A state of an earlier program has no digest.
	state := filepath.Join(s.Folder, "state.json")
	if err := os.WriteFile(state, []byte(`{"sequence": 5}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if opened := reopened(t, s); len(opened.Warnings) != 0 {
		t.Errorf("no digest: %v", opened.Warnings)
	}
}

// A frozen site is warned after eighteen months, and nothing else happens.
func TestAgeWarns(t *testing.T) {
	issuer := newIssuer(t)
	s := issuer.site(t)
	s.WarnOfAge(now.AddDate(9, 0, 0)) // no trust file, no age
	if err := install(s, issuer.trust(t, 1, "Futura")); err != nil {
		t.Fatal(err)
	}
	s.WarnOfAge(now.AddDate(0, 18, 0))
	if len(s.Warnings) != 0 {
		t.Errorf("at eighteen months: %v", s.Warnings)
	}
	s.WarnOfAge(now.AddDate(0, 18, 0).Add(time.Second))
	if len(s.Warnings) != 1 || !errors.Is(s.Warnings[0], site.OldTrust) {
		t.Errorf("after eighteen months: %v", s.Warnings)
	}
}
