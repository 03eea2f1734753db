package queries

import (
	"bytes"
	"maps"
	"slices"
	"time"

	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
)

// step is one query and what becomes of its rows.
type step interface {
	query() Query
	row(values []any) error
	done() error
}

// pepperStep reads the product's secret; without it nothing else can be
// measured.
type pepperStep struct {
	dialogue *Dialogue
	pepper   []byte
	rows     int
}

// minPepper is the length below which a secret could be guessed, in bytes.
const minPepper = 16

func (s *pepperStep) query() Query {
	return placeQuery(s.dialogue.dialect, *s.dialogue.profile.Pepper, request.BytesColumn)
}

func (s *pepperStep) row(values []any) (err error) {
	s.rows++
	if err := one(values); err != nil {
		return err
	}
	s.pepper, err = canonical(request.BytesColumn, values[0])
	return err
}

// one refuses a row of another width than one value.
func one(values []any) error {
	if len(values) != 1 {
		return BadValue.New("a row of another width", "reason", "columns")
	}
	return nil
}

func (s *pepperStep) done() error {
	if s.rows != 1 || len(s.pepper) < 1+minPepper { // canonical begins with one byte of its own
		return NoPepper.New("the table has not exactly one row with a secret", "table", s.dialogue.profile.Pepper.Table)
	}
	if err := s.dialogue.begin(s.pepper); err != nil {
		return err
	}
	s.dialogue.addLineage(s.pepper)
	return nil
}

// metricStep is what the steps of a metric share.
type metricStep struct {
	dialogue *Dialogue
	index    int
	metric   fingerprint.Metric
	source   request.ProfileMetric
	columns  []request.Column
}

// kinds returns the kinds of key and columns.
func (s *metricStep) kinds() []request.ColumnKind {
	kinds := []request.ColumnKind{s.source.Key.Kind}
	for _, column := range s.columns {
		kinds = append(kinds, column.Kind)
	}
	return kinds
}

func (s *metricStep) keep(item fingerprint.Item) { s.dialogue.items[s.index] = item }

// values makes key and columns of a row canonical.
func (s *metricStep) values(row []any) ([][]byte, error) {
	columns := append([]request.Column{s.source.Key}, s.columns...)
	if len(row) != len(columns) {
		return nil, BadValue.New("a row of another width", "metric", s.metric.Name, "reason", "columns")
	}
	values := make([][]byte, len(row))
	for i, column := range columns {
		value, err := canonical(column.Kind, row[i])
		if err != nil {
			return nil, BadValue.Wrap(err, "a value that is not of its kind", "metric", s.metric.Name, "column", column.Name)
		}
		values[i] = value
	}
	return values, nil
}

// predict keeps the item of the rows that cannot be told from their keys, if
// they hold enough. So two customers are never alike by what the same script
// wrote.
func (s *metricStep) predict(sample Sample, without func(predicted []bool) fingerprint.Item) error {
	for _, query := range s.dialogue.asked {
		if query.Metric == s.metric.Name {
			sample.Queries++
		}
	}
	sample.Prediction = fingerprint.Predict(sample.Rows)
	s.dialogue.samples = append(s.dialogue.samples, sample)
	item := without(sample.Prediction.Predicted)
	rows, predicted := len(sample.Rows), sample.Prediction.Count()
	if sample.Prediction.Weak() || s.metric.Kind.Enough(rows) && !s.metric.Kind.Enough(rows-predicted) {
		return Predictable.New("rows that can be told from their keys", "metric", s.metric.Name,
			"rows", rows, "predicted", predicted, "bits", fingerprint.MinBits)
	}
	s.keep(item)
	return nil
}

// highestStep finds the size class of a table with an integer key.
type highestStep struct {
	metricStep
	highest int64
}

func (s *highestStep) query() Query {
	return Query{Metric: s.metric.Name, SQL: s.dialogue.dialect.highest(s.source), Columns: s.kinds()[:1], Limit: 1}
}

func (s *highestStep) row(values []any) error {
	err := one(values)
	if err == nil {
		s.highest, err = integer(values[0])
	}
	return err
}

func (s *highestStep) done() error {
	if s.highest < 1 {
		s.keep(fingerprint.Item{Measured: true})
		return nil
	}
	next := newAnchorStep(s.metricStep, s.dialogue.key.Size(s.metric, s.highest))
	next.highest = s.highest
	s.dialogue.steps = append([]step{next}, s.dialogue.steps...)
	return nil
}

// anchorStep reads the rows that are checked.
type anchorStep struct {
	metricStep
	size    fingerprint.Item
	highest int64 // when collecting
	probes  []int64
	rows    map[int64][][]byte
}

func newAnchorStep(base metricStep, size fingerprint.Item) *anchorStep {
	key := base.dialogue.key
	return &anchorStep{metricStep: base, size: size, probes: key.Probes(base.metric, key.Span(base.metric, size))}
}

