package qr_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	stddraw "image/draw"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
)

var photos = flag.Int("photos", 3, "photos of each level and size")

// newRandom is the same in every run.
func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 5)) }

// text is as long as a part with so many bytes of data.
func text(random *rand.Rand, bytes int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	out := []byte("FL1.R.IUJCIJZFHW53JEI6.2.5.")
	for range bytes*8/5 + 1 {
		out = append(out, alphabet[random.IntN(len(alphabet))])
	}
	return string(append(out, ".AAAAAAA"...))
}

func draw(t testing.TB, text string, level qr.Level) *qr.Code {
	t.Helper()
	code, err := qr.Draw(text, level)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// plain reads with gozxing alone, as other programs would.
func plain(t testing.TB, picture []byte) string {
	t.Helper()
	decoded, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(decoded)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		return ""
	}
	return result.GetText()
}

func reads(picture []byte, text string) bool {
	found, _ := qr.Read(context.Background(), picture, func(texts []string) bool { return slices.Contains(texts, text) })
	return slices.Contains(found, text)
}

// least is the share of photos that must be read, in percent.
var least = map[string]int{"mild": 100, "moderate": 100, "hard": 90}

// TestPhotos reads photos of each level, and logs what gozxing alone reads.
func TestPhotos(t *testing.T) {
	sides := []int{500}
	if *photos > 20 {
		sides = append(sides, 800)
	}
	for level, made := range levels {
		for _, bytes := range []int{parts.Default, parts.Dense} {
			for _, side := range sides {
				t.Run(fmt.Sprintf("%s/%d bytes/%d pixels", level, bytes, side), func(t *testing.T) {
					t.Parallel()
					ours, theirs := compare(t, newRandom(uint64(bytes+side)), bytes, side, made)
					t.Logf("%d of %d read, gozxing alone %d", ours, *photos, theirs)
					if need := least[level]; bytes == parts.Default && ours*100 < need**photos || ours < theirs {
						t.Errorf("%d %% were to be read", need)
					}
				})
			}
		}
	}
}

func compare(t *testing.T, random *rand.Rand, bytes, side int, level func(*rand.Rand) damage) (ours, theirs int) {
	for range *photos {
		want, made := text(random, bytes), level(random)
		made.side = side
		picture := photo(t, random, draw(t, want, qr.Paper), made)
		if reads(picture, want) {
			ours++
		}
		if plain(t, picture) == want {
			theirs++
		}
	}
	return ours, theirs
}

// TestDamages reads photos with one damage each, larger than in any level.
func TestDamages(t *testing.T) {
	even := damage{side: 600, light: 1, quality: 90, blur: 0.5}
	for name, change := range map[string]func(d *damage, r *rand.Rand){
		"nothing":  func(*damage, *rand.Rand) {},
		"turned":   func(d *damage, r *rand.Rand) { d.turn = between(r, 0, 360) },
		"tilted":   func(d *damage, r *rand.Rand) { d.tilt = 28 },
		"blurred":  func(d *damage, r *rand.Rand) { d.blur = 2.2 },
		"shrunk":   func(d *damage, r *rand.Rand) { d.side = 230 },
		"unlit":    func(d *damage, r *rand.Rand) { d.light = 0.2 },
		"noisy":    func(d *damage, r *rand.Rand) { d.noise = 25 },
		"quality":  func(d *damage, r *rand.Rand) { d.quality = 30 },
		"bent":     func(d *damage, r *rand.Rand) { d.bend = 0.015 },
		"lens":     func(d *damage, r *rand.Rand) { d.lens = 0.06 },
		"inverted": func(d *damage, r *rand.Rand) { d.isInverted = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random, right, count := newRandom(7), 0, max(*photos/4, 1)
			for range count {
				want, made := text(random, parts.Default), even
				change(&made, random)
				if reads(photo(t, random, draw(t, want, qr.Screen), made), want) {
					right++
				}
			}
			t.Logf("%d of %d read", right, count)
			if right < count {
				t.Error("not all were read")
			}
		})
	}
}

// TestPage reads the codes on one page, whatever their versions; what is
// enough is asked for once all have been looked for.
func TestPage(t *testing.T) {
	random := newRandom(3)
	sheet := image.NewGray(image.Rect(0, 0, 1000, 1400))
	stddraw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, stddraw.Src)
	var want []string
	for i, bytes := range []int{1, 50, 150, 300, 300, 500} {
		want = append(want, text(random, bytes))
		code := draw(t, want[i], qr.Paper).Image(4)
		at := image.Pt(i%2*500, i/2*460)
		stddraw.Draw(sheet, code.Bounds().Add(at), code, image.Point{}, stddraw.Src)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, sheet, nil); err != nil {
		t.Fatal(err)
	}
	asked := 0
	found, err := qr.Read(context.Background(), out.Bytes(), func(texts []string) bool { asked++; return true })
	slices.Sort(found)
	slices.Sort(want)
	if err != nil || !slices.Equal(found, want) || asked != 1 {
		t.Errorf("%d of %d read, asked %d times, %v", len(found), len(want), asked, err)
	}
}

