package qr

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"

	"github.com/skip2/go-qrcode"

	"github.com/futura/airlicense/keys/signedtext"
)

// Level is how much of a code may be damaged.
type Level int

// Levels.
const (
	Paper  Level = iota // M: about 15 % of the codewords
	Screen              // L: about 7 %
)

// Code is a drawn code that was read back.
type Code struct {
	Text    string
	Version int
	modules [][]bool // with the quiet zone; true is dark
}

const drawable = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789."

// Draw makes the code of a text. The text has letters, digits and dots only
// and fits into version 40: 3391 characters at level M, 4296 at level L.
func Draw(text string, level Level) (*Code, error) {
	if !signedtext.MadeOf(text, drawable, len(text)) {
		return nil, Undrawable.New("a text with other characters than letters, digits and dots", "reason", "characters")
	}
	code, err := encode(text, level)
	if err != nil {
		return nil, err
	}
	read, alphanumeric, err := decode(code.inner())
	if err != nil || !alphanumeric || read != text {
		return nil, Undrawable.Wrap(err, "the code could not be read back", "reason", "unread")
	}
	return code, nil
}

// encode draws with go-qrcode, which panics where it finds itself wrong.
func encode(text string, level Level) (code *Code, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			code, err = nil, Undrawable.New(fmt.Sprint("the encoder failed: ", cause), "reason", "unread")
		}
	}()
	correction := qrcode.Medium
	if level == Screen {
		correction = qrcode.Low
	}
	drawn, err := qrcode.New(text, correction)
	if err != nil {
		return nil, Undrawable.Wrap(err, "too long for one code", "reason", "length")
	}
	return &Code{Text: text, Version: drawn.VersionNumber, modules: drawn.Bitmap()}, nil
}

// Size returns the width and height in modules, with the quiet zone.
func (c *Code) Size() int { return len(c.modules) }

// Dark tells of one module; 0, 0 is the upper left corner of the quiet zone.
func (c *Code) Dark(x, y int) bool { return c.modules[y][x] }

// inner returns the modules without the quiet zone.
func (c *Code) inner() [][]bool {
	var rows [][]bool
	for _, row := range c.modules[quiet : len(c.modules)-quiet] {
		rows = append(rows, row[quiet:len(row)-quiet])
	}
	return rows
}

// Image returns the code with so many pixels a module, in two colors.
func (c *Code) Image(pixels int) *image.Paletted {
	picture := image.NewPaletted(image.Rect(0, 0, c.Size()*pixels, c.Size()*pixels), color.Palette{color.White, color.Black})
	for y, row := range c.modules {
		line := picture.Pix[y*pixels*picture.Stride:][:picture.Stride]
		for x, dark := range row {
			if dark {
				copy(line[x*pixels:], bytes.Repeat([]byte{1}, pixels))
			}
		}
		for more := 1; more < pixels; more++ {
			copy(picture.Pix[(y*pixels+more)*picture.Stride:], line)
		}
	}
	return picture
}

// maxScale bounds the pixels a module: beyond it the picture is larger than
// Read takes.
const maxScale = 32

// PNG returns the code as a PNG of one bit a pixel, with 2 to 32 pixels a
// module, after reading it.
func (c *Code) PNG(pixels int) ([]byte, error) {
	if pixels < 2 || pixels > maxScale {
		return nil, Undrawable.New("a size that no code has", "reason", "size")
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, c.Image(pixels)); err != nil {
		return nil, Undrawable.Wrap(err, "the PNG could not be written", "reason", "unread")
	}
	texts, err := Read(context.Background(), out.Bytes(), func(texts []string) bool { return slices.Contains(texts, c.Text) })
	if !slices.Contains(texts, c.Text) {
		return nil, Undrawable.Wrap(err, "the PNG could not be read back", "reason", "unread")
	}
	return out.Bytes(), nil
}

// SVG returns the code as an SVG of so many millimetres, in one path.
func (c *Code) SVG(millimetres float64) []byte {
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]gmm" height="%[1]gmm" viewBox="0 0 %[2]d %[2]d" shape-rendering="crispEdges">`+"\n",
		millimetres, c.Size())
	fmt.Fprintf(&out, `<rect width="%[1]d" height="%[1]d" fill="#fff"/>`+"\n"+`<path fill="#000" d="`, c.Size())
	for y, row := range c.modules {
		for x := 0; x < len(row); x++ {
			run := x
			for run < len(row) && row[run] {
				run++
			}
			if run > x {
				fmt.Fprintf(&out, "M%d %dh%dv1h-%dz", x, y, run-x, run-x)
				x = run
			}
		}
	}
	out.WriteString(`"/>` + "\n</svg>\n")
	return []byte(out.String())
}
