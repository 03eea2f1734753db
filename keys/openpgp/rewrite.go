package openpgp

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// What RewriteSignature changed.
const (
	RewroteHeader   = "packet header"
	RewroteUnhashed = "unsigned subpackets"
	RewroteNumbers  = "leading zeros"
)

// RewriteSignature brings one signature packet of another program to the
// spelling that ParseSignature accepts, and names what it changed. It changes
// what is not signed and nothing else: the packet's header, the unhashed area,
// of which the key ID remains where the hashed area does not name it, and
// leading zeros of the numbers. A packet that ParseSignature accepts is
// returned as it is. The result is for ParseSignature to judge; an error is
// for a packet that cannot be taken apart.
func RewriteSignature(data []byte) (packet []byte, changes []string, err error) {
	if _, err := ParseSignature(data); err == nil {
		return bytes.Clone(data), nil, nil
	}
	if len(data) > MaxSignature {
		return nil, nil, malformed("too long")
	}
	body, ok := anyBody(data)
	if !ok {
		return nil, nil, malformed("not exactly one signature packet")
	}
	if len(body) < 6 || body[0] != 4 {
		return nil, nil, malformed("not version 4")
	}
	hashed, rest, ok := cutArea(body[4:])
	if !ok {
		return nil, nil, malformed("hashed area overruns")
	}
	unhashed, rest, ok := cutArea(rest)
	if !ok {
		return nil, nil, malformed("unhashed area overruns")
	}
	issuer := issuerArea(hashed)
	numbers, err := shortestNumbers(rest)
	if err != nil {
		return nil, nil, err
	}
	again := bytes.Clone(body[:4+2+len(hashed)])
	again = binary.BigEndian.AppendUint16(again, uint16(len(issuer)))
	again = append(append(again, issuer...), numbers...)
	packet = append(newHeader(len(again)), again...)
	for _, change := range []struct {
		what    string
		happens bool
	}{
		{RewroteUnhashed, !bytes.Equal(issuer, unhashed)},
		{RewroteNumbers, !bytes.Equal(numbers, rest)},
		{RewroteHeader, !bytes.HasPrefix(data, newHeader(len(body)))},
	} {
		if change.happens {
			changes = append(changes, change.what)
		}
	}
	return packet, changes, nil
}

// newHeader is the shortest header in the new format (RFC 9580, 4.2.1).
func newHeader(length int) []byte {
	if length < 192 {
		return []byte{0xC0 | signatureTag, byte(length)}
	}
	length -= 192
	return []byte{0xC0 | signatureTag, byte(length>>8) + 192, byte(length)}
}

// anyBody takes the header of a signature packet off, with its length in any
// form but a partial or indeterminate one, and demands that nothing follows.
func anyBody(data []byte) ([]byte, bool) {
	if len(data) < 2 {
		return nil, false
	}
	switch first, rest := data[0], data[2:]; {
	case first == 0xC0|signatureTag && data[1] < 192, first == 0x80|signatureTag<<2:
		return rest, len(rest) == int(data[1])
	case first == 0xC0|signatureTag && data[1] < 224 && len(rest) >= 1:
		return rest[1:], len(rest[1:]) == int(data[1]-192)<<8+int(rest[0])+192
	case first == 0xC0|signatureTag && data[1] == 255 && len(rest) >= 4:
		return rest[4:], uint64(len(rest[4:])) == uint64(binary.BigEndian.Uint32(rest))
	case first == 0x80|signatureTag<<2|1 && len(rest) >= 1:
		return rest[1:], len(rest[1:]) == int(binary.BigEndian.Uint16(data[1:]))
	case first == 0x80|signatureTag<<2|2 && len(rest) >= 3:
		return rest[3:], uint64(len(rest[3:])) == uint64(binary.BigEndian.Uint32(data[1:]))
	}
	return nil, false
}

// issuerArea is the unhashed area in our form: the key ID where the hashed
// area lacks it. A fingerprint that is not hashed cannot be brought there.
func issuerArea(hashed []byte) (area []byte) {
	signed := issuers(hashed)
	fingerprint := signed[subpacketIssuerFingerprint]
	if fingerprint == nil || signed[subpacketIssuer] != nil {
		return nil // ParseSignature says so
	}
	area = append(area, 9, subpacketIssuer)
	return append(area, fingerprint[len(fingerprint)-8:]...)
}

// issuers finds the issuer subpackets of an area, the first of each, as far
// as they have the length of a version 4 issuer.
func issuers(area []byte) map[byte][]byte {
	found := map[byte][]byte{}
	for len(area) > 0 {
		kind, content, rest, ok := cutSubpacket(area)
		if !ok {
			return found
		}
		area, kind = rest, kind&^criticalBit
		length := map[byte]int{subpacketIssuer: 8, subpacketIssuerFingerprint: 21}[kind]
		if len(content) == length && found[kind] == nil && length > 0 {
			found[kind] = content
		}
	}
	return found
}

// shortestNumbers writes the bytes behind the subpackets again: the two bytes
// of the hash and every number without leading zeros.
func shortestNumbers(rest []byte) ([]byte, error) {
	if len(rest) < 2 {
		return nil, malformed("cut")
	}
	out := bytes.Clone(rest[:2])
	for rest = rest[2:]; len(rest) > 0; {
		if len(rest) < 2 {
			return nil, malformed("cut")
		}
		length := (int(binary.BigEndian.Uint16(rest)) + 7) / 8
		if len(rest) < 2+length {
			return nil, malformed("cut")
		}
		number := bytes.TrimLeft(rest[2:2+length], "\x00")
		if len(number) == 0 {
			return nil, malformed("a number is zero")
		}
		out = binary.BigEndian.AppendUint16(out, uint16(8*(len(number)-1)+bits.Len8(number[0])))
		out, rest = append(out, number...), rest[2+length:]
	}
	return out, nil
}
