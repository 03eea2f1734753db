package sheet

import (
	"bytes"
	"fmt"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/encoding/charmap"

	"github.com/futura/airlicense/request/qr"
)

// The page, in millimetres.
const (
	pageWidth, pageHeight = 210, 297
	side                  = 13 // of the margins at the left and the right
	top, bottom           = 10, 13
	codeWidth             = 88 // with the quiet zone
	gap                   = pageWidth - 2*side - 2*codeWidth
	captionHeight         = 4.5
	rowHeight             = codeWidth + captionHeight + 1.5
)

// Sizes of the letters in points, and of their lines in millimetres.
const (
	titleSize, titleLine = 16, 8
	headSize, headLine   = 10.5, 5.5
	bodySize, bodyLine   = 9, 4
	textSize, textLine   = 8, 3.25
	nameSize             = 7.5
)

// PDF returns the sheet as a PDF, with the files as attachments.
func (s *Sheet) PDF() ([]byte, error) {
	said, err := s.words(true)
	if err != nil {
		return nil, err
	}
	page := newPage(said)
	page.document.SetCreationDate(s.facts.Date)
	page.document.SetModificationDate(s.facts.Date)
	page.document.SetLang(s.facts.Language)
	var attached []fpdf.Attachment
	for _, file := range s.files {
		attached = append(attached, fpdf.Attachment{Content: file.Data, Filename: file.Name})
	}
	page.document.SetAttachments(attached)
	page.head(said)
	for i, code := range s.codes {
		page.code(i, code, said.Captions[i])
	}
	page.document.SetY(page.document.GetY() + rowHeight*float64(len(s.codes)%2))
	page.section(said.Ways, said.Way)
	page.text(said.Text, s.lines())
	var out bytes.Buffer
	if err := page.document.Output(&out); err != nil {
		return nil, Unmakeable.Wrap(err, "the PDF could not be written", "reason", "pdf")
	}
	return out.Bytes(), nil
}

// Widths of what stands at the foot of a page, in millimetres.
const (
	footerWidth  = 150
	numbersWidth = 30
)

// page draws on the pages of a PDF.
type page struct{ document *fpdf.Fpdf }

// pages stands for the number of pages until it is known; no text of ours
// has it.
const pages = "\x01"

func newPage(said words) page {
	document := fpdf.New("P", "mm", "A4", "")
	document.SetCatalogSort(true)
	document.SetMargins(side, top, side)
	document.SetAutoPageBreak(true, bottom)
	document.SetTitle(said.Footer, true)
	document.AliasNbPages(pages)
	document.SetFooterFunc(func() {
		document.SetFont("Helvetica", "", nameSize)
		document.SetXY(side, pageHeight-bottom+3)
		number := fmt.Sprintf(said.Page, fmt.Sprint(document.PageNo()), pages)
		document.ClipRect(side, pageHeight-bottom, footerWidth, bottom, false)
		document.CellFormat(footerWidth, 4, latin(said.Footer), "", 0, "L", false, 0, "")
		document.ClipEnd()
		document.SetX(pageWidth - side - numbersWidth)
		document.CellFormat(numbersWidth, 4, latin(number), "", 0, "R", false, 0, "")
	})
	document.AddPage()
	return page{document}
}

// latin encodes a text for the standard fonts.
func latin(text string) string {
	var out strings.Builder
	for _, character := range text {
		octet, ok := charmap.Windows1252.EncodeRune(character)
		if !ok {
			octet = '?'
		}
		out.WriteByte(octet)
	}
	return out.String()
}

// head draws the title, then the facts beside the steps.
func (p page) head(said words) {
	d := p.document
	d.SetFont("Helvetica", "B", titleSize)
	d.CellFormat(0, titleLine, latin(said.Title), "", 1, "L", false, 0, "")
	d.SetFont("Helvetica", "", bodySize)
	d.MultiCell(0, bodyLine, latin(said.Introduction), "", "L", false)
	begin := d.GetY() + 2
	d.SetY(begin)
	p.facts(said.Facts)
	end := d.GetY()
	d.SetLeftMargin(side + codeWidth + gap)
	d.SetY(begin)
	p.section(said.How, said.Steps)
	d.SetLeftMargin(side)
	d.SetY(max(end, d.GetY()) + 1)
}

