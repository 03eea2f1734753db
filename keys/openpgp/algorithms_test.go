package openpgp_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	pgptest "github.com/futura/airlicense/keys/openpgp/openpgptest"
)

// The kinds of attack are those of Wycheproof (C2SP/wycheproof: ed25519,
// ecdsa_secp256r1_sha256, rsa_signature_3072_sha256), made here with keys of
// our own, since signatures come in OpenPGP packets.

func read(t testing.TB, key *pgptest.Key) *openpgp.Certificate {
	t.Helper()
	certificate, err := openpgp.ReadCertificate(key.Certificate("test", pgptest.MaySign))
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// verifyNumbers replaces the numbers of a good signature and verifies it.
func verifyNumbers(certificate *openpgp.Certificate, signature pgptest.Signature, numbers ...[]byte) error {
	signature.Numbers = nil
	for _, number := range numbers {
		signature.Numbers = append(signature.Numbers, pgptest.MPI(number)...)
	}
	return verifyPacket(certificate, signature.Packet())
}

func verifyPacket(certificate *openpgp.Certificate, packet []byte) error {
	parsed, err := openpgp.ParseSignature(packet)
	if err != nil {
		return err
	}
	return certificate.Verify(text, parsed)
}

func signed(key *pgptest.Key) pgptest.Signature {
	return key.Over(pgptest.CanonicalText(text), key.TextSignature(born))
}

// mpis takes the numbers of a signature apart.
func mpis(packed []byte) (numbers [][]byte) {
	for len(packed) > 0 {
		size := (int(packed[0])<<8 | int(packed[1]) + 7) / 8
		numbers, packed = append(numbers, packed[2:2+size]), packed[2+size:]
	}
	return numbers
}

type attack struct {
	name    string
	numbers [][]byte
	want    fault.Code
}

func refuseAll(t *testing.T, key *pgptest.Key, attacks []attack) {
	t.Helper()
	certificate, good := read(t, key), signed(key)
	if err := verifyPacket(certificate, good.Packet()); err != nil {
		t.Fatalf("the honest signature: %v", err)
	}
	for _, attack := range attacks {
		if err := verifyNumbers(certificate, good, attack.numbers...); !errors.Is(err, attack.want) {
			t.Errorf("%s: %v, want %s", attack.name, err, attack.want)
		}
	}
}

func hexBytes(t testing.TB, digits string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func number(digits string) *big.Int {
	made, ok := new(big.Int).SetString(digits, 16)
	if !ok {
		panic(digits)
	}
	return made
}

// Orders of the groups: RFC 8032, 5.1; SEC 2, 2.4.2.
var (
	order25519 = number("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed")
	orderP256  = number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
)

// littleEndian writes a number as Ed25519 does.
func littleEndian(value *big.Int) []byte {
	raw := value.FillBytes(make([]byte, 32))
	slices.Reverse(raw)
	return raw
}

func fromLittleEndian(raw []byte) *big.Int {
	reversed := append(bytes.Clone(raw), make([]byte, 32-len(raw))...)
	slices.Reverse(reversed)
	return new(big.Int).SetBytes(reversed)
}

func TestAttacksOnEd25519(t *testing.T) {
	key := pgptest.Ed25519(keystest.Seed("ed25519"), born)
	numbers := mpis(signed(key).Numbers)
	r, s := numbers[0], numbers[1]
	scalar := fromLittleEndian(s)
	plus := func(times int64) []byte {
		return littleEndian(new(big.Int).Add(scalar, new(big.Int).Mul(order25519, big.NewInt(times))))
	}
	attacks := []attack{
		{"S + L", [][]byte{r, plus(1)}, openpgp.Malformed},
		{"S + 2L", [][]byte{r, plus(2)}, openpgp.Malformed},
		{"S + 8L", [][]byte{r, plus(8)}, openpgp.Malformed},
		{"S = L", [][]byte{r, littleEndian(order25519)}, openpgp.Malformed},
		{"S = L - 1", [][]byte{r, littleEndian(new(big.Int).Sub(order25519, big.NewInt(1)))}, openpgp.Mismatch},
		{"S of 32 octets of ones", [][]byte{r, bytes.Repeat([]byte{0xFF}, 32)}, openpgp.Malformed},
		{"S of 33 octets", [][]byte{r, append([]byte{1}, s...)}, openpgp.Malformed},
		{"S = 0", [][]byte{r, {0}}, openpgp.Malformed},
		{"S = 1", [][]byte{r, littleEndian(big.NewInt(1))}, openpgp.Mismatch},
		{"-S", [][]byte{r, littleEndian(new(big.Int).Sub(order25519, scalar))}, openpgp.Mismatch},
		{"R of 33 octets", [][]byte{append([]byte{1}, r...), s}, openpgp.Malformed},
		{"R with the other sign", [][]byte{flipped(r), s}, openpgp.Mismatch},
		{"R and S exchanged", [][]byte{s, r}, openpgp.Malformed},
		{"S missing", [][]byte{r}, openpgp.Malformed},
		{"a third number", [][]byte{r, s, s}, openpgp.Malformed},
	}
	if fromLittleEndian(r).Cmp(order25519) < 0 {
		attacks[12].want = openpgp.Mismatch
	}
	for _, point := range smallOrderPoints(t)[1:] { // the first is zero, which no number is
		attacks = append(attacks, attack{"R of small order " + hex.EncodeToString(point), [][]byte{point, s}, openpgp.Mismatch})
	}
	refuseAll(t, key, attacks)
}

func flipped(point []byte) []byte {
	other := bytes.Clone(point)
	other[31] ^= 0x80
	return other
}

// smallOrderPoints are the encodings of points of small order, canonical and
// not (Wycheproof and C2SP/CCTV list them): under such a key, R = the key
// and S = 0 verify over any text where a library does not look.
func smallOrderPoints(t testing.TB) (points [][]byte) {
	for _, digits := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		point := hexBytes(t, digits)
		points = append(points, point, flipped(point))
	}
	return points
}

func TestKeysOnEd25519ThatAnybodyHolds(t *testing.T) {
	points := smallOrderPoints(t)
	for _, high := range []byte{0xEF, 0xFE, 0xFF} { // y of at least the prime
		point := append(append([]byte{high}, bytes.Repeat([]byte{0xFF}, 30)...), 0x7F)
		points = append(points, point, flipped(point))
	}
	for _, point := range points {
		key := pgptest.Point(point, born)
		refuseKey(t, "Ed25519 "+hex.EncodeToString(point), key)
		root := pgptest.Ed25519(keystest.Seed("root"), born)
		certificate, err := openpgp.ReadCertificate(append(root.Certificate("test", pgptest.MaySign), root.Bind(key, root.Binding(key, born, pgptest.MaySign))...))
		if err == nil && len(certificate.SigningKeys()) != 1 {
			t.Errorf("a subkey %x may sign", point)
		}
	}
}

// Under the neutral point every text verifies with R = [S]B: a key that
// anybody holds, with a self-signature that any library calls good. Its
// second encoding, with y above the prime, is refused too.
func TestTheNeutralPointIsNoKey(t *testing.T) {
	secret := seedBytes("neutral")
	expanded := sha512.Sum512(secret) // RFC 8032, 5.1.5
	expanded[0], expanded[31] = expanded[0]&0xF8, expanded[31]&0x7F|0x40
	r := ed25519.NewKeyFromSeed(secret).Public().(ed25519.PublicKey)
	s := littleEndian(new(big.Int).Mod(fromLittleEndian(expanded[:32]), order25519))
	neutral := append([]byte{1}, make([]byte, 31)...)
	if !ed25519.Verify(neutral, []byte("any text"), append(bytes.Clone(r), s...)) {
		t.Fatal("the forgery does not work, so its refusal shows nothing")
	}
	above := append(append([]byte{0xEE}, bytes.Repeat([]byte{0xFF}, 30)...), 0x7F)
	for _, point := range [][]byte{neutral, flipped(neutral), above} {
		key := pgptest.Point(point, born)
		key.Sign = func(crypto.Hash, []byte) [][]byte { return [][]byte{r, s} }
		refuseWeak(t, "neutral point", key)
	}
}

func seedBytes(name string) []byte {
	data := make([]byte, ed25519.SeedSize)
	keystest.Seed(name).Read(data)
	return data
}

// refuseWeak demands that the key is refused for its weakness, not for
// anything else.
func refuseWeak(t *testing.T, name string, key *pgptest.Key) {
	t.Helper()
	_, err := openpgp.ReadCertificate(key.Certificate("test", pgptest.MaySign))
	if !errors.Is(err, openpgp.WeakKey) || !strings.Contains(err.Error(), "a key of a kind that is not accepted") {
		t.Errorf("%s: %v", name, err)
	}
}

// Real keys, whose signatures are good, but of a size or exponent that is
// not accepted.
func TestRealRSAKeysOutsideThePolicy(t *testing.T) {
	for name, key := range map[string]*pgptest.RSAKey{
		"e = 3":          pgptest.RSA(keystest.Seed("rsa e 3"), 3072, 3, born),
		"n of 2048 bits": pgptest.RSA(keystest.Seed("rsa 2048"), 2048, 65537, born),
		"n of 4112 bits": pgptest.RSA(keystest.Seed("rsa 4112"), 4112, 65537, born),
	} {
		refuseWeak(t, name, &key.Key)
	}
}

func refuseKey(t *testing.T, name string, key *pgptest.Key) {
	t.Helper()
	if _, err := openpgp.ReadCertificate(key.Certificate("test", pgptest.MaySign)); !errors.Is(err, openpgp.WeakKey) && !errors.Is(err, openpgp.BadCertificate) {
		t.Errorf("%s: %v", name, err)
	}
}

func TestAttacksOnECDSA(t *testing.T) {
	key := pgptest.ECDSA(keystest.Seed("p256"), elliptic.P256(), born)
	numbers := mpis(signed(key).Numbers)
	r, s := numbers[0], numbers[1]
	n := orderP256
	add := func(value []byte, other *big.Int) []byte {
		return new(big.Int).Add(new(big.Int).SetBytes(value), other).Bytes()
	}
	zero, one := []byte{0}, []byte{1}
	refuseAll(t, key, []attack{
		{"r = s = 0", [][]byte{zero, zero}, openpgp.Malformed},
		{"r = 0", [][]byte{zero, s}, openpgp.Malformed},
		{"s = 0", [][]byte{r, zero}, openpgp.Malformed},
		{"r = s = 1", [][]byte{one, one}, openpgp.Mismatch},
		{"r = n", [][]byte{n.Bytes(), s}, openpgp.Malformed},
		{"s = n", [][]byte{r, n.Bytes()}, openpgp.Malformed},
		{"r = s = n", [][]byte{n.Bytes(), n.Bytes()}, openpgp.Malformed},
		{"r = n, s = 1", [][]byte{n.Bytes(), one}, openpgp.Malformed},
		{"r = n + 1", [][]byte{add(n.Bytes(), big.NewInt(1)), s}, openpgp.Malformed},
		{"r = n - 1", [][]byte{new(big.Int).Sub(n, big.NewInt(1)).Bytes(), s}, openpgp.Mismatch},
		{"r + n", [][]byte{add(r, n), s}, openpgp.Malformed},
		{"s + n", [][]byte{r, add(s, n)}, openpgp.Malformed},
		{"r = 2^256 - 1", [][]byte{bytes.Repeat([]byte{0xFF}, 32), s}, openpgp.Malformed},
		{"r of 64 octets", [][]byte{bytes.Repeat([]byte{0xFF}, 64), s}, openpgp.Malformed},
		{"r and s exchanged", [][]byte{s, r}, openpgp.Mismatch},
		{"s missing", [][]byte{r}, openpgp.Malformed},
		{"a third number", [][]byte{r, s, s}, openpgp.Malformed},
	})
	packed := signed(key)
	packed.Numbers = append([]byte{1, 8, 0}, packed.Numbers[2:]...)
	if err := verifyPacket(read(t, key), packed.Packet()); !errors.Is(err, openpgp.Malformed) {
		t.Errorf("r with a leading zero: %v", err)
	}
}

// Either s is written by honest programs, GnuPG among them: both are read,
// and a document is never identified by its packet.
func TestBothSpellingsOfAnECDSASignature(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384()} {
		key := pgptest.ECDSA(keystest.Seed("high s"), curve, born)
		good := signed(key)
		numbers := mpis(good.Numbers)
		other := new(big.Int).Sub(curve.Params().N, new(big.Int).SetBytes(numbers[1])).Bytes()
		if err := verifyNumbers(read(t, key), good, numbers[0], other); err != nil {
			t.Errorf("%s: %v", curve.Params().Name, err)
		}
	}
}

