// Package lines writes bytes as numbered lines that people read aloud, type
// and scan, and reads them back. A line holds 20 bytes:
//
//	0: 040G 07KB 03FG 0W4K K9YE BZM8 X032 KFYK  15X9
//
// These are 32 characters for the bytes, most significant first, and four for
// the check value. The characters are Crockford's base 32, which has no I, L,
// O and U (crockford.com/base32.html).
//
// The check value of line n is (n·2¹⁶⁰ + the line's 160 bits) modulo
// 1048573, the largest prime below 32⁴. It finds every wrong character, every
// pair of neighbours that changed places, and every line under another's
// number; of other errors it misses one in a million. (Package keys checks
// enrollment codes in the same way.)
//
// A reader takes lower-case letters for upper-case ones, O for 0, I and L for
// 1, and any number of blanks and hyphens between characters. Nothing is
// corrected: a line that does not fit its check value is wrong.
package lines

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Size is what a line holds, in bytes.
const Size = 20

// Line is the content of one line.
type Line [Size]byte

const (
	length       = 32 // characters of 5 bits
	checkLength  = 4
	checkModulus = 1048573
	alphabet     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// Cut fills lines with the content, and the last one up with zero bits.
func Cut(content []byte) []Line {
	var cut []Line
	for len(content) > 0 {
		var line Line
		content = content[copy(line[:], content):]
		cut = append(cut, line)
	}
	return cut
}

// Groups writes the line with this number in groups of four characters,
// without the number.
func (l Line) Groups(number int) string {
	var groups strings.Builder
	for i, character := range digits(new(big.Int).SetBytes(l[:]), length) + digits(l.check(number), checkLength) {
		if i == length {
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

func (l Line) check(number int) *big.Int {
	value := big.NewInt(int64(number))
	value.Lsh(value, 8*Size).Or(value, new(big.Int).SetBytes(l[:]))
	return value.Mod(value, big.NewInt(checkModulus))
}

// typed takes the freedoms of a person who types for what they mean.
var typed = strings.NewReplacer("O", "0", "I", "1", "L", "1", " ", "", "\t", "", "\u00a0", "", "-", "")

// Characters returns what was typed in the one spelling that counts.
func Characters(text string) string { return typed.Replace(strings.ToUpper(text)) }

// Parse reads the groups of the line with this number, or says that they are
// wrong.
func Parse(number int, groups string) (line Line, ok bool) {
	text := Characters(groups)
	if len(text) != length+checkLength {
		return line, false
	}
	value := new(big.Int)
	for i := range length {
		digit := strings.IndexByte(alphabet, text[i])
		if digit < 0 {
			return line, false
		}
		value.Lsh(value, 5).Or(value, big.NewInt(int64(digit)))
	}
	value.FillBytes(line[:])
	return line, digits(line.check(number), checkLength) == text[length:]
}

var numbered = regexp.MustCompile(`^[\s\x{a0}-]*([0-9OIL]{1,3})[\s\x{a0}]*:(.*)$`)

// Number splits what was typed into the number of a line and its groups;
// false when it does not begin with a number and a colon.
func Number(text string) (number int, groups string, ok bool) {
	found := numbered.FindStringSubmatch(strings.ToUpper(strings.TrimRight(text, "\r\n")))
	if found == nil {
		return 0, text, false
	}
	number, _ = strconv.Atoi(Characters(found[1])) // up to three digits
	return number, found[2], true
}

// Find reads every numbered line of a text, passes over all others, and
// returns the numbers of those that are wrong. A line that is there twice,
// differently, is wrong.
func Find(text string) (found map[int]Line, wrong []int) {
	found = map[int]Line{}
	for typed := range strings.Lines(text) {
		number, groups, ok := Number(typed)
		if !ok {
			continue
		}
		line, ok := Parse(number, groups)
		if before, twice := found[number]; !ok || twice && before != line {
			wrong = append(wrong, number)
		}
		found[number] = line
	}
	for _, number := range wrong {
		delete(found, number)
	}
	return found, wrong
}

// List writes numbers for an error, each once, in their order.
func List(numbers []int) string {
	numbers = slices.Clone(numbers)
	slices.Sort(numbers)
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(slices.Compact(numbers)), " ", ", "), "[]")
}
