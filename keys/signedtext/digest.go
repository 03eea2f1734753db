package signedtext

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// Digest is the identity of a document: the SHA-256 of its text.
type Digest [sha256.Size]byte

// DigestOf returns the identity of a text.
func DigestOf(text []byte) Digest { return sha256.Sum256(text) }

// String returns 43 characters of base64url.
func (d Digest) String() string { return base64.RawURLEncoding.EncodeToString(d[:]) }

// Groups returns the first 64 bits for people to compare: four groups of four
// hexadecimal digits, as sha256sum begins for the text.
func (d Digest) Groups() string { return fmt.Sprintf("%x %x %x %x", d[:2], d[2:4], d[4:6], d[6:8]) }

// IsZero reports whether no digest was set.
func (d Digest) IsZero() bool { return d == Digest{} }

// MarshalText returns String.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what String writes, and nothing else.
func (d *Digest) UnmarshalText(text []byte) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(text))
	if err != nil || len(raw) != len(d) {
		return BadField.New("a digest is 43 characters of base64url", "field", "digest", "reason", "form")
	}
	copy(d[:], raw)
	return nil
}
