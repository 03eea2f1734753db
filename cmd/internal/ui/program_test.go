package ui_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	_ "github.com/futura/airlicense/cmd/internal/drivers"
	"github.com/futura/airlicense/cmd/internal/issuecommands"
	"github.com/futura/airlicense/cmd/internal/keyscommands"
	"github.com/futura/airlicense/cmd/internal/requestcommands"
	"github.com/futura/airlicense/cmd/internal/text"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/cmd/internal/verifycommands"
	"github.com/futura/airlicense/keys/fault"
)

func programs() []ui.Program {
	return []ui.Program{requestcommands.Program(), issuecommands.Program(), verifycommands.Program(), keyscommands.Program()}
}

// run runs a program in an environment that has nothing.
func run(program ui.Program, arguments ...string) (status int, out, err string) {
	return built(program, "", arguments...)
}

// built is run with a compiled-in root.
func built(program ui.Program, root string, arguments ...string) (status int, out, err string) {
	var stdout, stderr bytes.Buffer
	environment := &ui.Environment{
		Random: rand.Reader,
		Root:   root,
		In:     strings.NewReader(""), Out: &stdout, Err: &stderr, Getenv: func(string) string { return "" },
		Now: func() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) },
	}
	status = ui.Run(environment, program, arguments)
	return status, stdout.String(), stderr.String()
}

// each visits every command of every program with its path.
func each(visit func(program ui.Program, path []string, command ui.Command)) {
	var walk func(program ui.Program, path []string, commands []ui.Command)
	walk = func(program ui.Program, path []string, commands []ui.Command) {
		for _, command := range commands {
			here := append(path[:len(path):len(path)], command.Name)
			visit(program, here, command)
			walk(program, here, command.Commands)
		}
	}
	for _, program := range programs() {
		walk(program, nil, program.Commands)
	}
}

var missing = regexp.MustCompile(`\[[a-zA-Z]+-[a-z-]+\]|<no value>`)

func TestEveryHelpIsWhole(t *testing.T) {
	for _, language := range text.Languages() {
		check := func(program ui.Program, path []string, example string) {
			status, out, stderr := run(program, append(path, "--help", "--lang", language)...)
			name := strings.Join(append([]string{program.Name}, path...), " ")
			if status != 0 || stderr != "" || !strings.HasPrefix(out, name+": ") {
				t.Errorf("%s --help --lang %s: status %d, stderr %q, stdout %.60q", name, language, status, stderr, out)
			}
			if found := missing.FindString(out); found != "" {
				t.Errorf("%s --help --lang %s says %s", name, language, found)
			}
			if example == "" || !strings.Contains(out, "\n  "+example+"\n") || !strings.HasPrefix(example, program.Name+" ") {
				t.Errorf("%s --help --lang %s shows no example: %q", name, language, example)
			}
		}
		for _, program := range programs() {
			check(program, nil, program.Example)
		}
		each(func(program ui.Program, path []string, command ui.Command) { check(program, path, command.Example) })
	}
}

// The example in a command's help has only options that the command knows.
func TestExamplesUseKnownOptions(t *testing.T) {
	each(func(program ui.Program, path []string, command ui.Command) {
		for _, option := range regexp.MustCompile(` --([a-z-]+)`).FindAllStringSubmatch(strings.Split(command.Example, " -- ")[0], -1) {
			known := len(command.Commands) > 0
			for _, flag := range command.Flags {
				known = known || flag.Name == option[1]
			}
			if !known {
				t.Errorf("%s %s: the example uses --%s", program.Name, strings.Join(path, " "), option[1])
			}
		}
	})
}

