package catalogue

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
)

// choice is the work of choosing the columns of one metric by its sample.
type choice struct {
	finding *Finding
	columns []request.Column // that were measured
	rows    [][][]byte       // in the order of their keys
	chosen  []int            // places in columns
	counts  bool             // the key is a number
}

// choose takes the columns that no formula gives: a time of creation first,
// then numbers of documents, then whatever else holds enough.
func (f *Finding) choose(metric request.ProfileMetric, columns []request.Column, sample queries.Sample) error {
	c := &choice{finding: f, columns: columns, rows: slices.Clone(sample.Rows), counts: metric.Key.Kind == request.IntegerColumn}
	slices.SortFunc(c.rows, func(a, b [][]byte) int { return compareKeys(a[0], b[0]) })
	for i, column := range columns {
		if slices.Contains(f.Table.Key, column.Name) {
			c.chosen = append(c.chosen, i)
		}
	}
	c.takeTime()
	c.takeNumbers(func(column request.Column) bool { return isNumbering(column.Name) || column.Kind == request.UUIDColumn })
	c.takeNumbers(func(column request.Column) bool { return column.Kind == request.IntegerColumn })
	if len(c.chosen) == 0 || !c.enough(c.chosen) {
		return c.refuse()
	}
	metric.Columns = list(c.names())
	f.Metric = f.sized(metric, sample)
	c.describe(sample)
	return nil
}

// compareKeys puts numbers in their order, other keys in that of their bytes.
func compareKeys(a, b []byte) int {
	one, errOne := strconv.ParseInt(strings.TrimPrefix(string(a), "\x01"), 10, 64)
	two, errTwo := strconv.ParseInt(strings.TrimPrefix(string(b), "\x01"), 10, 64)
	if errOne == nil && errTwo == nil {
		return cmp.Compare(one, two)
	}
	return bytes.Compare(a, b)
}

func (c *choice) names() (names []request.Column) {
	for _, at := range c.chosen {
		names = append(names, c.columns[at])
	}
	return names
}

// predict tries to tell the rows from their keys by some columns.
func (c *choice) predict(chosen []int) fingerprint.Prediction {
	rows := make([][][]byte, len(c.rows))
	for i, row := range c.rows {
		rows[i] = [][]byte{row[0]}
		for _, at := range chosen {
			rows[i] = append(rows[i], row[1+at])
		}
	}
	return fingerprint.Predict(rows)
}

// enough reports whether columns tell rows apart, three of four at least.
func (c *choice) enough(chosen []int) bool {
	prediction := c.predict(chosen)
	return !prediction.Weak() && 4*prediction.Count() <= len(c.rows) && len(c.rows)-prediction.Count() >= fewRows
}

// takeTime takes the time of creation: the best named one that is there in
// nine of ten rows and tells them apart, or helps to.
func (c *choice) takeTime() {
	best, bestScore := -1, 0.0
	for at, column := range c.columns {
		if column.Kind != request.TimestampColumn && column.Kind != request.DateColumn || slices.Contains(c.chosen, at) {
			continue
		}
		score := 0.0
		if c.counts {
			score = c.rising(at)
		}
		if isCreation(column.Name) {
			score++
		}
		if c.present(at) && 2*c.predict([]int{at}).Count() <= len(c.rows) && (best < 0 || score > bestScore) {
			best, bestScore = at, score
		}
	}
	if best < 0 {
		return
	}
	f, name := c.finding, c.columns[best].Name
	c.chosen, f.Dated = append(c.chosen, best), true
	switch share := c.rising(best); {
	case !isCreation(name):
		f.Doubts = append(f.Doubts, remark("draft-which-time", "column", name))
	case !c.counts: // the keys have no order
	case share >= 0.9:
		f.Reasons = append(f.Reasons, remark("draft-rises", "column", name, "share", int(100*share)))
	default:
		f.Doubts = append(f.Doubts, remark("draft-not-rising", "column", name, "share", int(100*share)))
	}
}

// present reports whether nine of ten rows have a value.
func (c *choice) present(at int) bool {
	null := 0
	for _, row := range c.rows {
		if len(row[1+at]) < 2 {
			null++
		}
	}
	return 10*null <= len(c.rows)
}

