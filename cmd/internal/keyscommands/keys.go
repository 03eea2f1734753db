// Package keyscommands is the program futura-keys: it makes and shows the
// keys of the issuer. It works in one folder, kept offline:
//
//	root.key         the root's secret, under a passphrase
//	certificate.asc  the issuer certificate, with all signers
//	*.log            the public halves of log keys
//	futura.trust     the newest trust file
package keyscommands

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

// Files of the issuer's folder.
const (
	rootFile        = "root.key"
	certificateFile = "certificate.asc"
	trustFile       = "futura.trust"
	logExtension    = ".log"
	maxLogFile      = 1 << 10 // bytes; the public half of a log key has about 100
)

var (
	folderFlag        = ui.Flag{Name: "folder", Value: "DIR", Required: true}
	passphraseFlag    = ui.Flag{Name: "passphrase-file", Value: "FILE"}
	newPassphraseFlag = ui.Flag{Name: "new-passphrase-file", Value: "FILE"}
)

// Program returns futura-keys.
func Program() ui.Program {
	return ui.Program{Name: "futura-keys", Example: "futura-keys root --folder issuer --name Futura", Commands: []ui.Command{
		{Name: "root", Example: "futura-keys root --folder issuer --name Futura",
			Flags: []ui.Flag{folderFlag, {Name: "name", Value: "NAME", Required: true}, newPassphraseFlag}, Run: makeRoot},
		{Name: "signer", Example: "futura-keys signer --folder issuer --out signer.key",
			Flags: []ui.Flag{folderFlag, {Name: "out", Value: "FILE", Required: true}, {Name: "years", Value: "N"}, passphraseFlag, newPassphraseFlag}, Run: makeSigner},
		{Name: "log", Example: "futura-keys log --folder issuer --origin futura/licenses --out log.key",
			Flags: []ui.Flag{folderFlag, {Name: "origin", Value: "NAME", Required: true}, {Name: "out", Value: "FILE", Required: true}, {Name: "next"}, newPassphraseFlag}, Run: makeLog},
		{Name: "trust", Example: `futura-keys trust --folder issuer --products "sispetro crm"`,
			Flags: []ui.Flag{folderFlag, {Name: "products", Value: "NAMES"}, passphraseFlag}, Run: makeTrust},
		endCommand(),
		{Name: "show", Arguments: "FILE…", Minimum: 1, Maximum: -1, Example: "futura-keys show issuer/certificate.asc", Run: show},
		{Name: "export", Arguments: "FILE", Minimum: 1, Maximum: 1, Example: "futura-keys export --out issuer.asc futura.trust",
			Flags: []ui.Flag{{Name: "out", Value: "FILE"}}, Run: export},
		{Name: "backup", Arguments: "FILE", Minimum: 1, Maximum: 1, Example: "futura-keys backup --out root.txt issuer/root.key",
			Flags: []ui.Flag{{Name: "out", Value: "SHEET", Words: "flag-out-sheet"}}, Run: backup},
		{Name: "restore", Arguments: "SHEET", Minimum: 1, Maximum: 1, Example: "futura-keys restore --out root.key typed.txt",
			Flags: []ui.Flag{{Name: "out", Value: "FILE", Required: true}}, Run: restore},
	}}
}

// absent refuses to begin work whose output is there already.
func absent(paths ...string) error {
	for _, path := range paths {
		if _, err := os.Lstat(path); err == nil {
			return files.Exists.New("is there already", "file", path)
		}
	}
	return nil
}

func newSecretPassphrase(s *ui.Session) ([]byte, error) {
	passphrase, err := s.NewPassphrase(newPassphraseFlag.Name, "prompt-new-passphrase")
	if err == nil && len(passphrase) == 0 {
		err = openpgp.Unprotected.New("a passphrase is required")
	}
	return passphrase, err
}

