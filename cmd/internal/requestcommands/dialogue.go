package requestcommands

import (
	"context"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/request/wire"
	"github.com/futura/airlicense/verify"
)

// spoken is a command in the dialogue with the program that runs the
// queries. It returns what the last message tells of it, and the exit status.
type spoken func(s *ui.Session, partner *wire.Partner) (object map[string]any, status int, err error)

// speak runs a command in the dialogue. Standard output holds nothing but
// its messages, and the last one tells errors too.
func speak(s *ui.Session, command string, work spoken) error {
	partner := wire.New(s.Environment().In, s.Out)
	object, status, err := work(s, partner)
	if object == nil {
		object = map[string]any{}
	}
	if err != nil {
		s.Fail(err)
		code, words, hint := s.Words(err)
		status = ui.Status(code)
		object["error"] = map[string]string{"code": string(code), "message": words, "hint": hint}
	}
	if err := partner.End(command, status, object); err != nil {
		return err
	}
	return ui.Exit{Status: status}
}

// greet opens the dialogue for a site's databases.
func greet(s *ui.Session, partner *wire.Partner, command string) (*site.Site, *connections, error) {
	opened, err := openSite(s)
	if err != nil {
		return nil, nil, err
	}
	names := make([]string, len(opened.Config.Databases))
	for i, connection := range opened.Config.Databases {
		names[i] = connection.Name
	}
	reached := newConnections(s, opened.Folder)
	reached.partner = partner
	return opened, reached, partner.Greet(context.Background(), programName(s), command, names)
}

func programName(s *ui.Session) string { return "futura-request " + s.Environment().Version }

// checkSpoken is check in the dialogue. Whether the server may start is what
// the gate would decide at this moment.
func checkSpoken(s *ui.Session, partner *wire.Partner) (map[string]any, int, error) {
	opened, reached, err := greet(s, partner, "check")
	var checked *site.Checked
	var current verify.Running
	if err == nil {
		checked, current, err = examine(s, opened, reached)
	}
	if err != nil {
		_, permits := bridge(s, verify.Verdict{}, err)
		words := "check-undecided"
		if permits {
			words = "check-undecided-start"
		}
		return map[string]any{"start": permits, "words": []string{s.Say(words)}}, 2, err
	}
	object := checkObject(s, checked, current)
	_, permits := bridge(s, checked.Best, nil)
	object["start"] = checked.Best.Start || permits
	object["words"] = headline(s, opened, checked.Best)
	return object, checkStatus(checked.Best), nil
}

// readySpoken is check --upgrade, or --after, in the dialogue.
func readySpoken(s *ui.Session, partner *wire.Partner) (map[string]any, int, error) {
	opened, reached, err := greet(s, partner, "check")
	if err != nil {
		return nil, 0, err
	}
	answer, err := examineReadiness(s, opened, reached)
	if err != nil {
		return nil, 0, err
	}
	object := readyObject(s, opened, answer)
	object["words"] = lines([]string{readyHeadline(s, answer)})
	return object, readyStatus(answer), nil
}

// previewSpoken is preview in the dialogue.
func previewSpoken(s *ui.Session, partner *wire.Partner) (map[string]any, int, error) {
	opened, reached, err := greet(s, partner, "preview")
	if err != nil {
		return nil, 0, err
	}
	what, err := previewFrom(s, opened, reached)
	if err != nil {
		return nil, 0, err
	}
	return map[string]any{"preview": what.object()}, 0, nil
}

// lines splits what is printed into its lines.
func lines(words []string) []string { return strings.Split(strings.Join(words, "\n"), "\n") }

// exportSpoken is export in the dialogue.
func exportSpoken(s *ui.Session, partner *wire.Partner) (map[string]any, int, error) {
	opened, reached, err := greet(s, partner, "export")
	if err != nil {
		return nil, 0, err
	}
	done, err := exportFrom(s, opened, reached)
	if err != nil {
		return nil, 0, err
	}
	return map[string]any{"request": done.object, "words": lines(done.words)}, 0, nil
}

// installSpoken is install in the dialogue, which rehearses the next start.
func installSpoken(s *ui.Session, partner *wire.Partner) (map[string]any, int, error) {
	opened, reached, err := greet(s, partner, "install")
	if err != nil {
		return nil, 0, err
	}
	changes, err := installFrom(s, opened, reached)
	if err != nil {
		return nil, 0, err
	}
	return map[string]any{"installed": changeObjects(s, changes)}, 0, nil
}
