package docs_test

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/futura/airlicense/issue/issuetest"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/openpgp"
	pgptest "github.com/futura/airlicense/keys/openpgp/openpgptest"
)

// packets makes the vectors of group P that are flaws of the signature.
func (f *forger) packets() {
	f.kinds()
	f.times()
	f.subpackets()
	f.issuers()
	f.several()
	f.numbers()
	f.lengths()
	f.otherPackets()
}

// kinds: P01 to P06.
func (f *forger) kinds() {
	for kind, name := range map[byte]string{
		0x00: "binary", 0x02: "standalone", 0x10: "certification-generic", 0x11: "certification-persona", 0x12: "certification-casual",
		0x13: "certification-positive", 0x18: "binding", 0x19: "back-signature", 0x1F: "direct-key", 0x20: "revocation", 0x28: "subkey-revocation",
		0x30: "certification-revocation", 0x40: "timestamp", 0x50: "third-party",
	} {
		rows := map[byte]string{0x00: "P02", 0x02: "P03"}[kind]
		f.varied("type-"+name, strings.TrimSpace(rows+" P01"), "FL-122", "a signature of type "+name, func(s *pgptest.Signature) { s.Kind = kind })
	}
	crlf := f.signer.TextSignature(vectorsMade)
	crlf.Kind = pgptest.Binary
	f.packet("type-binary-pasted", "P02", "FL-122", "a detached signature pasted under its text", f.signer.Over([]byte(f.text), crlf).Packet())
	for name, hash := range map[string]byte{"md5": pgptest.MD5, "sha1": pgptest.SHA1, "sha224": pgptest.SHA224} {
		f.varied("hash-"+name, "P04", "FL-122", "signed with "+name, func(s *pgptest.Signature) { s.Hash = hash })
	}
	for name, hash := range map[string]byte{"ripemd160": pgptest.RIPEMD160, "sha3-256": 12, "unknown": 99} {
		f.bent("hash-"+name, "P04", "FL-122", "another hash number: "+name, func(s *pgptest.Signature) { s.Hash = hash })
	}
	f.bent("hash-other-allowed", "P04 E09", "FL-105", "the number of SHA-256 over a signature with SHA-512", func(s *pgptest.Signature) { s.Hash = pgptest.SHA256 })
	for name, expected := range map[string]struct {
		algorithm byte
		code      string
	}{
		"rsa": {1, "FL-121"}, "rsa-sign-only": {3, "FL-122"}, "dsa": {17, "FL-122"}, "ecdsa": {19, "FL-122"}, "ed25519-new": {27, "FL-122"}, "zero": {0, "FL-122"}, "unknown": {99, "FL-122"},
	} {
		f.varied("algorithm-"+name, "P05", expected.code, "the algorithm number "+name+" over an Ed25519 signature", func(s *pgptest.Signature) { s.Algorithm = expected.algorithm })
	}
	for _, version := range []byte{0, 2, 3, 5, 6, 255} {
		f.varied(fmt.Sprintf("version-%d", version), "P06", "FL-121", fmt.Sprintf("the version number %d", version), func(s *pgptest.Signature) { s.Version = version })
	}
	f.packet("version-3-real", "P06", "FL-121", "a real signature of version 3", f.version3())
}

// version3 signs as RFC 4880, 5.2.2 says.
func (f *forger) version3() []byte {
	fingerprint := f.signer.Fingerprint()
	head := slices.Concat([]byte{pgptest.Text}, pgptest.Time(vectorsMade))
	hash := pgptest.Hashes[pgptest.SHA512].New()
	hash.Write(append(pgptest.CanonicalText([]byte(f.text)), head...))
	digest := hash.Sum(nil)
	body := slices.Concat([]byte{3, 5}, head, fingerprint[12:], []byte{f.signer.Algorithm, pgptest.SHA512}, digest[:2])
	for _, number := range f.signer.Sign(pgptest.Hashes[pgptest.SHA512], digest) {
		body = append(body, pgptest.MPI(number)...)
	}
	return pgptest.Packet(pgptest.TagSignature, body)
}

