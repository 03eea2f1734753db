package openpgp

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/binary"
	"math/bits"
	"slices"
	"time"
)

// Bare is what remains of the packet of an Ed25519 signature when all is left
// out that text and signer tell: the two have one packet for each Bare. It is
// for carriers that cost more for each byte than QR codes do.
type Bare struct {
	Layout  Layout
	Created time.Time                   // to the second, until 2106
	Numbers [ed25519.SignatureSize]byte // R and S
}

// Layout is how a program lays the packet out.
type Layout byte

// The layouts that are known.
const (
	OwnLayout   Layout = iota // ours: time, key ID and fingerprint are hashed
	GnuPGLayout               // fingerprint and time are hashed, the key ID is not, in a packet of the old format
)

// sha512Number is SHA-512 (RFC 9580, 9.5).
const sha512Number = 10

// Reduce takes a signature packet apart, or says that it is not exactly what
// Bare.Packet makes: one of another algorithm, hash or layout.
func Reduce(text, packet []byte) (Bare, bool) {
	signature, err := ParseSignature(packet)
	if err != nil || signature.algorithm != algorithmEdDSA {
		return Bare{}, false
	}
	bare := Bare{Created: signature.Created}
	for i, number := range signature.integers {
		end := (i + 1) * ed25519.SignatureSize / 2
		if len(number) > ed25519.SignatureSize/2 {
			return Bare{}, false
		}
		copy(bare.Numbers[end-len(number):end], number)
	}
	for bare.Layout = OwnLayout; bare.Layout <= GnuPGLayout; bare.Layout++ {
		if bytes.Equal(bare.Packet(text, signature.Issuer), packet) {
			return bare, true
		}
	}
	return Bare{}, false
}

// Packet puts the packet together again. Whether it is a signature of the
// issuer over the text, Certificate.Verify decides.
func (b Bare) Packet(text []byte, issuer Fingerprint) []byte {
	hashed, unhashed := b.areas(issuer)
	body := []byte{4, textSignature, algorithmEdDSA, sha512Number}
	body = append(binary.BigEndian.AppendUint16(body, uint16(len(hashed))), hashed...)
	digest := (&Signature{Hash: crypto.SHA512, hashed: body}).digest(text)
	body = append(binary.BigEndian.AppendUint16(body, uint16(len(unhashed))), unhashed...)
	body = append(body, digest[:2]...)
	for number := range slices.Chunk(b.Numbers[:], ed25519.SignatureSize/2) {
		body = appendNumber(body, number)
	}
	if b.Layout == GnuPGLayout {
		return append([]byte{0x80 | signatureTag<<2, byte(len(body))}, body...)
	}
	return append(newHeader(len(body)), body...)
}

// areas returns the two areas of subpackets.
func (b Bare) areas(issuer Fingerprint) (hashed, unhashed []byte) {
	id := issuer.KeyID()
	created := binary.BigEndian.AppendUint32(nil, uint32(b.Created.Unix()))
	keyID := append([]byte{1 + 8, subpacketIssuer}, id[:]...)
	fingerprint := append([]byte{1 + 21, subpacketIssuerFingerprint, 4}, issuer[:]...)
	if b.Layout == GnuPGLayout {
		return append(append(fingerprint, 1+4, subpacketCreated), created...), keyID
	}
	hashed = append([]byte{1 + 4, subpacketCreated | criticalBit}, created...)
	return append(append(hashed, keyID...), fingerprint...), nil
}

// appendNumber writes a number as packets hold it: its length in bits, and
// its bytes without leading zeros.
func appendNumber(body, number []byte) []byte {
	number = bytes.TrimLeft(number, "\x00")
	if len(number) == 0 {
		return append(body, 0, 0)
	}
	body = binary.BigEndian.AppendUint16(body, uint16(8*(len(number)-1)+bits.Len8(number[0])))
	return append(body, number...)
}
