package peertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Server is a running database server of a test.
type Server struct {
	Host     string // the folder of its socket
	User     string // a superuser
	Password string
}

// PostgreSQL starts a private PostgreSQL server that listens on a socket in a
// folder of its own, with password authentication, and stops it when the
// test ends. It does not run as root: root starts it as the user postgres.
func PostgreSQL(t testing.TB) Server {
	t.Helper()
	control := Program(t, "pg_ctl", "postgresql", newest("/usr/lib/postgresql/*/bin/pg_ctl"))
	initialize := filepath.Join(filepath.Dir(control), "initdb")
	folder, err := os.MkdirTemp("", "pg") // short: a socket's path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	server := Server{Host: folder, User: "postgres", Password: "a 'quoted\\ password"}
	password := filepath.Join(folder, "password")
	if err := os.WriteFile(password, []byte(server.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	giveToServer(t, folder)
	data := filepath.Join(folder, "data")
	asServer(t, folder, initialize, "-D", data, "-U", server.User, "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8", "--locale=C.UTF-8", "-N")
	options := "-c listen_addresses='' -c unix_socket_directories=" + folder + " -c fsync=off -c timezone=America/Sao_Paulo"
	asServer(t, folder, control, "-D", data, "-l", filepath.Join(folder, "log"), "-w", "-o", options, "start")
	t.Cleanup(func() { asServer(t, folder, control, "-D", data, "-m", "immediate", "stop") })
	return server
}

// newest returns the last match of a pattern, or the pattern itself.
func newest(pattern string) string {
	matches, err := filepath.Glob(pattern)
	if err != nil || len(matches) == 0 {
		return pattern
	}
	return matches[len(matches)-1]
}

// asServer runs a step of the server's setup and demands that it succeeds.
func asServer(t testing.TB, folder, program string, arguments ...string) {
	t.Helper()
	command := serverCommand(t, program, arguments...)
	command.Dir = folder
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(arguments, " "), err, output)
	}
}
