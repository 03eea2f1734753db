// Package tourcommands is the program futura-tour: it plays the whole exchange
// in one folder, issuer, desk, site, auditor and the refusals. It runs the
// real programs, inside its own process, with the arguments that it prints.
package tourcommands

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/futura/airlicense/cmd/internal/issuecommands"
	"github.com/futura/airlicense/cmd/internal/keyscommands"
	"github.com/futura/airlicense/cmd/internal/requestcommands"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/cmd/internal/verifycommands"
	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
)

const notOurs = fault.Code("FL-917") // a folder that the tour did not make

// marker is how the tour knows a folder that it made.
const marker = ".futura-tour"

// Program returns futura-tour.
func Program() ui.Program {
	return ui.Program{
		Name: "futura-tour", Example: "go run ./cmd/futura-tour --folder tour", Run: play,
		Flags: []ui.Flag{{Name: "folder", Value: "DIR", Words: "flag-tour-folder"}},
	}
}

// tour is one performance.
type tour struct {
	session *ui.Session
	folder  string
	root    string
	code    string
}

var programs = map[string]func() ui.Program{
	"futura-keys": keyscommands.Program, "futura-issue": issuecommands.Program,
	"futura-request": requestcommands.Program, "futura-verify": verifycommands.Program,
}

func play(s *ui.Session) error {
	folder := s.String("folder")
	if folder == "" {
		folder = "tour"
	}
	if err := clear(folder); err != nil {
		return err
	}
	show := &tour{session: s, folder: folder}
	s.Line("tour-head", "folder", folder)
	s.Line("tour-by-hand", "folder", folder)
	for _, act := range []func() error{show.prepare, show.issuer, show.desk, show.site, show.answer, show.install, show.business, show.upgrade, show.audit, show.refusals} {
		if err := act(); err != nil {
			return err
		}
	}
	show.end()
	return nil
}

