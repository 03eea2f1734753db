package verify

import (
	"errors"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request/fingerprint"
)

// Situation is what Judge is told of the place where a license is to serve.
// What is left zero is not asked, and its check says so.
type Situation struct {
	Now      time.Time
	Customer string
	Product  string
	Version  Running
	Bits     int // of the machine: 32 or 64

	// Revocations is the newest revocation list that is known here; nil: not
	// asked.
	Revocations *Revocations

	// Databases holds what was measured, by name; nil: not asked.
	Databases map[string]Measurement

	// Newest is the newest time signed by the issuer that is known here,
	// such as the date of the trust file. The clock is not believed below it,
	// nor below the dates of the license and the revocation list.
	Newest  time.Time
	History History
}

// Running is the version that runs and where that is known from.
type Running struct {
	Asked  bool // whether the version is checked at all
	Text   string
	Source string // "server", "database", "file", "command", "flag"
}

// Measurement is the result of measuring one database, or why there is none.
type Measurement struct {
	Result fingerprint.Result
	Err    error
}

// History is what a site remembers of one license.
type History struct {
	LastGood  time.Time `json:"last_good"`           // last verdict in which every database was recognized
	LostSince time.Time `json:"lost_since,omitzero"` // first verdict after that in which one was not
}

// DatabaseVerdict is the result for one database.
type DatabaseVerdict struct {
	Name    string
	Result  fingerprint.Result
	RenewBy time.Time // when to have asked for a new license; zero: no need that can be seen
	Lasts   time.Time // until when it can be expected to be recognized; zero: not to be seen
}

// clockTolerance is how far a clock may be behind before a warning: a zone
// set wrong on both sides is at most 26 hours.
const clockTolerance = 48 * time.Hour

// Judge says whether a verified license serves in a situation.
//
// It refuses only on what is certain: another customer or product, a version
// that is not covered, a database that is another one. A database that was
// recognized before and is not any more, and a license that expired or was
// revoked, give as many days of starts with warnings as the license says. What could not be
// measured gives an undecided verdict, and a start while the last good
// verdict is not older than the license says. The clock alone never refuses:
// a clock that is behind what the issuer has signed is read as that time.
//
// A license that an end in the trust file rules out (see OpenInstalled) is
// most often an honest one whose new proof is still on its way. If it was
// good here before, it gives days of starts with warnings too.
//
// A license without a proof gives as many days from its issue as it says,
// with warnings, and is refused after them.
func Judge(license *License, situation Situation) Verdict {
	judging := judging{license: license, situation: situation, now: situation.Now}
	judging.verdict = Verdict{License: license, Checks: append([]Check{}, license.Checks...), History: situation.History}
	judging.clock()
	judging.revocation()
	judging.ends()
	judging.unproved()
	judging.customer()
	judging.product()
	judging.version()
	judging.period()
	judging.add(ClockCheck, judging.behind)
	judging.databases()
	judging.decide()
	return judging.verdict
}

// Refused is the verdict on a file that Open did not accept.
func Refused(err error) Verdict {
	verdict := Verdict{Outcome: NotValid, Checks: []Check{{Name: FormCheck, Outcome: Fail, Err: err}}}
	var open *OpenError
	if errors.As(err, &open) {
		verdict.Checks = open.Checks
	}
	return verdict
}

type judging struct {
	license   *License
	situation Situation
	now       time.Time // not before anything the issuer signed
	behind    error
	verdict   Verdict
}

// warning marks an error that does not refuse.
type warning struct{ error }

func (w warning) Unwrap() error { return w.error }

// undecided marks an error that leaves the verdict open.
type undecided struct{ error }

func (u undecided) Unwrap() error { return u.error }

// add appends a check whose outcome is in the kind of its error.
func (j *judging) add(name string, err error) { j.addFor(name, "", err) }

func (j *judging) addFor(name, subject string, err error) {
	j.verdict.Checks = append(j.verdict.Checks, checkOf(name, subject, err))
}

// checkOf is a check whose outcome is in the kind of its error.
func checkOf(name, subject string, err error) Check {
	check := Check{Name: name, Subject: subject, Outcome: Pass}
	switch err := err.(type) {
	case nil:
	case warning:
		check.Outcome, check.Err = Warn, err.error
	case undecided:
		check.Outcome, check.Err = Undecided, err.error
	default:
		check.Outcome, check.Err = Fail, err
	}
	return check
}

func (j *judging) skip(name string) {
	j.verdict.Checks = append(j.verdict.Checks, Check{Name: name, Outcome: NotAsked})
}

// clock takes the newest signed time as a floor for the time of day.
func (j *judging) clock() {
	floor := j.license.Issued
	if j.situation.Newest.After(floor) {
		floor = j.situation.Newest
	}
	if list := j.situation.Revocations; list != nil && list.Issued.After(floor) {
		floor = list.Issued
	}
	if j.now.Before(floor.Add(-clockTolerance)) {
		j.behind = warning{ClockBehind.New("the clock is behind what the issuer has signed", "clock", j.now, "signed", floor)}
	}
	if j.now.Before(floor) {
		j.now = floor
	}
}

