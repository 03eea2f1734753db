//go:build unix

package files

import (
	"io/fs"
	"os"
)

// restrict leaves the file to its owner.
func restrict(path string) error { return os.Chmod(path, Private) }

func exposed(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// syncFolder makes a new name in the folder survive a power failure.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return writeError(path, err)
	}
	defer folder.Close()
	return writeError(path, folder.Sync())
}