// clear empties a folder that an earlier tour made, and refuses any other.
func clear(folder string) error {
	entries, err := os.ReadDir(folder)
	if err == nil && len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(folder, marker)); err != nil {
			return notOurs.New("the folder is not ours", "folder", folder)
		}
		if err := os.RemoveAll(folder); err != nil {
			return files.NotWritable.Wrap(err, "cannot be emptied", "file", folder, "reason", "folder")
		}
	}
	for _, name := range []string{"", "passphrases", "transfer", "safe", "mail", "profiles", "backup"} {
		if err := files.MakePrivate(filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return files.Create(filepath.Join(folder, marker), []byte("made by futura-tour\n"), files.Public)
}

func (t *tour) path(parts ...string) string {
	return filepath.Join(append([]string{t.folder}, parts...)...)
}

// run prints a command line, runs it, prints what it says, and demands the
// exit status.
func (t *tour) run(status int, program string, arguments ...string) (string, error) {
	fmt.Fprintf(t.session.Out, "\n$ %s\n", commandLine(program, arguments))
	var said bytes.Buffer
	environment := *t.session.Environment()
	environment.In, environment.Out, environment.Err = strings.NewReader(""), &said, &said
	environment.ReadSecret, environment.Exec, environment.Terminal, environment.Colors = nil, nil, false, false
	language := t.session.Language()
	getenv := environment.Getenv
	environment.Getenv = func(name string) string {
		if name == "LC_ALL" {
			return language
		}
		return getenv(name)
	}
	got := ui.Run(&environment, programs[program](), arguments)
	for line := range strings.Lines(said.String()) {
		fmt.Fprintf(t.session.Out, "  %s", line)
	}
	if got != 0 {
		fmt.Fprintf(t.session.Out, "  (%s)\n", t.session.Say("tour-exit", "status", got))
	}
	if got != status {
		return "", fmt.Errorf("%s ended with status %d instead of %d", program, got, status)
	}
	return said.String(), nil
}

var plainArgument = regexp.MustCompile(`^[A-Za-z0-9_./:=,@%+-]+$`)

// commandLine writes a command as a shell reads it.
func commandLine(program string, arguments []string) string {
	words := []string{program}
	for _, argument := range arguments {
		if !plainArgument.MatchString(argument) {
			argument = `"` + strings.ReplaceAll(argument, `"`, `\"`) + `"`
		}
		words = append(words, argument)
	}
	return strings.Join(words, " ")
}

// all runs several commands that must succeed.
func (t *tour) all(commands ...[]string) error {
	for _, command := range commands {
		if _, err := t.run(0, command[0], command[1:]...); err != nil {
			return err
		}
	}
	return nil
}

func (t *tour) act(id string, pairs ...any) {
	fmt.Fprintf(t.session.Out, "\n== %s\n", t.session.Say(id, pairs...))
}

// prepare writes what people would have at hand: passphrases, the drafts of
// the profiles, the customer's database.
func (t *tour) prepare() error {
	for _, name := range []string{"root", "signer", "log"} {
		if err := files.Create(t.path("passphrases", name), []byte("the "+name+" passphrase of the tour\n"), files.Private); err != nil {
			return err
		}
	}
	for name, draft := range map[string][]byte{"sispetro.toml": profiles.SisPetro, "crm.toml": profiles.CRM} {
		if err := files.Create(t.path("profiles", name), draft, files.Public); err != nil {
			return err
		}
	}
	done := t.session.Progress("progress-building")
	rows, err := makeERP(t.path("erp.db"), 1, done)
	if err != nil {
		return err
	}
	t.session.Line("tour-database", "rows", rows)
	return nil
}

func (t *tour) issuer() error {
	t.act("tour-issuer")
	root, signer, log := t.path("passphrases", "root"), t.path("passphrases", "signer"), t.path("passphrases", "log")
	issuer := t.path("issuer")
	err := t.all(
		[]string{"futura-keys", "root", "--folder", issuer, "--name", "Futura Tour", "--new-passphrase-file", root},
		[]string{"futura-keys", "signer", "--folder", issuer, "--out", t.path("transfer", "signer.key"), "--passphrase-file", root, "--new-passphrase-file", signer},
		[]string{"futura-keys", "log", "--folder", issuer, "--origin", "futura/licenses", "--out", t.path("transfer", "log.key"), "--new-passphrase-file", log},
		[]string{"futura-keys", "trust", "--folder", issuer, "--products", "sispetro crm", "--passphrase-file", root},
		[]string{"futura-keys", "export", "--out", t.path("issuer.asc"), t.path("issuer", "futura.trust")},
	)
	if err != nil {
		return err
	}
	said, err := t.run(0, "futura-keys", "show", t.path("issuer", "futura.trust"))
	if err != nil {
		return err
	}
	found := regexp.MustCompile(`(?:[0-9A-F]{4} +){9}[0-9A-F]{4}`).FindString(said)
	t.root = strings.ReplaceAll(found, " ", "")
	return nil
}

func (t *tour) desk() error {
	t.act("tour-desk")
	desk := []string{"--desk", t.path("desk")}
	signing := append(desk, "--passphrase-file", t.path("passphrases", "signer"), "--log-passphrase-file", t.path("passphrases", "log"))
	with := func(flags []string, words ...string) []string {
		return append(append(words[:len(words)-1:len(words)-1], flags...), words[len(words)-1])
	}
	err := t.all(
		[]string{"futura-issue", "init", "--head", t.path("safe", "futura.head"), "--trust", t.path("issuer", "futura.trust"),
			"--signer", t.path("transfer", "signer.key"), "--log", t.path("transfer", "log.key"), "--root", t.root,
			"--log-passphrase-file", t.path("passphrases", "log"), t.path("desk")},
		with(append(signing, "--out", t.path("sispetro.profile")), "futura-issue", "profile", "sign", t.path("profiles", "sispetro.toml")),
		with(append(signing, "--out", t.path("crm.profile")), "futura-issue", "profile", "sign", t.path("profiles", "crm.toml")),
		with(append(desk, "--name", "Posto Sol Ltda", "--keyuser", "Ana Lima <ana@posto-sol.example>"), "futura-issue", "customer", "add", "00123"),
		append([]string{"futura-issue", "contract", "set"}, append(desk, "--versions", "8.8..8.9", "--modules", "0 S3 fiscal", "--maintenance", "2099-12-31", "00123", "sispetro")...),
	)
	if err != nil {
		return err
	}
	said, err := t.run(0, "futura-issue", "customer", "invite", "--desk", t.path("desk"), "--product", "sispetro", "--out", t.path("invitation"), "00123")
	if err != nil {
		return err
	}
	t.code = regexp.MustCompile(`[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]{2}`).FindString(said)
	// The customer reads the code in the letter.
	return files.Create(t.path("passphrases", "code"), []byte(t.code+"\n"), files.Private)
}

func (t *tour) site() error {
	t.act("tour-site")
	home := t.path("site")
	return t.all(
		[]string{"futura-request", "init", "--home", home, "--product", "sispetro", "--site", "producao",
			"--connection", "name=producao,engine=sqlite,path=" + t.path("erp.db"), "--root", t.root},
		[]string{"futura-request", "install", "--home", home, t.path("invitation", "futura.trust"), t.path("invitation", "sispetro.profile")},
		[]string{"futura-request", "enroll", "--home", home, "--customer", "00123", "--code-file", t.path("passphrases", "code")},
		[]string{"futura-request", "preview", "--home", home, "--for", "8.9"},
		[]string{"futura-request", "export", "--home", home, "--for", "8.9", "--out", t.request(), "--qr", t.codes()},
	)
}

func (t *tour) request() string { return t.path("mail", "00123-sispetro-8.9.request") }
func (t *tour) codes() string   { return t.path("mail", "codes") }
func (t *tour) license() string { return t.path("reply", "versao8.9.ver") }

// issueLicense is the command that answers a request.
func (t *tour) issueLicense(out, request string) []string {
	return []string{"futura-issue", "license", "--desk", t.path("desk"), "--passphrase-file", t.path("passphrases", "signer"),
		"--log-passphrase-file", t.path("passphrases", "log"), "--yes", "--out", out, request}
}

func (t *tour) answer() error {
	t.act("tour-issue")
	return t.all(
		[]string{"futura-issue", "review", "--desk", t.path("desk"), t.codes()},
		t.issueLicense(t.path("reply"), t.request()),
	)
}

func (t *tour) install() error {
	t.act("tour-install")
	home := t.path("site")
	err := t.all(
		[]string{"futura-request", "install", "--home", home, t.license(), t.path("reply", "futura.trust"), t.path("reply", "sispetro.profile")},
		[]string{"futura-request", "check", "--home", home},
	)
	if err != nil {
		return err
	}
	words := t.session.Say("tour-server")
	server := []string{"echo", words}
	if runtime.GOOS == "windows" {
		server = []string{"cmd", "/c", "echo " + words}
	}
	_, err = t.run(0, "futura-request", append([]string{"gate", "--home", home, "--"}, server...)...)
	return err
}

func (t *tour) business() error {
	rows, err := growERP(t.path("erp.db"), t.session.Now())
	if err != nil {
		return err
	}
	t.act("tour-business", "rows", rows)
	return t.all([]string{"futura-request", "check", "--home", t.path("site")})
}

// upgrade asks whether the next version may be installed. The technician made
// a backup, and has named its folder in the configuration.
func (t *tour) upgrade() error {
	t.act("tour-upgrade")
	config, err := os.ReadFile(t.path("site", "config.toml"))
	if err != nil {
		return err
	}
	backup := []byte("\n[[backup]]\ncheck = \"backup\"\npath = \"../backup/erp-*.bak\"\n")
	if err := files.Replace(t.path("site", "config.toml"), append(config, backup...), files.Private); err != nil {
		return err
	}
	if err := files.Create(t.path("backup", "erp-2026-11-20.bak"), []byte("the tour's backup\n"), files.Private); err != nil {
		return err
	}
	return t.all([]string{"futura-request", "check", "--home", t.path("site"), "--upgrade", "8.9.4", "--confirm", "novidades"})
}

func (t *tour) judge(file string, more ...string) []string {
	command := []string{"futura-verify", "license", "--root", t.root, "--trust", t.path("issuer", "futura.trust")}
	return append(append(command, more...), file)
}

func (t *tour) audit() error {
	t.act("tour-audit")
	return t.all(
		t.judge(t.license(), "--customer", "00123", "--product", "sispetro", "--version", "8.9.4"),
		[]string{"futura-verify", "request", t.request()},
		[]string{"futura-verify", "inspect", "--detach", t.path("audit"), t.license()},
	)
}

// refusals shows what is not accepted, and why.
func (t *tour) refusals() error {
	t.act("tour-refusals")
	license, err := os.ReadFile(t.license())
	if err != nil {
		return err
	}
	altered := bytes.Replace(license, []byte(`customer = "00123"`), []byte(`customer = "00124"`), 1)
	unlogged, _, _ := bytes.Cut(license, []byte("-----BEGIN FUTURA PROOF-----"))
	for name, data := range map[string][]byte{"altered.ver": altered, "unlogged.ver": unlogged} {
		if err := files.Create(t.path("mail", name), data, files.Public); err != nil {
			return err
		}
	}
	if err := t.otherDatabase(); err != nil {
		return err
	}
	for _, command := range [][]string{
		t.judge(t.path("mail", "altered.ver")),
		t.judge(t.license(), "--customer", "00999"),
		{"futura-request", "check", "--home", t.path("site"), "--version", "8.10"},
		t.judge(t.path("mail", "unlogged.ver")),
		{"futura-request", "install", "--home", t.path("other-site"), t.license()},
	} {
		if _, err := t.run(1, command[0], command[1:]...); err != nil {
			return err
		}
	}
	// The same request gets the same file, byte for byte.
	if err := t.all(t.issueLicense(t.path("reply-again"), t.request())); err != nil {
		return err
	}
	again, err := os.ReadFile(t.path("reply-again", "versao8.9.ver"))
	if err != nil {
		return err
	}
	if !bytes.Equal(again, license) {
		return errors.New("the second answer differs from the first")
	}
	return nil
}

// otherDatabase sets up another customer of the same product.
func (t *tour) otherDatabase() error {
	if _, err := makeERP(t.path("other.db"), 2, func(float64) {}); err != nil {
		return err
	}
	home := t.path("other-site")
	return t.all(
		[]string{"futura-request", "init", "--home", home, "--product", "sispetro", "--site", "producao",
			"--connection", "name=producao,engine=sqlite,path=" + t.path("other.db"), "--root", t.root},
		[]string{"futura-request", "install", "--home", home, t.path("invitation", "futura.trust"), t.path("invitation", "sispetro.profile")},
	)
}

func (t *tour) end() {
	fmt.Fprintf(t.session.Out, "\n== %s\n\n", t.session.Say("tour-end"))
	for _, place := range [][2]string{
		{t.path("issuer"), "issuer"}, {t.path("issuer.asc"), "certificate"}, {t.path("desk"), "desk"}, {t.path("safe"), "safe"},
		{t.path("invitation"), "invitation"}, {t.path("site"), "site"}, {t.path("erp.db"), "database"}, {t.request(), "request"},
		{t.codes(), "codes"}, {t.path("reply"), "reply"}, {t.path("audit"), "audit"},
	} {
		fmt.Fprintf(t.session.Out, "  %-36s %s\n", place[0], t.session.Say("tour-file-"+place[1]))
	}
}
