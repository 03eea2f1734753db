package openpgp

import (
	"encoding/hex"
	"strings"
)

// Fingerprint names a version 4 key: SHA-1 over the public key packet
// (RFC 9580, 5.5.4.2). SHA-1 collisions do not help against it: what a thief
// would need is a second preimage.
type Fingerprint [20]byte

// ParseFingerprint reads 40 hexadecimal digits, in either case, with or
// without blanks and colons between them.
func ParseFingerprint(text string) (Fingerprint, error) {
	var fingerprint Fingerprint
	digits := strings.NewReplacer(" ", "", ":", "", "\u00a0", "").Replace(strings.TrimSpace(text))
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) != len(fingerprint) {
		return fingerprint, BadCertificate.New("a fingerprint is 40 hexadecimal digits", "reason", "fingerprint")
	}
	copy(fingerprint[:], raw)
	return fingerprint, nil
}

// String returns 40 upper-case hexadecimal digits.
func (f Fingerprint) String() string { return strings.ToUpper(hex.EncodeToString(f[:])) }

// Groups returns the fingerprint in ten groups of four digits with a wider
// gap in the middle, as gpg prints it, so that two people can compare it by
// telephone.
func (f Fingerprint) Groups() string {
	digits := f.String()
	var groups strings.Builder
	for i := 0; i < len(digits); i += 4 {
		switch i {
		case 0:
		case 20:
			groups.WriteString("  ")
		default:
			groups.WriteByte(' ')
		}
		groups.WriteString(digits[i : i+4])
	}
	return groups.String()
}

// IsZero reports whether no fingerprint was set.
func (f Fingerprint) IsZero() bool { return f == Fingerprint{} }

// KeyID returns the last 8 bytes: a hint to find a key quickly, never a proof.
func (f Fingerprint) KeyID() [8]byte { return [8]byte(f[12:]) }

// MarshalText returns String.
func (f Fingerprint) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads what ParseFingerprint reads. Documents are compared
// with what they would be written as, so only String's spelling passes there.
func (f *Fingerprint) UnmarshalText(text []byte) (err error) {
	*f, err = ParseFingerprint(string(text))
	return err
}
