package fingerprint

import (
	"math/bits"
	"slices"
)

// Thresholds separate the verdicts; both are scores between 0 and 1.
type Thresholds struct {
	Recognized float64 // from here on: recognized
	Drifted    float64 // from here on: drifted, still good
}

// Floor is compiled in: no profile may call a database recognized below it.
// The highest score of another customer in simulation was 0.40 with 8-bit
// anchors and 0.41 with 4-bit ones.
const Floor = 0.45

// Valid reports whether the thresholds respect the floor and their order.
func (t Thresholds) Valid() bool {
	return t.Drifted >= Floor && t.Recognized >= t.Drifted && t.Recognized <= 0.9
}

// minWeight is the share of the profile's weight that a license must hold:
// with less there is too little margin above the thresholds.
const minWeight = 0.75

// saturation is the containment from which a metric counts in full.
const saturation = 0.6

// State is the verdict on one database.
type State string

// The states, best first.
const (
	Recognized    State = "recognized"
	Drifted       State = "drifted"
	NotRecognized State = "not-recognized"
	Undecided     State = "undecided" // too little could be measured
)

// Component is one metric's part in a result.
type Component struct {
	Metric   string
	Weight   int
	Licensed int     // items of the license that can be found again
	Found    int     // of them
	Measured bool    // false: no part in the score
	Share    float64 // of them, corrected for chance
	Score    float64
}

// Result is a comparison.
type Result struct {
	State      State
	Score      float64 // what is proved: Low
	Margin     float64 // Score above the lowest that still starts; negative below
	Low, High  float64 // what the score can still become when more is measured
	Components []Component

	Weight     int // of the whole profile
	Thresholds Thresholds
	Pattern    Pattern // where somebody asked for it
}

// Points returns what a component adds to a score of 100, and what it could
// add.
func (r Result) Points(component Component) (reached, whole float64) {
	whole = 100 * float64(component.Weight) / float64(r.Weight)
	return whole * component.Score, whole
}

// Settled reports whether measuring more metrics cannot change whether the
// database counts as recognized or not.
func (r Result) Settled(thresholds Thresholds) bool {
	return r.Low >= thresholds.Recognized || r.High < thresholds.Drifted
}

// Compare judges what was measured now against the items of a license. Items
// of both are in the order of the metrics. A metric that the license lacks
// counts as lost; one that could not be measured now leaves the score open
// between Low and High, and the verdict with it unless both agree.
func Compare(metrics []Metric, licensed, now Items, thresholds Thresholds) Result {
	result := Result{Thresholds: thresholds}
	var open, reached float64
	for i, metric := range metrics {
		weight := float64(metric.Weight)
		result.Weight += metric.Weight
		if !licensed[i].Enough(metric.Kind) {
			continue
		}
		component := compareMetric(metric, licensed[i], now[i])
		if component.Measured {
			reached += weight * component.Score
		} else {
			open += weight
		}
		result.Components = append(result.Components, component)
	}
	if len(result.Components) == 0 {
		result.State = Undecided
		return result
	}
	all := float64(result.Weight)
	result.Low, result.High = reached/all, (reached+open)/all
	result.Score = result.Low
	result.Margin = result.Score - thresholds.Drifted
	result.State = result.state(thresholds)
	return result
}

func (r Result) state(thresholds Thresholds) State {
	switch {
	case r.Low >= thresholds.Recognized:
		return Recognized
	case r.Low >= thresholds.Drifted:
		return Drifted
	case r.High < thresholds.Drifted:
		return NotRecognized
	}
	return Undecided
}

func compareMetric(metric Metric, licensed, now Item) Component {
	component := Component{Metric: metric.Name, Weight: metric.Weight, Licensed: licensed.Usable(metric.Kind)}
	// Anchors of another size were asked for other rows.
	if !now.Measured || now.Exponent != licensed.Exponent || now.Class != licensed.Class || metric.Kind == Anchors && len(now.Values) != len(licensed.Values) {
		return component
	}
	component.Measured = true
	var chance float64
	if metric.Kind == Set {
		component.Found = countFound(licensed.Values, now.Values)
		chance = min(float64(len(now.Values))/65536, 0.5)
	} else {
		component.Found = countEqual(licensed.Values, now.Values)
		chance = 1.0 / 255
	}
	found := float64(component.Found) / float64(component.Licensed)
	component.Share = max(0, (found-chance)/(1-chance))
	component.Score = min(1, component.Share/saturation)
	return component
}

func countEqual(licensed, now []uint16) int {
	count := 0
	for i, value := range licensed {
		if value != 0 && value == now[i] {
			count++
		}
	}
	return count
}

func countFound(licensed, now []uint16) int {
	count := 0
	for _, value := range licensed {
		if _, found := slices.BinarySearch(now, value); found {
			count++
		}
	}
	return count
}

// Within leaves only what the license has too of the sets measured now: that
// is all a comparison needs, and it fits into an encoding however much a
// table has grown.
func (items Items) Within(metrics []Metric, licensed Items) Items {
	within := slices.Clone(items)
	for i, metric := range metrics {
		if metric.Kind == Set {
			within[i].Values = slices.DeleteFunc(slices.Clone(items[i].Values), func(value uint16) bool {
				_, found := slices.BinarySearch(licensed[i].Values, value)
				return !found
			})
			within[i].Values = slices.Compact(within[i].Values)
		}
	}
	return within
}

// EnoughToIssue reports whether the items measured carry at least three
// quarters of the profile's weight.
func EnoughToIssue(metrics []Metric, items Items) bool {
	var all, measured float64
	for i, metric := range metrics {
		all += float64(metric.Weight)
		if items[i].Enough(metric.Kind) {
			measured += float64(metric.Weight)
		}
	}
	return measured >= all*minWeight
}

// Unknown is the size class of the rows of a set's sample that are older than
// the license and not in it: 0 for none, 1 for one, 2 for two or three, 3 for
// four to seven, and so on; NotKnown where that cannot be told.
//
// Such rows came from elsewhere: an import, or the merger of two companies.
// They never count against recognition.
type Unknown = uint8

// NotKnown stands for a metric that has no unknown rows to count.
const NotKnown Unknown = 255

// UnknownClass returns the size class of a number of rows.
func UnknownClass(rows int) Unknown { return Unknown(bits.Len(uint(rows))) }

// Merged reports whether unknown rows are so many that two companies may have
// been merged: at least a quarter of the licensed sample, and no fewer than
// four. In simulation (docs/experiments/recognition) ordinary business never
// reached it in three years.
func Merged(licensed Item, unknown Unknown) bool {
	if unknown == NotKnown || unknown == 0 {
		return false
	}
	least := 1 << (unknown - 1)
	return least >= 4 && 4*least >= len(licensed.Values)
}
