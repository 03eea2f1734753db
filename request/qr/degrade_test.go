package qr_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/futura/airlicense/request/qr"
)

// damage is what happens to a code between the printer and the mail: the
// model behind the rates that these tests log. Lengths are shares of the side
// of the picture.
type damage struct {
	turn       float64 // degrees
	tilt       float64 // degrees, out of the plane, around a random axis
	lens       float64 // how far the corners move
	bend       float64 // height of the paper's bow
	side       int     // of the code in the picture, in pixels
	blur       float64 // standard deviation in pixels
	light      float64 // the least light, 1 is even
	noise      float64 // standard deviation in levels
	quality    int     // of the JPEG
	isInverted bool
}

// levels are as photos are taken: with care, in a hurry, badly.
var levels = map[string]func(*rand.Rand) damage{
	"mild": func(r *rand.Rand) damage {
		return damage{turn: between(r, -4, 4), tilt: between(r, 0, 6), lens: between(r, -0.005, 0.005), blur: between(r, 0.4, 0.7),
			light: between(r, 0.75, 1), noise: 3, quality: 80}
	},
	"moderate": func(r *rand.Rand) damage {
		return damage{turn: between(r, -7, 7), tilt: between(r, 6, 12), lens: between(r, -0.02, 0.02), bend: between(r, 0, 0.004), blur: between(r, 0.7, 1.1),
			light: between(r, 0.55, 0.8), noise: 6, quality: 60 + r.IntN(20)}
	},
	"hard": func(r *rand.Rand) damage {
		return damage{turn: between(r, -15, 15), tilt: between(r, 11, 22), lens: between(r, -0.04, 0.04), bend: between(r, 0, 0.01), blur: between(r, 1.2, 1.8),
			light: between(r, 0.4, 0.6), noise: 12, quality: 30 + r.IntN(15)}
	},
}

func between(r *rand.Rand, least, most float64) float64 { return least + r.Float64()*(most-least) }

// photo takes a picture of a code.
func photo(t testing.TB, random *rand.Rand, code *qr.Code, d damage) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, shoot(random, alone(code), d), &jpeg.Options{Quality: d.quality}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// shoot samples the plane of the paper through the camera, then adds what
// lens, sensor and light do.
func shoot(random *rand.Rand, paper surface, d damage) *image.Gray {
	side := d.side * 4 / 3
	look := camera(random, d)
	values := make([]float64, side*side)
	for y := range side {
		for x := range side {
			sum := 0.0
			for sub := range 4 {
				u, v := look((float64(x)+float64(sub%2)/2+0.25)/float64(side)-0.5, (float64(y)+float64(sub/2)/2+0.25)/float64(side)-0.5)
				sum += paper(u*4/3+0.5, v*4/3+0.5)
			}
			values[y*side+x] = sum / 4
		}
	}
	values = gauss(values, side, d.blur)
	bright, shadow := random.Float64()*2*math.Pi, between(random, -0.3, 0.3)
	hasShadow := random.Float64() < 0.4
	picture := image.NewGray(image.Rect(0, 0, side, side))
	for i, value := range values {
		x, y := float64(i%side)/float64(side)-0.5, float64(i/side)/float64(side)-0.5
		light := 1 - (1-d.light)*(0.5+(x*math.Cos(bright)+y*math.Sin(bright))/1.42)
		if hasShadow {
			light *= 1 - 0.3*(1-d.light)/(1+math.Exp((x+y/2-shadow)*60))
		}
		level := value*light + random.NormFloat64()*d.noise
		if d.isInverted {
			level = 255 - level
		}
		picture.SetGray(i%side, i/side, color.Gray{Y: uint8(min(max(level, 0), 255))})
	}
	return picture
}

// camera maps a place in the picture to one on the paper, both from the
// middle.
func camera(random *rand.Rand, d damage) func(x, y float64) (float64, float64) {
	turn, tilt, axis := d.turn*math.Pi/180, d.tilt*math.Pi/180, random.Float64()*2*math.Pi
	along := random.Float64() * 2 * math.Pi
	const far = 2.2 // of the camera, in sides
	turnX, turnY, axisX, axisY := math.Cos(turn), math.Sin(turn), math.Cos(axis), math.Sin(axis)
	tiltX, tiltY, alongX, alongY := math.Cos(tilt), math.Sin(tilt), math.Cos(along), math.Sin(along)
	return func(x, y float64) (float64, float64) {
		bulge := 1 + d.lens*(x*x+y*y)*2
		x, y = x*bulge, y*bulge
		x, y = x*turnX-y*turnY, x*turnY+y*turnX
		across, down := x*axisX+y*axisY, -x*axisY+y*axisX
		depth := far / (far*tiltX - across*tiltY)
		across, down = across*depth, down*depth*tiltX
		x, y = across*axisX-down*axisY, across*axisY+down*axisX
		bow := d.bend * math.Cos(math.Pi*(x*alongX+y*alongY))
		return x + bow*alongY, y + bow*alongX
	}
}

// surface is the light that a place on the sheet gives back.
type surface func(u, v float64) float64

// alone is a sheet with a code from 0 to 1, and lines of text around it.
func alone(code *qr.Code) surface {
	size := float64(code.Size())
	return func(u, v float64) float64 {
		if x, y := u*(size-8)+4, v*(size-8)+4; x >= 0 && y >= 0 && x < size && y < size {
			return ink(code.Dark(int(x), int(y)))
		}
		line := math.Mod(v*40+100, 1) < 0.45
		word := math.Mod(u*97+math.Floor(v*40+100)*31, 7) < 5
		return ink(line && word && math.Mod(u*400+1000, 1) < 0.6)
	}
}

// page is a sheet of A4 from 0 to 1, as high as wide, with codes of 85 mm in
// two columns.
func page(codes []*qr.Code) surface {
	return func(u, v float64) float64 {
		x, y := (u-0.5)*297+105, v*297 // in millimetres
		for i, code := range codes {
			left, top := 15+float64(i%2)*95, 60+float64(i/2)*100
			column, row := (x-left)/85*float64(code.Size()), (y-top)/85*float64(code.Size())
			if column >= 0 && row >= 0 && column < float64(code.Size()) && row < float64(code.Size()) {
				return ink(code.Dark(int(column), int(row)))
			}
		}
		text := x > 15 && x < 195 && y > 15 && y < 50 && math.Mod(y, 5) < 2.2 && math.Mod(x*1.3+math.Floor(y/5)*3, 9) < 7 && math.Mod(x, 2) < 1.2
		return ink(text || x < 0 || x > 210) // on a dark table
	}
}

func ink(isDark bool) float64 {
	if isDark {
		return 25
	}
	return 235
}

func gauss(values []float64, side int, deviation float64) []float64 {
	reach := int(3*deviation) + 1
	var weights []float64
	sum := 0.0
	for i := -reach; i <= reach; i++ {
		weights = append(weights, math.Exp(-float64(i*i)/(2*deviation*deviation+1e-9)))
		sum += weights[i+reach]
	}
	for range 2 { // along rows, then, turned, along columns
		made := make([]float64, len(values))
		for i := range values {
			row, at := values[i/side*side:][:side], i%side
			total := 0.0
			for k, weight := range weights {
				total += weight * row[min(max(at+k-reach, 0), side-1)]
			}
			made[at*side+i/side] = total / sum
		}
		values = made
	}
	return values
}
