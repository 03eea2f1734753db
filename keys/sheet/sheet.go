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
// (These hold the text "no key: an example of 30 bytes".) Each numbered line
// has 32 characters for 20 bytes, then four for its check value. The characters
// are Crockford's base 32, which has no I, L, O and U (crockford.com/base32.html),
// most significant first.
//
// The check value of line n is (n·2¹⁶⁰ + the line's 160 bits) modulo
// 1048573, the largest prime below 32⁴. It finds every wrong character, every
// pair of neighbours that changed places, and every line under another's
// number; of other errors it misses one in a million. (Package keys checks
// enrollment codes in the same way.)
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
// A reader takes lower-case letters for upper-case ones, O for 0, I and L for
// 1, and any number of blanks and hyphens between characters. It ignores
// lines that do not begin with a number and a colon, and accepts nothing
// unless every line is there, fits its check value, and all fit the digest.
package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
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
	version      = 1
	lineSize     = 20 // bytes
	lineLength   = 32 // characters of 5 bits
	checkLength  = 4
	checkModulus = 1048573
	digestAt     = 8
)

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

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
	content := append(k.head(), k.Content...)
	var lines []string
	for number := 0; len(content) > 0; number++ {
		var data [lineSize]byte
		content = content[copy(data[:], content):]
		lines = append(lines, fmt.Sprintf("%3d: %s", number, encode(number, data)))
	}
	return lines, nil
}

// head returns line 0.
func (k *Key) head() []byte {
	head := []byte{version, byte(k.Kind)}
	head = binary.BigEndian.AppendUint16(head, uint16(len(k.Content)))
	head = binary.BigEndian.AppendUint32(head, uint32(k.Made.Unix()))
	digest := sha256.Sum256(append(bytes.Clone(head), k.Content...))
	return append(head, digest[:lineSize-digestAt]...)
}

// encode writes one line in groups of four.
func encode(number int, data [lineSize]byte) string {
	var groups strings.Builder
	for i, character := range digits(new(big.Int).SetBytes(data[:]), lineLength) + digits(check(number, data), checkLength) {
		if i == lineLength {
			groups.WriteByte(' ')
		}
		if i > 0 && i%4 == 0 {
			groups.WriteByte(' ')
		}
		groups.WriteRune(character)
	}
	return groups.String()
}

func digits(value *big.Int, length int) string {
	characters := make([]byte, length)
	value = new(big.Int).Set(value)
	for i := range characters {
		characters[length-1-i] = alphabet[new(big.Int).And(value, big.NewInt(31)).Int64()]
		value.Rsh(value, 5)
	}
	return string(characters)
}

func check(number int, data [lineSize]byte) *big.Int {
	value := big.NewInt(int64(number))
	value.Lsh(value, 8*lineSize).Or(value, new(big.Int).SetBytes(data[:]))
	return value.Mod(value, big.NewInt(checkModulus))
}

// decode reads one line, or says that it is wrong.
func decode(number int, text string) (data [lineSize]byte, ok bool) {
	if len(text) != lineLength+checkLength {
		return data, false
	}
	value := new(big.Int)
	for i := range lineLength {
		digit := strings.IndexByte(alphabet, text[i])
		if digit < 0 {
			return data, false
		}
		value.Lsh(value, 5).Or(value, big.NewInt(int64(digit)))
	}
	value.FillBytes(data[:])
	return data, digits(check(number, data), checkLength) == text[lineLength:]
}

// typed takes the freedoms of a person who types for what they mean.
var typed = strings.NewReplacer("O", "0", "I", "1", "L", "1", " ", "", "\t", "", "\u00a0", "", "-", "")

var (
	numbered = regexp.MustCompile(`^[\s\x{a0}-]*([0-9OIL]{1,3})[\s\x{a0}]*:(.*)$`)
	named    = regexp.MustCompile(`^[\s\x{a0}]*([0-9A-FOIL]{4}[\s\x{a0}]+){9}[0-9A-FOIL]{4}\s*$`)
)

// Parse reads a sheet. WrongLines has the numbers of all wrong and missing
// lines as its value "lines".
func Parse(text []byte) (*Key, error) {
	if len(text) > MaxText {
		return nil, NotSheet.New("too large for a sheet", "reason", "length")
	}
	lines, wrong, fingerprint := collect(string(text))
	head, found := lines[0]
	if !found {
		if len(lines) == 0 && len(wrong) == 0 {
			return nil, NotSheet.New("no numbered lines", "reason", "no numbered lines")
		}
		return nil, wrongLines(append(wrong, 0))
	}
	key := &Key{Kind: Kind(head[1]), Made: time.Unix(int64(binary.BigEndian.Uint32(head[4:])), 0).UTC(), Fingerprint: fingerprint}
	length := int(binary.BigEndian.Uint16(head[2:]))
	if head[0] != version || key.Kind != SecretKey && key.Kind != Message || length == 0 || length > MaxContent {
		return nil, NotSheet.New("another version of the sheet", "reason", "unknown")
	}
	last := (length + lineSize - 1) / lineSize
	for number := range last {
		line, found := lines[number+1]
		if !found {
			wrong = append(wrong, number+1)
		}
		key.Content = append(key.Content, line[:]...)
	}
	for number := range lines {
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
func (k *Key) finish(head [lineSize]byte, length int) (*Key, error) {
	filling := k.Content[length:]
	k.Content = k.Content[:length]
	if !bytes.Equal(filling, make([]byte, len(filling))) || !bytes.Equal(k.head(), head[:]) {
		return nil, NotSheet.New("the lines are not of one sheet", "reason", "check")
	}
	return k, nil
}

func wrongLines(wrong []int) error {
	slices.Sort(wrong)
	var numbers []string
	for _, number := range slices.Compact(wrong) {
		numbers = append(numbers, strconv.Itoa(number))
	}
	return WrongLines.New("lines are wrong or missing", "lines", strings.Join(numbers, ", "))
}

// collect reads the numbered lines and the fingerprint. A line that is there
// twice, differently, is wrong.
func collect(text string) (lines map[int][lineSize]byte, wrong []int, fingerprint openpgp.Fingerprint) {
	lines = map[int][lineSize]byte{}
	for line := range strings.Lines(strings.ToUpper(text)) {
		line = strings.TrimRight(line, "\r\n")
		if named.MatchString(line) {
			fingerprint, _ = openpgp.ParseFingerprint(typed.Replace(line)) // its form was looked at
			continue
		}
		found := numbered.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		number, _ := strconv.Atoi(typed.Replace(found[1])) // up to three digits
		data, ok := decode(number, typed.Replace(found[2]))
		if before, twice := lines[number]; !ok || twice && before != data {
			wrong = append(wrong, number)
		}
		lines[number] = data
	}
	for _, number := range wrong {
		delete(lines, number)
	}
	return lines, wrong, fingerprint
}