func TestKeysOnCurvesThatAreNoKeys(t *testing.T) {
	good := pgptest.ECDSA(keystest.Seed("p256"), elliptic.P256(), born)
	point := good.Material[len(good.Material)-65:]
	for name, change := range map[string]func([]byte) []byte{
		"off the curve":           func(point []byte) []byte { point[64] ^= 1; return point },
		"infinity":                func([]byte) []byte { return []byte{0} },
		"zero":                    func([]byte) []byte { return append([]byte{4}, make([]byte, 64)...) },
		"compressed":              func(point []byte) []byte { return append([]byte{2}, point[1:33]...) },
		"cut":                     func(point []byte) []byte { return point[:64] },
		"coordinates too large":   func(point []byte) []byte { return append([]byte{4}, bytes.Repeat([]byte{0xFF}, 64)...) },
		"hybrid":                  func(point []byte) []byte { point[0] = 6; return point },
		"octets behind the point": func(point []byte) []byte { return append(point, 1) },
	} {
		key := *good
		key.Material = append(bytes.Clone(good.Material[:9]), pgptest.MPI(change(bytes.Clone(point)))...)
		refuseKey(t, name, &key)
	}
	curves := map[string][]byte{
		"secp256k1":       {5, 0x2B, 0x81, 4, 0, 0x0A},
		"P-521":           {5, 0x2B, 0x81, 4, 0, 0x23},
		"brainpoolP256r1": {9, 0x2B, 0x24, 3, 3, 2, 8, 1, 1, 7},
		"no curve":        {1, 0},
		"empty":           {0},
	}
	for name, oid := range curves {
		key := *good
		key.Material = append(bytes.Clone(oid), good.Material[9:]...)
		refuseKey(t, name, &key)
	}
}

