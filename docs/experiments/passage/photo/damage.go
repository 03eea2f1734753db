package photo

import (
	"image"
	"math"
	"math/rand/v2"
)

// Damage is what happens to a code between the printer and the mail. Its
// lengths are shares of the longer side of the picture where no other unit
// is named.
type Damage struct {
	Turn       float64 // degrees
	Tilt       float64 // degrees, out of the plane, around a random axis
	Lens       float64 // how far the corners move
	Bend       float64 // height of the paper's bow
	Blur       float64 // standard deviation in pixels
	Light      float64 // the least light, 1 is even
	HasShadow  bool    // a soft edge somewhere
	Noise      float64 // standard deviation in levels of 255
	Quality    int     // of the JPEG
	IsInverted bool
}

// Mild is a photo taken with care.
func Mild(r *rand.Rand) Damage {
	return Damage{Turn: between(r, -4, 4), Tilt: between(r, 0, 6), Lens: between(r, -0.005, 0.005), Blur: between(r, 0.4, 0.7),
		Light: between(r, 0.75, 1), Noise: 3, Quality: 80}
}

// Moderate is a photo taken in a hurry.
func Moderate(r *rand.Rand) Damage {
	return Damage{Turn: between(r, -7, 7), Tilt: between(r, 6, 12), Lens: between(r, -0.02, 0.02), Bend: between(r, 0, 0.004),
		Blur: between(r, 0.7, 1.1), Light: between(r, 0.55, 0.8), HasShadow: r.Float64() < 0.4, Noise: 6, Quality: 60 + r.IntN(21)}
}

// Hard is a bad photo.
func Hard(r *rand.Rand) Damage {
	return Damage{Turn: between(r, -15, 15), Tilt: between(r, 11, 22), Lens: between(r, -0.04, 0.04), Bend: between(r, 0, 0.01),
		Blur: between(r, 1.2, 1.8), Light: between(r, 0.4, 0.6), HasShadow: r.Float64() < 0.6, Noise: 12, Quality: 30 + r.IntN(16)}
}

// Code takes a photo of a sheet with one code, which is so many pixels wide,
// in a square picture a third wider.
func (d Damage) Code(random *rand.Rand, sheet *Sheet, side int) *image.Gray {
	return d.shoot(random, sheet, side*4/3, side*4/3, CodeSide/float64(side))
}

// Page takes a photo of a whole page with so many pixels along the picture's
// longer side, of which the page takes nine tenths.
func (d Damage) Page(random *rand.Rand, sheet *Sheet, long int) *image.Gray {
	return d.shoot(random, sheet, long*3/4, long, PageSide/(0.9*float64(long)))
}

// shoot samples the plane of the paper through the lens, then adds what focus,
// light and sensor do.
func (d Damage) shoot(random *rand.Rand, sheet *Sheet, width, height int, millimetres float64) *image.Gray {
	values := sampleSheet(sheet, d.view(random), width, height, millimetres)
	values = gauss(gauss(values, width, d.Blur), height, d.Blur)
	shine := d.shine(random)
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for i, value := range values {
		x, y := i%width, i/width
		light := shine(float64(x)/float64(width)-0.5, float64(y)/float64(height)-0.5)
		shade := float64(value)*light + random.NormFloat64()*d.Noise
		if d.IsInverted {
			shade = 255 - shade
		}
		picture.Pix[i] = level(shade)
	}
	return picture
}

// stretch is over how many pixels the view is taken for straight.
const stretch = 16

// sampleSheet takes four dots of the sheet a pixel.
func sampleSheet(sheet *Sheet, view func(x, y float64) (float64, float64), width, height int, millimetres float64) []float32 {
	values := make([]float32, width*height)
	long := float64(max(width, height))
	place := func(x, y float64) (float64, float64) {
		u, v := view((x-float64(width)/2)/long, (y-float64(height)/2)/long)
		return u * long * millimetres, v * long * millimetres
	}
	for half := range 2 * height {
		y := float64(half)/2 + 0.25
		row := values[half/2*width:][:width]
		for left := 0; left < width; left += stretch {
			u, v := place(float64(left), y)
			endU, endV := place(float64(left+stretch), y)
			du, dv := (endU-u)/(2*stretch), (endV-v)/(2*stretch)
			for k := range min(2*stretch, 2*(width-left)) {
				at := float64(k) + 0.5
				row[left+k/2] += float32(sheet.at(u+du*at, v+dv*at)) / 4
			}
		}
	}
	return values
}

// view maps a place in the picture to one on the paper, both from the middle.
func (d Damage) view(random *rand.Rand) func(x, y float64) (float64, float64) {
	axis, along := random.Float64()*2*math.Pi, random.Float64()*2*math.Pi
	const far = 2.2 // of the camera
	turnY, turnX := math.Sincos(d.Turn * math.Pi / 180)
	tiltY, tiltX := math.Sincos(d.Tilt * math.Pi / 180)
	axisY, axisX := math.Sincos(axis)
	alongY, alongX := math.Sincos(along)
	return func(x, y float64) (float64, float64) {
		bulge := 1 + d.Lens*(x*x+y*y)*2
		x, y = x*bulge, y*bulge
		x, y = x*turnX-y*turnY, x*turnY+y*turnX
		across, down := x*axisX+y*axisY, -x*axisY+y*axisX
		depth := far / (far*tiltX - across*tiltY)
		across, down = across*depth, down*depth*tiltX
		x, y = across*axisX-down*axisY, across*axisY+down*axisX
		bow := d.Bend * math.Cos(math.Pi*(x*alongX+y*alongY))
		return x + bow*alongY, y + bow*alongX
	}
}

// shine returns the light at a place: brighter to one side, with a shadow or
// without.
func (d Damage) shine(random *rand.Rand) func(x, y float64) float64 {
	bright, shadow := random.Float64()*2*math.Pi, between(random, -0.3, 0.3)
	toY, toX := math.Sincos(bright)
	return func(x, y float64) float64 {
		light := 1 - (1-d.Light)*(0.5+(x*toX+y*toY)/1.42)
		if d.HasShadow {
			light *= 1 - 0.3*(1-d.Light)/(1+math.Exp((x+y/2-shadow)*60))
		}
		return light
	}
}

// gauss blurs along rows and returns the picture with rows and columns
// exchanged: twice, it blurs the picture.
func gauss(values []float32, width int, deviation float64) []float32 {
	reach := int(3*deviation) + 1
	var weights []float32
	sum := 0.0
	for i := -reach; i <= reach; i++ {
		weight := math.Exp(-float64(i*i) / (2*deviation*deviation + 1e-9))
		weights, sum = append(weights, float32(weight)), sum+weight
	}
	for i := range weights {
		weights[i] /= float32(sum)
	}
	height := len(values) / width
	made, padded := make([]float32, len(values)), make([]float32, width+2*reach)
	for y := range height {
		row := values[y*width:][:width]
		copy(padded[reach:], row)
		for i := range reach {
			padded[i], padded[reach+width+i] = row[0], row[width-1]
		}
		for x := range width {
			total := float32(0)
			for k, weight := range weights {
				total += weight * padded[x+k]
			}
			made[x*height+y] = total
		}
	}
	return made
}
