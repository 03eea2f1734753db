package catalogue

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
)

// Measure collects by a profile of one metric and returns what was seen of
// it. The error is the reason why the metric could not be measured; Fatal
// ends the survey.
type Measure func(profile *request.Profile) (sample queries.Sample, reason, fatal error)

// Remark is a reason or a doubt: the identifier of a message, and its values.
type Remark struct {
	ID    string
	Pairs []any
}

func remark(id string, pairs ...any) Remark { return Remark{id, pairs} }

// Finding is what a survey found out about one table.
type Finding struct {
	Table     Table
	Metric    *request.ProfileMetric // nil: the table is not to be measured
	Rows      int64                  // the highest key, or the number of rows
	Dated     bool                   // it has a time of creation
	Reasons   []Remark
	Doubts    []Remark
	Sensitive []SensitiveColumn
}

// SensitiveColumn is a column that is never proposed.
type SensitiveColumn struct {
	Name string
	What Sensitive
}

// Sizes that decide how a table is measured.
const (
	manyRows   = 5000 // from here on by anchors
	fewRows    = 4    // below, a table says nothing
	sampleSize = fingerprint.MaxCount
	maxTried   = 12 // columns that are looked at
)

// Survey looks at every table. done hears how far it is, from 0 to 1.
func Survey(tables []Table, measure Measure, done func(share float64)) ([]Finding, error) {
	var findings []Finding
	for i, table := range tables {
		finding := Finding{Table: table}
		for _, column := range table.Columns {
			if what := Identify(column); what != NotSensitive {
				finding.Sensitive = append(finding.Sensitive, SensitiveColumn{column.Name, what})
			}
		}
		if err := finding.survey(measure); err != nil {
			return nil, err
		}
		findings = append(findings, finding)
		done(float64(i+1) / float64(len(tables)+1))
	}
	done(1)
	return findings, nil
}

func (f *Finding) refuse(id string, pairs ...any) error {
	f.Metric = nil
	f.Reasons = append(f.Reasons, remark(id, pairs...))
	return nil
}

// survey decides about one table.
func (f *Finding) survey(measure Measure) error {
	metric, columns, refused := f.begin()
	if refused != nil {
		return f.refuse(refused.ID, refused.Pairs...)
	}
	sample, columns, reason, err := f.sample(measure, &metric, columns)
	if err != nil {
		return err
	}
	switch {
	case errors.Is(reason, queries.TooManyRows):
		return f.refuse("draft-too-many", "limit", queries.MaxSetRows)
	case reason != nil:
		return f.refuse("draft-not-read", "code", codeOf(reason))
	case len(sample.Rows) == 0:
		return f.refuse("draft-empty")
	case len(sample.Rows) < fewRows:
		return f.refuse("draft-few", "rows", len(sample.Rows))
	}
	f.Rows = max(sample.Highest, int64(sample.Read))
	return f.choose(metric, columns, sample)
}

func codeOf(err error) string {
	if found := fault.Of(err); found != nil {
		return string(found.Code)
	}
	return err.Error()
}

// begin prepares a metric over the columns that may be worth something, or
// says why the table has none.
func (f *Finding) begin() (request.ProfileMetric, []request.Column, *Remark) {
	none := func(id string, pairs ...any) (request.ProfileMetric, []request.Column, *Remark) {
		found := remark(id, pairs...)
		return request.ProfileMetric{}, nil, &found
	}
	switch {
	case !request.IsTable(f.Table.Name):
		return none("draft-name")
	case len(f.Table.Key) == 0:
		return none("draft-no-key")
	}
	metric := request.ProfileMetric{Name: "metric", Kind: fingerprint.Set, Table: f.Table.Name, Count: sampleSize, Weight: 1}
	var columns []request.Column
	for i, name := range f.Table.Key {
		column := f.column(name)
		key, possible := column.read()
		switch {
		case !possible:
			return none("draft-key-type", "column", name, "type", column.Type)
		case Identify(column) != NotSensitive:
			return none("draft-key-sensitive", "column", name)
		case i == 0:
			metric.Key = key
		default:
			columns = append(columns, key)
		}
	}
	if len(f.Table.Key) > 1 {
		f.Doubts = append(f.Doubts, remark("draft-composite", "columns", strings.Join(f.Table.Key, ", ")))
	}
	return metric, append(columns, f.candidates()...), nil
}

func (f *Finding) column(name string) Column {
	at := slices.IndexFunc(f.Table.Columns, func(column Column) bool { return column.Name == name })
	return f.Table.Columns[at]
}

