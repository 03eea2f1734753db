package site_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/site"
)

// The newest twenty requests are kept, signed or as texts, whatever the clock
// was; what is no request is a warning and hides nothing.
func TestRequestsThatAreKept(t *testing.T) {
	made := created(t, config)
	key, err := openpgp.Generate("site", now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	asked := func(at time.Time) request.Request {
		return request.Request{
			Created: at, Customer: "00123", Site: "producao", Product: request.Product{Name: "sispetro", Version: "8.9"},
			Databases: []request.Database{{Name: "erp", Profile: signedtext.DigestOf(nil), Salt: make([]byte, request.SaltSize), Items: []byte{1}}},
		}
	}
	if kept := made.Requests(); kept != nil || made.Warnings != nil {
		t.Errorf("at first: %v, %v", kept, made.Warnings)
	}
	var digests []signedtext.Digest
	for n := range 25 {
		this := asked(now.Add(time.Duration(n) * time.Hour))
		text, err := this.Text(key.Certificate())
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, signedtext.DigestOf(text))
		if n%2 == 0 {
			made.KeepRequest(text, digests[n], false)
			continue
		}
		signed, err := this.Seal(key)
		if err != nil {
			t.Fatal(err)
		}
		made.KeepRequest(signed.Document.Render(), digests[n], true)
	}
	kept := made.Requests()
	if len(kept) != 20 || made.Warnings != nil {
		t.Fatalf("%d are kept, %v", len(kept), made.Warnings)
	}
	for n, found := range kept {
		if found.Digest != digests[24-n] || !found.Created.Equal(now.Add(time.Duration(24-n)*time.Hour)) {
			t.Errorf("%d: %v of %v", n, found.Digest, found.Created)
		}
	}

	// A clock that went back: the request of today stays.
	early := asked(now.AddDate(-1, 0, 0))
	text, err := early.Text(key.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	made.KeepRequest(text, signedtext.DigestOf(text), false)
	if kept := made.Requests(); kept[len(kept)-1].Digest != signedtext.DigestOf(text) {
		t.Error("the request that was just sent is not kept")
	}

	for n, wrong := range []string{"", "kind = 1", "-----BEGIN PGP SIGNED MESSAGE-----"} {
		if err := os.WriteFile(filepath.Join(made.Folder, "requests", fmt.Sprintf("wrong-%d.request", n)), []byte(wrong), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if kept := made.Requests(); len(kept) != 21 || len(made.Warnings) != 3 {
		t.Errorf("%d are kept, %v", len(kept), made.Warnings)
	}
	for _, warning := range made.Warnings {
		if !errors.Is(warning, site.StateWarning) {
			t.Error(warning)
		}
	}
}
