package qr_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	stddraw "image/draw"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/futura/airlicense/docs/experiments/passage/photo"
	"github.com/futura/airlicense/request/qr"
)

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

func reads(picture []byte, text string) bool {
	found, _ := qr.Read(context.Background(), picture, func(texts []string) bool { return slices.Contains(texts, text) })
	return slices.Contains(found, text)
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

// FuzzRead gives any bytes to the decoders and, as gray pixels, to the reader.
func FuzzRead(f *testing.F) {
	random := newRandom(6)
	f.Add(photographed(f, random, draw(f, "FL1.A", qr.Paper), photo.Damage{Light: 1, Quality: 50}, 60), uint8(0))
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
