// Package openpgp is the only importer of ProtonMail/go-crypto. It reads and
// makes the few OpenPGP things that this module needs, strictly:
//
//   - certificates (public) and secret keys, version 4 (RFC 9580, RFC 4880);
//   - one text signature (type 0x01) over one text, as a bare packet;
//   - secrets under a passphrase, as `gpg --decrypt` opens them.
//
// What we make is Ed25519 in the form that every OpenPGP program reads
// (algorithm 22, "EdDSALegacy") with SHA-512 and without the salt notation:
// a signature packet of 119 bytes. Keys of others may also be RSA of 3072
// to 4096 bits and ECDSA on P-256 or P-384.
//
// A signer's status is not read from OpenPGP: revocations in a certificate
// are left unread, because a hard revocation would void every honest license
// that the key ever signed. The trust file of package keys says from when to
// when a signer counts. What signs its own document and has no trust file, a
// site key, is asked with Certificate.Revoked.
package openpgp

import (
	"crypto"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ProtonMail/go-crypto/openpgp/s2k"

	"github.com/futura/airlicense/keys/fault"
)

// Codes of this package's errors.
const (
	Malformed      = fault.Code("FL-121") // a signature packet that is not exactly one, in its one spelling
	NotAllowed     = fault.Code("FL-122") // an algorithm, hash or signature type outside the policy
	UnknownKey     = fault.Code("FL-123") // signed by a key that the certificate does not hold
	Mismatch       = fault.Code("FL-124") // the signature does not belong to the text
	KeyNotValid    = fault.Code("FL-125") // the key was not good for signing at the time of the signature
	BadCertificate = fault.Code("FL-126") // a certificate that cannot be read or is not acceptable
	WeakKey        = fault.Code("FL-129") // a key of a kind that is not accepted, named with the reason
	Revoked        = fault.Code("FL-130") // the owner of the key revoked it
	SecretInPublic = fault.Code("FL-201") // a file meant to be public holds a secret key
	NotSecret      = fault.Code("FL-202") // not a secret key file
	Locked         = fault.Code("FL-203") // the secret needs its passphrase
	WrongPass      = fault.Code("FL-204") // the passphrase does not open the secret
	Unprotected    = fault.Code("FL-205") // a secret that must have a passphrase has none
	WeakProtection = fault.Code("FL-218") // a secret whose passphrase is not stretched enough
	OtherHalf      = fault.Code("FL-219") // the public part of a key file does not belong to its secret
	Ended          = fault.Code("FL-220") // a key that has expired or was revoked is to sign
)

// stretchCount is the S2K iteration count for secrets under a passphrase:
// the largest that RFC 4880 (3.7.1.3) can say. GnuPG 2.2 reads it, which it
// does not do for Argon2.
const stretchCount = 65011712

// What is refused by name; go-crypto only reads these maps.
var (
	weakHashes     = map[crypto.Hash]bool{crypto.MD5: true, crypto.RIPEMD160: true, crypto.SHA1: true, crypto.SHA224: true}
	weakAlgorithms = map[packet.PublicKeyAlgorithm]bool{packet.PubKeyAlgoElGamal: true, packet.PubKeyAlgoDSA: true}
)

// policy returns the settings under which everything is made and verified.
// The instant is the only clock go-crypto gets to see.
func policy(instant time.Time) *packet.Config {
	return &packet.Config{
		Algorithm:                             packet.PubKeyAlgoEdDSA,
		Curve:                                 packet.Curve25519,
		DefaultHash:                           crypto.SHA512,
		DefaultCipher:                         packet.CipherAES256,
		NonDeterministicSignaturesViaNotation: packet.BoolPointer(false),
		S2KConfig:                             &s2k.Config{S2KMode: s2k.IteratedSaltedS2K, Hash: crypto.SHA256, S2KCount: stretchCount},
		MinRSABits:                            MinRSABits,
		RejectHashAlgorithms:                  weakHashes,
		RejectMessageHashAlgorithms:           weakHashes,
		RejectPublicKeyAlgorithms:             weakAlgorithms,
		Time:                                  func() time.Time { return instant },
	}
}
