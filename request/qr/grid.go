package qr

import (
	"math"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// measured is a finder pattern of a triple, with its modules measured along
// both edges of the code.
type measured struct {
	point
	across, down float64
}

// measure finds center and modules in luminances, finer than pixels. The
// directions are of length 1.
func (g *gray) measure(pattern finder, across, down point) measured {
	made := measured{pattern.point, pattern.module, pattern.module}
	for range 2 {
		if middle, module, ok := g.width7(made.point, across, pattern.module); ok {
			made.point, made.across = made.plus(across.times(middle)), module
		}
		if middle, module, ok := g.width7(made.point, down, pattern.module); ok {
			made.point, made.down = made.plus(down.times(middle)), module
		}
	}
	return made
}

// width7 measures the seven modules of a finder pattern along a line through
// its center.
func (g *gray) width7(center, direction point, module float64) (middle, size float64, ok bool) {
	ahead, okAhead := g.edge(center, direction, module)
	back, okBack := g.edge(center, direction.times(-1), module)
	size = (ahead + back) / 7
	if !okAhead || !okBack || size > 1.8*module || module > 1.8*size || math.Abs(ahead-back) > 3*module {
		return 0, 0, false
	}
	return (ahead - back) / 2, size, true
}

// edge returns how far the outer edge of a finder pattern is from its center:
// the third change between dark and light.
func (g *gray) edge(center, direction point, module float64) (float64, bool) {
	step := module / 8
	var profile [56]float64 // seven modules
	darkest, lightest := 255.0, 0.0
	for i := range profile {
		profile[i] = g.at(center.plus(direction.times(float64(i) * step)))
		if i < 40 {
			darkest, lightest = min(darkest, profile[i]), max(lightest, profile[i])
		}
	}
	threshold, changes := (darkest+lightest)/2, 0
	for i := 1; i < len(profile); i++ {
		before, after := profile[i-1], profile[i]
		if (before < threshold) == (after < threshold) {
			continue
		}
		if changes++; changes == 3 {
			return (float64(i-1) + (threshold-before)/(after-before)) * step, true
		}
	}
	return 0, false
}

// frame is what three finder patterns tell of a code: the homography but for
// its size.
type frame struct {
	corner, right, below measured
	dimension            float64 // as measured; the true ones are 21, 25, … 177
	contrast             float64 // between light and dark
}

func (g *gray) newFrame(t triple) frame {
	across := t.right.minus(t.corner.point)
	down := t.below.minus(t.corner.point)
	across, down = across.times(1/across.length()), down.times(1/down.length())
	f := frame{corner: g.measure(t.corner, across, down), right: g.measure(t.right, across, down), below: g.measure(t.below, across, down)}
	// Along a line in perspective, the product of the widths at both ends is
	// the square of the mean width.
	wide := f.right.distance(f.corner.point) / math.Sqrt(f.corner.across*f.right.across)
	high := f.below.distance(f.corner.point) / math.Sqrt(f.corner.down*f.below.down)
	f.dimension = (wide+high)/2 + 7
	f.contrast = g.at(f.corner.plus(across.times(2*f.corner.across))) - g.at(f.corner.point)
	return f
}

// homography completes the frame for one size. The origin is the upper left
// corner of the code, one unit is a module.
func (f *frame) homography(dimension int) (homography, bool) {
	length := float64(dimension - 7)
	a, b := f.right.minus(f.corner.point), f.below.minus(f.corner.point)
	// The widths at both ends of an edge are as the squares of the depths.
	g := (shrink(f.corner.across, f.right.across) - 1) / length
	h := (shrink(f.corner.down, f.below.down) - 1) / length
	depth := 1 + g*length + h*length
	if depth < 0.3 {
		return homography{}, false
	}
	far := f.corner.plus(a.times((1 + g*length) / depth)).plus(b.times((1 + h*length) / depth))
	near, end := 3.5, float64(dimension)-3.5
	return fit([]point{{near, near}, {end, near}, {near, end}, {end, end}}, []point{f.corner.point, f.right.point, f.below.point, far}, float64(dimension))
}

// shrink returns the depth at the end of an edge. What is more than any photo
// shows is a wrong measure.
func shrink(here, there float64) float64 {
	return min(max(math.Sqrt(here/there), 0.7), 1.4)
}

// mesh maps modules to pixels: a homography, the bows of two edges, and at the
// alignment patterns how far they are from where these put them.
type mesh struct {
	homography
	dimension int
	bows      [2]point  // in the middle of the upper and of the left edge, in pixels
	places    []float64 // of the rows and columns of alignment patterns
	bent      [][]point // by row and column of places
}

// apply returns the pixel of a place, without the alignment patterns.
func (m *mesh) apply(p point) point { return m.homography.apply(p).plus(m.bow(p)) }

// bow returns how far a place is off because the edges are bows: parabolas
// through the centers of the finder patterns.
func (m *mesh) bow(p point) point {
	length := float64(m.dimension - 7)
	u, v := (p.x-3.5)/length, (p.y-3.5)/length
	return m.bows[0].times(4 * u * (1 - u)).plus(m.bows[1].times(4 * v * (1 - v)))
}

// at returns the pixel of a place in the code.
func (m *mesh) at(p point) point {
	flat := m.apply(p)
	if len(m.bent) == 0 {
		return flat
	}
	column, u := m.cell(p.x)
	row, v := m.cell(p.y)
	upper := m.bent[row][column].times(1 - u).plus(m.bent[row][column+1].times(u))
	lower := m.bent[row+1][column].times(1 - u).plus(m.bent[row+1][column+1].times(u))
	return flat.plus(upper.times(1 - v)).plus(lower.times(v))
}

// cell returns the cell of the mesh that a coordinate is in, and where: below
// 0 and above 1 outside of the mesh.
func (m *mesh) cell(coordinate float64) (int, float64) {
	at := 0
	for at+2 < len(m.places) && coordinate > m.places[at+1] {
		at++
	}
	return at, (coordinate - m.places[at]) / (m.places[at+1] - m.places[at])
}

// timing returns the share of the modules in the two timing patterns that
// differ from their neighbours as they should: about a half where there is
// no code of this size, 1 where there is one.
func (g *gray) timing(m *mesh) float64 { return (g.edgeTiming(m, 0) + g.edgeTiming(m, 1)) / 2 }

// edgeTiming is that of the upper edge, 0, or of the left one, 1.
func (g *gray) edgeTiming(m *mesh, edge int) float64 {
	right := 0
	var values [3]float64 // the last ones
	for i := 7; i < m.dimension-7; i++ {
		place := point{float64(i) + 0.5, 6.5}
		if edge == 1 {
			place = point{6.5, float64(i) + 0.5}
		}
		values = [3]float64{values[1], values[2], g.at(m.apply(place))}
		isDark := values[1] < (values[0]+values[2])/2
		if i >= 9 && isDark == (i%2 == 1) { // that of index 7 is light
			right++
		}
	}
	return float64(right) / float64(m.dimension-16)
}

// How far an edge may be from straight in its middle, in steps: across the
// edge, and along it where the modules are not evenly wide.
const (
	mostAcross = 6
	mostAlong  = 4
	bowStep    = 0.75 // modules
)

// bowed looks for the bows of both edges by which the timing patterns are best,
// and returns how good they are.
func (g *gray) bowed(m *mesh) float64 {
	sum := 0.0
	for edge := range m.bows {
		middle := point{float64(m.dimension) / 2, 3.5}
		if edge == 1 {
			middle = point{3.5, float64(m.dimension) / 2}
		}
		here := m.homography.apply(middle)
		across := m.homography.apply(middle.plus(point{0, 1})).minus(here)
		along := m.homography.apply(middle.plus(point{1, 0})).minus(here)
		if edge == 1 {
			across, along = along, across
		}
		best, chosen := -1.0, point{}
		for a := -mostAcross; a <= mostAcross; a++ {
			for b := -mostAlong; b <= mostAlong; b++ {
				m.bows[edge] = across.times(float64(a) * bowStep).plus(along.times(float64(b) * bowStep))
				score := g.edgeTiming(m, edge) - 0.002*math.Abs(float64(a)) - 0.002*math.Abs(float64(b))
				if score > best {
					best, chosen = score, m.bows[edge]
				}
			}
		}
		m.bows[edge] = chosen
		sum += best
	}
	return sum / 2
}

// node is a known point of the mesh: where it is in the code, and how far it
// is from where the homography puts it.
type node struct{ place, off point }

// align bends a mesh to the alignment patterns.
func (g *gray) align(made *mesh, f *frame) *mesh {
	dimension := made.dimension
	version, err := decoder.Version_GetVersionForNumber((dimension - 17) / 4)
	if err != nil || dimension < 25 {
		return made // version 1 has none
	}
	for _, center := range version.GetAlignmentPatternCenters() {
		made.places = append(made.places, float64(center)+0.5)
	}
	last := made.places[len(made.places)-1]
	near, end := 3.5, float64(dimension)-3.5
	from, to := []point{{near, near}, {end, near}, {near, end}}, []point{f.corner.point, f.right.point, f.below.point}
	if off, ok := g.search(made, point{last, last}, point{}, 0.12*float64(dimension)*0.5+1.5, f.contrast); ok {
		place := point{last, last}
		if better, ok := fit(append(from, place), append(to, made.homography.apply(place).plus(off)), float64(dimension)); ok {
			made.homography = better
		}
	}
	if len(made.places) == 2 {
		return made
	}
	nodes := g.grow(made, f)
	made.refit(nodes)
	made.bend(nodes)
	return made
}

// refit takes the homography that is the nearest to all nodes, and tells from
// it how far they are off.
func (m *mesh) refit(nodes []node) {
	var from, to []point
	for _, known := range nodes {
		from, to = append(from, known.place), append(to, m.homography.apply(known.place).plus(known.off))
	}
	if better, ok := fit(from, to, float64(m.dimension)); ok && len(from) > 4 {
		m.homography = better
	}
	for i := range nodes {
		nodes[i].off = to[i].minus(m.homography.apply(nodes[i].place))
	}
}

// grow finds the alignment patterns, the next to the known ones first. The
// first three nodes are the finder patterns.
func (g *gray) grow(m *mesh, f *frame) []node {
	near, end := 3.5, float64(m.dimension)-3.5
	nodes := []node{{point{near, near}, f.corner.point}, {point{end, near}, f.right.point}, {point{near, end}, f.below.point}}
	for i := range nodes {
		nodes[i].off = nodes[i].off.minus(m.apply(nodes[i].place))
	}
	open := m.alignment()
	for len(open) > 0 {
		next, best := 0, math.Inf(1)
		for i, place := range open {
			for _, known := range nodes {
				if distance := known.place.distance(place); distance < best {
					next, best = i, distance
				}
			}
		}
		place := open[next]
		open = append(open[:next], open[next+1:]...)
		if off, ok := g.search(m, place, guess(nodes, place), 2, f.contrast); ok {
			nodes = append(nodes, node{place, off})
		}
	}
	return nodes
}

// alignment returns the centers of the alignment patterns.
func (m *mesh) alignment() []point {
	var list []point
	last := len(m.places) - 1
	for row, y := range m.places {
		for column, x := range m.places {
			if (row == 0 || row == last) && column == 0 || row == 0 && column == last {
				continue // a finder pattern is there
			}
			list = append(list, point{x, y})
		}
	}
	return list
}

// guess returns how far a place is off, by its known neighbours.
func guess(nodes []node, place point) point {
	var sum point
	weights := 0.0
	for _, known := range nodes {
		distance := known.place.distance(place) + 0.1
		weight := 1 / (distance * distance * distance)
		sum, weights = sum.plus(known.off.times(weight)), weights+weight
	}
	return sum.times(1 / weights)
}

// bend sets the mesh by the nodes, and by their neighbours where an alignment
// pattern was not found.
func (m *mesh) bend(nodes []node) {
	last := len(m.places) - 1
	for row, y := range m.places {
		m.bent = append(m.bent, make([]point, len(m.places)))
		for column, x := range m.places {
			place := point{x, y}
			switch { // the centers of finder patterns are near enough
			case row == 0 && column == 0:
				place = nodes[0].place
			case row == 0 && column == last:
				place = nodes[1].place
			case row == last && column == 0:
				place = nodes[2].place
			}
			m.bent[row][column] = guess(nodes, place)
		}
	}
}

// alignmentPattern is -1 where it is dark.
var alignmentPattern = [25]float64{
	-1, -1, -1, -1, -1,
	-1, 1, 1, 1, -1,
	-1, 1, -1, 1, -1,
	-1, 1, 1, 1, -1,
	-1, -1, -1, -1, -1,
}

// search looks for an alignment pattern around a place, off by a guess, up to
// radius modules further away, and returns how far off it is.
func (g *gray) search(m *mesh, place, off point, radius, contrast float64) (point, bool) {
	center := m.apply(place)
	across := m.apply(place.plus(point{1, 0})).minus(center)
	down := m.apply(place.plus(point{0, 1})).minus(center)
	best, found := -1.0, off
	look := func(middle point, radius, step float64) {
		for dy := -radius; dy <= radius; dy += step {
			for dx := -radius; dx <= radius; dx += step {
				at := middle.plus(across.times(dx)).plus(down.times(dy))
				score := g.correlate(center.plus(at), across, down, contrast)
				if score -= 0.02 * math.Hypot(dx, dy); score > best {
					best, found = score, at
				}
			}
		}
	}
	look(off, radius, 0.5)
	if best < 0.4 {
		return point{}, false
	}
	look(found, 0.375, 0.125)
	return found, best > 0.6
}

// correlate returns how much the modules around a place are as those of an
// alignment pattern, at most 1.
func (g *gray) correlate(center, across, down point, contrast float64) float64 {
	var values [25]float64
	mean := 0.0
	for i := range values {
		values[i] = g.at(center.plus(across.times(float64(i%5 - 2))).plus(down.times(float64(i/5 - 2))))
		mean += values[i] / 25
	}
	product, squares := 0.0, 0.0
	for i, value := range values {
		product += (value - mean) * (alignmentPattern[i] + 9.0/25)
		squares += (value - mean) * (value - mean)
	}
	if math.Sqrt(squares/25) < 0.1*contrast {
		return -1 // an even area
	}
	return product / math.Sqrt(squares*patternSquares+1e-9)
}

// patternSquares is the sum of the squares of alignmentPattern without its
// mean, of 8 light and 17 dark modules.
const patternSquares = 25 - 25*(9.0/25)*(9.0/25)
