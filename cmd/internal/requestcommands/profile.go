package requestcommands

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/verify"
)

// profileCommands are for the people who know the product: they need a copy
// of a database, and no installation.
func profileCommands() ui.Command {
	where := []ui.Flag{homeFlag, {Name: "connection", Value: "KEY=VALUE,…", Repeated: true, Words: "flag-profile-connection"}, {Name: "database", Value: "NAME", Words: "flag-profile-database"}}
	return ui.Command{Name: "profile", Example: "futura-request profile draft --connection engine=sqlite,path=erp.db --out sispetro.toml", Commands: []ui.Command{
		{Name: "draft", Maximum: 0, Example: "futura-request profile draft --connection engine=sqlite,path=erp.db --product sispetro --out sispetro.toml",
			Flags: append(slices.Clone(where), ui.Flag{Name: "product", Value: "NAME", Words: "flag-draft-product"}, ui.Flag{Name: "sql", Words: "flag-draft-sql"}, ui.Flag{Name: "out", Value: "FILE"}), Run: draftProfile},
		{Name: "check", Arguments: "FILE", Minimum: 1, Maximum: 1, Example: "futura-request profile check --connection engine=sqlite,path=erp.db sispetro.toml",
			Flags: append(slices.Clone(where), ui.Flag{Name: "before", Value: "NAME|FILE", Words: "flag-profile-before"}, ui.Flag{Name: "after", Value: "NAME|FILE", Words: "flag-profile-after"}, formatFlag), Run: checkProfile},
	}}
}

// sources are the databases that a profile command may use.
type sources struct {
	reached *connections
	list    []site.Connection
	opened  *site.Site // nil when connections were given
}

// findSources takes --connection, else the databases of the installation.
func findSources(s *ui.Session) (*sources, error) {
	if written := s.Strings("connection"); len(written) > 0 {
		list, err := parseConnections(written)
		for i := range list {
			if list[i].Name == "" {
				list[i].Name = "database"
			}
		}
		return &sources{reached: newConnections(s, "."), list: list}, err
	}
	opened, err := openSite(s)
	if errors.Is(err, site.NoSite) {
		return &sources{reached: newConnections(s, ".")}, nil
	}
	if err != nil {
		return nil, err
	}
	return &sources{reached: newConnections(s, opened.Folder), list: opened.Config.Databases, opened: opened}, nil
}

// find returns the database that an option names, or the SQLite database of a
// path; without a name it is the first.
func (f *sources) find(s *ui.Session, option string) (site.Connection, error) {
	name := s.String(option)
	for _, connection := range f.list {
		if name == "" || connection.Name == name {
			return connection, nil
		}
	}
	if name == "" {
		return site.Connection{}, ui.MissingOption.New("no database is named", "option", "--connection", "value", "KEY=VALUE,…")
	}
	path, err := filepath.Abs(name)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return site.Connection{}, ui.OptionValue.Wrap(err, "neither a connection nor a file", "option", "--"+option)
	}
	return site.Connection{Name: filepath.Base(path), Engine: string(queries.SQLite), Path: path}, nil
}

// readProfile reads a draft, or a signed profile with the keys of the
// installation.
func (f *sources) readProfile(path string, now time.Time) (*request.Profile, error) {
	data, err := files.Read(path, signedtext.MaxDamaged)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(data, []byte("-----BEGIN")) {
		if f.opened == nil {
			return nil, site.NoTrust.New("a signed profile needs the keys of an installation", "folder", "")
		}
		if err := f.opened.NeedTrust(); err != nil {
			return nil, err
		}
		profile, err := verify.OpenProfile(data, f.opened.Trust)
		return profile, fault.With(err, "file", path)
	}
	profile, err := request.NewProfile(data, now)
	return profile, fault.With(err, "file", path)
}

func checkProfile(s *ui.Session) error {
	if err := s.CheckFormat(); err != nil {
		return err
	}
	found, err := findSources(s)
	if err != nil {
		return err
	}
	profile, err := found.readProfile(s.Arguments()[0], s.Now())
	if err != nil {
		return err
	}
	before, after := s.String("before") != "", s.String("after") != ""
	if before != after {
		return ui.MissingOption.New("both or none", "option", "--before, --after", "value", "NAME|FILE")
	}
	if before {
		return checkMigration(s, found, profile)
	}
	connection, err := found.find(s, "database")
	if err != nil {
		return err
	}
	checked, err := found.collect(s, connection, profile)
	if err != nil {
		return err
	}
	if s.IsJSON() {
		s.JSON(checked.object(s))
	} else {
		checked.print(s)
	}
	return checked.verdict(s)
}

