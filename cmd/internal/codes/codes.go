// Package codes puts a signed document where no file gets through, for the
// commands: as pictures of QR codes into a folder, as a sheet to print, as
// codes on a terminal. Everything is drawn before anything is written, and
// nothing is written over.
package codes

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
	"github.com/futura/airlicense/request/sheet"
)

// NotOpened is the code of a page that no browser was opened for.
const NotOpened = fault.Code("FL-161")

// Options of the commands that draw.
var (
	FolderFlag = ui.Flag{Name: "qr", Value: "DIR"}
	SheetFlag  = ui.Flag{Name: "sheet", Value: "FILE.pdf|FILE.html"}
	DenseFlag  = ui.Flag{Name: "dense"}
	WholeFlag  = ui.Flag{Name: "whole"}
)

// Size returns how many bytes a part has at most.
func Size(s *ui.Session) int {
	if s.Bool(DenseFlag.Name) {
		return parts.Dense
	}
	return parts.Default
}

// Check refuses, before anything is done, what is there already and a sheet
// of an unknown kind.
func Check(s *ui.Session) error {
	if err := checkNewFolder(s.String(FolderFlag.Name)); err != nil {
		return err
	}
	path := s.String(SheetFlag.Name)
	if s.Bool(WholeFlag.Name) && path == "" && s.String(FolderFlag.Name) == "" {
		return ui.MissingOption.New("an option is missing", "option", "--"+SheetFlag.Name, "value", SheetFlag.Value)
	}
	if path == "" {
		return nil
	}
	if ending := ending(path); ending != ".pdf" && ending != ".html" {
		return ui.OptionValue.New("a sheet of an unknown kind", "option", "--"+SheetFlag.Name, "values", SheetFlag.Value)
	}
	return CheckFree(path)
}

// CheckFree refuses a path at which something is.
func CheckFree(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return files.Exists.New("is there already", "file", path)
	}
	return nil
}

// checkNewFolder refuses a folder with files in it: old codes among new ones
// would be photographed too.
func checkNewFolder(path string) error {
	if entries, err := os.ReadDir(path); err == nil && len(entries) > 0 {
		return files.Exists.New("is there already", "file", path)
	}
	return nil
}

func ending(path string) string { return strings.ToLower(filepath.Ext(path)) }

// IsHTML reports whether a sheet of this name is HTML.
func IsHTML(path string) bool { return ending(path) == ".html" }

// Drawn are files that are ready to be written.
type Drawn struct {
	folder string // to be made; empty: none
	files  []sheet.File
}

// Add adds a file.
func (d *Drawn) Add(path string, data []byte) {
	d.files = append(d.files, sheet.File{Name: path, Data: data})
}

// AddSheet draws a sheet, as its name says.
func (d *Drawn) AddSheet(path string, made *sheet.Sheet) error {
	draw := made.PDF
	if IsHTML(path) {
		draw = made.HTML
	}
	data, err := draw()
	if err == nil {
		d.Add(path, data)
	}
	return err
}

// How large codes are drawn: a PNG is sharp on any screen, and an SVG as wide
// as two stand side by side on a page.
const (
	codePixels      = 8  // a module
	codeMillimetres = 90 // with the quiet zone
)

// AddFolder draws parts into a folder, each as PNG and SVG. Those of other
// documents than the first part's are named after their kind.
func (d *Drawn) AddFolder(folder string, list []parts.Part) error {
	d.folder = folder
	for _, part := range list {
		code, err := qr.Draw(part.String(), qr.Paper)
		if err != nil {
			return err
		}
		picture, err := code.PNG(codePixels)
		if err != nil {
			return err
		}
		name := "part"
		if part.Name != list[0].Name {
			name = strings.TrimPrefix(part.Kind, "futura-")
		}
		name = filepath.Join(folder, name+"-"+strings.ToLower(part.Number()))
		d.Add(name+".svg", code.SVG(codeMillimetres))
		d.Add(name+".png", picture)
	}
	return nil
}

// Write writes what was drawn: all of it or, where that fails, nothing, for
// some of the codes look like all of them.
func (d *Drawn) Write() error {
	if d.folder != "" {
		if err := files.MakePrivate(d.folder); err != nil {
			return err
		}
	}
	for i, file := range d.files {
		if err := files.Create(file.Name, file.Data, files.Public); err != nil {
			for _, written := range d.files[:i] {
				_ = os.Remove(written.Name) // the first error is the one to tell
			}
			return err
		}
	}
	return nil
}

// Browse shows a page in the browser.
func Browse(s *ui.Session, path string) error {
	whole, err := filepath.Abs(path)
	browse := s.Environment().Browse
	if err != nil || browse == nil {
		return NotOpened.Wrap(err, "no browser", "file", path)
	}
	if err := browse(whole); err != nil {
		return NotOpened.Wrap(err, "the browser could not be opened", "file", path)
	}
	return nil
}
