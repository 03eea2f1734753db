// Package requestcommands is the program futura-request, for the site: it
// measures the databases, shows what would leave, exports the request,
// installs the answer, and gates the server's start.
package requestcommands

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/futura/airlicense/cmd/internal/codes"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/verify"
)

// Codes of this program's errors.
const (
	noPassword   = fault.Code("FL-815") // a database password that nobody can give
	notFound     = fault.Code("FL-811") // the gate's command is not there
	notRunnable  = fault.Code("FL-812") // the gate's command cannot be run
	badRunning   = fault.Code("FL-817") // the configured source of the running version fails
	badArguments = fault.Code("FL-818") // --connection that cannot be read
	notOurs      = fault.Code("FL-452") // a request that another installation made
	notExplained = fault.Code("FL-453") // a request measured by a profile that is not installed
	notProven    = fault.Code("FL-313") // a profile that a check refuses
	unverified   = fault.Code("FL-414") // an engine that was never tried with a real server
)

var (
	homeFlag     = ui.Flag{Name: "home", Value: "DIR"}
	rootFlag     = ui.Flag{Name: "root", Value: "FINGERPRINT"}
	formatFlag   = ui.Flag{Name: "format", Value: "text|json"}
	versionFlag  = ui.Flag{Name: "version", Value: "VERSION", Words: "flag-running"}
	dialogueFlag = ui.Flag{Name: "dialogue"}
	partsFlag    = ui.Flag{Name: "parts"}
	pasteFlag    = ui.Flag{Name: "paste"}
	scanFlag     = ui.Flag{Name: "scanner"}
	shortFlag    = ui.Flag{Name: "short", Words: "flag-install-short"}
	keyPassFlag  = ui.Flag{Name: "passphrase-file", Value: "FILE", Words: "flag-site-passphrase-file"}
)

// Program returns futura-request.
func Program() ui.Program {
	return ui.Program{Name: "futura-request", Example: "futura-request check", Commands: []ui.Command{
		{Name: "init", Example: `futura-request init --product sispetro --site producao --connection name=producao,engine=sqlite,path=erp.db`,
			Flags: []ui.Flag{homeFlag, {Name: "product", Value: "NAME", Words: "flag-site-product"}, {Name: "site", Value: "NAME"},
				{Name: "connection", Value: "KEY=VALUE,…", Repeated: true}, rootFlag}, Run: initialize},
		{Name: "enroll", Example: "futura-request enroll --customer 00123",
			Flags: []ui.Flag{homeFlag, {Name: "customer", Value: "NUMBER", Words: "flag-enroll-customer"}, {Name: "code-file", Value: "FILE"}, {Name: "new-key"}, keyPassFlag,
				{Name: "certificate", Value: "FILE"}}, Run: enroll},
		{Name: "preview", Arguments: "[FILE]", Maximum: 1, Example: "futura-request preview --for 8.9",
			Flags: []ui.Flag{homeFlag, {Name: "for", Value: "VERSION", Words: "flag-for-preview"}, {Name: "sql"}, versionFlag, formatFlag, dialogueFlag}, Run: preview},
		{Name: "export", Arguments: "[FILE]", Maximum: 1, Example: "futura-request export --for 8.9",
			Flags: []ui.Flag{homeFlag, {Name: "for", Value: "VERSION", Words: "flag-for-preview"}, {Name: "out", Value: "FILE"}, partsFlag, codes.FolderFlag, codes.SheetFlag, codes.DenseFlag, showFlag, terminalFlag, versionFlag, keyPassFlag, formatFlag, dialogueFlag}, Run: export},
		{Name: "install", Arguments: "FILE…", Maximum: -1, Example: "futura-request install versao8.9.ver futura.trust",
			Flags: []ui.Flag{homeFlag, pasteFlag, scanFlag, shortFlag, formatFlag, dialogueFlag}, Run: install},
		{Name: "check", Example: "futura-request check", Flags: []ui.Flag{homeFlag, versionFlag, upgradeFlag, afterFlag, confirmFlag, formatFlag, dialogueFlag}, Run: check},
		{Name: "measure", Example: "futura-request measure",
			Flags: []ui.Flag{homeFlag, formatFlag, dialogueFlag, {Name: "profile", Value: "FILE", Words: "flag-measure-profile"}}, Run: measure},
		{Name: "grants", Arguments: "[FILE…]", Maximum: -1, Example: "futura-request grants --engine postgresql --database erp futura.trust sispetro.profile",
			Flags: []ui.Flag{homeFlag, {Name: "database", Value: "NAME", Words: "flag-grants-database"}, {Name: "engine", Value: "ENGINE", Words: "flag-grants-engine"},
				{Name: "user", Value: "NAME", Words: "flag-grants-user"}, {Name: "views", Words: "flag-grants-views"}, {Name: "out", Value: "FILE"}, rootFlag}, Run: grants},
		profileCommands(),
		{Name: "gate", Arguments: "-- COMMAND ARGUMENTS…", Passes: true, Example: "futura-request gate -- /opt/sispetro/hermes --port 211",
			Flags: []ui.Flag{homeFlag, versionFlag, {Name: "wait", Value: "DURATION"}}, Run: gate},
	}}
}

