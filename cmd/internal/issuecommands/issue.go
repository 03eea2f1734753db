// Package issuecommands is the program futura-issue: the desk of Futura's
// support. A desk is one folder:
//
//	desk.toml     where the head file is, and who signs
//	ledger.db     customers, contracts, requests, licenses, log
//	futura.trust  the newest trust file
//	signer.key    the signer's secret, under a passphrase, unless gpg holds it
//	log.key       the log key, under a passphrase of its own
//	parts         parts of requests of which others have not come yet
//
// The head file lies elsewhere; see package issue.
package issuecommands

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/futura/airlicense/cmd/internal/codes"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

// Codes of this program's errors.
const (
	noDesk   = fault.Code("FL-706") // the folder is not a desk
	badDesk  = fault.Code("FL-707") // desk.toml cannot be read
	notEmpty = fault.Code("FL-708") // the folder for a new desk is not empty

	noExternal = fault.Code("FL-728") // this program cannot start gpg
)

// Files of a desk.
const (
	configFile = "desk.toml"
	ledgerFile = "ledger.db"
	trustFile  = "futura.trust"
	signerFile = "signer.key"
	logFile    = "log.key"
)

var (
	deskFlag          = ui.Flag{Name: "desk", Value: "DIR"}
	passphraseFlag    = ui.Flag{Name: "passphrase-file", Value: "FILE", Words: "flag-signer-passphrase-file"}
	logPassphraseFlag = ui.Flag{Name: "log-passphrase-file", Value: "FILE"}
	rootFlag          = ui.Flag{Name: "root", Value: "FINGERPRINT"}
)

// Program returns futura-issue.
func Program() ui.Program {
	signing := []ui.Flag{deskFlag, passphraseFlag, logPassphraseFlag}
	return ui.Program{Name: "futura-issue", Example: "futura-issue review --desk desk 00123-sispetro-8.9-2026-11-21.request", Commands: append([]ui.Command{
		{Name: "init", Arguments: "DIR", Minimum: 1, Maximum: 1,
			Example: "futura-issue init desk --head /mnt/usb/futura.head --trust futura.trust --signer signer.key --log log.key",
			Flags: []ui.Flag{{Name: "head", Value: "FILE", Required: true}, {Name: "trust", Value: "FILE", Required: true},
				{Name: "signer", Value: "file:FILE|gpg:FINGERPRINT", Required: true}, {Name: "log", Value: "FILE", Required: true}, rootFlag, logPassphraseFlag},
			Run: initialize},
		{Name: "profile", Example: "futura-issue profile sign --desk desk --out sispetro.profile sispetro.toml", Commands: []ui.Command{
			{Name: "sign", Arguments: "FILE", Minimum: 1, Maximum: 1, Example: "futura-issue profile sign --desk desk --out sispetro.profile sispetro.toml",
				Flags: append(signing, ui.Flag{Name: "out", Value: "FILE"}), Run: signProfile},
		}},
		{Name: "customer", Example: `futura-issue customer add --desk desk --name "Posto Sol" 00123`, Commands: []ui.Command{
			{Name: "add", Arguments: "NUMBER", Minimum: 1, Maximum: 1,
				Example: `futura-issue customer add --desk desk --name "Posto Sol" --keyuser "Ana Lima <ana@posto.example>" 00123`,
				Flags: []ui.Flag{deskFlag, {Name: "name", Value: "NAME", Required: true, Words: "flag-customer-name"},
					{Name: "language", Value: "pt-BR|it|en"}, {Name: "keyuser", Value: "NAME <MAIL>", Repeated: true}}, Run: addCustomer},
			{Name: "show", Arguments: "NUMBER", Minimum: 1, Maximum: 1, Example: "futura-issue customer show --desk desk 00123",
				Flags: []ui.Flag{deskFlag, {Name: "history"}}, Run: showCustomer},
			{Name: "list", Maximum: 0, Example: "futura-issue customer list --desk desk", Flags: []ui.Flag{deskFlag}, Run: listCustomers},
			{Name: "invite", Arguments: "NUMBER", Minimum: 1, Maximum: 1, Example: "futura-issue customer invite --desk desk --product sispetro --out invitation 00123",
				Flags: []ui.Flag{deskFlag, {Name: "product", Value: "NAME", Required: true}, {Name: "site", Value: "NAME", Words: "flag-invite-site"}, {Name: "out", Value: "DIR", Words: "flag-out-folder"}}, Run: invite},
			keyUserCommands(),
			siteCommands(),
		}},
		{Name: "contract", Example: "futura-issue contract set --desk desk 00123 sispetro", Commands: []ui.Command{
			{Name: "set", Arguments: "NUMBER PRODUCT", Minimum: 2, Maximum: 2,
				Example: `futura-issue contract set --desk desk --modules "0 S3 fiscal" --maintenance 2027-12-31 00123 sispetro`,
				Flags: []ui.Flag{deskFlag, {Name: "versions", Value: "LIST"}, {Name: "modules", Value: "LIST"},
					{Name: "maintenance", Value: "DAY"}, {Name: "ends", Value: "DAY"}}, Run: setContract},
		}},
		{Name: "review", Arguments: "FILE…", Minimum: 1, Maximum: -1, Example: "futura-issue review --desk desk 00123-sispetro-8.9-2026-11-21.request",
			Flags: []ui.Flag{deskFlag}, Run: review},
		{Name: "license", Arguments: "FILE…", Minimum: 1, Maximum: -1, Example: "futura-issue license --desk desk --out reply 00123-sispetro-8.9-2026-11-21.request",
			Flags: append(signing, ui.Flag{Name: "out", Value: "DIR", Words: "flag-out-folder"}, partsFlag,
				ui.Flag{Name: codes.FolderFlag.Name, Value: codes.FolderFlag.Value, Words: "flag-reply-qr"}, ui.Flag{Name: codes.SheetFlag.Name, Value: codes.SheetFlag.Value, Words: "flag-reply-sheet"},
				codes.DenseFlag, codes.WholeFlag, shortFlag, ui.Flag{Name: "yes"}), Run: license},
		trustCommand(),
		ledgerCommand(),
	}, revocationCommands(signing)...)}
}

