package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// picture is an SVG file in the making. Shapes have classes, and the style
// gives the classes their colors, in light and in dark surroundings.
type picture struct {
	body          strings.Builder
	title         string
	width, height float64
}

const style = `text{font:12px "DejaVu Sans",Verdana,Arial,sans-serif;fill:#1f2328}
.small{font-size:10px}
.head{font-size:14px;font-weight:bold}
.paper{fill:#ffffff}
.grid{stroke:#d0d7de;stroke-width:1;fill:none}
.axis{stroke:#59636e;stroke-width:1;fill:none}
.limit{stroke:#59636e;stroke-width:1;stroke-dasharray:4 3;fill:none}
.gap{fill:#dafbe1}
.good{fill:#0969da}
.bad{fill:#bc4c00}
.other{fill:#818b98}
.goodline{stroke:#0969da;stroke-width:2;fill:none}
.badline{stroke:#bc4c00;stroke-width:2;fill:none}
.goodthin{stroke:#0969da;stroke-width:1;fill:none}
.badthin{stroke:#bc4c00;stroke-width:1;fill:none}
.otherline{stroke:#818b98;stroke-width:1.5;fill:none}
.goodband{fill:#0969da;fill-opacity:.2}
.badband{fill:#bc4c00;fill-opacity:.2}
.otherband{fill:#818b98;fill-opacity:.25}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.paper{fill:#0d1117}
.grid{stroke:#30363d}
.axis,.limit{stroke:#9198a1}
.gap{fill:#12361f}
.good{fill:#58a6ff}
.bad{fill:#f0883e}
.goodline,.goodthin{stroke:#58a6ff}
.badline,.badthin{stroke:#f0883e}
.goodband{fill:#58a6ff}
.badband{fill:#f0883e}
}
`

func newPicture(title string, width, height float64) *picture {
	made := &picture{title: title, width: width, height: height}
	made.rectangle("paper", 0, 0, width, height)
	return made
}

func (p *picture) bytes() []byte {
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img">
<title>%s</title>
<style>%s</style>
%s</svg>
`, form(p.width), form(p.height), form(p.width), form(p.height), escape(p.title), style, p.body.String())
}

func form(value float64) string {
	return strconv.FormatFloat(math.Round(value*10)/10, 'f', -1, 64)
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func (p *picture) rectangle(class string, x, y, width, height float64) {
	fmt.Fprintf(&p.body, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`+"\n", class, form(x), form(y), form(width), form(height))
}

func (p *picture) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&p.body, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`+"\n", class, form(x1), form(y1), form(x2), form(y2))
}

func (p *picture) circle(class string, x, y, radius float64) {
	fmt.Fprintf(&p.body, `<circle class="%s" cx="%s" cy="%s" r="%s"/>`+"\n", class, form(x), form(y), form(radius))
}

// text writes a text; the anchor is start, middle or end.
func (p *picture) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(&p.body, `<text class="%s" text-anchor="%s" x="%s" y="%s">%s</text>`+"\n", class, anchor, form(x), form(y), escape(text))
}

// upright writes a text that reads from below.
func (p *picture) upright(x, y float64, text string) {
	fmt.Fprintf(&p.body, `<text text-anchor="middle" transform="translate(%s %s) rotate(-90)">%s</text>`+"\n", form(x), form(y), escape(text))
}

// point is a place in a picture.
type point struct{ x, y float64 }

func (p *picture) path(class string, points []point) {
	fmt.Fprintf(&p.body, `<polyline class="%s" points="%s"/>`+"\n", class, coordinates(points))
}

func (p *picture) area(class string, points []point) {
	fmt.Fprintf(&p.body, `<polygon class="%s" points="%s"/>`+"\n", class, coordinates(points))
}

func coordinates(points []point) string {
	list := make([]string, len(points))
	for i, point := range points {
		list[i] = form(point.x) + "," + form(point.y)
	}
	return strings.Join(list, " ")
}

// frame is a part of a picture with two axes.
type frame struct {
	*picture
	left, top, width, height float64
	lowX, highX, lowY, highY float64
}

func (f frame) x(value float64) float64 { return f.left + (value-f.lowX)/(f.highX-f.lowX)*f.width }
func (f frame) y(value float64) float64 {
	return f.top + f.height - (value-f.lowY)/(f.highY-f.lowY)*f.height
}
func (f frame) at(x, y float64) point { return point{f.x(x), f.y(y)} }

// ticksX draws a grid of upright lines with their values.
func (f frame) ticksX(class string, values []float64, word func(float64) string) {
	for _, value := range values {
		f.line("grid", f.x(value), f.top, f.x(value), f.top+f.height)
		f.text(class, "middle", f.x(value), f.top+f.height+14, word(value))
	}
}

func (f frame) ticksY(class string, values []float64, word func(float64) string) {
	for _, value := range values {
		f.line("grid", f.left, f.y(value), f.left+f.width, f.y(value))
		f.text(class, "end", f.left-5, f.y(value)+4, word(value))
	}
}

func (f frame) border() {
	f.line("axis", f.left, f.top, f.left, f.top+f.height)
	f.line("axis", f.left, f.top+f.height, f.left+f.width, f.top+f.height)
}

func decimal(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

func percent(value float64) string {
	return strconv.FormatFloat(math.Round(value*1000)/10, 'f', -1, 64) + " %"
}