// The traps of cli v2: no command, an unknown command and unknown options
// say so on standard error, with status 2 and nothing on standard output.
func TestUsageErrors(t *testing.T) {
	check := func(program ui.Program, want fault.Code, arguments ...string) {
		t.Helper()
		status, out, stderr := run(program, arguments...)
		if status != 2 || out != "" || !strings.Contains(stderr, string(want)) || !strings.Contains(stderr, "\nhint: ") {
			t.Errorf("%s %q: status %d, stdout %q, stderr %q, want %s", program.Name, arguments, status, out, stderr, want)
		}
		if strings.Count(stderr, "\n") != 2 || missing.MatchString(stderr) {
			t.Errorf("%s %q: not two lines: %q", program.Name, arguments, stderr)
		}
	}
	for _, program := range programs() {
		check(program, ui.Usage)
		check(program, ui.UnknownCommand, "bogus")
		check(program, ui.UnknownCommand, "bogus", "--lang", "en")
		check(program, ui.UnknownOption, "--bogus")
	}
	each(func(program ui.Program, path []string, command ui.Command) {
		check(program, ui.UnknownOption, append(path, "--bogus")...)
		check(program, ui.UnknownOption, append(path, "-b")...)
		if command.Passes {
			return
		}
		check(program, ui.UnknownOption, append(path, "file", "--bogus")...)
		if len(command.Commands) > 0 {
			check(program, ui.Usage, path...)
			check(program, ui.UnknownCommand, append(path, "bogus")...)
			return
		}
		if command.Minimum > 0 {
			check(program, ui.MissingArgument, path...)
		}
		if command.Maximum >= 0 {
			check(program, ui.ExtraArgument, append(path, strings.Fields(strings.Repeat("x ", command.Maximum+1))...)...)
		}
		for _, flag := range command.Flags {
			if flag.Value != "" {
				check(program, ui.OptionValue, append(path, "--"+flag.Name)...)
			}
		}
	})
	check(requestcommands.Program(), ui.OptionValue, "check", "--lang", "klingon")
}

// An option counts wherever it stands.
func TestOptionAfterAFileName(t *testing.T) {
	var seen []string
	program := ui.Program{Name: "futura-verify", Commands: []ui.Command{{
		Name: "license", Maximum: -1, Flags: []ui.Flag{{Name: "trust", Value: "FILE"}, {Name: "yes"}},
		Run: func(s *ui.Session) error {
			seen = append(s.Arguments(), s.String("trust"), map[bool]string{true: "yes"}[s.Bool("yes")])
			return nil
		},
	}}}
	for _, arguments := range [][]string{
		{"license", "--trust", "t", "--yes", "a", "b"}, {"license", "a", "--trust", "t", "b", "--yes"}, {"license", "a", "b", "--yes", "--trust=t"},
	} {
		if status, _, stderr := run(program, arguments...); status != 0 || strings.Join(seen, " ") != "a b t yes" {
			t.Errorf("%q: %d, %q, %s", arguments, status, seen, stderr)
		}
	}
	if run(program, "license", "--", "--trust", "-x"); strings.Join(seen, " ") != "--trust -x  " {
		t.Errorf("after --: %q", seen)
	}
}

// A program with a compiled-in root says so, needs no other, and the site's
// program accepts no other.
func TestTheCompiledInRoot(t *testing.T) {
	const root, other = "0123456789abcdef0123456789abcdef01234567", "1123456789abcdef0123456789abcdef01234567"
	for _, program := range programs() {
		if _, out, _ := built(program, root, "--version"); !strings.Contains(out, "0123 4567 89AB CDEF") {
			t.Errorf("%s --version does not show the root: %s", program.Name, out)
		}
	}
	folder := t.TempDir()
	data := filepath.Join(folder, "erp.db")
	if err := os.WriteFile(data, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	initialize := func(name, root string, more ...string) (int, string) {
		arguments := append([]string{"init", "--home", filepath.Join(folder, name), "--product", "sispetro", "--site", "producao", "--connection", "name=erp,engine=sqlite,path=" + data}, more...)
		status, _, stderr := built(requestcommands.Program(), root, arguments...)
		return status, stderr
	}
	if status, stderr := initialize("a", root); status != 0 {
		t.Error(status, stderr)
	}
	if status, stderr := initialize("b", root, "--root", other); status != 2 || !strings.Contains(stderr, "FL-209") {
		t.Error(status, stderr)
	}
	if status, stderr := initialize("c", ""); status != 2 || !strings.Contains(stderr, "FL-2") {
		t.Error(status, stderr)
	}
	for _, refused := range []string{"b", "c"} {
		if _, err := os.Stat(filepath.Join(folder, refused)); err == nil {
			t.Errorf("refusing %s left a folder", refused)
		}
	}
}

func TestStatusFollowsTheBlock(t *testing.T) {
	for code, want := range map[fault.Code]int{"FL-124": 1, "FL-204": 2, "FL-301": 1, "FL-401": 2, "FL-516": 1, "FL-604": 1, "FL-702": 2, "FL-801": 2, "FL-911": 2} {
		if got := ui.Status(code); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
}
