package keyscommands

import (
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/sheet"
)

// backup writes a secret key, which stays under its passphrase, as a sheet
// for paper.
func backup(s *ui.Session) error {
	path := s.Arguments()[0]
	if err := files.CheckPrivate(path); err != nil {
		return err
	}
	data, err := files.Read(path, openpgp.MaxCertificate)
	if err != nil {
		return err
	}
	key, err := protected(data)
	if err != nil {
		return fault.With(err, "file", path)
	}
	day := s.Now().Truncate(24 * time.Hour)
	key.Made = day
	lines, err := key.Lines()
	if err != nil {
		return fault.With(err, "file", path)
	}
	words := s.Say("keys-sheet", "kind", kindOf(s, data, key), "key", key.Fingerprint, "day", day.Format(time.DateOnly),
		"last", len(lines)-1) + "\n\n" + strings.Join(lines, "\n") + "\n"
	if s.String("out") == "" {
		_, err := io.WriteString(s.Out, words)
		return err
	}
	if err := files.Create(s.String("out"), []byte(words), files.Private); err != nil {
		return err
	}
	s.Line("keys-sheet-made", "file", s.String("out"), "key", key.Fingerprint)
	return nil
}

// protected reads a secret that is under a passphrase: a secret key, or a
// log key. A log key says nothing of itself without its passphrase; its
// fingerprint is the beginning of a digest of its file.
func protected(data []byte) (*sheet.Key, error) {
	if secret, err := openpgp.ReadSecret(data); err == nil {
		packets, err := openpgp.Packets(data)
		if err != nil {
			return nil, err
		}
		return &sheet.Key{Kind: sheet.SecretKey, Fingerprint: secret.Fingerprint(), Content: packets}, secret.Protection()
	}
	if _, err := openpgp.Unprotect(data, nil); !errors.Is(err, openpgp.Locked) {
		return nil, err
	}
	packets, err := openpgp.Packets(data)
	digest := sha256.Sum256(packets)
	return &sheet.Key{Kind: sheet.Message, Fingerprint: openpgp.Fingerprint(digest[:20]), Content: packets}, err
}

// kindOf says what a key is.
func kindOf(s *ui.Session, data []byte, key *sheet.Key) string {
	switch {
	case key.Kind == sheet.Message:
		return s.Say("keys-kind-log")
	case openpgp.HoldsPrimarySecret(data):
		return s.Say("keys-kind-root")
	}
	return s.Say("keys-kind-signer")
}

// restore reads a sheet that was typed or scanned, and writes the secret
// file.
func restore(s *ui.Session) error {
	path, out := s.Arguments()[0], s.String("out")
	if err := absent(out); err != nil {
		return err
	}
	text, err := files.Read(path, sheet.MaxText)
	if err != nil {
		return err
	}
	written, err := sheet.Parse(text)
	if err != nil {
		return fault.With(err, "file", path)
	}
	data := openpgp.Armor(written.Block(), written.Content)
	key, err := protected(data)
	if err != nil {
		return fault.With(err, "file", path)
	}
	if !written.Fingerprint.IsZero() && written.Fingerprint != key.Fingerprint {
		return sheet.OtherKey.New("another key than the sheet names", "file", path, "key", key.Fingerprint, "wanted", written.Fingerprint)
	}
	if err := files.Create(out, data, files.Private); err != nil {
		return err
	}
	s.Line("keys-restored", "kind", kindOf(s, data, key), "file", out, "key", key.Fingerprint)
	if written.Fingerprint.IsZero() {
		s.Line("keys-restored-compare")
	}
	return nil
}
