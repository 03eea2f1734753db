package main

import (
	"fmt"
	"math"

	"github.com/futura/airlicense/request/fingerprint"
)

// The pictures of the page, made from the results alone.

var tenths = []float64{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}

// plotGap shows how many trials had which score, and the gap between the
// worst legitimate one and the best impostor. The scale is logarithmic: most
// scores are near 0, 0.4 and 1.
func plotGap(r *results, thresholds fingerprint.Thresholds) []byte {
	p := newPicture("Scores of legitimate databases and of impostors", 860, 400)
	honest, foreign := r.total(legitimate, withPepper), r.total(impostor, withPepper)
	f := frame{p, 70, 50, 770, 290, 0, 1.01, -5.9, 5.9}
	p.rectangle("gap", f.x(foreign.Worst), f.top, f.x(honest.Worst)-f.x(foreign.Worst), f.height)
	f.ticksX("", tenths, decimal)
	f.ticksY("small", []float64{-5, -4, -3, -2, -1, 1, 2, 3, 4, 5}, func(value float64) string {
		return decimal(math.Pow(10, math.Abs(value)-1))
	})
	for _, scenario := range []struct {
		kind  kind
		class string
		sign  float64
	}{{legitimate, "good", 1}, {impostor, "bad", -1}} {
		for bin, count := range r.histogram(scenario.kind, withPepper) {
			if count == 0 {
				continue
			}
			height := scenario.sign * (1 + math.Log10(float64(count)))
			top, bottom := f.y(max(height, 0)), f.y(min(height, 0))
			p.rectangle(scenario.class, f.x(float64(bin)/100)+0.5, top, f.width/101-1, bottom-top)
		}
	}
	f.line("axis", f.left, f.y(0), f.left+f.width, f.y(0))
	f.thresholdsX(thresholds)
	p.text("head", "start", 16, 22, "How often which score came out, in trials")
	p.text("", "start", 16, 40, fmt.Sprintf("highest impostor %.3f, lowest legitimate %.3f", foreign.Worst, honest.Worst))
	p.text("", "start", f.left+8, f.top+16, fmt.Sprintf("legitimate: %d", honest.Trials-honest.Refused))
	p.text("", "end", f.left+f.width, f.top+f.height-8, fmt.Sprintf("impostors: %d", foreign.Trials-foreign.Refused))
	p.text("", "middle", f.left+f.width/2, 388, "score")
	p.upright(18, f.top+f.height/2, "trials (logarithmic)")
	return p.bytes()
}

func (r *results) histogram(k kind, m method) []int {
	sum := make([]int, 101)
	for i, one := range r.Scenarios {
		if scenarios[i].Kind == k {
			for bin, count := range one.Scores[m].Histogram {
				sum[bin] += count
			}
		}
	}
	return sum
}

func (f frame) thresholdsX(t fingerprint.Thresholds) {
	f.line("limit", f.x(t.Drifted), f.top, f.x(t.Drifted), f.top+f.height)
	f.line("limit", f.x(t.Recognized), f.top, f.x(t.Recognized), f.top+f.height)
	f.text("small", "end", f.x(t.Drifted)-2, f.top-4, "drifted")
	f.text("small", "start", f.x(t.Recognized)+2, f.top-4, "recognized")
}

func (f frame) thresholdsY(t fingerprint.Thresholds) {
	f.line("limit", f.left, f.y(t.Drifted), f.left+f.width, f.y(t.Drifted))
	f.line("limit", f.left, f.y(t.Recognized), f.left+f.width, f.y(t.Recognized))
}

// classes of the kinds in pictures.
var classes = map[kind]string{legitimate: "good", impostor: "bad", limit: "other"}

// plotScenarios shows the range of scores of each scenario.
func plotScenarios(r *results, thresholds fingerprint.Thresholds) []byte {
	const row = 18
	p := newPicture("Scores of each scenario", 980, 110+row*float64(len(scenarios)))
	f := frame{p, 480, 60, 480, row * float64(len(scenarios)), 0, 1, 0, 1}
	f.ticksX("", tenths, decimal)
	for i, scenario := range scenarios {
		y := f.top + row*(float64(i)+0.5)
		p.text("", "end", f.left-10, y+4, scenario.Words)
		class := classes[scenario.Kind]
		if r.Scenarios[i].Refused[withPepper] == r.Trials {
			p.text("small", "start", f.left+6, y+4, "no license is given")
			continue
		}
		s := r.Scenarios[i].Scores[withPepper]
		p.line(class+"line", f.x(s.Lowest), y, f.x(s.Highest), y)
		p.rectangle(class+"band", f.x(s.Low), y-6, f.x(s.High)-f.x(s.Low), 12)
		p.circle(class, f.x(s.Median), y, 3.5)
	}
	f.thresholdsX(thresholds)
	f.border()
	p.text("head", "start", 16, 22, "Scores of each scenario, with pepper")
	p.text("", "start", 16, 40, "line: all trials; band: all but 1 % at either end; dot: median")
	p.text("", "start", 560, 22, "blue: legitimate; orange: impostor; grey: limits")
	p.text("", "middle", f.left+f.width/2, f.top+f.height+34, "score")
	return p.bytes()
}

