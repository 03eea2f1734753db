package codes

import (
	"fmt"
	"io"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
)

// WindowTooSmall is the code of a terminal in which no code has room.
const WindowTooSmall = fault.Code("FL-162")

// terminalSizes are the sizes of parts in bytes that are tried on a terminal,
// the largest first. The least makes codes of 45 columns and 23 lines, which
// have room in the smallest terminals there are, 80 by 24.
var terminalSizes = []int{parts.Default, 200, 120, 80}

// zone is the quiet zone on a screen, in modules: half of what paper needs.
const zone = 2

// Shown are the codes of a document for a terminal.
type Shown struct {
	codes []*qr.Code
	parts []parts.Part
}

// ForTerminal draws a document so that each code has room in the window;
// where the window is not known it has room for any.
func ForTerminal(s *ui.Session, file []byte) (*Shown, error) {
	columns, rows, known := 0, 0, false
	if window := s.Environment().Window; window != nil {
		columns, rows, known = window()
	}
	var shown *Shown
	for _, size := range terminalSizes {
		var err error
		if shown, err = draw(file, size); err != nil {
			return nil, err
		}
		if !known || shown.width() <= columns && shown.height() <= rows {
			return shown, nil
		}
	}
	return nil, WindowTooSmall.New("no code has room in the window", "columns", shown.width(), "rows", shown.height(), "width", columns, "height", rows)
}

func draw(file []byte, size int) (*Shown, error) {
	list, err := parts.Split(file, size)
	if err != nil {
		return nil, err
	}
	shown := &Shown{parts: list}
	for _, part := range list {
		code, err := qr.Draw(part.String(), qr.Screen)
		if err != nil {
			return nil, err
		}
		shown.codes = append(shown.codes, code)
	}
	return shown, nil
}

// width returns the columns of a code.
func (c *Shown) width() int { return c.codes[0].Size() - 2*margin }

// height returns the lines of a code, two modules each, and of its caption.
func (c *Shown) height() int { return (c.width()+1)/2 + 1 }

// margin is what a terminal shows less than paper on each side, in modules.
const margin = 4 - zone

// Show shows one code at a time; Enter shows the next one, and ends the last
// one. The caption has no line end: it would push the first line of a code
// out of a window in which it has just room.
func (c *Shown) Show(s *ui.Session) {
	for i, code := range c.codes {
		io.WriteString(s.Out, blocks(code))
		io.WriteString(s.Err, s.Say("terminal-code", "number", c.parts[i].Number(), "total", c.parts[i].Total, "id", c.parts[i].Short(), "more", len(c.codes)-1-i))
		if _, err := s.ReadLine(); err != nil { // the end of the input is as good as Enter, but for the line end
			fmt.Fprintln(s.Err)
		}
	}
}

// black on white, whatever the colors of the terminal are.
const (
	blackOnWhite = "\x1b[38;2;0;0;0;48;2;255;255;255m"
	plain        = "\x1b[0m"
)

// blocks writes a code in half blocks, two rows of modules on a line.
func blocks(code *qr.Code) string {
	end := code.Size() - margin
	dark := func(x, y int) bool { return y < end && code.Dark(x, y) }
	var out strings.Builder
	for y := margin; y < end; y += 2 {
		out.WriteString(blackOnWhite)
		for x := margin; x < end; x++ {
			switch above, below := dark(x, y), dark(x, y+1); {
			case above && below:
				out.WriteRune('█')
			case above:
				out.WriteRune('▀')
			case below:
				out.WriteRune('▄')
			default:
				out.WriteByte(' ')
			}
		}
		fmt.Fprintln(&out, plain)
	}
	return out.String()
}
