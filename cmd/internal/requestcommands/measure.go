package requestcommands

import (
	"context"
	"io"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/request/wire"
)

// measured is one metric of one database, as JSON.
type measured struct {
	Metric   string `json:"metric"`
	Measured bool   `json:"measured"`
	Rows     int    `json:"rows"`
	Code     string `json:"code,omitempty"`
	Message  string `json:"message,omitempty"`
}

// measure measures what a request would hold, for trying out: under a random
// number that is thrown away, so that nothing of it can be used.
func measure(s *ui.Session) error {
	if err := s.CheckFormat(); err != nil {
		return err
	}
	if s.Bool(dialogueFlag.Name) {
		return speak(s, "measure", measureSpoken)
	}
	opened, err := openSite(s)
	if err != nil {
		return err
	}
	object, status, err := measureAll(s, opened, newConnections(s, opened.Folder), opened.Config.Databases)
	if err != nil {
		return err
	}
	if s.IsJSON() {
		s.JSON(object)
	}
	if status != 0 {
		return ui.Exit{Status: status}
	}
	return nil
}

// measureSpoken is measure in the dialogue. With a profile of its own it
// needs no site: the databases are those that the other program names.
func measureSpoken(s *ui.Session, partner *wire.Partner) (map[string]any, int, error) {
	if s.String("profile") == "" {
		opened, reached, err := greet(s, partner, "measure")
		if err != nil {
			return nil, 0, err
		}
		return measureAll(s, opened, reached, opened.Config.Databases)
	}
	if err := partner.Greet(context.Background(), programName(s), "measure", nil); err != nil {
		return nil, 0, err
	}
	reached := newConnections(s, "")
	reached.partner = partner
	var databases []site.Connection
	for _, name := range partner.Databases() {
		databases = append(databases, site.Connection{Name: name, Engine: string(queries.Spoken)})
	}
	return measureAll(s, nil, reached, databases)
}

// measureAll measures the databases. The status is 2 unless each of them
// could be recognized by what was measured.
func measureAll(s *ui.Session, opened *site.Site, reached *connections, databases []site.Connection) (map[string]any, int, error) {
	profile, err := measureProfile(s, opened)
	if err != nil {
		return nil, 0, err
	}
	list, status := []map[string]any{}, 0
	for _, connection := range databases {
		dialogue, err := measureOne(s, reached, connection, profile)
		if err != nil {
			return nil, 0, err
		}
		rows := measuredRows(s, profile, dialogue)
		if !dialogue.Enough() {
			status = 2
		}
		list = append(list, map[string]any{"name": connection.Name, "enough": dialogue.Enough(), "metrics": rows})
		if reached.partner == nil && !s.IsJSON() {
			printMeasured(s, connection.Name, dialogue.Enough(), rows)
		}
	}
	return map[string]any{"databases": list}, status, nil
}

// measureProfile returns the installed profile, or the draft of --profile.
func measureProfile(s *ui.Session, opened *site.Site) (*request.Profile, error) {
	path := s.String("profile")
	if path == "" {
		return opened.Profile()
	}
	draft, err := files.Read(path, signedtext.MaxText)
	if err != nil {
		return nil, err
	}
	profile, err := request.NewProfile(draft, s.Now())
	return profile, fault.With(err, "file", path)
}

// newSalt draws what no two measurements share.
func newSalt(s *ui.Session) ([]byte, error) {
	salt := make([]byte, request.SaltSize)
	_, err := io.ReadFull(s.Environment().Random, salt)
	return salt, err
}

func measureOne(s *ui.Session, reached *connections, connection site.Connection, profile *request.Profile) (*queries.Dialogue, error) {
	salt, err := newSalt(s)
	if err != nil {
		return nil, err
	}
	dialogue, err := queries.Collect(connection.Reads(profile), queries.Engine(connection.Engine), salt)
	if err != nil {
		return nil, err
	}
	done := s.Progress("progress-measuring")
	defer done(1)
	return dialogue, reached.measure(context.Background(), connection, dialogue)
}

func measuredRows(s *ui.Session, profile *request.Profile, dialogue *queries.Dialogue) []measured {
	rows := make([]measured, len(profile.Metrics))
	for i, item := range dialogue.Items() {
		rows[i] = measured{Metric: profile.Metrics[i].Name, Measured: item.Measured, Rows: item.Usable(profile.Metrics[i].Kind)}
	}
	for _, problem := range dialogue.Problems() {
		code, words, _ := s.Words(problem.Err)
		for i := range rows {
			if rows[i].Metric == problem.Metric || problem.Metric == "" {
				rows[i].Code, rows[i].Message = string(code), words
			}
		}
	}
	return rows
}

func printMeasured(s *ui.Session, database string, enough bool, rows []measured) {
	if enough {
		s.Line("measure-enough", "database", database)
	} else {
		s.Line("measure-too-little", "database", database)
	}
	for _, row := range rows {
		if row.Measured {
			s.Line("measure-metric", "metric", row.Metric, "count", row.Rows)
		} else {
			s.Line("measure-metric-none", "metric", row.Metric, "reason", row.Message)
		}
	}
}