// rsaKey takes a while to find its primes.
var rsaKey = sync.OnceValue(func() *pgptest.RSAKey { return pgptest.RSA(keystest.Seed("rsa"), 3072, 65537, born) })

func TestAttacksOnRSA(t *testing.T) {
	key := rsaKey()
	good := mpis(signed(&key.Key).Numbers)[0]
	plus := new(big.Int).Add(new(big.Int).SetBytes(good), key.Modulus)
	digest := key.TextSignature(born).Digest(pgptest.CanonicalText(text))
	block := key.Padded(crypto.SHA512, digest)
	end := block[bytes.Index(block[2:], []byte{0})+2:] // from the zero before the hash's name
	garbage := slices.Concat([]byte{0, 1}, bytes.Repeat([]byte{0xFF}, 8), end)
	attacks := []attack{
		{"s + n", [][]byte{plus.Bytes()}, openpgp.Malformed},
		{"s = n", [][]byte{key.Modulus.Bytes()}, openpgp.Malformed},
		{"n - s", [][]byte{new(big.Int).Sub(key.Modulus, new(big.Int).SetBytes(good)).Bytes()}, openpgp.Mismatch},
		{"s = 0", [][]byte{{0}}, openpgp.Malformed},
		{"s = 1", [][]byte{{1}}, openpgp.Mismatch},
		{"s = n - 1", [][]byte{new(big.Int).Sub(key.Modulus, big.NewInt(1)).Bytes()}, openpgp.Mismatch},
		{"two numbers", [][]byte{good, good}, openpgp.Malformed},
	}
	for name, bent := range map[string][]byte{
		"short padding, garbage behind the hash":  append(garbage, make([]byte, len(block)-len(garbage))...),
		"short padding, block not filled":         slices.Concat(make([]byte, len(block)-len(garbage)), garbage),
		"garbage within the padding":              replaceAt(block, 20, 0xFE),
		"block type 2":                            replaceAt(block, 1, 2),
		"block type 0":                            replaceAt(block, 1, 0),
		"no zero behind the padding":              replaceAt(block, len(block)-len(end), 0xFF),
		"first octet not zero":                    replaceAt(block, 0, 1),
		"the name of SHA-256":                     replaceAt(block, len(block)-64-3, 1),
		"the name of no hash":                     replaceAt(block, len(block)-64-5, 0x7F),
		"parameters that are not NULL":            replaceAt(block, len(block)-64-4+1, 4),
		"the name of SHA-256 with its own digest": key.Padded(crypto.SHA256, digest[:32]),
		"the hash alone":                          append(make([]byte, len(block)-64), digest...),
		"a length too long":                       replaceAt(block, len(block)-64-1, 0x41),
		"parameters left out":                     withoutParameters(block, digest),
	} {
		attacks = append(attacks, attack{name, [][]byte{key.Raw(bent)}, openpgp.Mismatch})
	}
	refuseAll(t, &key.Key, attacks)
}

