package openpgp

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/eddsa"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Limits on a certificate, checked before it is decoded. An issuer
// certificate with twenty yearly signers has 43 packets and 6 kB; gpg's
// RSA-4096 certificate has 5 packets and 3 kB. A certificate flooded with
// user IDs (CVE-2019-13050) is over the limit at once.
const (
	MaxCertificate        = 32 << 10
	MaxCertificatePackets = 128
)

// Packet tags (RFC 9580, 5) that may stand in a certificate.
const (
	tagSignature    = 2
	tagSecretKey    = 5
	tagPublicKey    = 6
	tagSecretSubkey = 7
	tagUserID       = 13
	tagPublicSubkey = 14
	// tagUserAttribute is a picture, in certificates that gpg exports. It
	// counts against the limits and is not read.
	tagUserAttribute = 17
)

// Certificate is one version 4 certificate. It is safe for use by several
// goroutines: its self-signatures are verified when it is read.
type Certificate struct {
	raw     []byte
	entity  *pgp.Entity
	revoked []Fingerprint // keys that their owner revoked in raw
}

// Key describes one key of a certificate that may sign.
type Key struct {
	Fingerprint Fingerprint
	Primary     bool
	Created     time.Time
	Expires     time.Time // zero: never
}

// ReadCertificate reads exactly one certificate, armored or bare. It refuses
// secret keys, several certificates, keys that are not version 4, weak
// primary keys, and certificates over the limits. Revocations end nothing
// here, see the package comment; Revoked tells of them.
func ReadCertificate(data []byte) (*Certificate, error) {
	if len(data) > 2*MaxCertificate {
		return nil, badCertificate("too large", nil)
	}
	if bytes.Contains(data, []byte(beginArmor+SecretBlock)) {
		return nil, SecretInPublic.New("a secret key where a certificate is expected")
	}
	raw, block, err := unarmor(data)
	if err != nil || block != "" && block != CertificateBlock {
		return nil, badCertificate("armor", err)
	}
	if err := checkPackets(raw, tagPublicKey, tagPublicSubkey, tagUserID, tagUserAttribute, tagSignature); err != nil {
		return nil, err
	}
	entity, revoked, err := readWithRevocations(raw)
	if err != nil {
		return nil, err
	}
	return &Certificate{raw: bytes.Clone(raw), entity: entity, revoked: revoked}, nil
}

// ReadPackets is ReadCertificate for bare packets alone: in a document there
// is one spelling of a certificate.
func ReadPackets(data []byte) (*Certificate, error) {
	certificate, err := ReadCertificate(data)
	if err == nil && !bytes.Equal(certificate.raw, data) {
		return nil, badCertificate("armor", nil)
	}
	return certificate, err
}

func badCertificate(reason string, cause error) error {
	return BadCertificate.Wrap(cause, "not an acceptable certificate", "reason", reason)
}

// checkPackets walks the packet headers without decoding anything.
func checkPackets(raw []byte, allowed ...byte) error {
	if len(raw) == 0 || len(raw) > MaxCertificate {
		return badCertificate("size", nil)
	}
	for count, rest := 0, raw; len(rest) > 0; count++ {
		tag, length, ok := nextPacket(rest)
		if !ok || count == MaxCertificatePackets {
			return badCertificate("packets", nil)
		}
		if !slices.Contains(allowed, tag) {
			if tag == tagSecretKey || tag == tagSecretSubkey {
				return SecretInPublic.New("a secret key where a certificate is expected")
			}
			return badCertificate("packet that does not belong there", nil)
		}
		if isPrimary := tag == tagPublicKey || tag == tagSecretKey; isPrimary != (count == 0) {
			return badCertificate("not exactly one primary key, and first", nil)
		}
		rest = rest[length:]
	}
	return nil
}

// nextPacket returns the tag and whole length of the first packet. Partial
// and indeterminate lengths are not accepted.
func nextPacket(data []byte) (tag byte, length int, ok bool) {
	if len(data) < 2 || data[0]&0x80 == 0 {
		return 0, 0, false
	}
	header := 2
	if data[0]&0x40 != 0 {
		tag, length = data[0]&0x3F, int(data[1])
		if length >= 192 {
			if length >= 224 || len(data) < 3 {
				return 0, 0, false
			}
			header, length = 3, (length-192)<<8+int(data[2])+192
		}
	} else {
		tag, length = data[0]>>2&0x0F, int(data[1])
		switch data[0] & 3 {
		case 0:
		case 1:
			if len(data) < 3 {
				return 0, 0, false
			}
			header, length = 3, length<<8|int(data[2])
		default:
			return 0, 0, false
		}
	}
	return tag, header + length, header+length <= len(data)
}

