package openpgp

import (
	"bytes"
	"crypto"
	"encoding/binary"
	"hash"
	"time"
)

// MaxSignature is the largest signature packet, in bytes: RSA-4096 needs 567
// with gpg's subpackets; 2048 leaves room for a few notations.
const MaxSignature = 2048

// Signature is one signature packet of version 4, taken apart. Created,
// Issuer and Hash are what the packet claims; they count once Verify has
// accepted the packet.
type Signature struct {
	packet    []byte
	hashed    []byte // the part of the packet that is hashed after the text
	algorithm byte
	hashTag   [2]byte
	integers  [][]byte

	Hash    crypto.Hash
	Created time.Time
	Issuer  Fingerprint
}

// OpenPGP numbers (RFC 9580, 9.1 and 9.5) that the policy allows.
const (
	algorithmRSA   = 1
	algorithmECDSA = 19
	algorithmEdDSA = 22

	signatureTag  = 2
	textSignature = 0x01
)

// hashes maps the allowed hash numbers to Go's and to the name that stands
// in a Hash header.
var hashes = map[byte]crypto.Hash{8: crypto.SHA256, 9: crypto.SHA384, 10: crypto.SHA512}

// integerCount tells how many numbers a signature of this algorithm has.
var integerCount = map[byte]int{algorithmRSA: 1, algorithmECDSA: 2, algorithmEdDSA: 2}

var hashNames = map[crypto.Hash]string{crypto.SHA256: "SHA256", crypto.SHA384: "SHA384", crypto.SHA512: "SHA512"}

// HashName returns the name of the hash as a Hash header spells it.
func (s *Signature) HashName() string {
	return hashNames[s.Hash]
}

// Packet returns the bytes that were parsed.
func (s *Signature) Packet() []byte { return bytes.Clone(s.packet) }

// ParseSignature reads exactly one version 4 text signature packet. There is
// one accepted spelling of each: the shortest packet header (old or new
// format), no partial length, only known subpackets (see subpackets.go), one
// creation time and one issuer fingerprint, hashed, one key ID that agrees
// with it, nothing but that ID in the unhashed area, where GnuPG puts it,
// numbers without leading zeros, and nothing behind them. Nobody but the
// holder of the key can therefore change it, but for two things that every
// reader of OpenPGP leaves open: the header's format, and s or n - s in a
// signature of ECDSA. So nothing is identified by its packet alone.
// RewriteSignature brings the spellings of other programs to this one, as far
// as they are not signed.
func ParseSignature(data []byte) (*Signature, error) {
	if len(data) > MaxSignature {
		return nil, malformed("too long")
	}
	body, err := packetBody(data)
	if err != nil {
		return nil, err
	}
	if len(body) < 6 || body[0] != 4 {
		return nil, malformed("not version 4")
	}
	signature := &Signature{packet: bytes.Clone(data), algorithm: body[2]}
	if err := signature.readKind(body[1], body[3]); err != nil {
		return nil, err
	}
	rest, err := signature.readAreas(body)
	if err != nil {
		return nil, err
	}
	if err := signature.readNumbers(rest); err != nil {
		return nil, err
	}
	return signature, nil
}

func malformed(reason string) error {
	return Malformed.New("not an acceptable signature packet", "reason", reason)
}

// packetBody takes the header of one signature packet off.
func packetBody(data []byte) ([]byte, error) {
	if len(data) < 3 {
		return nil, malformed("too short")
	}
	var header, length int
	switch first := data[0]; {
	case first == 0xC0|signatureTag && data[1] < 192:
		header, length = 2, int(data[1])
	case first == 0xC0|signatureTag && data[1] < 224:
		header, length = 3, int(data[1]-192)<<8+int(data[2])+192
	case first == 0x80|signatureTag<<2:
		header, length = 2, int(data[1])
	case first == 0x80|signatureTag<<2|1:
		header, length = 3, int(data[1])<<8|int(data[2])
		if length < 256 {
			return nil, malformed("length in a longer form than needed")
		}
	default:
		return nil, malformed("not a signature packet")
	}
	if len(data) != header+length {
		return nil, malformed("length does not match")
	}
	return data[header:], nil
}

