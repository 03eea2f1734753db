package signedtext

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The marks of a packed text; no UTF-8 text has these bytes. After each comes
// a length as a uvarint.
const (
	apartMark = 0xF8 // bytes that stand behind the DEFLATE stream, to be written in base64
	hereMark  = 0xF9 // the same, and the bytes follow: they compress
	noteMark  = 0xFA // a packed note follows, to be written in base64
	hexMark   = 0xFB // bytes follow, to be written in hexadecimal capitals
	plainMark = 0xFC // bytes that stand behind, to be written as they are
	proofMark = 0xFF // without a length: the text ends, and the proof follows
)

// firstPiece stands before the value of the first of numbered pieces.
const firstPiece = `.1 = "`

// longestName bounds the name of a value in pieces, so that a line has room
// for some of it whatever its number.
const longestName = 32

// shortest is the least number of characters that are worth a mark.
const shortest = 16

// A document writes bytes in base64url without padding, a note (and so a
// proof) in the usual base64.
var (
	documentBase = base64.RawURLEncoding.Strict()
	noteBase     = base64.StdEncoding.Strict()
)

// packer takes texts apart: what compresses, and bytes that do not.
type packer struct {
	stream, apart bytes.Buffer
	deflate       *deflater
}

// document packs a canonical text.
func (p *packer) document(text []byte) {
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); {
		if i > 0 {
			p.stream.WriteByte('\n')
		}
		if count := p.pieces(lines[i:]); count > 0 {
			i += count
			continue
		}
		p.line(lines[i])
		i++
	}
}

var keyAndValue = regexp.MustCompile(`^([a-z0-9_.]+) = "([A-Za-z0-9_-]+)"$`)

// line packs a line with one value.
func (p *packer) line(line string) {
	found := keyAndValue.FindStringSubmatch(line)
	if found == nil || len(found[2]) < shortest || strings.HasSuffix(found[1], ".1") {
		p.stream.WriteString(line)
		return
	}
	p.stream.WriteString(found[1] + ` = "`)
	if data, err := hex.DecodeString(found[2]); err == nil && hexadecimal(data) == found[2] {
		p.mark(hexMark, len(data))
		p.stream.Write(data)
	} else if data, err := documentBase.DecodeString(found[2]); err == nil {
		p.bytes(data)
	} else {
		p.stream.WriteString(found[2])
	}
	p.stream.WriteByte('"')
}

func hexadecimal(data []byte) string { return strings.ToUpper(hex.EncodeToString(data)) }

// pieces packs the numbered pieces of a value that lines begin with, and
// returns how many there are; zero when they are not what Marshal writes.
func (p *packer) pieces(lines []string) int {
	first := keyAndValue.FindStringSubmatch(lines[0])
	if first == nil || !strings.HasSuffix(first[1], ".1") {
		return 0
	}
	name := strings.TrimSuffix(first[1], ".1")
	if len(name) > longestName {
		return 0
	}
	value, count := first[2], 1
	for ; count < len(lines); count++ {
		next := keyAndValue.FindStringSubmatch(lines[count])
		if next == nil || next[1] != name+"."+strconv.Itoa(count+1) {
			break
		}
		value += next[2]
	}
	data, err := documentBase.DecodeString(value)
	if err != nil || len(value) < shortest || string(writtenPieces(name, value)) != strings.Join(lines[:count], "\n")+"\n" {
		return 0
	}
	p.stream.WriteString(first[1] + ` = "`)
	p.bytes(data)
	p.stream.WriteByte('"')
	return count
}

func writtenPieces(name, value string) []byte {
	var written writer
	written.pieces(name, value)
	return written.Bytes()
}

// bytes packs bytes that were written in base64, in the way that is shortest.
func (p *packer) bytes(data []byte) {
	note := packNote(data)
	switch {
	case note != nil:
		p.mark(noteMark, note.stream.Len())
		p.stream.Write(note.stream.Bytes())
		p.apart.Write(note.apart.Bytes())
	case p.deflate.size(data) < len(data):
		p.mark(hereMark, len(data))
		p.stream.Write(data)
	default:
		p.putApart(apartMark, data)
	}
}

// packNote packs a note: lines of text that end in base64. Nil: it is none.
func packNote(data []byte) *packer {
	if !utf8.Valid(data) || !bytes.Contains(data, []byte("\n")) {
		return nil
	}
	var note packer
	note.note(data)
	return &note
}

