package peertest

import (
	"os/exec"
	"testing"
)

func giveToServer(testing.TB, string) {}

func serverCommand(_ testing.TB, program string, arguments ...string) *exec.Cmd {
	return exec.Command(program, arguments...)
}
