package photo

import (
	"image"
	"math"
	"math/rand/v2"
)

// Camera is where a camera stands before a sheet, and what it is. Lengths are
// in pixels of the photo where no other unit is named.
type Camera struct {
	Yaw, Pitch, Roll float64 // degrees: to the side, up or down, around its own axis
	Field            float64 // degrees that the shorter side of the picture sees
	Radial           [2]float64
	Curve            float64 // the angle in degrees by which the sheet's edges bend, around an axis in it
	CurveAxis        float64 // degrees; 0: upright, as a page in a folder
	Focus            float64 // radius of the disk that a point becomes
	Motion           float64 // length of the line that a point becomes
	Heading          float64 // degrees: of that line
	Lamp             float64 // its distance from the sheet, in widths of the sheet; it stands at a random side
	Electrons        float64 // that a photosite holds when it is full: their square root is the noise
	Quality          int     // of the JPEG
}

// Handheld is a telephone in a hand before a sheet that has been folded.
func Handheld(r *rand.Rand) Camera {
	return Camera{
		Yaw: between(r, -14, 14), Pitch: between(r, -14, 14), Roll: between(r, -12, 12), Field: between(r, 40, 62),
		Radial: [2]float64{between(r, -0.04, 0.04), between(r, -0.02, 0.02)}, Curve: between(r, 0, 10), CurveAxis: between(r, 0, 180),
		Focus: between(r, 0.6, 1.2), Motion: between(r, 0, 2.5), Heading: between(r, 0, 180), Lamp: between(r, 0.8, 3),
		Electrons: between(r, 800, 6000), Quality: 50 + r.IntN(36),
	}
}

// Code takes a photo of a sheet with one code, about so many pixels wide, in
// a square picture.
func (c Camera) Code(random *rand.Rand, sheet *Sheet, side int) *image.RGBA {
	return c.shoot(random, sheet, side*8/5, side*8/5, CodeSide*8/5)
}

// Page takes a photo of a whole page, so many pixels along the longer side of
// the picture.
func (c Camera) Page(random *rand.Rand, sheet *Sheet, long int) *image.RGBA {
	return c.shoot(random, sheet, long*3/4, long, PageSide*0.85)
}

// shoot exposes the photosites, each behind its color filter, and takes the
// missing colors from their neighbours. The shorter side of the picture sees
// so many millimetres of the sheet.
func (c Camera) shoot(random *rand.Rand, sheet *Sheet, width, height int, sees float64) *image.RGBA {
	trace := c.pinhole(width, height, sees)
	kernel := c.kernel(random)
	lamp := c.lamp(random, sees)
	full := c.Electrons
	tint := [3]float64{between(random, 0.8, 1), 0.95, between(random, 0.6, 1)} // of the lamp
	mosaic := make([]float64, width*height)
	for y := range height {
		for left := 0; left < width; left += stretch {
			here := newPatch(trace, float64(left)+0.5, float64(y)+0.5)
			for x := left; x < min(left+stretch, width); x++ {
				channel := filter(x, y)
				light := 0.0
				for _, off := range kernel {
					u, v := here.at(float64(x-left)+off.x, off.y)
					light += sheet.shines(channel, u, v)
				}
				u, v := here.at(float64(x-left), 0)
				electrons := full * light / float64(len(kernel)) * lamp(u, v) * tint[channel]
				electrons += math.Sqrt(electrons)*random.NormFloat64() + 6*random.NormFloat64() // of the light, and of reading it
				mosaic[y*width+x] = min(max(electrons/full, 0), 1) / tint[channel]
			}
		}
	}
	return develop(mosaic, width, height)
}

// patch is where a few neighbouring pixels see the sheet: so near to each
// other, the picture is a plane's.
type patch struct{ u, v, ux, vx, uy, vy float64 }

func newPatch(trace func(x, y float64) (float64, float64), x, y float64) patch {
	u, v := trace(x, y)
	right, rightDown := trace(x+stretch, y)
	below, belowDown := trace(x, y+1)
	return patch{u, v, (right - u) / stretch, (rightDown - v) / stretch, below - u, belowDown - v}
}

func (p *patch) at(dx, dy float64) (u, v float64) {
	return p.u + dx*p.ux + dy*p.uy, p.v + dx*p.vx + dy*p.vy
}

// filter is the color of a photosite: red, green and blue as Bayer set them.
func filter(x, y int) int { return x%2 + y%2 }

// shines returns the light of one color from a place, between dots
// interpolated; linear, not as the eye sees it. A screen's dots have stripes
// of each color, and a dark gap.
func (s *Sheet) shines(channel int, x, y float64) float64 {
	if s.isScreen {
		stripe := x/s.perDot - math.Floor(x/s.perDot)
		line := y/s.perDot - math.Floor(y/s.perDot)
		if int(stripe*3) != channel || line > 0.85 {
			return linear[0]
		}
		return min(2.4*linear[s.at(x, y)], 1)
	}
	x, y = x/s.perDot+float64(s.width)/2-0.5, y/s.perDot+float64(s.height)/2-0.5
	if x < 0 || y < 0 || x >= float64(s.width-1) || y >= float64(s.height-1) {
		return linear[s.around]
	}
	left, top := int(x), int(y)
	dx, dy := x-float64(left), y-float64(top)
	dots := s.dots[top*s.width+left:][:s.width+2]
	return (linear[dots[0]]*(1-dx)+linear[dots[1]]*dx)*(1-dy) + (linear[dots[s.width]]*(1-dx)+linear[dots[s.width+1]]*dx)*dy
}

