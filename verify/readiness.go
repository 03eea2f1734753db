package verify

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request"
)

// Codes of Ready.
const (
	NotExpected   = fault.Code("FL-305") // another value than the profile expects
	BackupOld     = fault.Code("FL-306") // a backup that is too old, empty or not there
	NotConfirmed  = fault.Code("FL-307") // somebody said no
	NoMaintenance = fault.Code("FL-308") // the license lacks the maintenance module, or it has ended
	NotLicensed   = fault.Code("FL-309") // a connection that the license does not name

	NotAnswered  = fault.Code("FL-431") // nobody confirmed or denied
	BackupFuture = fault.Code("FL-433") // a backup from the future
	NotNewer     = fault.Code("FL-437") // a warning: the version asked for is not newer than the running one
)

// The checks of Ready, beside VersionCheck, DatabaseCheck and those of the
// profile.
const (
	LicenseCheck     = "license" // all that a verdict says beside version and databases
	NewerCheck       = "newer"   // before an upgrade, when the running version is known
	RunningCheck     = "running" // after an upgrade, when somebody said which
	MachineCheck     = "machine"
	MaintenanceCheck = "maintenance"
)

// Preparation is what Ready is told of a site before an upgrade, or after
// one.
type Preparation struct {
	Occasion request.Occasion
	Now      time.Time
	// Version is the one asked for, or after an upgrade the running one; zero
	// when that is not known. Digits of it are licensed.
	Version request.Version
	Digits  int
	// Other is, before an upgrade, the running version if it is known, and
	// after one the version that should run, if somebody said so.
	Other request.Version
	Bits  int // of the machine: 32 or 64

	// Verdict is Judge's on the license that serves best, for that version.
	Verdict     Verdict
	Maintenance string    // the module that stands for maintenance; empty: none does
	Connections []string  // of the site, by name
	Findings    []Finding // on the profile's checks
}

// Finding is what was found of one of the profile's checks at one place.
type Finding struct {
	Check    *request.ReadinessCheck
	Subject  string    // the connection, or the path of the backup
	Value    string    // of a query
	Modified time.Time // of a file: the newest; zero when there is none
	Empty    bool      // whether that file has no bytes
	Answer   Answer    // of a confirmation
	Err      error     // why nothing could be found
}

// Answer is what somebody said.
type Answer string

// The answers; empty is none.
const (
	Yes Answer = "yes"
	No  Answer = "no"
)

// Readiness is the answer of Ready.
type Readiness struct {
	Outcome ReadinessOutcome
	Checks  []ReadinessCheck
}

// ReadinessOutcome is the outcome of a Readiness.
type ReadinessOutcome string

// The outcomes. They are words of the interface.
const (
	IsReady            ReadinessOutcome = "ready" // warnings included
	NotReady           ReadinessOutcome = "not-ready"
	UndecidedReadiness ReadinessOutcome = "undecided"
)

// ReadinessCheck is one line of a Readiness.
type ReadinessCheck struct {
	Check
	Own *request.ReadinessCheck // of the profile; nil: asked for every product
}

// Ready says whether a site is ready for an upgrade, or whether an upgrade is
// complete. Unlike Judge, which never stops a server on uncertainty, it is
// strict: a license in its days of grace because a database is not recognized
// any more is not good enough to begin an upgrade with, and what could not be
// found out never counts as ready.
func Ready(preparation Preparation) Readiness {
	readying := readying{Preparation: preparation}
	readying.license()
	readying.version()
	readying.other()
	readying.machine()
	readying.maintenance()
	readying.databases()
	for _, finding := range preparation.Findings {
		readying.add(finding.Check, checkOf(finding.Check.Name, finding.Subject, readying.judge(finding)))
	}
	return Readiness{Outcome: readying.outcome(), Checks: readying.checks}
}

type readying struct {
	Preparation
	checks []ReadinessCheck
}

func (r *readying) add(own *request.ReadinessCheck, check Check) {
	r.checks = append(r.checks, ReadinessCheck{Check: check, Own: own})
}

// outcome is not ready as soon as one check failed. A check that was not
// asked because another failed leaves the rest open.
func (r *readying) outcome() ReadinessOutcome {
	outcome := IsReady
	for _, check := range r.checks {
		switch check.Outcome {
		case Fail:
			return NotReady
		case Undecided, NotAsked:
			outcome = UndecidedReadiness
		}
	}
	return outcome
}

// license sums up what the verdict says beside version and databases: the
// first check of the worst outcome.
func (r *readying) license() {
	for _, outcome := range []Outcome{Fail, Undecided, Warn} {
		for _, check := range r.Verdict.Checks {
			if check.Outcome == outcome && check.Name != VersionCheck && check.Name != DatabaseCheck {
				r.add(nil, Check{Name: LicenseCheck, Outcome: outcome, Err: check.Err})
				return
			}
		}
	}
	r.add(nil, Check{Name: LicenseCheck, Outcome: Pass})
}

func (r *readying) version() {
	line := Check{Name: VersionCheck, Outcome: NotAsked}
	for _, check := range r.Verdict.Checks {
		if check.Name == VersionCheck {
			line = check
		}
	}
	if errors.Is(line.Err, Needs64Bits) { // the machine has its own line
		line = checkOf(VersionCheck, "", nil)
	}
	r.add(nil, line)
}

