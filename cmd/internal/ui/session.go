package ui

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/futura/airlicense/cmd/internal/text"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
)

// Session is one run of a program.
type Session struct {
	Out, Err    io.Writer
	environment *Environment
	program     string
	catalogue   *text.Catalogue
	ctx         *cli.Context
	answers     *bufio.Reader
	json        bool
	helpAsked   bool
}

func newSession(environment *Environment, program string, arguments []string) *Session {
	languages := environment.languages()
	if wanted, found := lookAhead(arguments, "lang"); found {
		languages = []string{wanted}
	}
	format, _ := lookAhead(arguments, "format")
	return &Session{
		Out: environment.Out, Err: environment.Err, environment: environment, program: program,
		catalogue: text.New(languages...), answers: bufio.NewReader(environment.In), json: format == "json",
		helpAsked: slices.ContainsFunc(arguments, func(argument string) bool { return strings.Trim(argument, "-") == "help" || argument == "-h" }),
	}
}

// lookAhead finds an option before the arguments are parsed: help and usage
// errors are to be in the language that they ask for.
func lookAhead(arguments []string, name string) (value string, found bool) {
	for i, argument := range arguments {
		if argument == "--" {
			break
		}
		if after, ok := strings.CutPrefix(argument, "--"+name+"="); ok {
			value, found = after, true
		} else if argument == "--"+name && i+1 < len(arguments) {
			value, found = arguments[i+1], true
		}
	}
	return value, found
}

// Environment returns what the program got from outside.
func (s *Session) Environment() *Environment { return s.environment }

// Now returns the time, to the second, in UTC.
func (s *Session) Now() time.Time { return s.environment.Now().UTC().Truncate(time.Second) }

// Language returns the language in use.
func (s *Session) Language() string { return s.catalogue.Language }

// Say returns a message of the catalogue.
func (s *Session) Say(id string, pairs ...any) string { return s.catalogue.Say(id, pairs...) }

// Show writes a value for people.
func (s *Session) Show(value any) string { return s.catalogue.Show(value) }

// Words returns code, words and hint of an error.
func (s *Session) Words(err error) (code fault.Code, words, hint string) {
	return s.catalogue.Error(err)
}

// String returns an option's value.
func (s *Session) String(name string) string { return s.ctx.String(name) }

// Strings returns the values of a repeated option.
func (s *Session) Strings(name string) []string { return s.ctx.StringSlice(name) }

// Bool reports whether an option was given.
func (s *Session) Bool(name string) bool { return s.ctx.Bool(name) }

// IsSet reports whether an option was given a value.
func (s *Session) IsSet(name string) bool { return s.ctx.IsSet(name) }

// Arguments returns what is not an option.
func (s *Session) Arguments() []string { return s.ctx.Args().Slice() }

// IsJSON reports whether --format json was given.
func (s *Session) IsJSON() bool { return s.json }

// CheckFormat refuses formats other than text and json.
func (s *Session) CheckFormat() error {
	switch s.String("format") {
	case "", "text", "json":
		return nil
	}
	return OptionValue.New("unknown format", "option", "--format")
}

// Date reads an option as a day, its last second in UTC; none is zero.
func (s *Session) Date(name string) (time.Time, error) {
	value := s.String(name)
	if value == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return day, OptionValue.New("not a day", "option", "--"+name)
	}
	return day.Add(24*time.Hour - time.Second), nil
}

// Duration reads an option as a duration such as 5m.
func (s *Session) Duration(name string, otherwise time.Duration) (time.Duration, error) {
	value := s.String(name)
	if value == "" {
		return otherwise, nil
	}
	duration, err := time.ParseDuration(value)
	if err != nil || duration < 0 {
		return 0, OptionValue.New("not a duration", "option", "--"+name)
	}
	return duration, nil
}

// Root returns the root from --root, else the compiled-in one, else an error.
func (s *Session) Root() (openpgp.Fingerprint, error) {
	value := s.String("root")
	if value == "" {
		return s.environment.RootFingerprint()
	}
	root, err := openpgp.ParseFingerprint(value)
	if err != nil {
		return root, OptionValue.Wrap(err, "not a fingerprint", "option", "--root")
	}
	return root, nil
}

// Line prints a message on standard output.
func (s *Session) Line(id string, pairs ...any) { fmt.Fprintln(s.Out, s.Say(id, pairs...)) }

// Note prints a message on standard error.
func (s *Session) Note(id string, pairs ...any) { fmt.Fprintln(s.Err, s.Say(id, pairs...)) }

