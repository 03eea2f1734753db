//go:build race

package qr_test

// isRaced reports that the race detector runs, with which reading is some ten
// times slower.
const isRaced = true
