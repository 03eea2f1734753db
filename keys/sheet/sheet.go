// Package sheet puts a secret key, which stays under its passphrase, on paper
// and reads it back when somebody has typed or scanned it.
//
// # The sheet
//
// A sheet is words for people, the key's fingerprint on a line of its own in
// ten groups of four digits, and numbered lines:
//
//	0: 040G 07KB 03FG 0W4K K9YE BZM8 X032 KFYK  15X9
//	1: DSQJ 0TV5 F4X2 0RBE 41JQ GRBD E1P6 A83F  ACDY
//	2: CRG3 6C10 C9WQ 8SBK 0000 0000 0000 0000  EJ82
//
// (These hold the text "no key: an example of 30 bytes".) Package lines says
// how a line is written, checked and read.
//
// Line 0 says what the sheet holds, big-endian:
//
//	1 byte    version of the sheet: 1
//	1 byte    1: an OpenPGP secret key, 2: an OpenPGP message
//	2 bytes   length of the content
//	4 bytes   the day of the backup, in seconds since 1970
//	12 bytes  the first half of a digest: SHA-256 over the 8 bytes above and
//	          the content, cut to 12 bytes
//
// The other lines hold the content, the packets without their armor; zero
// bits fill the last one.
//
// A reader ignores lines that do not begin with a number and a colon, and
// accepts nothing unless every line is there, fits its check value, and all
// fit the digest.
package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/lines"
	"github.com/futura/airlicense/keys/openpgp"
)

// Codes of this package's errors.
const (
	WrongLines = fault.Code("FL-225") // lines that are wrong or missing, by their numbers
	NotSheet   = fault.Code("FL-226") // no sheet, or one that this program does not know
	OtherKey   = fault.Code("FL-227") // the fingerprint on the sheet is not the key's
)

// Kind is what a sheet holds.
type Kind byte

// The kinds.
const (
	SecretKey Kind = 1 // root or signer
	Message   Kind = 2 // log key
)

// Limits. A signer's file has about 600 bytes, one of RSA-4096 2500.
const (
	MaxContent = 4 << 10  // bytes of the content
	MaxText    = 64 << 10 // bytes of a sheet as it is typed
)

const (
	version  = 1
	digestAt = 8
)

// Key is what stands on a sheet.
type Key struct {
	Kind        Kind
	Made        time.Time           // day of the backup, UTC
	Fingerprint openpgp.Fingerprint // as the words name it; zero: they do not
	Content     []byte              // packets without armor
}

// Block returns the type of armor that belongs around the content.
func (k *Key) Block() string {
	if k.Kind == Message {
		return openpgp.MessageBlock
	}
	return openpgp.SecretBlock
}

// Lines returns the numbered lines.
func (k *Key) Lines() ([]string, error) {
	if len(k.Content) == 0 || len(k.Content) > MaxContent {
		return nil, NotSheet.New("nothing, or too much for a sheet", "reason", "length")
	}
	var written []string
	for number, line := range lines.Cut(append(k.head(), k.Content...)) {
		written = append(written, fmt.Sprintf("%3d: %s", number, line.Groups(number)))
	}
	return written, nil
}

// head returns line 0.
func (k *Key) head() []byte {
	head := []byte{version, byte(k.Kind)}
	head = binary.BigEndian.AppendUint16(head, uint16(len(k.Content)))
	head = binary.BigEndian.AppendUint32(head, uint32(k.Made.Unix()))
	digest := sha256.Sum256(append(bytes.Clone(head), k.Content...))
	return append(head, digest[:lines.Size-digestAt]...)
}

var named = regexp.MustCompile(`^[\s\x{a0}]*([0-9A-FOIL]{4}[\s\x{a0}]+){9}[0-9A-FOIL]{4}\s*$`)

// Parse reads a sheet. WrongLines has the numbers of all wrong and missing
// lines as its value "lines".
func Parse(text []byte) (*Key, error) {
	if len(text) > MaxText {
		return nil, NotSheet.New("too large for a sheet", "reason", "length")
	}
	found, wrong := lines.Find(string(text))
	head, ok := found[0]
	if !ok {
		if len(found) == 0 && len(wrong) == 0 {
			return nil, NotSheet.New("no numbered lines", "reason", "no numbered lines")
		}
		return nil, wrongLines(append(wrong, 0))
	}
	key := &Key{Kind: Kind(head[1]), Made: time.Unix(int64(binary.BigEndian.Uint32(head[4:])), 0).UTC(), Fingerprint: fingerprint(string(text))}
	length := int(binary.BigEndian.Uint16(head[2:]))
	if head[0] != version || key.Kind != SecretKey && key.Kind != Message || length == 0 || length > MaxContent {
		return nil, NotSheet.New("another version of the sheet", "reason", "unknown")
	}
	last := (length + lines.Size - 1) / lines.Size
	for number := range last {
		line, ok := found[number+1]
		if !ok {
			wrong = append(wrong, number+1)
		}
		key.Content = append(key.Content, line[:]...)
	}
	for number := range found {
		if number > last {
			wrong = append(wrong, number)
		}
	}
	if len(wrong) > 0 {
		return nil, wrongLines(wrong)
	}
	return key.finish(head, length)
}

// finish cuts the filling off and compares the digest.
func (k *Key) finish(head lines.Line, length int) (*Key, error) {
	filling := k.Content[length:]
	k.Content = k.Content[:length]
	if !bytes.Equal(filling, make([]byte, len(filling))) || !bytes.Equal(k.head(), head[:]) {
		return nil, NotSheet.New("the lines are not of one sheet", "reason", "check")
	}
	return k, nil
}

func wrongLines(wrong []int) error {
	return WrongLines.New("lines are wrong or missing", "lines", lines.List(wrong))
}

// fingerprint reads the line with the key's fingerprint; zero: there is none.
func fingerprint(text string) (fingerprint openpgp.Fingerprint) {
	for line := range strings.Lines(strings.ToUpper(text)) {
		if named.MatchString(line) {
			fingerprint, _ = openpgp.ParseFingerprint(lines.Characters(line)) // its form was looked at
		}
	}
	return fingerprint
}
