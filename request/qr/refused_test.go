package qr_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	stddraw "image/draw"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/datamatrix"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/skip2/go-qrcode"

	"github.com/futura/airlicense/docs/experiments/passage/photo"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request/qr"
)

// refuse demands an error with a code, and no text.
func refuse(t *testing.T, name string, want fault.Code, data []byte) {
	t.Helper()
	if found, err := qr.Read(context.Background(), data, nil); found != nil || !errors.Is(err, want) {
		t.Errorf("%s: %d texts, %v instead of %s", name, len(found), err, want)
	}
}

func pngOf(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestOtherFiles gives what is no picture, whatever its name was.
func TestOtherFiles(t *testing.T) {
	for name, data := range map[string]string{
		"nothing": "", "a letter": "x", "ZIP": "PK\x03\x04 and more", "PDF": "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a program": "MZ\x90\x00", "HTML": "<!doctype html>",
		"HEIC": "\x00\x00\x00\x18ftypheic....", "HEIC of several": "\x00\x00\x00\x18ftypmif1....", "AVIF": "\x00\x00\x00\x18ftypavif....", "GIF": "GIF89a", "TIFF": "II*\x00",
		"BMP": "BM\x10\x00\x00\x00\x00\x00\x00\x00", "half a WebP": "RIFF\x00\x00\x00\x00WEBP", "film": "\x00\x00\x00\x18ftypmp42....",
	} {
		refuse(t, name, qr.OtherPicture, []byte(data))
	}
}

// TestBrokenPictures gives pictures that end too early, lie about their size
// or are far too large.
func TestBrokenPictures(t *testing.T) {
	random := newRandom(4)
	good := photographed(t, random, draw(t, text(random, 300), qr.Paper), photo.Damage{Light: 1, Quality: 80}, 300)
	sharp := pngOf(t, draw(t, text(random, 300), qr.Paper).Image(4))
	for name, data := range map[string][]byte{
		"a third of a JPEG": good[:len(good)/3], "the head of a JPEG": good[:10], "all but the end of a JPEG": good[:len(good)*9/10],
		"half a PNG": sharp[:len(sharp)/2], "the head of a PNG": sharp[:20], "a PNG with a wrong checksum": slices.Concat(sharp[:45], []byte{sharp[45] ^ 1}, sharp[46:]),
		"a broken WebP": []byte("RIFF\x1a\x00\x00\x00WEBPVP8 \x0e\x00\x00\x00 a broken frame"),
		"no pixels":     resized(sharp, 0, 0), "a bomb of 49 megapixels": resized(sharp, 7000, 7000), "2^62 pixels": resized(sharp, 1<<31-1, 1<<31-1),
	} {
		refuse(t, name, qr.Broken, data)
	}
	for name, data := range map[string][]byte{
		"a file too long": append(good, make([]byte, qr.MaxFile)...), "100 megapixels": resized(sharp, 10_000, 10_000),
		"30 megapixels of 64 bits": resized(pngOf(t, image.NewNRGBA64(image.Rect(0, 0, 1, 1))), 6000, 5000),
		"a JPEG of 65535 squared":  sized(good, 65535, 65535), "a progressive JPEG of 45 megapixels": sized(progressive(good), 7000, 6500),
		"a JPEG that hides its head": sized(slices.Concat(good[:2], []byte("\xff\xd0"), good[2:]), 6000, 5000),
	} {
		refuse(t, name, qr.TooLarge, data)
	}
	refuse(t, "one pixel", qr.NoCode, pngOf(t, image.NewGray(image.Rect(0, 0, 1, 1))))
	refuse(t, "a strip", qr.NoCode, pngOf(t, image.NewGray(image.Rect(0, 0, 3000, 7))))
	refuse(t, "a white page", qr.NoCode, pngOf(t, image.NewPaletted(image.Rect(0, 0, 2000, 3000), color.Palette{color.White})))
}

// resized writes other sides into the head of a PNG.
func resized(data []byte, width, height uint32) []byte {
	data = bytes.Clone(data)
	binary.BigEndian.PutUint32(data[16:], width)
	binary.BigEndian.PutUint32(data[20:], height)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

// sized writes other sides into the frame of a JPEG.
func sized(data []byte, width, height uint16) []byte {
	data = bytes.Clone(data)
	frame := max(bytes.Index(data, []byte("\xff\xc0\x00")), bytes.Index(data, []byte("\xff\xc2\x00")))
	binary.BigEndian.PutUint16(data[frame+5:], height)
	binary.BigEndian.PutUint16(data[frame+7:], width)
	return data
}

func progressive(data []byte) []byte {
	return bytes.Replace(data, []byte("\xff\xc0\x00"), []byte("\xff\xc2\x00"), 1)
}

// TestExtendedWebP believes the frame where the head tells of less.
func TestExtendedWebP(t *testing.T) {
	head := "RIFF\x40\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x0f\x00\x00\x0f\x00\x00"
	refuse(t, "VP8", qr.TooLarge, []byte(head+"VP8 \x1a\x00\x00\x00\x10\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f"+strings.Repeat("\x00", 16)))
	refuse(t, "VP8L", qr.TooLarge, []byte(head+"VP8L\x1a\x00\x00\x00\x2f\xff\xff\xff\x0f"+strings.Repeat("\x00", 21)))
}

// TestOddPictures reads a code from every kind of pixel that PNG and JPEG
// have.
func TestOddPictures(t *testing.T) {
	drawn := draw(t, text(newRandom(11), 100), qr.Paper)
	source := drawn.Image(4)
	in := func(picture stddraw.Image) []byte {
		stddraw.Draw(picture, picture.Bounds(), source, image.Point{}, stddraw.Src)
		return pngOf(t, picture)
	}
	size := source.Bounds()
	clear := image.NewPaletted(size, color.Palette{color.Transparent, color.Black})
	copy(clear.Pix, source.Pix)
	animated := in(image.NewGray(size))
	animated = slices.Concat(animated[:33], chunk("acTL", "\x00\x00\x00\x02\x00\x00\x00\x00"), animated[33:])
	for name, data := range map[string][]byte{
		"gray": in(image.NewGray(size)), "gray of 16 bits": in(image.NewGray16(size)), "color": in(image.NewRGBA(size)), "color of 16 bits": in(image.NewRGBA64(size)),
		"with alpha": in(image.NewNRGBA(size)), "of 16 bits with alpha": in(image.NewNRGBA64(size)), "a palette of one bit": pngOf(t, source), "transparent": pngOf(t, clear),
		"animated": animated, "CMYK": cmyk(drawn),
	} {
		if !reads(data, drawn.Text) {
			t.Errorf("%s: not read", name)
		}
	}
}

func chunk(kind, data string) []byte {
	made := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	made = append(made, kind+data...)
	return binary.BigEndian.AppendUint32(made, crc32.ChecksumIEEE(made[4:]))
}

// cmyk writes a JPEG of four colors as Adobe's programs do, inverted; each
// module is a block, of which only the mean is told. All codes for means are
// four bits long, the one that ends a block is one bit.
func cmyk(code *qr.Code) []byte {
	segment := func(marker byte, data string) string {
		return string(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2))) + data
	}
	side := string(binary.BigEndian.AppendUint16(nil, uint16(8*code.Size())))
	head := "\xff\xd8" + segment(0xee, "Adobe\x00\x64\x00\x00\x00\x00\x00") + segment(0xdb, "\x00"+strings.Repeat("\x01", 64)) +
		segment(0xc0, "\x08"+side+side+"\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00") +
		segment(0xc4, "\x00"+"\x00\x00\x00\x0c"+strings.Repeat("\x00", 12)+"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b") +
		segment(0xc4, "\x10"+"\x01"+strings.Repeat("\x00", 15)+"\x00") +
		segment(0xda, "\x04\x01\x00\x02\x00\x03\x00\x04\x00\x00\x3f\x00")
	var bits strings.Builder
	before := [4]bool{}
	for y := range code.Size() {
		for x := range code.Size() {
			for i := range 4 {
				isFull := i == 3 && code.Dark(x, y) // black ink alone
				switch {
				case x == 0 && y == 0 && !isFull:
					bits.WriteString("1010" + "1111111000" + "0") // the mean of 255 is 127 times 8 above the middle: 1016
				case isFull == before[i]:
					bits.WriteString("0000" + "0")
				case isFull:
					bits.WriteString("1011" + "00000001111" + "0") // 2032 less
				default:
					bits.WriteString("1011" + "11111110000" + "0")
				}
				before[i] = isFull
			}
		}
	}
	stream := bits.String() + strings.Repeat("1", 7)
	data := []byte(head)
	for ; len(stream) >= 8; stream = stream[8:] {
		value := byte(0)
		for _, bit := range stream[:8] {
			value = value<<1 | byte(bit-'0')
		}
		if data = append(data, value); value == 0xff {
			data = append(data, 0)
		}
	}
	return append(data, 0xff, 0xd9)
}

