package openpgp_test

import (
	"bytes"
	"testing"
	"time"
)

// TestFitsTellsTextsApart: the signed text always fits; of a hundred others
// two would be a wonder.
func TestFitsTellsTextsApart(t *testing.T) {
	signature := sign(t, generate(t), born.Add(time.Hour))
	if !signature.Fits(text) {
		t.Error("the text that was signed does not fit")
	}
	fitting := 0
	for octet := range byte(100) {
		if signature.Fits(append(bytes.Clone(text), '0'+octet)) {
			fitting++
		}
	}
	if fitting > 1 {
		t.Errorf("%d of 100 other texts fit", fitting)
	}
}
