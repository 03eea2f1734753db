package keys_test

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
)

func protect(t *testing.T, content string) []byte {
	t.Helper()
	file, err := openpgp.Protect([]byte(content), []byte("senha"), keystest.Seed("protect"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func generate(t *testing.T, name, origin string) (secret, verifier string) {
	t.Helper()
	secret, verifier, err := note.GenerateKey(keystest.Seed(name), origin)
	if err != nil {
		t.Fatal(err)
	}
	return secret, verifier
}

func TestOriginsOfLogKeys(t *testing.T) {
	half := strings.Repeat("a", 20)
	for origin, want := range map[string]bool{
		"futura": true, "futura/licenses": true, "a/b/c": true, "futura-2026/log-1": true, "7": true,
		half + "/" + half[1:]: true, half + half: true,
		half + "/" + half: false, half + half + "a": false,
		"": false, "/": false, "futura/": false, "/futura": false, "futura//log": false, "Futura": false,
		"futura licenses": false, "futura+licenses": false, "futura.example": false, "futura_log": false,
		"-futura": false, "futura-": false, "con": false, "futura/aux": false, "futura\n": false, "licen\u00e7as": false,
	} {
		key, err := keys.NewLogKey(origin, keystest.Seed("log"))
		if want && (err != nil || key.Origin != origin) || !want && (key != nil || !errors.Is(err, keys.BadLogKey)) {
			t.Errorf("%q: %v, %v", origin, key, err)
		}
	}
}

func TestNewLogKeyNeedsRandomness(t *testing.T) {
	if key, err := keys.NewLogKey("futura/licenses", strings.NewReader("too short")); key != nil || !errors.Is(err, keys.BadLogKey) {
		t.Errorf("%v, %v", key, err)
	}
}

// signs reports whether the secret half makes notes that the public half
// accepts under the key's origin.
func signs(t *testing.T, key *keys.LogKey) bool {
	t.Helper()
	signer, err := key.Signer()
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(key.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: "a checkpoint\n"}, signer)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	return err == nil && len(opened.Sigs) == 1 && opened.Sigs[0].Name == key.Origin && len(opened.UnverifiedSigs) == 0
}

func TestProtectAndOpenLogKeyAreInverse(t *testing.T) {
	t.Parallel()
	key := newLogKey(t, "futura/licenses", "log")
	if !signs(t, key) {
		t.Fatal("the new key's halves do not belong together")
	}
	file, err := key.Protect([]byte("senha"), keystest.Seed("protect"))
	if err != nil {
		t.Fatal(err)
	}
	if signer, _ := key.Signer(); signer == nil || bytes.Contains(file, []byte("PRIVATE+KEY")) {
		t.Error("the file shows the secret")
	}
	opened, err := keys.OpenLogKey(file, []byte("senha"))
	if err != nil || opened.Origin != key.Origin || opened.Verifier != key.Verifier || *opened != *key {
		t.Fatalf("%+v, %v", opened, err)
	}
	if !signs(t, opened) {
		t.Error("opened, it signs what its other half does not accept")
	}
}

func TestProtectWantsAPassphrase(t *testing.T) {
	if file, err := newLogKey(t, "futura/licenses", "log").Protect(nil, keystest.Seed("protect")); file != nil || !errors.Is(err, openpgp.Unprotected) {
		t.Errorf("%q, %v", file, err)
	}
}

// A passphrase is stretched slowly, on purpose: hence the few cases, and in
// parallel.
func TestOpenLogKeyRefuses(t *testing.T) {
	t.Parallel()
	secret, verifier := generate(t, "log", "futura/licenses")
	_, sameOrigin := generate(t, "another log", "futura/licenses")
	_, otherOrigin := generate(t, "log", "futura/other")
	dotted, dottedVerifier := generate(t, "log", "futura.example")
	root := newRoot(t, "root")
	secretKey, err := root.Armor(nil, keystest.Seed("armor"))
	if err != nil {
		t.Fatal(err)
	}
	file := func(content []byte) func(*testing.T) []byte { return func(*testing.T) []byte { return content } }
	protected := func(content string) func(*testing.T) []byte {
		return func(t *testing.T) []byte { return protect(t, content) }
	}
	good := secret + "\n" + verifier + "\n"
	once := sync.OnceValue(func() []byte { return protect(t, good) })
	shared := func(*testing.T) []byte { return bytes.Clone(once()) }
	for name, test := range map[string]struct {
		file       func(*testing.T) []byte
		passphrase string
		want       fault.Code
	}{
		"wrong passphrase":               {shared, "Senha", openpgp.WrongPass},
		"no passphrase":                  {file(openpgp.Armor(openpgp.MessageBlock, []byte("never looked at"))), "", openpgp.Locked},
		"damaged":                        {func(t *testing.T) []byte { return damage(shared(t)) }, "senha", openpgp.WrongPass},
		"empty":                          {file(nil), "senha", openpgp.NotSecret},
		"unprotected":                    {file([]byte(good)), "senha", openpgp.NotSecret},
		"a certificate":                  {file(root.Certificate().Armor()), "senha", openpgp.NotSecret},
		"a signer's secret":              {file(secretKey), "senha", openpgp.NotSecret},
		"another content":                {protected("Bom dia!"), "senha", keys.BadLogKey},
		"another key's public half":      {protected(secret + "\n" + sameOrigin + "\n"), "senha", keys.BadLogKey},
		"another origin's public half":   {protected(secret + "\n" + otherOrigin + "\n"), "senha", keys.BadLogKey},
		"an origin that is not accepted": {protected(dotted + "\n" + dottedVerifier + "\n"), "senha", keys.BadLogKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := keys.OpenLogKey(test.file(t), []byte(test.passphrase)); !errors.Is(err, test.want) {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

// damage changes a character in the middle of the base64.
func damage(file []byte) []byte {
	middle := len(file) / 2
	file[middle] = map[bool]byte{true: 'B', false: 'A'}[file[middle] == 'A']
	return file
}
