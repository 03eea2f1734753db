package qr_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/futura/airlicense/request/qr"
)

var photos = flag.Int("photos", 20, "photos of each kind")

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

// TestPhotos reads photos of each level, and compares with gozxing alone.
func TestPhotos(t *testing.T) {
	for _, level := range []string{"mild", "moderate", "hard"} {
		for _, size := range []struct{ bytes, side int }{{300, 500}, {300, 800}, {700, 500}, {700, 800}} {
			t.Run(fmt.Sprintf("%s/%d bytes/%d pixels", level, size.bytes, size.side), func(t *testing.T) {
				t.Parallel()
				random := newRandom(uint64(size.bytes + size.side))
				ours, theirs, took := 0, 0, time.Duration(0)
				for range *photos {
					want := text(random, size.bytes)
					made := levels[level](random)
					made.side = size.side
					picture := photo(t, random, draw(t, want, qr.Paper), made)
					start := time.Now()
					if reads(picture, want) {
						ours++
					}
					took += time.Since(start)
					if plain(t, picture) == want {
						theirs++
					}
				}
				t.Logf("%d of %d read in %v each, gozxing alone %d", ours, *photos, (took / time.Duration(*photos)).Round(time.Millisecond), theirs)
			})
		}
	}
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

var _ = jpeg.Encode
