package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/futura/airlicense/docs/experiments/page"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/request/fingerprint"
)

const again = "run go run ./docs/experiments/recognition"

func setUp(t testing.TB) (parameters, *shape) {
	t.Helper()
	p, err := readParameters()
	if err != nil {
		t.Fatal(err)
	}
	shape, err := newShape()
	if err != nil {
		t.Fatal(err)
	}
	return p, shape
}

func committed(t testing.TB) *results {
	t.Helper()
	return keystest.Need[*results](t)(readResults(keystest.Need[[]byte](t)(os.ReadFile("results.json"))))
}

// TestResultsAreOfThisCode runs the first trials of every scenario again.
func TestResultsAreOfThisCode(t *testing.T) {
	p, shape := setUp(t)
	r := committed(t)
	if r.Parameters != digest([]byte(parametersFile)) || r.Trials != p.Trials {
		t.Errorf("the results are of other parameters: %s", again)
	}
	for _, difference := range r.rerun(p, shape) {
		t.Errorf("%s (%s)", difference, again)
	}
}

// TestPageIsMadeFromTheResults holds figures and pictures to results.json.
func TestPageIsMadeFromTheResults(t *testing.T) {
	p, _ := setUp(t)
	made, err := makePage(p, os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range made {
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the results give (go run ./docs/experiments/recognition -page): %v", name, err)
		}
	}
	words := string(made[page.Name])
	pictures, err := filepath.Glob("*.svg")
	if err != nil {
		t.Fatal(err)
	}
	for _, picture := range pictures {
		if made[picture] == nil || !strings.Contains(words, "("+picture+")") {
			t.Errorf("%s is no picture of the page", picture)
		}
	}
}

// TestGoal is what the page claims, and what was to be reached.
func TestGoal(t *testing.T) {
	r := committed(t)
	honest, foreign := r.total(legitimate, withPepper), r.total(impostor, withPepper)
	if r.Trials < 3000 || len(scenarios) < 20 {
		t.Errorf("%d scenarios of %d trials", len(scenarios), r.Trials)
	}
	if honest.Wrong > 0 || honest.Trials-honest.Refused < 39_000 {
		t.Errorf("%d false rejections in %d", honest.Wrong, honest.Trials-honest.Refused)
	}
	if foreign.Wrong > 0 || foreign.Trials-foreign.Refused < 18_000 {
		t.Errorf("%d false acceptances in %d", foreign.Wrong, foreign.Trials-foreign.Refused)
	}
	if honest.Worst <= foreign.Worst {
		t.Errorf("no gap: lowest legitimate %.3f, highest impostor %.3f", honest.Worst, foreign.Worst)
	}
}

// TestMemoryChangesNothing compares a sample that leaves out what is known
// not to be kept with one of all rows.
func TestMemoryChangesNothing(t *testing.T) {
	p, shape := setUp(t)
	trial := newTrial(p, shape, 1)
	keys := newKeyring(shape, trial.salt(), true)
	for _, scenario := range scenarios {
		licensed := trial.licensed(scenario.Variant)
		license := newLicense(keys, &licensed)
		now := trial.happen(scenario, licensed)
		items, memory := license.measure(&now), keys.of(&now)
		for i, metric := range shape.metrics {
			if metric.Kind != fingerprint.Set || !items[i].Measured {
				continue
			}
			sampler, one := memory.key.NewSamplerAt(metric, license.items[i].Exponent), &now.tables[shape.table[i]]
			for key := int64(1); key <= one.highest; key++ {
				if from, corrected, found := one.at(key); found {
					sampler.Add(from.row(shape.columns[i], key, corrected))
				}
			}
			if want := sampler.Item(); !slices.Equal(items[i].Values, want.Values) {
				t.Errorf("%s, %s: %v, of all rows %v", scenario.Name, metric.Name, items[i].Values, want.Values)
			}
		}
	}
}

// TestPeers shows what each peer is good and bad at.
func TestPeers(t *testing.T) {
	p, shape := setUp(t)
	trial := newTrial(p, shape, 3)
	licensed := trial.licensed(plain)
	before := newSketch(&licensed)
	after := func(name string) *sketch {
		for _, scenario := range scenarios {
			if scenario.Name == name {
				now := trial.happen(scenario, licensed)
				return newSketch(&now)
			}
		}
		t.Fatalf("no scenario %s", name)
		return nil
	}
	week, company, other := after("week"), after("company-3"), after("other")
	if !before.sameCompanies(week) || before.sameCompanies(company) || before.sameCompanies(other) {
		t.Error("exact match is not exact")
	}
	if !before.similarCounts(week) || before.similarCounts(company) || !before.similarCounts(other) {
		t.Error("row counts tell more than sizes, or less")
	}
	if !before.similarTaxNumbers(week) || before.similarTaxNumbers(company) || before.similarTaxNumbers(other) {
		t.Error("KMV does not measure similarity")
	}
	if !before.similarRows(week) || before.similarRows(company) || before.similarRows(other) {
		t.Error("minhash does not measure similarity")
	}
}

// TestSketchesEstimate compares both sketches with the similarity of sets
// that overlap by construction.
func TestSketchesEstimate(t *testing.T) {
	one := table{origin: origin{seed: 5, began: 1, span: 1e8, size: 6000}, highest: 6000}
	for overlap, want := range map[int64]bool{5500: true, 3000: false} {
		other := one
		other.fork, other.forkSeed = overlap, 6
		first, second := &sketch{}, &sketch{}
		first.customers(&one)
		second.customers(&other)
		if first.similarTaxNumbers(second) != want || first.similarRows(second) != want {
			t.Errorf("%d of 6000 rows in common: similar %v, %v", overlap, !want, want)
		}
	}
}

// TestParametersAreUsed finds parameters that nothing depends on.
func TestParametersAreUsed(t *testing.T) {
	p, shape := setUp(t)
	for _, one := range p.Parameter {
		if len(dependent(p, shape, one.Name)) == 0 {
			t.Errorf("nothing uses %s", one.Name)
		}
		if one.Low > one.High || one.Share && one.High > 1 || one.Draw != "even" && one.Draw != "log" || one.Words == "" {
			t.Errorf("%+v", one)
		}
	}
}

// TestTrialsDependOnNothingElse runs one trial among others and alone.
func TestTrialsDependOnNothingElse(t *testing.T) {
	p, shape := setUp(t)
	list := []scenario{scenarios[2], scenarios[len(scenarios)-3]}
	all := runTrials(p, shape, list, 3, ourDefault, func(int) {})
	alone := newTrial(p, shape, 2).run(list[1:], ourDefault)
	if all[2][1] != alone[0] {
		t.Errorf("%+v, alone %+v", all[2][1], alone[0])
	}
}

// TestPicturesAreWellFormed parses every picture.
func TestPicturesAreWellFormed(t *testing.T) {
	p := newPicture("a < b & c", 10, 10)
	p.text("", "start", 1, 1, "5 > 3 & <x>")
	for decoder := xml.NewDecoder(bytes.NewReader(p.bytes())); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
