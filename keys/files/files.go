// Package files reads small files within a limit and writes files so that
// nothing is lost, overwritten or half written: a temporary file beside the
// target, fsync, then a rename or a link, then fsync of the folder.
//
// The order of system calls is that of SQLite's and sunlight's durable
// writes. After a crash the target is either as it was or whole.
package files

import (
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/futura/airlicense/keys/fault"
)

// Codes of this package's errors.
const (
	NotFound    = fault.Code("FL-911") // there is no such file
	NotReadable = fault.Code("FL-912") // the file cannot be read, or is a folder
	TooLarge    = fault.Code("FL-913") // the file is over the limit for its kind
	Exists      = fault.Code("FL-914") // the output is there already
	NotWritable = fault.Code("FL-915") // the output cannot be written
	Exposed     = fault.Code("FL-916") // a secret file that others may read
)

// Private is the mode of secret files, Public that of all others.
const (
	Private fs.FileMode = 0o600
	Public  fs.FileMode = 0o644
)

// Read returns the content of a regular file of at most limit bytes. It
// looks at the size before it reads.
func Read(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, readError(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, readError(path, err)
	}
	if info.IsDir() {
		return nil, NotReadable.New("is a folder", "file", path, "reason", "folder")
	}
	if info.Size() > limit {
		return nil, TooLarge.New("file over the limit", "file", path, "size", info.Size(), "limit", limit)
	}
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, readError(path, err)
	}
	if int64(len(content)) > limit { // a device or a growing file has no honest size
		return nil, TooLarge.New("file over the limit", "file", path, "size", len(content), "limit", limit)
	}
	return content, nil
}

func readError(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return NotFound.Wrap(err, "no such file", "file", path)
	}
	return NotReadable.Wrap(err, "cannot be read", "file", path, "reason", reason(err))
}

// reason returns the operating system's words without the path.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err.Error()
	}
	return err.Error()
}

// CheckPrivate refuses a secret file that others may read. Windows keeps
// rights in access lists, which are set on creation and not checked here.
func CheckPrivate(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return readError(path, err)
	}
	if exposed(info) {
		return Exposed.New("others may read the secret", "file", path)
	}
	return nil
}

// URI writes a path as SQLite reads it ("URI Filenames" in its
// documentation), on Windows too: C:\x becomes file:/C:/x.
func URI(path string) string {
	path = filepath.ToSlash(path)
	if filepath.IsAbs(path) && !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath()
}

// Create writes a file that must not exist yet.
func Create(path string, content []byte, mode fs.FileMode) error {
	if _, err := os.Lstat(path); err == nil {
		return Exists.New("is there already", "file", path)
	}
	temporary, err := writeTemporary(path, content, mode)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	if err := publish(temporary, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// publish gives the temporary file its name unless somebody else has taken
// it meanwhile. File systems without hard links (FAT on a USB stick) leave a
// moment between looking and renaming.
func publish(temporary, path string) error {
	err := os.Link(temporary, path)
	if err == nil {
		return nil
	}
	if _, taken := os.Lstat(path); taken == nil {
		return Exists.New("is there already", "file", path)
	}
	return writeError(path, os.Rename(temporary, path))
}

// Replace writes a file in the place of one that may be there.
func Replace(path string, content []byte, mode fs.FileMode) error {
	temporary, err := writeTemporary(path, content, mode)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		os.Remove(temporary)
		return writeError(path, err)
	}
	return syncFolder(filepath.Dir(path))
}

func writeError(path string, err error) error {
	if err == nil {
		return nil
	}
	return NotWritable.Wrap(err, "cannot be written", "file", path, "reason", reason(err))
}

func writeTemporary(path string, content []byte, mode fs.FileMode) (string, error) {
	// CreateTemp opens with O_EXCL and mode 0600.
	file, err := os.CreateTemp(filepath.Dir(path), ".futura-*")
	if err != nil {
		return "", writeError(path, err)
	}
	if err := fill(file, content, mode); err != nil {
		os.Remove(file.Name())
		return "", writeError(path, err)
	}
	return file.Name(), nil
}

func fill(file *os.File, content []byte, mode fs.FileMode) error {
	_, err := file.Write(content)
	if err == nil && mode == Private {
		err = restrict(file.Name())
	} else if err == nil {
		err = file.Chmod(mode)
	}
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}

// MakePrivate makes a folder that its owner alone may enter, with its
// parents.
func MakePrivate(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return writeError(folder, err)
	}
	return nil
}
