//go:build unix

package requestcommands

import (
	"os"
	"syscall"
)

// pass hands a signal on to the command. SIGCHLD is about the command, and
// SIGURG is the Go runtime's own.
func pass(process *os.Process, received os.Signal) {
	if received != syscall.SIGCHLD && received != syscall.SIGURG {
		process.Signal(received)
	}
}

// exitStatus is the command's, or 128 and the number of the signal that
// killed it, as shells have it.
func exitStatus(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}
