package peertest

import (
	"os"
	"os/exec"
	"path/filepath"
)

// Keyring makes an empty folder to be GNUPGHOME. Its path is short, because
// the agent's socket lies in it. Its pinentry is a shell script that answers
// with the content of the file answer in that folder, or cancels when there
// is none; the agent remembers nothing. Its gpg.conf has options that would
// change signatures. Call remove at the end: it stops the agent.
func Keyring() (folder string, remove func(), err error) {
	if folder, err = os.MkdirTemp("/tmp", "fl"); err != nil {
		return "", nil, err
	}
	remove = func() {
		command := exec.Command("gpgconf", "--kill", "all")
		command.Env = append(os.Environ(), "GNUPGHOME="+folder)
		command.Run() // there may be no agent
		os.RemoveAll(folder)
	}
	pinentry, answer := filepath.Join(folder, "pinentry"), filepath.Join(folder, "answer")
	for _, file := range []struct {
		path, content string
		mode          os.FileMode
	}{
		{pinentry, `#!/bin/sh
echo OK
while read command rest; do
	case $command in
	GETPIN) if test -f ` + answer + `; then echo "D $(cat ` + answer + `)"; echo OK; else echo "ERR 83886179 cancelled"; fi ;;
	BYE) echo OK; exit ;;
	*) echo OK ;;
	esac
done
`, 0o700},
		{filepath.Join(folder, "gpg-agent.conf"), "pinentry-program " + pinentry + "\ndefault-cache-ttl 0\nmax-cache-ttl 0\n", 0o600},
		{filepath.Join(folder, "gpg.conf"), "armor\ndigest-algo SHA256\nsig-notation word@futura.example=1\nset-policy-url https://futura.example\n", 0o600},
	} {
		if err := os.WriteFile(file.path, []byte(file.content), file.mode); err != nil {
			remove()
			return "", nil, err
		}
	}
	return folder, remove, nil
}
