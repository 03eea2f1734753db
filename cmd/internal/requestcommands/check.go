package requestcommands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/verify"
)

func check(s *ui.Session) error {
	if err := s.CheckFormat(); err != nil {
		return err
	}
	spoken, upgrade := s.Bool(dialogueFlag.Name), s.IsSet(upgradeFlag.Name) || s.Bool(afterFlag.Name)
	switch {
	case upgrade && spoken:
		return speak(s, "check", readySpoken)
	case upgrade:
		return ready(s)
	case s.IsSet(confirmFlag.Name):
		return ui.MissingOption.New("nothing to confirm", "option", "--"+upgradeFlag.Name, "value", upgradeFlag.Value)
	case spoken:
		return speak(s, "check", checkSpoken)
	}
	opened, err := openSite(s)
	if err != nil {
		return err
	}
	checked, current, err := examine(s, opened, newConnections(s, opened.Folder))
	if err != nil {
		return err
	}
	if s.IsJSON() {
		s.JSON(checkObject(s, checked, current))
	} else {
		printChecked(s, opened, checked, current)
	}
	if status := checkStatus(checked.Best); status != 0 {
		return ui.Exit{Status: status}
	}
	return nil
}

// examine checks, and says what is wrong beside the answer.
func examine(s *ui.Session, opened *site.Site, reached *connections) (*site.Checked, verify.Running, error) {
	ctx := context.Background()
	current, err := running(ctx, s, opened, reached)
	if err != nil {
		return nil, current, err
	}
	here := place(s, reached, current)
	here.Whole = true
	checked, err := opened.Check(ctx, here)
	if err != nil {
		return nil, current, err
	}
	opened.Journal(s.Now(), "check", string(checked.Best.Outcome), checked.Path)
	opened.WarnOfAge(s.Now())
	showWarnings(s, opened)
	reached.mentionAllExcess(ctx, opened)
	return checked, current, nil
}

func checkStatus(verdict verify.Verdict) int {
	switch verdict.Outcome {
	case verify.Valid:
		return 0
	case verify.NotValid:
		return 1
	}
	return 2
}

func checkObject(s *ui.Session, checked *site.Checked, current verify.Running) map[string]any {
	rejected := []map[string]string{}
	for _, installed := range checked.Rejected {
		code, words, _ := s.Words(installed.Err)
		rejected = append(rejected, map[string]string{"file": installed.Path, "code": string(code), "message": words})
	}
	return map[string]any{
		"verdict": s.Object(checked.Best, checked.Path), "running": map[string]string{"version": current.Text, "source": current.Source},
		"rejected": rejected,
	}
}

// printChecked says first what matters: will the server start. The words for
// a refusal are the product's own.
func printChecked(s *ui.Session, opened *site.Site, checked *site.Checked, current verify.Running) {
	verdict := checked.Best
	printLines(s.Out, headline(s, opened, verdict))
	if current.Text != "" {
		s.Line("check-running", "version", current.Text, "source", s.Say("source-"+current.Source))
	}
	s.Line("check-file", "file", checked.Path)
	s.PrintVerdict(verdict)
	for _, installed := range checked.Rejected {
		if installed.Path == checked.Path {
			continue
		}
		_, words, _ := s.Words(installed.Err)
		s.Note("check-rejected", "file", installed.Path, "reason", words)
	}
}

func headline(s *ui.Session, opened *site.Site, verdict verify.Verdict) []string {
	switch {
	case verdict.Outcome == verify.Valid && verdict.Warnings():
		return []string{s.Say("check-valid-warnings")}
	case verdict.Outcome == verify.Valid:
		return []string{s.Say("check-valid")}
	case verdict.Start:
		return []string{s.Say("check-undecided-start")}
	case verdict.Outcome == verify.UndecidedVerdict:
		return []string{s.Say("check-undecided")}
	}
	return refusal(s, opened)
}

// refusal returns the product's own headline and whom to ask.
func refusal(s *ui.Session, opened *site.Site) []string {
	profile, err := opened.Profile()
	if err != nil {
		return []string{s.Say("check-not-valid")}
	}
	lines := []string{s.Show(string(profile.Words.Headline))}
	if contact := s.Show(string(profile.Words.Contact)); contact != "" {
		lines = append(lines, contact)
	}
	return lines
}

func printLines(out io.Writer, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
}

// Exit statuses of the gate itself, as env(1) and timeout(1) use them. Any
// other status is the command's.
const (
	gateUndecided   = 124
	gateRefused     = 125
	gateNotRunnable = 126
	gateNotFound    = 127
)

// defaultWait is how long the gate waits for a database that cannot be
// measured yet: after a power failure servers start in any order.
const defaultWait = 5 * time.Minute

