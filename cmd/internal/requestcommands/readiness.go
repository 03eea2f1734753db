package requestcommands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/verify"
)

var (
	upgradeFlag = ui.Flag{Name: "upgrade", Value: "VERSION"}
	afterFlag   = ui.Flag{Name: "after"}
	confirmFlag = ui.Flag{Name: "confirm", Value: "NAME", Repeated: true}
)

// readied is the answer to an occasion.
type readied struct {
	*site.Readied
	occasion site.Occasion
	asked    string // the version that it is about
}

// ready answers whether everything is as an upgrade needs it, or, with
// --after, whether an upgrade is complete.
func ready(s *ui.Session) error {
	opened, err := openSite(s)
	if err != nil {
		return err
	}
	answer, err := examineReadiness(s, opened, newConnections(s, opened.Folder))
	if err != nil {
		return err
	}
	if s.IsJSON() {
		s.JSON(readyObject(s, opened, answer))
	} else {
		printReady(s, opened, answer)
	}
	if status := readyStatus(answer); status != 0 {
		return ui.Exit{Status: status}
	}
	return nil
}

func readyStatus(answer *readied) int {
	switch answer.Outcome {
	case verify.IsReady:
		return 0
	case verify.NotReady:
		return 1
	}
	return 2
}

func examineReadiness(s *ui.Session, opened *site.Site, reached *connections) (*readied, error) {
	ctx := context.Background()
	answer := &readied{}
	occasion, err := occasionOf(s, opened, reached)
	if err != nil {
		return nil, err
	}
	occasion.Running, err = running(ctx, s, opened, reached)
	if err != nil && occasion.When == request.After {
		return nil, err
	}
	if answer.Readied, err = opened.Ready(ctx, place(s, reached, occasion.Running), occasion); err != nil {
		return nil, err
	}
	answer.occasion, answer.asked = occasion, occasion.Version.String()
	if occasion.When == request.After {
		answer.asked = occasion.Running.Text
	}
	opened.Journal(s.Now(), "check", string(occasion.When), answer.asked, string(answer.Outcome), answer.Checked.Path)
	opened.WarnOfAge(s.Now())
	showWarnings(s, opened)
	return answer, nil
}

// occasionOf reads the options.
func occasionOf(s *ui.Session, opened *site.Site, reached *connections) (occasion site.Occasion, err error) {
	occasion = site.Occasion{When: request.Upgrade, Value: reached.value, Engine: reached.engine}
	if s.Bool(afterFlag.Name) {
		occasion.When = request.After
	}
	if s.IsSet(upgradeFlag.Name) {
		if occasion.Version, err = opened.UpgradeTo(s.String(upgradeFlag.Name)); err != nil {
			return occasion, err
		}
	}
	occasion.Answers, err = confirmations(s, opened, occasion.When)
	return occasion, err
}

// confirmations collects what a person says: by --confirm, else on the
// terminal. What nobody answers stays open.
func confirmations(s *ui.Session, opened *site.Site, when request.Occasion) (map[string]verify.Answer, error) {
	given := s.Strings(confirmFlag.Name)
	questions, err := opened.Confirmations(when, given)
	if err != nil {
		return nil, err
	}
	answers := map[string]verify.Answer{}
	for _, question := range questions {
		switch {
		case slices.Contains(given, question.Name):
			answers[question.Name] = verify.Yes
		case s.Environment().ReadSecret != nil && !s.IsJSON() && !s.Bool(dialogueFlag.Name): // somebody is there
			answers[question.Name] = askConfirmation(s, question)
		}
	}
	return answers, nil
}

// askConfirmation asks until the answer is yes, no, or none. Not every
// console can type the accents of the answers.
func askConfirmation(s *ui.Session, question request.ReadinessCheck) verify.Answer {
	fmt.Fprintln(s.Err, s.Show(string(question.Words)))
	for {
		typed, err := s.Ask("ask-confirm", "", "--confirm "+question.Name)
		switch typed = strings.ToLower(typed); {
		case err != nil || typed == "":
			return ""
		case begins(typed, s.Say("answer-yes"), "yes", "si"):
			return verify.Yes
		case begins(typed, s.Say("answer-no"), "no", "nao"):
			return verify.No
		}
	}
}

// begins reports whether one of the words begins with what was typed.
func begins(typed string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, typed) })
}

func readyObject(s *ui.Session, opened *site.Site, answer *readied) map[string]any {
	object := checkObject(s, answer.Checked, answer.occasion.Running)
	object["outcome"], object["when"], object["version"] = string(answer.Outcome), string(answer.occasion.When), answer.asked
	object["checks"] = s.ReadinessObjects(answer.Readiness, answer.asked, maintenanceModule(opened))
	return object
}

func readyHeadline(s *ui.Session, answer *readied) string {
	return s.Say("check-"+string(answer.occasion.When)+"-"+string(answer.Outcome), "version", answer.asked)
}

func printReady(s *ui.Session, opened *site.Site, answer *readied) {
	printLines(s.Out, []string{readyHeadline(s, answer)})
	if current := answer.occasion.Running; current.Text != "" {
		s.Line("check-running", "version", current.Text, "source", s.Say("source-"+current.Source))
	}
	if answer.Checked.Path != "" {
		s.Line("check-file", "file", answer.Checked.Path)
	}
	s.PrintReadiness(answer.Readiness, answer.asked, maintenanceModule(opened))
	if needsFutura(answer.Readiness) {
		if profile, err := opened.Profile(); err == nil {
			fmt.Fprintln(s.Out, s.Show(string(profile.Words.Contact)))
		}
	}
}

func maintenanceModule(opened *site.Site) string {
	if profile, err := opened.Profile(); err == nil {
		return profile.Maintenance
	}
	return ""
}

// needsFutura reports whether something failed that only Futura can mend.
func needsFutura(readiness verify.Readiness) bool {
	here := []string{verify.MachineCheck, verify.RunningCheck}
	return slices.ContainsFunc(readiness.Checks, func(check verify.ReadinessCheck) bool {
		return check.Outcome == verify.Fail && check.Own == nil && !slices.Contains(here, check.Name)
	})
}
