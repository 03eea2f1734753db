// Package keystest has what tests of many packages begin with. Only tests
// import it.
package keystest

import (
	"crypto/sha256"
	"math/rand/v2"
	"testing"
)

// Seed is a stream of bytes that is the same in every run. Keys made from it
// are worth nothing.
func Seed(name string) *rand.ChaCha8 { return rand.NewChaCha8(sha256.Sum256([]byte(name))) }

// Need is for what cannot go wrong in a test: Need[T](t)(call()) is the call's
// value, and ends the test with its error.
func Need[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
