package main

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/futura/airlicense/docs/experiments/page"
)

// makePage makes the pictures and the page from what lies in a folder:
// results.json, and the page's words.
func makePage(p parameters, folder fs.FS) (map[string][]byte, error) {
	data, err := fs.ReadFile(folder, "results.json")
	if err != nil {
		return nil, err
	}
	r, err := readResults(data)
	if err != nil {
		return nil, err
	}
	shape, err := newShape()
	if err != nil {
		return nil, err
	}
	thresholds := shape.profile.Thresholds()
	blocks := map[string]string{
		"totals": totals(r), "legitimate": errorTable(r, legitimate), "impostor": errorTable(r, impostor), "limits": limits(r),
		"curves": curveTable(r), "parameters": parameterTable(p),
	}
	filled, err := page.Fill(folder, blocks)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		"gap.svg": plotGap(r, thresholds), "scenarios.svg": plotScenarios(r, thresholds), "methods.svg": plotMethods(r),
		"curves.svg": plotCurves(r, p, thresholds), "sweeps.svg": plotSweeps(r, thresholds),
		page.Name: filled,
	}, nil
}

// rate writes a share of trials in percent, with its interval.
func rate(hits, trials int) string {
	if trials == 0 {
		return "–"
	}
	low, high := page.Wilson(hits, trials)
	return fmt.Sprintf("%s [%s, %s]", short(float64(hits)/float64(trials)), short(low), short(high))
}

// short writes a percentage with as many digits as it takes to see it.
func short(share float64) string {
	switch value := share * 100; {
	case value == 0 || value == 100:
		return fmt.Sprintf("%.0f", value)
	case value < 0.1:
		return fmt.Sprintf("%.3f", value)
	case value < 1 || value > 99:
		return fmt.Sprintf("%.2f", value)
	default:
		return fmt.Sprintf("%.1f", value)
	}
}

func totals(r *results) string {
	var out strings.Builder
	out.WriteString("| method | false rejections | % [95 %] | false acceptances | % [95 %] | lowest legitimate | highest impostor |\n|---|---|---|---|---|---|---|\n")
	for m := range methods {
		honest, foreign := r.total(legitimate, m), r.total(impostor, m)
		worst := "– | –"
		if m < ours {
			worst = fmt.Sprintf("%.3f | %.3f", honest.Worst, foreign.Worst)
		}
		rejected, accepted := honest.Trials-honest.Refused, foreign.Trials-foreign.Refused
		fmt.Fprintf(&out, "| %s | %d of %d | %s | %d of %d | %s | %s |\n",
			methodNames[m], honest.Wrong, rejected, rate(honest.Wrong, rejected), foreign.Wrong, accepted, rate(foreign.Wrong, accepted), worst)
	}
	return out.String()
}

// errorTable writes how often each method is wrong in each scenario.
func errorTable(r *results, k kind) string {
	var out strings.Builder
	out.WriteString("| scenario |")
	for _, name := range methodNames {
		fmt.Fprintf(&out, " %s |", name)
	}
	out.WriteString(" no license | lowest score | highest |\n|---|" + strings.Repeat("---|", int(methods)+3) + "\n")
	for i, scenario := range scenarios {
		if scenario.Kind != k {
			continue
		}
		one := r.Scenarios[i]
		fmt.Fprintf(&out, "| %s |", scenario.Words)
		for m := range methods {
			fmt.Fprintf(&out, " %s |", rate(one.wrong(k, m, r.Trials), r.Trials-one.Refused[m]))
		}
		fmt.Fprintf(&out, " %s | %s |\n", refusals(one, r.Trials), extremes(one, r.Trials))
	}
	return out.String()
}

func refusals(one scenarioResult, trials int) string {
	if one.Refused[withPepper] == 0 {
		return "–"
	}
	return short(float64(one.Refused[withPepper])/float64(trials)) + " %"
}

func extremes(one scenarioResult, trials int) string {
	if one.Refused[withPepper] == trials {
		return "– | –"
	}
	return fmt.Sprintf("%.3f | %.3f", one.Scores[withPepper].Lowest, one.Scores[withPepper].Highest)
}

func limits(r *results) string {
	var out strings.Builder
	out.WriteString("| what happens | accepted by our default, % | score |\n|---|---|---|\n")
	for i, scenario := range scenarios {
		if scenario.Kind == limit {
			s := r.Scenarios[i].Scores[withPepper]
			fmt.Fprintf(&out, "| %s | %s | %.3f to %.3f |\n", scenario.Words, rate(r.Scenarios[i].Good[withPepper], r.Trials), s.Lowest, s.Highest)
		}
	}
	return out.String()
}

// curveTable names the parameters at which something goes wrong within 50 %.
func curveTable(r *results) string {
	var out strings.Builder
	trials := r.Curves[0].Points[0]
	fmt.Fprintf(&out, "Each point: %d legitimate trials and %d impostors.\n\n", trials.Legitimate.Trials, trials.Impostor.Trials)
	out.WriteString("| parameter | times | false rejections | false acceptances | lowest legitimate | highest impostor |\n|---|---|---|---|---|---|\n")
	wrong := 0
	for _, curve := range r.Curves {
		for _, one := range curve.Points {
			if one.Legitimate.Wrong+one.Impostor.Wrong == 0 {
				continue
			}
			wrong++
			fmt.Fprintf(&out, "| %s | %s | %d | %d | %.3f | %.3f |\n", curve.Name, decimal(one.Factor), one.Legitimate.Wrong, one.Impostor.Wrong,
				one.Legitimate.Worst, one.Impostor.Worst)
		}
	}
	if wrong == 0 {
		out.WriteString("| none | | 0 | 0 | | |\n")
	}
	return out.String()
}

func parameterTable(p parameters) string {
	var out strings.Builder
	out.WriteString("| parameter | from | to | drawn | meaning |\n|---|---|---|---|---|\n")
	for _, one := range p.Parameter {
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", one.Name, decimal(one.Low), decimal(one.High), one.Draw, one.Words)
	}
	return out.String()
}