func code(t *testing.T, want fault.Code, data []byte) {
	t.Helper()
	start := time.Now()
	found, err := qr.Read(context.Background(), data, nil)
	if found != nil || !errors.Is(err, want) {
		t.Errorf("%.20q: %d texts, %v instead of %s", data, len(found), err, want)
	}
	t.Logf("%s after %v", want, time.Since(start).Round(time.Millisecond))
}

func pngOf(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestRefused gives what is no picture with a code in it.
func TestRefused(t *testing.T) {
	for _, data := range []string{"", "x", "PK\x03\x04 a ZIP", "\x00\x00\x00\x18ftypheic....", "\x00\x00\x00\x18ftypmif1....", "GIF89a", "BM\x10\x00\x00\x00\x00\x00\x00\x00", "RIFF\x00\x00\x00\x00WEBP"} {
		code(t, qr.OtherPicture, []byte(data))
	}
	random := newRandom(4)
	good := photo(t, random, draw(t, text(random, 300), qr.Paper), damage{side: 300, light: 1, quality: 80})
	code(t, qr.Broken, good[:len(good)/3])
	code(t, qr.Broken, good[:10])
	code(t, qr.Broken, []byte("RIFF\x1a\x00\x00\x00WEBPVP8 \x0e\x00\x00\x00 a broken frame"))
	code(t, qr.TooLarge, append(good, make([]byte, qr.MaxFile)...))
	code(t, qr.TooLarge, huge(t))
	code(t, qr.NoCode, pngOf(t, image.NewGray(image.Rect(0, 0, 1, 1))))
	code(t, qr.NoCode, pngOf(t, image.NewGray(image.Rect(0, 0, 3000, 7))))
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := qr.Read(ended, good, nil); !errors.Is(err, qr.TimeUp) {
		t.Error(err)
	}
}

// huge is the head of a PNG of 100 megapixels.
func huge(t *testing.T) []byte {
	data := pngOf(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(data[16:], 10_000)
	binary.BigEndian.PutUint32(data[20:], 10_000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

// TestExtendedWebP believes the frame where the head tells of less.
func TestExtendedWebP(t *testing.T) {
	head := "RIFF\x40\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x0f\x00\x00\x0f\x00\x00"
	code(t, qr.TooLarge, []byte(head+"VP8 \x1a\x00\x00\x00\x10\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f"+strings.Repeat("\x00", 16)))
	code(t, qr.TooLarge, []byte(head+"VP8L\x1a\x00\x00\x00\x2f\xff\xff\xff\x0f"+strings.Repeat("\x00", 21)))
}

// TestNoise bounds the work where everything looks like a finder pattern.
func TestNoise(t *testing.T) {
	for _, scale := range []int{1, 3, 8} {
		random, picture := newRandom(5), image.NewGray(image.Rect(0, 0, 1600, 1200))
		for y := range 1200 / scale {
			for x := range 1600 / scale {
				shade := image.Rect(x*scale, y*scale, (x+1)*scale, (y+1)*scale)
				stddraw.Draw(picture, shade, image.NewUniform(color.Gray{Y: uint8(random.IntN(2)) * 255}), image.Point{}, stddraw.Src)
			}
		}
		_, err := qr.Read(context.Background(), pngOf(t, picture), nil)
		if !errors.Is(err, qr.NoCode) && !errors.Is(err, qr.TimeUp) {
			t.Error(err)
		}
		t.Log(err)
	}
}

// FuzzRead gives any bytes to the decoders and, as gray pixels, to the reader.
func FuzzRead(f *testing.F) {
	random := newRandom(6)
	f.Add(photo(f, random, draw(f, "FL1.A", qr.Paper), damage{side: 60, light: 1, quality: 50}), uint8(0))
	drawn, err := draw(f, "FL1.A", qr.Paper).PNG(2)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(drawn, uint8(0))
	f.Add(draw(f, "FL1.A", qr.Paper).Image(1).Pix, uint8(29))
	f.Fuzz(func(t *testing.T, data []byte, width uint8) {
		if width > 0 && len(data) >= int(width) {
			data = pngOf(t, &image.Gray{Pix: data, Stride: int(width), Rect: image.Rect(0, 0, int(width), len(data)/int(width))})
		}
		found, err := qr.Read(context.Background(), data, nil)
		if (len(found) == 0) == (err == nil) {
			t.Error(len(found), err)
		}
	})
}

func TestDraw(t *testing.T) {
	random := newRandom(1)
	for _, want := range []struct {
		bytes, version int
		level          qr.Level
	}{{300, 14, qr.Paper}, {300, 12, qr.Screen}, {700, 23, qr.Paper}, {700, 20, qr.Screen}, {50, 5, qr.Paper}} {
		code := draw(t, text(random, want.bytes), want.level)
		if code.Version != want.version || code.Size() != 17+4*code.Version+8 {
			t.Errorf("%d bytes: version %d, %d modules", want.bytes, code.Version, code.Size())
		}
	}
	for _, wrong := range []string{"", "a", "A B", "A-B", "É", strings.Repeat("A", 3392)} {
		if _, err := qr.Draw(wrong, qr.Paper); err == nil {
			t.Errorf("%.10q was drawn", wrong)
		}
	}
}

func TestPNG(t *testing.T) {
	code := draw(t, text(newRandom(2), 300), qr.Paper)
	for _, pixels := range []int{2, 3, 4, 8, 32} {
		data, err := code.PNG(pixels)
		if err != nil {
			t.Fatal(pixels, err)
		}
		if data[24] != 1 || data[25] != 3 {
			t.Errorf("%d bits, color type %d", data[24], data[25])
		}
		picture, _, err := image.Decode(bytes.NewReader(data))
		if err != nil || picture.Bounds() != image.Rect(0, 0, code.Size()*pixels, code.Size()*pixels) {
			t.Error(err, picture.Bounds())
		}
	}
}

// TestSVG draws the path of an SVG again.
func TestSVG(t *testing.T) {
	drawn := draw(t, text(newRandom(8), 300), qr.Paper)
	svg := string(drawn.SVG(90))
	if !strings.HasPrefix(svg, `<svg xmlns="http://www.w3.org/2000/svg" width="90mm" height="90mm" viewBox="0 0 81 81"`) {
		t.Errorf("%.100s", svg)
	}
	picture := image.NewGray(image.Rect(0, 0, 81*3, 81*3))
	stddraw.Draw(picture, picture.Bounds(), image.White, image.Point{}, stddraw.Src)
	for _, run := range strings.Split(svg[strings.Index(svg, ` d="M`)+5:strings.Index(svg, `z"/>`)], "zM") {
		var x, y, width, back int
		if _, err := fmt.Sscanf(run, "%d %dh%dv1h-%d", &x, &y, &width, &back); err != nil || width != back {
			t.Fatal(run, err)
		}
		stddraw.Draw(picture, image.Rect(x*3, y*3, (x+width)*3, y*3+3), image.Black, image.Point{}, stddraw.Src)
	}
	if !reads(pngOf(t, picture), drawn.Text) {
		t.Error("the SVG cannot be read")
	}
}

// BenchmarkPage reads a photo of 12 megapixels with four codes, and one
// without any; decoding alone is what to compare with.
func BenchmarkPage(b *testing.B) {
	random := newRandom(9)
	page := image.NewGray(image.Rect(0, 0, 3000, 4000))
	stddraw.Draw(page, page.Bounds(), image.NewUniform(color.Gray{Y: 230}), image.Point{}, stddraw.Src)
	encode := func() []byte {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, page, nil); err != nil {
			b.Fatal(err)
		}
		return out.Bytes()
	}
	empty := encode()
	for i := range 4 {
		code := shoot(random, alone(draw(b, text(random, 300), qr.Paper)), damage{side: 900, turn: 3, tilt: 5, light: 1, noise: 4, blur: 1})
		stddraw.Draw(page, code.Bounds().Add(image.Pt(100+i%2*1500, 100+i/2*1800)), code, image.Point{}, stddraw.Src)
	}
	full := encode()
	b.Run("decoding", func(b *testing.B) {
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(full)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("codes", func(b *testing.B) {
		for b.Loop() {
			found, _ := qr.Read(b.Context(), full, func(texts []string) bool { return len(texts) == 4 })
			if len(found) != 4 {
				b.Fatal(len(found))
			}
		}
	})
	b.Run("none", func(b *testing.B) {
		for b.Loop() {
			if _, err := qr.Read(b.Context(), empty, nil); !errors.Is(err, qr.NoCode) {
				b.Fatal(err)
			}
		}
	})
}

// TestPagePhotos photographs a whole page with four codes, as a mail program
// shrinks it.
func TestPagePhotos(t *testing.T) {
	count := max(*photos/10, 1)
	for _, side := range []int{800, 1024} {
		t.Run(strconv.Itoa(side), func(t *testing.T) {
			t.Parallel()
			random, complete, codes := newRandom(uint64(side)), 0, 0
			for range count {
				var sheet []*qr.Code
				for range 4 {
					sheet = append(sheet, draw(t, text(random, parts.Default), qr.Paper))
				}
				made := levels["moderate"](random)
				made.side = side
				var out bytes.Buffer
				if err := jpeg.Encode(&out, shoot(random, page(sheet), made), &jpeg.Options{Quality: made.quality}); err != nil {
					t.Fatal(err)
				}
				found, _ := qr.Read(context.Background(), out.Bytes(), func(texts []string) bool { return len(texts) == 4 })
				codes += len(found)
				if len(found) == 4 {
					complete++
				}
			}
			t.Logf("%d of %d pages complete, %d of %d codes", complete, count, codes, 4*count)
			if complete < count {
				t.Error("not all pages are complete")
			}
		})
	}
}