// times: P07 to P11.
func (f *forger) times() {
	at := func(name, rows, code, flaw string, when time.Time) {
		f.varied(name, rows, code, flaw, func(s *pgptest.Signature) { s.Hashed = f.signer.Claims(when) })
	}
	at("created-in-2036", "P07 P44", "FL-117", "signed ten years after its date", vectorsMade.AddDate(10, 0, 0))
	at("created-in-2106", "P07", "FL-117", "signed at the last second that OpenPGP can write", time.Unix(1<<32-1, 0))
	at("created-a-year-later", "P07", "FL-117", "signed 367 days after its date", vectorsMade.AddDate(0, 0, 367))
	at("created-two-days-before", "P08", "FL-117", "signed two days before its date", vectorsMade.AddDate(0, 0, -2))
	at("created-an-hour-later", "P07", "", "signed an hour after its date: accepted", vectorsMade.Add(time.Hour))
	at("created-before-key", "P08", "FL-125", "signed before its key was made", keysBorn.Add(-time.Second))
	at("created-in-1970", "P08", "FL-125", "signed in 1970", time.Unix(0, 0))
	created, issuer := pgptest.Subpacket(pgptest.Created, pgptest.Time(vectorsMade)...), append(f.signer.IssuerFingerprint(), f.signer.IssuerKeyID()...)
	hashed := func(name, rows, code, flaw string, areas ...[]byte) {
		f.varied(name, rows, code, flaw, func(s *pgptest.Signature) { s.Hashed = slices.Concat(areas...) })
	}
	hashed("created-missing", "P09", "FL-121", "no creation time", issuer)
	hashed("created-twice", "P09", "FL-121", "two creation times", created, issuer, created)
	hashed("created-future-and-past", "P09", "FL-121", "two creation times, one of them in 2036", created, pgptest.Subpacket(pgptest.Created, pgptest.Time(vectorsMade.AddDate(10, 0, 0))...), issuer)
	hashed("created-short", "P09 P14", "FL-121", "a creation time of three octets", created[:1], created[1:1], pgptest.Subpacket(pgptest.Created, 1, 2, 3)[1:], issuer)
	f.varied("created-only-unhashed", "P09", "FL-121", "a creation time that is not signed", func(s *pgptest.Signature) { s.Hashed, s.Unhashed = issuer, created })
	expiry := func(seconds byte) []byte { return pgptest.Subpacket(pgptest.Expires, 0, 0, 0, seconds) }
	hashed("expired", "P10", "FL-121", "a signature that expires after a second", created, expiry(1), issuer)
	hashed("expired-then-never", "P10", "FL-121", "two expiries, the last one never", created, expiry(1), expiry(0), issuer)
	f.bent("unhashed-expiry-added", "P11", "FL-121", "an expiry that somebody added, not signed", func(s *pgptest.Signature) { s.Unhashed = expiry(1) })
}

