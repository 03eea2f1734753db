// Package site is the folder of one site: its configuration, its key, its
// enrollment, the trust file, the profiles, the licenses, and what is
// remembered of them.
//
//	config.toml       written once by init, edited by people
//	site.key          the site key, secret
//	site.asc          instead of it: the certificate of a key that another program holds
//	enrollment.toml   customer number and enrollment proof, written by enroll
//	futura.trust      the newest trust file
//	futura.revocations   the newest revocation list, once there is one
//	profiles/         product profiles, by digest
//	licenses/         every license, and whatever else lies there
//	requests/         the last twenty requests that were exported
//	state.json        the last good verdicts, the highest sequence numbers
//	preview.text      what preview showed, until export has sent it
//	journal.log       one line for each thing that was done
//
// The package never opens a database; who calls it measures.
package site

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sort"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/verify"
)

// Codes of this package's errors.
const (
	NoSite        = fault.Code("FL-801") // the folder was not initialized
	BadConfig     = fault.Code("FL-802")
	SiteExists    = fault.Code("FL-803") // the folder was initialized before
	NotEnrolled   = fault.Code("FL-804")
	NoTrust       = fault.Code("FL-805") // no trust file is installed
	NoProfile     = fault.Code("FL-806") // no profile for the product is installed
	OlderTrust    = fault.Code("FL-807") // a trust file older than the one seen
	StateWarning  = fault.Code("FL-808") // the state cannot be read or written
	NoLicense     = fault.Code("FL-809") // no license is installed
	WouldNotStart = fault.Code("FL-519") // with this file the server would not start
	NotInstalled  = fault.Code("FL-814") // a file of a kind that is not installed
	TooLittle     = fault.Code("FL-407") // too little can be measured to recognize the database
	RootDiffers   = fault.Code("FL-209") // the configuration names another root than the program
	OldProfile    = fault.Code("FL-816") // the license was measured by a profile that is not installed
	NotKept       = fault.Code("FL-450") // what preview showed cannot be kept for export
	NotAsShown    = fault.Code("FL-451") // what preview showed is not what is to be sent now
)

// Site is an open site folder.
type Site struct {
	Folder   string
	Config   *Config
	Root     openpgp.Fingerprint
	Trust    *keys.Trust // nil until a trust file is installed
	profiles map[signedtext.Digest]*request.Profile
	ended    map[signedtext.Digest]bool // profiles that an end in the trust file rules out
	state    state
	written  signedtext.Digest // of the configuration, as it is written
	Warnings []error           // what is wrong but does not stop anything

	// Revocations is the installed revocation list, nil when there is none.
	Revocations *verify.Revocations
}

// Files and folders of a site.
const (
	configFile     = "config.toml"
	keyFile        = "site.key"
	outsideFile    = "site.asc"
	enrollmentFile = "enrollment.toml"
	trustFile      = "futura.trust"
	profileFolder  = "profiles"
	licenseFolder  = "licenses"
	stateFile      = "state.json"
	journalFile    = "journal.log"
	previewFile    = "preview.text"
)

func (s *Site) path(name string) string { return filepath.Join(s.Folder, name) }

// Create makes a site folder with this configuration.
func Create(folder string, config []byte) error {
	if _, err := ParseConfig(config); err != nil {
		return err
	}
	path := filepath.Join(folder, configFile)
	if _, err := os.Lstat(path); err == nil {
		return SiteExists.New("the folder is a site already", "file", path)
	}
	if err := files.MakePrivate(folder); err != nil {
		return err
	}
	if err := files.Create(path, config, files.Private); err != nil {
		os.Remove(folder) // if it is empty, we made it
		return err
	}
	return nil
}

// Open reads a site folder. The root is the one that the program was built
// with, or zero: then the configuration's counts.
func Open(folder string, root openpgp.Fingerprint) (*Site, error) {
	path := filepath.Join(folder, configFile)
	data, err := files.Read(path, maxConfig)
	if errors.Is(err, files.NotFound) {
		return nil, NoSite.New("the folder is not a site yet", "folder", folder)
	}
	if err != nil {
		return nil, err
	}
	site := &Site{Folder: folder, Root: root, profiles: map[signedtext.Digest]*request.Profile{}, ended: map[signedtext.Digest]bool{}}
	if site.Config, err = ParseConfig(data); err != nil {
		return nil, err
	}
	if err := site.chooseRoot(); err != nil {
		return nil, err
	}
	site.written = signedtext.DigestOf(data)
	site.readState()
	return site, site.readTrust()
}

func (s *Site) chooseRoot() error {
	if s.Config.Root == "" {
		return nil
	}
	configured, err := openpgp.ParseFingerprint(s.Config.Root)
	if err != nil {
		return err
	}
	if s.Root.IsZero() {
		s.Root = configured
	}
	if s.Root != configured {
		return RootDiffers.New("the configuration names another root", "root", configured, "wanted", s.Root)
	}
	return nil
}

