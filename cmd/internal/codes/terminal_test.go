package codes

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/request/qr"
)

func example(t *testing.T) []byte {
	t.Helper()
	file, err := os.ReadFile("../../../request/parts/testdata/example.request")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// screen draws what a terminal shows, each half block as 6 by 6 pixels.
func screen(t *testing.T, text string) []byte {
	t.Helper()
	const side = 6
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	width := len([]rune(strings.TrimSuffix(strings.TrimPrefix(lines[0], blackOnWhite), plain)))
	picture := image.NewGray(image.Rect(0, 0, width*side, 2*len(lines)*side))
	for y, line := range lines {
		for x, block := range []rune(strings.TrimSuffix(strings.TrimPrefix(line, blackOnWhite), plain)) {
			for i := range 2 * side * side {
				isDark := block == '█' || block == '▀' && i < side*side || block == '▄' && i >= side*side
				if !isDark {
					picture.SetGray(x*side+i%side, 2*y*side+i/side, color.Gray{Y: 255})
				}
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTerminalCodesAreRead(t *testing.T) {
	for _, size := range terminalSizes {
		shown, err := draw(example(t), size)
		if err != nil {
			t.Fatal(err)
		}
		for i, code := range shown.codes {
			text := blocks(code)
			if lines := strings.Count(text, "\n"); lines+1 != shown.height() {
				t.Errorf("%d lines and a caption, %d expected", lines, shown.height())
			}
			read, err := qr.Read(context.Background(), screen(t, text), nil)
			if err != nil || len(read) != 1 || read[0] != shown.parts[i].String() {
				t.Errorf("%d bytes, part %d: %v, %v", size, i, read, err)
			}
		}
	}
}

// session runs a function as the only command of a program.
func session(t *testing.T, environment *ui.Environment, run func(*ui.Session) error) string {
	t.Helper()
	var out, said bytes.Buffer
	environment.In, environment.Out, environment.Err = strings.NewReader("\n"), &out, &said
	environment.Getenv = func(string) string { return "" }
	ui.Run(environment, ui.Program{Name: "program", Run: run}, nil)
	return out.String() + said.String()
}

func TestCodesFitTheWindow(t *testing.T) {
	for _, test := range []struct {
		columns, rows int
		width         int // of the code; 0: none has room
	}{{200, 50, 53}, {120, 30, 53}, {80, 24, 45}, {40, 24, 0}, {80, 20, 0}} {
		window := func() (int, int, bool) { return test.columns, test.rows, true }
		session(t, &ui.Environment{Window: window}, func(s *ui.Session) error {
			shown, err := ForTerminal(s, example(t))
			switch {
			case test.width == 0 && !errors.Is(err, WindowTooSmall), test.width > 0 && err != nil:
				t.Errorf("%d by %d: %v", test.columns, test.rows, err)
			case err == nil && (shown.width() != test.width || shown.height() > test.rows):
				t.Errorf("%d by %d: %d by %d", test.columns, test.rows, shown.width(), shown.height())
			}
			return nil
		})
	}
}

func TestShowEndsWithItsInput(t *testing.T) {
	said := session(t, &ui.Environment{}, func(s *ui.Session) error {
		shown, err := draw(example(t), 80)
		if err == nil {
			shown.Show(s)
		}
		return err
	})
	if !strings.Contains(said, "Enter shows the next one (1 more): ") || !strings.HasSuffix(said, "X of 2. Enter ends: \n") {
		t.Error(said)
	}
}

func TestBrowseNamesThePage(t *testing.T) {
	for _, test := range []struct {
		browse func(string) error
		code   error
	}{{nil, NotOpened}, {func(string) error { return errors.New("no") }, NotOpened}, {func(string) error { return nil }, nil}} {
		session(t, &ui.Environment{Browse: test.browse}, func(s *ui.Session) error {
			if err := Browse(s, "page.html"); !errors.Is(err, test.code) || err != nil && !strings.Contains(err.Error(), "page.html") {
				t.Error(err)
			}
			return nil
		})
	}
}
