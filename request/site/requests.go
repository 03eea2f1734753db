package site

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
)

// requestFolder keeps every request that left: a short form is completed from
// the one that it answers.
const requestFolder = "requests"

// maxRequests bounds the folder: of more, the oldest go.
const maxRequests = 20

// textExtension is the extension of a request that another program is to
// sign: then its text is what is kept.
const textExtension = ".text"

// Asked is a request that this site has sent.
type Asked struct {
	*request.Request
	Digest signedtext.Digest
	path   string
}

// KeepRequest keeps a request that leaves, as it is exported: a signed file,
// or the text that another program is to sign. That it cannot be kept is a
// warning: a license that comes as a file does not need it.
func (s *Site) KeepRequest(data []byte, digest signedtext.Digest, isSigned bool) {
	extension := textExtension
	if isSigned {
		extension = ".request"
	}
	path := filepath.Join(s.path(requestFolder), digest.String()+extension)
	err := files.MakePrivate(s.path(requestFolder))
	if err == nil {
		err = files.Replace(path, data, files.Private)
	}
	if err != nil {
		s.warn(StateWarning.Wrap(err, "the request cannot be kept", "file", requestFolder))
		return
	}
	for i, old := range s.Requests() {
		if i < maxRequests || old.path == path { // the clock may have gone back
			continue
		}
		if err := os.Remove(old.path); err != nil {
			s.warn(StateWarning.Wrap(err, "an old request cannot be removed", "file", requestFolder))
		}
	}
}

// Requests returns the requests that were kept, the newest first. A file that
// is none is a warning.
func (s *Site) Requests() []Asked {
	entries, err := os.ReadDir(s.path(requestFolder))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.warn(StateWarning.Wrap(err, "the requests cannot be read", "file", requestFolder))
	}
	var kept []Asked
	for _, entry := range entries {
		asked, err := readAsked(filepath.Join(s.path(requestFolder), entry.Name()))
		if err != nil {
			s.warn(StateWarning.Wrap(err, "a kept request cannot be read", "file", filepath.Join(requestFolder, entry.Name())))
			continue
		}
		kept = append(kept, asked)
	}
	slices.SortStableFunc(kept, func(one, other Asked) int {
		return cmp.Or(other.Created.Compare(one.Created), cmp.Compare(one.path, other.path))
	})
	return kept
}

func readAsked(path string) (Asked, error) {
	data, err := files.Read(path, signedtext.MaxFile)
	if err != nil {
		return Asked{}, err
	}
	if filepath.Ext(path) == textExtension {
		parsed, err := request.Parse(data)
		return Asked{Request: parsed, Digest: signedtext.DigestOf(data), path: path}, err
	}
	signed, err := request.Open(data)
	if err != nil {
		return Asked{}, err
	}
	return Asked{Request: &signed.Request, Digest: signed.Digest(), path: path}, nil
}
