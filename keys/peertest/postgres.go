package peertest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// PostgreSQL starts a private PostgreSQL server that listens on a socket in a
// folder of its own, with password authentication, and stops it when the
// test ends. It does not run as root: root starts it as the user postgres.
func PostgreSQL(t testing.TB) Server {
	t.Helper()
	control := Program(t, "pg_ctl", "postgresql", newest("/usr/lib/postgresql/*/bin/pg_ctl"))
	initialize := filepath.Join(filepath.Dir(control), "initdb")
	folder := serverFolder(t, "pg")
	server := Server{Host: folder, User: "postgres", Password: password, Folder: folder}
	secret, data := filepath.Join(folder, "password"), filepath.Join(folder, "data")
	write(t, secret, server.Password+"\n")
	giveToServer(t, "postgres", folder)
	setup := setup{user: "postgres", folder: folder}
	setup.run(t, "", initialize, "-D", data, "-U", server.User, "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--locale=C.UTF-8", "-N")
	options := "-c listen_addresses='' -c unix_socket_directories=" + folder + " -c fsync=off -c timezone=America/Sao_Paulo"
	setup.run(t, "", control, "-D", data, "-l", filepath.Join(folder, "log"), "-w", "-o", options, "start")
	dismiss := setup.guard(t, firstNumber(t, filepath.Join(data, "postmaster.pid")))
	server.Kill = sync.OnceFunc(func() { dismiss(); setup.run(t, "", control, "-D", data, "-m", "immediate", "stop") })
	t.Cleanup(server.Kill)
	return server
}

// firstNumber reads the first line of a file, which is a number.
func firstNumber(t testing.TB, path string) int {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	number, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return number
}
