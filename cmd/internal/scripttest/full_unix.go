//go:build unix

package scripttest

import (
	"os"
	"os/signal"
	"syscall"
)

// forbidWriting makes every write to a file fail, as a full disk does. The
// signal that would end the process instead is ignored, and stays so.
func forbidWriting() {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{}); err != nil {
		panic(err)
	}
}

func replace(path string, arguments []string) error {
	return syscall.Exec(path, arguments, os.Environ())
}
