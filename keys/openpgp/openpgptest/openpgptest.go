// Package openpgptest writes OpenPGP packets for tests, right ones and wrong
// ones: every part of a signature can be set to what no honest program
// writes. Only tests import it. It uses the standard library alone, so that
// what it writes owes nothing to the code under test.
//
// Keys follow from the stream that they are made of, in any version of Go.
// They are published and worth nothing.
package openpgptest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	_ "crypto/md5" // for signatures that must be refused
	"crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"
)

// OpenPGP numbers (RFC 9580, 5, 5.2.1, 5.2.3.7, 9.1 and 9.5).
const (
	TagSignature, TagSecretKey, TagPublicKey, TagSecretSubkey, TagUserID, TagPublicSubkey = 2, 5, 6, 7, 13, 14

	Binary, Text, Standalone, Certification, Binding, BackSignature, DirectKey, Revocation = 0x00, 0x01, 0x02, 0x13, 0x18, 0x19, 0x1F, 0x20

	Created, Expires, Exportable, KeyExpires, Issuer, Notation, KeyFlags, SignersUserID, Reason, Embedded, IssuerFingerprint = 2, 3, 4, 9, 16, 20, 27, 28, 29, 32, 33

	AlgorithmRSA, AlgorithmDSA, AlgorithmECDSA, AlgorithmEdDSA = 1, 17, 19, 22

	MD5, SHA1, RIPEMD160, SHA256, SHA384, SHA512, SHA224 = 1, 2, 3, 8, 9, 10, 11

	MayCertify, MaySign, MayEncrypt, MayAuthenticate = 1, 2, 4, 0x20
)

// Hashes are the hashes that this package can compute, by their number.
var Hashes = map[byte]crypto.Hash{
	MD5: crypto.MD5, SHA1: crypto.SHA1, SHA224: crypto.SHA224, SHA256: crypto.SHA256, SHA384: crypto.SHA384, SHA512: crypto.SHA512,
}

// Key is a secret key that signs whatever it is given.
type Key struct {
	Algorithm byte
	Created   time.Time
	Material  []byte // the public numbers, as they stand in the packet
	Sign      func(hash crypto.Hash, digest []byte) (numbers [][]byte)
}

// Object identifiers of curves, with their length before them.
var (
	oidEd25519 = []byte{9, 0x2B, 6, 1, 4, 1, 0xDA, 0x47, 0x0F, 1}
	oidP256    = []byte{8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7}
	oidP384    = []byte{5, 0x2B, 0x81, 4, 0, 0x22}
)

// Ed25519 makes a key of algorithm 22.
func Ed25519(random io.Reader, created time.Time) *Key {
	secret := ed25519.NewKeyFromSeed(read(random, ed25519.SeedSize))
	key := Point(secret.Public().(ed25519.PublicKey), created)
	key.Sign = func(_ crypto.Hash, digest []byte) [][]byte {
		signature := ed25519.Sign(secret, digest)
		return [][]byte{signature[:32], signature[32:]}
	}
	return key
}

// Point is an Ed25519 key of which only the public point is known. It
// signs with numbers that are not zero.
func Point(point []byte, created time.Time) *Key {
	return &Key{
		Algorithm: AlgorithmEdDSA, Created: created, Material: slices.Concat(oidEd25519, MPI(append([]byte{0x40}, point...))),
		Sign: func(crypto.Hash, []byte) [][]byte { return [][]byte{{1}, {1}} },
	}
}

// ECDSA makes a key on P-256 or P-384. Its signatures are those of RFC 6979.
func ECDSA(random io.Reader, curve elliptic.Curve, created time.Time) *Key {
	oid, size := oidP256, 32
	if curve == elliptic.P384() {
		oid, size = oidP384, 48
	}
	secret, err := ecdsa.ParseRawPrivateKey(curve, append([]byte{0}, read(random, size-1)...))
	if err != nil {
		panic(err) // a scalar with a zero in front is below the order, and never zero here
	}
	point, err := secret.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	return &Key{
		Algorithm: AlgorithmECDSA, Created: created, Material: slices.Concat(oid, MPI(point)),
		Sign: func(hash crypto.Hash, digest []byte) [][]byte {
			signature, err := secret.Sign(nil, digest, hash)
			if err != nil {
				panic(err)
			}
			var numbers struct{ R, S *big.Int }
			if _, err := asn1.Unmarshal(signature, &numbers); err != nil {
				panic(err)
			}
			return [][]byte{numbers.R.Bytes(), numbers.S.Bytes()}
		},
	}
}

