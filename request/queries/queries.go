// Package queries turns a profile and the items of a license into SELECTs
// with parameters, and the rows that come back into items. It never touches
// a database: whoever has a connection runs the queries, one after another,
// in a dialogue:
//
//	dialogue, err := queries.Collect(profile, queries.PostgreSQL, salt)
//	for query, more := dialogue.Next(); more; query, more = dialogue.Next() {
//		// run query.SQL with query.Arguments, then for every row:
//		dialogue.Row(values)
//		// and once, at the end:
//		dialogue.Done(err)
//	}
//	items := dialogue.Items()
//
// Each query is one short SELECT, meant to run on its own without an open
// transaction. Identifiers come from a signed profile, are checked when it
// is read, and are quoted; values are always parameters.
package queries

import (
	"slices"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
)

// Codes of this package's errors.
const (
	BadValue      = fault.Code("FL-408") // a value that is not of its declared kind
	TooManyRows   = fault.Code("FL-409") // a table too large for a set
	NoPepper      = fault.Code("FL-410") // the product's secret is not where the profile says
	UnknownEngine = fault.Code("FL-412") // an engine without a dialect
	Predictable   = fault.Code("FL-310") // rows that can be told from their keys
	WrongRows     = fault.Code("FL-495") // rows that cannot be the answer to a query
)

// Codes of what a database refuses, whoever runs the queries.
const (
	Unreachable  = fault.Code("FL-401") // no connection
	MissingTable = fault.Code("FL-403") // a table or column is not there
	NoRight      = fault.Code("FL-404") // the user may not read it
	Busy         = fault.Code("FL-405") // another program holds it locked
	TooSlow      = fault.Code("FL-406") // over the time limit
	QueryFailed  = fault.Code("FL-411") // any other refusal of the database
	NoValue      = fault.Code("FL-430") // a query that does not give one value
)

// MaxSetRows bounds the rows that are read of a set's table: 200,000 rows
// take about half a second on the slowest engine measured.
const MaxSetRows = 200_000

// Query is one SELECT to run.
type Query struct {
	Metric    string // which metric it serves; empty for the pepper
	SQL       string
	Arguments []any
	Columns   []request.ColumnKind // kinds of the values of a row, in their order
	Limit     int                  // how many rows are read at most
	MayLack   bool                 // whether no row is an answer too
}

// Problem is a metric that could not be measured, and why.
type Problem struct {
	Metric string
	Err    error
}

// Dialogue measures one database, query by query. It is not safe for use by
// several goroutines.
type Dialogue struct {
	profile  *request.Profile
	dialect  dialect
	salt     []byte
	licensed fingerprint.Items // nil when collecting
	whole    bool              // measure everything, even what cannot change the verdict
	key      fingerprint.Key
	items    fingerprint.Items
	problems []Problem
	asked    []Query
	current  Query
	samples  []Sample
	steps    []step

	issued  time.Time // of the license whose items are measured; zero: not asked
	unknown []fingerprint.Unknown
	lineage []byte
}

// Sample is what a dialogue that collects saw of one metric.
type Sample struct {
	Metric     string
	Queries    int        // that were asked
	Read       int        // rows that came, without those in search of the highest key
	Highest    int64      // key, of a metric by anchors
	Rows       [][][]byte // canonical, the key first; at most some hundred of them
	Prediction fingerprint.Prediction
}

// Collect starts a dialogue that makes the items for a new license.
func Collect(profile *request.Profile, engine Engine, salt []byte) (*Dialogue, error) {
	return start(profile, engine, salt, nil)
}

// Recognize starts a dialogue that measures the items of a license again. It
// ends early once the rest cannot change the verdict.
func Recognize(profile *request.Profile, engine Engine, salt, items []byte) (*Dialogue, error) {
	licensed, err := fingerprint.Decode(profile.MetricList(), items)
	if err != nil {
		return nil, err
	}
	return start(profile, engine, salt, licensed)
}

// Remeasure is Recognize to the very end: for the items themselves, not for
// a verdict.
func Remeasure(profile *request.Profile, engine Engine, salt, items []byte) (*Dialogue, error) {
	dialogue, err := Recognize(profile, engine, salt, items)
	if err != nil {
		return nil, err
	}
	dialogue.whole = true
	return dialogue, nil
}