// maxConfig bounds desk.toml, in bytes.
const maxConfig = 64 << 10

// config is desk.toml.
type config struct {
	Head   string `toml:"head"`   // the head file
	Signer string `toml:"signer"` // as readSource reads it; empty: the file signer.key
	Root   string `toml:"root"`   // for programs without a compiled-in root
}

// folder returns the desk's folder.
func folder(s *ui.Session) string {
	if path := s.String("desk"); path != "" {
		return path
	}
	return "."
}

func readConfig(path string) (*config, error) {
	data, err := files.Read(filepath.Join(path, configFile), maxConfig)
	if errors.Is(err, files.NotFound) {
		return nil, noDesk.New("the folder is not a desk", "folder", path)
	}
	if err != nil {
		return nil, err
	}
	var read config
	wrong, err := signedtext.DecodeWritten(data, &read)
	if err != nil || wrong != "" || read.Head == "" {
		return nil, badDesk.Wrap(err, "the desk's settings cannot be read", "file", filepath.Join(path, configFile))
	}
	return &read, nil
}

// openDesk opens the desk without its secrets.
func openDesk(ctx context.Context, s *ui.Session) (*issue.Desk, error) {
	path := folder(s)
	settings, err := readConfig(path)
	if err != nil {
		return nil, err
	}
	if err := refuseRoot(path); err != nil {
		return nil, err
	}
	trust, data, err := readTrust(s, filepath.Join(path, trustFile), settings.Root)
	if err != nil {
		return nil, err
	}
	headPath := settings.Head
	if !filepath.IsAbs(headPath) {
		headPath = filepath.Join(absolute(path), headPath)
	}
	head, err := issue.NewHeadFile(headPath, absolute(path))
	if err != nil {
		return nil, err
	}
	db, err := ledger.SQLite(filepath.Join(path, ledgerFile), false)
	if err != nil {
		return nil, err
	}
	opened, err := ledger.Open(ctx, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &issue.Desk{Ledger: opened, Trust: trust, TrustFile: data, Head: head}, nil
}

func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

func readTrust(s *ui.Session, path, configured string) (*keys.Trust, []byte, error) {
	data, err := files.Read(path, signedtext.MaxFile)
	if err != nil {
		return nil, nil, err
	}
	root, err := s.Root()
	if err == nil && root.IsZero() && configured != "" {
		root, err = openpgp.ParseFingerprint(configured)
	}
	if err != nil {
		return nil, nil, err
	}
	if openpgp.HoldsSecret(data) {
		return nil, nil, openpgp.SecretInPublic.New("a secret key where the trust file is expected", "file", path)
	}
	trust, err := keys.OpenTrust(data, root)
	return trust, data, fault.With(err, "file", path)
}

// refuseRoot looks for the root's secret among the files of the folder: a
// desk works only where the root is not.
func refuseRoot(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return files.NotReadable.Wrap(err, "the folder cannot be read", "file", path, "reason", "folder")
	}
	for _, entry := range entries {
		if entry.IsDir() || strings.HasPrefix(entry.Name(), ledgerFile) {
			continue
		}
		data, err := files.Read(filepath.Join(path, entry.Name()), openpgp.MaxCertificate)
		if err == nil && openpgp.HoldsPrimarySecret(data) {
			return issue.RootAtDesk.New("the root's secret is here", "file", filepath.Join(path, entry.Name()))
		}
	}
	return nil
}