func readEntity(raw []byte) (*pgp.Entity, error) {
	entity, _, err := readWithRevocations(raw)
	return entity, err
}

// readWithRevocations decodes the packets, drops revocations after listing
// the keys that they end, and verifies every self-signature and binding once,
// so that later reads share no state.
func readWithRevocations(raw []byte) (entity *pgp.Entity, revoked []Fingerprint, err error) {
	defer func() {
		if recover() != nil {
			entity, revoked, err = nil, nil, badCertificate("decoder", nil)
		}
	}()
	entity, err = pgp.ReadEntity(packet.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, nil, badCertificate("decoder", err)
	}
	if err := checkStrength(entity.PrimaryKey); err != nil {
		return nil, nil, err
	}
	revoked = revokedKeys(entity)
	dropRevocations(entity)
	config := policy(time.Time{})
	if _, err := entity.VerifyPrimaryKey(time.Time{}, config); err != nil {
		return nil, nil, badCertificate("self-signature", err)
	}
	entity.Subkeys = slices.DeleteFunc(entity.Subkeys, func(subkey pgp.Subkey) bool {
		_, err := subkey.Verify(time.Time{}, config)
		return err != nil
	})
	if err := checkSubkeys(entity.Subkeys, config); err != nil {
		return nil, nil, err
	}
	return entity, revoked, nil
}

func dropRevocations(entity *pgp.Entity) {
	entity.Revocations = nil
	for _, identity := range entity.Identities {
		identity.Revocations = nil
	}
	for i := range entity.Subkeys {
		entity.Subkeys[i].Revocations = nil
	}
}

// Fingerprint returns the fingerprint of the primary key.
func (c *Certificate) Fingerprint() Fingerprint { return Fingerprint(c.entity.PrimaryKey.Fingerprint) }

// Bytes returns the packets as they were read.
func (c *Certificate) Bytes() []byte { return bytes.Clone(c.raw) }

// Armor returns the certificate as an armored file for gpg and its peers.
func (c *Certificate) Armor() []byte { return Armor(CertificateBlock, c.raw) }

// Created returns the creation time of the primary key.
func (c *Certificate) Created() time.Time { return c.entity.PrimaryKey.CreationTime.UTC() }

// UserID returns the primary user ID. It is what its owner wrote and proves
// nothing.
func (c *Certificate) UserID() string {
	if _, identity := c.entity.PrimaryIdentity(time.Time{}, policy(time.Time{})); identity != nil {
		return identity.Name
	}
	return ""
}

// UserIDs returns every user ID in the certificate, in the order of the
// alphabet: who gets the certificate reads all of them.
func (c *Certificate) UserIDs() []string { return slices.Sorted(maps.Keys(c.entity.Identities)) }

// SigningKeys lists the keys that may sign, the primary key first.
func (c *Certificate) SigningKeys() []Key {
	var keys []Key
	config := policy(time.Time{})
	if binding, err := c.entity.VerifyPrimaryKey(time.Time{}, config); err == nil && binding.FlagsValid && binding.FlagSign {
		keys = append(keys, describe(c.entity.PrimaryKey, binding, true))
	}
	for _, subkey := range c.entity.Subkeys {
		if binding, err := subkey.Verify(time.Time{}, config); err == nil && binding.FlagsValid && binding.FlagSign {
			keys = append(keys, describe(subkey.PublicKey, binding, false))
		}
	}
	return keys
}

func describe(key *packet.PublicKey, binding *packet.Signature, primary bool) Key {
	described := Key{Fingerprint: Fingerprint(key.Fingerprint), Primary: primary, Created: key.CreationTime.UTC()}
	if seconds := binding.KeyLifetimeSecs; seconds != nil && *seconds != 0 {
		described.Expires = described.Created.Add(time.Duration(*seconds) * time.Second)
	}
	return described
}

