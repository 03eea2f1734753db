package ui

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/futura/airlicense/verify"
)

// ReadinessObject is one check around an upgrade, as JSON.
type ReadinessObject struct {
	CheckObject
	Kind  string `json:"kind"` // of a check of the profile; else builtIn
	Words string `json:"words"`
}

// builtIn marks the checks that every product has.
const builtIn = "built-in"

// ReadinessObjects returns the checks of a readiness as JSON shows them.
func (s *Session) ReadinessObjects(readiness verify.Readiness, version, module string) []ReadinessObject {
	list := make([]ReadinessObject, 0, len(readiness.Checks))
	for _, check := range readiness.Checks {
		object := ReadinessObject{
			CheckObject: CheckObject{Name: check.Name, Outcome: string(check.Outcome), Subject: check.Subject},
			Kind:        builtIn, Words: s.readinessWords(check, version, module),
		}
		if check.Own != nil {
			object.Kind = string(check.Own.Kind)
		}
		if check.Err != nil {
			code, message, hint := s.readinessError(check)
			object.Code, object.Message, object.Hint = code, message, hint
		}
		list = append(list, object)
	}
	return list
}

// PrintReadiness prints a table: the result, what was checked, and below it,
// when it is not so, why and what to do next.
func (s *Session) PrintReadiness(readiness verify.Readiness, version, module string) {
	width := 0
	for _, check := range readiness.Checks {
		width = max(width, utf8.RuneCountInString(s.readinessOutcome(check.Outcome)))
	}
	for _, check := range readiness.Checks {
		outcome := s.readinessOutcome(check.Outcome)
		padding := strings.Repeat(" ", width-utf8.RuneCountInString(outcome)+2)
		fmt.Fprintf(s.Out, "  %s%s%s\n", s.paint(outcomeColors[check.Outcome], outcome), padding, s.readinessWords(check, version, module))
		if check.Err != nil {
			code, words, hint := s.readinessError(check)
			margin := strings.Repeat(" ", width+4)
			fmt.Fprintf(s.Out, "%s%s: %s\n%s%s: %s\n", margin, code, words, margin, s.Say("hint"), hint)
		}
	}
}

// readinessOutcome is the answer to "is it so?".
func (s *Session) readinessOutcome(outcome verify.Outcome) string {
	switch outcome {
	case verify.Pass:
		return s.Say("yes-no-true")
	case verify.Fail:
		return s.Say("yes-no-false")
	}
	return s.Say("outcome-" + string(outcome))
}

// readinessWords says what was checked: in the product's words where the
// profile has them.
func (s *Session) readinessWords(check verify.ReadinessCheck, version, module string) string {
	if check.Own == nil {
		return s.Say("check-ready-"+check.Name, "version", version, "module", module, "database", check.Subject)
	}
	words := s.Show(string(check.Own.Words))
	if check.Subject != "" {
		words += " (" + s.Show(check.Subject) + ")"
	}
	return words
}

// readinessError says why a check did not pass. What to do about a check of
// the profile is for the profile to say, if it does.
func (s *Session) readinessError(check verify.ReadinessCheck) (code, words, hint string) {
	found, words, hint := s.catalogue.Error(check.Err)
	if check.Own != nil && check.Own.Next != "" && check.Outcome == verify.Fail {
		hint = s.Show(string(check.Own.Next))
	}
	return string(found), words, hint
}
