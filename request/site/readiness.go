package site

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/verify"
)

// Codes of Ready.
const (
	NoBackupPath   = fault.Code("FL-432") // the configuration names no backup for a check
	BackupUnread   = fault.Code("FL-434") // the folder of a backup cannot be read
	UnknownVersion = fault.Code("FL-435") // a version in another spelling than the product's
	UnknownConfirm = fault.Code("FL-436") // a confirmation that the profile does not ask for
)

// Backup says where the files of a backup lie that a check of the profile
// looks at. One check may have several.
type Backup struct {
	Check string `toml:"check"` // its name in the profile
	Path  string `toml:"path"`  // with * and ? where names change from day to day
}

func (b Backup) check() error {
	if signedtext.CheckName("check", b.Check) != nil {
		return badConfig("backup.check", "name")
	}
	if b.Path == "" {
		return badConfig("backup.path", "missing")
	}
	if _, err := filepath.Match(b.Path, ""); err != nil {
		return badConfig("backup.path", "pattern")
	}
	return nil
}

// Occasion is what Ready is asked for.
type Occasion struct {
	When    request.Occasion
	Version request.Version // before an upgrade the one to come; after one the one that should run, if that was said
	Running verify.Running
	Answers map[string]verify.Answer // to confirmations, by name
	Value   Value
	// Engine names a connection's engine, by which the profile tells queries
	// apart.
	Engine func(Connection) string
}

// Value runs a query with one value as its answer on the database of a
// connection.
type Value func(ctx context.Context, connection Connection, query queries.Query) (string, error)

// Readied is the answer of Ready.
type Readied struct {
	verify.Readiness
	Checked *Checked
}

// UpgradeTo reads the version of an upgrade as the product writes it.
func (s *Site) UpgradeTo(text string) (request.Version, error) {
	profile, err := s.Profile()
	if err != nil {
		return request.Version{}, err
	}
	version, err := profile.Scheme.Parse(text)
	if err != nil {
		return version, UnknownVersion.Wrap(err, "not a version of this product", "version", text, "scheme", profile.Scheme)
	}
	return version, nil
}

// Confirmations returns what a person is asked on an occasion, and refuses
// answers to anything else.
func (s *Site) Confirmations(when request.Occasion, answered []string) ([]request.ReadinessCheck, error) {
	profile, err := s.Profile()
	if err != nil {
		return nil, err
	}
	var list []request.ReadinessCheck
	names := []string{}
	for _, check := range profile.ChecksFor(when) {
		if check.Kind == request.ConfirmCheck {
			list, names = append(list, check), append(names, check.Name)
		}
	}
	for _, name := range answered {
		if !slices.Contains(names, name) {
			return nil, UnknownConfirm.New("the profile does not ask for this", "name", name, "names", names)
		}
	}
	return list, nil
}

// Ready asks whether the site is ready for an upgrade, or whether one is
// complete: what Check finds of the license, and then the profile's own
// checks. What Check learns is remembered as Check does it; nothing else is
// written.
func (s *Site) Ready(ctx context.Context, place Place, occasion Occasion) (*Readied, error) {
	profile, err := s.Profile()
	if err != nil {
		return nil, err
	}
	preparation := verify.Preparation{
		Occasion: occasion.When, Now: place.Now, Digits: profile.Digits, Bits: place.Bits, Maintenance: profile.Maintenance, Connections: s.connectionNames(),
	}
	running, err := profile.Scheme.Parse(occasion.Running.Text)
	if err != nil {
		running = request.Version{} // the verdict says so
	}
	place.Version, place.Whole = occasion.Running, true
	preparation.Version, preparation.Other = running, occasion.Version
	if occasion.When == request.Upgrade {
		place.Version = verify.Running{Asked: true, Text: occasion.Version.String(), Source: "flag"}
		preparation.Version, preparation.Other = occasion.Version, running
	}
	checked, err := s.Check(ctx, place)
	if errors.Is(err, NoLicense) { // that is an answer: nothing covers the version
		checked, err = &Checked{Best: verify.Refused(err)}, nil
	}
	if err != nil {
		return nil, err
	}
	preparation.Verdict = checked.Best
	preparation.Findings = s.findings(ctx, profile, occasion, place.Now)
	return &Readied{Readiness: verify.Ready(preparation), Checked: checked}, nil
}

