package openpgp_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/peertest"
)

// Leading zeros of R and S, which a packet leaves out, come about once in 128
// signatures each.
func TestWhatIsReducedComesBack(t *testing.T) {
	secret, err := openpgp.Generate("Futura", born, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shorter := 0
	for i := range 600 {
		text, at := fmt.Appendf(nil, "text = %d", i), born.Add(time.Duration(i)*time.Hour)
		packet, err := secret.Sign(text, at)
		if err != nil {
			t.Fatal(err)
		}
		bare, ok := openpgp.Reduce(text, packet)
		if !ok || bare.Layout != openpgp.OwnLayout || !bare.Created.Equal(at) {
			t.Fatalf("%d: %+v, %v", i, bare, ok)
		}
		if again := bare.Packet(text, secret.Fingerprint()); !bytes.Equal(again, packet) {
			t.Fatalf("%d: %x, want %x", i, again, packet)
		}
		if len(packet) < 119 {
			shorter++
		}
		if _, ok := openpgp.Reduce([]byte("another text"), packet); ok {
			t.Fatal("reduced with another text")
		}
	}
	if shorter == 0 {
		t.Error("no signature had a leading zero")
	}
	if _, ok := openpgp.Reduce(nil, nil); ok {
		t.Error("nothing was reduced")
	}
	if packet := (openpgp.Bare{}).Packet(nil, secret.Fingerprint()); len(packet) == 0 {
		t.Error("zero numbers have no packet")
	} else if _, err := openpgp.ParseSignature(packet); err == nil {
		t.Error("zero numbers were accepted")
	}
}

// What gpg signs with a key on Ed25519 has one layout too, and what it signs
// with RSA has no short one.
func TestWhatGnuPGSignedComesBack(t *testing.T) {
	gpg := peertest.NewGnuPG(t)
	gpg.Write("text", text)
	for algorithm, want := range map[string]bool{"ed25519": true, "rsa3072": false} {
		key := gpg.Generate(algorithm, algorithm, "sign", "never")
		gpg.Run("--local-user", key, "--digest-algo", "SHA512", "--disable-signer-uid", "--textmode", "--output", algorithm, "--detach-sign", "text")
		packet := gpg.Read(algorithm)
		signature, err := openpgp.ParseSignature(packet)
		if err != nil {
			t.Fatal(err)
		}
		bare, ok := openpgp.Reduce(text, packet)
		if ok != want || ok && (bare.Layout != openpgp.GnuPGLayout || !bytes.Equal(bare.Packet(text, signature.Issuer), packet)) {
			t.Errorf("%s: %+v, %v\n%x", algorithm, bare, ok, packet)
		}
	}
}
