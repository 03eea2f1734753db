package page_test

import (
	"math"
	"testing"

	"github.com/futura/airlicense/docs/experiments/page"
)

// TestWilson compares with values of the literature (Brown, Cai and DasGupta
// 2001 discuss the interval): 0 of 10, 5 of 10, and of 3000.
func TestWilson(t *testing.T) {
	for _, test := range []struct {
		hits, trials int
		low, high    float64
	}{{0, 10, 0, 0.2775}, {5, 10, 0.2366, 0.7634}, {0, 3000, 0, 0.00128}, {3000, 3000, 0.99872, 1}} {
		low, high := page.Wilson(test.hits, test.trials)
		if math.Abs(low-test.low) > 1e-4 || math.Abs(high-test.high) > 1e-4 {
			t.Errorf("%d of %d: %.5f to %.5f", test.hits, test.trials, low, high)
		}
	}
}