func makeRoot(s *ui.Session) error {
	folder := s.String("folder")
	secretPath, certificatePath := filepath.Join(folder, rootFile), filepath.Join(folder, certificateFile)
	if err := absent(secretPath, certificatePath); err != nil {
		return err
	}
	passphrase, err := newSecretPassphrase(s)
	if err != nil {
		return err
	}
	root, err := openpgp.Generate(s.String("name"), s.Now(), s.Environment().Random)
	if err != nil {
		return err
	}
	file, err := root.Armor(passphrase, s.Environment().Random)
	if err != nil {
		return err
	}
	if err := files.MakePrivate(folder); err != nil {
		return err
	}
	if err := files.Create(secretPath, file, files.Private); err != nil {
		return err
	}
	if err := files.Create(certificatePath, root.Certificate().Armor(), files.Public); err != nil {
		return err
	}
	s.Line("keys-root-made", "file", secretPath, "created", root.Certificate().Created(), "root", root.Fingerprint())
	return nil
}

// openRoot reads and unlocks the root, and reads the newest certificate.
func openRoot(s *ui.Session) (*openpgp.Secret, *openpgp.Certificate, error) {
	path := filepath.Join(s.String("folder"), rootFile)
	data, err := files.Read(path, openpgp.MaxCertificate)
	if err != nil {
		return nil, nil, err
	}
	if err := files.CheckPrivate(path); err != nil {
		return nil, nil, err
	}
	root, err := openpgp.ReadSecret(data)
	if err != nil {
		return nil, nil, fault.With(err, "file", path)
	}
	if err := root.Protection(); err != nil {
		return nil, nil, fault.With(err, "file", path)
	}
	certificateData, err := files.Read(filepath.Join(s.String("folder"), certificateFile), 2*openpgp.MaxCertificate)
	if err != nil {
		return nil, nil, err
	}
	certificate, err := openpgp.ReadCertificate(certificateData)
	if err != nil {
		return nil, nil, fault.With(err, "file", filepath.Join(s.String("folder"), certificateFile))
	}
	passphrase, err := s.Passphrase(passphraseFlag.Name, "prompt-root-passphrase")
	if err != nil {
		return nil, nil, err
	}
	return root, certificate, fault.With(root.Unlock(passphrase), "file", path)
}

const defaultYears = 2

func makeSigner(s *ui.Session) error {
	out := s.String("out")
	if err := absent(out); err != nil {
		return err
	}
	years, err := lifetime(s)
	if err != nil {
		return err
	}
	root, certificate, err := openRoot(s)
	if err != nil {
		return err
	}
	passphrase, err := newSecretPassphrase(s)
	if err != nil {
		return err
	}
	now := s.Now()
	signer, err := root.AddSigner(certificate, now, now.AddDate(years, 0, 0).Sub(now), s.Environment().Random)
	if err != nil {
		return err
	}
	file, err := signer.Armor(passphrase, s.Environment().Random)
	if err != nil {
		return err
	}
	if err := files.Create(out, file, files.Private); err != nil {
		return err
	}
	if err := files.Replace(filepath.Join(s.String("folder"), certificateFile), signer.Certificate().Armor(), files.Public); err != nil {
		return err
	}
	s.Line("keys-signer-made", "file", out, "key", signer.Fingerprint(), "begins", now, "expires", now.AddDate(years, 0, 0))
	return nil
}

func lifetime(s *ui.Session) (int, error) {
	if s.String("years") == "" {
		return defaultYears, nil
	}
	years, err := strconv.Atoi(s.String("years"))
	if err != nil || years < 1 || years > 5 {
		return 0, ui.OptionValue.New("years from 1 to 5", "option", "--years")
	}
	return years, nil
}

func makeLog(s *ui.Session) error {
	out, origin := s.String("out"), s.String("origin")
	key, err := keys.NewLogKey(origin, s.Environment().Random)
	if err != nil {
		return err
	}
	public := publicLogFile(s, origin)
	if err := absent(out, public); err != nil {
		return err
	}
	passphrase, err := newSecretPassphrase(s)
	if err != nil {
		return err
	}
	file, err := key.Protect(passphrase, s.Environment().Random)
	if err != nil {
		return err
	}
	if err := files.Create(out, file, files.Private); err != nil {
		return err
	}
	if err := files.Create(public, []byte(key.Verifier+"\n"), files.Public); err != nil {
		return err
	}
	s.Line("keys-log-made", "file", out, "origin", origin, "public", public)
	return nil
}