// ends turns the failed log check of a license that was good here before
// into a warning, for the days of grace from the first time that it failed.
func (j *judging) ends() {
	ended := j.license.Ended()
	if ended == nil || j.situation.History.LastGood.IsZero() {
		return
	}
	if j.verdict.History.LostSince.IsZero() {
		j.verdict.History.LostSince = j.now
	}
	left := j.graceOf(max(j.license.Terms.UnrecognizedDays, j.license.Terms.UndecidedDays))
	if left <= 0 {
		return
	}
	j.log(Warn, EndedLately.Wrap(ended, "ruled out by an end in the trust file", "days", wholeDays(left)))
}

// unproved gives a license without a proof the days that stand in it. They
// count from its issue, for nobody knows when it came; the clock is not
// believed to be before that.
func (j *judging) unproved() {
	if !j.license.Unproved() {
		return
	}
	ends := j.license.Issued.Add(days(j.license.Terms.UnprovedDays))
	if left := ends.Sub(j.now); left > 0 {
		j.log(Warn, ProofToCome.New("the proof is still to come", "days", wholeDays(left), "ends", ends))
		return
	}
	j.log(Fail, ProofOverdue.New("no proof has come in time", "serial", j.license.Serial, "ends", ends, "clock", j.now))
}

// log gives the log check another outcome than Open did.
func (j *judging) log(outcome Outcome, err error) {
	for i, check := range j.verdict.Checks {
		if check.Name == LogCheck {
			j.verdict.Checks[i].Outcome, j.verdict.Checks[i].Err = outcome, err
		}
	}
}

func (j *judging) customer() {
	switch wanted := j.situation.Customer; {
	case wanted == "":
		j.skip(CustomerCheck)
	case wanted != j.license.Customer:
		j.add(CustomerCheck, OtherCustomer.New("the license is another customer's", "customer", j.license.Customer, "wanted", wanted))
	default:
		j.add(CustomerCheck, nil)
	}
}

func (j *judging) product() {
	switch wanted := j.situation.Product; {
	case wanted == "":
		j.skip(ProductCheck)
	case wanted != j.license.Product.Name:
		j.add(ProductCheck, OtherProduct.New("the license is for another product", "product", j.license.Product.Name, "wanted", wanted))
	default:
		j.add(ProductCheck, nil)
	}
}

func (j *judging) version() {
	if !j.situation.Version.Asked {
		j.skip(VersionCheck)
		return
	}
	j.add(VersionCheck, j.checkVersion())
}

func (j *judging) checkVersion() error {
	running := j.situation.Version
	if running.Text == "" {
		return undecided{VersionUnknown.New("the running version is not known")}
	}
	version, err := j.license.Product.Scheme.Parse(running.Text)
	if err != nil {
		return undecided{VersionUnknown.Wrap(err, "the running version cannot be read", "version", running.Text, "source", running.Source)}
	}
	coverage, err := j.license.Coverage()
	if err != nil {
		return err
	}
	if !coverage.Covers(version, j.license.Product.Maintenance) {
		return NotCovered.New("the license does not cover the version",
			"version", running.Text, "source", running.Source, "versions", j.license.Product.Versions)
	}
	if version.Needs64Bits() && j.situation.Bits == 32 {
		return Needs64Bits.New("the version needs a 64-bit machine", "version", running.Text)
	}
	return nil
}

const day = 24 * time.Hour

// period gives an expired license the days of grace.
func (j *judging) period() {
	expires := j.license.Terms.Expires
	if expires.IsZero() || !j.now.After(expires) {
		j.add(PeriodCheck, nil)
		return
	}
	left := expires.Add(days(j.license.Terms.UnrecognizedDays)).Sub(j.now)
	if left <= 0 {
		j.add(PeriodCheck, Expired.New("the license has expired", "expires", expires))
		return
	}
	j.add(PeriodCheck, warning{ExpiredLately.New("the license has expired lately", "expires", expires, "days", wholeDays(left))})
}

func days(count int) time.Duration { return time.Duration(count) * day }

// wholeDays rounds up: with an hour left there is one more day to act.
func wholeDays(left time.Duration) int { return int((left + day - 1) / day) }

func (j *judging) databases() {
	if j.situation.Databases == nil {
		j.skip(DatabaseCheck)
		return
	}
	lost := false
	for _, database := range j.license.Databases {
		measured, found := j.situation.Databases[database.Name]
		if !found {
			measured.Err = NotMeasured.New("there is no connection of this name", "database", database.Name, "reason", "connection")
		}
		lost = lost || measured.Err == nil && measured.Result.State == fingerprint.NotRecognized
		j.remember(database.Name, measured)
		j.addFor(DatabaseCheck, database.Name, j.checkDatabase(database.Name, measured))
	}
	if lost && j.verdict.History.LostSince.IsZero() {
		j.verdict.History.LostSince = j.now
	}
}

