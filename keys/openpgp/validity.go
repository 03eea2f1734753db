package openpgp

import (
	"slices"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Revoked reports whether the certificate holds a revocation of the key, or
// of the primary key, that its owner signed. The date and the reason of the
// revocation do not matter: whoever holds a stolen key can choose the date of
// a signature. Revocations by others are ignored.
func (c *Certificate) Revoked(key Fingerprint) bool {
	return slices.Contains(c.revoked, key) || slices.Contains(c.revoked, c.Fingerprint())
}

// CheckSigning reports why no key of the certificate can sign now: revoked,
// expired, for other uses, or of a kind that is not accepted.
func (c *Certificate) CheckSigning(now time.Time) error {
	err := error(KeyNotValid.New("no key for signing", "key", c.Fingerprint(), "time", now, "reason", "not for signing"))
	for _, key := range c.SigningKeys() {
		if err = c.checkSigning(key, now); err == nil {
			return nil
		}
	}
	return err
}

func (c *Certificate) checkSigning(key Key, now time.Time) error {
	if c.Revoked(key.Fingerprint) {
		return Revoked.New("the key was revoked by its owner", "key", key.Fingerprint)
	}
	if err := checkStrength(c.find(key.Fingerprint)); err != nil {
		return err
	}
	number := keyNumber(key.Fingerprint.KeyID())
	if found, ok := c.entity.SigningKeyById(now, number, policy(now)); !ok || Fingerprint(found.PublicKey.Fingerprint) != key.Fingerprint {
		return KeyNotValid.New("the key is not valid for signing now",
			"key", key.Fingerprint, "time", now, "reason", c.whyNotValid(key.Fingerprint, now))
	}
	return nil
}

// revokedKeys verifies the revocations that are in a certificate.
func revokedKeys(entity *pgp.Entity) (revoked []Fingerprint) {
	if slices.ContainsFunc(entity.Revocations, func(revocation *packet.VerifiableSignature) bool {
		return entity.PrimaryKey.VerifyRevocationSignature(revocation.Packet) == nil
	}) {
		revoked = append(revoked, Fingerprint(entity.PrimaryKey.Fingerprint))
	}
	for _, subkey := range entity.Subkeys {
		if slices.ContainsFunc(subkey.Revocations, func(revocation *packet.VerifiableSignature) bool {
			return entity.PrimaryKey.VerifySubkeyRevocationSignature(revocation.Packet, subkey.PublicKey) == nil
		}) {
			revoked = append(revoked, Fingerprint(subkey.PublicKey.Fingerprint))
		}
	}
	return revoked
}

// find returns the key of a fingerprint, or nil.
func (c *Certificate) find(fingerprint Fingerprint) *packet.PublicKey {
	if c.Fingerprint() == fingerprint {
		return c.entity.PrimaryKey
	}
	for _, subkey := range c.entity.Subkeys {
		if Fingerprint(subkey.PublicKey.Fingerprint) == fingerprint {
			return subkey.PublicKey
		}
	}
	return nil
}

// notValid says why a key of the certificate could not sign at the time of
// the signature.
func (c *Certificate) notValid(key Fingerprint, at time.Time) error {
	return KeyNotValid.New("the key was not valid for signing at that time", "key", key, "time", at, "reason", c.whyNotValid(key, at))
}

func (c *Certificate) whyNotValid(key Fingerprint, at time.Time) string {
	signing := c.SigningKeys()
	i := slices.IndexFunc(signing, func(candidate Key) bool { return candidate.Fingerprint == key })
	if i < 0 {
		return "not for signing"
	}
	if at.Before(signing[i].Created) {
		return "key is younger"
	}
	return "expired" // the key itself, its binding, or the primary key
}
