package openpgp

import (
	"crypto/rsa"
	"strconv"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

const (
	// MaxRSABits bounds the work of one verification, and the packet: an
	// RSA-8192 signature has 1 kB. gpg makes at most 4096 bits unless told
	// otherwise.
	MaxRSABits = 8192
	// minRSAExponent is the smallest public exponent that FIPS 186-5 (A.1.1)
	// allows; e = 1 verifies anything.
	minRSAExponent = 65537
)

// checkStrength accepts the kinds of key that sign documents: Ed25519 in the
// form that GnuPG reads, ECDSA on P-256 and P-384, RSA from MinRSABits. A
// refusal names the kind and why.
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
		if curve, err := key.Curve(); err == nil && curve == packet.Curve25519 {
			return ""
		}
		return "curve is not accepted"
	case packet.PubKeyAlgoECDSA:
		if curve, err := key.Curve(); err == nil && (curve == packet.CurveNistP256 || curve == packet.CurveNistP384) {
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
		return "longer than 8192 bits"
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
