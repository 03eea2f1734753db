// Package requesttest makes product profiles for tests.
package requesttest

import (
	"testing"
	"time"

	"github.com/futura/airlicense/request"
)

// Head begins a draft: everything but places and metrics.
const Head = `
product = "sispetro"
title = "SisPetro"
scheme = "numbers"
digits = 2
file = "versao{version}.ver"
recognized = 50
drifted = 45
headline = "x"
contact = "y"
`

// Profile returns the profile of a draft.
func Profile(t testing.TB, draft string) *request.Profile {
	t.Helper()
	profile, err := request.NewProfile([]byte(draft), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return profile
}
