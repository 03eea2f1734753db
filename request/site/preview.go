package site

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
)

// PreviewLife is how long a preview may be sent: a request that is older
// would tell of a database that nobody has looked at since.
const PreviewLife = 24 * time.Hour

// Preview is what a person was shown: the text of a request that is not
// signed yet. It is kept in the site's folder until it is exported, so that
// what leaves is what was shown. Its file is four lines and the text, without
// a line end at its end:
//
//	futura-preview/1
//	<digest of config.toml>
//	<digest of the text>
//	<empty>
//	kind = "futura-request"
//	…
type Preview struct {
	Config signedtext.Digest // of the configuration that it was measured by
	Text   []byte            // canonical
}

const previewHead = "futura-preview/1\n"

// maxPreview bounds the file, in bytes.
const maxPreview = int64(len(previewHead)+2*44+1) + signedtext.MaxText

// Marshal writes the file.
func (p Preview) Marshal() []byte {
	head := previewHead + p.Config.String() + "\n" + signedtext.DigestOf(p.Text).String() + "\n\n"
	return append([]byte(head), p.Text...)
}

// ParsePreview reads what Marshal writes, and nothing else.
func ParsePreview(data []byte) (Preview, error) {
	var preview Preview
	lines := strings.SplitN(string(data), "\n", 5)
	if len(lines) < 5 || preview.Config.UnmarshalText([]byte(lines[1])) != nil {
		return Preview{}, notAsShown("kept text damaged")
	}
	preview.Text = []byte(lines[4])
	if !bytes.Equal(preview.Marshal(), data) {
		return Preview{}, notAsShown("kept text damaged")
	}
	return preview, nil
}

func notAsShown(reason string) error {
	return NotAsShown.New("the preview is not what is to be sent", "reason", reason)
}

// Keep keeps the text of a request that is shown, in the place of one kept
// before.
func (s *Site) Keep(text []byte) error {
	err := files.Replace(s.path(previewFile), Preview{Config: s.written, Text: text}.Marshal(), files.Private)
	if err != nil {
		return NotKept.Wrap(err, "the preview cannot be kept", "file", s.path(previewFile))
	}
	return nil
}

// Kept returns the request that was kept for this version, if it is what
// would be sent now but for its measurement, and not older than PreviewLife.
// It returns nil when none is kept, and NotAsShown when one is that does not
// fit any more. The request's Text is the text that was kept, byte for byte.
func (s *Site) Kept(version request.Version, running string, now time.Time) (*request.Request, error) {
	preview, kept, err := s.readPreview()
	if kept == nil || err != nil {
		return nil, err
	}
	age := now.Sub(kept.Created)
	switch {
	case kept.Product.Version != version.String():
		return nil, notAsShown("another version")
	case age < 0 || age > PreviewLife:
		return nil, notAsShown("not of the last 24 hours")
	case preview.Config != s.written || !s.wouldSend(kept, preview.Text, version, running):
		return nil, notAsShown("changed since")
	}
	return kept, nil
}

// readPreview reads what is kept; nil when nothing is.
func (s *Site) readPreview() (Preview, *request.Request, error) {
	data, err := files.Read(s.path(previewFile), maxPreview)
	if errors.Is(err, files.NotFound) {
		return Preview{}, nil, nil
	}
	if err != nil {
		return Preview{}, nil, NotAsShown.Wrap(err, "the preview cannot be read", "reason", "kept text not readable")
	}
	preview, err := ParsePreview(data)
	if err != nil {
		return Preview{}, nil, err
	}
	kept, err := request.Parse(preview.Text)
	if err != nil {
		return Preview{}, nil, NotAsShown.Wrap(err, "the preview is no request", "reason", "kept text damaged")
	}
	return preview, kept, nil
}

// wouldSend makes the kept request again, with its time and its databases,
// and compares: any other key, customer, profile or license gives another
// text.
func (s *Site) wouldSend(kept *request.Request, text []byte, version request.Version, running string) bool {
	profile, err := s.Profile()
	if err != nil {
		return false
	}
	certificate, err := s.Certificate()
	if err != nil {
		return false
	}
	made, _, err := s.outline(version, running, kept.Created)
	if err != nil {
		return false
	}
	for _, database := range kept.Databases {
		if database.Profile != profile.Digest {
			return false
		}
	}
	made.Databases = kept.Databases
	again, err := made.Text(certificate)
	return err == nil && bytes.Equal(again, text)
}

// Forget removes what was kept, once a request for this version has been
// sent; what was kept for another one may still be. That it cannot be removed
// is a warning.
func (s *Site) Forget(version request.Version) {
	if _, kept, err := s.readPreview(); err == nil && (kept == nil || kept.Product.Version != version.String()) {
		return
	}
	if err := os.Remove(s.path(previewFile)); err != nil {
		s.warn(StateWarning.Wrap(err, "the preview cannot be removed", "file", previewFile))
	}
}
