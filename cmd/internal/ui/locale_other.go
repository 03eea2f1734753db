//go:build !windows

package ui

// systemLocale has nothing to add to the environment's variables.
func systemLocale() string { return "" }