// checkedProfile is a profile that was tried on a database.
type checkedProfile struct {
	profile    *request.Profile
	connection site.Connection
	dialogue   *queries.Dialogue
	salt       []byte
	took       map[string]time.Duration // of each metric
}

// collect makes the items for a license, as a request would, and stops the
// time.
func (f *sources) collect(s *ui.Session, connection site.Connection, profile *request.Profile) (*checkedProfile, error) {
	salt, err := newSalt(s)
	if err != nil {
		return nil, err
	}
	checked := &checkedProfile{profile: profile, connection: connection, salt: salt, took: map[string]time.Duration{}}
	if checked.dialogue, err = queries.Collect(profile, queries.Engine(connection.Engine), checked.salt); err != nil {
		return nil, err
	}
	done := s.Progress("progress-measuring")
	defer done(1)
	return checked, f.reached.use(connection, func(db *sql.DB) error { return checked.run(s, db) })
}

func (c *checkedProfile) run(s *ui.Session, db *sql.DB) error {
	ctx, now := context.Background(), s.Environment().Now
	if err := database.Reach(ctx, db); err != nil {
		return err
	}
	for query, more := c.dialogue.Next(); more; query, more = c.dialogue.Next() {
		begin := now()
		err := database.Rows(ctx, db, query, c.dialogue.Row)
		c.dialogue.Done(err)
		c.took[query.Metric] += now().Sub(begin)
		if errors.Is(err, database.Unreachable) {
			return err
		}
	}
	return nil
}

// sample returns what was seen of a metric, or nothing.
func (c *checkedProfile) sample(metric string) (queries.Sample, bool) {
	samples := c.dialogue.Samples()
	at := slices.IndexFunc(samples, func(sample queries.Sample) bool { return sample.Metric == metric })
	if at < 0 {
		return queries.Sample{}, false
	}
	return samples[at], true
}

func (c *checkedProfile) problem(metric string) error {
	for _, problem := range c.dialogue.Problems() {
		if problem.Metric == metric {
			return problem.Err
		}
	}
	return nil
}

// print shows each metric: what it costs, what it is worth, what it reveals.
func (c *checkedProfile) print(s *ui.Session) {
	s.Line("profile-head", "product", c.profile.Product, "database", c.connection.Name, "where", c.connection.Where())
	for i, metric := range c.profile.Metrics {
		sample, seen := c.sample(metric.Name)
		s.Line("profile-metric", "metric", metric.Name, "table", metric.Table, "kind", s.Say("kind-"+string(metric.Kind)))
		if seen {
			s.Line("profile-cost", "queries", sample.Queries, "rows", sample.Read, "milliseconds", c.took[metric.Name].Milliseconds())
			c.printBits(s, metric, sample.Prediction)
			c.printRevealed(s, metric, c.dialogue.Items()[i], sample)
		}
		if err := c.problem(metric.Name); err != nil {
			c.printProblem(s, err)
		} else if !c.dialogue.Items()[i].Enough(metric.Kind) {
			s.Line("profile-too-few")
		}
	}
	if c.profile.Pepper == nil {
		s.Line("profile-no-pepper")
	} else if err := c.problem(""); err != nil {
		c.printProblem(s, err)
	}
}

func (c *checkedProfile) printProblem(s *ui.Session, err error) {
	code, words, hint := s.Words(err)
	s.Line("profile-problem", "code", string(code), "words", words, "hint", hint)
}

func (c *checkedProfile) printBits(s *ui.Session, metric request.ProfileMetric, prediction fingerprint.Prediction) {
	s.Line("profile-bits", "bits", int(prediction.Bits()), "predicted", prediction.Count(), "rows", len(prediction.Predicted))
	columns, _ := metric.ColumnList() // the profile was read
	if len(prediction.Columns) > len(columns) {
		columns = append([]request.Column{metric.Key}, columns...)
	}
	for i, column := range prediction.Columns {
		if column.Formula != fingerprint.NoFormula {
			s.Line("profile-column", "column", columns[i].Name, "formula", s.Say("formula-"+string(column.Formula)), "rows", column.Rows)
		}
	}
}

