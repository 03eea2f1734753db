package openpgp

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// A revocation stops who signs, and leaves what was signed to the trust file.
func TestRevokedKeysMayNotSignAndStillVerify(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	root, err := Generate("Futura", at, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := root.AddSigner(root.Certificate(), at, 1000*time.Hour, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("kind = \"example\"")
	raw, err := signer.Sign(text, at.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := ParseSignature(raw)
	if err != nil {
		t.Fatal(err)
	}
	for name, reason := range map[string]packet.ReasonForRevocation{"hard": packet.KeyCompromised, "soft": packet.KeySuperseded} {
		for _, whole := range []bool{false, true} {
			entity, err := readEntity(signer.certificate.raw)
			if err != nil {
				t.Fatal(err)
			}
			entity.PrivateKey = root.key
			if config := policy(at.Add(2 * time.Hour)); whole {
				err = entity.Revoke(reason, "", config)
			} else {
				err = entity.Subkeys[0].Revoke(reason, "", config)
			}
			if err != nil {
				t.Fatal(err)
			}
			revoked, err := publicPart(entity)
			if err != nil {
				t.Fatal(err)
			}
			if err := revoked.CheckSigner(signer.Fingerprint(), at.Add(3*time.Hour)); !errors.Is(err, Ended) {
				t.Errorf("%s, whole certificate %v: %v", name, whole, err)
			}
			if err := revoked.Verify(text, signature); err != nil {
				t.Errorf("%s, whole certificate %v: an honest signature: %v", name, whole, err)
			}
		}
	}
	if err := signer.certificate.CheckSigner(signer.Fingerprint(), at.Add(3*time.Hour)); err != nil {
		t.Error(err)
	}
}