// linear is the light of a level as the eye sees it, with the exponent 2.2.
var linear = func() (table [256]float64) {
	for i := range table {
		table[i] = 0.01 + 0.99*math.Pow(float64(i)/255, 2.2)
	}
	return table
}()

// vector is a place or a direction in space: x to the right, y down, z away
// from the camera that looks straight at the sheet.
type vector struct{ x, y, z float64 }

func (v vector) turned(degrees float64, from, to func(*vector) *float64) vector {
	sine, cosine := math.Sincos(degrees * math.Pi / 180)
	a, b := *from(&v), *to(&v)
	*from(&v), *to(&v) = a*cosine-b*sine, a*sine+b*cosine
	return v
}

func axisX(v *vector) *float64 { return &v.x }
func axisY(v *vector) *float64 { return &v.y }
func axisZ(v *vector) *float64 { return &v.z }

// pinhole returns where on the sheet the ray of a pixel ends. The sheet is
// part of a cylinder that touches the plane z = 0 in its middle and bends
// away from the camera, which looks at that middle.
func (c Camera) pinhole(width, height int, sees float64) func(x, y float64) (u, v float64) {
	focal := float64(min(width, height)) / 2 / math.Tan(c.Field/2*math.Pi/180)
	distance := focal * sees / float64(min(width, height))
	turn := func(v vector) vector {
		return v.turned(c.Roll, axisX, axisY).turned(c.Pitch, axisY, axisZ).turned(c.Yaw, axisX, axisZ).turned(c.CurveAxis, axisX, axisY)
	}
	eye := turn(vector{0, 0, -distance})
	radius := sees / 2 / (c.Curve*math.Pi/180 + 1e-4)
	half := float64(max(width, height)) / 2
	return func(x, y float64) (float64, float64) {
		x, y = x-float64(width)/2, y-float64(height)/2
		square := (x*x + y*y) / (half * half)
		bulge := 1 + c.Radial[0]*square + c.Radial[1]*square*square
		ray := turn(vector{x * bulge, y * bulge, focal})
		across, down := onCylinder(eye, ray, radius)
		back := vector{across, down, 0}.turned(-c.CurveAxis, axisX, axisY)
		return back.x, back.y
	}
}

// onCylinder returns where a ray meets a cylinder whose axis is parallel to y
// at z = radius, along its circumference and along its axis. A ray that passes
// it by ends far from the sheet.
func onCylinder(eye, ray vector, radius float64) (across, down float64) {
	a := ray.x*ray.x + ray.z*ray.z
	b := eye.x*ray.x + (eye.z-radius)*ray.z
	c := eye.x*eye.x + (eye.z-radius)*(eye.z-radius) - radius*radius
	root := b*b - a*c
	if root < 0 {
		return 1e6, 1e6
	}
	along := (-b - math.Sqrt(root)) / a
	x, z := eye.x+along*ray.x, eye.z+along*ray.z
	return radius * math.Atan2(x, radius-z), eye.y + along*ray.y
}

type offset struct{ x, y float64 }

// kernel are the places around a pixel's center that light reaches it from: a
// disk, drawn along a line, and the width of the photosite.
func (c Camera) kernel(random *rand.Rand) []offset {
	toY, toX := math.Sincos(c.Heading * math.Pi / 180)
	const samples = 14
	var list []offset
	for i := range samples {
		// Vogel's spiral covers a disk evenly.
		angle, far := float64(i)*2.399963, math.Sqrt((float64(i)+0.5)/samples)*c.Focus
		along := (float64(i*5%samples)+random.Float64())/samples - 0.5
		list = append(list, offset{
			far*math.Cos(angle) + along*c.Motion*toX + between(random, -0.5, 0.5),
			far*math.Sin(angle) + along*c.Motion*toY + between(random, -0.5, 0.5),
		})
	}
	return list
}

// lamp returns how much light of a lamp beside the sheet a place gets, with
// a rest from all around.
func (c Camera) lamp(random *rand.Rand, sees float64) func(x, y float64) float64 {
	toY, toX := math.Sincos(random.Float64() * 2 * math.Pi)
	aside, high := between(random, 0.2, 0.8)*sees, c.Lamp*sees
	return func(x, y float64) float64 {
		dx, dy := x-toX*aside, y-toY*aside
		near := high * high / (dx*dx + dy*dy + high*high)
		return 0.15 + 0.75*near*math.Sqrt(near) // the square of the distance, and the angle
	}
}

// seen is linear the other way round.
var seen = func() (table [4096]uint8) {
	for i := range table {
		table[i] = level(255 * math.Pow(float64(i)/float64(len(table)-1), 1/2.2))
	}
	return table
}()

// develop takes the two missing colors of each pixel from the photosites
// around it, and writes levels as the eye sees them.
func develop(mosaic []float64, width, height int) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			var sum, count [3]float64
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					column, row := min(max(x+dx, 0), width-1), min(max(y+dy, 0), height-1)
					weight := float64((2 - dx*dx) * (2 - dy*dy))
					channel := filter(column, row)
					if channel == filter(x, y) && (dx != 0 || dy != 0) {
						continue // its own color is known
					}
					sum[channel] += weight * mosaic[row*width+column]
					count[channel] += weight
				}
			}
			pixel := picture.Pix[picture.PixOffset(x, y):][:4]
			for i := range sum {
				pixel[i] = seen[int(min(sum[i]/count[i], 1)*float64(len(seen)-1))]
			}
			pixel[3] = 255
		}
	}
	return picture
}
