package openpgp

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
)

// Block types of ASCII armor (RFC 9580, 6.2).
const (
	SignatureBlock   = "PGP SIGNATURE"
	CertificateBlock = "PGP PUBLIC KEY BLOCK"
	SecretBlock      = "PGP PRIVATE KEY BLOCK"
	MessageBlock     = "PGP MESSAGE"
)

// armorColumns is the width of the base64 lines, as GnuPG writes them.
const armorColumns = 64

// Armor writes data as ASCII armor without headers and with the CRC24 line.
// GnuPG 2.2 and 2.4 refuse armor without that line whenever the length of
// the data is a multiple of three (GnuPG T7071), and the encoder of go-crypto
// for clear-signed messages leaves it out; so we write armor ourselves.
func Armor(block string, data []byte) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "-----BEGIN %s-----\n\n", block)
	WriteBase64(&out, data)
	sum := crc24(data)
	check := []byte{byte(sum >> 16), byte(sum >> 8), byte(sum)}
	fmt.Fprintf(&out, "=%s\n-----END %s-----\n", base64.StdEncoding.EncodeToString(check), block)
	return out.Bytes()
}

// WriteBase64 writes data as lines of 64 columns of padded base64.
func WriteBase64(out *bytes.Buffer, data []byte) {
	encoded := base64.StdEncoding.EncodeToString(data)
	for len(encoded) > 0 {
		n := min(len(encoded), armorColumns)
		out.WriteString(encoded[:n])
		out.WriteByte('\n')
		encoded = encoded[n:]
	}
}

// crc24 is the checksum of RFC 4880, 6.1.
func crc24(data []byte) uint32 {
	const polynomial, start, mask = 0x1864CFB, 0xB704CE, 0xFFFFFF
	sum := uint32(start)
	for _, octet := range data {
		sum ^= uint32(octet) << 16
		for range 8 {
			sum <<= 1
			if sum&(1<<24) != 0 {
				sum ^= polynomial
			}
		}
	}
	return sum & mask
}

// unarmor returns the packets in data, which may be armored or bare, and the
// block type, which is empty for bare packets. Keys may come from any
// program, so headers and line widths are not checked here; documents are
// read by package signedtext, which checks every byte.
func unarmor(data []byte) (packets []byte, block string, err error) {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("-----BEGIN")) {
		return data, "", nil
	}
	decoded, err := armor.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, "", err
	}
	packets, err = io.ReadAll(decoded.Body)
	return packets, decoded.Type, err
}

// Packets takes the armor off a file of keys, if it has one.
func Packets(data []byte) ([]byte, error) {
	if len(data) > 2*MaxCertificate {
		return nil, badCertificate("too large", nil)
	}
	raw, _, err := unarmor(data)
	if err != nil {
		return nil, badCertificate("armor", err)
	}
	return raw, nil
}