// unlock opens the two secrets of the desk.
func unlock(s *ui.Session, desk *issue.Desk) error {
	from, err := deskSource(s)
	if err != nil {
		return err
	}
	if desk.Signer, err = openSigner(s, from, desk.Trust.IssuerCertificate()); err != nil {
		return err
	}
	desk.LogKey, err = readLogKey(s, filepath.Join(folder(s), logFile))
	return err
}

// deskSource finds where the desk's signer is.
func deskSource(s *ui.Session) (source, error) {
	settings, err := readConfig(folder(s))
	if err != nil {
		return source{}, err
	}
	from, err := readSource(cmp.Or(settings.Signer, fileSource+signerFile))
	if err != nil {
		return from, badDesk.Wrap(err, "the desk's settings cannot be read", "file", filepath.Join(folder(s), configFile))
	}
	if from.path != "" && !filepath.IsAbs(from.path) {
		from.path = filepath.Join(folder(s), from.path)
	}
	return from, nil
}

// Ways to name a signer.
const (
	fileSource = "file:" // a secret file; the word may be left out
	gpgSource  = "gpg:"  // the whole fingerprint of a key that gpg holds
)

// source is where a signer's secret is: a file, else in gpg.
type source struct {
	path string
	key  openpgp.Fingerprint
}

// readSource reads file:PATH, PATH or gpg:FINGERPRINT. Nothing but a whole
// fingerprint names a key: others can make keys with any short number, name
// or mail address.
func readSource(text string) (from source, err error) {
	if digits, found := strings.CutPrefix(text, gpgSource); found {
		if from.key, err = openpgp.ParseFingerprint(digits); err != nil {
			err = ui.OptionValue.Wrap(err, "not a whole fingerprint", "option", "--signer")
		}
		return from, err
	}
	from.path = strings.TrimPrefix(text, fileSource)
	if from.path == "" {
		err = ui.OptionValue.New("no path", "option", "--signer")
	}
	return from, err
}

// stored is how the desk's settings name a source: a secret file is copied
// into the desk.
func (f source) stored() string {
	if f.path == "" {
		return gpgSource + f.key.String()
	}
	return fileSource + signerFile
}

// findSigner looks at a signer without asking for a passphrase.
func findSigner(s *ui.Session, from source, certificate *openpgp.Certificate) (signedtext.Signer, error) {
	if from.path == "" {
		return openExternal(s, from.key, certificate)
	}
	return readSigner(from.path)
}

// openSigner opens a signer, asking for the passphrase of a file.
func openSigner(s *ui.Session, from source, certificate *openpgp.Certificate) (signedtext.Signer, error) {
	if from.path == "" {
		return openExternal(s, from.key, certificate)
	}
	signer, err := readSigner(from.path)
	if err != nil {
		return nil, err
	}
	passphrase, err := s.Passphrase(passphraseFlag.Name, "prompt-signer-passphrase")
	if err != nil {
		return nil, err
	}
	return signer, fault.With(signer.Unlock(passphrase), "file", from.path)
}

// openExternal looks whether gpg holds the signer's secret, and not the
// root's.
func openExternal(s *ui.Session, key openpgp.Fingerprint, certificate *openpgp.Certificate) (signedtext.Signer, error) {
	if s.Environment().External == nil {
		return nil, noExternal.New("this program starts no other")
	}
	signer := s.Environment().External(key, certificate)
	held, err := signer.Secrets()
	if err == nil && slices.Contains(held, certificate.Fingerprint()) {
		err = issue.RootAtDesk.New("gpg holds the root's secret", "file", gpgSource+key.String())
	}
	return signer, err
}

// readSigner reads a signer's secret file, which must have a good passphrase,
// must not be readable by others, and must not hold the root's secret.
func readSigner(path string) (*openpgp.Secret, error) {
	if err := files.CheckPrivate(path); err != nil {
		return nil, err
	}
	data, err := files.Read(path, openpgp.MaxCertificate)
	if err != nil {
		return nil, err
	}
	if openpgp.HoldsPrimarySecret(data) {
		return nil, issue.RootAtDesk.New("this is the root's secret, not a signer's", "file", path)
	}
	signer, err := openpgp.ReadSecret(data)
	if err == nil {
		err = signer.Protection()
	}
	return signer, fault.With(err, "file", path)
}

