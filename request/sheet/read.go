package sheet

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/color"
	"image/png"
	"io"
	"strconv"
	"strings"
)

// Limits of a PDF.
const (
	MaxFile     = 32 << 20 // bytes
	MaxStreams  = 20       // embedded files, and as many pictures
	MaxEmbedded = 1 << 20  // bytes of an embedded file
	maxPixels   = 64 << 20 // bytes of a picture that is not JPEG
	maxObject   = 16 << 10 // bytes of the entries before a stream
)

// Contents are what a PDF holds that may be of ours.
type Contents struct {
	Files    [][]byte // embedded files
	Pictures [][]byte // JPEG or PNG
}

// IsPDF reports whether the bytes begin as a PDF does. Some programs write a
// line before it.
func IsPDF(data []byte) bool { return bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")) }

// Open takes embedded files and pictures out of a PDF (ISO 32000-1), in
// their order: files raw or in Flate, pictures in DCT, or in Flate of one or
// eight bits gray or RGB. It reads the objects that are streams and follows
// no reference; what is encrypted, in object streams, or in filters that are
// not named here is not found. Nothing in it is verified.
func Open(data []byte) (Contents, error) {
	if len(data) > MaxFile {
		return Contents{}, Overfull.New("a PDF over the limit", "limit", MaxFile>>20)
	}
	var found Contents
	over := false
	for scan := (&scanner{data: data}); scan.next() && !found.isFull(); {
		over = !found.take(scan.entries, scan.stream) || over
	}
	switch {
	case len(found.Files)+len(found.Pictures) > 0:
		return found, nil
	case over:
		return found, Overfull.New("files or pictures over the limit", "limit", MaxEmbedded>>20)
	}
	return found, Nothing.New("a PDF without any file or picture that is read")
}

func (c *Contents) isFull() bool { return len(c.Files) >= MaxStreams || len(c.Pictures) >= MaxStreams }

// take adds a stream if it is a file or a picture, and reports false if it
// is too large.
func (c *Contents) take(entries map[string]string, stream []byte) (within bool) {
	filter := strings.Trim(entries["Filter"], "[] \t\r\n")
	var found []byte
	switch {
	case entries["Type"] == "/EmbeddedFile":
		if found, within = embedded(filter, stream); found != nil {
			c.Files = append(c.Files, found)
		}
		return within
	case entries["Subtype"] == "/Image":
		if found, within = picture(filter, entries, stream); found != nil {
			c.Pictures = append(c.Pictures, found)
		}
		return within
	}
	return true
}

// embedded returns an embedded file; nil for what is not read.
func embedded(filter string, stream []byte) (file []byte, within bool) {
	switch {
	case filter == "/FlateDecode":
		return inflate(stream, MaxEmbedded)
	case filter != "":
		return nil, true
	case len(stream) > MaxEmbedded:
		return nil, false
	}
	return stream, true
}

// picture returns a picture as JPEG or PNG; nil for what is not read.
func picture(filter string, entries map[string]string, stream []byte) (found []byte, within bool) {
	switch filter {
	case "/DCTDecode":
		return stream, true
	case "/FlateDecode":
		return flatPicture(entries, stream)
	}
	return nil, true
}

// inflate returns what is in a stream; nil when it is damaged or too large.
func inflate(stream []byte, limit int) (content []byte, within bool) {
	reader, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		return nil, true
	}
	content, err = io.ReadAll(io.LimitReader(reader, int64(limit)+1))
	switch {
	case len(content) > limit:
		return nil, false
	case err != nil:
		return nil, true
	}
	return content, true
}

// flatPicture returns a picture of plain pixels as PNG, as browsers write it
// when they print; nil for what it does not know. Its color space is seldom
// told beside it: the number of bytes tells gray from RGB.
func flatPicture(entries map[string]string, stream []byte) (picture []byte, within bool) {
	width, _ := strconv.Atoi(entries["Width"])
	height, _ := strconv.Atoi(entries["Height"])
	bits, _ := strconv.Atoi(entries["BitsPerComponent"])
	_, predicted := entries["DecodeParms"]
	if predicted || bits != 1 && bits != 8 || width <= 0 || height <= 0 || width > maxSide || height > maxSide {
		return nil, true
	}
	pixels, within := inflate(stream, maxPixels)
	if len(pixels) == 3*width*height && bits == 8 {
		bits = 24
	}
	if len(pixels) != (width*bits+7)/8*height {
		return nil, within
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, flat{width, height, bits, pixels}); err != nil {
		return nil, true
	}
	return out.Bytes(), true
}

// maxSide bounds a picture's sides, in pixels.
const maxSide = 1 << 15

// flat is a picture of rows that begin with a byte.
type flat struct {
	width, height int
	bits          int // of a pixel: 1, 8 or 24
	pixels        []byte
}