// A new license is proposed within the proposal before the day until which a
// database can be expected to be recognized; and no earlier than the license
// is old enough to show a trend.
const (
	proposal   = 365 * day
	trendAfter = 30 * day
)

// remember keeps the result, and when to have asked for a new license: half
// of the time that is left, if the database goes on changing as fast as it
// has since the license was issued. For a drifted one it is the day until
// which it can be expected to be recognized, but at most 30 days.
func (j *judging) remember(name string, measured Measurement) {
	verdict := DatabaseVerdict{Name: name, Result: measured.Result}
	if measured.Err == nil && measured.Result.State == fingerprint.Drifted {
		age := max(j.now.Sub(j.license.Issued), day)
		left := float64(age) * measured.Result.Margin / max(1-measured.Result.Score, 0.01)
		verdict.RenewBy = j.now.Add(time.Duration(min(max(left, float64(day)), float64(30*day))))
	}
	if age := j.now.Sub(j.license.Issued); measured.Err == nil && measured.Result.State == fingerprint.Recognized && age >= trendAfter {
		if left, falling := measured.Result.Lasts(age); falling {
			verdict.Lasts = j.now.Add(left)
			if left <= proposal {
				verdict.RenewBy = j.now.Add(left / 2)
			}
		}
	}
	j.verdict.Databases = append(j.verdict.Databases, verdict)
}

func (j *judging) checkDatabase(name string, measured Measurement) error {
	if measured.Err != nil {
		if fault.Of(measured.Err) != nil {
			return undecided{measured.Err}
		}
		return undecided{NotMeasured.Wrap(measured.Err, "the database could not be measured", "database", name, "reason", "measuring")}
	}
	switch measured.Result.State {
	case fingerprint.Recognized:
		return nil
	case fingerprint.Drifted:
		return warning{Drifted.New("the database has changed a lot", "database", name,
			"score", percent(measured.Result.Score), "renew", j.verdict.Databases[len(j.verdict.Databases)-1].RenewBy)}
	case fingerprint.Undecided:
		return undecided{NotMeasured.New("too little could be measured", "database", name, "reason", "too little")}
	}
	return j.notRecognized(name, measured)
}

func percent(score float64) int { return int(score*100 + 0.5) }

// notRecognized gives a binding that was good before the days of grace.
func (j *judging) notRecognized(name string, measured Measurement) error {
	if left := j.grace(); left > 0 {
		return warning{BindingLost.New("the database is not recognized any more", "database", name,
			"score", percent(measured.Result.Score), "days", wholeDays(left))}
	}
	return NotRecognized.New("the database is not the licensed one", "database", name, "score", percent(measured.Result.Score))
}

// grace is how long a server still starts after the loss of a binding that
// was good, from its first sign on; nothing when it never was. A loss that is
// remembered from the future (the clock was ahead then, or is behind now)
// gives the whole grace and stays as it is: to move it would make a clock
// that is set right refuse.
func (j *judging) grace() time.Duration { return j.graceOf(j.license.Terms.UnrecognizedDays) }

func (j *judging) graceOf(count int) time.Duration {
	history := j.situation.History
	if history.LastGood.IsZero() {
		return 0
	}
	since := history.LostSince
	if since.IsZero() {
		since = j.now
	}
	whole := days(count)
	return min(whole, since.Add(whole).Sub(j.now))
}

// decide draws the conclusion from the checks.
func (j *judging) decide() {
	j.verdict.Outcome = Valid
	for _, check := range j.verdict.Checks {
		if check.Outcome == Fail {
			j.verdict.Outcome = NotValid
			return
		}
		if check.Outcome == Undecided {
			j.verdict.Outcome = UndecidedVerdict
		}
	}
	if j.verdict.Outcome == UndecidedVerdict {
		j.verdict.Start = j.bridged()
		return
	}
	j.verdict.Start = true
	if j.recognizedAll() && j.license.Ended() == nil {
		j.verdict.History = History{LastGood: j.now}
	}
}

// bridged reports whether an undecided verdict starts a server: on the last
// good one, or because even a certain "not recognized" would still start it.
func (j *judging) bridged() bool {
	history := j.situation.History
	if history.LastGood.IsZero() {
		return false
	}
	return j.now.Sub(history.LastGood) <= days(j.license.Terms.UndecidedDays) || !history.LostSince.IsZero() && j.grace() > 0
}

// recognizedAll reports whether databases were measured and all recognized,
// drifted ones included.
func (j *judging) recognizedAll() bool {
	for _, database := range j.verdict.Databases {
		if state := database.Result.State; state != fingerprint.Recognized && state != fingerprint.Drifted {
			return false
		}
	}
	return len(j.verdict.Databases) > 0
}
