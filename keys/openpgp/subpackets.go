package openpgp

import "strconv"

// Subpackets (RFC 9580, 5.2.3.7) and what is made of them.
//
// The hashed area is signed: nobody but the holder of the key can change it,
// and we cannot either. So it may hold what the programs of others write of
// their own accord or for an option of their user, provided that it says
// nothing about text, time or key: notations (OpenPGP.js and Sequoia write a
// random salt into one), policy address, preferred key server, signer's user
// ID. They are never shown and never acted on. Marked critical they are
// refused, but for the user ID: they would ask for a meaning that we do not
// know. What limits the signature, such as an expiry, is refused, for
// ignoring it would be wrong and a document has dates of its own.
//
// The unhashed area is anybody's to change, so it holds nothing but the key
// ID, where GnuPG puts it; the hashed fingerprint leaves it one spelling.
const (
	subpacketCreated           = 2
	subpacketExpires           = 3
	subpacketIssuer            = 16
	subpacketNotation          = 20
	subpacketKeyServer         = 24
	subpacketPolicy            = 26
	subpacketSignersUserID     = 28
	subpacketIssuerFingerprint = 33

	criticalBit = 0x80
	newFormat   = 0xC0 // the first two bits of a packet header (RFC 9580, 4.2)
)

// maxNotations bounds the notations of a signature: one of a program and some
// of its user.
const maxNotations = 8

// readSubpackets collects the contents of known subpackets by their type.
func readSubpackets(area []byte, seen map[byte][]byte, hashed bool) error {
	for notations := 0; len(area) > 0; {
		kind, content, rest, ok := cutSubpacket(area)
		if !ok {
			return malformed("subpacket overruns")
		}
		area = rest
		if err := allowSubpacket(kind, hashed); err != nil {
			return err
		}
		kind &^= criticalBit
		if kind == subpacketNotation {
			if notations++; notations > maxNotations {
				return malformed("too many notations")
			}
			continue
		}
		if _, twice := seen[kind]; twice {
			return malformed("subpacket twice")
		}
		seen[kind] = content
	}
	return nil
}

// cutSubpacket takes the first subpacket off. Its length stands in the
// shortest form, of one or two bytes.
func cutSubpacket(area []byte) (kind byte, content, rest []byte, ok bool) {
	header, length := 1, int(area[0])
	if length >= 192 {
		if length == 255 || len(area) < 2 {
			return 0, nil, nil, false
		}
		header, length = 2, (length-192)<<8+int(area[1])+192
	}
	if length == 0 || header+length > len(area) {
		return 0, nil, nil, false
	}
	return area[header], area[header+1 : header+length], area[header+length:], true
}

func allowSubpacket(kind byte, hashed bool) error {
	critical := kind&criticalBit != 0
	switch kind &^ criticalBit {
	case subpacketIssuer:
		if hashed || !critical {
			return nil
		}
	case subpacketCreated, subpacketSignersUserID, subpacketIssuerFingerprint:
		if hashed {
			return nil
		}
	case subpacketNotation, subpacketPolicy, subpacketKeyServer:
		if hashed && !critical {
			return nil
		}
	case subpacketExpires:
		if hashed {
			return malformed("the signature expires")
		}
	}
	return malformed("subpacket that is not accepted")
}

// hashReason names a hash that is not accepted (RFC 9580, 9.5).
func hashReason(number byte) string {
	names := map[byte]string{1: "MD5", 2: "SHA-1", 3: "RIPEMD-160", 11: "SHA-224", 12: "SHA3-256", 14: "SHA3-512"}
	if names[number] == "" {
		return "hash " + strconv.Itoa(int(number))
	}
	return names[number]
}

// algorithmReason names a signature algorithm that is not accepted (RFC 9580,
// 9.1). Ed25519 in its newer form is good, and unreadable for GnuPG.
func algorithmReason(number byte) string {
	names := map[byte]string{3: "RSA, sign only", 17: "DSA", 27: "Ed25519 as algorithm 27, which GnuPG cannot read", 28: "Ed448"}
	if names[number] == "" {
		return "algorithm " + strconv.Itoa(int(number))
	}
	return names[number]
}
