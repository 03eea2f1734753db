// Package parts puts a signed document into numbered parts, short enough for
// a QR code or for a line that is pasted, and back: what comes back is the
// file, byte for byte.
//
// # A part
//
//	FL1.<kind>.<id>.<i>.<n>.<data>.<crc>
//
// has letters, digits and dots only, the characters that QR codes pack best
// (alphanumeric mode) and that mail, chats and keyboards leave alone. It is
// not an address of the web, so a telephone offers to copy it.
//
//	FL1   format 1
//	kind  R request, L license, P product profile, V revocation list, T trust file
//	id    which file: the first 80 bits of its SHA-256, 16 characters
//	i     1 to n, or X for the parity part
//	n     how many parts there are without the parity part, 1 to 400
//	data  1 to 1200 bytes
//	crc   CRC-32 of all before the dot in front of it, big-endian, 7 characters
//
// Numbers are decimal, without leading zeros; id, data and crc are base32
// (RFC 4648) without padding.
//
// # The content
//
//	3 bytes  length of the compact form, big-endian
//	…        the compact form of the file (package signedtext)
//	…        zeros, fewer than n bytes, so that n divides the whole
//
// is cut into n pieces of one length. When n is more than 1 there may be a
// parity part too, the exclusive or of all pieces: any n of the n + 1 parts
// are enough. The id is the digest of the file with LF line ends, what sha256sum
// prints, so parts of different documents never mix. DEFLATE has many
// encodings of one text; that is why the id is not the digest of the content.
//
// # A real example
//
// The file testdata/example.request in pieces of at most 100 bytes, each
// part broken into lines of 64 characters as Text writes it:
//
//	FL1.R.IUJCIJZFHW53JEI6.1.2.AAAJIASCKROJTYNGJM4QL5W2AYPUQ4YXWEJFG
//	ZGRR3EJH3ZM3NM6AW5L7UGSNTGACDZYXYL7FDN3FS5CL5H5Q2GN6TTZ57PAZ36T3
//	PJW3WJK3X3OO2XWY5T3ZA.AJE5DVI
//
//	FL1.R.IUJCIJZFHW53JEI6.2.2.ZB4JZYM73XT2MCPHZ6ETS5RG5YYTNG4QXP52Z
//	ZWC4PP6ULOVERVFFOZ5DICHRCGIQRONDKIVRG4QKONJWFOOAMQ2DRO7SCSQUU5AV
//	CLZBJIAKSUAAAAAB777AA.ELY2JDI
//
//	FL1.R.IUJCIJZFHW53JEI6.X.2.ZB4ARY65RG5T72CBQSYDZAH45AXH52EHBLU77
//	AQTNULXTQXZ74Z3FYEW44EV4RAISSXVUSDKUFRLP4QL5YJTQWWX5C5GP55QNPDTO
//	NCP27BKRFPOO2XWZCMEZA.EJ7NN5I
//
// # Reading
//
// Find takes any text: a mail, a chat, HTML, what a barcode reader types. It
// drops everything that is not a letter, a digit or a dot, takes small and
// full-width letters for capitals, and looks for FL1. in what is left; base32
// has no 1, so that is never inside of a part. Where a checksum does not fit
// it is tried once more with Y and Z exchanged, as a keyboard set to another
// language types them. Parse takes only what String writes.
//
// Nothing here is verified: the signature of the file that comes back is.
package parts

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
)

// Codes of this package's errors.
const (
	NothingFound  = fault.Code("FL-140") // no part in the text
	Incomplete    = fault.Code("FL-141") // parts are missing, by their numbers
	Damaged       = fault.Code("FL-142") // a part whose checksum does not fit
	Contradiction = fault.Code("FL-143") // two different parts of one number, both with a checksum that fits
	OtherFormat   = fault.Code("FL-144") // a part of a format or of a kind that this program does not know
	Absurd        = fault.Code("FL-145") // numbers or lengths that no part of ours has
	Inconsistent  = fault.Code("FL-146") // all parts are there, and they do not make the document
	TooMany       = fault.Code("FL-147") // parts of more documents than a collection takes
)

// Sizes of the data in a part, in bytes.
const (
	Default = 300 // read from photos by any reader: QR version 14 at level M
	Dense   = 700 // read from photos by ours: QR version 23
	MinData = 50  // the least that Split takes
	MaxData = 1200
)

// Limits.
const (
	// MaxParts bounds the parts of a document: the largest there is has 257
	// of the default size.
	MaxParts = 400
	// MaxDocuments bounds the documents in a collection.
	MaxDocuments = 64

	maxContent = lengthSize + signedtext.MaxCompact
	maxLetters = (MaxData*8 + 4) / 5
)

const (
	lengthSize = 3 // bytes of the length before the compact form
	idLength   = 16
	crcLength  = 7
	idSize     = 10
	begin      = "FL1."
)

// Parity is the index of the parity part.
const Parity = 0

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// kinds are the letters of the kinds of documents.
var kinds = map[string]string{
	"R": "futura-request", "L": "futura-license", "P": "futura-profile", "V": "futura-revocations", "T": "futura-trust",
}

