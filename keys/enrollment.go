package keys

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"io"
	"math/big"
	"strings"

	"github.com/futura/airlicense/keys/openpgp"
)

// Code is an enrollment code: 80 random bits that the desk sends to a new
// customer. It never travels back. What travels in the first request is a
// signature by a key that is derived from it; the desk keeps only the public
// half of that key.
type Code [10]byte

// codeAlphabet is Crockford's base 32: no I, L, O or U.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// checkModulus is the largest prime below 32². A check number modulo a prime
// above 31 finds every single wrong character and every pair of neighbours
// that changed places.
const checkModulus = 1021

// NewCode draws a code.
func NewCode(random io.Reader) (code Code, err error) {
	if _, err := io.ReadFull(random, code[:]); err != nil {
		return code, BadCode.Wrap(err, "no randomness")
	}
	return code, nil
}

// String writes the code as 16 characters and two check characters, in
// groups of four: 7KQ2-M0ZT-….
func (c Code) String() string {
	number := new(big.Int).SetBytes(c[:])
	check := new(big.Int).Mod(number, big.NewInt(checkModulus)).Int64()
	number.Lsh(number, 10).Or(number, big.NewInt(check))
	var characters [18]byte
	for i := len(characters) - 1; i >= 0; i-- {
		characters[i] = codeAlphabet[new(big.Int).And(number, big.NewInt(31)).Int64()]
		number.Rsh(number, 5)
	}
	text := string(characters[:])
	return strings.Join([]string{text[:4], text[4:8], text[8:12], text[12:16], text[16:]}, "-")
}

// ParseCode reads a code as people type it: in either case, with or without
// blanks and hyphens, with O for 0 and I or L for 1.
func ParseCode(text string) (code Code, err error) {
	clean := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(text)))
	if len(clean) != 18 {
		return code, BadCode.New("an enrollment code has 18 characters", "reason", "length")
	}
	number := new(big.Int)
	for i := range len(clean) {
		digit := strings.IndexByte(codeAlphabet, clean[i])
		if digit < 0 {
			return code, BadCode.New("a character that no enrollment code has", "reason", "character")
		}
		number.Lsh(number, 5).Or(number, big.NewInt(int64(digit)))
	}
	check := new(big.Int).And(number, big.NewInt(1023))
	number.Rsh(number, 10)
	if new(big.Int).Mod(number, big.NewInt(checkModulus)).Cmp(check) != 0 {
		return code, BadCode.New("the check characters do not fit", "reason", "check")
	}
	number.FillBytes(code[:])
	return code, nil
}

// key derives the enrollment key (RFC 5869, HKDF with SHA-256).
func (c Code) key(customer string) ed25519.PrivateKey {
	seed, err := hkdf.Key(sha256.New, c[:], nil, "futura-enrollment/1 "+customer, ed25519.SeedSize)
	if err != nil {
		panic(err) // 32 bytes are within HKDF's limit of 255 hashes
	}
	return ed25519.NewKeyFromSeed(seed)
}

// PublicKey returns the half that the desk keeps, 32 bytes.
func (c Code) PublicKey(customer string) []byte {
	return c.key(customer).Public().(ed25519.PublicKey)
}

// Prove signs that the holder of the code uses this site key for this
// customer and product. The proof has 64 bytes.
func (c Code) Prove(site openpgp.Fingerprint, customer, product string) []byte {
	return ed25519.Sign(c.key(customer), enrollmentMessage(site, customer, product))
}

// CheckEnrollment verifies a proof with the half that the desk kept.
func CheckEnrollment(public, proof []byte, site openpgp.Fingerprint, customer, product string) error {
	if len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, enrollmentMessage(site, customer, product), proof) {
		return BadEnrollment.New("the enrollment proof was not made with the customer's code", "customer", customer)
	}
	return nil
}

func enrollmentMessage(site openpgp.Fingerprint, customer, product string) []byte {
	return []byte("futura-enrollment/1\n" + site.String() + "\n" + customer + "\n" + product + "\n")
}