func replaceAt(block []byte, at int, octet byte) []byte {
	changed := bytes.Clone(block)
	changed[at] = octet
	return changed
}

// withoutParameters leaves the NULL of the hash's name out, which some
// libraries accept (Wycheproof, "MissingNull").
func withoutParameters(block, digest []byte) []byte {
	name := []byte{0x30, 0x4F, 0x30, 0x0B, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 4, 0x40}
	end := slices.Concat([]byte{0}, name, digest)
	return slices.Concat([]byte{0, 1}, bytes.Repeat([]byte{0xFF}, len(block)-2-len(end)), end)
}

// With the exponent 3, whoever can take a cube root signs for a verifier
// that does not look at the whole block (CVE-2006-4339); with 1, the block
// is its own signature. No such key is read, as a primary or as a subkey.
func TestRSAKeysWithoutStrength(t *testing.T) {
	n := rsaKey().Modulus
	big65537 := big.NewInt(65537)
	for name, key := range map[string]*pgptest.RSAKey{
		"e = 1":          pgptest.RSAOf(n, big.NewInt(1), big.NewInt(1), born),
		"e = 2":          pgptest.RSAOf(n, big.NewInt(2), nil, born),
		"e = 3":          cubeRoot(n),
		"e = 17":         pgptest.RSAOf(n, big.NewInt(17), nil, born),
		"e even":         pgptest.RSAOf(n, big.NewInt(65538), nil, born),
		"e of 33 bits":   pgptest.RSAOf(n, big.NewInt(1<<32+1), nil, born),
		"e = n - 2":      pgptest.RSAOf(n, new(big.Int).Sub(n, big.NewInt(2)), nil, born),
		"n even":         pgptest.RSAOf(new(big.Int).Add(n, big.NewInt(1)), big65537, nil, born),
		"n of 3071 bits": pgptest.RSAOf(new(big.Int).Rsh(n, 1), big65537, nil, born),
		"n of 4097 bits": pgptest.RSAOf(new(big.Int).SetBit(n, 4096, 1), big65537, nil, born),
		"n = 1":          pgptest.RSAOf(big.NewInt(1), big65537, nil, born),
	} {
		refuseKey(t, name, &key.Key)
		root := pgptest.Ed25519(keystest.Seed("root"), born)
		certificate, err := openpgp.ReadCertificate(append(root.Certificate("test", pgptest.MaySign), root.Bind(&key.Key, root.Binding(&key.Key, born, pgptest.MaySign))...))
		if err == nil && len(certificate.SigningKeys()) != 1 {
			t.Errorf("%s: a subkey may sign", name)
		}
	}
}

