package peertest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is a running database server of a test.
type Server struct {
	Host     string // its address, or the folder of PostgreSQL's socket
	Port     int    // 0: it listens on a socket
	User     string // a superuser
	Password string
	Folder   string // may hold its databases; the server owns it
	Kill     func() // ends it at once, as a crash does; the test's end does it too
}

// password holds what connection strings have to quote.
const password = "a 'quoted\\ password:@/?#%20&"

// serverFolder makes a folder of a server, which is removed with the test.
// Its name is short: a socket's path has at most 107 bytes.
func serverFolder(t testing.TB, pattern string) string {
	t.Helper()
	folder, err := os.MkdirTemp("", pattern)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// newest returns the last match of a pattern, or the pattern itself.
func newest(pattern string) string {
	matches, err := filepath.Glob(pattern)
	if err != nil || len(matches) == 0 {
		return pattern
	}
	return matches[len(matches)-1]
}

// setup is how the programs of one server are started: as which user, in
// which folder, with which variables.
type setup struct {
	user        string // instead of root
	folder      string
	environment []string
}

func (s setup) command(t testing.TB, program string, arguments ...string) *exec.Cmd {
	t.Helper()
	command := serverCommand(t, s.user, program, arguments...)
	command.Dir = s.folder
	command.Env = append(os.Environ(), s.environment...)
	return command
}

// run runs a step of the server's setup and demands that it succeeds.
func (s setup) run(t testing.TB, input, program string, arguments ...string) {
	t.Helper()
	command := s.command(t, program, arguments...)
	command.Stdin = strings.NewReader(input)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(arguments, " "), err, output)
	}
}

// portAttempts bounds the search for a port: another program may take a free
// one before the server does.
const portAttempts = 5

// serve starts a server that stays in the foreground and waits until it
// answers on a port of its own. prepare tells it the port, in its arguments or
// in a file.
func (s setup) serve(t testing.TB, program string, prepare func(port int) (arguments []string)) (port int, kill func()) {
	t.Helper()
	log := filepath.Join(s.folder, "output")
	for range portAttempts {
		port = freePort(t)
		output, err := os.Create(log)
		if err != nil {
			t.Fatal(err)
		}
		command := s.command(t, program, prepare(port)...)
		command.Stdout, command.Stderr = output, output
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() { command.Wait(); output.Close(); close(ended) }()
		dismiss := s.guard(t, command.Process.Pid)
		kill = sync.OnceFunc(func() { dismiss(); command.Process.Kill(); <-ended })
		if answers(port, ended) {
			t.Cleanup(kill)
			return port, kill
		}
	}
	said, _ := os.ReadFile(log)
	t.Fatalf("%s does not start:\n%s", program, said)
	return 0, nil
}

// guard sees to it that a server ends even when the test's process is killed:
// a shell waits for the end of its input, which no other process holds open.
func (s setup) guard(t testing.TB, process int) (dismiss func()) {
	t.Helper()
	shell := s.command(t, "sh", "-c", `read -r _; kill -9 "$1"`, "sh", strconv.Itoa(process))
	input, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	return func() { shell.Process.Kill(); shell.Wait(); input.Close() }
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// answers waits until something listens on the port, or the server has ended.
func answers(port int, ended <-chan struct{}) bool {
	for {
		conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			conn.Close()
			return true
		}
		select {
		case <-ended:
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
}
