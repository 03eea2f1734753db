package fingerprint_test

import (
	"testing"
	"time"

	"github.com/futura/airlicense/request/fingerprint"
)

// What happened to a database is told from the ages of the rows that are
// lost, with a pepper and without.
func TestPattern(t *testing.T) {
	metrics := []fingerprint.Metric{
		{Name: "orders", Kind: anchors, Count: 64, Weight: 2}, {Name: "bills", Kind: anchors, Count: 64, Weight: 2},
		{Name: "customers", Kind: set, Count: 32, Weight: 2},
	}
	const highest = 100_000
	for _, pepper := range []string{"", "a random secret of the product"} {
		key := fingerprint.NewKey([]byte(pepper), "sispetro", []byte("salt"))
		measure := func(seed, masters int64, there func(id int64) bool) fingerprint.Items {
			var items fingerprint.Items
			for _, metric := range metrics[:2] {
				rows, size := map[int64][][]byte{}, key.Size(metric, highest)
				for _, probe := range key.Probes(metric, key.Span(metric, size)) {
					if there(probe) {
						rows[probe] = rowOf(seed, probe)
					}
				}
				items = append(items, key.Anchors(metric, size, rows))
			}
			sampler := key.NewSamplerAt(metrics[2], 5)
			for id := range int64(1000) {
				sampler.Add(rowOf(masters, id))
			}
			return append(items, sampler.Item())
		}
		all := func(int64) bool { return true }
		licensed := measure(1, 1, all)
		span := key.Span(metrics[0], licensed[0])
		for name, test := range map[string]struct {
			now  fingerprint.Items
			want fingerprint.Pattern
		}{
			"the same":                {measure(1, 1, all), ""},
			"a copy from long before": {measure(1, 1, func(id int64) bool { return id < span*3/4 }), fingerprint.OlderCopy},
			"the oldest archived":     {measure(1, 1, func(id int64) bool { return id > span*3/5 }), fingerprint.Archived},
			"a third lost everywhere": {measure(1, 1, func(id int64) bool { return id%3 > 0 }), ""},
			"documents begun anew":    {measure(2, 1, all), fingerprint.BegunAnew},
			"documents wiped":         {measure(1, 1, func(int64) bool { return false }), fingerprint.BegunAnew},
			"another database":        {measure(2, 2, all), fingerprint.Foreign},
			"nothing measured":        {make(fingerprint.Items, 3), ""},
		} {
			if got := key.Pattern(metrics, licensed, test.now); got != test.want {
				t.Errorf("%s: %q, want %q", name, got, test.want)
			}
		}
	}
}

// A database that loses a tenth of everything in a year is recognized until
// about 73 % are gone: until 27 % of saturation's 60 % are left, which is a
// score of 45.
func TestLasts(t *testing.T) {
	const year = 365 * 24 * time.Hour
	resultOf := func(shares ...float64) fingerprint.Result {
		result := fingerprint.Result{Thresholds: standard}
		for _, share := range shares {
			result.Weight++
			result.Components = append(result.Components, fingerprint.Component{Weight: 1, Licensed: 64, Measured: true, Share: share, Score: min(1, share/0.6)})
		}
		return result
	}
	for name, test := range map[string]struct {
		result  fingerprint.Result
		age     time.Duration
		years   float64
		falling bool
	}{
		"nothing lost":       {resultOf(1, 1), year, 0, false},
		"a tenth a year":     {resultOf(0.9, 0.9), year, 6.3, true},
		"a fifth in half":    {resultOf(0.8, 0.8), year / 2, 1.325, true},
		"one table only":     {resultOf(0.5, 1), year, 0, false},
		"one of three stays": {resultOf(0.5, 0.5, 1), year, 0.79, true},
		"slowly":             {resultOf(0.99, 0.99), year, 0, false},
		"issued just now":    {resultOf(0.9, 0.9), 0, 0, false},
		"nothing measured":   {fingerprint.Result{}, year, 0, false},
	} {
		left, falling := test.result.Lasts(test.age)
		if difference := left.Hours()/year.Hours() - test.years; falling != test.falling || difference > 0.03 || difference < -0.03 {
			t.Errorf("%s: %.3f years, %t", name, left.Hours()/year.Hours(), falling)
		}
	}
	if kept := resultOf(1, 0.5).Kept(); kept != 0.75 {
		t.Errorf("kept %f", kept)
	}
}
