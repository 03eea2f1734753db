package openpgp

import (
	"bytes"
	"errors"
	"io"
	"time"

	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Secret is one secret key that signs, with the certificate it belongs to.
type Secret struct {
	certificate *Certificate
	key         *packet.PrivateKey
	protection  error // of the file it was read from
}

// Generate makes a primary Ed25519 key that certifies and signs, without
// subkeys and without an end. The user ID is the name alone.
func Generate(name string, at time.Time, random io.Reader) (*Secret, error) {
	config := policy(at)
	config.Rand = random
	entity, err := pgp.NewEntity(name, "", "", config)
	if err != nil {
		return nil, badCertificate("brackets in the name", err)
	}
	entity.Subkeys = nil // go-crypto always adds one for encryption
	certificate, err := publicPart(entity)
	if err != nil {
		return nil, err
	}
	return &Secret{certificate: certificate, key: entity.PrivateKey}, nil
}

func publicPart(entity *pgp.Entity) (*Certificate, error) {
	var raw bytes.Buffer
	if err := entity.Serialize(&raw); err != nil {
		return nil, badCertificate("encoder", err)
	}
	return ReadCertificate(raw.Bytes())
}

// AddSigner makes a new signing subkey under the primary key s, bound to it
// in both directions, that expires after lifetime. The certificate is the
// newest one of s; the returned secret holds it with the new subkey in it.
func (s *Secret) AddSigner(certificate *Certificate, at time.Time, lifetime time.Duration, random io.Reader) (*Secret, error) {
	if !s.HoldsPrimary() || certificate.Fingerprint() != s.certificate.Fingerprint() {
		return nil, NotSecret.New("the secret of the certificate's primary key is needed")
	}
	if s.key.Encrypted {
		return nil, Locked.New("the secret needs its passphrase")
	}
	entity, err := readEntity(certificate.raw)
	if err != nil {
		return nil, err
	}
	entity.PrivateKey = s.key
	config := policy(at)
	config.Rand = random
	config.KeyLifetimeSecs = uint32(lifetime / time.Second)
	if err := entity.AddSigningSubkey(config); err != nil {
		return nil, badCertificate("subkey", err)
	}
	extended, err := publicPart(entity)
	if err != nil {
		return nil, err
	}
	return &Secret{certificate: extended, key: entity.Subkeys[len(entity.Subkeys)-1].PrivateKey}, nil
}

// ReadSecret reads one secret key file as Armor writes it or as gpg exports
// it: exactly one key in it may sign and is there as a secret.
func ReadSecret(data []byte) (*Secret, error) {
	if len(data) > 2*MaxCertificate {
		return nil, notSecret("too large", nil)
	}
	raw, block, err := unarmor(data)
	if err != nil || block != "" && block != SecretBlock {
		return nil, notSecret("armor", err)
	}
	if checkPackets(raw, tagSecretKey, tagSecretSubkey, tagPublicSubkey, tagUserID, tagSignature) != nil {
		return nil, notSecret("packets", nil)
	}
	entity, err := readEntity(raw)
	if err != nil {
		return nil, notSecret("keys", err)
	}
	key, err := onlySigner(entity)
	if err != nil {
		return nil, err
	}
	certificate, err := publicPart(entity)
	if err != nil {
		return nil, err
	}
	protected := protection(raw, entity)
	if errors.Is(protected, NotSecret) { // unreadable, or it asks for too much memory
		return nil, protected
	}
	return &Secret{certificate: certificate, key: key, protection: protected}, nil
}

func notSecret(reason string, cause error) error {
	return NotSecret.Wrap(cause, "not a secret key file", "reason", reason)
}

func onlySigner(entity *pgp.Entity) (*packet.PrivateKey, error) {
	var found []*packet.PrivateKey
	config := policy(time.Time{})
	if binding, err := entity.VerifyPrimaryKey(time.Time{}, config); err == nil && binding.FlagSign && !entity.PrivateKey.Dummy() {
		found = append(found, entity.PrivateKey)
	}
	for _, subkey := range entity.Subkeys {
		if binding, err := subkey.Verify(time.Time{}, config); err == nil && binding.FlagSign && subkey.PrivateKey != nil && !subkey.PrivateKey.Dummy() {
			found = append(found, subkey.PrivateKey)
		}
	}
	if len(found) != 1 {
		return nil, notSecret("not exactly one signing key", nil)
	}
	return found[0], nil
}

// Certificate returns the public side.
func (s *Secret) Certificate() *Certificate { return s.certificate }

// Fingerprint returns the fingerprint of the key that signs.
func (s *Secret) Fingerprint() Fingerprint { return Fingerprint(s.key.Fingerprint) }

// HoldsPrimary reports whether the primary key's secret is here: it must not
// be where only a signer is needed.
func (s *Secret) HoldsPrimary() bool { return s.Fingerprint() == s.certificate.Fingerprint() }

// Locked reports whether the secret still needs its passphrase.
func (s *Secret) Locked() bool { return s.key.Encrypted }

// Unlock opens the secret. Every wrong passphrase gets the same error.
//
// The public part of a key file is not under the passphrase. Whoever changes
// it makes the key give itself away when it signs (Bruseghini, Huigens and
// Paterson, "Victory by KO", CCS 2022). So the public part is computed again
// from the secret and compared: go-crypto does so for every algorithm, with
// an error of its own.
func (s *Secret) Unlock(passphrase []byte) error {
	if !s.key.Encrypted {
		return nil
	}
	err := s.key.Decrypt(passphrase)
	var invalid pgperrors.KeyInvalidError
	if errors.As(err, &invalid) {
		return OtherHalf.New("the public part does not belong to the secret", "key", s.Fingerprint())
	}
	if err != nil {
		return WrongPass.New("the passphrase does not open the secret")
	}
	return nil
}

// Armor returns the secret as an armored file that gpg imports. A passphrase
// protects it with iterated S2K and AES-256; without one it is bare. For a
// subkey the primary secret is left out (GNU "dummy", gpg's form for
// offline primary keys).
func (s *Secret) Armor(passphrase []byte, random io.Reader) ([]byte, error) {
	if s.key.Encrypted {
		return nil, Locked.New("the secret needs its passphrase")
	}
	key := *s.key
	if len(passphrase) > 0 {
		config := policy(time.Time{})
		config.Rand = random
		if err := key.EncryptWithConfig(passphrase, config); err != nil {
			return nil, notSecret("encryption", err)
		}
	}
	entity, err := readEntity(s.certificate.raw)
	if err != nil {
		return nil, err
	}
	var raw bytes.Buffer
	if s.HoldsPrimary() {
		entity.PrivateKey, entity.Subkeys = &key, nil
		err = entity.SerializePrivateWithoutSigning(&raw, policy(time.Time{}))
	} else {
		err = s.writeSubkey(&raw, entity, &key)
	}
	if err != nil {
		return nil, notSecret("encoder", err)
	}
	return Armor(SecretBlock, raw.Bytes()), nil
}

func (s *Secret) writeSubkey(raw *bytes.Buffer, entity *pgp.Entity, key *packet.PrivateKey) error {
	if err := writeDummy(raw, entity.PrimaryKey); err != nil {
		return err
	}
	for _, identity := range entity.Identities {
		if err := identity.Serialize(raw); err != nil {
			return err
		}
	}
	for _, subkey := range entity.Subkeys {
		if Fingerprint(subkey.PublicKey.Fingerprint) == s.Fingerprint() {
			subkey.PrivateKey = key
			return subkey.Serialize(raw, true)
		}
	}
	return notSecret("subkey is not in its certificate", nil)
}

// writeDummy writes a secret key packet without a secret: the public part,
// then S2K usage 255, cipher 0, S2K 101, hash 0, "GNU", mode 1
// (GnuPG doc/DETAILS, "GNU extensions to the S2K algorithm").
func writeDummy(raw *bytes.Buffer, key *packet.PublicKey) error {
	var public bytes.Buffer
	if err := key.Serialize(&public); err != nil {
		return err
	}
	_, length, ok := nextPacket(public.Bytes())
	if !ok || length > 180 {
		return notSecret("primary key of unexpected size", nil)
	}
	body := append(public.Bytes()[2:], 255, 0, 101, 0, 'G', 'N', 'U', 1)
	raw.Write([]byte{0xC0 | tagSecretKey, byte(len(body))})
	raw.Write(body)
	return nil
}

// Sign makes a text signature over the text, which is in canonical form (LF,
// no trailing blanks, no final line end). The signature must be verified
// before it leaves the program, because a fault while signing can give the
// key away; signedtext.Seal does so, in the form in which every reader will.
// A key that was not yet or is no more valid at that time does not sign.
func (s *Secret) Sign(text []byte, at time.Time) ([]byte, error) {
	if s.key.Encrypted {
		return nil, Locked.New("the secret needs its passphrase")
	}
	config := policy(at)
	if _, ok := s.certificate.signingKey(s.Fingerprint(), config); !ok {
		return nil, s.certificate.notValid(s.Fingerprint(), at)
	}
	id := s.key.KeyId
	signature := &packet.Signature{
		Version: 4, SigType: packet.SigTypeText, PubKeyAlgo: s.key.PubKeyAlgo, Hash: config.Hash(),
		CreationTime: at, IssuerKeyId: &id, IssuerKeyVersion: 4, IssuerFingerprint: s.key.Fingerprint,
	}
	hash, err := signature.PrepareSign(config)
	if err != nil {
		return nil, notSecret("hash", err)
	}
	writeText(hash, text)
	if err := signature.Sign(hash, s.key, config); err != nil {
		return nil, notSecret("signing", err)
	}
	var raw bytes.Buffer
	if err := signature.Serialize(&raw); err != nil {
		return nil, notSecret("encoder", err)
	}
	return raw.Bytes(), nil
}
