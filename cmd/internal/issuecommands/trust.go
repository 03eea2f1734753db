package issuecommands

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

// trustCommand puts a new trust file, and with it new secrets, into a desk.
func trustCommand() ui.Command {
	return ui.Command{Name: "trust", Arguments: "FILE", Minimum: 1, Maximum: 1,
		Example: "futura-issue trust --desk desk --signer signer-2027.key futura.trust",
		Flags: []ui.Flag{deskFlag, {Name: "signer", Value: "file:FILE|gpg:FINGERPRINT", Words: "flag-new-signer"}, {Name: "log", Value: "FILE", Words: "flag-new-log"},
			logPassphraseFlag}, Run: takeTrust}
}

// takeTrust checks everything before it writes anything. Every step can be
// repeated: after a crash the same command goes on.
func takeTrust(s *ui.Session) error {
	path := s.Arguments()[0]
	data, err := files.Read(path, signedtext.MaxFile)
	if err != nil {
		return err
	}
	return withDesk(s, func(ctx context.Context, desk *issue.Desk) error {
		before, old := desk.Trust.Sequence, desk.TrustFile
		taken, err := desk.TakeTrust(data)
		if err != nil {
			return fault.With(err, "file", path)
		}
		secrets, source, err := newSecrets(s, desk.Trust)
		if err != nil {
			return err
		}
		if taken {
			if err := keep(s, fmt.Sprintf("futura-%d.trust", before), old, files.Public); err != nil {
				return err
			}
			if err := files.Replace(filepath.Join(folder(s), trustFile), data, files.Public); err != nil {
				return err
			}
		}
		for _, secret := range secrets {
			if err := replaceSecret(s, secret); err != nil {
				return err
			}
		}
		if err := nameSigner(s, source); err != nil {
			return err
		}
		s.Line("issue-trust-taken", "sequence", desk.Trust.Sequence, "issued", desk.Trust.Issued)
		return warnOfSigner(s, desk)
	})
}

// secret is a new secret file for the desk.
type secret struct {
	name string // in the desk
	data []byte
}

// newSecrets reads the new signer and log key, which the trust file must
// name. The source is how the desk will name its signer; empty: as before.
func newSecrets(s *ui.Session, trust *keys.Trust) (list []secret, stored string, err error) {
	if s.IsSet("signer") {
		if list, stored, err = newSigner(s, trust); err != nil {
			return nil, "", err
		}
	}
	if path := s.String("log"); path != "" {
		key, err := readLogKey(s, path)
		if err != nil {
			return nil, "", err
		}
		if !slices.ContainsFunc(trust.Logs, func(log keys.Log) bool { return string(log.Key) == key.Verifier }) {
			return nil, "", issue.LogKeyNotTrusted.New("the trust file does not name this log key", "origin", key.Origin)
		}
		if list, err = addSecret(list, logFile, path); err != nil {
			return nil, "", err
		}
	}
	return list, stored, nil
}

func newSigner(s *ui.Session, trust *keys.Trust) (list []secret, stored string, err error) {
	from, err := readSource(s.String("signer"))
	if err != nil {
		return nil, "", err
	}
	signer, err := findSigner(s, from, trust.IssuerCertificate())
	if err != nil {
		return nil, "", err
	}
	if _, known := trust.Signer(signer.Fingerprint()); !known {
		return nil, "", issue.SignerNotTrusted.New("the trust file does not name this signer", "key", signer.Fingerprint())
	}
	if from.path != "" {
		list, err = addSecret(nil, signerFile, from.path)
	}
	return list, from.stored(), err
}

// nameSigner writes into the desk's settings where its signer is now.
func nameSigner(s *ui.Session, stored string) error {
	settings, err := readConfig(folder(s))
	if err != nil || stored == "" || stored == settings.Signer {
		return err
	}
	path := filepath.Join(folder(s), configFile)
	data, err := files.Read(path, maxConfig)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), "signer ") })
	return files.Replace(path, []byte(strings.Join(append(lines, "signer = "+ui.QuoteTOML(stored)), "\n")+"\n"), files.Public)
}

func addSecret(list []secret, name, path string) ([]secret, error) {
	data, err := files.Read(path, openpgp.MaxCertificate)
	return append(list, secret{name: name, data: data}), err
}

// replaceSecret keeps the secret that was there under a name of its own: a
// retired key is thrown away by a person who has seen the new one work.
func replaceSecret(s *ui.Session, new secret) error {
	path := filepath.Join(folder(s), new.name)
	before, err := files.Read(path, openpgp.MaxCertificate)
	if errors.Is(err, files.NotFound) { // gpg held the signer
		return files.Create(path, new.data, files.Private)
	}
	if err != nil {
		return err
	}
	if bytes.Equal(before, new.data) {
		return nil
	}
	extension := filepath.Ext(new.name)
	mark := signedtext.DigestOf(before).String()[:8]
	kept := strings.TrimSuffix(new.name, extension) + "-" + strings.ReplaceAll(mark, "_", "-") + extension
	if err := keep(s, kept, before, files.Private); err != nil {
		return err
	}
	if err := files.Replace(path, new.data, files.Private); err != nil {
		return err
	}
	s.Line("issue-secret-replaced", "file", path, "old", filepath.Join(folder(s), kept))
	return nil
}

// warnOfSigner says it when the desk's signer does not serve under the trust
// file.
func warnOfSigner(s *ui.Session, desk *issue.Desk) error {
	from, err := deskSource(s)
	if err != nil {
		return err
	}
	key := from.key
	if from.path != "" {
		signer, err := readSigner(from.path)
		if err != nil {
			return err
		}
		key = signer.Fingerprint()
	}
	s.Warn(desk.CheckSigner(key, s.Now()))
	return nil
}

// keep writes a file of the desk that is about to be replaced beside it.
func keep(s *ui.Session, name string, data []byte, mode fs.FileMode) error {
	return createOnce(filepath.Join(folder(s), name), data, mode)
}

// createOnce writes a file that is not there, and leaves one alone that has
// these bytes already.
func createOnce(path string, data []byte, mode fs.FileMode) error {
	err := files.Create(path, data, mode)
	if errors.Is(err, files.Exists) {
		if there, readErr := files.Read(path, int64(len(data))); readErr == nil && bytes.Equal(there, data) {
			return nil
		}
	}
	return err
}
