// Package browser opens a page in the browser that the system prefers: the
// one place that starts a browser.
package browser

import (
	"os"
	"os/exec"
	"runtime"
	"time"
)

// patience is how long an opener may take to say that it failed. Some of
// them become the browser, and end when it is closed.
const patience = 2 * time.Second

// Open shows a file in the browser. It does not wait for the browser to end.
func Open(path string) error {
	command, err := opener(path)
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
		return nil
	}
}

// opener returns the command that opens a file as a double click does.
func opener(path string) (*exec.Cmd, error) {
	switch runtime.GOOS {
	case "windows":
		return exec.Command("rundll32.exe", "url.dll,FileProtocolHandler", path), nil
	case "darwin":
		return exec.Command("open", path), nil
	}
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return nil, exec.ErrNotFound // xdg-open would start a browser for terminals, in ours
	}
	found, err := exec.LookPath("xdg-open")
	return exec.Command(found, path), err
}