// publicLogFile names the file of a log's public half; with --next the first
// free name after it, for the key that follows an ended one.
func publicLogFile(s *ui.Session, origin string) string {
	name := filepath.Join(s.String("folder"), strings.ReplaceAll(origin, "/", "-"))
	path := name + logExtension
	for i := 2; s.Bool("next") && absent(path) != nil; i++ {
		path = fmt.Sprintf("%s-%d%s", name, i, logExtension)
	}
	return path
}

// makeTrust signs the next trust file: what the one before said, and every
// signer and log key of the folder that it did not name yet.
func makeTrust(s *ui.Session) error {
	return signNext(s, func(next *keys.TrustFile) error {
		if products := s.String("products"); products != "" {
			next.Products = products
		}
		if next.Products == "" {
			return ui.MissingOption.New("an option is missing", "option", "--products", "value", "NAMES")
		}
		return nil
	})
}

// signNext signs the trust file that follows the one in the folder, with one
// change more than what is new in the folder.
func signNext(s *ui.Session, change func(*keys.TrustFile) error) error {
	folder := s.String("folder")
	root, certificate, err := openRoot(s)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, trustFile)
	before, data, err := previousTrust(path, root.Fingerprint(), certificate)
	if err != nil {
		return err
	}
	next := before
	next.Signers, next.Logs = slices.Clone(before.Signers), slices.Clone(before.Logs)
	next.Issued = s.Now()
	next.Certificate = certificate.Bytes()
	addSigners(&next, certificate)
	if err := addLogs(&next, folder); err != nil {
		return err
	}
	if err := change(&next); err != nil {
		return err
	}
	file, err := keys.SealNextTrust(next, &before, root)
	if err != nil {
		return err
	}
	next.Sequence = before.Sequence + 1
	if data != nil {
		old := filepath.Join(folder, fmt.Sprintf("futura-%d.trust", before.Sequence))
		if err := files.Replace(old, data, files.Public); err != nil {
			return err
		}
	}
	if err := files.Replace(path, file, files.Public); err != nil {
		return err
	}
	s.Line("keys-trust-made", "file", path, "sequence", next.Sequence, "signers", len(next.Signers), "logs", len(next.Logs), "root", root.Fingerprint())
	showEnds(s, &next)
	return nil
}

func previousTrust(path string, root openpgp.Fingerprint, certificate *openpgp.Certificate) (keys.TrustFile, []byte, error) {
	data, err := files.Read(path, signedtext.MaxFile)
	if errors.Is(err, files.NotFound) {
		return keys.TrustFile{Issuer: certificate.UserID()}, nil, nil
	}
	if err != nil {
		return keys.TrustFile{}, nil, err
	}
	if openpgp.HoldsSecret(data) {
		return keys.TrustFile{}, nil, openpgp.SecretInPublic.New("a secret key where the trust file is expected", "file", path)
	}
	trust, err := keys.OpenTrust(data, root)
	if err != nil {
		return keys.TrustFile{}, nil, fault.With(err, "file", path)
	}
	return trust.TrustFile, data, nil
}

func addSigners(next *keys.TrustFile, certificate *openpgp.Certificate) {
	for _, key := range certificate.SigningKeys() {
		known := slices.ContainsFunc(next.Signers, func(signer keys.Signer) bool { return signer.Fingerprint == key.Fingerprint })
		if !key.Primary && !known {
			next.Signers = append(next.Signers, keys.Signer{Fingerprint: key.Fingerprint, Begins: key.Created})
		}
	}
}