// plotMethods shows how often each method is wrong, as circles.
func plotMethods(r *results) []byte {
	const row, column, left, top = 18, 86, 480, 60
	p := newPicture("How often each method is wrong", left+column*float64(methods)+16, top+row*float64(len(scenarios))+24)
	for m := range methods {
		p.text("small", "middle", left+column*(float64(m)+0.5), top-6, methodNames[m])
	}
	for i, scenario := range scenarios {
		y := top + row*(float64(i)+0.5)
		p.text("", "end", left-10, y+4, scenario.Words)
		p.line("grid", left, y, left+column*float64(methods), y)
		for m := range methods {
			x := left + column*(float64(m)+0.5)
			one := r.Scenarios[i]
			granted := r.Trials - one.Refused[m]
			switch wrong := float64(one.wrong(scenario.Kind, m, r.Trials)) / float64(max(1, granted)); {
			case granted == 0:
				p.text("small", "middle", x, y+4, "no license")
			case scenario.Kind == limit:
				p.text("small", "middle", x, y+4, percent(float64(one.Good[m])/float64(granted))+" accepted")
			case wrong > 0:
				p.circle("bad", x, y, 1.5+6.5*math.Sqrt(wrong))
			default:
				p.circle("good", x, y, 1.5)
			}
		}
	}
	p.text("head", "start", 16, 22, "How often each method is wrong")
	p.text("", "start", 16, 40, "blue dot: never; orange: area as the share of trials, the largest all of them")
	return p.bytes()
}

// plotCurves shows, for each parameter, the worst scores at its multiples.
func plotCurves(r *results, p parameters, thresholds fingerprint.Thresholds) []byte {
	const across, width, height = 6, 162, 128
	down := (len(r.Curves) + across - 1) / across
	pic := newPicture("Worst scores at multiples of every parameter", 40+across*width, 90+float64(down)*height)
	for i, curve := range r.Curves {
		f := frame{pic, 60 + width*float64(i%across), 92 + height*float64(i/across), width - 36, height - 54, 0.5, 1.5, 0, 1}
		f.ticksX("small", []float64{0.5, 1, 1.5}, decimal)
		f.ticksY("small", []float64{0, 0.5, 1}, decimal)
		f.thresholdsY(thresholds)
		f.border()
		pic.text("small", "start", f.left, f.top-6, p.of(curve.Name).Name)
		var honest, foreign []point
		for _, one := range curve.Points {
			honest = append(honest, f.at(one.Factor, one.Lowest.Worst))
			foreign = append(foreign, f.at(one.Factor, one.Highest.Worst))
			f.mark(one)
		}
		if curve.Points[0].Lowest.Trials > 0 {
			pic.path("goodline", honest)
		}
		if curve.Points[0].Highest.Trials > 0 {
			pic.path("badline", foreign)
		}
	}
	pic.text("head", "start", 16, 22, "Each parameter at 0.5 to 1.5 times its range")
	pic.text("", "start", 16, 40, "upright: score, of the scenarios that use the parameter; blue: lowest legitimate; orange: highest impostor;")
	pic.text("", "start", 16, 55, "dashed: thresholds; disk: a trial was judged wrongly")
	return pic.bytes()
}

// mark makes points with wrong verdicts visible.
func (f frame) mark(one curvePoint) {
	if one.Lowest.Wrong > 0 {
		f.circle("good", f.x(one.Factor), f.y(one.Lowest.Worst), 4)
	}
	if one.Highest.Wrong > 0 {
		f.circle("bad", f.x(one.Factor), f.y(one.Highest.Worst), 4)
	}
}

// plotSweeps shows the scores as one thing goes from none to all.
func plotSweeps(r *results, thresholds fingerprint.Thresholds) []byte {
	p := newPicture("Scores from none to all", 900, 650)
	for i, one := range r.Sweeps {
		what := sweeps[i]
		f := frame{p, 64 + 440*float64(i%2), 90 + 300*float64(i/2), 370, 210, what.from, what.to, 0, 1}
		f.ticksX("small", what.ticks(), decimal)
		f.ticksY("small", []float64{0, 0.2, 0.4, 0.6, 0.8, 1}, decimal)
		for _, m := range []method{withoutPepper, withPepper} {
			f.spread(map[method]string{withPepper: "good", withoutPepper: "other"}[m], one, m)
		}
		f.thresholdsY(thresholds)
		f.border()
		p.text("", "start", f.left, f.top-10, what.what)
		p.upright(f.left-36, f.top+f.height/2, "score")
		p.text("small", "middle", f.left+f.width/2, f.top+f.height+30, what.axis)
	}
	p.text("head", "start", 16, 22, "Scores as one thing goes from none to all")
	p.text("", "start", 16, 40, "line: median; band: all trials; blue: with pepper; grey: without; dashed: thresholds")
	return p.bytes()
}

func (s swept) ticks() (values []float64) {
	for i := range 6 {
		values = append(values, round(s.from+(s.to-s.from)*float64(i)/5))
	}
	return values
}

func (f frame) spread(class string, one sweep, m method) {
	var upper, lower, middle []point
	for _, point := range one.Points {
		s := point.Scores[m]
		upper = append(upper, f.at(point.At, s.Highest))
		lower = append(lower, f.at(point.At, s.Lowest))
		middle = append(middle, f.at(point.At, s.Median))
	}
	for i := range lower {
		upper = append(upper, lower[len(lower)-1-i])
	}
	f.area(class+"band", upper)
	f.path(class+"line", middle)
}
