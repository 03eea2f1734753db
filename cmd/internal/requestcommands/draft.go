package requestcommands

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/catalogue"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/queries"
)

// draftProfile reads the catalogue of a database, looks at some rows of every
// table, and writes a profile with its reasons as comments.
func draftProfile(s *ui.Session) error {
	found, err := findSources(s)
	if err != nil {
		return err
	}
	connection, err := found.find(s, "database")
	if err != nil {
		return err
	}
	product := cmp.Or(s.String("product"), "product")
	if err := signedtext.CheckName("product", product); err != nil {
		return err
	}
	engine := queries.Engine(connection.Engine)
	query, err := catalogue.Query(engine)
	if err != nil {
		return err
	}
	var findings []catalogue.Finding
	err = found.reached.use(connection, func(db *sql.DB) error {
		findings, err = survey(s, db, engine, query)
		return err
	})
	if err != nil {
		return err
	}
	draft := &draftText{session: s, product: product, engine: engine, proposal: catalogue.Propose(findings)}
	return draft.write(s.String("out"), connection.Where())
}

func survey(s *ui.Session, db *sql.DB, engine queries.Engine, query queries.Query) ([]catalogue.Finding, error) {
	ctx := context.Background()
	if err := database.Reach(ctx, db); err != nil {
		return nil, err
	}
	var reader catalogue.Reader
	if err := database.Rows(ctx, db, query, reader.Row); err != nil {
		return nil, err
	}
	tables, err := reader.Tables()
	if err != nil {
		return nil, err
	}
	salt, err := newSalt(s)
	if err != nil {
		return nil, err
	}
	return catalogue.Survey(tables, func(profile *request.Profile) (sample queries.Sample, reason, fatal error) {
		dialogue, err := queries.Collect(profile, engine, salt)
		if err == nil {
			err = database.Run(ctx, db, dialogue)
		}
		if err != nil {
			return sample, nil, err
		}
		if samples := dialogue.Samples(); len(samples) > 0 {
			sample = samples[0]
		}
		if problems := dialogue.Problems(); len(problems) > 0 {
			reason = problems[0].Err
		}
		return sample, reason, nil
	}, s.Progress("progress-measuring"))
}

// draftText writes the draft, in the user's language.
type draftText struct {
	session  *ui.Session
	out      strings.Builder
	product  string
	engine   queries.Engine
	proposal catalogue.Proposal
}

func (d *draftText) write(path, where string) error {
	d.head(where)
	for _, finding := range d.proposal.Chosen {
		d.metric(finding, "")
	}
	if len(d.proposal.Chosen) == 0 {
		d.say("draft-nothing")
	}
	if len(d.proposal.Spare) > 0 {
		d.say("draft-spare")
	}
	for _, finding := range d.proposal.Spare {
		d.metric(finding, "# ")
	}
	d.refused()
	d.sensitive()
	if path == "" {
		_, err := io.WriteString(d.session.Out, d.out.String())
		return err
	}
	if err := files.Create(path, []byte(d.out.String()), files.Public); err != nil {
		return err
	}
	d.session.Line("draft-written", "file", path, "chosen", len(d.proposal.Chosen), "spare", len(d.proposal.Spare), "refused", len(d.proposal.Refused))
	return nil
}

func (d *draftText) say(id string, pairs ...any) {
	fmt.Fprintf(&d.out, "\n%s\n", comment(d.session.Say(id, pairs...)))
}

func (d *draftText) head(where string) {
	s := d.session
	fmt.Fprintf(&d.out, "%s\n", comment(s.Say("draft-head", "where", where)))
	fmt.Fprintf(&d.out, "\nproduct = %s\ntitle = %s\n", ui.QuoteTOML(d.product), ui.QuoteTOML(d.product))
	fmt.Fprintf(&d.out, "\n%s\nscheme = 'numbers'\ndigits = 2\nfile = %s\n", comment(s.Say("draft-versions")), ui.QuoteTOML(d.product+"{version}.lic"))
	fmt.Fprintf(&d.out, "\n%s\nrecognized = 50\ndrifted = 45\n", comment(s.Say("draft-thresholds")))
	fmt.Fprintf(&d.out, "\n%s\nheadline = %s\ncontact = %s\n", comment(s.Say("draft-words")),
		ui.QuoteTOML(strings.TrimSuffix(s.Say("check-not-valid"), ".")), ui.QuoteTOML(s.Say("draft-contact")))
	d.place("running", "draft-running", d.proposal.Running)
	d.place("pepper", "draft-pepper", d.proposal.Pepper)
}

