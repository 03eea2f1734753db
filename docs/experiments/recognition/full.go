package main

import (
	"fmt"
	"slices"
)

// runAll is the full run.
func runAll(p parameters, shape *shape, progress func(what string, done, all int)) *results {
	made := &results{Parameters: digest([]byte(parametersFile)), Trials: p.Trials}
	all := runTrials(p, shape, scenarios, p.Trials, allMethods, func(done int) { progress("trials", done, p.Trials) })
	for i, scenario := range scenarios {
		made.Scenarios = append(made.Scenarios, summarize(scenario, all, i, min(p.First, p.Trials)))
	}
	for i, one := range p.Parameter {
		made.Curves = append(made.Curves, runCurve(p, shape, one.Name, all[:min(p.CurveTrials, p.Trials)]))
		progress("curves", i+1, len(p.Parameter))
	}
	made.Sweeps = runSweeps(p, shape, func(done int) { progress("sweeps", done, p.CurveTrials) })
	return made
}

// factors are the points of a curve.
var factors = []float64{0.5, 0.75, 1, 1.25, 1.5}

// runCurve multiplies one parameter and runs what depends on it again; the
// rest is as it was.
func runCurve(p parameters, shape *shape, name string, base [][][methods]judged) curve {
	made := curve{Name: name}
	affected := dependent(p, shape, name)
	for _, factor := range factors {
		var again [][][methods]judged
		if factor != 1 {
			var list []scenario
			for _, i := range affected {
				list = append(list, scenarios[i])
			}
			again = runTrials(p.scaled(name, factor), shape, list, len(base), ourDefault, func(int) {})
		}
		made.Points = append(made.Points, newPoint(factor, affected, base, again))
	}
	return made
}

func newPoint(factor float64, affected []int, base, again [][][methods]judged) curvePoint {
	made := curvePoint{
		Factor: factor, Legitimate: newTally(legitimate), Impostor: newTally(impostor), Lowest: newTally(legitimate), Highest: newTally(impostor),
	}
	for n, results := range base {
		for i, scenario := range scenarios {
			one := results[i][withPepper]
			where := slices.Index(affected, i)
			if where >= 0 && again != nil {
				one = again[n][where][withPepper]
			}
			made.count(scenario.Kind, one, where >= 0)
		}
	}
	return made
}

func (c *curvePoint) count(k kind, one judged, uses bool) {
	all, own := &c.Legitimate, &c.Lowest
	switch k {
	case impostor:
		all, own = &c.Impostor, &c.Highest
	case limit:
		return
	}
	all.count(k, one)
	if uses {
		own.count(k, one)
	}
}

// dependent lists the scenarios that use a parameter.
func dependent(p parameters, shape *shape, name string) (list []int) {
	for i, scenario := range scenarios {
		p.asked = map[string]bool{}
		trial := newTrial(p, shape, 0)
		trial.happen(scenario, trial.licensed(scenario.Variant))
		if p.asked[name] {
			list = append(list, i)
		}
	}
	return list
}

// swept is one thing from none to all.
type swept struct {
	name       string
	from, to   float64
	steps      int
	happen     func(s *situation, at float64)
	axis, what string
}

var sweeps = []swept{
	{"years", 0, 10, 20, func(s *situation, at float64) { s.pass(at) }, "years since the license", "Business goes on"},
	{"archived", 0, 1, 20, func(s *situation, at float64) { s.lag(); s.now.archive(&s.licensed, at) },
		"share of the licensed documents archived, the oldest", "Documents are archived"},
	{"everything", 0, 1, 20, func(s *situation, at float64) {
		s.lag()
		for i := range s.now.measured() {
			s.now.tables[i].withdrawn = at
		}
	}, "share of all rows gone, anywhere", "Rows go, masters too"},
	{"planted", 0, 1, 20, func(s *situation, at float64) { s.stranger(); s.plant(at) },
		"share of the licensed rows in another's database", "A forger plants rows"},
}

func runSweeps(p parameters, shape *shape, progress func(done int)) (made []sweep) {
	var list []scenario
	for _, sweep := range sweeps {
		for step := range sweep.steps + 1 {
			list = append(list, scenario{Name: sweep.name, Variant: plain, happen: func(s *situation) { sweep.happen(s, sweep.at(step)) }})
		}
	}
	all := runTrials(p, shape, list, p.CurveTrials, ourMethods, progress)
	index := 0
	for _, one := range sweeps {
		points := make([]sweepPoint, one.steps+1)
		for step := range points {
			points[step] = newSweepPoint(one.at(step), all, index)
			index++
		}
		made = append(made, sweep{Name: one.name, Points: points})
	}
	return made
}

func (s swept) at(step int) float64 {
	return round(s.from + (s.to-s.from)*float64(step)/float64(s.steps))
}

func newSweepPoint(at float64, all [][][methods]judged, index int) sweepPoint {
	point := sweepPoint{At: at}
	for m := range ours {
		list := column(all, index, m)
		good := 0
		for _, one := range list {
			if one.accepted {
				good++
			}
		}
		point.Accepted[m] = round(float64(good) / float64(len(list)))
		point.Scores[m] = describe(scoresOf(list))
		point.Scores[m].Histogram = nil
	}
	return point
}

// rerun runs the first trials of every scenario again and says where they
// differ from the results.
func (r *results) rerun(p parameters, shape *shape) (differences []string) {
	all := runTrials(p, shape, scenarios, p.First, ourMethods, func(int) {})
	for i, scenario := range scenarios {
		for m := range ours {
			now, then := firstScores(column(all, i, m)), r.Scenarios[i].First[m]
			if !slices.Equal(now, then) {
				differences = append(differences, fmt.Sprintf("%s, %s: %v, in results.json %v", scenario.Name, methodNames[m], now, then))
			}
		}
	}
	return differences
}
