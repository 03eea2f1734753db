package openpgp_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/openpgp"
)

var (
	born = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	text = []byte("kind = \"example\"\n\nformat = 1")
)

func generate(t testing.TB) *openpgp.Secret {
	t.Helper()
	secret, err := openpgp.Generate("Futura", born, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func sign(t testing.TB, secret *openpgp.Secret, at time.Time) *openpgp.Signature {
	t.Helper()
	raw, err := secret.Sign(text, at)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := openpgp.ParseSignature(raw)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func TestSignatureBelongsToItsTextAndKey(t *testing.T) {
	secret := generate(t)
	signature := sign(t, secret, born.Add(time.Hour))
	if err := secret.Certificate().Verify(text, signature); err != nil {
		t.Fatal(err)
	}
	if size := len(signature.Packet()); size > 119 {
		t.Errorf("signature packet has %d bytes, expected at most 119", size)
	}
	other := append(bytes.Clone(text), '2')
	if err := secret.Certificate().Verify(other, signature); !errors.Is(err, openpgp.Mismatch) {
		t.Errorf("another text: %v", err)
	}
	if err := generate(t).Certificate().Verify(text, signature); !errors.Is(err, openpgp.UnknownKey) {
		t.Errorf("another key: %v", err)
	}
}

// Every one-byte change and every cut of a good packet is refused, either
// as a packet or as a signature.
func TestEveryChangedByteIsRefused(t *testing.T) {
	secret := generate(t)
	good := sign(t, secret, born).Packet()
	refused := func(packet []byte) bool {
		signature, err := openpgp.ParseSignature(packet)
		return err != nil || secret.Certificate().Verify(text, signature) != nil
	}
	for i := range good {
		for _, mask := range []byte{1, 0x80, 0xFF} {
			changed := bytes.Clone(good)
			changed[i] ^= mask
			if !refused(changed) {
				t.Errorf("byte %d xor %#x is accepted", i, mask)
			}
		}
		if !refused(good[:i]) || !refused(append(bytes.Clone(good), good[i])) {
			t.Errorf("cut or extended packet at %d is accepted", i)
		}
	}
}

func TestSignerSignsWithinItsLife(t *testing.T) {
	root := generate(t)
	signer, err := root.AddSigner(root.Certificate(), born.Add(time.Hour), 365*24*time.Hour, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if keys := signer.Certificate().SigningKeys(); len(keys) != 2 || keys[1].Fingerprint != signer.Fingerprint() {
		t.Fatalf("signing keys: %+v", keys)
	}
	signature := sign(t, signer, born.Add(2*time.Hour))
	if err := root.Certificate().Verify(text, signature); !errors.Is(err, openpgp.UnknownKey) {
		t.Errorf("the older certificate does not know the signer: %v", err)
	}
	for _, when := range []time.Time{born, born.AddDate(2, 0, 0)} {
		if _, err := signer.Sign(text, when); !errors.Is(err, openpgp.KeyNotValid) {
			t.Errorf("signing at %v: %v", when, err)
		}
	}
}

func TestSecretFilesKeepTheirSecret(t *testing.T) {
	root := generate(t)
	signer, err := root.AddSigner(root.Certificate(), born, time.Hour, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []*openpgp.Secret{root, signer} {
		file, err := secret.Armor([]byte("correct horse"), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		read, err := openpgp.ReadSecret(file)
		if err != nil {
			t.Fatal(err)
		}
		if !read.Locked() || read.Fingerprint() != secret.Fingerprint() || read.HoldsPrimary() != secret.HoldsPrimary() {
			t.Fatal("the file holds another key, or a bare one")
		}
		if _, err := read.Sign(text, born); !errors.Is(err, openpgp.Locked) {
			t.Errorf("signing while locked: %v", err)
		}
		if err := read.Unlock([]byte("wrong")); !errors.Is(err, openpgp.WrongPass) {
			t.Errorf("wrong passphrase: %v", err)
		}
		if err := read.Unlock([]byte("correct horse")); err != nil {
			t.Fatal(err)
		}
		if _, err := read.Sign(text, born); err != nil {
			t.Error(err)
		}
		if _, err := openpgp.ReadCertificate(file); !errors.Is(err, openpgp.SecretInPublic) {
			t.Errorf("a secret file read as a certificate: %v", err)
		}
	}
	if _, err := openpgp.ReadSecret(root.Certificate().Armor()); !errors.Is(err, openpgp.NotSecret) {
		t.Errorf("a certificate read as a secret: %v", err)
	}
}

func TestProtectedMessageOpensWithItsPassphraseOnly(t *testing.T) {
	file, err := openpgp.Protect([]byte("PRIVATE+KEY"), []byte("geheim"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := openpgp.Unprotect(file, []byte("geheim")); err != nil || string(got) != "PRIVATE+KEY" {
		t.Fatalf("got %q, %v", got, err)
	}
	if _, err := openpgp.Unprotect(file, []byte("Geheim")); !errors.Is(err, openpgp.WrongPass) {
		t.Errorf("wrong passphrase: %v", err)
	}
	if _, err := openpgp.Unprotect(file, nil); !errors.Is(err, openpgp.Locked) {
		t.Errorf("no passphrase: %v", err)
	}
	if _, err := openpgp.Unprotect([]byte("hello"), []byte("x")); !errors.Is(err, openpgp.NotSecret) {
		t.Errorf("another file: %v", err)
	}
}

func TestCertificatesOfWrongShapeAreRefused(t *testing.T) {
	raw := generate(t).Certificate().Bytes()
	for name, data := range map[string][]byte{
		"empty":           nil,
		"cut":             raw[:len(raw)-1],
		"twice":           append(bytes.Clone(raw), raw...),
		"bytes behind":    append(bytes.Clone(raw), 0),
		"without user ID": raw[:2+int(raw[1])],
		"too large":       bytes.Repeat(raw, 1000),
	} {
		if _, err := openpgp.ReadCertificate(data); !errors.Is(err, openpgp.BadCertificate) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFingerprintGroupsReadBack(t *testing.T) {
	fingerprint := generate(t).Fingerprint()
	groups := fingerprint.Groups()
	if len(strings.Fields(groups)) != 10 {
		t.Errorf("groups: %q", groups)
	}
	for _, text := range []string{groups, strings.ToLower(fingerprint.String())} {
		if got, err := openpgp.ParseFingerprint(text); err != nil || got != fingerprint {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := openpgp.ParseFingerprint(fingerprint.String()[1:]); err == nil {
		t.Error("39 digits are accepted")
	}
}

func TestSameRandomnessSameKey(t *testing.T) {
	one, _ := openpgp.Generate("Futura", born, strings.NewReader(strings.Repeat("seed", 64)))
	two, _ := openpgp.Generate("Futura", born, strings.NewReader(strings.Repeat("seed", 64)))
	if !bytes.Equal(one.Certificate().Bytes(), two.Certificate().Bytes()) {
		t.Error("examples in docs/ cannot be made again")
	}
}

func TestCertificateIsSafeForSeveralGoroutines(t *testing.T) {
	secret := generate(t)
	signature := sign(t, secret, born)
	certificate, err := openpgp.ReadCertificate(secret.Certificate().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := certificate.Verify(text, signature); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func BenchmarkVerify(b *testing.B) {
	secret := generate(b)
	signature := sign(b, secret, born)
	for b.Loop() {
		if err := secret.Certificate().Verify(text, signature); err != nil {
			b.Fatal(err)
		}
	}
}
