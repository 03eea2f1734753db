package site

import (
	"errors"
	"os"

	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
)

// SetKeyAside keeps the site key under another name, from its fingerprint, so
// that Enroll makes a new one: the issuer has retired it. Without a key it
// does nothing. It returns the file that is kept.
func (s *Site) SetKeyAside() (kept string, err error) {
	path := s.path(keyFile)
	data, err := files.Read(path, openpgp.MaxCertificate)
	if errors.Is(err, files.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	key, err := openpgp.ReadSecret(data)
	if err != nil {
		return "", err
	}
	kept = s.path("site-" + key.Fingerprint().String()[:16] + ".key")
	// The copy is there before the key goes, also from an earlier attempt.
	if err := files.Replace(kept, data, files.Private); err != nil {
		return "", err
	}
	if err := os.Remove(path); err != nil {
		return "", files.NotWritable.Wrap(err, "cannot be removed", "file", path, "reason", "folder")
	}
	return kept, nil
}
