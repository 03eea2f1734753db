package sheet

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"strings"

	"github.com/futura/airlicense/request/parts"
)

// HTML returns the sheet as one HTML file without any reference. It says no
// more than Internet Explorer 11 understands, and prints on A4.
func (s *Sheet) HTML() ([]byte, error) {
	said, err := s.words(false)
	if err != nil {
		return nil, err
	}
	pictures, err := s.pictures()
	if err != nil {
		return nil, err
	}
	parsed, err := template.ParseFS(templates, "page.html.tmpl")
	if err != nil {
		return nil, Unmakeable.Wrap(err, "the template of the page cannot be read", "reason", "html")
	}
	content := htmlPage{
		words: said, Language: s.facts.Language, Rows: rows(pictures, said.Captions),
		Lines: strings.Join(s.lines(), "\n"), Parts: string(parts.Text(s.parts)), Width: codeWidth, Numbers: strings.Split(said.Page, "%s"),
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, content); err != nil {
		return nil, Unmakeable.Wrap(err, "the page could not be written", "reason", "html")
	}
	return out.Bytes(), nil
}

// codePixels is the width of a module in the pictures, in pixels: enough for
// any screen, and a fraction of what a larger picture takes.
const codePixels = 6

// pictures returns the codes as PNG.
func (s *Sheet) pictures() ([][]byte, error) {
	var list [][]byte
	for _, code := range s.codes {
		picture, err := code.PNG(codePixels)
		if err != nil {
			return nil, err
		}
		list = append(list, picture)
	}
	return list, nil
}

// htmlPage is what the template of the page is filled with.
type htmlPage struct {
	words
	Language string
	Rows     [][]drawn
	Lines    string
	Parts    string
	Width    int      // of a code, in millimetres
	Numbers  []string // what stands before the number of a page, and before that of all
}

// drawn is a code on the page.
type drawn struct {
	Picture template.URL
	Caption string
}

// rows puts two codes into each row.
func rows(pictures [][]byte, captions []string) [][]drawn {
	var list [][]drawn
	for i, picture := range pictures {
		code := drawn{template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(picture)), captions[i]}
		if i%2 == 0 {
			list = append(list, nil)
		}
		list[i/2] = append(list[i/2], code)
	}
	return list
}