// printRevealed says what the items tell to whom: with a pepper nobody can
// test a guess, without one whoever has the license can.
func (c *checkedProfile) printRevealed(s *ui.Session, metric request.ProfileMetric, item fingerprint.Item, sample queries.Sample) {
	if !item.Measured {
		return
	}
	low := int64(1) << item.Exponent
	s.Line("profile-size-"+string(metric.Kind), "low", low, "high", 2*low-1, "items", len(item.Values))
	if c.profile.Pepper == nil {
		s.Line("profile-guess-open", "bits", int(sample.Prediction.Bits()))
	} else {
		s.Line("profile-guess-secret")
	}
}

func (c *checkedProfile) object(s *ui.Session) map[string]any {
	metrics := []map[string]any{}
	for i, metric := range c.profile.Metrics {
		item := c.dialogue.Items()[i]
		object := map[string]any{"metric": metric.Name, "kind": metric.Kind, "table": metric.Table, "enough": item.Enough(metric.Kind)}
		if sample, seen := c.sample(metric.Name); seen {
			object["queries"], object["rows"], object["milliseconds"] = sample.Queries, sample.Read, c.took[metric.Name].Milliseconds()
			object["sampled"], object["predicted"], object["bits"] = len(sample.Rows), sample.Prediction.Count(), int(sample.Prediction.Bits())
		}
		if err := c.problem(metric.Name); err != nil {
			code, words, hint := s.Words(err)
			object["problem"] = map[string]string{"code": string(code), "message": words, "hint": hint}
		}
		metrics = append(metrics, object)
	}
	return map[string]any{"product": c.profile.Product, "database": c.connection.Name, "pepper": c.profile.Pepper != nil, "metrics": metrics, "enough": c.dialogue.Enough()}
}

// verdict refuses a profile with a metric that can be foretold, or with too
// little. What could not be measured at all leaves it open.
func (c *checkedProfile) verdict(s *ui.Session) error {
	status, count := 0, 0
	for _, problem := range c.dialogue.Problems() {
		if count++; errors.Is(problem.Err, queries.Predictable) {
			status = 1
		} else if status == 0 {
			status = 2
		}
	}
	if status == 0 && !c.dialogue.Enough() {
		status = 1
	}
	if status == 0 {
		if !s.IsJSON() {
			s.Line("profile-good")
		}
		return nil
	}
	little := ""
	if !c.dialogue.Enough() {
		little = "little"
	}
	if !s.IsJSON() {
		s.Fail(notProven.New("the profile is refused", "problems", count, "little", little))
	}
	return ui.Exit{Status: status}
}

// checkMigration proves that a database is recognized after a migration by
// what was measured before it.
func checkMigration(s *ui.Session, found *sources, profile *request.Profile) error {
	old, err := found.find(s, "before")
	if err != nil {
		return err
	}
	migrated, err := found.find(s, "after")
	if err != nil {
		return err
	}
	collected, err := found.collect(s, old, profile)
	if err != nil {
		return err
	}
	if !collected.dialogue.Enough() {
		collected.print(s)
		return collected.verdict(s)
	}
	again, err := queries.Remeasure(profile, queries.Engine(migrated.Engine), collected.salt, collected.dialogue.Encoded())
	if err == nil {
		err = found.reached.measure(context.Background(), migrated, again)
	}
	if err != nil {
		return err
	}
	return showMigration(s, old, migrated, again)
}

// showMigration prints what was found again of each metric. Only a database
// that is recognized after it proves a migration.
func showMigration(s *ui.Session, old, migrated site.Connection, again *queries.Dialogue) error {
	result := again.Result()
	if s.IsJSON() {
		metrics := []map[string]any{}
		for _, component := range result.Components {
			metrics = append(metrics, map[string]any{"metric": component.Metric, "measured": component.Measured, "found": component.Found, "licensed": component.Licensed})
		}
		s.JSON(map[string]any{"before": old.Name, "after": migrated.Name, "state": result.State, "score": result.Score, "margin": result.Margin, "metrics": metrics})
	} else {
		s.Line("profile-migration", "before", old.Where(), "after", migrated.Where())
		s.PrintResult(result)
		for _, problem := range again.Problems() {
			s.Fail(fault.With(problem.Err, "database", migrated.Name))
		}
	}
	switch result.State {
	case fingerprint.Recognized, fingerprint.Drifted:
		return nil
	case fingerprint.Undecided:
		return ui.Exit{Status: 2}
	}
	return ui.Exit{Status: 1}
}
