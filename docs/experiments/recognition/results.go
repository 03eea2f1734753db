package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
)

// results are the figures of a full run, as results.json holds them.
type results struct {
	Parameters string // digest of parameters.toml
	Trials     int    // of each scenario
	Scenarios  []scenarioResult
	Curves     []curve
	Sweeps     []sweep
}

// scenarioResult is what came out of one scenario.
type scenarioResult struct {
	Name    string
	Refused [methods]int // no license was given
	Good    [methods]int // accepted
	Scores  [ours]scores
	First   [ours][]float64 // scores of the first trials; -1 where no license was given
}

// scores describe the scores of a method, without refusals.
type scores struct {
	Lowest, Low, Median, High, Highest float64 // Low and High leave out 1 % each
	Histogram                          []int   // of bins of 0.01; the last is 1
}

// tally counts what counts for one kind of scenario.
type tally struct {
	Trials, Refused, Wrong int
	Worst                  float64 // lowest legitimate, or highest impostor
}

// curve is one parameter at several multiples.
type curve struct {
	Name   string
	Points []curvePoint
}

type curvePoint struct {
	Factor               float64
	Legitimate, Impostor tally // of all scenarios
	Lowest, Highest      tally // legitimate and impostors, of the scenarios that use the parameter
}

// sweep is one thing from none to all.
type sweep struct {
	Name   string
	Points []sweepPoint
}

type sweepPoint struct {
	At       float64
	Accepted [ours]float64 // share of the trials
	Scores   [ours]scores
}

// round keeps four digits, so that results are the same on every machine.
func round(value float64) float64 { return math.Round(value*1e4) / 1e4 }

func describe(list []float64) scores {
	if len(list) == 0 {
		return scores{}
	}
	slices.Sort(list)
	at := func(share float64) float64 { return round(list[int(share*float64(len(list)-1))]) }
	described := scores{Lowest: at(0), Low: at(0.01), Median: at(0.5), High: at(0.99), Highest: at(1), Histogram: make([]int, 101)}
	for _, score := range list {
		described.Histogram[int(math.Floor(round(score)*100+1e-9))]++
	}
	return described
}

// column returns what one method says of one scenario in all trials.
func column(all [][][methods]judged, scenario int, m method) (list []judged) {
	for _, one := range all {
		list = append(list, one[scenario][m])
	}
	return list
}

func scoresOf(list []judged) (granted []float64) {
	for _, one := range list {
		if !one.refused {
			granted = append(granted, one.score)
		}
	}
	return granted
}

func summarize(scenario scenario, all [][][methods]judged, index, first int) scenarioResult {
	made := scenarioResult{Name: scenario.Name}
	for m := range methods {
		list := column(all, index, m)
		for _, one := range list {
			if one.refused {
				made.Refused[m]++
			} else if one.accepted {
				made.Good[m]++
			}
		}
		if m < ours {
			made.Scores[m] = describe(scoresOf(list))
			made.First[m] = firstScores(list[:first])
		}
	}
	return made
}

func firstScores(list []judged) (first []float64) {
	for _, one := range list {
		if one.refused {
			first = append(first, -1)
		} else {
			first = append(first, round(one.score))
		}
	}
	return first
}

// count adds a trial's verdict to the tally of its kind.
func (t *tally) count(k kind, one judged) {
	t.Trials++
	switch {
	case one.refused:
		t.Refused++
		return
	case one.accepted == (k == impostor):
		t.Wrong++
	}
	if k == impostor {
		t.Worst = round(max(t.Worst, one.score))
	} else {
		t.Worst = round(min(t.Worst, one.score))
	}
}

// newTally is a tally of no trials.
func newTally(k kind) tally {
	if k == legitimate {
		return tally{Worst: 1}
	}
	return tally{}
}

// total sums all scenarios of a kind up.
func (r *results) total(k kind, m method) tally {
	sum := newTally(k)
	for i, one := range r.Scenarios {
		if scenarios[i].Kind != k {
			continue
		}
		sum.Trials += r.Trials
		sum.Refused += one.Refused[m]
		sum.Wrong += one.wrong(k, m, r.Trials)
		if m < ours && one.Refused[m] < r.Trials {
			if k == impostor {
				sum.Worst = max(sum.Worst, one.Scores[m].Highest)
			} else {
				sum.Worst = min(sum.Worst, one.Scores[m].Lowest)
			}
		}
	}
	return sum
}

// wrong counts false rejections, or false acceptances of impostors.
func (s scenarioResult) wrong(k kind, m method, trials int) int {
	if k == impostor {
		return s.Good[m]
	}
	return trials - s.Refused[m] - s.Good[m]
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// write writes one scenario or point a line, so that runs can be compared.
func (r *results) write() ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\"Parameters\": %q, \"Trials\": %d,\n", r.Parameters, r.Trials)
	if err := writeList(&out, "Scenarios", r.Scenarios); err != nil {
		return nil, err
	}
	out.WriteString(",\n")
	if err := writeList(&out, "Curves", r.Curves); err != nil {
		return nil, err
	}
	out.WriteString(",\n")
	if err := writeList(&out, "Sweeps", r.Sweeps); err != nil {
		return nil, err
	}
	out.WriteString("}\n")
	return out.Bytes(), nil
}

func writeList[T any](out io.Writer, name string, list []T) error {
	fmt.Fprintf(out, "%q: [", name)
	for i, one := range list {
		line, err := json.Marshal(one)
		if err != nil {
			return err
		}
		separator := ","
		if i == 0 {
			separator = ""
		}
		fmt.Fprintf(out, "%s\n%s", separator, line)
	}
	_, err := io.WriteString(out, "]")
	return err
}

func readResults(data []byte) (*results, error) {
	var read results
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return nil, err
	}
	if len(read.Scenarios) != len(scenarios) {
		return nil, fmt.Errorf("results.json holds %d scenarios, the code %d", len(read.Scenarios), len(scenarios))
	}
	return &read, nil
}