func (s *anchorStep) query() Query {
	query := Query{Metric: s.metric.Name, SQL: s.dialogue.dialect.anchors(s.source, s.columns, len(s.probes)), Columns: s.kinds(), Limit: len(s.probes)}
	for _, probe := range s.probes {
		query.Arguments = append(query.Arguments, probe)
	}
	return query
}

func (s *anchorStep) row(row []any) error {
	values, err := s.values(row)
	if err != nil {
		return err
	}
	id, err := integer(row[0])
	if err != nil {
		return err
	}
	if s.rows == nil {
		s.rows = map[int64][][]byte{}
	}
	if _, twice := s.rows[id]; twice {
		return BadValue.New("the key is not unique", "metric", s.metric.Name, "column", s.source.Key.Name)
	}
	s.rows[id] = values
	return nil
}

// done leaves out, for a new license, the rows that can be told from their
// keys: they count as absent.
func (s *anchorStep) done() error {
	for id := range s.rows {
		if !slices.Contains(s.probes, id) {
			return WrongRows.New("a row of another key", "metric", s.metric.Name, "reason", "not asked for")
		}
	}
	if s.dialogue.licensed != nil {
		s.keep(s.dialogue.key.Anchors(s.metric, s.size, s.rows))
		return nil
	}
	sample := s.sample()
	return s.predict(sample, func(predicted []bool) fingerprint.Item {
		s.without(predicted)
		return s.dialogue.key.Anchors(s.metric, s.size, s.rows)
	})
}

func (s *anchorStep) sample() Sample {
	sample := Sample{Metric: s.metric.Name, Read: len(s.rows), Highest: s.highest}
	for _, id := range slices.Sorted(maps.Keys(s.rows)) {
		sample.Rows = append(sample.Rows, s.rows[id])
	}
	return sample
}

// without drops predicted rows, which are in the order of their keys.
func (s *anchorStep) without(predicted []bool) {
	for i, id := range slices.Sorted(maps.Keys(s.rows)) {
		if predicted[i] {
			delete(s.rows, id)
		}
	}
}

// lineageStep reads the rows of the lineage. That it fails is no problem of a
// metric: the request goes without it.
type lineageStep struct {
	anchorStep
	key fingerprint.Key
}

// done leaves out what would give two customers one lineage.
func (s *lineageStep) done() error {
	s.without(fingerprint.Predict(s.sample().Rows).Predicted)
	s.dialogue.lineage = s.key.Lineage(s.metric, s.rows)
	return nil
}

// setStep samples a small table.
type setStep struct {
	metricStep
	sampler *fingerprint.Sampler
	dated   int // which value of a row is the time of its creation; 0: none
	rows    int

	unknown   int
	strangers [][][]byte // the first of the unknown rows
}

// maxUnknown bounds the unknown rows that are kept, to see whether they
// follow from their keys.
const maxUnknown = 256

func (s *setStep) query() Query {
	return Query{Metric: s.metric.Name, SQL: s.dialogue.dialect.all(s.source, s.columns, MaxSetRows+1), Columns: s.kinds(), Limit: MaxSetRows + 1}
}

func (s *setStep) row(row []any) error {
	if s.rows++; s.rows > MaxSetRows {
		return TooManyRows.New("the table is too large for a set", "metric", s.metric.Name, "limit", MaxSetRows)
	}
	values, err := s.values(row)
	if err != nil {
		return err
	}
	if value, sampled := s.sampler.Add(values); sampled && s.isUnknown(value, values) {
		if s.unknown++; s.unknown <= maxUnknown {
			s.strangers = append(s.strangers, values)
		}
	}
	return nil
}

// ageTolerance is how much older than the license a row must be to count as
// older: times in a database have no zone.
const ageTolerance = 24 * time.Hour

func (s *setStep) isUnknown(value uint16, row [][]byte) bool {
	issued := s.dialogue.issued
	if issued.IsZero() || s.dated == 0 {
		return false
	}
	limit, err := canonical(request.TimestampColumn, issued.Add(-ageTolerance))
	_, known := slices.BinarySearch(s.dialogue.licensed[s.index].Values, value)
	return err == nil && !known && len(row[s.dated]) > 1 && bytes.Compare(row[s.dated], limit) < 0
}

func (s *setStep) done() error {
	if s.dialogue.licensed != nil {
		s.keep(s.sampler.Item())
		s.countUnknown()
		return nil
	}
	sample := Sample{Metric: s.metric.Name, Read: s.rows, Rows: s.sampler.Rows()}
	return s.predict(sample, func(predicted []bool) fingerprint.Item {
		s.sampler.Leave(predicted)
		return s.sampler.Item()
	})
}

// countUnknown does not count the rows that the license left out because they
// follow from their keys. Of more than maxUnknown rows it takes the share.
func (s *setStep) countUnknown() {
	if s.dialogue.issued.IsZero() || s.dated == 0 {
		return
	}
	left := s.unknown
	if len(s.strangers) > 0 {
		left -= s.unknown * fingerprint.Predict(s.strangers).Count() / len(s.strangers)
	}
	s.dialogue.unknown[s.index] = fingerprint.UnknownClass(left)
}
