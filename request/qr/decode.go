package qr

import (
	"fmt"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// decode returns the text of a code's modules, true for dark ones, and
// whether all of it is in alphanumeric or numeric mode.
func decode(modules [][]bool) (text string, alphanumeric bool, err error) {
	defer func() { // the decoder of others, on any modules
		if cause := recover(); cause != nil {
			text, err = "", NoCode.New(fmt.Sprint("the decoder failed: ", cause))
		}
	}()
	bits, err := gozxing.ParseBoolMapToBitMatrix(modules)
	if err != nil {
		return "", false, err
	}
	result, err := decoder.NewDecoder().DecodeWithoutHint(bits)
	if err != nil {
		return "", false, err
	}
	return result.GetText(), len(result.GetByteSegments()) == 0, nil
}

// sampled are the luminances of the modules of a code.
type sampled struct {
	dimension int
	values    []float64
}

// sample takes five places of each module.
func (g *gray) sample(m *mesh) *sampled {
	made := &sampled{m.dimension, make([]float64, 0, m.dimension*m.dimension)}
	for y := range m.dimension {
		for x := range m.dimension {
			center := point{float64(x) + 0.5, float64(y) + 0.5}
			middle := m.at(center)
			across := m.apply(center.plus(point{0.2, 0})).minus(m.apply(center))
			down := m.apply(center.plus(point{0, 0.2})).minus(m.apply(center))
			sum := 2 * g.at(middle)
			for _, place := range [4]point{middle.plus(across), middle.minus(across), middle.plus(down), middle.minus(down)} {
				sum += g.at(place)
			}
			made.values = append(made.values, sum/6)
		}
	}
	return made
}

// sharpened takes back what the neighbours of a module gave to it in a blur.
func (s *sampled) sharpened(by float64) *sampled {
	made := &sampled{s.dimension, make([]float64, len(s.values))}
	last := s.dimension - 1
	for i, value := range s.values {
		x, y := i%s.dimension, i/s.dimension
		around := s.values[y*s.dimension+max(x-1, 0)] + s.values[y*s.dimension+min(x+1, last)] +
			s.values[max(y-1, 0)*s.dimension+x] + s.values[min(y+1, last)*s.dimension+x]
		made.values[i] = value + by*(value-around/4)
	}
	return made
}

// modules compares each module with the mean of those around it, that many to
// each side.
func (s *sampled) modules(radius int) [][]bool {
	width := s.dimension + 1
	sums := make([]float64, width*width)
	for y := range s.dimension {
		for x := range s.dimension {
			sums[(y+1)*width+x+1] = s.values[y*s.dimension+x] + sums[y*width+x+1] + sums[(y+1)*width+x] - sums[y*width+x]
		}
	}
	rows := make([][]bool, s.dimension)
	for y := range rows {
		rows[y] = make([]bool, s.dimension)
		top, bottom := max(y-radius, 0), min(y+radius+1, s.dimension)
		for x := range rows[y] {
			left, right := max(x-radius, 0), min(x+radius+1, s.dimension)
			sum := sums[bottom*width+right] - sums[top*width+right] - sums[bottom*width+left] + sums[top*width+left]
			rows[y][x] = s.values[y*s.dimension+x]*float64((bottom-top)*(right-left)) < sum
		}
	}
	return rows
}

// text decodes the modules with several thresholds.
func (s *sampled) text() (string, bool) {
	for _, try := range [...]struct {
		by     float64
		radius int
	}{{0, 7}, {0.4, 7}, {0, 4}, {0.8, 5}} {
		sharp := s
		if try.by > 0 {
			sharp = s.sharpened(try.by)
		}
		if text, _, err := decode(sharp.modules(try.radius)); err == nil && text != "" {
			return text, true
		}
	}
	return "", false
}