func (s *Site) connectionNames() []string {
	names := make([]string, len(s.Config.Databases))
	for i, connection := range s.Config.Databases {
		names[i] = connection.Name
	}
	return names
}

// findings answers the profile's checks.
func (s *Site) findings(ctx context.Context, profile *request.Profile, occasion Occasion, now time.Time) []verify.Finding {
	var list []verify.Finding
	for _, check := range profile.ChecksFor(occasion.When) {
		switch check.Kind {
		case request.QueryCheck:
			list = append(list, s.askDatabases(ctx, &check, occasion)...)
		case request.FileCheck:
			list = append(list, s.lookAtBackups(&check)...)
		case request.ConfirmCheck:
			list = append(list, verify.Finding{Check: &check, Answer: occasion.Answers[check.Name]})
		}
	}
	return list
}

// askDatabases asks every connection of a check. One that the site does not
// have is an answer that is missing.
func (s *Site) askDatabases(ctx context.Context, check *request.ReadinessCheck, occasion Occasion) []verify.Finding {
	var list []verify.Finding
	here, missing := check.ConnectionsOf(s.connectionNames())
	for _, connection := range s.Config.Databases {
		if !slices.Contains(here, connection.Name) {
			continue
		}
		value, err := occasion.Value(ctx, connection, queries.Query{SQL: check.SQLFor(occasion.Engine(connection))})
		list = append(list, verify.Finding{Check: check, Subject: connection.Name, Value: value, Err: err})
	}
	for _, name := range missing {
		list = append(list, verify.Finding{Check: check, Subject: name,
			Err: verify.NotMeasured.New("there is no connection of this name", "database", name, "reason", "connection")})
	}
	return list
}

// lookAtBackups finds the newest file of each backup that the configuration
// names for a check.
func (s *Site) lookAtBackups(check *request.ReadinessCheck) []verify.Finding {
	var list []verify.Finding
	for _, backup := range s.Config.Backups {
		if backup.Check != check.Name {
			continue
		}
		finding := verify.Finding{Check: check, Subject: backup.Path}
		pattern := backup.Path
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(s.Folder, pattern)
		}
		newest, err := newestFile(pattern)
		if newest != nil {
			finding.Modified, finding.Empty = newest.ModTime(), newest.Mode().IsRegular() && newest.Size() == 0
		}
		finding.Err = err
		list = append(list, finding)
	}
	if len(list) == 0 {
		return []verify.Finding{{Check: check, Err: NoBackupPath.New("the configuration names no backup for this check", "name", check.Name)}}
	}
	return list
}

// newestFile returns the newest of the files and folders that a pattern
// matches, or nil when there is none. A folder that cannot be read is an
// error: a share that is not there is no answer about the backup on it.
func newestFile(pattern string) (newest os.FileInfo, err error) {
	paths, err := filepath.Glob(pattern)
	if err == nil && len(paths) == 0 {
		err = readable(filepath.Dir(pattern))
	}
	for _, path := range paths {
		info, failed := os.Stat(path)
		if failed != nil && !errors.Is(failed, os.ErrNotExist) { // it may be rotated away meanwhile
			err = failed
		} else if failed == nil && (newest == nil || info.ModTime().After(newest.ModTime())) {
			newest = info
		}
	}
	if err != nil {
		return nil, BackupUnread.Wrap(err, "the backup cannot be looked at", "file", pattern)
	}
	return newest, nil
}

// readable reports why a folder cannot be read. Of one with a pattern in its
// name the folder above counts.
func readable(folder string) error {
	for strings.ContainsAny(folder, "*?[") {
		folder = filepath.Dir(folder)
	}
	_, err := os.ReadDir(folder)
	return err
}
