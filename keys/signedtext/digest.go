package signedtext

import (
	"crypto/sha256"
	"encoding/base64"
)

// Digest is the identity of a document: the SHA-256 of its text.
type Digest [sha256.Size]byte

// DigestOf returns the identity of a text.
func DigestOf(text []byte) Digest { return sha256.Sum256(text) }

// String returns 43 characters of base64url.
func (d Digest) String() string { return base64.RawURLEncoding.EncodeToString(d[:]) }

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