// subpackets: P12 to P17.
func (f *forger) subpackets() {
	claims := f.signer.Claims(vectorsMade)
	extra := func(name, rows, code, flaw string, area ...byte) {
		f.varied(name, rows, code, flaw, func(s *pgptest.Signature) { s.Hashed = append(bytes.Clone(claims), area...) })
	}
	added := func(name, rows, flaw string, area ...byte) {
		f.bent(name, rows, "FL-121", flaw, func(s *pgptest.Signature) { s.Unhashed = area })
	}
	notation := func(critical byte, name, value string) []byte {
		return pgptest.Subpacket(pgptest.Notation|critical, slices.Concat([]byte{0x80, 0, 0, 0, 0, byte(len(name)), 0, byte(len(value))}, []byte(name+value))...)
	}
	extra("critical-unknown", "P12", "FL-121", "an unknown critical subpacket", pgptest.Subpacket(0x80|100, 1)...)
	extra("unknown", "P12", "FL-121", "an unknown subpacket", pgptest.Subpacket(100, 1)...)
	extra("critical-notation", "P12", "FL-121", "a critical notation", notation(0x80, "x@example.org", "y")...)
	added("unhashed-critical-added", "P13", "an unknown critical subpacket that somebody added", pgptest.Subpacket(0x80|100, 1)...)
	added("unhashed-notation-added", "P13", "a notation that somebody added", notation(0, "x@example.org", "y")...)
	added("unhashed-key-id-doubled", "P13 P20", "the key ID a second time, not signed", f.signer.IssuerKeyID()...)
	added("unhashed-private-added", "P13", "a private subpacket that somebody added", pgptest.Subpacket(105, 1, 2, 3)...)
	extra("subpacket-overrun", "P14", "FL-121", "a subpacket longer than its area", 50, 100, 1)
	extra("subpacket-empty", "P14", "FL-121", "a subpacket of length zero", 0)
	extra("subpacket-cut", "P14", "FL-121", "a length without a subpacket", 1)
	extra("subpacket-4gib", "P14", "FL-121", "a subpacket of 4 GiB", 255, 0xFF, 0xFF, 0xFF, 0xFF, 100)
	extra("subpacket-two-octet-length", "P14", "FL-121", "a length in two octets", 192, 0, 100)
	body := f.over(f.signer, f.text, f.signer.TextSignature(vectorsMade)).Body()
	overrun := func(name, flaw string, at int) {
		bent := bytes.Clone(body)
		bent[at], bent[at+1] = 0xFF, 0xFF
		f.packet(name, "P14", "FL-121", flaw, pgptest.Packet(pgptest.TagSignature, bent))
	}
	overrun("hashed-area-overrun", "a hashed area of 64 kB", 4)
	overrun("unhashed-area-overrun", "an unhashed area of 64 kB", 6+len(claims))
	extra("exportable-empty", "P15", "FL-121", "an empty exportable subpacket", pgptest.Subpacket(pgptest.Exportable)...)
	for name, kind := range map[string]byte{"key-expires": 9, "trust": 5, "regular-expression": 6, "revocable": 7, "key-flags": 27, "reason": 29, "target": 31} {
		extra("subpacket-"+name, "P12", "FL-121", "a subpacket that belongs to keys: "+name, pgptest.Subpacket(kind)...)
	}
	nested := f.over(f.signer, f.text, f.signer.TextSignature(vectorsMade)).Body()
	for range 3 {
		inner := f.signer.TextSignature(vectorsMade)
		inner.Hashed = append(inner.Hashed, pgptest.Subpacket(pgptest.Embedded, nested...)...)
		nested = f.over(f.signer, f.text, inner).Body()
	}
	f.packet("embedded-nested", "P16", "FL-121", "signatures within signatures", pgptest.Packet(pgptest.TagSignature, nested))
	extra("notations-flood", "P16", "FL-121", "40 notations", bytes.Repeat(notation(0, "x@example.org", strings.Repeat("y", 40)), 40)...)
	extra("signers-user-id-escapes", "P17", "", "a signer's user ID with terminal escapes: accepted, and never shown", pgptest.Subpacket(pgptest.SignersUserID, []byte("\x1b[2J[GNUPG:] GOODSIG")...)...)
	extra("notation-status-line", "P17", "", "a notation with a status line of gpg: accepted, and never shown", notation(0, "x", "\n[GNUPG:] GOODSIG 0 Futura\n")...)
	extra("policy-uri", "P17", "", "a policy URI: accepted, never shown", pgptest.Subpacket(26, []byte("https://example.org/\x1b[2J")...)...)
}

// issuers: P18 to P20 and P41.
func (f *forger) issuers() {
	spoofed := f.thief.TextSignature(vectorsMade)
	spoofed.Hashed = f.signer.Claims(vectorsMade)
	f.packet("issuer-spoofed", "P18", "FL-124", "a thief's signature that names the issuer's key", f.over(f.thief, f.text, spoofed).Packet())
	f.add("packets/thief-signed.asc", "P18 P19", "license", "FL-123", "signed by a thief's key", f.sealed(f.thief, f.text))
	f.packet("thief-certificate-in-block", "P19", "FL-121", "a thief's certificate beside the signature",
		append(f.thief.Certificate(testUser, pgptest.MaySign), f.over(f.thief, f.text, f.thief.TextSignature(vectorsMade)).Packet()...))
	created := pgptest.Subpacket(pgptest.Created, pgptest.Time(vectorsMade)...)
	fingerprint, keyID := f.signer.IssuerFingerprint(), f.signer.IssuerKeyID()
	hashed := func(name, rows, flaw string, areas ...[]byte) {
		f.varied(name, rows, "FL-121", flaw, func(s *pgptest.Signature) { s.Hashed = slices.Concat(areas...) })
	}
	hashed("issuer-missing", "P20", "no issuer", created)
	hashed("issuer-key-id-missing", "P20", "no key ID, so that anybody could add one", created, fingerprint)
	hashed("issuer-fingerprint-missing", "P20", "a key ID alone", created, keyID)
	hashed("issuer-conflicting", "P20", "the fingerprint of one key and the ID of another", created, fingerprint, f.thief.IssuerKeyID())
	hashed("issuer-zero", "P20", "the key ID zero, which stands for any key", created, fingerprint, pgptest.Subpacket(pgptest.Issuer, make([]byte, 8)...))
	hashed("issuer-short", "P20", "a key ID of four octets", created, fingerprint, pgptest.Subpacket(pgptest.Issuer, 1, 2, 3, 4))
	hashed("issuer-version-6", "P20", "a fingerprint of version 6", created, pgptest.Subpacket(pgptest.IssuerFingerprint, append([]byte{6}, make([]byte, 32)...)...), keyID)
	hashed("issuer-fingerprint-twice", "P20", "two fingerprints", created, fingerprint, f.thief.IssuerFingerprint(), keyID)
	f.varied("issuer-only-unhashed", "P20", "FL-121", "an issuer that is not signed", func(s *pgptest.Signature) { s.Hashed, s.Unhashed = created, append(bytes.Clone(fingerprint), keyID...) })
	f.varied("issuer-key-id-unhashed", "P20", "", "the key ID not signed, as gpg writes it: accepted", func(s *pgptest.Signature) {
		s.Hashed, s.Unhashed = append(bytes.Clone(created), fingerprint...), keyID
	})
	gpgs := f.signer.TextSignature(vectorsMade)
	gpgs.Hashed, gpgs.Unhashed = append(bytes.Clone(created), fingerprint...), keyID
	body := f.over(f.signer, f.text, gpgs).Body()
	f.packet("issuer-key-id-unhashed-old-format", "P20", "", "the key ID not signed, under the old format of the header, as gpg writes both: accepted", append([]byte{0x88, byte(len(body))}, body...))
	f.varied("issuer-key-id-unhashed-critical", "P20", "FL-121", "the key ID not signed, and marked critical", func(s *pgptest.Signature) {
		critical := bytes.Clone(keyID)
		critical[1] |= 0x80
		s.Hashed, s.Unhashed = append(bytes.Clone(created), fingerprint...), critical
	})
	older := *f.signer
	older.Created = keysBorn.AddDate(0, 0, 1)
	f.packet("key-other-creation-time", "P41", "FL-123", "the signer's numbers under another creation time: another key", f.over(&older, f.text, older.TextSignature(vectorsMade)).Packet())
}

