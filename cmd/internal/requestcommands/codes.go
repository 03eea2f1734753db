package requestcommands

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/futura/airlicense/cmd/internal/codes"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/request/sheet"
	"github.com/futura/airlicense/request/site"
)

var (
	showFlag     = ui.Flag{Name: "show"}
	terminalFlag = ui.Flag{Name: "show-terminal"}
)

// travels reports whether a request is wanted as something else than a file.
func travels(s *ui.Session) bool {
	return s.Bool(partsFlag.Name) || s.Bool(showFlag.Name) || s.Bool(terminalFlag.Name) ||
		s.String(codes.FolderFlag.Name) != "" || s.String(codes.SheetFlag.Name) != ""
}

// checkShow refuses to show something where a program reads along.
func checkShow(s *ui.Session) error {
	reader := ""
	switch {
	case s.Bool(dialogueFlag.Name):
		reader = "--" + dialogueFlag.Name
	case s.IsJSON():
		reader = "--format json"
	default:
		return nil
	}
	for _, flag := range []ui.Flag{showFlag, terminalFlag} {
		if s.Bool(flag.Name) {
			return ui.NotTogether.New("nobody looks", "option", "--"+flag.Name, "other", reader)
		}
	}
	return nil
}

// checkTargets refuses to write over anything, and two things to one place,
// before anything is measured.
func checkTargets(s *ui.Session) error {
	if err := codes.Check(s); err != nil {
		return err
	}
	out := s.String("out")
	if out == "" {
		return nil
	}
	if sheet := s.String(codes.SheetFlag.Name); sheet != "" && slices.Contains(targets(s, out), filepath.Clean(sheet)) {
		return ui.OptionValue.New("a file for two things", "option", "--"+codes.SheetFlag.Name)
	}
	return checkFree(s, out)
}

// targets are the files of an export beside the sheet that --sheet names.
func targets(s *ui.Session, out string) []string {
	paths := []string{filepath.Clean(out)}
	if s.Bool(partsFlag.Name) {
		paths = append(paths, filepath.Clean(partsName(out)))
	}
	if s.Bool(showFlag.Name) && !codes.IsHTML(s.String(codes.SheetFlag.Name)) {
		paths = append(paths, filepath.Clean(pageName(out)))
	}
	return paths
}

// checkFree refuses to write over a file.
func checkFree(s *ui.Session, out string) error {
	for _, path := range targets(s, out) {
		if err := codes.CheckFree(path); err != nil {
			return err
		}
	}
	return nil
}

// partsName names the file with the parts of a request.
func partsName(out string) string { return strings.TrimSuffix(out, ".request") + ".parts.txt" }

// pageName names the page that is shown.
func pageName(out string) string { return strings.TrimSuffix(out, ".request") + ".html" }

// exportFile puts a request that was exported before, and signed, into what
// carries it. Nothing is measured.
func exportFile(s *ui.Session, opened *site.Site, path string) (*exported, error) {
	for _, option := range []string{"for", "out"} {
		if s.IsSet(option) {
			return nil, ui.NotTogether.New("a request that is there already", "option", "--"+option, "other", "FILE")
		}
	}
	if !travels(s) {
		return nil, ui.MissingOption.New("an option is missing", "option", "--"+codes.SheetFlag.Name, "value", codes.SheetFlag.Value)
	}
	signed, err := readSigned(path)
	if err != nil {
		return nil, fault.With(err, "file", path)
	}
	profile, err := opened.Profile()
	if err != nil {
		return nil, err
	}
	carrier := &carrier{session: s, out: path, file: signed.Document.Render()}
	if err := carrier.check(); err != nil {
		return nil, err
	}
	if err := carrier.draw(profile, &signed.Request, signed.Key.Fingerprint); err != nil {
		return nil, err
	}
	done := &exported{object: exportObject(&signed.Request, path, signed.Digest(), signed.Key.Fingerprint, false)}
	return done, carrier.write(done)
}

// readSigned reads a request that this program or another one signed.
func readSigned(path string) (*request.Signed, error) {
	data, err := files.Read(path, signedtext.MaxDamaged)
	if err != nil {
		return nil, err
	}
	if adopted, _, err := signedtext.Adopt(data); err == nil {
		data = adopted
	}
	signed, _, _, err := request.OpenRepaired(data)
	return signed, err
}