// Name tells documents apart.
type Name struct {
	Kind string // such as "futura-request"
	ID   string // 16 characters of base32
}

// Short returns half of the ID in groups, for people: HPPS-KYVM.
func (n Name) Short() string { return n.ID[:4] + "-" + n.ID[4:8] }

// letter returns the kind as a part writes it, empty when it has none.
func (n Name) letter() string {
	for letter, kind := range kinds {
		if kind == n.Kind {
			return letter
		}
	}
	return ""
}

// Part is one part of a document.
type Part struct {
	Name
	Index int // 1 to Total, or Parity
	Total int // without the parity part
	Data  []byte
}

// String returns the part as it is written.
func (p Part) String() string {
	head := begin + p.letter() + "." + p.ID + "." + p.Number() + "." + strconv.Itoa(p.Total) + "." + encoding.EncodeToString(p.Data)
	return head + "." + checksum(head)
}

// Number returns the index as it is written: X for the parity part.
func (p Part) Number() string {
	if p.Index == Parity {
		return "X"
	}
	return strconv.Itoa(p.Index)
}

func checksum(head string) string {
	return encoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(head))))
}

// Parse reads what String writes, and nothing else.
func Parse(text string) (Part, error) {
	if !strings.HasPrefix(text, begin) {
		return Part{}, NothingFound.New("not a part", "looks", looksLike(text))
	}
	part, err := read(text)
	if err == nil && part.String() != text {
		return Part{}, Damaged.New("something stands behind the part")
	}
	return part, err
}

// read reads a part at the beginning of a text that begins with FL1 and a
// dot; what follows the checksum is not looked at.
func read(text string) (Part, error) {
	fields := strings.SplitN(text, ".", 8)
	if len(fields) < 7 {
		fields = append(fields, make([]string, 7-len(fields))...)
	}
	name := Name{Kind: fields[1], ID: fields[2]}
	number, total, data := fields[3], fields[4], fields[5]
	head := strings.Join(fields[:6], ".")
	if crc := fields[6]; len(crc) < crcLength || crc[:crcLength] != checksum(head) {
		return Part{}, damaged(name, number, total)
	}
	kind, known := kinds[name.Kind]
	if !known {
		return Part{}, OtherFormat.New("a part of a kind that this program does not know", "format", "1"+name.Kind)
	}
	name.Kind = kind
	return decode(name, number, total, data)
}

// decode reads the fields of a part with a checksum that fits.
func decode(name Name, number, total, data string) (Part, error) {
	part := Part{Name: name, Index: Parity, Total: decimal(total)}
	if number != "X" {
		part.Index = decimal(number)
	}
	switch {
	case !isID(name.ID) || part.Total < 1 || part.Total > MaxParts, number != "X" && (part.Index < 1 || part.Index > part.Total), number == "X" && part.Total == 1:
		return Part{}, Absurd.New("numbers that no part has", "reason", "numbers")
	case len(data) > maxLetters || part.Total*(len(data)*5/8) > maxContent+part.Total:
		return Part{}, Absurd.New("more than any document has", "reason", "length")
	}
	var err error
	if part.Data, err = encoding.DecodeString(data); err != nil || len(part.Data) == 0 || encoding.EncodeToString(part.Data) != data {
		return Part{}, Absurd.New("data that cannot be decoded", "reason", "form")
	}
	return part, nil
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// decimal reads a number without leading zeros, -1 for anything else.
func decimal(text string) int {
	if !signedtext.MadeOf(text, signedtext.Digits, 9) || text[0] == '0' {
		return -1
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return number
}

// damaged names a part as well as what is left of it allows.
func damaged(name Name, number, total string) error {
	kind, known := kinds[name.Kind]
	index, count := decimal(number), decimal(total)
	if !known || !isID(name.ID) || count < 1 || count > MaxParts || number != "X" && (index < 1 || index > count) {
		return Damaged.New("a part is damaged")
	}
	return Damaged.New("a part is damaged", "document", kind, "id", name.Short(), "number", number, "total", count)
}

func isID(text string) bool {
	return len(text) == idLength && signedtext.MadeOf(text, alphabet, idLength)
}

// Text writes parts to be pasted: lines of 64 characters, an empty line
// between two parts. No mail program breaks them, and no terminal cuts them.
func Text(list []Part) []byte {
	var out strings.Builder
	for i, part := range list {
		if i > 0 {
			out.WriteByte('\n')
		}
		for line := part.String(); line != ""; {
			length := min(len(line), signedtext.MaxColumns)
			fmt.Fprintln(&out, line[:length])
			line = line[length:]
		}
	}
	return []byte(out.String())
}

// TextOf writes the parts of files, one file after the other, to be pasted
// at once.
func TextOf(size int, files ...[]byte) ([]byte, error) {
	var all []Part
	for _, file := range files {
		list, err := Split(file, size)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return Text(all), nil
}