// candidates are the columns beside the key that may be in a metric, the
// best first.
func (f *Finding) candidates() []request.Column {
	var columns []request.Column
	for _, column := range f.Table.Columns {
		candidate, possible := column.read()
		if slices.Contains(f.Table.Key, column.Name) || Identify(column) != NotSensitive || !possible || changes(column.Name) {
			continue
		}
		if candidate.Kind == request.TextColumn && isCreation(column.Name) {
			candidate.Kind = request.TimestampColumn // SQLite has no type for times
		}
		columns = append(columns, candidate)
	}
	slices.SortStableFunc(columns, func(a, b request.Column) int { return cmp.Compare(rank(a), rank(b)) })
	return columns[:min(len(columns), maxTried)]
}

// rank is lower for what is worth more: times of creation, other times,
// numbers of documents, the rest.
func rank(column request.Column) int {
	isTime := column.Kind == request.TimestampColumn || column.Kind == request.DateColumn
	switch {
	case isTime && isCreation(column.Name):
		return 0
	case isTime:
		return 1
	case column.Kind == request.UUIDColumn:
		return 2
	case isNumbering(column.Name):
		return 3
	case column.Kind == request.IntegerColumn:
		return 4
	}
	return 5
}

// creation, changing and numbering are beginnings of words in the names of
// columns, in Portuguese, Italian and English.
var (
	creation  = []string{"cria", "creat", "crea", "insert", "inseri", "inclu", "cadastr", "registr", "emiss", "emit", "emess", "abert", "opened", "added", "data", "date", "dt", "datetime", "hire", "entrada", "lancamento"}
	changing  = []string{"alter", "atualiz", "aggiorn", "updat", "modif", "chang", "edit", "ultim", "last", "venc", "due", "scad", "baix", "pag", "paid", "fech", "clos", "cancel", "exclu", "delet", "expir", "status", "situa", "flag", "ativo", "activ", "attiv", "saldo", "version", "versao"}
	numbering = []string{"numer", "protoc", "serial", "seri", "chave", "hash", "guid", "uuid", "nsu", "codigo", "codice", "code", "sequen", "number", "identif"}
)

func begins(name string, beginnings []string) bool {
	return slices.ContainsFunc(split(name), func(word string) bool {
		return slices.ContainsFunc(beginnings, func(beginning string) bool { return strings.HasPrefix(word, beginning) })
	})
}

func changes(name string) bool     { return begins(name, changing) }
func isCreation(name string) bool  { return begins(name, creation) && !changes(name) }
func isNumbering(name string) bool { return begins(name, numbering) }

// sample measures, and measures again without what turns out to be of another
// kind. Tables with an integer key are tried by anchors first: that costs the
// same whatever their size.
func (f *Finding) sample(measure Measure, metric *request.ProfileMetric, columns []request.Column) (queries.Sample, []request.Column, error, error) {
	if len(f.Table.Key) == 1 && metric.Key.Kind == request.IntegerColumn {
		metric.Kind = fingerprint.Anchors
	}
	for {
		if len(columns) == 0 { // a key that cannot be guessed is enough
			columns = []request.Column{metric.Key}
		}
		metric.Columns = list(columns)
		sample, reason, err := measure(&request.Profile{Product: "draft", Metrics: []request.ProfileMetric{*metric}})
		switch left := without(columns, wrongColumn(reason)); {
		case err != nil:
			return sample, nil, nil, err
		case len(left) < len(columns) && wrongColumn(reason) != metric.Key.Name:
			columns = left
		case reason != nil && !errors.Is(reason, queries.Predictable):
			return sample, nil, reason, nil
		case metric.Kind == fingerprint.Anchors && (sample.Highest < manyRows || len(sample.Rows) < sampleSize/16):
			metric.Kind = fingerprint.Set
		default:
			return sample, columns, nil, nil
		}
	}
}

// wrongColumn returns the column whose values are not of its kind, if that is
// the reason.
func wrongColumn(reason error) string {
	if found := fault.Of(reason); found != nil && errors.Is(reason, queries.BadValue) {
		for _, value := range found.Values {
			if value.Name == "column" {
				return fmt.Sprint(value.Is)
			}
		}
	}
	return ""
}

func without(columns []request.Column, name string) []request.Column {
	return slices.DeleteFunc(slices.Clone(columns), func(column request.Column) bool { return column.Name == name })
}

func list(columns []request.Column) signedtext.Long {
	var names []string
	for _, column := range columns {
		names = append(names, column.Name+":"+string(column.Kind))
	}
	return signedtext.Long(strings.Join(names, " "))
}