// RSAKey is an RSA key with its numbers.
type RSAKey struct {
	Key
	Modulus, Exponent, secret *big.Int
}

// RSA makes a key with a modulus of so many bits and the exponent. It signs
// with PKCS #1 v1.5.
func RSA(random io.Reader, bits int, exponent int64, created time.Time) *RSAKey {
	e := big.NewInt(exponent)
	for {
		p, q := prime(random, bits/2), prime(random, bits-bits/2)
		one := big.NewInt(1)
		order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, order)
		if n := new(big.Int).Mul(p, q); d != nil && p.Cmp(q) != 0 && n.BitLen() == bits {
			return rsaKey(n, e, d, created)
		}
	}
}

// RSAOf is an RSA key of any numbers; a nil secret signs with zero.
func RSAOf(modulus, exponent, secret *big.Int, created time.Time) *RSAKey {
	return rsaKey(modulus, exponent, secret, created)
}

func rsaKey(n, e, d *big.Int, created time.Time) *RSAKey {
	key := &RSAKey{Modulus: n, Exponent: e, secret: d}
	key.Key = Key{Algorithm: AlgorithmRSA, Created: created, Material: slices.Concat(MPI(n.Bytes()), MPI(e.Bytes()))}
	key.Sign = func(hash crypto.Hash, digest []byte) [][]byte { return [][]byte{key.Raw(key.Padded(hash, digest))} }
	return key
}

// prime finds a prime whose two highest bits are set.
func prime(random io.Reader, bits int) *big.Int {
	for {
		candidate := new(big.Int).SetBytes(read(random, bits/8))
		candidate.SetBit(candidate, 0, 1).SetBit(candidate, bits-1, 1).SetBit(candidate, bits-2, 1)
		if candidate.ProbablyPrime(20) {
			return candidate
		}
	}
}

// Raw raises a block to the secret exponent.
func (k *RSAKey) Raw(block []byte) []byte {
	if k.secret == nil {
		return []byte{1}
	}
	return new(big.Int).Exp(new(big.Int).SetBytes(block), k.secret, k.Modulus).Bytes()
}

// digestInfo begins the block of PKCS #1 v1.5 (RFC 8017, 9.2, note 1).
var digestInfo = map[crypto.Hash][]byte{
	crypto.SHA256: {0x30, 0x31, 0x30, 0x0D, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20},
	crypto.SHA384: {0x30, 0x41, 0x30, 0x0D, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 0x30},
	crypto.SHA512: {0x30, 0x51, 0x30, 0x0D, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 5, 0, 4, 0x40},
	crypto.SHA1:   {0x30, 0x21, 0x30, 9, 6, 5, 0x2B, 0x0E, 3, 2, 0x1A, 5, 0, 4, 0x14},
	crypto.MD5:    {0x30, 0x20, 0x30, 0x0C, 6, 8, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2, 5, 5, 0, 4, 0x10},
}

// Padded is the block of PKCS #1 v1.5 for a digest.
func (k *RSAKey) Padded(hash crypto.Hash, digest []byte) []byte {
	end := append(bytes.Clone(digestInfo[hash]), digest...)
	size := max((k.Modulus.BitLen()+7)/8, len(end)+3)
	return slices.Concat([]byte{0, 1}, bytes.Repeat([]byte{0xFF}, size-len(end)-3), []byte{0}, end)
}

func read(random io.Reader, size int) []byte {
	data := make([]byte, size)
	if _, err := io.ReadFull(random, data); err != nil {
		panic(err)
	}
	return data
}

// MPI writes a number with its length in bits, without leading zeros
// (RFC 9580, 3.2).
func MPI(number []byte) []byte {
	number = bytes.TrimLeft(number, "\x00")
	return append(binary.BigEndian.AppendUint16(nil, uint16(new(big.Int).SetBytes(number).BitLen())), number...)
}

