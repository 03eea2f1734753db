package openpgp

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
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
func Armor(block string, data []byte) []byte { return AppendArmor(nil, block, data) }

// AppendArmor appends the block to out.
func AppendArmor(out []byte, block string, data []byte) []byte {
	out = append(append(append(out, beginArmor...), block...), "-----\n\n"...)
	out = AppendBase64(out, data)
	sum := crc24(data)
	out = base64.StdEncoding.AppendEncode(append(out, '='), []byte{byte(sum >> 16), byte(sum >> 8), byte(sum)})
	return append(append(append(append(out, '\n'), endArmor...), block...), "-----\n"...)
}

// AppendBase64 appends data as lines of 64 columns of padded base64.
func AppendBase64(out, data []byte) []byte {
	for line := range slices.Chunk(data, armorColumns/4*3) {
		out = append(base64.StdEncoding.AppendEncode(out, line), '\n')
	}
	return out
}

// crcTable holds what each value of an octet adds to the checksum.
var crcTable = makeCRCTable()

func makeCRCTable() (table [256]uint32) {
	const polynomial = 0x1864CFB
	for octet := range table {
		sum := uint32(octet) << 16
		for range 8 {
			sum <<= 1
			if sum&(1<<24) != 0 {
				sum ^= polynomial
			}
		}
		table[octet] = sum
	}
	return table
}

// crc24 is the checksum of RFC 4880, 6.1.
func crc24(data []byte) uint32 {
	const start, mask = 0xB704CE, 0xFFFFFF
	sum := uint32(start)
	for _, octet := range data {
		sum = sum<<8&mask ^ crcTable[byte(sum>>16)^octet]
	}
	return sum
}

// beginArmor and endArmor begin the first and the last line of a block.
const (
	beginArmor = "-----BEGIN "
	endArmor   = "-----END "
)

// errArmor is the cause of every refusal of unarmor.
var errArmor = errors.New("not one whole block of armor")

// unarmor returns the packets in data, which may be armored or bare, and the
// block type, which is empty for bare packets. There is one block, and
// nothing before and after it but blanks. Keys may come from any program, so
// armor headers, line widths and the checksum are not checked; documents are
// read by package signedtext, which checks every byte. The caller has bounded
// the size of data.
func unarmor(data []byte) (packets []byte, block string, err error) {
	text := bytes.TrimLeft(data, " \t\r\n")
	if !bytes.HasPrefix(text, []byte("-----BEGIN")) {
		return data, "", nil
	}
	first, rest, _ := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	block, isBegin := strings.CutSuffix(strings.TrimPrefix(strings.TrimRight(first, " \t"), beginArmor), "-----")
	body, behind, isEnded := strings.Cut(rest, "\n"+endArmor+block+"-----")
	if !isBegin || !isEnded || !isBlank([]byte(behind)) {
		return nil, "", errArmor
	}
	packets, err = armorBody(body)
	return packets, block, err
}

// armorBody decodes what stands between the first and the last line:
// headers, an empty line, base64, and the checksum in a line of its own.
func armorBody(body string) ([]byte, error) {
	lines := strings.Split(body, "\n")
	for len(lines) > 0 && strings.Contains(lines[0], ": ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || strings.TrimSpace(lines[0]) != "" {
		return nil, errArmor
	}
	var encoded strings.Builder
	for i, line := range lines[1:] {
		line = strings.TrimRight(line, " \t")
		if strings.HasPrefix(line, "=") && i == len(lines)-2 {
			break
		}
		encoded.WriteString(line)
	}
	return base64.StdEncoding.Strict().DecodeString(encoded.String())
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