// cubeRoot is a key with the exponent 3 that signs without its secret, as
// the forgery does: the root of a block whose end is garbage.
func cubeRoot(n *big.Int) *pgptest.RSAKey {
	key := pgptest.RSAOf(n, big.NewInt(3), nil, born)
	key.Sign = func(hash crypto.Hash, digest []byte) [][]byte {
		block := key.Padded(hash, digest)
		end := block[bytes.Index(block[2:], []byte{0})+2:]
		forged := slices.Concat([]byte{0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, end, bytes.Repeat([]byte{0xFF}, len(block)-10-len(end)))
		return [][]byte{root3(new(big.Int).SetBytes(forged)).Bytes()}
	}
	return key
}

// root3 is the largest number whose cube is not above the value.
func root3(value *big.Int) *big.Int {
	root := new(big.Int)
	for bit := value.BitLen()/3 + 1; bit >= 0; bit-- {
		larger := new(big.Int).SetBit(root, bit, 1)
		if new(big.Int).Exp(larger, big.NewInt(3), nil).Cmp(value) <= 0 {
			root = larger
		}
	}
	return root
}

// A subkey that may not sign may be weak: gpg's for encryption is not used.
// One that may sign brings the certificate down.
func TestWeakSubkeys(t *testing.T) {
	root, weak := pgptest.Ed25519(keystest.Seed("root"), born), &pgptest.RSA(keystest.Seed("weak"), 1024, 65537, born).Key
	for flags, want := range map[byte]error{pgptest.MayEncrypt: nil, pgptest.MaySign: openpgp.WeakKey} {
		_, err := openpgp.ReadCertificate(append(root.Certificate("test", pgptest.MaySign), root.Bind(weak, root.Binding(weak, born, flags))...))
		if !errors.Is(err, want) {
			t.Errorf("flags %d: %v", flags, err)
		}
	}
}
