//go:build unix

package peertest

import (
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"testing"
)

// serverUser is the user that the Debian package makes.
const serverUser = "postgres"

// credential returns whom the server runs as: nil for ourselves.
func credential(t testing.TB) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	found, err := user.Lookup(serverUser)
	if err != nil {
		t.Fatal(err)
	}
	uid, errUser := strconv.Atoi(found.Uid)
	gid, errGroup := strconv.Atoi(found.Gid)
	if errUser != nil || errGroup != nil {
		t.Fatal(errUser, errGroup)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// giveToServer makes the folder and what is in it the server's.
func giveToServer(t testing.TB, folder string) {
	t.Helper()
	who := credential(t)
	if who == nil {
		return
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{folder}
	for _, entry := range entries {
		paths = append(paths, folder+"/"+entry.Name())
	}
	for _, path := range paths {
		if err := os.Chown(path, int(who.Uid), int(who.Gid)); err != nil {
			t.Fatal(err)
		}
	}
}

func serverCommand(t testing.TB, program string, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: credential(t)}
	return command
}
