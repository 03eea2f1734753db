package openpgp

import (
	"bytes"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Bounds on how a passphrase is stretched (RFC 9580, 3.7.1).
const (
	// minStretch is the least count of iterated S2K, in bytes hashed: GnuPG
	// never writes less. Fewer, or none, give the passphrase away.
	minStretch = 65536
	// maxArgonMemory and maxArgonPasses bound Argon2: 2^18 KiB, four times
	// what RFC 9106 (4) calls enough where memory is short. The file asks for
	// the memory before the passphrase turns out wrong.
	maxArgonMemory = 18
	maxArgonPasses = 16
)

// S2K usage octets and specifiers.
const (
	usageBare      = 0
	usageAEAD      = 253
	usageSHA1      = 254
	usageChecksum  = 255
	s2kIterated    = 3
	s2kArgon2      = 4
	saltSize       = 8
	argonSaltSize  = 16
	iteratedSize   = 2 + saltSize + 1 // specifier, hash, salt, count
	argonSize      = 1 + argonSaltSize + 3
	countMantissa  = 16
	countBias      = 6
	countFieldBits = 4
)

// checkProtection refuses a secret whose passphrase is stretched too little,
// or with more memory than a key is worth. A bare secret passes: whether a
// passphrase is required is for the reader to know.
func checkProtection(raw []byte, key *packet.PrivateKey) error {
	field, found := stretching(raw, key)
	if !found {
		return notSecret("protection", nil)
	}
	switch usage := field[0]; {
	case usage == usageBare:
		return nil
	case (usage == usageSHA1 || usage == usageChecksum) && isStretched(field[2:]):
		return nil
	case usage == usageAEAD && len(field) > 3 && isStretched(field[3:]):
		return nil
	}
	return notSecret("protection", nil)
}

// stretching returns what follows the public numbers in the packet of a
// secret key: usage, cipher, and the S2K specifier.
func stretching(raw []byte, key *packet.PrivateKey) ([]byte, bool) {
	var public bytes.Buffer
	if key.PublicKey.Serialize(&public) != nil {
		return nil, false
	}
	body := public.Bytes()[headerSize(public.Bytes()):]
	for rest := raw; len(rest) > 0; {
		tag, length, ok := nextPacket(rest)
		if !ok {
			return nil, false
		}
		content := rest[headerSize(rest):length]
		if isSecret := tag == tagSecretKey || tag == tagSecretSubkey; isSecret && bytes.HasPrefix(content, body) {
			return content[len(body):], len(content) > len(body)+2
		}
		rest = rest[length:]
	}
	return nil, false
}

// headerSize returns how long the header of a packet is that nextPacket has
// accepted.
func headerSize(data []byte) int {
	isNew := data[0]&newFormat == newFormat
	if isNew && data[1] >= 192 || !isNew && data[0]&3 == 1 {
		return 3
	}
	return 2
}

func isStretched(specifier []byte) bool {
	switch {
	case len(specifier) >= iteratedSize && specifier[0] == s2kIterated:
		count := int(specifier[iteratedSize-1])
		return (countMantissa+count&15)<<(count>>countFieldBits+countBias) >= minStretch
	case len(specifier) >= argonSize && specifier[0] == s2kArgon2:
		passes, memory := specifier[argonSize-3], specifier[argonSize-1]
		return passes <= maxArgonPasses && memory <= maxArgonMemory
	}
	return false
}