// several: P21.
func (f *forger) several() {
	good := f.over(f.signer, f.text, f.signer.TextSignature(vectorsMade)).Packet()
	unknown := f.over(f.thief, f.text, f.thief.TextSignature(vectorsMade)).Packet()
	broken := bytes.Clone(good)
	broken[len(broken)-1] ^= 1
	f.packet("signatures-good-and-unknown", "P21", "FL-121", "the issuer's signature and a stranger's", slices.Concat(good, unknown))
	f.packet("signatures-unknown-and-good", "P21", "FL-121", "a stranger's signature and the issuer's", slices.Concat(unknown, good))
	f.packet("signatures-good-and-broken", "P21", "FL-121", "a good signature and a broken one", slices.Concat(good, broken))
	f.packet("signatures-broken-and-good", "P21", "FL-121", "a broken signature and a good one", slices.Concat(broken, good))
	f.packet("signatures-twice", "P21", "FL-121", "the same signature twice", slices.Concat(good, good))
}

// numbers: P22, P23, P25 and P26.
func (f *forger) numbers() {
	good := f.over(f.signer, f.text, f.signer.TextSignature(vectorsMade))
	r, s := good.Numbers[2:34], good.Numbers[36:]
	numbers := func(name, rows, code, flaw string, list ...[]byte) {
		f.bent(name, rows, code, flaw, func(s *pgptest.Signature) { s.Numbers = slices.Concat(list...) })
	}
	one, zero := []byte{0, 1, 1}, []byte{0, 0}
	numbers("numbers-zero", "P22", "FL-121", "R and S zero", zero, zero)
	numbers("numbers-zero-octet", "P22", "FL-121", "R and S zero, with an octet each", []byte{0, 1, 0}, []byte{0, 1, 0})
	numbers("numbers-one", "P22", "FL-124", "R and S one", one, one)
	numbers("numbers-r-zero", "P22", "FL-121", "R zero", zero, pgptest.MPI(s))
	numbers("numbers-missing", "P22", "FL-121", "no numbers")
	numbers("numbers-only-r", "P22", "FL-121", "R alone", pgptest.MPI(r))
	numbers("number-s-plus-l", "P23", "FL-121", "S plus the order of the group", pgptest.MPI(r), pgptest.MPI(plusOrder(s)))
	numbers("number-leading-zero", "P23", "FL-121", "R with a leading zero", append([]byte{1, 8, 0}, r...), pgptest.MPI(s))
	numbers("number-33-octets", "P23", "FL-121", "R of 33 octets", append([]byte{1, 1, 1}, r...), pgptest.MPI(s))
	numbers("number-wrong-bits", "P23", "FL-121", "a bit count that is too large", append([]byte{0, 0xFF}, good.Numbers[2:]...), nil)
	f.bent("hash-tag-wrong", "P25", "FL-124", "the two bytes of the hash otherwise", func(s *pgptest.Signature) { s.HashTag = []byte{s.HashTag[0] ^ 1, s.HashTag[1]} })
	f.bent("octets-after-numbers", "P26", "FL-121", "octets behind the numbers", func(s *pgptest.Signature) { s.Numbers = append(bytes.Clone(s.Numbers), "for all"...) })
}