func (p *packer) note(text []byte) {
	for line := range bytes.Lines(text) {
		ended := bytes.HasSuffix(line, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\n"))
		last := bytes.LastIndexByte(line, ' ') + 1
		p.stream.Write(line[:last])
		if data, err := noteBase.DecodeString(string(line[last:])); err == nil && len(line)-last >= shortest && !bytes.Contains(line, []byte("\r")) {
			p.putApart(apartMark, data)
		} else {
			p.stream.Write(line[last:])
		}
		if ended {
			p.stream.WriteByte('\n')
		}
	}
}

// proof packs a proof, which is a note as a rule.
func (p *packer) proof(proof []byte) {
	if len(proof) == 0 {
		return
	}
	p.stream.WriteByte(proofMark)
	if utf8.Valid(proof) {
		p.note(proof)
	} else {
		p.putApart(plainMark, proof)
	}
}

func (p *packer) putApart(mark byte, data []byte) {
	p.mark(mark, len(data))
	p.apart.Write(data)
}

func (p *packer) mark(mark byte, length int) {
	p.stream.WriteByte(mark)
	p.stream.Write(binary.AppendUvarint(nil, uint64(length)))
}

// unpacker puts texts together again.
type unpacker struct {
	base  *base64.Encoding
	marks string // that may stand here
	apart []byte // what is left of the bytes behind the stream
	limit int    // of out
	out   []byte
}

// The marks of a document, and those of a note or proof.
const (
	documentMarks = "\xF8\xF9\xFA\xFB"
	noteMarks     = "\xF8\xFC"
)

// unpack returns what is left of the stream behind the mark of the proof; nil
// when there is no such mark.
func (u *unpacker) unpack(stream []byte) (proof []byte, err error) {
	for len(stream) > 0 {
		next := slices.IndexFunc(stream, func(octet byte) bool { return octet >= apartMark })
		if next < 0 {
			next = len(stream)
		}
		u.out = append(u.out, stream[:next]...)
		if len(u.out) > u.limit {
			return nil, TooLarge.New("text over the limit", "limit", u.limit)
		}
		stream = stream[next:]
		if len(stream) == 0 || stream[0] == proofMark {
			break
		}
		if stream, err = u.marked(stream); err != nil {
			return nil, err
		}
	}
	if len(stream) == 0 {
		return nil, nil
	}
	return stream[1:], nil
}

// marked writes what the mark at the beginning of the stream stands for, and
// returns the rest of the stream.
func (u *unpacker) marked(stream []byte) ([]byte, error) {
	mark := stream[0]
	length, size := binary.Uvarint(stream[1:])
	if size <= 0 || strings.IndexByte(u.marks, mark) < 0 {
		return nil, badMark()
	}
	source := &u.apart
	if stream = stream[1+size:]; mark == hereMark || mark == noteMark || mark == hexMark {
		source = &stream
	}
	if length > uint64(len(*source)) {
		return nil, badMark()
	}
	data := (*source)[:length]
	*source = (*source)[length:]
	return stream, u.write(mark, data)
}

func badMark() error { return BadCompact.New("a mark that no packed text has", "reason", "mark") }

func (u *unpacker) write(mark byte, data []byte) error {
	switch mark {
	case plainMark:
		u.out = append(u.out, data...)
	case hexMark:
		u.out = append(u.out, hexadecimal(data)...)
	case noteMark:
		note := unpacker{base: noteBase, marks: noteMarks, apart: u.apart, limit: MaxProof}
		rest, err := note.unpack(data)
		if err != nil || rest != nil {
			return cmp.Or(err, badMark())
		}
		u.apart = note.apart
		return u.value(u.base.EncodeToString(note.out))
	default:
		return u.value(u.base.EncodeToString(data))
	}
	return nil
}

// value writes a value in base64, in pieces where a piece is begun.
func (u *unpacker) value(value string) error {
	start := bytes.LastIndexByte(u.out, '\n') + 1
	name, begun := bytes.CutSuffix(u.out[start:], []byte(firstPiece))
	if !begun || u.base != documentBase {
		u.out = append(u.out, value...)
		return nil
	}
	if len(name) > longestName {
		return badMark()
	}
	u.out = append(u.out[:start], bytes.TrimSuffix(writtenPieces(string(name), value), []byte("\"\n"))...)
	return nil
}
