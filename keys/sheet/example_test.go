package sheet_test

import (
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/sheet"
)

func TestPackageCommentShowsTheExample(t *testing.T) {
	source, err := os.ReadFile("sheet.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines(t, &sheet.Key{Kind: sheet.SecretKey, Made: day, Content: []byte("no key: an example of 30 bytes")}) {
		if !strings.Contains(string(source), "//\t"+strings.TrimSpace(line)+"\n") {
			t.Errorf("not in the comment: %s", line)
		}
	}
}

// A check value finds what the package comment says only modulo a prime.
func TestModulusIsTheLargestPrimeBelowFourCharacters(t *testing.T) {
	const modulus, limit = 1048573, 1 << 20
	for candidate := int64(limit - 1); candidate >= modulus; candidate-- {
		if prime := big.NewInt(candidate).ProbablyPrime(20); prime != (candidate == modulus) {
			t.Errorf("%d is prime: %v", candidate, prime)
		}
	}
}