// plusOrder adds the order of Ed25519's group to an S, the lowest octet
// first.
func plusOrder(s []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	big1 := slices.Clone(s)
	slices.Reverse(big1)
	sum := new(big.Int).Add(new(big.Int).SetBytes(big1), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return sum
}

// lengths: P26, the length of the packet.
func (f *forger) lengths() {
	body := f.over(f.signer, f.text, f.signer.TextSignature(vectorsMade)).Body()
	header := func(name, code, flaw string, octets ...byte) {
		f.packet(name, "P26", code, flaw, append(octets, body...))
	}
	header("packet-too-long", "FL-121", "a packet that is said to be longer", 0xC2, byte(len(body)+1))
	header("packet-too-short", "FL-121", "a packet that is said to be shorter", 0xC2, byte(len(body)-1))
	header("packet-4gib", "FL-121", "a packet of 4 GiB", 0xC2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)
	header("packet-five-octet-length", "FL-121", "a length in five octets", 0xC2, 0xFF, 0, 0, 0, byte(len(body)))
	header("packet-two-octet-length", "FL-121", "a length in two octets, old format", 0x89, 0, byte(len(body)))
	header("packet-four-octet-length", "FL-121", "a length in four octets, old format", 0x8A, 0, 0, 0, byte(len(body)))
	header("packet-partial", "FL-121", "a partial length", 0xC2, 0xE6)
	header("packet-indeterminate", "FL-121", "an indeterminate length", 0x8B)
	header("packet-old-format", "FL-121", "the old format of the header, which gpg writes and we do not", 0x88, byte(len(body)))
	f.packet("packet-zero", "P26", "FL-121", "an empty packet", []byte{0xC2, 0})
	f.packet("packet-no-bit-seven", "P26", "FL-121", "a first octet that begins no packet", append([]byte{0x42, byte(len(body))}, body...))
}

// otherPackets: P27 to P29.
func (f *forger) otherPackets() {
	good := f.over(f.signer, f.text, f.signer.TextSignature(vectorsMade)).Packet()
	for name, packet := range map[string][]byte{
		"literal": pgptest.Packet(11, []byte("u\x00\x00\x00\x00\x00text")), "one-pass": pgptest.Packet(4, make([]byte, 13)), "user-id": pgptest.Packet(13, []byte("x")),
		"marker": pgptest.Packet(10, []byte("PGP")), "trust": pgptest.Packet(12, []byte{1, 2}), "encrypted": pgptest.Packet(18, []byte{1, 0}),
		"padding": pgptest.Packet(21, make([]byte, 8)), "private": pgptest.Packet(60, []byte{1}), "compressed": pgptest.Packet(8, append([]byte{0}, good...)),
	} {
		f.packet(name+"-before", "P27", "FL-121", "a packet before the signature: "+name, append(packet, good...))
		f.packet(name+"-after", "P27", "FL-121", "a packet behind the signature: "+name, append(bytes.Clone(good), packet...))
	}
	f.packet("compressed-alone", "P28", "FL-121", "the signature within a compressed packet", pgptest.Packet(8, append([]byte{0}, good...)))
	deep := good
	for range 20 {
		deep = pgptest.Packet(8, append([]byte{0}, deep...))
	}
	f.packet("compressed-deep", "P28", "FL-121", "twenty compressed packets within each other", deep)
	f.packet("compressed-garbled", "P28", "FL-121", "a compressed packet that is none", pgptest.Packet(8, []byte("\x01garbled")))
	name := "../../etc/passwd"
	literal := pgptest.Packet(11, slices.Concat([]byte{'u', byte(len(name))}, []byte(name), make([]byte, 4), []byte(f.text)))
	f.packet("literal-path", "P29", "FL-121", "a literal packet with a path for its name", append(literal, good...))
}

// certificates makes the vectors of group P that are flaws of keys.
func (f *forger) certificates() {
	f.strengths()
	f.selfSignatures()
	f.subkeys()
}

func (f *forger) certificateFile(name, rows, code, flaw string, packets []byte) {
	f.add("packets/"+name+".asc", rows, "certificate", code, flaw, pgptest.Armor(openpgp.CertificateBlock, packets))
}

// strengths: P39 and P40.
func (f *forger) strengths() {
	strength := func(name, flaw string, key *pgptest.Key) {
		code := "FL-129"
		if name == "rsa-e-huge" { // go-crypto takes no exponent of more than 32 bits
			code = "FL-126"
		}
		f.certificateFile("key-"+name, "P39", code, flaw, key.Certificate(testUser, pgptest.MaySign))
	}
	for _, bits := range []int{512, 768, 1024, 2048} {
		strength(fmt.Sprintf("rsa-%d", bits), fmt.Sprintf("RSA of %d bits", bits), &pgptest.RSA(issuetest.Seed(fmt.Sprint("vectors rsa ", bits)), bits, 65537, keysBorn).Key)
	}
	strong := pgptest.RSA(issuetest.Seed("vectors rsa"), 3072, 65537, keysBorn)
	f.certificateFile("key-rsa-3072", "P39", "", "RSA of 3072 bits: accepted", strong.Certificate(testUser, pgptest.MaySign))
	exponent := func(name, flaw string, e *big.Int, n *big.Int) {
		strength(name, flaw, &pgptest.RSAOf(n, e, big.NewInt(1), keysBorn).Key)
	}
	exponent("rsa-e-1", "RSA with the exponent 1", big.NewInt(1), strong.Modulus)
	exponent("rsa-e-3", "RSA with the exponent 3", big.NewInt(3), strong.Modulus)
	exponent("rsa-e-even", "RSA with an even exponent", big.NewInt(65538), strong.Modulus)
	exponent("rsa-e-huge", "RSA with an exponent as long as the modulus", new(big.Int).Sub(strong.Modulus, big.NewInt(2)), strong.Modulus)
	exponent("rsa-even-modulus", "RSA with an even modulus", big.NewInt(65537), new(big.Int).Add(strong.Modulus, big.NewInt(1)))
	exponent("rsa-16384", "RSA of 16,384 bits", big.NewInt(65537), new(big.Int).SetBit(strong.Modulus, 16383, 1))
	for name, point := range map[string][]byte{
		"identity": {0: 1, 31: 0}, "order-2": append(append([]byte{0xEC}, bytes.Repeat([]byte{0xFF}, 30)...), 0x7F), "order-4": make([]byte, 32),
		"not-canonical": append(append([]byte{0xEE}, bytes.Repeat([]byte{0xFF}, 30)...), 0x7F),
	} {
		strength("ed25519-"+name, "an Ed25519 key that is the point "+name, pgptest.Point(point, keysBorn))
	}
	dsa := &pgptest.Key{Algorithm: pgptest.AlgorithmDSA, Created: keysBorn, Material: bytes.Repeat(pgptest.MPI([]byte{7}), 4), Sign: f.thief.Sign}
	strength("dsa", "a DSA key", dsa)
	third := slices.Concat([]byte{3}, pgptest.Time(keysBorn), []byte{0, 0, 1}, pgptest.MPI(strong.Modulus.Bytes()), pgptest.MPI([]byte{1, 0, 1}))
	f.certificateFile("key-version-3", "P40", "FL-126", "a key of version 3", slices.Concat(pgptest.Packet(pgptest.TagPublicKey, third), pgptest.Packet(pgptest.TagUserID, []byte(testUser))))
	f.certificateFile("key-version-3-first", "P40", "FL-126", "a key of version 3 before the certificate", append(pgptest.Packet(pgptest.TagPublicKey, third), f.certificate...))
	f.certificateFile("certificate-twice", "P40", "FL-126", "two certificates in one file", append(bytes.Clone(f.certificate), f.certificate...))
	f.certificateFile("certificate-honest", "P35 P38 P42", "", "the issuer's certificate: accepted", f.certificate)
}

// selfSignatures: P31, P36 to P38 and P43.
func (f *forger) selfSignatures() {
	key := f.thief
	head := slices.Concat(key.Public(), pgptest.Packet(pgptest.TagUserID, []byte(testUser)))
	self := func(change func(*pgptest.Signature)) []byte {
		signature := pgptest.Signature{
			Version: 4, Kind: pgptest.Certification, Algorithm: key.Algorithm, Hash: pgptest.SHA512,
			Hashed: slices.Concat(key.Claims(keysBorn), pgptest.Subpacket(pgptest.KeyFlags, pgptest.MaySign)),
		}
		change(&signature)
		return slices.Concat(head, key.SelfSignature(testUser, signature))
	}
	certificate := func(name, rows, code, flaw string, change func(*pgptest.Signature)) {
		f.certificateFile(name, rows, code, flaw, self(change))
	}
	f.certificateFile("self-signature-missing", "P43", "FL-126", "a user ID without a self-signature", head)
	f.certificateFile("user-id-missing", "P43", "FL-126", "a key alone", key.Public())
	certificate("self-signature-md5", "P43", "FL-126", "a self-signature with MD5", func(s *pgptest.Signature) { s.Hash = pgptest.MD5 })
	certificate("self-signature-sha1", "P43", "FL-126", "a self-signature with SHA-1", func(s *pgptest.Signature) { s.Hash = pgptest.SHA1 })
	certificate("self-signature-critical-unknown", "P43", "FL-126", "an unknown critical subpacket in the self-signature", func(s *pgptest.Signature) {
		s.Hashed = append(s.Hashed, pgptest.Subpacket(0x80|100, 1)...)
	})
	broken := self(func(*pgptest.Signature) {})
	broken[len(broken)-1] ^= 1
	f.certificateFile("self-signature-broken", "P43", "FL-126", "a self-signature with a changed octet", broken)
	good := self(func(*pgptest.Signature) {})
	afterKey := len(key.Public())
	f.certificateFile("revoked-by-another", "P38", "", "a revocation by somebody else: left unread", slices.Concat(good[:afterKey], f.signer.Revoke(vectorsMade, 2), good[afterKey:]))
	f.certificateFile("revoked-compromised", "P36", "", "revoked as compromised: the trust file decides, not the certificate", slices.Concat(good[:afterKey], key.Revoke(vectorsMade, 2), good[afterKey:]))
	f.certificateFile("revoked-superseded", "P37", "", "revoked as superseded: the trust file decides, not the certificate", slices.Concat(good[:afterKey], key.Revoke(vectorsMade, 1), good[afterKey:]))
}

// subkeys: P30 to P35 and P41, each as a trust file with a certificate in
// which the signer's subkey has a flaw.
func (f *forger) subkeys() {
	primary := f.root.Certificate(testUser, pgptest.MayCertify|pgptest.MaySign)
	trust := func(name, rows, code, flaw string, certificate []byte) {
		text := f.trustText(func(file *keys.TrustFile) { file.Certificate = certificate })
		f.add("packets/"+name+".trust", rows, "trust", code, flaw, f.sealed(f.root, text))
	}
	bound := func(name, rows, code, flaw string, change func(*pgptest.Signature)) {
		binding := f.root.Binding(f.signer, keysBorn, pgptest.MaySign)
		change(&binding)
		trust(name, rows, code, flaw, slices.Concat(primary, f.root.Bind(f.signer, binding)))
	}
	flags := func(flag ...byte) []byte {
		area := f.root.Claims(keysBorn)
		if len(flag) > 0 {
			area = append(area, pgptest.Subpacket(pgptest.KeyFlags, flag...)...)
		}
		return area
	}
	back := func(by *pgptest.Key) []byte {
		return pgptest.Subpacket(pgptest.Embedded, by.Over(pgptest.KeyPair(f.root, f.signer), pgptest.Signature{
			Version: 4, Kind: pgptest.BackSignature, Algorithm: by.Algorithm, Hash: pgptest.SHA512, Hashed: by.Claims(keysBorn),
		}).Body()...)
	}
	bound("subkey-no-back-signature", "P30", "FL-207", "a signing subkey that did not sign back", func(s *pgptest.Signature) { s.Hashed = flags(pgptest.MaySign) })
	bound("subkey-back-signature-by-primary", "P30", "FL-207", "a back signature by the primary key", func(s *pgptest.Signature) {
		s.Hashed = append(flags(pgptest.MaySign), back(f.root)...)
	})
	bound("subkey-back-signature-by-third", "P30", "FL-207", "a back signature by a third key", func(s *pgptest.Signature) {
		s.Hashed = append(flags(pgptest.MaySign), back(f.thief)...)
	})
	adopted := f.thief.Binding(f.signer, keysBorn, pgptest.MaySign)
	adopted.Hashed = slices.Concat(f.thief.Claims(keysBorn), pgptest.Subpacket(pgptest.KeyFlags, pgptest.MaySign), back(f.signer))
	f.certificateFile("subkey-adopted", "P30", "", "a thief's certificate around the issuer's subkey: the subkey does not count", slices.Concat(f.thief.Certificate(testUser, pgptest.MaySign), f.thief.Bind(f.signer, adopted)))
	trust("subkey-no-binding", "P31", "FL-207", "a subkey without a binding", append(bytes.Clone(primary), f.signer.Subkey()...))
	trust("subkey-binding-by-another", "P31", "FL-207", "a binding by a thief", slices.Concat(primary, f.thief.Bind(f.signer, f.thief.Binding(f.signer, keysBorn, pgptest.MaySign))))
	bound("subkey-binding-critical-unknown", "P31", "FL-207", "an unknown critical subpacket in the binding", func(s *pgptest.Signature) {
		s.Hashed = append(s.Hashed, pgptest.Subpacket(0x80|100, 1)...)
	})
	bound("subkey-binding-md5", "P31", "FL-207", "a binding with MD5", func(s *pgptest.Signature) { s.Hash = pgptest.MD5 })
	bound("subkey-binding-sha1", "P31", "FL-207", "a binding with SHA-1", func(s *pgptest.Signature) { s.Hash = pgptest.SHA1 })
	for name, flag := range map[string]byte{"encrypt-only": pgptest.MayEncrypt, "authenticate-only": pgptest.MayAuthenticate, "certify-only": pgptest.MayCertify} {
		bound("subkey-"+name, "P32", "FL-207", "a subkey that may not sign: "+name, func(s *pgptest.Signature) { s.Hashed = append(flags(flag), back(f.signer)...) })
	}
	bound("subkey-without-flags", "P33", "FL-207", "a subkey without key flags", func(s *pgptest.Signature) { s.Hashed = append(flags(), back(f.signer)...) })
	older := *f.signer
	older.Created = keysBorn.AddDate(0, 0, 1)
	trust("subkey-other-creation-time", "P41", "FL-207", "the signer's numbers under another creation time", slices.Concat(primary, f.root.Bind(&older, f.root.Binding(&older, older.Created, pgptest.MaySign))))
	lifetime := func(name, rows, code, flaw string, area func(*pgptest.Signature)) {
		binding := f.root.Binding(f.signer, keysBorn, pgptest.MaySign)
		area(&binding)
		file := "packets/" + name + ".trust"
		text := f.trustText(func(trust *keys.TrustFile) {
			trust.Certificate = slices.Concat(primary, f.root.Bind(f.signer, binding))
		})
		f.add(file, rows, "trust", "", "a trust file with "+flaw, f.sealed(f.root, text))
		f.list = append(f.list, vector{File: "packets/" + name + ".asc", Rows: rows, Flaw: "a license under " + flaw, Open: "license", Trust: file, Code: code, data: []byte(f.file)})
	}
	primaryWith := func(name, rows, flaw string, area []byte) {
		self := pgptest.Signature{
			Version: 4, Kind: pgptest.Certification, Algorithm: f.root.Algorithm, Hash: pgptest.SHA512,
			Hashed: slices.Concat(f.root.Claims(keysBorn), pgptest.Subpacket(pgptest.KeyFlags, pgptest.MayCertify|pgptest.MaySign), area),
		}
		trust(name, rows, "FL-125", flaw, slices.Concat(f.root.Public(), pgptest.Packet(pgptest.TagUserID, []byte(testUser)), f.root.SelfSignature(testUser, self),
			f.root.Bind(f.signer, f.root.Binding(f.signer, keysBorn, pgptest.MaySign))))
	}
	primaryWith("primary-expired", "P34", "a root that had expired when it signed the trust file", pgptest.Subpacket(pgptest.KeyExpires, pgptest.Time(time.Unix(100*86400, 0))...))
	primaryWith("self-signature-expired", "P43", "a root whose self-signature had expired when it signed the trust file", pgptest.Subpacket(pgptest.Expires, pgptest.Time(time.Unix(100*86400, 0))...))
	expires := func(days uint32) []byte {
		return pgptest.Subpacket(pgptest.KeyExpires, pgptest.Time(time.Unix(int64(days)*86400, 0))...)
	}
	lifetime("subkey-expired", "P34", "FL-125", "a signer that had expired when it signed", func(s *pgptest.Signature) { s.Hashed = append(s.Hashed, expires(100)...) })
	lifetime("subkey-expired-since", "P35", "", "a signer that expired after it signed", func(s *pgptest.Signature) { s.Hashed = append(s.Hashed, expires(330)...) })
	lifetime("subkey-binding-later", "P31", "FL-125", "a signer that was bound after it signed", func(s *pgptest.Signature) {
		*s = f.root.Binding(f.signer, vectorsMade.AddDate(1, 0, 0), pgptest.MaySign)
	})
}
