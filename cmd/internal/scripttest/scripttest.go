// Package scripttest runs the command scripts of the programs' tests: real
// flags, real output, exit statuses, and what must not exist afterwards.
// Only tests import it.
//
// Beside testscript's own commands a script has the five programs, and
//
//	stage             copies a whole exchange, as futura-tour leaves it, to $WORK/tour;
//	                  its keys are $ROOT and $SIGNER, the serial of its license $SERIAL
//	status N COMMAND  demands exit status N
//	full COMMAND      runs a command that cannot write to the disk
//	erp-server LIE NAME=FILE,… COMMAND  runs a command in the dialogue, answers from SQLite files, prints the last message
//	damage FILE OLD NEW   replaces bytes in a file
//	mangle FILE HOW…  does what mail does: quoted, html, printable, misread, dashes, joined, cr, mail, twice, utf16
//	pick FILE OUT 1 LX  writes some of the parts in a file to another, of all documents or of the license; -1 -LX means all but these
//	join OUT FILE…    writes files into one, one after the other
//	sqlite FILE SQL   runs SQL on a SQLite database, making it if need be
//	server KIND       starts a database server: postgres, mariadb or firebird; where it is stands in $DBHOST, $DBPORT
//	                  and $DBFOLDER, its password in the file dbpass
//	crash KIND        ends that server at once; only mortal-postgres is of one script
//	sql KIND NAME FILE  runs the statements of a file on a database of that server, making it if need be;
//	                  ! sql demands that the server refuses them
//	copy-rows KIND NAME FILE TABLE…  copies rows of a SQLite database into tables of the same names there
//	signed FILE TEXT  writes the text that a document's signature covers
//	contains FILE PART    demands that a file contains the bytes of another
//	lock FILE         holds a SQLite database locked until the script says unlock
//	cp-glob PATTERN FILE  copies the one file that matches
//	code FILE CODE    finds the enrollment code in a letter
//	keyring           makes an empty GNUPGHOME; its pinentry answers with $GNUPGHOME/answer, or cancels
//	fingerprint NAME FILE  puts the fingerprint of a secret key file into a variable
//	sparse FILE       makes a file of 2 GB that takes no room
//	[tool:NAME]       is true where a program is installed, and fails where everything is required
//	empty FOLDER      demands that a folder is empty or not there
//	env CLOCK=384h    sets the programs' clock ahead, or behind with a minus
package scripttest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/futura/airlicense/cmd/internal/browser"
	_ "github.com/futura/airlicense/cmd/internal/drivers"
	"github.com/futura/airlicense/cmd/internal/gpgsigner"
	"github.com/futura/airlicense/cmd/internal/issuecommands"
	"github.com/futura/airlicense/cmd/internal/keyscommands"
	"github.com/futura/airlicense/cmd/internal/requestcommands"
	"github.com/futura/airlicense/cmd/internal/tourcommands"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/cmd/internal/verifycommands"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/keys/signedtext"
)

// Main is TestMain's work: it lets the test binary be the programs.
func Main(m *testing.M) {
	commands := map[string]func(){"full": full, "erp-server": playServer}
	for _, program := range []func() ui.Program{
		requestcommands.Program, issuecommands.Program, verifycommands.Program, keyscommands.Program, tourcommands.Program,
	} {
		made := program()
		commands[made.Name] = func() {
			environment := system()
			environment.External = gpgsigner.Open
			environment.Browse = browser.Open
			os.Exit(ui.Run(environment, made, os.Args[1:]))
		}
	}
	testscript.Main(m, commands)
}

// system is the environment of this process, with the script's clock.
func system() *ui.Environment {
	environment := ui.System("", "test")
	environment.Out, environment.Err = complete{environment.Out}, complete{environment.Err}
	if written := os.Getenv("CLOCK"); written != "" {
		ahead, err := time.ParseDuration(written)
		if err != nil {
			panic(err)
		}
		now := environment.Now
		environment.Now = func() time.Time { return now().Add(ahead) }
	}
	return environment
}

// complete passes on what has a value for everything that it names.
type complete struct{ io.Writer }

// A message that was given too few values, or that no catalogue has.
var incomplete = regexp.MustCompile(`<no value>|\[[A-Z]{2}-[0-9]{3}[a-z-]*\]|\[(?:word|flag|help|check|kind|source)-[a-z-]+\]`)

