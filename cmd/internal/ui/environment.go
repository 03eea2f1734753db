// Package ui is the voice of the programs: their tables of commands, help,
// errors, prompts, progress and exit codes. The rules:
//
//   - What was asked for goes to standard output, everything else to
//     standard error.
//   - An error is two lines: program, "error", code and one sentence; then
//     "hint" and the command to run next.
//   - Exit 0 is valid or done (warnings included), 1 not valid or refused,
//     2 could not decide: usage, files, keys, databases. docs/errors.md has
//     the codes; the first digit of a code decides (package fault).
//   - Colors and progress appear on a terminal only, colors not when
//     NO_COLOR is set (no-color.org).
//   - Options may stand before or after file names. An option that is not
//     known is an error, never a file name.
package ui

import (
	"crypto/rand"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

// Environment is everything that a program gets from outside.
type Environment struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	Now      func() time.Time
	Sleep    func(time.Duration)
	Random   io.Reader
	Root     string // compiled-in root fingerprint; empty: none
	Version  string
	// Locale returns the system's language where the environment does not
	// tell it (Windows).
	Locale func() string
	// ReadSecret asks on the terminal without echo; nil without a terminal.
	ReadSecret func(prompt string) ([]byte, error)
	// External returns a signer whose secret another program holds; nil where
	// there is none.
	External func(key openpgp.Fingerprint, certificate *openpgp.Certificate) External
	// Exec replaces this process by a program; nil where that cannot be done.
	Exec func(path string, arguments, environment []string) error
	// Browse opens a file in the browser; nil where there is none.
	Browse func(path string) error
	// Window returns the size of the terminal that standard output is; nil
	// without one.
	Window func() (columns, rows int, known bool)
	// Bar draws progress on a terminal; nil in programs without slow work.
	Bar      func(out io.Writer, name string) func(share float64)
	Terminal bool // standard error is a terminal
	Colors   bool // standard output is a terminal
}

// External signs with a secret that is not in this process.
type External interface {
	signedtext.Signer
	// Secrets lists the keys of the certificate whose secrets are there.
	// Without the signer's own it is an error.
	Secrets() ([]openpgp.Fingerprint, error)
}

// System returns the environment of this process.
func System(root, version string) *Environment {
	environment := &Environment{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Now: time.Now, Sleep: time.Sleep, Random: rand.Reader,
		Root: root, Version: version, Locale: systemLocale, Exec: systemExec,
		Terminal: term.IsTerminal(int(os.Stderr.Fd())), Colors: term.IsTerminal(int(os.Stdout.Fd())) && systemColors(os.Stdout.Fd()),
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		environment.ReadSecret = readSecret
	}
	if term.IsTerminal(int(os.Stdout.Fd())) {
		environment.Window = windowSize
	}
	return environment
}

func readSecret(prompt string) ([]byte, error) {
	io.WriteString(os.Stderr, prompt)
	secret, err := term.ReadPassword(int(os.Stdin.Fd()))
	io.WriteString(os.Stderr, "\n")
	return secret, err
}

func windowSize() (columns, rows int, known bool) {
	columns, rows, err := term.GetSize(int(os.Stdout.Fd()))
	return columns, rows, err == nil
}

// RootFingerprint returns the compiled-in root, or zero.
func (e *Environment) RootFingerprint() (openpgp.Fingerprint, error) {
	if e.Root == "" {
		return openpgp.Fingerprint{}, nil
	}
	return openpgp.ParseFingerprint(e.Root)
}

// languages lists what the user prefers, as POSIX orders it.
func (e *Environment) languages() []string {
	var list []string
	for _, variable := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := e.Getenv(variable); locale != "" {
			return append(list, locale)
		}
	}
	if e.Locale != nil {
		list = append(list, e.Locale())
	}
	return list
}
