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

// ready answers whether everything is as an upgrade needs it, or, with
// --after, whether an upgrade is complete.
func ready(s *ui.Session) error {
	opened, err := openSite(s)
	if err != nil {
		return err
	}
	ctx := context.Background()
	reached := newConnections(s, opened.Folder)
	occasion := site.Occasion{When: request.Upgrade, Value: reached.value}
	if s.Bool(afterFlag.Name) {
		occasion.When = request.After
	}
	if s.IsSet(upgradeFlag.Name) {
		if occasion.Version, err = opened.UpgradeTo(s.String(upgradeFlag.Name)); err != nil {
			return err
		}
	}
	if occasion.Answers, err = confirmations(s, opened, occasion.When); err != nil {
		return err
	}
	occasion.Running, err = running(ctx, s, opened, reached)
	if err != nil && occasion.When == request.After {
		return err
	}
	readied, err := opened.Ready(ctx, place(s, reached, occasion.Running), occasion)
	if err != nil {
		return err
	}
	asked := occasion.Version.String()
	if occasion.When == request.After {
		asked = occasion.Running.Text
	}
	opened.Journal(s.Now(), "check", string(occasion.When), asked, string(readied.Outcome), readied.Checked.Path)
	opened.WarnOfAge(s.Now())
	showWarnings(s, opened)
	if s.IsJSON() {
		s.JSON(readyObject(s, opened, readied, occasion, asked))
	} else {
		printReady(s, opened, readied, occasion, asked)
	}
	switch readied.Outcome {
	case verify.IsReady:
		return nil
	case verify.NotReady:
		return ui.Exit{Status: 1}
	}
	return ui.Exit{Status: 2}
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
		case s.Environment().ReadSecret != nil && !s.IsJSON(): // somebody is there
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

func readyObject(s *ui.Session, opened *site.Site, readied *site.Readied, occasion site.Occasion, asked string) map[string]any {
	object := checkObject(s, readied.Checked, occasion.Running)
	object["outcome"], object["when"], object["version"] = string(readied.Outcome), string(occasion.When), asked
	object["checks"] = s.ReadinessObjects(readied.Readiness, asked, maintenanceModule(opened))
	return object
}

func printReady(s *ui.Session, opened *site.Site, readied *site.Readied, occasion site.Occasion, asked string) {
	s.Line("check-"+string(occasion.When)+"-"+string(readied.Outcome), "version", asked)
	if current := occasion.Running; current.Text != "" {
		s.Line("check-running", "version", current.Text, "source", s.Say("source-"+current.Source))
	}
	if readied.Checked.Path != "" {
		s.Line("check-file", "file", readied.Checked.Path)
	}
	s.PrintReadiness(readied.Readiness, asked, maintenanceModule(opened))
	if needsFutura(readied.Readiness) {
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