func (c complete) Write(data []byte) (int, error) {
	if found := incomplete.Find(data); found != nil {
		panic(fmt.Sprintf("%s in: %s", found, data))
	}
	return c.Writer.Write(data)
}

// Run runs the scripts of a folder.
func Run(t *testing.T, folder string) {
	scripts, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	stage := t.TempDir()
	t.Chdir(stage) // the tour's paths are relative, so that its folder can be copied
	play(t)
	servers := servers(t)
	testscript.Run(t, testscript.Params{
		Dir: scripts,
		Setup: func(env *testscript.Env) error {
			env.Setenv("LC_ALL", "en")
			env.Setenv("GORACE", os.Getenv("GORACE"))
			env.Setenv("HOME", env.WorkDir)
			env.Values[locked{}] = map[string]func(){}
			return nil
		},
		Condition: func(name string) (bool, error) {
			if tool, found := strings.CutPrefix(name, "tool:"); found {
				return installed(servers, tool)
			}
			return false, errors.New("unknown condition")
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"stage": func(script *testscript.TestScript, _ bool, _ []string) {
				script.Check(copyTree(filepath.Join(stage, "tour"), script.MkAbs("tour")))
				script.Setenv("ROOT", root(script, stage))
				script.Setenv("SERIAL", serial(script, stage))
				script.Setenv("SIGNER", signer(script, stage))
			},
			"server": startServer(servers), "crash": crash(servers), "sql": runStatements(servers), "copy-rows": copyTables(servers),
			"status": status, "damage": damage, "mangle": mangle, "pick": pick, "join": join, "empty": empty, "sparse": sparse, "sqlite": execute, "lock": lock, "unlock": unlock, "signed": signed, "contains": contains, "cp-glob": copyMatch, "code": findCode,
			"keyring": keyring, "fingerprint": fingerprint,
		},
	})
}

// copyTree copies files with their rights, which os.CopyFS does not keep.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, info.Mode().Perm())
	})
}

// play makes the stage: the tour's folder.
func play(t *testing.T) {
	t.Helper()
	var said bytes.Buffer
	environment := ui.System("", "test")
	environment.In, environment.Out, environment.Err, environment.ReadSecret, environment.Terminal = strings.NewReader(""), &said, &said, nil, false
	if ui.Run(environment, tourcommands.Program(), []string{"--lang", "en"}) != 0 {
		t.Fatal(said.String())
	}
}

// root reads the root fingerprint out of the stage's configuration.
func root(script *testscript.TestScript, stage string) string {
	config, err := os.ReadFile(filepath.Join(stage, "tour", "site", "config.toml"))
	script.Check(err)
	_, rest, _ := strings.Cut(string(config), "\nroot = '")
	fingerprint, _, _ := strings.Cut(rest, "'")
	return fingerprint
}

// serial reads the serial of the stage's license.
func serial(script *testscript.TestScript, stage string) string {
	license, err := os.ReadFile(filepath.Join(stage, "tour", "reply", "versao8.9.ver"))
	script.Check(err)
	return regexp.MustCompile(`L-[0-9]{4}-[0-9]{6}`).FindString(string(license))
}

// signer reads the signer's fingerprint out of the stage's trust file.
func signer(script *testscript.TestScript, stage string) string {
	trust, err := os.ReadFile(filepath.Join(stage, "tour", "issuer", "futura.trust"))
	script.Check(err)
	return regexp.MustCompile(`[0-9A-F]{40}`).FindString(string(trust))
}