// readTrust reads the trust file and, with it, the profiles. A broken profile
// is a warning: another one may serve.
func (s *Site) readTrust() error {
	data, err := files.Read(s.path(trustFile), signedtext.MaxDamaged)
	if errors.Is(err, files.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var changes []signedtext.Change
	s.Trust, _, changes, err = signedtext.OpenRepaired(data, func(file []byte) (*keys.Trust, error) { return keys.OpenTrust(file, s.Root) })
	if err != nil {
		return err
	}
	s.restored(s.path(trustFile), changes)
	s.warnOfRollback()
	entries, err := os.ReadDir(s.path(profileFolder))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.warn(StateWarning.Wrap(err, "profiles cannot be read", "file", profileFolder))
	}
	for _, entry := range entries {
		s.readProfile(filepath.Join(s.path(profileFolder), entry.Name()))
	}
	s.readRevocations()
	return nil
}

func (s *Site) readProfile(path string) {
	data, err := files.Read(path, signedtext.MaxDamaged)
	if err == nil {
		err = s.useProfile(path, data)
	}
	if err != nil {
		s.warn(err)
	}
}

func (s *Site) warn(err error) { s.Warnings = append(s.Warnings, err) }

// NeedTrust returns an error while no trust file is installed.
func (s *Site) NeedTrust() error {
	if s.Trust == nil {
		return NoTrust.New("no trust file is installed", "folder", s.Folder)
	}
	return nil
}

// Profile returns the newest installed profile of the product.
func (s *Site) Profile() (*request.Profile, error) {
	if err := s.NeedTrust(); err != nil {
		return nil, err
	}
	var newest *request.Profile
	for _, profile := range s.profiles {
		if profile.Product == s.Config.Product && s.isBetter(profile, newest) {
			newest = profile
		}
	}
	if newest == nil {
		return nil, NoProfile.New("no profile of the product is installed", "product", s.Config.Product)
	}
	return newest, nil
}

// ProfileOf returns the installed profile with this digest, or nil.
func (s *Site) ProfileOf(digest signedtext.Digest) *request.Profile { return s.profiles[digest] }

// LicenseFolder returns where license files lie.
func (s *Site) LicenseFolder() string {
	if s.Config.Licenses != "" {
		if filepath.IsAbs(s.Config.Licenses) {
			return s.Config.Licenses
		}
		return filepath.Join(s.Folder, s.Config.Licenses)
	}
	return s.path(licenseFolder)
}

// Installed is one file of the license folder.
type Installed struct {
	Path    string
	License *verify.License // nil when the file is not a valid license; see verify.OpenInstalled
	Err     error
}

// Licenses reads every file of the license folder, the license issued last
// first. A file that is not a good license never hides one that is.
func (s *Site) Licenses() ([]Installed, error) {
	if err := s.NeedTrust(); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(s.LicenseFolder())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, files.NotReadable.Wrap(err, "the license folder cannot be read", "file", s.LicenseFolder(), "reason", "folder")
	}
	var list []Installed
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		installed := Installed{Path: filepath.Join(s.LicenseFolder(), entry.Name())}
		data, err := files.Read(installed.Path, signedtext.MaxDamaged)
		if err == nil {
			var changes []signedtext.Change
			installed.License, changes, err = s.openInstalled(data)
			s.restored(installed.Path, changes)
		}
		installed.Err = err
		list = append(list, installed)
	}
	sort.SliceStable(list, func(i, j int) bool { return newer(list[i], list[j]) })
	dropReproved(list)
	return list, nil
}

// newer puts the license issued last first, by the log where two are of one
// second, and files that are no license last.
func newer(one, other Installed) bool {
	switch {
	case one.License == nil || other.License == nil:
		return one.License != nil && other.License == nil
	case !one.License.Issued.Equal(other.License.Issued):
		return one.License.Issued.After(other.License.Issued)
	}
	logged, before := one.License.Logged, other.License.Logged
	return logged != nil && (before == nil || logged.Index > before.Index)
}

// Measure runs a dialogue on the database of a connection. It returns an
// error when nothing could be measured.
type Measure func(ctx context.Context, connection Connection, dialogue *queries.Dialogue) error

// Prepare makes the request for a version: it measures every database under
// a fresh salt, and the installed license's items again.
func (s *Site) Prepare(ctx context.Context, version request.Version, running string, now time.Time, random io.Reader, measure Measure) (*request.Request, error) {
	profile, err := s.Profile()
	if err != nil {
		return nil, err
	}
	made, installed, err := s.outline(version, running, now)
	if err != nil {
		return nil, err
	}
	for _, connection := range s.Config.Databases {
		database, err := s.collect(ctx, connection, profile, random, measure)
		if err != nil {
			return nil, err
		}
		if installed != nil {
			database.Continuity, database.Unknown = s.continuity(ctx, connection, installed, measure)
		}
		made.Databases = append(made.Databases, database)
	}
	return made, nil
}

