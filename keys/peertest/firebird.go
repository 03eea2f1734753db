package peertest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Firebird starts a private Firebird server on a port of this machine and
// stops it when the test ends. Its databases are files, which may lie in the
// server's folder. It does not run as root, nor as the user firebird, who may
// write into the system's log: root starts it as nobody.
func Firebird(t testing.TB) Server {
	t.Helper()
	program := Program(t, "firebird", "firebird3.0-server", "/usr/sbin/firebird")
	shell := Program(t, "isql-fb", "firebird3.0-utils")
	folder := serverFolder(t, "fb")
	root := filepath.Join(folder, "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"plugins", "intl", "lib", "firebird.msg"} {
		if err := os.Symlink(newest("/usr/lib/*/firebird/*/"+name), filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	users := filepath.Join(folder, "security.fdb")
	server := Server{Host: "127.0.0.1", User: "SYSDBA", Password: password, Folder: folder}
	setup := setup{user: "nobody", folder: folder, environment: []string{"FIREBIRD=" + root, "FIREBIRD_LOCK=" + folder, "FIREBIRD_TMP=" + folder}}
	configure := func(port int) []string {
		write(t, filepath.Join(root, "databases.conf"), fmt.Sprintf("security.db = %s\n{\n\tRemoteAccess = false\n}\n", users))
		write(t, filepath.Join(root, "firebird.conf"), fmt.Sprintf("RemoteServicePort = %d\nRemoteBindAddress = 127.0.0.1\n"+
			"AuthServer = Srp256, Srp\nUserManager = Srp\nWireCrypt = Enabled\nSecurityDatabase = %s\n", port, users))
		giveToServer(t, setup.user, folder)
		return nil
	}
	configure(0)
	quoted := "'" + strings.ReplaceAll(server.Password, "'", "''") + "'"
	setup.run(t, fmt.Sprintf("CREATE DATABASE '%s'; CREATE USER %s PASSWORD %s; COMMIT;\n", users, server.User, quoted), shell, "-bail", "-q", "-user", server.User)
	server.Port, server.Kill = setup.serve(t, program, configure)
	return server
}