// rising returns the share of neighbours whose values are in the order of
// their keys. Canonical times are in the order of their texts.
func (c *choice) rising(at int) float64 {
	inOrder := 0
	for i := 1; i < len(c.rows); i++ {
		if bytes.Compare(c.rows[i-1][1+at], c.rows[i][1+at]) <= 0 {
			inOrder++
		}
	}
	return float64(inOrder) / float64(max(1, len(c.rows)-1))
}

// takeNumbers takes up to two more columns of a sort while what is chosen is
// not enough, those first that tell most rows apart.
func (c *choice) takeNumbers(sort func(request.Column) bool) {
	var able []int
	bits := map[int]float64{}
	for at, column := range c.columns {
		if !sort(column) || slices.Contains(c.chosen, at) || !c.present(at) {
			continue
		}
		if prediction := c.predict([]int{at}); 2*prediction.Count() <= len(c.rows) {
			able, bits[at] = append(able, at), prediction.Bits()
		}
	}
	slices.SortStableFunc(able, func(a, b int) int { return cmp.Compare(bits[b], bits[a]) })
	for _, at := range able[:min(2, len(able))] {
		if len(c.chosen) > 0 && c.enough(c.chosen) {
			return
		}
		c.chosen = append(c.chosen, at)
		c.finding.Doubts = append(c.finding.Doubts, remark("draft-immutable", "column", c.columns[at].Name))
	}
}

// Why says by which formula a column follows from the key.
type Why struct {
	Column  string
	Formula fingerprint.Formula
}

// refuse says of every column why it does not help.
func (c *choice) refuse() error {
	c.finding.Doubts, c.finding.Dated = nil, false
	var why []Why
	for at, column := range c.columns {
		found := c.predict([]int{at}).Columns
		if last := found[len(found)-1]; 4*last.Rows > len(c.rows) {
			why = append(why, Why{column.Name, last.Formula})
		}
	}
	if !slices.ContainsFunc(c.columns, func(column request.Column) bool { return !slices.Contains(c.finding.Table.Key, column.Name) }) {
		return c.finding.refuse("draft-no-columns")
	}
	return c.finding.refuse("draft-predictable", "rows", len(c.rows), "predicted", c.predict(c.all()).Count(), "columns", why)
}

func (c *choice) all() (all []int) {
	for at := range c.columns {
		all = append(all, at)
	}
	return all
}

// sized gives a metric its number of items and its weight.
func (f *Finding) sized(metric request.ProfileMetric, sample queries.Sample) *request.ProfileMetric {
	metric.Count, metric.Weight = 64, 2
	if metric.Kind == fingerprint.Set {
		metric.Count = 32
		if sample.Read < 100 {
			metric.Count, metric.Weight = 16, 1
		}
	}
	return &metric
}

// describe says what was seen of a table that can be measured.
func (c *choice) describe(sample queries.Sample) {
	f, prediction := c.finding, c.predict(c.chosen)
	if f.Metric.Kind == fingerprint.Anchors {
		f.Reasons = append(f.Reasons, remark("draft-anchors", "column", f.Metric.Key.Name, "highest", sample.Highest, "found", sample.Read, "asked", sampleSize))
		if 2*sample.Read < sampleSize {
			f.Doubts = append(f.Doubts, remark("draft-gaps", "found", sample.Read, "asked", sampleSize))
		}
	} else {
		f.Reasons = append(f.Reasons, remark("draft-set", "rows", sample.Read))
		if sample.Read < f.Metric.Count {
			f.Doubts = append(f.Doubts, remark("draft-fewer", "rows", sample.Read, "count", f.Metric.Count))
		}
	}
	f.Reasons = append(f.Reasons, remark("draft-bits", "bits", fmt.Sprintf("%.0f", prediction.Bits())))
	if predicted := prediction.Count(); predicted > 0 {
		f.Doubts = append(f.Doubts, remark("draft-some", "predicted", predicted, "rows", len(c.rows)))
	}
	if !f.Dated {
		f.Doubts = append(f.Doubts, remark("draft-undated"))
	}
}