// home returns the site's folder: --home, else the system's place for data.
func home(s *ui.Session) string {
	if path := s.String("home"); path != "" {
		return path
	}
	getenv := s.Environment().Getenv
	if runtime.GOOS == "windows" {
		return filepath.Join(getenv("ProgramData"), "Futura")
	}
	if data := getenv("XDG_DATA_HOME"); data != "" {
		return filepath.Join(data, "futura")
	}
	return filepath.Join(getenv("HOME"), ".local", "share", "futura")
}

// openSite opens the site folder and shows its warnings.
func openSite(s *ui.Session) (*site.Site, error) {
	root, err := s.Environment().RootFingerprint()
	if err != nil {
		return nil, err
	}
	opened, err := site.Open(home(s), root)
	if err != nil {
		return nil, err
	}
	return opened, nil
}

// showWarnings prints what is wrong but stops nothing.
func showWarnings(s *ui.Session, opened *site.Site) {
	for _, warning := range opened.Warnings {
		s.Warn(warning)
	}
	opened.Warnings = nil
}

// place describes here and now for a check.
func place(s *ui.Session, reached *connections, running verify.Running) site.Place {
	return site.Place{Now: s.Now(), Version: running, Bits: strconv.IntSize, Measure: reached.measure}
}

// running finds the running version: --version, the server that speaks, the
// profile's query, the configured file, the configured command.
func running(ctx context.Context, s *ui.Session, opened *site.Site, reached *connections) (verify.Running, error) {
	if text := s.String("version"); text != "" {
		return verify.Running{Asked: true, Text: text, Source: "flag"}, nil
	}
	if reached.partner != nil && reached.partner.Version != "" {
		return verify.Running{Asked: true, Text: reached.partner.Version, Source: "server"}, nil
	}
	if found := runningInDatabase(ctx, opened, reached); found != "" {
		return verify.Running{Asked: true, Text: found, Source: "database"}, nil
	}
	if path := opened.Config.Running.File; path != "" {
		if !filepath.IsAbs(path) {
			path = filepath.Join(opened.Folder, path)
		}
		content, err := files.Read(path, 4<<10)
		if err != nil {
			return verify.Running{}, badRunning.Wrap(err, "the configured file cannot be read", "source", path)
		}
		return verify.Running{Asked: true, Text: firstLine(string(content)), Source: "file"}, nil
	}
	if command := opened.Config.Running.Command; len(command) > 0 {
		output, err := runForVersion(ctx, command)
		if err != nil {
			return verify.Running{}, badRunning.Wrap(err, "the configured command fails", "source", command[0])
		}
		return verify.Running{Asked: true, Text: firstLine(output), Source: "command"}, nil
	}
	return verify.Running{Asked: true}, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}

// runningInDatabase asks the database where the profile says. A database
// that does not answer leaves the version to the other sources.
func runningInDatabase(ctx context.Context, opened *site.Site, reached *connections) string {
	profile, err := opened.Profile()
	if err != nil {
		return ""
	}
	text, err := reached.running(ctx, opened.Config.Databases[0], profile)
	if err != nil {
		return ""
	}
	return text
}

// unlockKey opens the site key, asking for its passphrase if it has one.
func unlockKey(s *ui.Session, opened *site.Site) (*openpgp.Secret, error) {
	key, err := opened.Key()
	if errors.Is(err, files.NotFound) {
		return nil, site.NotEnrolled.New("the site is not enrolled yet", "folder", opened.Folder)
	}
	if err != nil {
		return nil, err
	}
	if enrollment, err := opened.Enrollment(); err != nil || enrollment.Fingerprint != key.Fingerprint() {
		return nil, site.NotEnrolled.New("the site is not enrolled with this key", "folder", opened.Folder)
	}
	if !key.Locked() {
		return key, nil
	}
	passphrase, err := s.Passphrase(keyPassFlag.Name, "prompt-site-passphrase")
	if err != nil {
		return nil, err
	}
	return key, key.Unlock(passphrase)
}