// CheckSigner refuses to let a key of this certificate sign at a time: one
// that is not there, has not begun, has expired or was revoked. It is for who
// signs. Verify, for who reads, leaves revocations to the trust file.
func (c *Certificate) CheckSigner(fingerprint Fingerprint, at time.Time) error {
	keys := c.SigningKeys()
	index := slices.IndexFunc(keys, func(key Key) bool { return key.Fingerprint == fingerprint })
	if index < 0 {
		return UnknownKey.New("not a signing key of the certificate", "key", fingerprint)
	}
	key := keys[index]
	switch {
	case c.Revoked(fingerprint):
		return Ended.New("the key was revoked", "key", fingerprint, "reason", "revoked")
	case at.Before(key.Created):
		return Ended.New("the key is of the future", "key", fingerprint, "reason", "not yet made")
	case !key.Expires.IsZero() && !at.Before(key.Expires):
		return Ended.New("the key has expired", "key", fingerprint, "reason", "expired")
	}
	return nil
}

// Verify accepts the signature when a key of this certificate made it over
// the text, and that key was allowed to sign and not expired at the time
// that the signature claims. The machine's clock has no part in it.
func (c *Certificate) Verify(text []byte, signature *Signature) (err error) {
	defer func() {
		if recover() != nil {
			err = malformed("decoder")
		}
	}()
	if c.find(signature.Issuer) == nil {
		return UnknownKey.New("signed by a key that is not known here", "key", signature.Issuer)
	}
	digest := signature.digest(text)
	if !bytes.Equal(digest[:2], signature.hashTag[:]) {
		return Mismatch.New("the signature does not belong to this text", "key", signature.Issuer)
	}
	config := policy(signature.Created)
	key, ok := c.signingKey(signature.Issuer, config)
	if !ok {
		return c.notValid(signature.Issuer, signature.Created)
	}
	if err := signature.checkRange(key.PublicKey); err != nil {
		return err
	}
	if point, ok := key.PublicKey.PublicKey.(*eddsa.PublicKey); ok {
		return verifyEd25519(point.X, digest, signature, key.PublicKey.CreationTime)
	}
	return c.verifyNumbers(text, signature, config)
}

// signingKey finds a key that may sign at the time of the policy.
func (c *Certificate) signingKey(issuer Fingerprint, config *packet.Config) (pgp.Key, bool) {
	key, ok := c.entity.SigningKeyById(config.Now(), keyNumber(issuer.KeyID()), config)
	return key, ok && Fingerprint(key.PublicKey.Fingerprint) == issuer
}

// verifyEd25519 verifies what all of our own keys sign with. The standard
// library takes two thirds of the time that go-crypto's takes; the packet was
// taken apart already.
func verifyEd25519(point, digest []byte, signature *Signature, keyCreated time.Time) error {
	if signature.Created.Before(keyCreated) {
		return KeyNotValid.New("the signature is older than its key", "key", signature.Issuer, "time", signature.Created, "reason", "key is younger")
	}
	numbers := make([]byte, ed25519.SignatureSize)
	for i, integer := range signature.integers { // checkRange has seen to their lengths
		copy(numbers[(i+1)*ed25519.SignatureSize/2-len(integer):], integer)
	}
	if !ed25519.Verify(point, digest, numbers) {
		return Mismatch.New("the signature does not belong to this text", "key", signature.Issuer)
	}
	return nil
}

func keyNumber(id [8]byte) (number uint64) {
	for _, octet := range id {
		number = number<<8 | uint64(octet)
	}
	return number
}

func (c *Certificate) verifyNumbers(text []byte, signature *Signature, config *packet.Config) error {
	details, err := pgp.VerifyDetachedSignatureReader(pgp.EntityList{c.entity}, bytes.NewReader(text), bytes.NewReader(signature.packet), config)
	if err != nil {
		return Malformed.Wrap(err, "not an acceptable signature packet", "reason", "decoder")
	}
	if _, err := io.Copy(io.Discard, details.UnverifiedBody); err != nil {
		return Malformed.Wrap(err, "not an acceptable signature packet", "reason", "decoder")
	}
	switch {
	case errors.Is(details.SignatureError, pgperrors.ErrSignatureOlderThanKey):
		return KeyNotValid.New("the signature is older than its key", "key", signature.Issuer, "time", signature.Created, "reason", "key is younger")
	case details.SignatureError != nil:
		return Mismatch.Wrap(details.SignatureError, "the signature does not belong to this text", "key", signature.Issuer)
	case details.SignedBy == nil || Fingerprint(details.SignedBy.PublicKey.Fingerprint) != signature.Issuer:
		return UnknownKey.New("signed by a key that is not known here", "key", signature.Issuer)
	}
	return nil
}
