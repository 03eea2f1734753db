package ui

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/futura/airlicense/cmd/internal/text"
	"github.com/futura/airlicense/keys/fault"
)

// Codes of usage errors.
const (
	Usage           = fault.Code("FL-901") // no command, or an argument too few or too many
	UnknownOption   = fault.Code("FL-902")
	OptionValue     = fault.Code("FL-903") // an option without its value, or with one that it cannot have
	UnknownCommand  = fault.Code("FL-904")
	MissingOption   = fault.Code("FL-905") // an option that the command needs
	AnswerNeeded    = fault.Code("FL-906") // a question that nobody is there to answer
	MissingArgument = fault.Code("FL-907")
	ExtraArgument   = fault.Code("FL-908")
	NotTogether     = fault.Code("FL-900") // two options, or an option and an argument, that exclude each other
	TypedTwice      = fault.Code("FL-909") // a new passphrase, differently the second time
)

// Program is one program: a table of commands. Its line of help is the
// message "help-NAME", a command's "help-NAME-COMMAND".
type Program struct {
	Name     string
	Commands []Command
	Flags    []Flag // of a program without commands
	Run      func(*Session) error
	Example  string
}

// Command is one command of a program, or a group of them.
type Command struct {
	Name      string
	Arguments string // as help shows them, such as "FILE…"
	Example   string
	Flags     []Flag
	Minimum   int // arguments
	Maximum   int // -1: any number
	Passes    bool
	Commands  []Command
	Run       func(*Session) error
}

// Flag is one option. Its line of help is the message "flag-NAME", or Words.
type Flag struct {
	Name     string
	Value    string // what it takes, such as "FILE"; empty: nothing
	Words    string
	Repeated bool
	Required bool
}

// common are the options of every command.
func common() []Flag { return []Flag{{Name: "lang", Value: "pt-BR|it|en"}} }

// Exit ends a program with a status and nothing more to say.
type Exit struct{ Status int }

// Error says so.
func (e Exit) Error() string { return fmt.Sprintf("exit %d", e.Status) }

// Run runs a program with its arguments, without the program's name, and
// returns the exit status.
func Run(environment *Environment, program Program, arguments []string) int {
	session := newSession(environment, program.Name, arguments)
	app := newApp(session, program)
	err := app.Run(append([]string{program.Name}, permute(program, arguments)...))
	return session.end(err)
}

func newApp(session *Session, program Program) *cli.App {
	app := &cli.App{
		Name: program.Name, Writer: session.Out, ErrWriter: session.Err,
		HideHelpCommand: true, HideVersion: true, DisableSliceFlagSeparator: true,
		CustomAppHelpTemplate: session.help(func() string { return session.programHelp(program) }),
		ExitErrHandler:        func(*cli.Context, error) {},
		OnUsageError:          func(_ *cli.Context, err error, _ bool) error { return of(program.Name, usageError(err)) },
		Flags:                 cliFlags(append(slices.Clone(program.Flags), append(common(), Flag{Name: "version"})...)),
		Action:                func(ctx *cli.Context) error { return session.root(ctx, program) },
	}
	for _, command := range program.Commands {
		app.Commands = append(app.Commands, session.command(program.Name, command))
	}
	return app
}

// root runs when no command is named, or one that does not exist.
func (s *Session) root(ctx *cli.Context, program Program) error {
	if ctx.Bool("version") {
		fmt.Fprintf(s.Out, "%s %s\n%s\n", program.Name, s.environment.Version, s.rootLine())
		return nil
	}
	if program.Run != nil {
		return of(program.Name, s.run(ctx, Command{Name: program.Name, Run: program.Run}))
	}
	names := commandNames(program.Commands)
	if name := ctx.Args().First(); name != "" {
		return UnknownCommand.New("unknown command", "command", name, "commands", names, "program", program.Name)
	}
	return Usage.New("no command", "commands", names, "program", program.Name)
}

func (s *Session) rootLine() string {
	if s.environment.Root == "" {
		return s.Say("root-none")
	}
	root, err := s.environment.RootFingerprint()
	if err != nil {
		return s.Say("root-none")
	}
	return s.Say("root-is", "root", root)
}

func commandNames(commands []Command) string {
	names := make([]string, len(commands))
	for i, command := range commands {
		names[i] = command.Name
	}
	return strings.Join(names, ", ")
}