// Continue is Remeasure for a new request: it also counts the rows of sets
// that are older than the license, which was issued at that time, and unknown
// to it.
func Continue(profile *request.Profile, engine Engine, salt, items []byte, issued time.Time) (*Dialogue, error) {
	dialogue, err := Remeasure(profile, engine, salt, items)
	if err != nil {
		return nil, err
	}
	dialogue.issued = issued
	return dialogue, nil
}

func start(profile *request.Profile, engine Engine, salt []byte, licensed fingerprint.Items) (*Dialogue, error) {
	dialect, err := dialectOf(profile, engine)
	if err != nil {
		return nil, err
	}
	dialogue := &Dialogue{
		profile: profile, dialect: dialect, salt: salt, licensed: licensed,
		items:   make(fingerprint.Items, len(profile.Metrics)),
		unknown: slices.Repeat([]fingerprint.Unknown{fingerprint.NotKnown}, len(profile.Metrics)),
	}
	return dialogue, dialogue.lineUp()
}

// lineUp makes the steps: first for the pepper, without which nothing else
// can be asked.
func (d *Dialogue) lineUp() error {
	if d.profile.Pepper != nil {
		d.steps = []step{&pepperStep{dialogue: d}}
		return nil
	}
	d.steps = nil
	return d.begin(nil)
}

// begin derives the key and lines up the metrics.
func (d *Dialogue) begin(pepper []byte) error {
	d.key = fingerprint.NewKey(pepper, d.profile.Product, d.salt)
	for i, metric := range d.profile.MetricList() {
		columns, err := d.profile.Metrics[i].ColumnList()
		if err != nil {
			return err
		}
		base := metricStep{dialogue: d, index: i, metric: metric, source: d.profile.Metrics[i], columns: columns}
		switch {
		case d.licensed != nil && !d.licensed[i].Enough(metric.Kind):
		case metric.Kind == fingerprint.Set && d.licensed == nil:
			d.steps = append(d.steps, &setStep{metricStep: base, sampler: d.key.NewSampler(metric)})
		case metric.Kind == fingerprint.Set:
			step := &setStep{metricStep: base, sampler: d.key.NewSamplerAt(metric, d.licensed[i].Exponent)}
			step.dated = slices.IndexFunc(columns, func(column request.Column) bool { return column.Kind == request.TimestampColumn }) + 1
			d.steps = append(d.steps, step)
		case d.licensed == nil && d.dialect.ascending:
			d.steps = append(d.steps, newSearchStep(base))
		case d.licensed == nil:
			d.steps = append(d.steps, &highestStep{metricStep: base})
		default:
			d.steps = append(d.steps, newAnchorStep(base, d.licensed[i]))
		}
	}
	return nil
}

// addLineage lines up one more query: the rows of the first table with
// anchors that tell one database under two customers.
func (d *Dialogue) addLineage(pepper []byte) {
	index := slices.IndexFunc(d.profile.Metrics, func(metric request.ProfileMetric) bool { return metric.Kind == fingerprint.Anchors })
	if index < 0 || d.licensed != nil {
		return
	}
	source := d.profile.Metrics[index]
	columns, _ := source.ColumnList() // begin has read them
	step := &lineageStep{key: fingerprint.NewLineageKey(pepper, d.profile.Product)}
	step.metricStep = metricStep{dialogue: d, index: index, metric: d.profile.MetricList()[index], source: source, columns: columns}
	step.probes = step.key.LineageProbes(step.metric)
	d.steps = append(d.steps, step)
}

// Next returns the query to run now, or false when the dialogue has ended.
func (d *Dialogue) Next() (Query, bool) {
	if len(d.steps) == 0 || d.licensed != nil && !d.whole && d.Result().Settled(d.profile.Thresholds()) {
		return Query{}, false
	}
	d.current = d.steps[0].query()
	return d.current, true
}

// Row takes one row of the current query, and keeps nothing of it. After an
// error the rest of the rows need not be given.
func (d *Dialogue) Row(values []any) error { return d.steps[0].row(values) }

