//go:build race

package verify_test

// stride leaves out most of the many thousand repairs: with the race detector
// each takes ten times as long, and none starts a goroutine. All of them run
// without it.
const stride = 7
