package peertest

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// MariaDB starts a private MariaDB server on a port of this machine, with a
// time zone that is not UTC, and stops it when the test ends. It does not run
// as root: root starts it as the user mysql.
func MariaDB(t testing.TB) Server {
	t.Helper()
	program := Program(t, "mariadbd", "mariadb-server", "/usr/sbin/mariadbd")
	install := Program(t, "mariadb-install-db", "mariadb-server")
	folder := serverFolder(t, "maria")
	data, first := filepath.Join(folder, "data"), filepath.Join(folder, "first.sql")
	server := Server{Host: "127.0.0.1", User: "admin", Password: password, Folder: folder}
	quoted := "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(server.Password) + "'"
	write(t, first, "CREATE OR REPLACE USER admin@'127.0.0.1' IDENTIFIED BY "+quoted+";\nGRANT ALL ON *.* TO admin@'127.0.0.1' WITH GRANT OPTION;\n")
	giveToServer(t, "mysql", folder)
	setup := setup{user: "mysql", folder: folder}
	setup.run(t, "", install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
	server.Port, server.Kill = setup.serve(t, program, func(port int) []string {
		return []string{
			"--no-defaults", "--datadir=" + data, "--socket=" + filepath.Join(folder, "socket"), "--pid-file=" + filepath.Join(folder, "pid"),
			"--bind-address=127.0.0.1", "--port=" + strconv.Itoa(port), "--skip-name-resolve", "--init-file=" + first,
			"--default-time-zone=-03:00", "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0",
		}
	})
	return server
}
