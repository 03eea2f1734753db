package queries_test

import (
	"errors"
	"testing"
	"time"

	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/requesttest"
)

var migration = time.Date(2020, 5, 5, 12, 0, 0, 0, time.UTC)

// rewritten answers with rows changed by what a product's script wrote.
func rewritten(answer answers, change func(query queries.Query, row []any)) answers {
	return func(query queries.Query) ([][]any, error) {
		rows, err := answer(query)
		if kind := asked(query); kind == "anchors" || kind == "set" {
			for _, row := range rows {
				change(query, row)
			}
		}
		return rows, err
	}
}

// scripted are customers of whom a script wrote all or most, the same for
// both.
var scripted = map[string]func(query queries.Query, row []any){
	"one migration date": func(_ queries.Query, row []any) {
		for i := range row[1:] {
			row[1+i] = migration
			if i > 0 {
				row[1+i] = int64(0)
			}
		}
	},
	"number equals id": func(_ queries.Query, row []any) {
		row[1] = migration.Add(time.Duration(row[0].(int64)) * time.Minute)
		for i := range row[2:] {
			row[2+i] = row[0]
		}
	},
	"two thirds migrated": func(_ queries.Query, row []any) {
		if row[0].(int64)%3 != 0 {
			row[1] = migration
			for i := range row[2:] {
				row[2+i] = int64(7)
			}
		}
	},
}

// Two customers are never alike by what the same script wrote: nothing of it
// is in a license. What else there is still serves.
func TestScriptsNeverMakeCustomersAlike(t *testing.T) {
	profile := requesttest.Profile(t, string(profiles.SisPetro))
	for name, change := range scripted {
		first := collect(t, profile, queries.SQLite)
		run(t, first, rewritten(erp(1, 3000), change))
		partly := name == "two thirds migrated"
		if first.Enough() != partly {
			t.Errorf("%s: enough %v, problems %v", name, first.Enough(), first.Problems())
		}
		for _, problem := range first.Problems() {
			if !errors.Is(problem.Err, queries.Predictable) {
				t.Errorf("%s: %v", name, problem.Err)
			}
		}
		if !partly {
			continue
		}
		same, other := again(t, queries.Remeasure, profile, first.Encoded()), again(t, queries.Remeasure, profile, first.Encoded())
		run(t, same, rewritten(erp(1, 3000), change))
		run(t, other, rewritten(erp(2, 3000), change))
		if result := same.Result(); result.State != fingerprint.Recognized || result.Score != 1 {
			t.Errorf("%s, the same database: %+v", name, result)
		}
		if result := other.Result(); result.State != fingerprint.NotRecognized || result.Score > 0.2 {
			t.Errorf("%s, another customer: %+v", name, result)
		}
	}
}

// A license that was issued before is recognized by all its items, predicted
// or not.
func TestRecognitionIsNotAffected(t *testing.T) {
	profile := requesttest.Profile(t, string(profiles.SisPetro))
	first := collect(t, profile, queries.SQLite)
	run(t, first, erp(1, 3000))
	now := again(t, queries.Remeasure, profile, first.Encoded())
	run(t, now, rewritten(erp(1, 3000), func(query queries.Query, row []any) {
		if query.Metric == "clientes" {
			row[1] = migration
		}
	}))
	if len(now.Problems()) > 0 || !now.Items()[3].Measured || len(now.Samples()) > 0 {
		t.Errorf("%v, %+v", now.Problems(), now.Items()[3])
	}
}

// What a license left out is no sign of a merger, nor of one database under
// two customers.
func TestScriptsAreNoSignOfAnything(t *testing.T) {
	profile := requesttest.Profile(t, string(profiles.SisPetro))
	change := scripted["two thirds migrated"]
	issued := migration.AddDate(10, 0, 0)
	first, other := collect(t, profile, queries.SQLite), collect(t, profile, queries.SQLite)
	run(t, first, rewritten(erp(1, 3000), change))
	run(t, other, rewritten(erp(2, 3000), change))
	later, err := queries.Continue(profile, queries.SQLite, salt, first.Encoded(), issued)
	if err != nil {
		t.Fatal(err)
	}
	run(t, later, rewritten(erp(1, 3000), change))
	sets := first.Items()[3:]
	for i, unknown := range later.Unknown() {
		if fingerprint.Merged(sets[i], unknown) {
			t.Errorf("set %d: unknown %d of %d", i, unknown, len(sets[i].Values))
		}
	}
	if fingerprint.SameLineage(first.Lineage(), other.Lineage()) {
		t.Errorf("one lineage:\n%x\n%x", first.Lineage(), other.Lineage())
	}
}

// What a dialogue saw of each metric: queries, rows, and their worth.
func TestSamples(t *testing.T) {
	profile := requesttest.Profile(t, string(profiles.SisPetro))
	dialogue := collect(t, profile, queries.SQLite)
	run(t, dialogue, erp(1, 3000))
	samples := dialogue.Samples()
	if len(samples) != len(profile.Metrics) {
		t.Fatalf("%d samples", len(samples))
	}
	for i, sample := range samples {
		anchors := profile.Metrics[i].Kind == fingerprint.Anchors
		want := queries.Sample{Queries: 1, Read: 3000}
		if anchors {
			want = queries.Sample{Queries: 2, Read: 64, Highest: 3000}
		}
		if sample.Metric != profile.Metrics[i].Name || sample.Queries != want.Queries || sample.Read != want.Read || sample.Highest != want.Highest {
			t.Errorf("%s: %d queries, %d rows, highest %d", sample.Metric, sample.Queries, sample.Read, sample.Highest)
		}
		if rows := len(sample.Rows); rows < 64 || rows > 256 || sample.Prediction.Count() > 0 || sample.Prediction.Bits() < 10 {
			t.Errorf("%s: %d rows, %+v", sample.Metric, rows, sample.Prediction)
		}
	}
}

// The statements of --sql are those that a dialogue asks.
func TestStatementsAreThoseOfADialogue(t *testing.T) {
	profile := requesttest.Profile(t, draft+renames)
	for _, engine := range queries.Engines() {
		var list []string
		for _, metric := range profile.Metrics {
			made, err := queries.Statements(profile, metric, engine)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, made...)
		}
		if engine == queries.Firebird { // it searches for the highest key
			query, _ := collect(t, profile, engine).Next()
			checkStatements(t, string(engine), list[:1], []string{query.SQL})
			continue
		}
		want := statements(run(t, collect(t, profile, engine), erp(1, 3)))
		checkStatements(t, string(engine), list, want)
	}
	if _, err := queries.Statements(profile, profile.Metrics[0], "oracle"); !errors.Is(err, queries.UnknownEngine) {
		t.Error(err)
	}
}
