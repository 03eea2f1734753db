package qr

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// budget bounds the work on a picture, in pixels and samples: what a picture
// of 50 megapixels needs, and what one full of false finder patterns must not
// exceed.
const budget = 1_200_000_000

// Read returns the texts of the codes in a picture, each once, in the order
// in which they were found. After each pass that found more, enough is asked
// whether these texts are all that was hoped for; nil never is. The error is
// nil when there is a text.
func Read(ctx context.Context, picture []byte, enough func(texts []string) bool) ([]string, error) {
	opened, err := open(ctx, picture)
	if err != nil {
		return nil, err
	}
	work := &reading{ctx: ctx, left: budget}
	for _, pass := range passes(opened) {
		if work.isOver() {
			break
		}
		before := len(work.texts)
		work.run(pass)
		work.full = len(work.texts) > before && enough != nil && enough(slices.Clone(work.texts))
	}
	switch {
	case len(work.texts) > 0:
		return work.texts, nil
	case work.left <= 0 || ctx.Err() != nil:
		return nil, TimeUp.Wrap(ctx.Err(), "no code could be read in the time there was")
	}
	return nil, NoCode.New("no code could be read in the picture")
}

// pass is one rendition of the picture.
type pass struct {
	picture func() *gray
	scale   float64 // of its sides to those of the picture
	window  int     // the shorter side by the radius of the thresholds
}

// comfortable is the number of pixels in which the codes of a whole page can
// be read.
const comfortable = 3_000_000

// small is the number of pixels up to which modules may be two pixels wide.
const small = 2_000_000

// passes are ordered by what they cost.
func passes(original *gray) []pass {
	pixels := float64(len(original.pixels))
	by := max(1, int(math.Ceil(math.Sqrt(pixels/comfortable))))
	base := original
	if by > 1 {
		base = original.shrunk(by)
	}
	scale := 1 / float64(by)
	list := []pass{
		{func() *gray { return base }, scale, 18},
		{base.blurred, scale, 5},
		{base.inverted, scale, 18},
		{func() *gray { return base.shrunk(2) }, scale / 2, 18},
	}
	switch {
	case by > 1:
		list = append(list, pass{func() *gray { return original }, 1, 18}, pass{original.sharpened, 1, 10})
	case len(base.pixels) <= small:
		list = append(list,
			pass{base.doubled, 2, 18},
			pass{func() *gray { return base.sharpened().doubled() }, 2, 10},
			pass{func() *gray { return base.doubled().blurred().inverted() }, 2, 18})
	}
	return append(list, pass{func() *gray { return base.shrunk(3) }, scale / 3, 8})
}

// reading is the work on one picture.
type reading struct {
	ctx   context.Context
	left  int // of the budget
	texts []string
	done  []outline // of the codes that were read
	full  bool      // there is enough
	bowed int       // triples of this pass whose edges were tried as bows
}

func (r *reading) isOver() bool { return r.full || r.left <= 0 || r.ctx.Err() != nil }

// run looks for codes in one rendition.
func (r *reading) run(p pass) {
	picture := p.picture()
	if picture.width < 21 || picture.height < 21 {
		return
	}
	r.left -= 8 * len(picture.pixels)
	r.bowed = 0
	radius := max(min(picture.width, picture.height)/p.window, 8)
	found := slices.DeleteFunc(binarize(picture, radius).finders(), func(one finder) bool { return r.isDone(one.point.times(1 / p.scale)) })
	for _, candidate := range triples(found) {
		if r.isOver() {
			return
		}
		if r.isDone(candidate.corner.times(1/p.scale)) || r.isDone(candidate.right.times(1/p.scale)) || r.isDone(candidate.below.times(1/p.scale)) {
			continue
		}
		text, where, ok := r.try(picture, candidate)
		if !ok {
			continue
		}
		r.done = append(r.done, where.times(1/p.scale))
		if !slices.Contains(r.texts, text) {
			r.texts = append(r.texts, text)
		}
	}
}

// leastTiming is the share of right modules in the timing patterns from which
// on a code is sampled. Bent paper has few right ones at first.
const leastTiming = 0.62

// Edges are tried as bows where the timing patterns are worse than straight,
// on so many triples of a pass.
const (
	straight  = 0.8
	leastBow  = 0.75
	mostBowed = 40
)

// try reads the code of three finder patterns, in the sizes that it may have,
// the likely ones first.
func (r *reading) try(picture *gray, candidate triple) (string, outline, bool) {
	found := picture.newFrame(candidate)
	options := r.options(picture, &found, (*gray).timing, leastTiming)
	if (len(options) == 0 || options[0].timing < straight) && r.bowed < mostBowed {
		r.bowed++
		r.left -= 1500 * int(found.dimension)
		options = append(r.options(picture, &found, (*gray).bowed, leastBow), options...)
	}
	for i, chosen := range options {
		if i == 4 || r.isOver() {
			break
		}
		r.left -= 12*chosen.dimension*chosen.dimension + 100_000
		bent := picture.align(chosen.mesh, &found)
		if text, ok := picture.sample(bent).text(); ok {
			return text, bent.outline(), true
		}
	}
	return "", outline{}, false
}

// option is a size that a code may have.
type option struct {
	*mesh
	timing float64
}

// options are the sizes with a good timing, the best first.
func (r *reading) options(picture *gray, found *frame, timing func(*gray, *mesh) float64, least float64) []option {
	var options []option
	nearest := (int(math.Round(found.dimension))-17+2)/4*4 + 17
	for size := max(nearest-12, 21); size <= min(nearest+12, 177); size += 4 {
		r.left -= 6 * size
		if flat, ok := found.homography(size); ok {
			made := &mesh{homography: flat, dimension: size}
			if good := timing(picture, made); good >= least {
				options = append(options, option{made, good})
			}
		}
	}
	slices.SortStableFunc(options, func(a, b option) int { return cmp.Compare(b.timing, a.timing) })
	return options
}

// outline are the corners of a code.
type outline [4]point

func (m *mesh) outline() outline {
	end := float64(m.dimension)
	return outline{m.at(point{0, 0}), m.at(point{end, 0}), m.at(point{end, end}), m.at(point{0, end})}
}

func (o outline) times(factor float64) outline {
	for i := range o {
		o[i] = o[i].times(factor)
	}
	return o
}

// isDone reports whether a place is in a code that was read.
func (r *reading) isDone(p point) bool {
	return slices.ContainsFunc(r.done, func(o outline) bool {
		for i, corner := range o {
			if o[(i+1)%4].minus(corner).cross(p.minus(corner)) < 0 {
				return false
			}
		}
		return true
	})
}
