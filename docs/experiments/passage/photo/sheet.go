package photo

import "math"

// Matrix is a code as squares, with its quiet zone.
type Matrix interface {
	Size() int
	Dark(x, y int) bool
}

// What paper and ink give back of the light, of 255.
const (
	paperWhite = 235
	inkBlack   = 25
	spread     = (paperWhite + inkBlack) / 2 // a dot beside ink, which spreads by half of it
	tableTop   = 60
)

// dots a millimetre: 300 dpi.
const dots = 300 / 25.4

// A sheet has codes so large.
const (
	CodeSide = 80.0  // millimetres, of a code alone on its sheet, without the quiet zone
	pageCode = 85.0  // of one among others, with the quiet zone
	PageSide = 297.0 // the long side of A4
	pageWide = 210.0
)

// Sheet is printed paper, or what a screen shows.
type Sheet struct {
	width, height int // in dots
	dots          []uint8
	around        uint8 // beyond the edge
	perDot        float64
	isScreen      bool
}

func newSheet(width, height float64, around uint8) *Sheet {
	made := &Sheet{width: int(width * dots), height: int(height * dots), around: around, perDot: 1 / dots}
	made.dots = make([]uint8, made.width*made.height)
	for i := range made.dots {
		made.dots[i] = paperWhite
	}
	return made
}

// NewSheet prints a code of 80 mm, and lines of text around it.
func NewSheet(code Matrix) *Sheet {
	made := newSheet(1.6*CodeSide, 1.6*CodeSide, paperWhite)
	made.write(0, 0, 1.6*CodeSide, 1.6*CodeSide)
	side := CodeSide * float64(code.Size()) / float64(code.Size()-8)
	made.print(code, 0.8*CodeSide-side/2, 0.8*CodeSide-side/2, side)
	return made
}

// NewPage prints an A4 sheet with up to six codes of 85 mm in two columns, on
// a dark table.
func NewPage(codes []Matrix) *Sheet {
	made := newSheet(pageWide, PageSide, tableTop)
	made.write(15, 8, pageWide-30, 14)
	for i, code := range codes {
		made.print(code, 15+float64(i%2)*95, 25+float64(i/2)*89, pageCode)
	}
	return made
}

// NewScreen shows a code on a screen, as many of its pixels a module.
func NewScreen(code Matrix, pixels int) *Sheet {
	side := code.Size() * pixels
	made := &Sheet{width: side, height: side, around: paperWhite, isScreen: true}
	made.perDot = CodeSide / float64((code.Size()-8)*pixels)
	for y := range side {
		for x := range side {
			made.dots = append(made.dots, ink(code.Dark(x/pixels, y/pixels)))
		}
	}
	return made
}

func ink(isDark bool) uint8 {
	if isDark {
		return inkBlack
	}
	return paperWhite
}

// write fills a rectangle with lines that look like text.
func (s *Sheet) write(left, top, width, height float64) {
	for y := int(top * dots); y < int((top+height)*dots); y++ {
		line := float64(y) / dots / 4
		if line-math.Floor(line) > 0.5 {
			continue
		}
		for x := int(left * dots); x < int((left+width)*dots); x++ {
			at := float64(x) / dots
			if math.Mod(at*1.2+math.Floor(line)*3, 7) < 5 && math.Mod(at, 0.8) < 0.4 {
				s.dots[y*s.width+x] = inkBlack
			}
		}
	}
}

// print puts a code on the sheet, dot by dot.
func (s *Sheet) print(code Matrix, left, top, side float64) {
	x0, y0, count := int(left*dots), int(top*dots), int(side*dots)
	module := make([]int, count)
	for i := range module {
		module[i] = i * code.Size() / count
	}
	dark := func(x, y int) bool {
		return code.Dark(module[min(max(x, 0), count-1)], module[min(max(y, 0), count-1)])
	}
	for y := range count {
		row := s.dots[(y0+y)*s.width+x0:][:count]
		if y >= 2 && y+1 < count && module[y-2] == module[y+1] { // as the row above
			copy(row, s.dots[(y0+y-1)*s.width+x0:])
			continue
		}
		for x := range row {
			switch {
			case dark(x, y):
				row[x] = inkBlack
			case dark(x-1, y) || dark(x+1, y) || dark(x, y-1) || dark(x, y+1):
				row[x] = spread
			default:
				row[x] = paperWhite
			}
		}
	}
}

// at returns the dot at a place in millimetres from the middle.
func (s *Sheet) at(x, y float64) uint8 {
	column := int(math.Floor(x/s.perDot)) + s.width/2
	row := int(math.Floor(y/s.perDot)) + s.height/2
	if column < 0 || row < 0 || column >= s.width || row >= s.height {
		return s.around
	}
	return s.dots[row*s.width+column]
}