func (s *Session) command(path string, command Command) *cli.Command {
	path += " " + command.Name
	made := &cli.Command{
		Name: command.Name, HideHelpCommand: true,
		CustomHelpTemplate: s.help(func() string { return s.commandHelp(path, command) }),
		Flags:              cliFlags(append(slices.Clone(command.Flags), common()...)),
		OnUsageError:       func(_ *cli.Context, err error, _ bool) error { return of(path, usageError(err)) },
		Action:             func(ctx *cli.Context) error { return of(path, s.run(ctx, command)) },
	}
	for _, sub := range command.Commands {
		made.Subcommands = append(made.Subcommands, s.command(path, sub))
	}
	if len(command.Commands) > 0 {
		made.Action = func(ctx *cli.Context) error {
			if name := ctx.Args().First(); name != "" {
				return UnknownCommand.New("unknown command", "command", name, "commands", commandNames(command.Commands), "program", path)
			}
			return Usage.New("no command", "commands", commandNames(command.Commands), "program", path)
		}
	}
	return made
}

func (s *Session) run(ctx *cli.Context, command Command) error {
	s.ctx = ctx
	if wanted := s.String("lang"); wanted != "" && !slices.Contains(text.Languages(), wanted) {
		return OptionValue.New("unknown language", "option", "--lang")
	}
	if count := ctx.NArg(); !command.Passes {
		switch {
		case count < command.Minimum:
			return MissingArgument.New("an argument is missing", "arguments", command.Arguments, "command", command.Name)
		case command.Maximum >= 0 && count > command.Maximum:
			return ExtraArgument.New("an argument too many", "argument", ctx.Args().Get(command.Maximum), "command", command.Name)
		}
	}
	for _, flag := range command.Flags {
		if flag.Required && !ctx.IsSet(flag.Name) {
			return MissingOption.New("an option is missing", "option", "--"+flag.Name, "value", flag.Value)
		}
	}
	return command.Run(s)
}

func cliFlags(flags []Flag) []cli.Flag {
	var list []cli.Flag
	for _, flag := range flags {
		switch {
		case flag.Value == "":
			list = append(list, &cli.BoolFlag{Name: flag.Name})
		case flag.Repeated:
			list = append(list, &cli.StringSliceFlag{Name: flag.Name})
		default:
			list = append(list, &cli.StringFlag{Name: flag.Name})
		}
	}
	return list
}

// of tells a usage error which command's help answers it.
func of(path string, err error) error {
	if found := fault.Of(err); found == nil || !strings.HasPrefix(string(found.Code), "FL-90") {
		return err
	}
	return fault.With(err, "program", path)
}

// usageError gives the flag package's sentences a code.
func usageError(err error) error {
	words := err.Error()
	if option, found := strings.CutPrefix(words, "flag provided but not defined: "); found {
		return UnknownOption.New("unknown option", "option", dashes(option))
	}
	if option, found := strings.CutPrefix(words, "flag needs an argument: "); found {
		return OptionValue.New("an option without its value", "option", dashes(option))
	}
	return OptionValue.Wrap(err, "an option with a wrong value", "option", lastOption(words))
}

func dashes(option string) string { return "--" + strings.TrimLeft(option, "-") }

func lastOption(words string) string {
	if at := strings.LastIndex(words, " -"); at >= 0 {
		option, _, _ := strings.Cut(words[at+1:], ":")
		return dashes(option)
	}
	return words
}

// permute moves options before the arguments that they stand behind, so that
// an option after a file name counts. What follows "--", or the first
// argument of a command that passes the rest on, stays where it is.
func permute(program Program, arguments []string) []string {
	flags, commands := program.Flags, program.Commands
	var path []string
	for len(arguments) > 0 {
		at := slices.IndexFunc(commands, func(command Command) bool { return command.Name == arguments[0] })
		if at < 0 {
			break
		}
		if commands[at].Passes {
			return append(path, arguments...)
		}
		path, arguments = append(path, arguments[0]), arguments[1:]
		flags, commands = commands[at].Flags, commands[at].Commands
	}
	options, plain, rest := split(append(slices.Clone(flags), common()...), arguments)
	path = append(path, options...)
	if len(plain) == 0 && len(rest) == 0 {
		return path
	}
	return append(append(append(path, "--"), plain...), rest...)
}