// place offers a place as a comment: only somebody who knows the product can
// say whether it is the right one.
func (d *draftText) place(name, id string, places []request.Place) {
	d.say(id)
	if len(places) == 0 {
		places = []request.Place{{Table: "table", Column: "column"}}
	}
	for _, place := range places {
		fmt.Fprintf(&d.out, "# [%s]\n# table = %s\n# column = %s\n", name, ui.QuoteTOML(place.Table), ui.QuoteTOML(place.Column))
	}
}

// metric writes one metric below what speaks for it and against it.
func (d *draftText) metric(finding catalogue.Finding, prefix string) {
	metric := finding.Metric
	fmt.Fprintf(&d.out, "\n%s\n", comment(d.session.Say("draft-table", "table", finding.Table.Name)))
	for _, reason := range finding.Reasons {
		fmt.Fprintf(&d.out, "#   + %s\n", d.remark(reason))
	}
	for _, doubt := range finding.Doubts {
		fmt.Fprintf(&d.out, "#   ? %s\n", d.remark(doubt))
	}
	d.statements(*metric)
	fmt.Fprintf(&d.out, "%s[[metric]]\n", prefix)
	for _, pair := range [][2]string{{"name", metric.Name}, {"kind", string(metric.Kind)}, {"table", metric.Table},
		{"key", metric.Key.Name + ":" + string(metric.Key.Kind)}, {"columns", string(metric.Columns)}} {
		fmt.Fprintf(&d.out, "%s%s = %s\n", prefix, pair[0], ui.QuoteTOML(pair[1]))
	}
	fmt.Fprintf(&d.out, "%scount = %d\n%sweight = %d\n", prefix, metric.Count, prefix, metric.Weight)
}

// remark says a reason or a doubt in one line.
func (d *draftText) remark(remark catalogue.Remark) string {
	pairs := append([]any{}, remark.Pairs...)
	for i, value := range pairs {
		if why, ok := value.([]catalogue.Why); ok {
			pairs[i] = d.why(why)
		}
	}
	return strings.ReplaceAll(d.session.Say(remark.ID, pairs...), "\n", " ")
}

func (d *draftText) why(list []catalogue.Why) string {
	words := make([]string, len(list))
	for i, why := range list {
		words[i] = why.Column + ": " + d.session.Say("formula-"+string(why.Formula))
	}
	return strings.Join(words, "; ")
}

// places are the parameters of a statement for two rows.
var places = regexp.MustCompile(` IN \((.+), (.+)\)$`)

// statements shows the SQL of this engine, and with --sql that of all.
func (d *draftText) statements(metric request.ProfileMetric) {
	for _, engine := range queries.Engines() {
		if engine != d.engine && !d.session.Bool("sql") {
			continue
		}
		list, err := queries.Statements(&request.Profile{}, metric, engine)
		if err != nil {
			continue
		}
		name := string(engine)
		if engine.Unverified() {
			name += " (" + d.session.Say("draft-unverified") + ")"
		}
		for _, statement := range list {
			fmt.Fprintf(&d.out, "#   %s: %s\n", name, places.ReplaceAllString(statement, " IN ($1, …)"))
		}
	}
}

func (d *draftText) refused() {
	if len(d.proposal.Refused) == 0 {
		return
	}
	d.say("draft-refused")
	for _, finding := range d.proposal.Refused {
		for _, reason := range finding.Reasons {
			fmt.Fprintf(&d.out, "#   %s: %s\n", d.session.Show(finding.Table.Name), d.remark(reason))
		}
	}
}

// sensitive names what could identify somebody, by kind.
func (d *draftText) sensitive() {
	columns := map[catalogue.Sensitive][]string{}
	for _, list := range [][]catalogue.Finding{d.proposal.Chosen, d.proposal.Spare, d.proposal.Refused} {
		for _, finding := range list {
			for _, column := range finding.Sensitive {
				columns[column.What] = append(columns[column.What], d.session.Show(finding.Table.Name+"."+column.Name))
			}
		}
	}
	if len(columns) == 0 {
		return
	}
	d.say("draft-sensitive")
	for _, what := range catalogue.SensitiveKinds() {
		if len(columns[what]) > 0 {
			fmt.Fprintf(&d.out, "#   %s: %s\n", d.session.Say(string(what)), strings.Join(columns[what], ", "))
		}
	}
}
