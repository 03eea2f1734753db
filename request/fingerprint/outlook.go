package fingerprint

import "time"

// Pattern is what the losses of a database look like: what has probably
// happened to it. It explains a verdict and never takes part in one.
type Pattern string

// The patterns.
const (
	OlderCopy Pattern = "older-copy" // the newest documents are missing: a copy, or a backup, from before the license
	Archived  Pattern = "archived"   // the oldest documents are gone
	BegunAnew Pattern = "begun-anew" // the small tables are known, the documents are others
	Foreign   Pattern = "foreign"    // next to nothing is known
)

// Shares from which on something counts as there, and up to which as gone.
const (
	mostShare = 0.8
	fewShare  = 0.2
)

// tally counts the license's items, and those that were found again.
type tally struct{ licensed, found int }

func (t tally) most() bool {
	return t.licensed >= 8 && float64(t.found) >= mostShare*float64(t.licensed)
}
func (t tally) few() bool { return t.licensed >= 8 && float64(t.found) <= fewShare*float64(t.licensed) }

// Pattern compares which of the license's items are lost: of anchors it knows
// whether they are of the older or of the newer rows.
func (k Key) Pattern(metrics []Metric, licensed, now Items) Pattern {
	var ages [depths]tally
	var documents, masters tally
	for i, metric := range metrics {
		switch component := compareMetric(metric, licensed[i], now[i]); {
		case !component.Measured:
		case metric.Kind == Set:
			masters.licensed += component.Licensed
			masters.found += component.Found
		default:
			documents.licensed += component.Licensed
			documents.found += component.Found
			k.countAges(&ages, metric, licensed[i], now[i])
		}
	}
	switch oldest, newest := ages[0], ages[depths-1]; {
	case oldest.most() && newest.few():
		return OlderCopy
	case oldest.few() && newest.most():
		return Archived
	case documents.few() && masters.most():
		return BegunAnew
	case documents.few() && masters.few():
		return Foreign
	}
	return ""
}

func (k Key) countAges(ages *[depths]tally, metric Metric, licensed, now Item) {
	span := k.Span(metric, licensed)
	for i, probe := range k.Probes(metric, span) {
		if i >= len(licensed.Values) || licensed.Values[i] == 0 {
			continue
		}
		age := 0
		for age < depths-1 && span-probe < span>>(age+1) {
			age++
		}
		ages[age].licensed++
		if licensed.Values[i] == now.Values[i] {
			ages[age].found++
		}
	}
}

// Horizon bounds what Lasts looks ahead.
const Horizon = 10 * 365 * 24 * time.Hour

// Lasts returns how long a database can be expected to be recognized, or to
// count as drifted, when every metric goes on losing rows as fast as it has
// in the age of the license; false when that is not within the Horizon.
func (r Result) Lasts(age time.Duration) (time.Duration, bool) {
	if age <= 0 || r.Weight == 0 || r.scoreAt(age, Horizon) >= r.Thresholds.Drifted {
		return 0, false
	}
	low, high := time.Duration(0), Horizon
	for high-low > time.Hour {
		middle := (low + high) / 2
		if r.scoreAt(age, middle) >= r.Thresholds.Drifted {
			low = middle
		} else {
			high = middle
		}
	}
	return low, true
}

// scoreAt is the score after some more time, if the losses go on.
func (r Result) scoreAt(age, later time.Duration) float64 {
	var reached float64
	for _, component := range r.Components {
		share := 1 - (1-component.Share)*(1+later.Seconds()/age.Seconds())
		reached += float64(component.Weight) * min(1, max(0, share)/saturation)
	}
	return reached / float64(r.Weight)
}

// Kept is the share of what the license knows that is still there, weighted
// like the score but without its forgiveness.
func (r Result) Kept() float64 {
	var kept, weight float64
	for _, component := range r.Components {
		if component.Measured {
			kept += float64(component.Weight) * component.Share
			weight += float64(component.Weight)
		}
	}
	if weight == 0 {
		return 0
	}
	return kept / weight
}
