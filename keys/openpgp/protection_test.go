package openpgp_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/openpgp"
)

var passphrase = []byte("correct horse")

func armored(t testing.TB, secret *openpgp.Secret, passphrase []byte) []byte {
	t.Helper()
	file, err := secret.Armor(passphrase, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// packets takes the armor off that this package wrote.
func packets(t testing.TB, file []byte) []byte {
	t.Helper()
	_, content, _ := strings.Cut(string(file), "\n\n")
	content, _, _ = strings.Cut(content, "\n=")
	raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(content, "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// protectedAs is how Armor protects a secret: usage 254, AES-256, iterated
// and salted, SHA-256.
var protectedAs = []byte{254, 9, 3, 8}

// publicLength is the length of the public part of an Ed25519 key: version,
// time, algorithm, curve, point.
const publicLength = 1 + 4 + 1 + 10 + 2 + 33

// rewrite changes what follows the public part of the first packet, the
// secret key of a root.
func rewrite(t testing.TB, raw []byte, change func(tail []byte) []byte) []byte {
	t.Helper()
	tail := raw[2+publicLength : 2+raw[1]]
	if !bytes.HasPrefix(tail, protectedAs) {
		t.Fatalf("the tail begins with %v", tail[:8])
	}
	changed := append(bytes.Clone(raw[2:2+publicLength]), change(tail)...)
	return append(append([]byte{raw[0], byte(len(changed))}, changed...), raw[2+int(raw[1]):]...)
}

func TestSecretsAreAskedHowTheyAreProtected(t *testing.T) {
	root := generate(t)
	raw := packets(t, armored(t, root, passphrase))
	replace := func(with ...byte) func([]byte) []byte {
		return func(tail []byte) []byte { return append(with, tail[len(with):]...) }
	}
	iterated := func(count byte) func([]byte) []byte {
		return func(tail []byte) []byte {
			changed := bytes.Clone(tail)
			changed[12] = count
			return changed
		}
	}
	for name, test := range map[string]struct {
		change func([]byte) []byte
		want   error
	}{
		"as made":              {iterated(0xFF), nil},
		"gpg 2.0's count":      {iterated(0x60), openpgp.WeakProtection},
		"just below the limit": {iterated(0x9F), openpgp.WeakProtection},
		"the limit":            {iterated(0xA0), nil},
		"iterated once":        {iterated(0), openpgp.WeakProtection},
		"simple":               {func(tail []byte) []byte { return append([]byte{254, 9, 0, 8}, tail[13:]...) }, openpgp.WeakProtection},
		"salted":               {func(tail []byte) []byte { return append([]byte{254, 9, 1, 8}, append(tail[4:12:12], tail[13:]...)...) }, openpgp.WeakProtection},
		"16-bit checksum":      {replace(255), openpgp.WeakProtection},
		"CAST5":                {func(tail []byte) []byte { return append([]byte{254, 3}, tail[2:]...) }, openpgp.WeakProtection},
	} {
		read, err := openpgp.ReadSecret(rewrite(t, raw, test.change))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := read.Protection(); !errors.Is(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	bare, err := openpgp.ReadSecret(armored(t, root, nil))
	if err != nil || !errors.Is(bare.Protection(), openpgp.Unprotected) {
		t.Errorf("without a passphrase: %v, %v", bare.Protection(), err)
	}
	signer, err := root.AddSigner(root.Certificate(), born, time.Hour, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	read, err := openpgp.ReadSecret(armored(t, signer, passphrase))
	if err != nil || read.Protection() != nil {
		t.Errorf("a signer: %v, %v", read.Protection(), err)
	}
	bare, err = openpgp.ReadSecret(armored(t, signer, nil))
	if err != nil || !errors.Is(bare.Protection(), openpgp.Unprotected) {
		t.Errorf("a bare signer: %v, %v", bare.Protection(), err)
	}
}

func TestMessagesAreAskedHowTheyAreProtected(t *testing.T) {
	file, err := openpgp.Protect([]byte("PRIVATE+KEY"), passphrase, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw := packets(t, file)
	for name, change := range map[string]func([]byte){
		"low count":  func(packet []byte) { packet[2+12] = 0x60 },
		"simple":     func(packet []byte) { packet[2+2] = 0 },
		"salted":     func(packet []byte) { packet[2+2] = 1 },
		"old cipher": func(packet []byte) { packet[2+1] = 3 },
		"version 3":  func(packet []byte) { packet[2] = 3 },
	} {
		changed := bytes.Clone(raw)
		change(changed)
		if _, err := openpgp.Unprotect(openpgp.Armor(openpgp.MessageBlock, changed), passphrase); !errors.Is(err, openpgp.WeakProtection) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The public part of a key file is not under the passphrase: one that was
// exchanged must not be signed with.
func TestExchangedPublicPartIsRefused(t *testing.T) {
	mine, other := generate(t), generate(t)
	raw, foreign := packets(t, armored(t, mine, passphrase)), packets(t, armored(t, other, passphrase))
	for i := range publicLength {
		changed := bytes.Clone(raw)
		changed[2+i] ^= 1
		if read, err := openpgp.ReadSecret(changed); err == nil {
			t.Errorf("byte %d of the public part changed: key %s is read", i, read.Fingerprint())
		}
	}
	tail := raw[2+publicLength : 2+raw[1]]
	exchanged := rewrite(t, foreign, func([]byte) []byte { return tail })
	read, err := openpgp.ReadSecret(exchanged)
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Unlock([]byte("wrong")); !errors.Is(err, openpgp.WrongPass) {
		t.Errorf("wrong passphrase: %v", err)
	}
	if err := read.Unlock(passphrase); !errors.Is(err, openpgp.OtherHalf) {
		t.Errorf("the other certificate around my secret: %v", err)
	}
	if _, err := read.Sign(text, born); err == nil {
		t.Error("it signs")
	}
}

func TestPrimarySecretIsFoundWhateverElseIsThere(t *testing.T) {
	root := generate(t)
	signer, err := root.AddSigner(root.Certificate(), born, time.Hour, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rootFile, signerFile := armored(t, root, passphrase), armored(t, signer, passphrase)
	if !openpgp.HoldsPrimarySecret(rootFile) || !openpgp.HoldsPrimarySecret(packets(t, rootFile)) {
		t.Error("the root is not found")
	}
	// Root and signer in one file, as gpg --export-secret-keys writes them:
	// the signer's packets and their binding behind the root's.
	rootRaw, signerRaw := packets(t, rootFile), packets(t, signerFile)
	subkey := bytes.Index(signerRaw, []byte{0xC0 | 7})
	for subkey >= 0 && signerRaw[subkey+2] != 4 {
		subkey += 1 + bytes.Index(signerRaw[subkey+1:], []byte{0xC0 | 7})
	}
	both := append(bytes.Clone(rootRaw), signerRaw[subkey:]...)
	if _, err := openpgp.ReadSecret(both); !errors.Is(err, openpgp.NotSecret) {
		t.Errorf("two signing secrets: %v", err)
	}
	if !openpgp.HoldsPrimarySecret(both) {
		t.Error("the root beside a signer is not found")
	}
	for name, data := range map[string][]byte{"signer": signerFile, "certificate": root.Certificate().Armor(), "text": text, "nothing": nil} {
		if openpgp.HoldsPrimarySecret(data) {
			t.Errorf("found in: %s", name)
		}
	}
	for name, test := range map[string]struct {
		data []byte
		want bool
	}{"signer": {signerFile, true}, "bare": {rootRaw, true}, "certificate": {root.Certificate().Armor(), false}, "packets": {root.Certificate().Bytes(), false}, "text": {text, false}} {
		if got := openpgp.HoldsSecret(test.data); got != test.want {
			t.Errorf("%s holds a secret: %v", name, got)
		}
	}
}

func TestEndedKeysMayNotSign(t *testing.T) {
	root := generate(t)
	signer, err := root.AddSigner(root.Certificate(), born.Add(time.Hour), 24*time.Hour, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certificate := signer.Certificate()
	for _, test := range []struct {
		at   time.Time
		want error
	}{{born, openpgp.Ended}, {born.Add(time.Hour), nil}, {born.Add(24 * time.Hour), nil}, {born.Add(25 * time.Hour), openpgp.Ended}} {
		if err := certificate.CheckSigner(signer.Fingerprint(), test.at); !errors.Is(err, test.want) {
			t.Errorf("at %v: %v, want %v", test.at, err, test.want)
		}
	}
	if err := root.Certificate().CheckSigner(signer.Fingerprint(), born.Add(2*time.Hour)); !errors.Is(err, openpgp.UnknownKey) {
		t.Errorf("not in the certificate: %v", err)
	}
}

// Ten wrong guesses get one answer, and do no harm.
func TestWrongPassphrasesLearnNothing(t *testing.T) {
	root := generate(t)
	read, err := openpgp.ReadSecret(armored(t, root, passphrase))
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]bool{}
	for i := range 10 {
		err := read.Unlock([]byte(strings.Repeat("x", 1+30*i)))
		if !errors.Is(err, openpgp.WrongPass) {
			t.Fatal(err)
		}
		answers[err.Error()] = true
	}
	if len(answers) != 1 {
		t.Errorf("answers: %v", answers)
	}
	if err := read.Unlock(passphrase); err != nil {
		t.Error(err)
	}
}

// FuzzSecretFiles: whatever a file holds, looking at it does not panic, and
// what is read as a good secret is under a passphrase.
func FuzzSecretFiles(f *testing.F) {
	root := generate(f)
	raw := packets(f, armored(f, root, passphrase))
	message, err := openpgp.Protect([]byte("PRIVATE+KEY"), passphrase, rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(packets(f, armored(f, root, nil)))
	f.Add(packets(f, message))
	f.Add(root.Certificate().Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		openpgp.HoldsSecret(data)
		primary := openpgp.HoldsPrimarySecret(data)
		// Without a passphrase nothing is stretched, so this stays fast.
		if _, err := openpgp.Unprotect(openpgp.Armor(openpgp.MessageBlock, data), nil); err == nil {
			t.Fatal("opened without a passphrase")
		}
		read, err := openpgp.ReadSecret(data)
		if err != nil {
			return
		}
		if read.Protection() == nil && !read.Locked() {
			t.Error("a bare secret passes for a protected one")
		}
		if read.HoldsPrimary() && !primary {
			t.Error("a primary secret is not found")
		}
	})
}
