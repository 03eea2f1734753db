package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/verify"
)

// state is what a site remembers. It helps the customer, never the issuer: a
// site that loses it loses its days of grace, nothing else.
type state struct {
	Sequence  int64                     `json:"sequence"`        // of the newest trust file seen
	Trust     string                    `json:"trust,omitempty"` // its digest
	Histories map[string]verify.History `json:"histories"`       // by digest of the license
	Good      Good                      `json:"good"`

	Revocations seenList `json:"revocations,omitzero"`
}

// Good is the last verdict that was good, of whichever license: what is left
// to go by when the license or the trust file itself cannot be read.
type Good struct {
	Serial string    `json:"serial"`
	Time   time.Time `json:"time"`
	Days   int       `json:"days"` // for which it permits a start
}

// Permits reports whether a server may start on it.
func (g Good) Permits(now time.Time) bool {
	return g.Days > 0 && !g.Time.IsZero() && now.Sub(g.Time) <= time.Duration(g.Days)*24*time.Hour
}

// LastGood reads the last good verdict of a folder, whatever else is wrong
// with the folder.
func LastGood(folder string) Good {
	site := &Site{Folder: folder}
	site.readState()
	return site.state.Good
}

const (
	maxState     = 1 << 20
	maxHistories = 200
)

func (s *Site) readState() {
	s.state = state{Histories: map[string]verify.History{}}
	data, err := files.Read(s.path(stateFile), maxState)
	if errors.Is(err, files.NotFound) {
		return
	}
	if err == nil {
		err = json.Unmarshal(data, &s.state)
	}
	if s.state.Histories == nil {
		s.state.Histories = map[string]verify.History{}
	}
	if err != nil {
		s.warn(StateWarning.Wrap(err, "the state cannot be read", "file", stateFile))
	}
}

// history returns what is remembered of a license.
func (s *Site) history(license *verify.License) verify.History {
	return s.state.Histories[license.Digest().String()]
}

// remember keeps a verdict's history. That it cannot be written is a
// warning: a full disk must not stop a server.
func (s *Site) remember(verdict verify.Verdict) {
	if verdict.License == nil {
		return
	}
	key := verdict.License.Digest().String()
	if s.state.Histories[key] == verdict.History {
		return
	}
	if now := verdict.History; now.LostSince.IsZero() && now.LastGood.After(s.state.Good.Time) {
		s.state.Good = Good{Serial: verdict.License.Serial, Time: now.LastGood, Days: verdict.License.Terms.UndecidedDays}
	}
	if len(s.state.Histories) >= maxHistories {
		s.state.Histories = map[string]verify.History{}
	}
	s.state.Histories[key] = verdict.History
	s.writeState()
}

func (s *Site) writeState() {
	data, err := json.MarshalIndent(s.state, "", "  ")
	if err == nil {
		err = files.Replace(s.path(stateFile), append(data, '\n'), files.Private)
	}
	if err != nil {
		s.warn(StateWarning.Wrap(err, "the state cannot be written", "file", stateFile))
	}
}

// Journal appends one line: time, what was done, and words about it, each
// quoted, so that a line stays a line.
func (s *Site) Journal(now time.Time, event string, words ...string) {
	line := now.UTC().Format(time.RFC3339) + " " + event
	for _, word := range words {
		line += " " + fmt.Sprintf("%q", strings.ToValidUTF8(word, "?"))
	}
	file, err := os.OpenFile(s.path(journalFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, files.Private)
	if err == nil {
		_, err = file.WriteString(line + "\n")
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		s.warn(StateWarning.Wrap(err, "the journal cannot be written", "file", journalFile))
	}
}