func status(script *testscript.TestScript, negated bool, arguments []string) {
	if negated || len(arguments) < 2 {
		script.Fatalf("usage: status N COMMAND ARGUMENTS…")
	}
	want, err := strconv.Atoi(arguments[0])
	script.Check(err)
	got := 0
	if err := script.Exec(arguments[1], arguments[2:]...); err != nil {
		failed, ok := err.(*exec.ExitError)
		if !ok {
			script.Fatalf("%v", err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		script.Fatalf("exit status %d, want %d", got, want)
	}
}

func damage(script *testscript.TestScript, _ bool, arguments []string) {
	if len(arguments) != 3 {
		script.Fatalf("usage: damage FILE OLD NEW")
	}
	path := script.MkAbs(arguments[0])
	content, err := os.ReadFile(path)
	script.Check(err)
	changed := strings.Replace(string(content), arguments[1], arguments[2], 1)
	if changed == string(content) {
		script.Fatalf("%s does not contain %q", path, arguments[1])
	}
	script.Check(os.WriteFile(path, []byte(changed), 0o600))
}

func open(script *testscript.TestScript, path string) *sql.DB {
	db, err := sql.Open("sqlite", script.MkAbs(path))
	script.Check(err)
	return db
}

func execute(script *testscript.TestScript, _ bool, arguments []string) {
	db := open(script, arguments[0])
	defer db.Close()
	_, err := db.Exec(arguments[1])
	script.Check(err)
}

// signed verifies nothing: it takes the text out.
func signed(script *testscript.TestScript, _ bool, arguments []string) {
	_, err := signedtext.Open([]byte(script.ReadFile(arguments[0])), nil)
	var unverified *signedtext.UnverifiedError
	if !errors.As(err, &unverified) {
		script.Fatalf("%s: %v", arguments[0], err)
	}
	script.Check(os.WriteFile(script.MkAbs(arguments[1]), unverified.Text, 0o600))
}

func contains(script *testscript.TestScript, negated bool, arguments []string) {
	whole, part := script.ReadFile(arguments[0]), script.ReadFile(arguments[1])
	if part == "" || strings.Contains(whole, part) == negated {
		script.Fatalf("%s contains %s: %v", arguments[0], arguments[1], !negated)
	}
}

type locked struct{}

func lock(script *testscript.TestScript, _ bool, arguments []string) {
	db := open(script, arguments[0])
	conn, err := db.Conn(context.Background())
	script.Check(err)
	_, err = conn.ExecContext(context.Background(), "BEGIN EXCLUSIVE")
	script.Check(err)
	release := func() { conn.Close(); db.Close() }
	script.Value(locked{}).(map[string]func())["release"] = release
	script.Defer(release)
}

func unlock(script *testscript.TestScript, _ bool, _ []string) {
	script.Value(locked{}).(map[string]func())["release"]()
}

func copyMatch(script *testscript.TestScript, _ bool, arguments []string) {
	matches, err := filepath.Glob(script.MkAbs(arguments[0]))
	script.Check(err)
	if len(matches) != 1 {
		script.Fatalf("%d files match %s", len(matches), arguments[0])
	}
	content, err := os.ReadFile(matches[0])
	script.Check(err)
	script.Check(os.WriteFile(script.MkAbs(arguments[1]), content, 0o600))
}

func findCode(script *testscript.TestScript, _ bool, arguments []string) {
	letter := script.ReadFile(arguments[0])
	code := regexp.MustCompile(`[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]{2}`).FindString(letter)
	script.Check(os.WriteFile(script.MkAbs(arguments[1]), []byte(code), 0o600))
}

func keyring(script *testscript.TestScript, _ bool, _ []string) {
	folder, remove, err := peertest.Keyring()
	script.Check(err)
	script.Defer(remove)
	script.Setenv("GNUPGHOME", folder)
}

func fingerprint(script *testscript.TestScript, _ bool, arguments []string) {
	secret, err := openpgp.ReadSecret([]byte(script.ReadFile(arguments[1])))
	script.Check(err)
	script.Setenv(arguments[0], secret.Fingerprint().String())
}

func sparse(script *testscript.TestScript, _ bool, arguments []string) {
	path := script.MkAbs(arguments[0])
	script.Check(os.WriteFile(path, nil, 0o600))
	script.Check(os.Truncate(path, 2<<30))
}

func empty(script *testscript.TestScript, _ bool, arguments []string) {
	entries, err := os.ReadDir(script.MkAbs(arguments[0]))
	if err != nil {
		return
	}
	for _, entry := range entries {
		script.Fatalf("%s holds %s", arguments[0], entry.Name())
	}
}

// full becomes another program that can write to no file. Pipes and terminals
// still work, so that it can say so.
func full() {
	forbidWriting()
	path, err := exec.LookPath(os.Args[1])
	if err == nil {
		err = replace(path, os.Args[1:])
	}
	io.WriteString(os.Stderr, err.Error())
	os.Exit(99)
}