// check refuses to write over anything but the request, which is there.
func (c *carrier) check() error {
	for _, path := range targets(c.session, c.out)[1:] {
		if err := codes.CheckFree(path); err != nil {
			return err
		}
	}
	return nil
}

// carrier makes what a request travels as beside its file. Everything is
// drawn before anything is written.
type carrier struct {
	session *ui.Session
	out     string // the request's name
	file    []byte
	drawn   codes.Drawn
	text    []byte // the parts to paste; nil: not wanted
	count   int    // of the codes in a folder
	shown   *codes.Shown
}

// page names the page to be shown; empty: none is wanted.
func (c *carrier) page() string {
	switch path := c.session.String(codes.SheetFlag.Name); {
	case !c.session.Bool(showFlag.Name):
		return ""
	case codes.IsHTML(path):
		return path
	}
	return pageName(c.out)
}

// draw draws what was asked for.
func (c *carrier) draw(profile *request.Profile, made *request.Request, key openpgp.Fingerprint) (err error) {
	s := c.session
	if s.Bool(partsFlag.Name) {
		if c.text, err = parts.TextOf(codes.Size(s), c.file); err != nil {
			return err
		}
		c.drawn.Add(partsName(c.out), c.text)
	}
	if folder := s.String(codes.FolderFlag.Name); folder != "" {
		if err := c.drawFolder(folder); err != nil {
			return err
		}
	}
	if err := c.drawSheets(c.facts(profile, made, key)); err != nil {
		return err
	}
	if s.Bool(terminalFlag.Name) {
		c.shown, err = codes.ForTerminal(s, c.file)
	}
	return err
}

func (c *carrier) drawFolder(folder string) error {
	list, err := parts.Split(c.file, codes.Size(c.session))
	if err != nil {
		return err
	}
	c.count = len(list)
	return c.drawn.AddFolder(folder, list)
}

func (c *carrier) facts(profile *request.Profile, made *request.Request, key openpgp.Fingerprint) sheet.Facts {
	return sheet.Facts{
		Kind: sheet.Request, Language: c.session.Language(), Customer: made.Customer, Site: made.Site, Product: profile.Title,
		Version: made.Product.Version, Contact: string(profile.Words.Contact), Key: key.Groups(), Date: made.Created,
	}
}

func (c *carrier) drawSheets(facts sheet.Facts) error {
	wanted, page := c.session.String(codes.SheetFlag.Name), c.page()
	if wanted == "" && page == "" {
		return nil
	}
	made, err := sheet.New(facts, codes.Size(c.session), sheet.File{Name: filepath.Base(c.out), Data: c.file})
	if err != nil {
		return err
	}
	if wanted != "" {
		if err := c.drawn.AddSheet(wanted, made); err != nil {
			return err
		}
	}
	if page != "" && page != wanted {
		return c.drawn.AddSheet(page, made)
	}
	return nil
}

// write writes what was drawn and tells of it. The parts are shown: who
// works through a remote desktop copies them from the screen.
func (c *carrier) write(done *exported) error {
	if err := c.drawn.Write(); err != nil {
		return err
	}
	s := c.session
	if folder := s.String(codes.FolderFlag.Name); folder != "" {
		done.object["qr"] = folder
		done.words = append(done.words, s.Say("request-qr", "file", folder, "count", c.count))
	}
	if path := s.String(codes.SheetFlag.Name); path != "" {
		done.object["sheet"] = path
		done.words = append(done.words, s.Say("request-sheet", "file", path))
	}
	if c.text != nil {
		done.object["parts"] = partsName(c.out)
		done.words = append(done.words, s.Say("request-parts", "file", partsName(c.out)), "", strings.TrimSuffix(string(c.text), "\n"))
	}
	done.show = c.show
	return nil
}

// show shows codes in the terminal, and the page in the browser.
func (c *carrier) show() {
	s := c.session
	if c.shown != nil {
		c.shown.Show(s)
	}
	if path := c.page(); path != "" {
		s.Warn(codes.Browse(s, path))
		s.Line("request-show", "file", path)
	}
}