// Packet writes a packet in the new format with the shortest length
// (RFC 9580, 4.2.1).
func Packet(tag byte, body []byte) []byte {
	return slices.Concat([]byte{0xC0 | tag}, length(len(body)), body)
}

func length(size int) []byte {
	switch {
	case size < 192:
		return []byte{byte(size)}
	case size < 8384:
		return []byte{byte((size-192)>>8) + 192, byte(size - 192)}
	}
	return binary.BigEndian.AppendUint32([]byte{255}, uint32(size))
}

// Subpacket writes a subpacket; 0x80 in its kind makes it critical.
func Subpacket(kind byte, content ...byte) []byte {
	return slices.Concat(length(1+len(content)), []byte{kind}, content)
}

// Time is the content of a creation time.
func Time(at time.Time) []byte { return binary.BigEndian.AppendUint32(nil, uint32(at.Unix())) }

// Body is the body of the public key packet.
func (k *Key) Body() []byte {
	return slices.Concat([]byte{4}, Time(k.Created), []byte{k.Algorithm}, k.Material)
}

// hashed is the key as signatures over keys hash it (RFC 9580, 5.2.4).
func (k *Key) hashed() []byte {
	body := k.Body()
	return append(binary.BigEndian.AppendUint16([]byte{0x99}, uint16(len(body))), body...)
}

// Fingerprint is the version 4 fingerprint.
func (k *Key) Fingerprint() [20]byte { return sha1.Sum(k.hashed()) }

// Public is the public key packet, Subkey that of a subkey.
func (k *Key) Public() []byte { return Packet(TagPublicKey, k.Body()) }

// Subkey is the packet of a public subkey.
func (k *Key) Subkey() []byte { return Packet(TagPublicSubkey, k.Body()) }

// Claims is the area that honest programs hash: creation time, issuer
// fingerprint and key ID.
func (k *Key) Claims(at time.Time) []byte {
	return slices.Concat(Subpacket(Created, Time(at)...), k.IssuerFingerprint(), k.IssuerKeyID())
}

// IssuerFingerprint is the subpacket that names the key.
func (k *Key) IssuerFingerprint() []byte {
	fingerprint := k.Fingerprint()
	return Subpacket(IssuerFingerprint, append([]byte{4}, fingerprint[:]...)...)
}

// IssuerKeyID is the subpacket with the key's ID.
func (k *Key) IssuerKeyID() []byte {
	fingerprint := k.Fingerprint()
	return Subpacket(Issuer, fingerprint[12:]...)
}

// Signature is a signature packet in parts.
type Signature struct {
	Version, Kind, Algorithm, Hash byte
	Hashed, Unhashed               []byte
	HashTag                        []byte
	Numbers                        []byte // as they stand in the packet
}

// TextSignature is the beginning of a good text signature by the key.
func (k *Key) TextSignature(at time.Time) Signature {
	return Signature{Version: 4, Kind: Text, Algorithm: k.Algorithm, Hash: SHA512, Hashed: k.Claims(at)}
}

// Digest is the hash over a message and the hashed part of the signature.
func (s Signature) Digest(message []byte) []byte {
	hash := Hashes[s.Hash].New()
	part := s.head()
	hash.Write(message)
	hash.Write(part)
	hash.Write(binary.BigEndian.AppendUint32([]byte{s.Version, 0xFF}, uint32(len(part))))
	return hash.Sum(nil)
}

func (s Signature) head() []byte {
	return slices.Concat([]byte{s.Version, s.Kind, s.Algorithm, s.Hash}, binary.BigEndian.AppendUint16(nil, uint16(len(s.Hashed))), s.Hashed)
}

// Body is the body of the packet.
func (s Signature) Body() []byte {
	return slices.Concat(s.head(), binary.BigEndian.AppendUint16(nil, uint16(len(s.Unhashed))), s.Unhashed, s.HashTag, s.Numbers)
}

// Packet is the signature as a packet.
func (s Signature) Packet() []byte { return Packet(TagSignature, s.Body()) }

