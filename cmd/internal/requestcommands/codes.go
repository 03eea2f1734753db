package requestcommands

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/qr"
)

var qrFlag = ui.Flag{Name: "qr", Value: "DIR"}

// How large codes are drawn: a PNG is sharp on any screen, and an SVG as wide
// as two stand side by side on a page.
const (
	codePixels      = 8  // a module
	codeMillimetres = 90 // with the quiet zone
)

// checkNewFolder refuses a folder with files in it: old codes among new ones
// would be photographed too.
func checkNewFolder(path string) error {
	if entries, err := os.ReadDir(path); err == nil && len(entries) > 0 {
		return files.Exists.New("is there already", "file", path)
	}
	return nil
}

// addCodes draws the parts of a request into a folder, each as PNG and SVG.
// All are drawn before the first is written.
func (e *exported) addCodes(s *ui.Session, folder string, file []byte) error {
	list, err := parts.Split(file, parts.Default)
	if err != nil {
		return err
	}
	pictures := map[string][]byte{}
	for _, part := range list {
		code, err := qr.Draw(part.String(), qr.Paper)
		if err != nil {
			return err
		}
		name := filepath.Join(folder, "part-"+strings.ToLower(part.Number()))
		pictures[name+".svg"] = code.SVG(codeMillimetres)
		if pictures[name+".png"], err = code.PNG(codePixels); err != nil {
			return err
		}
	}
	if err := files.MakePrivate(folder); err != nil {
		return err
	}
	for name, picture := range pictures {
		if err := files.Create(name, picture, files.Public); err != nil {
			return err
		}
	}
	e.object["qr"] = folder
	e.words = append(e.words, s.Say("request-qr", "file", folder, "count", len(list)))
	return nil
}
