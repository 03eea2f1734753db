package qr

import "math"

// point is a place in a picture, in pixels, or in a code, in modules.
type point struct{ x, y float64 }

func (p point) plus(q point) point         { return point{p.x + q.x, p.y + q.y} }
func (p point) minus(q point) point        { return point{p.x - q.x, p.y - q.y} }
func (p point) times(factor float64) point { return point{p.x * factor, p.y * factor} }
func (p point) length() float64            { return math.Hypot(p.x, p.y) }
func (p point) cross(q point) float64      { return p.x*q.y - p.y*q.x }
func (p point) dot(q point) float64        { return p.x*q.x + p.y*q.y }
func (p point) distance(q point) float64   { return p.minus(q).length() }

// homography maps places of a plane to those of its picture: its numbers are
// the rows of the matrix, the last one being 1.
type homography [8]float64

func (h *homography) apply(p point) point {
	depth := h[6]*p.x + h[7]*p.y + 1
	return point{(h[0]*p.x + h[1]*p.y + h[2]) / depth, (h[3]*p.x + h[4]*p.y + h[5]) / depth}
}

// fit returns the homography that maps from to to with the least squares of
// the algebraic error; four pairs or more, the places in from between 0 and
// scale.
func fit(from, to []point, scale float64) (homography, bool) {
	var normal [8][9]float64
	origin := to[0]
	for i := range from {
		u, v := from[i].x/scale, from[i].y/scale
		x, y := (to[i].x-origin.x)/scale, (to[i].y-origin.y)/scale
		for _, row := range [2][9]float64{{u, v, 1, 0, 0, 0, -u * x, -v * x, x}, {0, 0, 0, u, v, 1, -u * y, -v * y, y}} {
			for a := range 8 {
				for b := range 9 {
					normal[a][b] += row[a] * row[b]
				}
			}
		}
	}
	h, ok := solve(&normal)
	if !ok {
		return h, false
	}
	// Undo the scales: u and v were divided by scale, x and y moved and divided.
	g1, g2 := h[6]/scale, h[7]/scale
	return homography{
		h[0] + origin.x*g1, h[1] + origin.x*g2, h[2]*scale + origin.x,
		h[3] + origin.y*g1, h[4] + origin.y*g2, h[5]*scale + origin.y, g1, g2,
	}, true
}

// solve is elimination with pivots.
func solve(rows *[8][9]float64) (homography, bool) {
	for column := range 8 {
		pivot := column
		for row := column + 1; row < 8; row++ {
			if math.Abs(rows[row][column]) > math.Abs(rows[pivot][column]) {
				pivot = row
			}
		}
		if !(math.Abs(rows[pivot][column]) > 1e-12) {
			return homography{}, false
		}
		rows[column], rows[pivot] = rows[pivot], rows[column]
		for row := range 8 {
			if row == column {
				continue
			}
			factor := rows[row][column] / rows[column][column]
			for k := column; k < 9; k++ {
				rows[row][k] -= factor * rows[column][k]
			}
		}
	}
	var h homography
	for i := range h {
		h[i] = rows[i][8] / rows[i][i]
	}
	return h, true
}
