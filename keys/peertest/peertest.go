// Package peertest finds the programs of others that tests compare ours
// with, such as gpg or a PostgreSQL server. Only tests import it.
//
// A program that is not installed skips the test and names its Debian
// package; with FUTURA_REQUIRE_ALL=1, as in CI, it fails the test instead.
package peertest

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// Program returns the path of an installed program, or skips the test.
func Program(t testing.TB, name, debianPackage string, elsewhere ...string) string {
	t.Helper()
	for _, candidate := range append([]string{name}, elsewhere...) {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	Missing(t, name, debianPackage)
	return ""
}

// Missing skips the test because a program is not installed, or fails it
// where everything is required.
func Missing(t testing.TB, name, debianPackage string) {
	t.Helper()
	if os.Getenv("FUTURA_REQUIRE_ALL") == "1" {
		t.Fatalf("%s is not installed (apt-get install %s), and FUTURA_REQUIRE_ALL=1", name, debianPackage)
	}
	t.Skipf("%s is not installed (apt-get install %s)", name, debianPackage)
}

// Run runs a program in a folder with an otherwise empty environment but
// for PATH and the given variables, and returns its exit status and all of
// its output.
func Run(t testing.TB, folder string, environment []string, program string, arguments ...string) (status int, output string) {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.Dir = folder
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"}, environment...)
	var all bytes.Buffer
	command.Stdout, command.Stderr = &all, &all
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatalf("%s: %v", program, err)
	}
	return command.ProcessState.ExitCode(), all.String()
}