// ColorModel is gray: codes have no colors.
func (f flat) ColorModel() color.Model { return color.GrayModel }

// Bounds are those of the picture.
func (f flat) Bounds() image.Rectangle { return image.Rect(0, 0, f.width, f.height) }

// At returns the gray of a pixel.
func (f flat) At(x, y int) color.Color {
	row := f.pixels[y*((f.width*f.bits+7)/8):]
	switch f.bits {
	case 1:
		return color.Gray{Y: 255 * (row[x/8] >> (7 - x%8) & 1)}
	case 8:
		return color.Gray{Y: row[x]}
	}
	return color.GrayModel.Convert(color.RGBA{R: row[3*x], G: row[3*x+1], B: row[3*x+2], A: 255})
}

// scanner finds the streams of a PDF, in one pass.
type scanner struct {
	data    []byte
	at      int
	entries map[string]string // of the stream's dictionary, those with a short value
	stream  []byte
}

// next goes to the next stream.
func (s *scanner) next() bool {
	for {
		s.at = min(s.at, len(s.data)) // a string may end with the data, in the middle of an escape
		begin := bytes.Index(s.data[s.at:], []byte("obj"))
		if begin < 0 {
			return false
		}
		s.at += begin + len("obj")
		s.skipSpace()
		if bytes.HasPrefix(s.data[s.at:], []byte("<<")) && s.dictionary() && s.body() {
			return true
		}
	}
}

const space = "\x00\t\n\f\r "

func (s *scanner) skipSpace() {
	for s.at < len(s.data) && strings.IndexByte(space, s.data[s.at]) >= 0 {
		s.at++
	}
}

// dictionary reads the entries of an object's dictionary. It ends at what it
// does not understand, and the search goes on from there: no byte is looked
// at twice.
func (s *scanner) dictionary() bool {
	s.at += len("<<")
	s.entries = map[string]string{}
	for limit := s.at + maxObject; s.at < min(limit, len(s.data)); {
		s.skipSpace()
		if bytes.HasPrefix(s.data[s.at:], []byte(">>")) {
			s.at += len(">>")
			return true
		}
		name, ok := s.name()
		if !ok {
			return false
		}
		s.skipSpace()
		value, ok := s.value(limit)
		if !ok {
			return false
		}
		s.entries[name] = value
	}
	return false
}

const delimiters = space + "()<>[]{}/%"

func (s *scanner) name() (string, bool) {
	if s.at >= len(s.data) || s.data[s.at] != '/' {
		return "", false
	}
	s.at++
	return s.regular(), true
}

// regular reads the characters up to the next delimiter.
func (s *scanner) regular() string {
	end := bytes.IndexAny(s.data[s.at:min(len(s.data), s.at+maxObject)], delimiters)
	if end < 0 {
		end = 0
	}
	s.at += end
	return string(s.data[s.at-end : s.at])
}

// value reads a value, as it is written, up to the next name on this level.
func (s *scanner) value(limit int) (string, bool) {
	begin, depth := s.at, 0
	if s.at < len(s.data) && s.data[s.at] == '/' {
		name, ok := s.name()
		return "/" + name, ok
	}
	for limit = min(limit, len(s.data)); s.at < limit; s.at++ {
		switch character := s.data[s.at]; {
		case character == '(':
			if !s.skipString(limit) {
				return "", false
			}
		case character == '<' || character == '[':
			depth++
		case character == '>' && depth == 0, character == '/' && depth == 0:
			return strings.Trim(string(s.data[begin:s.at]), space), true
		case character == '>' || character == ']':
			depth--
		}
	}
	return "", false
}

// skipString goes to the parenthesis that closes a string.
func (s *scanner) skipString(limit int) bool {
	depth := 0
	for ; s.at < limit; s.at++ {
		switch s.data[s.at] {
		case '\\':
			s.at++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return true
			}
		}
	}
	return false
}

// body reads the stream behind a dictionary: as many bytes as it says, or
// where it does not say it here, up to the end that follows.
func (s *scanner) body() bool {
	s.skipSpace()
	if !bytes.HasPrefix(s.data[s.at:], []byte("stream")) {
		return false
	}
	s.at += len("stream")
	rest := bytes.TrimPrefix(s.data[s.at:], []byte("\r"))
	rest = bytes.TrimPrefix(rest, []byte("\n"))
	length, err := strconv.Atoi(s.entries["Length"])
	if err != nil || length < 0 || length > len(rest) || !endsStream(rest[length:]) {
		length = bytes.Index(rest, []byte("endstream"))
	}
	if length < 0 {
		s.at = len(s.data)
		return false
	}
	s.stream = rest[:length]
	s.at = len(s.data) - len(rest) + length
	return true
}

func endsStream(rest []byte) bool {
	rest = bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte("\r")), []byte("\n"))
	return bytes.HasPrefix(rest, []byte("endstream"))
}
