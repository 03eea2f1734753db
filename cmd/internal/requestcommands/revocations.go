package requestcommands

import (
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/verify"
)

// printEndings says which licenses a new revocation list ends, and which it
// does not end any more.
func printEndings(s *ui.Session, endings []site.Ending) {
	for _, ending := range endings {
		switch {
		case ending.Ends.IsZero():
			s.Line("request-not-ending", "serial", ending.Serial)
		case ending.Ends.Before(s.Now()):
			s.Line("request-ended", "serial", ending.Serial, "ends", ending.Ends)
		default:
			s.Line("request-ending", "serial", ending.Serial, "ends", ending.Ends)
		}
	}
}

func endingObjects(endings []site.Ending) []map[string]any {
	var objects []map[string]any
	for _, ending := range endings {
		object := map[string]any{"serial": ending.Serial, "revoked": !ending.Ends.IsZero()}
		if !ending.Ends.IsZero() {
			object["valid_until"] = ending.Ends
		}
		objects = append(objects, object)
	}
	return objects
}

// warnOf says what a check has found about a license that was installed: that
// it is revoked, or that its proof is still to come.
func warnOf(s *ui.Session, verdict *verify.Verdict, name string) {
	for _, check := range verdict.Checks {
		if check.Name == name {
			s.Warn(check.Err)
		}
	}
}
