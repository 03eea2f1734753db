package openpgp

import "bytes"

// Fits reports whether the first two octets of the text's hash are those
// that the packet names (RFC 9580, 5.2.4). Of wrong texts one in 65,536 fits
// too: it tells what is worth verifying, and verifies nothing.
func (s *Signature) Fits(text []byte) bool {
	return bytes.Equal(s.digest(text)[:2], s.hashTag[:])
}