// Warn prints an error that stops nothing.
func (s *Session) Warn(err error) { s.print("warning", err) }

// Fail prints an error of one part of the work; the program goes on with the
// others, or ends with a status of its own.
func (s *Session) Fail(err error) { s.print("error", err) }

func (s *Session) print(kind string, err error) {
	if err == nil {
		return
	}
	code, words, hint := s.catalogue.Error(err)
	s.printError(kind, code, words, hint)
}

func (s *Session) printError(kind string, code fault.Code, words, hint string) {
	fmt.Fprintf(s.Err, "%s: %s %s: %s\n", s.program, s.Say(kind), code, words)
	fmt.Fprintf(s.Err, "%s: %s\n", s.Say("hint"), hint)
}

// JSON prints a value as indented JSON. What could steer a terminal can only
// stand within its strings, where the escapes of text.Safe are JSON's too.
func (s *Session) JSON(value any) {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // only our own maps and structs are encoded
	}
	for line := range bytes.Lines(encoded.Bytes()) {
		fmt.Fprintln(s.Out, text.Safe(string(bytes.TrimSuffix(line, []byte("\n")))))
	}
}

// Ask asks a question and returns the line that is typed, or the offered
// answer when it is empty. Without anybody to answer it is an error that
// names the option.
func (s *Session) Ask(id, offered, option string) (string, error) {
	prompt := s.Say(id)
	if offered != "" {
		prompt += " [" + offered + "]"
	}
	fmt.Fprintf(s.Err, "%s: ", prompt)
	line, err := s.answers.ReadString('\n')
	line = strings.TrimSpace(line)
	if err != nil && line == "" {
		fmt.Fprintln(s.Err)
		return "", AnswerNeeded.New("nobody answers", "option", option)
	}
	if line == "" {
		line = offered
	}
	return line, nil
}

// Confirm asks for a yes, unless --yes was given.
func (s *Session) Confirm(id string) (bool, error) {
	if s.Bool("yes") {
		return true, nil
	}
	answer, err := s.Ask(id, s.Say("answer-no"), "--yes")
	if err != nil {
		return false, err
	}
	return strings.HasPrefix(strings.ToLower(s.Say("answer-yes")), strings.ToLower(answer)) && answer != "", nil
}

// maxPassphrase bounds a passphrase file, in bytes.
const maxPassphrase = 4 << 10

// Passphrase reads a secret from the file of an option, or asks for it. It is
// never an argument or a variable.
func (s *Session) Passphrase(option, promptID string) ([]byte, error) {
	if path := s.String(option); path != "" {
		return ReadPassphrase(path)
	}
	if s.environment.ReadSecret == nil {
		return nil, AnswerNeeded.New("nobody answers", "option", "--"+option)
	}
	return s.environment.ReadSecret(s.Say(promptID) + ": ")
}

// NewPassphrase is Passphrase, typed twice.
func (s *Session) NewPassphrase(option, promptID string) ([]byte, error) {
	first, err := s.Passphrase(option, promptID)
	if err != nil || s.String(option) != "" {
		return first, err
	}
	second, err := s.environment.ReadSecret(s.Say("prompt-again") + ": ")
	if err == nil && string(first) != string(second) {
		err = TypedTwice.New("typed differently")
	}
	return first, err
}

// ReadPassphrase reads the first line of a file.
func ReadPassphrase(path string) ([]byte, error) {
	content, err := files.Read(path, maxPassphrase)
	if err != nil {
		return nil, err
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return []byte(strings.TrimSuffix(line, "\r")), nil
}

// Progress shows on a terminal that something takes time. The returned
// function takes the share that is done, from 0 to 1; at 1 the bar goes.
func (s *Session) Progress(id string) func(share float64) {
	if !s.environment.Terminal || s.json || s.environment.Bar == nil {
		return func(float64) {}
	}
	return s.environment.Bar(s.Err, s.Say(id))
}

// Colors of outcomes, as ANSI sequences.
const (
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	red    = "\x1b[31m"
	plain  = "\x1b[0m"
)

// paint colors words on a terminal.
func (s *Session) paint(color, words string) string {
	if !s.environment.Colors || s.environment.Getenv("NO_COLOR") != "" {
		return words
	}
	return color + words + plain
}

// QuoteTOML writes a TOML literal string where it can: Windows paths are full
// of backslashes.
func QuoteTOML(value string) string {
	if !strings.ContainsAny(value, "'\n\r\t") {
		return "'" + value + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}
