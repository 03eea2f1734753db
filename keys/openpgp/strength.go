package openpgp

import (
	"bytes"
	"crypto/rsa"
	"encoding/hex"
	"math/big"
	"slices"
	"strconv"

	"github.com/ProtonMail/go-crypto/openpgp/eddsa"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Sizes of RSA keys accepted from others, in bits. NIST SP 800-57 gives 3072
// bits 128 bits of strength, as Ed25519 and P-256 have; 4096 is the largest
// that gpg makes, and a bound to the work of a verification.
const (
	MinRSABits = 3072
	MaxRSABits = 4096
)

// minRSAExponent is the smallest public exponent that FIPS 186-5 (A.1.1)
// permits. With a small one, signatures can be made without the secret where
// a verifier is careless (CVE-2006-4339); with one, anywhere.
const minRSAExponent = 65537

// checkStrength accepts the kinds of key that sign documents: Ed25519 in the
// form that GnuPG reads, ECDSA on P-256 and P-384, RSA from MinRSABits, with
// numbers that are within the policy. A refusal names the kind and why.
func checkStrength(key *packet.PublicKey) error {
	if key.Version != 4 {
		return badCertificate("not version 4", nil)
	}
	if reason := weakness(key); reason != "" {
		return WeakKey.New("a key of a kind that is not accepted",
			"key", Fingerprint(key.Fingerprint), "algorithm", algorithmName(key), "reason", reason)
	}
	return nil
}

// weakness returns why a key is not accepted, or nothing.
func weakness(key *packet.PublicKey) string {
	switch key.PubKeyAlgo {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSASignOnly:
		return rsaWeakness(key)
	case packet.PubKeyAlgoEdDSA:
		return ed25519Weakness(key)
	case packet.PubKeyAlgoECDSA:
		if curve, err := key.Curve(); err == nil && curveOrders[curve] != nil {
			return ""
		}
		return "curve is not accepted"
	case packet.PubKeyAlgoEd25519, packet.PubKeyAlgoEd448:
		return "GnuPG cannot read it"
	case packet.PubKeyAlgoDSA:
		return "out of use"
	}
	return "algorithm"
}

func rsaWeakness(key *packet.PublicKey) string {
	bits, err := key.BitLength()
	numbers, known := key.PublicKey.(*rsa.PublicKey)
	switch {
	case key.PubKeyAlgo != packet.PubKeyAlgoRSA: // deprecated since RFC 4880
		return "out of use"
	case err != nil || !known:
		return "algorithm"
	case bits < MinRSABits:
		return "shorter than 3072 bits"
	case bits > MaxRSABits:
		return "longer than 4096 bits"
	case numbers.N.Bit(0) == 0:
		return "even modulus"
	case numbers.E < minRSAExponent || numbers.E%2 == 0:
		return "public exponent below 65537 or even"
	}
	return ""
}

var curveNames = map[packet.Curve]string{
	packet.Curve25519: "Ed25519", packet.Curve448: "Ed448",
	packet.CurveNistP256: "NIST P-256", packet.CurveNistP384: "NIST P-384", packet.CurveNistP521: "NIST P-521",
	packet.CurveSecP256k1: "secp256k1", packet.CurveBrainpoolP256: "brainpoolP256r1",
	packet.CurveBrainpoolP384: "brainpoolP384r1", packet.CurveBrainpoolP512: "brainpoolP512r1",
}

// algorithmName names a key as its owner would, such as "RSA-3072".
func algorithmName(key *packet.PublicKey) string {
	switch key.PubKeyAlgo {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSASignOnly:
		return withBits("RSA", key)
	case packet.PubKeyAlgoDSA:
		return withBits("DSA", key)
	case packet.PubKeyAlgoEd25519:
		return "Ed25519 (algorithm 27)"
	case packet.PubKeyAlgoEd448:
		return "Ed448"
	case packet.PubKeyAlgoECDSA, packet.PubKeyAlgoEdDSA:
		if curve, err := key.Curve(); err == nil && curveNames[curve] != "" {
			return curveNames[curve]
		}
	}
	return "algorithm " + strconv.Itoa(int(key.PubKeyAlgo))
}

func withBits(name string, key *packet.PublicKey) string {
	bits, err := key.BitLength()
	if err != nil {
		return name
	}
	return name + "-" + strconv.Itoa(int(bits))
}

// checkSubkeys applies checkStrength to the subkeys that may sign. Others,
// such as gpg's for encryption, are never used here.
func checkSubkeys(subkeys []pgp.Subkey, config *packet.Config) error {
	for _, subkey := range subkeys {
		binding, err := subkey.Verify(config.Now(), config)
		if err != nil || !binding.FlagsValid || !binding.FlagSign {
			continue
		}
		if err := checkStrength(subkey.PublicKey); err != nil {
			return err
		}
	}
	return nil
}

func ed25519Weakness(key *packet.PublicKey) string {
	curve, err := key.Curve()
	public, ok := key.PublicKey.(*eddsa.PublicKey)
	switch {
	case err != nil || !ok || curve != packet.Curve25519:
		return "curve is not accepted"
	case !isCanonicalPoint(public.X) || hasSmallOrder(public.X):
		return "anybody could sign"
	}
	return ""
}

// fieldPrime is 2^255 - 19, the field of Ed25519.
var fieldPrime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))