// Over completes the signature: hash tag and numbers over the message. A
// message is what is hashed before the packet: CanonicalText, or the keys
// and user IDs of certificates.
func (k *Key) Over(message []byte, signature Signature) Signature {
	digest := signature.Digest(message)
	signature.HashTag, signature.Numbers = digest[:2], nil
	for _, number := range k.Sign(Hashes[signature.Hash], digest) {
		signature.Numbers = append(signature.Numbers, MPI(number)...)
	}
	return signature
}

// CanonicalText is a text as text signatures hash it.
func CanonicalText(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) }

// Certificate writes the primary key, a user ID and the self-signature.
func (k *Key) Certificate(userID string, flags byte) []byte {
	self := k.SelfSignature(userID, k.certification(flags))
	return slices.Concat(k.Public(), Packet(TagUserID, []byte(userID)), self)
}

func (k *Key) certification(flags byte) Signature {
	return Signature{
		Version: 4, Kind: Certification, Algorithm: k.Algorithm, Hash: SHA512,
		Hashed: slices.Concat(k.Claims(k.Created), Subpacket(KeyFlags, flags)),
	}
}

// SelfSignature signs the key and a user ID.
func (k *Key) SelfSignature(userID string, signature Signature) []byte {
	message := slices.Concat(k.hashed(), binary.BigEndian.AppendUint32([]byte{0xB4}, uint32(len(userID))), []byte(userID))
	return k.Over(message, signature).Packet()
}

// Binding is the beginning of a good binding of a subkey that may do what
// its flags say, with its back signature.
func (k *Key) Binding(subkey *Key, at time.Time, flags byte) Signature {
	return Signature{
		Version: 4, Kind: Binding, Algorithm: k.Algorithm, Hash: SHA512,
		Hashed: slices.Concat(k.Claims(at), Subpacket(KeyFlags, flags), Subpacket(Embedded, k.BackSignature(subkey, at)...)),
	}
}

// BackSignature is the body of the subkey's own signature over the binding.
func (k *Key) BackSignature(subkey *Key, at time.Time) []byte {
	return subkey.Over(KeyPair(k, subkey), Signature{
		Version: 4, Kind: BackSignature, Algorithm: subkey.Algorithm, Hash: SHA512, Hashed: subkey.Claims(at),
	}).Body()
}

// KeyPair is what bindings and back signatures are over.
func KeyPair(primary, subkey *Key) []byte { return append(primary.hashed(), subkey.hashed()...) }

// Bind writes a subkey and the signature over it.
func (k *Key) Bind(subkey *Key, signature Signature) []byte {
	return append(subkey.Subkey(), k.Over(KeyPair(k, subkey), signature).Packet()...)
}

// Revoke writes a revocation of the key itself, with a reason.
func (k *Key) Revoke(at time.Time, reason byte) []byte {
	return k.Over(k.hashed(), Signature{
		Version: 4, Kind: Revocation, Algorithm: k.Algorithm, Hash: SHA512,
		Hashed: slices.Concat(k.Claims(at), Subpacket(Reason, reason)),
	}).Packet()
}

// Armor writes a block of ASCII armor with a right checksum (RFC 4880, 6).
func Armor(block string, data []byte) string {
	encoded := base64.StdEncoding.EncodeToString(data)
	var out strings.Builder
	out.WriteString("-----BEGIN " + block + "-----\n\n")
	for len(encoded) > 0 {
		n := min(len(encoded), 64)
		out.WriteString(encoded[:n] + "\n")
		encoded = encoded[n:]
	}
	sum := binary.BigEndian.AppendUint32(nil, crc24(data))
	out.WriteString("=" + base64.StdEncoding.EncodeToString(sum[1:]) + "\n-----END " + block + "-----\n")
	return out.String()
}

func crc24(data []byte) uint32 {
	sum := uint32(0xB704CE)
	for _, octet := range data {
		sum ^= uint32(octet) << 16
		for range 8 {
			if sum <<= 1; sum&(1<<24) != 0 {
				sum ^= 0x1864CFB
			}
		}
	}
	return sum
}