// nameWidth is the width of the names of facts.
const nameWidth = 24

func (p page) facts(list [][2]string) {
	for _, fact := range list {
		p.document.SetFont("Helvetica", "", nameSize)
		y := p.document.GetY()
		p.document.MultiCell(nameWidth, bodyLine, latin(fact[0]), "", "L", false)
		below := p.document.GetY()
		p.document.SetXY(side+nameWidth, y)
		p.document.SetFont("Helvetica", "B", bodySize)
		p.document.MultiCell(codeWidth-nameWidth, bodyLine, latin(fact[1]), "", "L", false)
		p.document.SetY(max(below, p.document.GetY()) + 1)
	}
}

// section draws a heading and numbered items under it, on one page.
func (p page) section(heading string, items []string) {
	d := p.document
	left, _, _, _ := d.GetMargins()
	width := pageWidth - side - left
	d.SetFont("Helvetica", "", bodySize)
	height := float64(headLine)
	for _, item := range items {
		height += float64(len(d.SplitLines([]byte(latin(item)), width-numberWidth)))*bodyLine + 0.8
	}
	p.keep(height)
	d.SetFont("Helvetica", "B", headSize)
	d.CellFormat(0, headLine, latin(heading), "", 1, "L", false, 0, "")
	d.SetFont("Helvetica", "", bodySize)
	for i, item := range items {
		d.CellFormat(numberWidth, bodyLine, fmt.Sprintf("%d.", i+1), "", 0, "L", false, 0, "")
		d.MultiCell(width-numberWidth, bodyLine, latin(item), "", "L", false)
		d.SetY(d.GetY() + 0.8)
	}
}

// numberWidth is the width of the number of an item.
const numberWidth = 5

// keep begins a new page where the rest of this one is too low.
func (p page) keep(height float64) {
	if p.document.GetY()+height > pageHeight-bottom {
		p.document.AddPage()
	}
}

// code draws a code and its caption: those with an even index at the left,
// the others beside them.
func (p page) code(index int, code *qr.Code, caption string) {
	d := p.document
	x := float64(side)
	if index%2 == 0 {
		p.keep(rowHeight)
	} else {
		x += codeWidth + gap
	}
	y := d.GetY()
	p.modules(code, x, y)
	d.SetXY(x, y+codeWidth)
	d.SetFont("Helvetica", "B", bodySize)
	d.CellFormat(codeWidth, captionHeight, latin(caption), "", 0, "C", false, 0, "")
	d.SetY(y + rowHeight*float64(index%2))
}

// modules draws the dark modules as one path, a module being the unit: no
// light line comes between two of them, at any resolution.
func (p page) modules(code *qr.Code, left, above float64) {
	points := p.document.GetConversionRatio() // of a millimetre
	module := codeWidth * points / float64(code.Size())
	var path strings.Builder
	fmt.Fprintf(&path, "q %.5f 0 0 %.5f %.3f %.3f cm\n", module, -module, left*points, (pageHeight-above)*points)
	for y := range code.Size() {
		for x := 0; x < code.Size(); x++ {
			run := x
			for run < code.Size() && code.Dark(run, y) {
				run++
			}
			if run > x {
				fmt.Fprintf(&path, "%d %d %d 1 re\n", x, y, run-x)
				x = run
			}
		}
	}
	p.document.RawWriteStr(path.String() + "f Q")
}

// text draws the text of the document, line by line.
func (p page) text(heading string, lines []string) {
	d := p.document
	p.keep(headLine + 6*textLine)
	d.SetY(d.GetY() + 1.5)
	d.SetFont("Helvetica", "B", headSize)
	d.CellFormat(0, headLine, latin(heading), "", 1, "L", false, 0, "")
	d.SetFont("Courier", "", textSize)
	for _, line := range lines {
		d.CellFormat(0, textLine, latin(line), "", 1, "L", false, 0, "")
	}
}