func readLogKey(s *ui.Session, path string) (*keys.LogKey, error) {
	if err := files.CheckPrivate(path); err != nil {
		return nil, err
	}
	data, err := files.Read(path, openpgp.MaxCertificate)
	if err != nil {
		return nil, err
	}
	passphrase, err := s.Passphrase(logPassphraseFlag.Name, "prompt-log-passphrase")
	if err != nil {
		return nil, err
	}
	key, err := keys.OpenLogKey(data, passphrase)
	return key, fault.With(err, "file", path)
}

// initialize makes a desk beside its place and moves it there when it is
// whole.
func initialize(s *ui.Session) error {
	path := absolute(s.Arguments()[0])
	if entries, err := os.ReadDir(path); err == nil && len(entries) > 0 {
		return notEmpty.New("the folder is not empty", "folder", path)
	}
	headPath := absolute(s.String("head"))
	head, err := issue.NewHeadFile(headPath, path)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(headPath); err == nil {
		return files.Exists.New("is there already", "file", headPath)
	}
	trust, trustData, err := readTrust(s, s.String("trust"), "")
	if err != nil {
		return err
	}
	from, err := readSource(s.String("signer"))
	if err != nil {
		return err
	}
	signer, err := findSigner(s, from, trust.IssuerCertificate())
	if err != nil {
		return err
	}
	logKey, err := readLogKey(s, s.String("log"))
	if err != nil {
		return err
	}
	desk := &issue.Desk{Trust: trust, TrustFile: trustData, Head: head, Signer: signer, LogKey: logKey}
	if err := desk.CheckSecrets(s.Now()); err != nil {
		return err
	}
	if err := build(s, desk, from, path, headPath); err != nil {
		return err
	}
	s.Line("issue-desk-made", "folder", path, "head", headPath, "origin", logKey.Origin)
	return nil
}

func build(s *ui.Session, desk *issue.Desk, from source, path, headPath string) (err error) {
	if err := files.MakePrivate(filepath.Dir(path)); err != nil {
		return err
	}
	half, err := os.MkdirTemp(filepath.Dir(path), ".desk-*")
	if err != nil {
		return files.NotWritable.Wrap(err, "cannot be written", "file", path, "reason", "folder")
	}
	defer func() {
		if err != nil {
			os.RemoveAll(half)
			os.Remove(headPath)
		}
	}()
	if err := fill(s, desk, from, half, headPath); err != nil {
		return err
	}
	os.Remove(path) // an empty folder may be there
	if err := os.Rename(half, path); err != nil {
		return files.NotWritable.Wrap(err, "cannot be written", "file", path, "reason", "rename")
	}
	return nil
}

// storedHead keeps a relative path relative, to the desk: then desk and head
// can move together.
func storedHead(s *ui.Session, headPath string) string {
	if !filepath.IsAbs(s.String("head")) {
		if relative, err := filepath.Rel(absolute(s.Arguments()[0]), headPath); err == nil {
			return filepath.ToSlash(relative)
		}
	}
	return headPath
}

func fill(s *ui.Session, desk *issue.Desk, from source, half, headPath string) error {
	settings := s.Say("desk-config", "head", ui.QuoteTOML(storedHead(s, headPath)), "signer", ui.QuoteTOML(from.stored()), "root", ui.QuoteTOML(desk.Trust.Root().String()))
	type part struct {
		name, source string
		data         []byte
		mode         fs.FileMode
	}
	parts := []part{
		{name: configFile, data: []byte(settings + "\n"), mode: files.Public},
		{name: trustFile, data: desk.TrustFile, mode: files.Public},
		{name: logFile, source: s.String("log"), mode: files.Private},
	}
	if from.path != "" {
		parts = append(parts, part{name: signerFile, source: from.path, mode: files.Private})
	}
	for _, part := range parts {
		if part.source != "" {
			data, err := files.Read(part.source, openpgp.MaxCertificate)
			if err != nil {
				return err
			}
			part.data = data
		}
		if err := files.Create(filepath.Join(half, part.name), part.data, part.mode); err != nil {
			return err
		}
	}
	db, err := ledger.SQLite(filepath.Join(half, ledgerFile), true)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if desk.Ledger, err = ledger.Open(ctx, db); err == nil {
		err = desk.Begin(ctx, s.Now())
	}
	return errors.Join(err, db.Close())
}