// isCanonicalPoint reports whether a point's y coordinate is below the
// field's prime: RFC 8032 (5.1.3) has one encoding of a point.
func isCanonicalPoint(point []byte) bool {
	return len(point) == 32 && yCoordinate(point).Cmp(fieldPrime) < 0
}

// yCoordinate takes the sign of x off an encoded point (RFC 8032, 5.1.2).
func yCoordinate(point []byte) *big.Int {
	bigEndian := slices.Clone(point)
	slices.Reverse(bigEndian)
	bigEndian[0] &= 0x7F
	return new(big.Int).SetBytes(bigEndian)
}

// smallOrder holds the y coordinates of the eight points whose order divides
// the cofactor, as libsodium lists them (ed25519_ref10.c,
// ge25519_has_small_order): under such a key anybody can sign.
var smallOrder = []*big.Int{
	big.NewInt(0), big.NewInt(1), new(big.Int).Sub(fieldPrime, big.NewInt(1)),
	littleEndian("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
	littleEndian("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
}

func littleEndian(digits string) *big.Int {
	number, err := hex.DecodeString(digits)
	if err != nil {
		panic(err)
	}
	return yCoordinate(number)
}

func hasSmallOrder(point []byte) bool {
	y := yCoordinate(point)
	return slices.ContainsFunc(smallOrder, func(known *big.Int) bool { return known.Cmp(y) == 0 })
}

// groupOrder is the order L of Ed25519's group (RFC 8032, 5.1).
var groupOrder, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

// curveOrders are the orders of the curves accepted for ECDSA (SEC 2, 2.4.2
// and 2.5.1).
var curveOrders = map[packet.Curve]*big.Int{
	packet.CurveNistP256: hexadecimal("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
	packet.CurveNistP384: hexadecimal("ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"),
}

func hexadecimal(digits string) *big.Int {
	number, ok := new(big.Int).SetString(digits, 16)
	if !ok {
		panic(digits)
	}
	return number
}

// checkRange refuses numbers outside the range of their algorithm: they are
// other spellings of a signature (S + L, s + n), or of none.
func (s *Signature) checkRange(key *packet.PublicKey) error {
	if byte(key.PubKeyAlgo) != s.algorithm {
		return NotAllowed.New("another algorithm than the key's", "reason", "algorithm")
	}
	inRange := false
	switch s.algorithm {
	case algorithmEdDSA:
		inRange = len(s.integers[0]) <= 32 && len(s.integers[1]) <= 32 && s.scalar().Cmp(groupOrder) < 0
	case algorithmECDSA:
		curve, err := key.Curve()
		order := curveOrders[curve]
		inRange = err == nil && order != nil && isBelow(s.integers[0], order) && isBelow(s.integers[1], order)
	case algorithmRSA:
		public, ok := key.PublicKey.(*rsa.PublicKey)
		inRange = ok && isBelow(s.integers[0], public.N)
	}
	if !inRange {
		return malformed("number out of range")
	}
	return nil
}

// scalar is the S of an Ed25519 signature, which OpenPGP keeps as it stands
// in RFC 8032, the lowest byte first.
func (s *Signature) scalar() *big.Int {
	littleEndian := append(make([]byte, 32-len(s.integers[1])), s.integers[1]...)
	slices.Reverse(littleEndian)
	return new(big.Int).SetBytes(littleEndian)
}

func isBelow(number []byte, limit *big.Int) bool { return new(big.Int).SetBytes(number).Cmp(limit) < 0 }

// isBlank reports whether there is nothing but blanks and line ends.
func isBlank(data []byte) bool { return len(bytes.TrimSpace(data)) == 0 }
