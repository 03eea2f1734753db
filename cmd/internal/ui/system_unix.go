//go:build unix

package ui

import "syscall"

// systemLocale has nothing to add to the environment's variables.
func systemLocale() string { return "" }

// systemColors reports that terminals understand escape sequences.
func systemColors(uintptr) bool { return true }

// systemExec replaces this process.
func systemExec(path string, arguments, environment []string) error {
	return syscall.Exec(path, arguments, environment)
}
