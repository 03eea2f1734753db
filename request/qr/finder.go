package qr

import (
	"cmp"
	"math"
	"slices"
)

// bitmap tells which pixels of a picture are dark.
type bitmap struct {
	width, height int
	dark          []bool
}

// binarize takes a pixel for dark when it is darker than the mean of the
// square around it, that many pixels to each side.
func binarize(g *gray, radius int) *bitmap {
	made := &bitmap{g.width, g.height, make([]bool, len(g.pixels))}
	columns := make([]uint32, g.width) // sums of the rows in the window
	rows := 0
	for y := range min(radius, g.height) {
		rows++
		addRow(columns, g.row(y))
	}
	for y := range g.height {
		if y+radius < g.height {
			rows++
			addRow(columns, g.row(y+radius))
		}
		if y-radius-1 >= 0 {
			rows--
			for x, pixel := range g.row(y - radius - 1) {
				columns[x] -= uint32(pixel)
			}
		}
		binarizeRow(made.dark[y*g.width:][:g.width], g.row(y), columns, radius, rows)
	}
	return made
}

func addRow(columns []uint32, row []uint8) {
	for x, pixel := range row {
		columns[x] += uint32(pixel)
	}
}

func binarizeRow(dark []bool, row []uint8, columns []uint32, radius, rows int) {
	sum, count := uint64(0), uint64(0)
	for x := range min(radius, len(row)) {
		sum, count = sum+uint64(columns[x]), count+uint64(rows)
	}
	for x, pixel := range row {
		if x+radius < len(row) {
			sum, count = sum+uint64(columns[x+radius]), count+uint64(rows)
		}
		if x-radius-1 >= 0 {
			sum, count = sum-uint64(columns[x-radius-1]), count-uint64(rows)
		}
		dark[x] = uint64(pixel)*count*100 < sum*96 // even paper is light, whatever its noise
	}
}

// finder is a finder pattern: its center, the width of its modules, and how
// many rows saw it.
type finder struct {
	point
	module float64
	count  int
}

// maxFinders bounds how many are looked at, those seen most often first.
const maxFinders = 60

// finders returns the finder patterns of a bitmap.
func (b *bitmap) finders() []finder {
	var found []finder
	for y := range b.height {
		b.scanRow(y, &found)
		if len(found) > 40*maxFinders {
			break // noise
		}
	}
	found = slices.DeleteFunc(found, func(one finder) bool { return one.count < 2 })
	slices.SortStableFunc(found, func(a, b finder) int { return cmp.Compare(b.count, a.count) })
	return found[:min(len(found), maxFinders)]
}

func (b *bitmap) scanRow(y int, found *[]finder) {
	var runs [5]int // the last five, ending with the current one
	row := b.dark[y*b.width:][:b.width]
	isDark := false
	for x, dark := range row {
		if dark == isDark {
			runs[4]++
			continue
		}
		if isDark && isFinder(runs) {
			b.check(x, y, runs, found)
		}
		copy(runs[:], runs[1:])
		runs[4], isDark = 1, dark
	}
	if isDark && isFinder(runs) {
		b.check(b.width, y, runs, found)
	}
}

// isFinder reports whether five runs are as 1:1:3:1:1.
func isFinder(runs [5]int) bool {
	total := 0
	for _, run := range runs {
		if run == 0 {
			return false
		}
		total += run
	}
	module := float64(total) / 7
	most := module*0.6 + 0.25
	for i, run := range runs {
		if i == 2 && math.Abs(float64(run)-3*module) > 2*most || i != 2 && math.Abs(float64(run)-module) > most {
			return false
		}
	}
	return total >= 7
}

// check confirms a row's finder pattern along its column, and along the row
// through the center that the column gives.
func (b *bitmap) check(end, y int, runs [5]int, found *[]finder) {
	total := runs[0] + runs[1] + runs[2] + runs[3] + runs[4]
	x := float64(end-runs[4]-runs[3]) - float64(runs[2])/2
	center, height, ok := b.along(int(x), y, 0, 1, 2*total)
	if !ok || height > 2*total || total > 2*height {
		return
	}
	middle, width, ok := b.along(int(x), int(center), 1, 0, 2*total)
	if !ok || width > 2*height || height > 2*width {
		return
	}
	merge(found, finder{point{middle, center}, float64(width+height) / 14, 1})
}

// along counts the runs through a dark pixel in one direction, 1, 0 or 0, 1,
// and returns the center between them.
func (b *bitmap) along(x, y, dx, dy, most int) (center float64, total int, ok bool) {
	if x < 0 || y < 0 || x >= b.width || y >= b.height || !b.dark[y*b.width+x] {
		return 0, 0, false
	}
	back, ahead := b.walk(x, y, -dx, -dy, most), b.walk(x, y, dx, dy, most)
	runs := [5]int{back[2], back[1], back[0] + 1 + ahead[0], ahead[1], ahead[2]}
	if !isFinder(runs) {
		return 0, 0, false
	}
	for _, run := range runs {
		total += run
	}
	return float64(x*dx+y*dy) + 0.5 + float64(ahead[0]-back[0])/2, total, true
}

// walk counts three runs from a dark pixel on, which itself is not counted.
func (b *bitmap) walk(x, y, dx, dy, most int) (runs [3]int) {
	run := 0
	for range most {
		x, y = x+dx, y+dy
		if x < 0 || y < 0 || x >= b.width || y >= b.height {
			return runs
		}
		if b.dark[y*b.width+x] == (run == 1) {
			if run++; run == 3 {
				return runs
			}
		}
		runs[run]++
	}
	return runs
}

// merge adds a sighting to the finder pattern that it belongs to.
func merge(found *[]finder, seen finder) {
	for i := range *found {
		known := &(*found)[i]
		if math.Abs(known.x-seen.x) > 2*known.module || math.Abs(known.y-seen.y) > 2*known.module || seen.module > 1.6*known.module || known.module > 1.6*seen.module {
			continue
		}
		weight := 1 / float64(known.count+1)
		known.point = known.point.plus(seen.minus(known.point).times(weight))
		known.module += (seen.module - known.module) * weight
		known.count++
		return
	}
	*found = append(*found, seen)
}

// triple are three finder patterns that may belong to one code.
type triple struct {
	corner, right, below finder
	penalty              float64
}

// maxTriples bounds how many are tried in a pass.
const maxTriples = 300

// triples returns the likely ones first.
func triples(found []finder) []triple {
	var list []triple
	for i, corner := range found {
		for j, first := range found {
			for k := j + 1; k < len(found) && j != i; k++ {
				if k == i {
					continue
				}
				if made, ok := newTriple(corner, first, found[k]); ok {
					list = append(list, made)
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b triple) int { return cmp.Compare(a.penalty, b.penalty) })
	return list[:min(len(list), maxTriples)]
}

func newTriple(corner, first, second finder) (triple, bool) {
	a, b := first.minus(corner.point), second.minus(corner.point)
	if a.cross(b) < 0 {
		a, b, first, second = b, a, second, first
	}
	smallest := min(corner.module, first.module, second.module)
	largest := max(corner.module, first.module, second.module)
	short, long := min(a.length(), b.length()), max(a.length(), b.length())
	cosine := math.Abs(a.dot(b)) / (short*long + 1e-9)
	if largest > 2*smallest || long > 2*short || cosine > 0.6 || short < 10*smallest || long > 190*largest {
		return triple{}, false
	}
	penalty := math.Log(long/short) + cosine + math.Log(largest/smallest) + long/largest/400
	return triple{corner, first, second, penalty}, true
}