// waitStep is the time between two attempts.
const waitStep = 5 * time.Second

// gate starts the command if a license permits it. Whatever keeps it from
// deciding, from a missing configuration to a full disk, ends undecided,
// never refused.
func gate(s *ui.Session) error {
	command := s.Arguments()
	if len(command) == 0 {
		return ui.MissingArgument.New("an argument is missing", "arguments", "-- COMMAND", "command", "gate")
	}
	wait, err := s.Duration("wait", defaultWait)
	if err != nil {
		return err
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return notStarted(s, command[0], err)
	}
	verdict, opened, err := decide(s, wait)
	if err != nil {
		s.Fail(err)
	}
	if good, permits := bridge(s, verdict, err); permits {
		s.Note("gate-last-good", "serial", good.Serial, "time", good.Time, "days", good.Days)
		return start(s, path, command)
	}
	if err != nil {
		s.Note("gate-undecided")
		return ui.Exit{Status: gateUndecided}
	}
	if !verdict.Start {
		return stop(s, opened, verdict)
	}
	for _, check := range verdict.Checks {
		if check.Outcome == verify.Warn || check.Outcome == verify.Undecided {
			s.Warn(check.Err)
		}
	}
	return start(s, path, command)
}

// bridge returns the last good verdict, and whether it permits a start: when
// no license could be read, which is uncertain too.
func bridge(s *ui.Session, verdict verify.Verdict, err error) (good site.Good, permits bool) {
	good = site.LastGood(home(s))
	unread := err != nil || !verdict.Start && verdict.License == nil
	return good, unread && good.Permits(s.Now())
}

func stop(s *ui.Session, opened *site.Site, verdict verify.Verdict) error {
	s.Fail(verdict.Reason())
	if verdict.Outcome == verify.UndecidedVerdict {
		s.Note("gate-undecided")
		return ui.Exit{Status: gateUndecided}
	}
	printLines(s.Err, refusal(s, opened))
	s.Note("gate-refused")
	return ui.Exit{Status: gateRefused}
}

// decide checks, and while the answer is undecided tries again until the
// time to wait is over.
func decide(s *ui.Session, wait time.Duration) (verify.Verdict, *site.Site, error) {
	opened, err := openSite(s)
	if err != nil {
		return verify.Verdict{}, nil, err
	}
	ctx := context.Background()
	begin := s.Environment().Now()
	progress := s.Progress("progress-waiting")
	defer progress(1)
	reached := newConnections(s, opened.Folder)
	for {
		current, err := running(ctx, s, opened, reached)
		if err != nil { // the version is one more thing that is not known yet
			opened.Warnings = append(opened.Warnings, err)
			current = verify.Running{Asked: true}
		}
		checked, err := opened.Check(ctx, place(s, reached, current))
		if err != nil {
			return verify.Verdict{}, nil, err
		}
		waited := s.Environment().Now().Sub(begin)
		if checked.Best.Outcome != verify.UndecidedVerdict || waited >= wait {
			opened.Journal(s.Now(), "gate", string(checked.Best.Outcome), checked.Path)
			showWarnings(s, opened)
			return checked.Best, opened, nil
		}
		opened.Warnings = nil
		progress(min(0.99, waited.Seconds()/wait.Seconds()))
		s.Environment().Sleep(min(waitStep, wait-waited))
	}
}

// start puts the command in the gate's place where the system can do that,
// so that signals and the exit status need no passing on. Elsewhere it runs
// the command and waits for it.
func start(s *ui.Session, path string, command []string) error {
	if replace := s.Environment().Exec; replace != nil {
		return notStarted(s, command[0], replace(path, command, os.Environ()))
	}
	child := exec.Command(path, command[1:]...)
	child.Args[0] = command[0]
	child.Stdin, child.Stdout, child.Stderr = s.Environment().In, s.Out, s.Err
	// A console gives Ctrl+C to both; the command decides what it means.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	err := child.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return notStarted(s, command[0], err)
	}
	return ui.Exit{Status: child.ProcessState.ExitCode()}
}

func notStarted(s *ui.Session, name string, err error) error {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
		s.Fail(notFound.Wrap(err, "the command is not there", "command", name))
		return ui.Exit{Status: gateNotFound}
	}
	s.Fail(notRunnable.Wrap(err, "the command cannot be run", "command", name))
	return ui.Exit{Status: gateNotRunnable}
}

// runForVersion runs the configured command, for at most ten seconds.
func runForVersion(ctx context.Context, command []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	output, err := exec.CommandContext(ctx, command[0], command[1:]...).Output()
	return string(output), err
}
