//go:build unix

package peertest

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// credential returns as whom a server runs: as ourselves, which is nil, or
// instead of root as a user that its Debian package makes.
func credential(t testing.TB, name string) *syscall.Credential {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	found, err := user.Lookup(name)
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
func giveToServer(t testing.TB, name, folder string) {
	t.Helper()
	who := credential(t, name)
	if who == nil {
		return
	}
	err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(who.Uid), int(who.Gid))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func serverCommand(t testing.TB, name, program string, arguments ...string) *exec.Cmd {
	t.Helper()
	command := exec.Command(program, arguments...)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: credential(t, name)}
	return command
}