// Done ends the current query. With an error its metric counts as not
// measured.
func (d *Dialogue) Done(err error) {
	current := d.steps[0]
	d.steps = d.steps[1:]
	d.asked = append(d.asked, d.current)
	if err == nil {
		err = current.done()
	}
	if err == nil {
		return
	}
	if _, isLineage := current.(*lineageStep); !isLineage {
		d.problems = append(d.problems, Problem{Metric: current.query().Metric, Err: err})
	}
}

// Items returns what was measured so far.
func (d *Dialogue) Items() fingerprint.Items { return d.items }

// Asked returns the queries that Next handed out and Done ended, in their
// order.
func (d *Dialogue) Asked() []Query { return d.asked }

// Problems returns what could not be measured so far, and why.
func (d *Dialogue) Problems() []Problem { return d.problems }

// Samples returns what a dialogue that collects saw so far, a metric each.
func (d *Dialogue) Samples() []Sample { return d.samples }

// Encoded returns the items as a request carries them: of those of a license,
// what was found again.
func (d *Dialogue) Encoded() []byte {
	metrics := d.profile.MetricList()
	if d.licensed != nil {
		return d.items.Within(metrics, d.licensed).Encode(metrics)
	}
	return d.items.Encode(metrics)
}

// Lineage returns what tells one database under two customers: nothing
// without a pepper, or when it could not be read.
func (d *Dialogue) Lineage() []byte { return d.lineage }

// Unknown returns the size classes of unknown rows, one for each set of the
// profile, after Continue has run to its end.
func (d *Dialogue) Unknown() []fingerprint.Unknown {
	classes := []fingerprint.Unknown{}
	for i, metric := range d.profile.Metrics {
		if metric.Kind == fingerprint.Set {
			classes = append(classes, d.unknown[i])
		}
	}
	return classes
}

// Enough reports whether the items that were collected can be recognized
// later.
func (d *Dialogue) Enough() bool {
	return fingerprint.EnoughToIssue(d.profile.MetricList(), d.items)
}

// Result compares with the license, as far as was measured. A dialogue that
// collects has none to compare with.
func (d *Dialogue) Result() fingerprint.Result {
	if d.licensed == nil {
		return fingerprint.Result{State: fingerprint.Undecided}
	}
	return fingerprint.Compare(d.profile.MetricList(), d.licensed, d.items, d.profile.Thresholds())
}

// Explained is Result with what the losses look like.
func (d *Dialogue) Explained() fingerprint.Result {
	result := d.Result()
	if d.licensed != nil {
		result.Pattern = d.key.Pattern(d.profile.MetricList(), d.licensed, d.items)
	}
	return result
}

// Statements returns the SQL by which a metric is measured on an engine: of
// anchors how the highest key is found, and how rows are read by their keys,
// here two of them; of a set the one statement.
func Statements(profile *request.Profile, metric request.ProfileMetric, engine Engine) ([]string, error) {
	dialect, err := dialectOf(profile, engine)
	if err != nil {
		return nil, err
	}
	columns, err := metric.ColumnList()
	switch {
	case err != nil:
		return nil, err
	case metric.Kind == fingerprint.Set:
		return []string{dialect.all(metric, columns, MaxSetRows+1)}, nil
	case dialect.ascending:
		return []string{dialect.atLeast(metric), dialect.anchors(metric, columns, 2)}, nil
	}
	return []string{dialect.highest(metric), dialect.anchors(metric, columns, 2)}, nil
}

// Running returns the query for the version that the database says is
// running, or false when the profile does not tell where, or another program
// asks (see RunningIn).
func Running(profile *request.Profile, engine Engine) (Query, bool) {
	dialect, err := dialectOf(profile, engine)
	if profile.Running == nil || engine == Spoken || err != nil {
		return Query{}, false
	}
	return placeQuery(dialect, *profile.Running, request.TextColumn), true
}

func placeQuery(dialect dialect, place request.Place, kind request.ColumnKind) Query {
	return Query{SQL: dialect.place(place), Columns: []request.ColumnKind{kind}, Limit: placeRows, MayLack: true}
}