// outline is a request without its databases, and the license that it names
// as installed, nil for none.
func (s *Site) outline(version request.Version, running string, created time.Time) (*request.Request, *verify.License, error) {
	enrollment, err := s.Enrollment()
	if err != nil {
		return nil, nil, err
	}
	list, err := s.licensesOf(enrollment.Customer)
	if err != nil {
		return nil, nil, err
	}
	var installed *verify.License
	if len(list) > 0 {
		installed = list[0]
	}
	made := &request.Request{
		Created: created.UTC().Truncate(time.Second), Customer: enrollment.Customer, Site: s.Config.Site,
		Product: request.Product{Name: s.Config.Product, Version: version.String(), Running: running},
	}
	if !enrollment.answered(installed) {
		made.Enrollment = &request.Enrollment{Proof: enrollment.Proof}
	}
	if installed != nil {
		made.Installed = &request.Installed{License: installed.Digest(), Checkpoint: checkpointOf(list)}
	}
	return made, installed, nil
}

// newest returns the license issued last to this customer for this product,
// or nil.
func (s *Site) newest(customer string) (*verify.License, error) {
	list, err := s.licensesOf(customer)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// checkpointOf returns the one that came with the newest license that has one:
// a license by telephone comes without, and is not to hide what came before it.
func checkpointOf(list []*verify.License) []byte {
	for _, license := range list {
		if license.Logged != nil {
			return license.Logged.Signed
		}
	}
	return nil
}

// licensesOf returns the licenses of this customer for this product, the
// license issued last first.
func (s *Site) licensesOf(customer string) ([]*verify.License, error) {
	if s.Trust == nil {
		return nil, nil
	}
	list, err := s.Licenses()
	if err != nil {
		return nil, err
	}
	var found []*verify.License
	for _, installed := range list {
		if license := installed.License; license != nil && license.Customer == customer && license.Product.Name == s.Config.Product {
			found = append(found, license)
		}
	}
	return found, nil
}

func (s *Site) collect(ctx context.Context, connection Connection, profile *request.Profile, random io.Reader, measure Measure) (request.Database, error) {
	database := request.Database{Name: connection.Name, Profile: profile.Digest, Salt: make([]byte, request.SaltSize)}
	if _, err := io.ReadFull(random, database.Salt); err != nil {
		return database, err
	}
	dialogue, err := queries.Collect(connection.Reads(profile), queries.Engine(connection.Engine), database.Salt)
	if err != nil {
		return database, err
	}
	if err := measure(ctx, connection, dialogue); err != nil {
		return database, err
	}
	database.Items, database.Lineage = dialogue.Encoded(), dialogue.Lineage()
	if err := enough(connection, profile, dialogue); err != nil {
		return database, err
	}
	s.warnOfPredictable(connection, dialogue)
	return database, nil
}

// warnOfPredictable tells of metrics that Futura should replace. The others
// are enough.
func (s *Site) warnOfPredictable(connection Connection, dialogue *queries.Dialogue) {
	for _, problem := range dialogue.Problems() {
		if errors.Is(problem.Err, queries.Predictable) {
			s.warn(fault.With(problem.Err, "database", connection.Name))
		}
	}
}

// enough refuses a fingerprint that could not be recognized later, and says
// why: the first metric that could not be measured, or empty tables.
func enough(connection Connection, profile *request.Profile, dialogue *queries.Dialogue) error {
	if dialogue.Enough() {
		return nil
	}
	for _, problem := range dialogue.Problems() {
		return fault.With(problem.Err, "database", connection.Name)
	}
	return TooLittle.New("too few rows to recognize the database by", "database", connection.Name, "product", profile.Product)
}

// continuity measures the installed license's items again, and counts what is
// older than it and unknown to it; nothing when that cannot be done.
func (s *Site) continuity(ctx context.Context, connection Connection, installed *verify.License, measure Measure) (items, unknown []byte) {
	for _, database := range installed.Databases {
		profile := s.profiles[database.Profile]
		if database.Name != connection.Name || profile == nil {
			continue
		}
		dialogue, err := queries.Continue(connection.Reads(profile), queries.Engine(connection.Engine), database.Salt, database.Items, installed.Issued)
		if err != nil || measure(ctx, connection, dialogue) != nil {
			return nil, nil
		}
		return dialogue.Encoded(), dialogue.Unknown()
	}
	return nil, nil
}