// TestForeignCodes reads codes of other programs as what they are, and finds
// no text in codes of other kinds.
func TestForeignCodes(t *testing.T) {
	for _, want := range []string{"https://futura.example/x?a=1&b=2", "WIFI:S:Posto;T:WPA;P:segredo;;", "BEGIN:VCARD\nN:Lima;Ana\nEND:VCARD", "00020126580014br.gov.bcb.pix", "ação", "12345678901234567890"} {
		data, err := qrcode.Encode(want, qrcode.Medium, -6)
		if err != nil {
			t.Fatal(err)
		}
		if !reads(data, want) {
			t.Errorf("%q: not read", want)
		}
	}
	matrix, err := datamatrix.NewDataMatrixWriter().Encode("FL1.R.IUJCIJZFHW53JEI6", gozxing.BarcodeFormat_DATA_MATRIX, 300, 300, nil)
	if err != nil {
		t.Fatal(err)
	}
	refuse(t, "Data Matrix", qr.NoCode, pngOf(t, matrix))
	bars, err := oned.NewCode128Writer().Encode("FL1.R.IUJCIJZFHW53JEI6", gozxing.BarcodeFormat_CODE_128, 600, 100, nil)
	if err != nil {
		t.Fatal(err)
	}
	refuse(t, "bars", qr.NoCode, pngOf(t, bars))
}

