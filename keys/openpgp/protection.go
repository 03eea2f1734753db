package openpgp

import (
	"bytes"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// minStretch is the least number of bytes that a passphrase must be hashed
// over: 1 MiB, sixteen times the default of GnuPG before 2.1. gpg-agent has
// measured its own count since then and takes 10 MiB and more on machines of
// this age; ours is stretchCount.
const minStretch = 1 << 20

// Octets that say how a secret is protected (RFC 9580, 3.7.1, 3.7.2 and 9.3).
const (
	usageNone     = 0
	usageAEAD     = 253
	usageSHA1     = 254
	usageChecksum = 255

	stretchSimple   = 0
	stretchSalted   = 1
	stretchIterated = 3
	stretchArgon2   = 4
	stretchGNU      = 101

	cipherAES128 = 7
	cipherAES256 = 9
)

// Protection tells how the secrets of the file that s was read from are
// protected: nil for a passphrase that is stretched well, Unprotected for
// none, WeakProtection, with the reason, for one that a thief of the file
// could guess too fast.
func (s *Secret) Protection() error { return s.protection }

// protection looks at every secret in the packets.
func protection(raw []byte, entity *pgp.Entity) error {
	secrets := []*packet.PrivateKey{entity.PrivateKey}
	for _, subkey := range entity.Subkeys {
		secrets = append(secrets, subkey.PrivateKey)
	}
	for rest := raw; len(rest) > 0; {
		tag, length, ok := nextPacket(rest)
		if !ok {
			return notSecret("packets", nil)
		}
		if tag == tagSecretKey || tag == tagSecretSubkey {
			if err := packetProtection(rest[:length], secrets); err != nil {
				return err
			}
		}
		rest = rest[length:]
	}
	return nil
}

// packetProtection reads what follows the public part of a secret key packet.
func packetProtection(raw []byte, secrets []*packet.PrivateKey) error {
	for _, secret := range secrets {
		var public bytes.Buffer
		if secret == nil || secret.PublicKey.Serialize(&public) != nil {
			continue
		}
		if _, after, found := bytes.Cut(raw, body(public.Bytes())); found {
			return usageProtection(after)
		}
	}
	return WeakProtection.New("how the secret is protected cannot be read", "reason", "unknown")
}

// body takes the header off a packet of less than 8384 bytes that go-crypto
// has written (RFC 9580, 4.2.1).
func body(data []byte) []byte {
	if data[1] < 192 {
		return data[2:]
	}
	return data[3:]
}

func usageProtection(data []byte) error {
	if len(data) < 3 {
		return notSecret("packets", nil)
	}
	switch data[0] {
	case usageNone:
		return Unprotected.New("a secret without a passphrase")
	case usageSHA1:
		return stretchProtection(data[1], data[2:])
	case usageAEAD:
		return stretchProtection(data[1], data[3:])
	case usageChecksum:
		if data[2] == stretchGNU { // no secret is here
			return nil
		}
	}
	return weak("checksum of 16 bits")
}

func weak(reason string) error {
	return WeakProtection.New("a passphrase that a thief of the file could guess too fast", "reason", reason)
}

// stretchProtection judges the cipher and the string-to-key specifier.
func stretchProtection(cipher byte, specifier []byte) error {
	if len(specifier) == 0 {
		return notSecret("packets", nil)
	}
	if specifier[0] == stretchGNU {
		return nil
	}
	if cipher < cipherAES128 || cipher > cipherAES256 {
		return weak("old cipher")
	}
	const countAt = 10 // type, hash, salt of 8 bytes
	switch {
	case specifier[0] == stretchSimple:
		return weak("passphrase without salt")
	case specifier[0] == stretchSalted:
		return weak("passphrase hashed once")
	case specifier[0] == stretchIterated && len(specifier) > countAt:
		// RFC 9580, 3.7.1.3: a mantissa of 4 bits and an exponent.
		if count := specifier[countAt]; (16+int(count&15))<<(count>>4+6) < minStretch {
			return weak("passphrase hashed too few times")
		}
		return nil
	case specifier[0] == stretchArgon2:
		return argonCost(specifier)
	}
	return weak("unknown")
}

// Bounds on Argon2 (RFC 9580, 3.7.1.4): 2^18 KiB is four times what RFC 9106
// (4) calls enough where memory is short. The file asks for the memory before
// the passphrase turns out wrong.
const (
	maxArgonMemory = 18
	maxArgonPasses = 16
)

// argonCost refuses what would take more memory or time than a key is worth.
func argonCost(specifier []byte) error {
	const size, passesAt, memoryAt = 20, 17, 19 // type, salt of 16 bytes, passes, lanes, memory
	if len(specifier) < size || specifier[passesAt] > maxArgonPasses || specifier[memoryAt] > maxArgonMemory {
		return notSecret("protection", nil)
	}
	return nil
}

// messageProtection is protection for what Protect makes: a message that
// begins with the specifier of its passphrase.
func messageProtection(raw []byte) error {
	const tagPassphrase = 3
	tag, length, ok := nextPacket(raw)
	if !ok || tag != tagPassphrase || length < 5 {
		return notSecret("message", nil)
	}
	session := raw[2:length]
	switch session[0] {
	case 4:
		return iteratedProtection(session[1], session[2:])
	case 6: // count, cipher, AEAD mode, count (RFC 9580, 5.3.2)
		if len(session) > 5 {
			return iteratedProtection(session[2], session[5:])
		}
	}
	return weak("unknown")
}

// iteratedProtection is stretchProtection without Argon2, which we never
// write: a message says how much memory it wants before anything is proved.
func iteratedProtection(cipher byte, specifier []byte) error {
	if len(specifier) > 0 && specifier[0] == stretchArgon2 {
		return notSecret("message", nil)
	}
	return stretchProtection(cipher, specifier)
}

// HoldsPrimarySecret reports whether a file holds the secret of a
// certificate's primary key, whatever else is in it. An issuer's root has no
// business where only a signer is needed.
func HoldsPrimarySecret(data []byte) bool {
	if len(data) > 2*MaxCertificate {
		return false
	}
	raw, block, err := unarmor(data)
	if err != nil || block != "" && block != SecretBlock {
		return false
	}
	if checkPackets(raw, tagSecretKey, tagSecretSubkey, tagPublicSubkey, tagUserID, tagSignature) != nil {
		return false
	}
	entity, err := readEntity(raw)
	return err == nil && entity.PrivateKey != nil && !entity.PrivateKey.Dummy()
}

// HoldsSecret reports whether a file, armored or not, is or begins with a
// secret key: it must not be where a public file is expected.
func HoldsSecret(data []byte) bool {
	if bytes.Contains(data, []byte("-----BEGIN "+SecretBlock+"-----")) {
		return true
	}
	tag, _, ok := nextPacket(data)
	return ok && (tag == tagSecretKey || tag == tagSecretSubkey)
}