func split(flags []Flag, arguments []string) (options, plain, rest []string) {
	for i := 0; i < len(arguments); i++ {
		argument := arguments[i]
		switch {
		case argument == "--":
			return options, plain, arguments[i+1:]
		case len(argument) < 2 || argument[0] != '-':
			plain = append(plain, argument)
		default:
			options = append(options, argument)
			if takesValue(flags, argument) && i+1 < len(arguments) {
				i++
				options = append(options, arguments[i])
			}
		}
	}
	return options, plain, nil
}

func takesValue(flags []Flag, argument string) bool {
	name := strings.TrimLeft(argument, "-")
	return slices.ContainsFunc(flags, func(flag Flag) bool { return flag.Name == name && flag.Value != "" })
}

// help writes a help text as a template without actions, if it is asked for:
// putting all of them together takes longer than most commands.
func (s *Session) help(write func() string) string {
	if !s.helpAsked {
		return ""
	}
	return strings.ReplaceAll(write(), "{{", `{{"{{"}}`)
}

func (s *Session) programHelp(program Program) string {
	var help strings.Builder
	fmt.Fprintf(&help, "%s: %s\n\n", program.Name, s.Say("help-"+program.Name))
	if program.Run != nil {
		fmt.Fprintf(&help, "%s\n  %s [%s]\n", s.Say("help-usage"), program.Name, s.Say("help-options-word"))
	} else {
		fmt.Fprintf(&help, "%s\n  %s %s\n\n%s\n", s.Say("help-usage"), program.Name, s.Say("help-command-word"), s.Say("help-commands"))
		s.table(&help, commandRows(s, program.Name, program.Commands))
	}
	s.example(&help, program.Example)
	s.options(&help, append(slices.Clone(program.Flags), append(common(), Flag{Name: "version"})...))
	fmt.Fprintf(&help, "\n%s\n", s.rootLine())
	return help.String()
}

func commandRows(s *Session, path string, commands []Command) [][2]string {
	var rows [][2]string
	for _, command := range commands {
		rows = append(rows, [2]string{command.Name, s.Say(helpID(path + " " + command.Name))})
	}
	return rows
}

func helpID(path string) string { return "help-" + strings.ReplaceAll(path, " ", "-") }

func (s *Session) commandHelp(path string, command Command) string {
	var help strings.Builder
	fmt.Fprintf(&help, "%s: %s\n\n", path, s.Say(helpID(path)))
	if len(command.Commands) > 0 {
		fmt.Fprintf(&help, "%s\n  %s %s\n\n%s\n", s.Say("help-usage"), path, s.Say("help-command-word"), s.Say("help-commands"))
		s.table(&help, commandRows(s, path, command.Commands))
	} else {
		usage := path + " [" + s.Say("help-options-word") + "] " + command.Arguments
		fmt.Fprintf(&help, "%s\n  %s\n", s.Say("help-usage"), strings.TrimSpace(usage))
	}
	s.example(&help, command.Example)
	s.options(&help, append(slices.Clone(command.Flags), common()...))
	return help.String()
}

func (s *Session) example(help *strings.Builder, example string) {
	fmt.Fprintf(help, "\n%s\n  %s\n", s.Say("help-example"), example)
}

func (s *Session) options(help *strings.Builder, flags []Flag) {
	fmt.Fprintf(help, "\n%s\n", s.Say("help-options"))
	var rows [][2]string
	for _, flag := range flags {
		name := "--" + flag.Name
		if flag.Value != "" {
			name += " " + flag.Value
		}
		rows = append(rows, [2]string{name, s.Say(cmp.Or(flag.Words, "flag-"+flag.Name))})
	}
	s.table(help, append(rows, [2]string{"--help", s.Say("flag-help")}))
}

func (s *Session) table(out *strings.Builder, rows [][2]string) {
	writer := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	for _, row := range rows {
		fmt.Fprintf(writer, "  %s\t%s\n", row[0], row[1])
	}
	writer.Flush()
}

// end prints the error, if there is one to print, and returns the status.
func (s *Session) end(err error) int {
	var exit Exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.Status
	}
	code, words, hint := s.catalogue.Error(err)
	if s.json {
		s.JSON(map[string]any{"error": errorObject(code, words, hint)})
	} else {
		s.printError("error", code, words, hint)
	}
	return Status(code)
}

func errorObject(code fault.Code, words, hint string) map[string]string {
	return map[string]string{"code": string(code), "message": words, "hint": hint}
}

// Status returns the exit status of a code; see package fault.
func Status(code fault.Code) int {
	if len(code) > 3 && strings.ContainsRune("1356", rune(code[3])) {
		return 1
	}
	return 2
}