// modules is a picture of random modules.
func modules(random interface{ IntN(int) int }, width, height, pixels int) *image.Gray {
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height / pixels {
		for x := range width / pixels {
			shade := image.Rect(x*pixels, y*pixels, (x+1)*pixels, (y+1)*pixels)
			stddraw.Draw(picture, shade, image.NewUniform(color.Gray{Y: uint8(random.IntN(2)) * 255}), image.Point{}, stddraw.Src)
		}
	}
	return picture
}

// TestNoise bounds the work where everything looks like a finder pattern.
func TestNoise(t *testing.T) {
	sizes := []int{5, 2}
	if isRaced {
		sizes = sizes[:1] // takes ten times as long
	}
	for _, pixels := range sizes {
		_, err := qr.Read(context.Background(), pngOf(t, modules(newRandom(5), 800, 600, pixels)), nil)
		if !errors.Is(err, qr.NoCode) && !errors.Is(err, qr.TimeUp) {
			t.Error(err)
		}
		t.Log(err)
	}
}

// TestFinders gives a picture full of real finder patterns.
func TestFinders(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 1200, 1200))
	stddraw.Draw(picture, picture.Bounds(), image.White, image.Point{}, stddraw.Src)
	finder := draw(t, "FL1.A", qr.Paper).Image(3)
	for y := 0; y < 1200; y += 30 {
		for x := 0; x < 1200; x += 30 {
			stddraw.Draw(picture, image.Rect(x, y, x+27, y+27), finder, image.Pt(9, 9), stddraw.Src)
		}
	}
	if _, err := qr.Read(context.Background(), pngOf(t, picture), nil); !errors.Is(err, qr.NoCode) && !errors.Is(err, qr.TimeUp) {
		t.Error(err)
	}
}

// ending is a context whose deadline passes after it was asked so often.
type ending struct {
	context.Context
	left int
}

func (e *ending) Err() error {
	if e.left--; e.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// TestDeadline ends the work wherever it is.
func TestDeadline(t *testing.T) {
	picture := pngOf(t, modules(newRandom(5), 320, 240, 3))
	asked := &ending{context.Background(), 1 << 30}
	qr.Read(asked, picture, nil)
	all := 1<<30 - asked.left
	if all < 100 {
		t.Errorf("asked %d times only", all)
	}
	for left := 0; left < all-1; left += all / 8 {
		ctx := &ending{context.Background(), left}
		if _, err := qr.Read(ctx, picture, nil); !errors.Is(err, qr.TimeUp) {
			t.Errorf("after %d of %d: %v", left, all, err)
		}
		if ctx.left < -8 {
			t.Errorf("after %d of %d: went on %d times", left, all, -ctx.left)
		}
	}
}