func addLogs(next *keys.TrustFile, folder string) error {
	paths, err := filepath.Glob(filepath.Join(folder, "*"+logExtension))
	if err != nil {
		return err
	}
	for _, path := range paths {
		data, err := files.Read(path, maxLogFile)
		if err != nil {
			return err
		}
		log, err := keys.ParseLog(strings.TrimSpace(string(data)))
		if err != nil {
			return fault.With(err, "file", path)
		}
		if !slices.ContainsFunc(next.Logs, func(known keys.Log) bool { return known.Key == log.Key }) {
			next.Logs = append(next.Logs, log)
		}
	}
	return nil
}

// show prints fingerprints of any file with keys in it.
func show(s *ui.Session) error {
	for _, path := range s.Arguments() {
		if err := showFile(s, path); err != nil {
			return fault.With(err, "file", path)
		}
	}
	return nil
}

func showFile(s *ui.Session, path string) error {
	data, err := files.Read(path, signedtext.MaxFile)
	if err != nil {
		return err
	}
	if secret, err := openpgp.ReadSecret(data); err == nil {
		s.Line("keys-show-secret", "file", path, "key", secret.Fingerprint(), "locked", s.Say("yes-no-"+strconv.FormatBool(secret.Locked())))
		s.Warn(fault.With(secret.Protection(), "file", path))
		s.Warn(files.CheckPrivate(path))
		return showCertificate(s, path, secret.Certificate(), nil)
	}
	if _, err := openpgp.Unprotect(data, nil); errors.Is(err, openpgp.Locked) {
		s.Line("keys-show-locked", "file", path)
		s.Warn(files.CheckPrivate(path))
		return nil
	}
	if log, err := keys.ParseLog(strings.TrimSpace(string(data))); err == nil {
		s.Line("keys-show-public-log", "file", path, "origin", log.Origin, "key", string(log.Key))
		return nil
	}
	certificate, trust, err := certificateIn(data)
	if err != nil {
		return err
	}
	return showCertificate(s, path, certificate, trust)
}

// certificateIn finds the issuer certificate in a trust file or in a file of
// its own. A trust file is taken at the word of its own root here: showing
// is what a person compares it by.
func certificateIn(data []byte) (*openpgp.Certificate, *keys.Trust, error) {
	_, err := signedtext.Open(data, nil)
	var unverified *signedtext.UnverifiedError
	if !errors.As(err, &unverified) {
		certificate, err := openpgp.ReadCertificate(data)
		return certificate, nil, err
	}
	trust, err := keys.OpenOwnTrust(data)
	if err != nil {
		return nil, nil, err
	}
	return trust.IssuerCertificate(), trust, nil
}

func showCertificate(s *ui.Session, path string, certificate *openpgp.Certificate, trust *keys.Trust) error {
	s.Line("keys-show-certificate", "file", path, "name", certificate.UserID(), "root", certificate.Fingerprint(), "created", certificate.Created())
	for _, key := range certificate.SigningKeys() {
		if !key.Primary {
			s.Line("keys-show-signer", "key", key.Fingerprint, "created", key.Created, "expires", expiry(s, key.Expires))
		}
	}
	if trust == nil {
		return nil
	}
	s.Line("keys-show-trust", "sequence", trust.Sequence, "issued", trust.Issued, "products", trust.Products)
	for _, log := range trust.Logs {
		s.Line("keys-show-log", "origin", log.Origin, "key", string(log.Key))
	}
	showEnds(s, &trust.TrustFile)
	return nil
}

func expiry(s *ui.Session, expires time.Time) string {
	if expires.IsZero() {
		return s.Say("never")
	}
	return s.Show(expires)
}

func export(s *ui.Session) error {
	path := s.Arguments()[0]
	data, err := files.Read(path, signedtext.MaxFile)
	if err != nil {
		return err
	}
	certificate, _, err := certificateIn(data)
	if err != nil {
		return fault.With(err, "file", path)
	}
	out := s.String("out")
	if out == "" {
		_, err := s.Out.Write(certificate.Armor())
		return err
	}
	if err := files.Create(out, certificate.Armor(), files.Public); err != nil {
		return err
	}
	s.Line("keys-exported", "file", out, "root", certificate.Fingerprint())
	return nil
}