// other holds the version against the other one. Before an upgrade it should
// be newer than the running one; after an upgrade it should be the one that
// was asked for, which may name fewer of its numbers.
func (r *readying) other() {
	version, other := r.Version.String(), r.Other.String()
	switch {
	case version == "" || other == "":
	case r.Occasion == request.Upgrade && r.Version.Compare(r.Other) <= 0:
		r.add(nil, checkOf(NewerCheck, "", warning{NotNewer.New("the version is not newer than the running one", "version", version, "running", other)}))
	case r.Occasion == request.Upgrade:
		r.add(nil, checkOf(NewerCheck, "", nil))
	case strings.HasPrefix(version+".", other+"."):
		r.add(nil, checkOf(RunningCheck, "", nil))
	default:
		r.add(nil, checkOf(RunningCheck, "", NotExpected.New("another version runs", "found", version, "expected", other)))
	}
}

// machine looks at the suffix of the version, whatever the license says.
func (r *readying) machine() {
	if !r.Version.Needs64Bits() {
		return
	}
	var err error
	if r.Bits == 32 {
		err = Needs64Bits.New("the version needs a 64-bit machine", "version", r.Version)
	}
	r.add(nil, checkOf(MachineCheck, "", err))
}

// maintenance demands the module, and before an upgrade also that it has not
// ended: an upgrade that was installed in time stays.
func (r *readying) maintenance() {
	license := r.Verdict.License
	switch {
	case r.Maintenance == "":
	case license == nil:
		r.add(nil, Check{Name: MaintenanceCheck, Outcome: NotAsked})
	case !license.HasModule(r.Maintenance):
		r.add(nil, checkOf(MaintenanceCheck, "", NoMaintenance.New("the license does not list the maintenance module",
			"module", r.Maintenance, "serial", license.Serial, "ended", "")))
	default:
		var err error
		if ends := license.Product.Maintenance; r.Occasion == request.Upgrade && !ends.IsZero() && r.Now.After(ends) {
			err = NoMaintenance.New("the maintenance has ended", "module", r.Maintenance, "serial", license.Serial, "ended", ends)
		}
		r.add(nil, checkOf(MaintenanceCheck, "", err))
	}
}

// databases has a line for each connection of the site, and for what the
// license names beyond.
func (r *readying) databases() {
	found := map[string]Check{}
	for _, check := range r.Verdict.Checks {
		if check.Name == DatabaseCheck && check.Subject != "" {
			found[check.Subject] = check
		}
	}
	names := slices.Clone(r.Connections)
	if license := r.Verdict.License; license != nil {
		for _, database := range license.Databases {
			if !slices.Contains(names, database.Name) {
				names = append(names, database.Name)
			}
		}
	}
	for _, name := range names {
		check, measured := found[name]
		if !measured {
			check = r.notMeasured(name)
		}
		if errors.Is(check.Err, BindingLost) {
			check.Outcome = Fail
		}
		r.add(nil, check)
	}
}

// notMeasured is the line of a connection that the verdict does not name: the
// license does not, or something else ruled it out before it was measured.
func (r *readying) notMeasured(name string) Check {
	license := r.Verdict.License
	if license == nil {
		return Check{Name: DatabaseCheck, Subject: name, Outcome: NotAsked}
	}
	for _, database := range license.Databases {
		if database.Name == name {
			return Check{Name: DatabaseCheck, Subject: name, Outcome: NotAsked}
		}
	}
	return checkOf(DatabaseCheck, name, NotLicensed.New("the license does not name this connection", "database", name, "serial", license.Serial))
}

// judge compares a finding with what the profile demands.
func (r *readying) judge(finding Finding) error {
	if finding.Err != nil {
		return undecided{finding.Err}
	}
	switch finding.Check.Kind {
	case request.QueryCheck:
		return r.judgeValue(finding)
	case request.FileCheck:
		return r.judgeFile(finding)
	}
	switch finding.Answer {
	case Yes:
		return nil
	case No:
		return NotConfirmed.New("not confirmed", "name", finding.Check.Name)
	}
	return undecided{NotAnswered.New("nobody has confirmed it", "name", finding.Check.Name)}
}

func (r *readying) judgeValue(finding Finding) error {
	if r.Version.String() == "" && strings.Contains(finding.Check.Expect, "{") {
		return undecided{VersionUnknown.New("the running version is not known")}
	}
	expected := finding.Check.Expected(r.Version, r.Digits)
	if finding.Value == expected {
		return nil
	}
	return NotExpected.New("another value than expected", "found", shortened(finding.Value), "expected", expected)
}

// shortened cuts a value of a database for people.
func shortened(value string) string {
	const most = 60
	if runes := []rune(value); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return value
}

// fileTolerance is how far the clock of a file server may be ahead.
const fileTolerance = time.Hour

func (r *readying) judgeFile(finding Finding) error {
	age, most := r.Now.Sub(finding.Modified), time.Duration(finding.Check.Hours)*time.Hour
	old := func(reason, hours string) error {
		return BackupOld.New("no backup that is new enough", "file", finding.Subject, "reason", reason, "hours", finding.Check.Hours, "age", hours)
	}
	switch {
	case finding.Modified.IsZero():
		return old("no backup", "")
	case finding.Empty:
		return old("empty backup", "")
	case age < -fileTolerance:
		return undecided{BackupFuture.New("the backup's time lies in the future", "file", finding.Subject, "time", finding.Modified)}
	case age > most:
		return old("old backup", strconv.Itoa(int(age/time.Hour)))
	}
	return nil
}
