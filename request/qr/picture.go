package qr

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/webp"
)

// format is a kind of picture, told by its first bytes.
type format struct {
	name   string
	offset int
	magic  string
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error) // nil: not read
}

var formats = []format{
	{"PNG", 0, "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode},
	{"JPEG", 0, "\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode},
	{"WebP", 8, "WEBPVP8", webp.DecodeConfig, webp.Decode},
	{"HEIC", 4, "ftyphei", nil, nil},
	{"HEIC", 4, "ftyphev", nil, nil},
	{"HEIC", 4, "ftypmif1", nil, nil},
	{"HEIC", 4, "ftypmsf1", nil, nil},
	{"AVIF", 4, "ftypavi", nil, nil},
	{"GIF", 0, "GIF8", nil, nil},
	{"TIFF", 0, "II*\x00", nil, nil},
	{"TIFF", 0, "MM\x00*", nil, nil},
	{"JPEG XL", 0, "\xff\x0a", nil, nil},
	{"JPEG XL", 4, "JXL \r\n", nil, nil},
	{"BMP", 6, "\x00\x00\x00\x00", nil, nil}, // after "BM" and the length of the file
}

func formatOf(data []byte) *format {
	for i, known := range formats {
		if len(data) > known.offset && bytes.HasPrefix(data[known.offset:], []byte(known.magic)) &&
			(known.name != "BMP" || bytes.HasPrefix(data, []byte("BM"))) && (known.name != "WebP" || bytes.HasPrefix(data, []byte("RIFF"))) {
			return &formats[i]
		}
	}
	return nil
}

// IsPicture reports whether the bytes begin as a picture does, of a format
// that Read takes or of another one.
func IsPicture(data []byte) bool { return formatOf(data) != nil }

// open decodes a picture after looking at what it will cost.
func open(ctx context.Context, data []byte) (opened *gray, err error) {
	defer func() { // decoders of others, on any bytes
		if cause := recover(); cause != nil {
			opened, err = nil, Broken.New(fmt.Sprint("the decoder failed: ", cause))
		}
	}()
	found := formatOf(data)
	switch {
	case found == nil:
		return nil, OtherPicture.New("not a picture", "format", "")
	case found.decode == nil:
		return nil, OtherPicture.New("a picture of a format that is not read", "format", found.name)
	case len(data) > MaxFile:
		return nil, TooLarge.New("a file larger than is read", "bytes", len(data), "limit", MaxFile>>20, "unit", "MB")
	}
	config, err := found.config(bytes.NewReader(data))
	if err != nil {
		return nil, Broken.Wrap(err, "the head of the picture cannot be read")
	}
	if err := checkSize(config, data, found); err != nil {
		return nil, err
	}
	picture, err := found.decode(&reader{ctx, bytes.NewReader(data)})
	switch {
	case ctx.Err() != nil:
		return nil, TimeUp.Wrap(ctx.Err(), "no time was left to decode the picture")
	case err != nil:
		return nil, Broken.Wrap(err, "the picture cannot be decoded")
	}
	return toGray(ctx, picture)
}

func checkSize(config image.Config, data []byte, found *format) error {
	if config.Width <= 0 || config.Height <= 0 {
		return Broken.New("a picture without pixels")
	}
	pixels := max(int64(config.Width)*int64(config.Height), framePixels(found, data))
	if most := min(MaxPixels, int64(maxDecoded/bytesPerPixel(config, data))); pixels > most {
		return TooLarge.New("more pixels than are read", "pixels", pixels, "limit", most/1_000_000, "unit", "MP")
	}
	return nil
}

// maxDecoded bounds the bytes of a decoded picture. With the renditions of
// the passes, and with what the garbage collector leaves, all stays below 512
// megabytes.
const maxDecoded = 200_000_000

// bytesPerPixel returns what a decoder needs, with what it needs for a while.
func bytesPerPixel(config image.Config, data []byte) float64 {
	passes := 1.0
	switch {
	case bytes.HasPrefix(data, []byte("RIFF")):
		passes = 2 // the colors, and alpha or what they are made from
	case bytes.HasPrefix(data, []byte("\x89PNG")) && data[28] != 0:
		passes = 1.5 // interlaced: the last pass has half of the pixels
	}
	switch config.ColorModel {
	case color.GrayModel:
		return max(passes, jpegBytes(data))
	case color.Gray16Model:
		return 2 * passes
	case color.YCbCrModel:
		return max(3, jpegBytes(data))
	case color.RGBA64Model, color.NRGBA64Model:
		return 8 * passes
	case color.RGBAModel, color.NRGBAModel, color.NYCbCrAModel, color.CMYKModel:
		return 4*passes + jpegBytes(data)
	}
	return passes // a palette
}

// The markers of a JPEG that matter here.
const (
	baselineFrame    = 0xc0
	progressiveFrame = 0xc2
	firstRestart     = 0xd0
	lastRestart      = 0xd7
)

// jpegBytes returns the bytes a pixel that the colors of a JPEG need as they
// are stored, 0 for other pictures. A progressive one keeps all coefficients,
// of four bytes each, until its end. One whose frame is not found at once is
// taken for the worst.
func jpegBytes(data []byte) float64 {
	const worst = 4 * 5
	if !bytes.HasPrefix(data, []byte("\xff\xd8")) {
		return 0
	}
	for at := 2; at+10 <= len(data) && data[at] == 0xff; at += 2 + int(binary.BigEndian.Uint16(data[at+2:])) {
		marker := data[at+1]
		switch {
		case marker >= baselineFrame && marker <= progressiveFrame:
			return frameBytes(data[at+9:], marker == progressiveFrame)
		case marker < baselineFrame || marker >= firstRestart && marker <= lastRestart || marker == 0xff:
			return worst // the decoder goes on from here in another way
		}
	}
	return worst
}

// frameBytes reads the colors of a frame: their number, then for each an
// identifier, how often it was sampled, and a table.
func frameBytes(frame []byte, isProgressive bool) float64 {
	count := int(frame[0])
	sum, most := 0, 1
	for i := range min(count, (len(frame)-1)/3) {
		blocks := int(frame[3*i+2]>>4) * int(frame[3*i+2]&15)
		sum, most = sum+blocks, max(most, blocks)
	}
	if isProgressive {
		sum *= 5
	}
	return float64(sum) / float64(most)
}

// framePixels returns the most pixels of the frames in a WebP. The head of an
// extended one tells the canvas only, and the decoder believes the frame.
func framePixels(found *format, data []byte) int64 {
	most := int64(0)
	for at := 12; found.name == "WebP" && at+18 <= len(data); {
		body := data[at+8:]
		switch string(data[at : at+4]) {
		case "VP8 ":
			most = max(most, int64(binary.LittleEndian.Uint16(body[6:])&0x3fff)*int64(binary.LittleEndian.Uint16(body[8:])&0x3fff))
		case "VP8L":
			bits := binary.LittleEndian.Uint32(body[1:])
			most = max(most, int64(bits&0x3fff+1)*int64(bits>>14&0x3fff+1))
		}
		at += 8 + int(binary.LittleEndian.Uint32(data[at+4:])+1)&^1
	}
	return most
}

// reader ends with the context.
type reader struct {
	ctx context.Context
	*bytes.Reader
}

func (r *reader) Read(data []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(data[:min(len(data), 1<<16)])
}

// gray is a picture in luminances. The pixel x, y covers x to x+1, y to y+1.
type gray struct {
	width, height int
	pixels        []uint8
}

func newGray(width, height int) *gray {
	return &gray{width, height, make([]uint8, width*height)}
}

func (g *gray) row(y int) []uint8 { return g.pixels[y*g.width:][:g.width] }

// toGray takes the luminances of a picture, over white where it is
// transparent.
func toGray(ctx context.Context, picture image.Image) (*gray, error) {
	bounds := picture.Bounds()
	made := newGray(bounds.Dx(), bounds.Dy())
	for y := range made.height {
		if y%64 == 0 && ctx.Err() != nil {
			return nil, TimeUp.Wrap(ctx.Err(), "no time was left to decode the picture")
		}
		if err := grayRow(made.row(y), picture, bounds.Min.X, bounds.Min.Y+y); err != nil {
			return nil, err
		}
	}
	return made, nil
}

var errNoPixels = errors.New("a picture without colors")

func grayRow(row []uint8, picture image.Image, left, y int) error {
	switch known := picture.(type) {
	case *image.YCbCr:
		copy(row, known.Y[known.YOffset(left, y):])
	case *image.Gray:
		copy(row, known.Pix[known.PixOffset(left, y):])
	case image.RGBA64Image:
		for x := range row {
			shade := known.RGBA64At(left+x, y)
			luminance := (19595*uint32(shade.R) + 38470*uint32(shade.G) + 7471*uint32(shade.B)) >> 16
			row[x] = uint8(min(luminance+0xffff-uint32(shade.A), 0xffff) >> 8)
		}
	default:
		return Broken.Wrap(errNoPixels, "the picture cannot be decoded")
	}
	return nil
}

// at returns the luminance at a place, between the centers of pixels
// interpolated, outside of the picture that of its edge.
func (g *gray) at(p point) float64 {
	x := min(max(p.x-0.5, 0), float64(g.width-1))
	y := min(max(p.y-0.5, 0), float64(g.height-1))
	if math.IsNaN(x) || math.IsNaN(y) {
		return 0
	}
	left, top := int(x), int(y)
	right, below := min(left+1, g.width-1), min(top+1, g.height-1)
	dx, dy := x-float64(left), y-float64(top)
	upper := float64(g.pixels[top*g.width+left])*(1-dx) + float64(g.pixels[top*g.width+right])*dx
	lower := float64(g.pixels[below*g.width+left])*(1-dx) + float64(g.pixels[below*g.width+right])*dx
	return upper*(1-dy) + lower*dy
}

// shrunk returns the picture with each side divided, every pixel the mean of
// those it stands for.
func (g *gray) shrunk(by int) *gray {
	small := newGray(g.width/by, g.height/by)
	for y := range small.height {
		for x := range small.width {
			sum := 0
			for dy := range by {
				for _, pixel := range g.pixels[(y*by+dy)*g.width+x*by:][:by] {
					sum += int(pixel)
				}
			}
			small.pixels[y*small.width+x] = uint8(sum / (by * by))
		}
	}
	return small
}

// doubled returns the picture with twice the width and height.
func (g *gray) doubled() *gray {
	large := newGray(g.width*2, g.height*2)
	for y := range large.height {
		for x := range large.width {
			large.pixels[y*large.width+x] = uint8(g.at(point{(float64(x) + 0.5) / 2, (float64(y) + 0.5) / 2}) + 0.5)
		}
	}
	return large
}

// blurred returns the picture with every pixel the mean of the three by three
// around it.
func (g *gray) blurred() *gray {
	made := newGray(g.width, g.height)
	sums := make([]uint16, g.width+2) // of three pixels in a column; those of the edges twice
	for y := range g.height {
		above, row, below := g.row(max(y-1, 0)), g.row(y), g.row(min(y+1, g.height-1))
		for x := range row {
			sums[x+1] = uint16(above[x]) + uint16(row[x]) + uint16(below[x])
		}
		sums[0], sums[g.width+1] = sums[1], sums[g.width]
		blurred := made.row(y)
		for x := range blurred {
			blurred[x] = uint8((sums[x] + sums[x+1] + sums[x+2]) / 9)
		}
	}
	return made
}

// sharpened returns the picture with the differences to the blurred one, of a
// few pixels around, four times as large, and the noise of that blurred.
func (g *gray) sharpened() *gray {
	made := g.blurred().blurred().blurred().blurred()
	for i, mean := range made.pixels {
		made.pixels[i] = uint8(min(max(4*int(g.pixels[i])-3*int(mean), 0), 255))
	}
	return made.blurred()
}

func (g *gray) inverted() *gray {
	made := newGray(g.width, g.height)
	for i, pixel := range g.pixels {
		made.pixels[i] = 255 - pixel
	}
	return made
}