func (s *Signature) readKind(kind, hash byte) error {
	if kind != textSignature {
		return NotAllowed.New("only a text signature is accepted", "reason", "signature type")
	}
	if integerCount[s.algorithm] == 0 {
		return NotAllowed.New("signature algorithm is not accepted", "reason", algorithmReason(s.algorithm))
	}
	var known bool
	if s.Hash, known = hashes[hash]; !known {
		return NotAllowed.New("hash is not accepted", "reason", hashReason(hash))
	}
	return nil
}

// readAreas reads both subpacket areas and returns what follows them.
func (s *Signature) readAreas(body []byte) ([]byte, error) {
	hashed, rest, ok := cutArea(body[4:])
	if !ok {
		return nil, malformed("hashed area overruns")
	}
	s.hashed = body[:4+2+len(hashed)]
	unhashed, rest, ok := cutArea(rest)
	if !ok {
		return nil, malformed("unhashed area overruns")
	}
	seen := map[byte][]byte{}
	if err := readSubpackets(hashed, seen, true); err != nil {
		return nil, err
	}
	if isOld := s.packet[0]&newFormat != newFormat; isOld && seen[subpacketIssuer] != nil {
		return nil, malformed("header in the old format")
	}
	if err := readSubpackets(unhashed, seen, false); err != nil {
		return nil, err
	}
	return rest, s.readClaims(seen)
}

func cutArea(data []byte) (area, rest []byte, ok bool) {
	if len(data) < 2 {
		return nil, nil, false
	}
	length := int(binary.BigEndian.Uint16(data))
	if len(data) < 2+length {
		return nil, nil, false
	}
	return data[2 : 2+length], data[2+length:], true
}

func (s *Signature) readClaims(seen map[byte][]byte) error {
	created, issuer, keyID := seen[subpacketCreated], seen[subpacketIssuerFingerprint], seen[subpacketIssuer]
	if len(created) != 4 {
		return malformed("no creation time")
	}
	s.Created = time.Unix(int64(binary.BigEndian.Uint32(created)), 0).UTC()
	if len(issuer) != 21 || issuer[0] != 4 {
		return malformed("no issuer fingerprint")
	}
	copy(s.Issuer[:], issuer[1:])
	if !bytes.Equal(keyID, issuer[13:]) {
		return malformed("issuer fingerprint and key ID disagree")
	}
	return nil
}

func (s *Signature) readNumbers(rest []byte) error {
	if len(rest) < 2 {
		return malformed("cut")
	}
	copy(s.hashTag[:], rest)
	rest = rest[2:]
	for range integerCount[s.algorithm] {
		if len(rest) < 3 {
			return malformed("cut")
		}
		bits := int(binary.BigEndian.Uint16(rest))
		length := (bits + 7) / 8
		if bits == 0 || len(rest) < 2+length || rest[2]>>((bits-1)%8) != 1 {
			return malformed("number in another spelling than its shortest")
		}
		s.integers = append(s.integers, rest[2:2+length])
		rest = rest[2+length:]
	}
	if len(rest) != 0 {
		return malformed("bytes behind the signature")
	}
	return nil
}

// digest hashes the text, then the hashed part of the packet and its trailer
// (RFC 9580, 5.2.4).
func (s *Signature) digest(text []byte) []byte {
	hash := s.Hash.New()
	writeText(hash, text)
	hash.Write(s.hashed)
	trailer := []byte{4, 0xFF, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(trailer[2:], uint32(len(s.hashed)))
	hash.Write(trailer)
	return hash.Sum(nil)
}

// writeText hashes a text as text signatures do, with line ends as CR LF. The
// text is in canonical form: LF, no trailing blanks, no final line end.
func writeText(hash hash.Hash, text []byte) {
	lineEnd := []byte("\r\n")
	for rest, more := text, true; more; {
		var line []byte
		line, rest, more = bytes.Cut(rest, lineEnd[1:])
		hash.Write(line)
		if more {
			hash.Write(lineEnd)
		}
	}
}

// CutSignature splits data behind the signature packet that it begins with.
func CutSignature(data []byte) (packet, rest []byte, ok bool) {
	tag, length, ok := nextPacket(data)
	if !ok || tag != signatureTag || length > MaxSignature {
		return nil, nil, false
	}
	return data[:length], data[length:], true
}
