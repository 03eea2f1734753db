package peertest

import (
	"os/exec"
	"testing"
)

func giveToServer(testing.TB, string, string) {}

func serverCommand(_ testing.TB, _, program string, arguments ...string) *exec.Cmd {
	return exec.Command(program, arguments...)
}
