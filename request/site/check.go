package site

import (
	"context"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/verify"
)

// Place is where and when a check happens.
type Place struct {
	Now     time.Time
	Version verify.Running
	Bits    int
	Measure Measure
	// Whole measures everything, for people who want to see the margin;
	// otherwise measuring ends once the rest cannot change the answer.
	Whole bool
}

// Checked is the answer of Check.
type Checked struct {
	Best     verify.Verdict
	Path     string // of the license that serves best
	Others   []verify.Verdict
	Rejected []Installed // files that are no valid license
}

// Check judges every license of the folder and returns the one that serves
// best: any valid license counts, whatever its file name. It measures only
// for licenses that nothing else rules out, the license issued last first,
// and stops at the first that is valid without a warning. What it learns is
// remembered.
func (s *Site) Check(ctx context.Context, place Place) (*Checked, error) {
	list, err := s.Licenses()
	if err != nil {
		return nil, err
	}
	checked := &Checked{}
	for _, installed := range list {
		if installed.License == nil {
			checked.Rejected = append(checked.Rejected, installed)
		}
	}
	var verdicts []verify.Verdict
	var paths []string
	for _, installed := range list {
		if installed.License == nil {
			continue
		}
		verdict := s.judge(ctx, installed.License, place)
		s.remember(verdict)
		verdicts, paths = append(verdicts, verdict), append(paths, installed.Path)
		if verdict.Outcome == verify.Valid && !verdict.Warnings() {
			break
		}
	}
	best := verify.Best(verdicts)
	if best < 0 {
		return s.nothingServes(checked)
	}
	checked.Best, checked.Path = verdicts[best], paths[best]
	checked.Others = append(verdicts[:best:best], verdicts[best+1:]...)
	return checked, nil
}

func (s *Site) nothingServes(checked *Checked) (*Checked, error) {
	if len(checked.Rejected) == 0 {
		return nil, NoLicense.New("no license is installed", "folder", s.LicenseFolder())
	}
	checked.Best, checked.Path = verify.Refused(checked.Rejected[0].Err), checked.Rejected[0].Path
	return checked, nil
}

// judge asks first without the database: a license for another customer or
// version needs no measuring.
func (s *Site) judge(ctx context.Context, license *verify.License, place Place) verify.Verdict {
	situation := verify.Situation{
		Now: place.Now, Customer: s.customer(), Product: s.Config.Product, Version: place.Version, Bits: place.Bits,
		Newest: s.Trust.Issued, History: s.history(license), Revocations: s.Revocations,
	}
	if verdict := verify.Judge(license, situation); verdict.Outcome == verify.NotValid {
		return verdict
	}
	situation.Databases = map[string]verify.Measurement{}
	for _, connection := range s.Config.Databases {
		if measurement, licensed := s.measure(ctx, connection, license, place); licensed {
			situation.Databases[connection.Name] = measurement
		}
	}
	return verify.Judge(license, situation)
}

// customer returns the number that the site is enrolled under, if any.
func (s *Site) customer() string {
	if enrollment, err := s.Enrollment(); err == nil {
		return enrollment.Customer
	}
	return ""
}

func (s *Site) measure(ctx context.Context, connection Connection, license *verify.License, place Place) (verify.Measurement, bool) {
	for _, database := range license.Databases {
		if database.Name != connection.Name {
			continue
		}
		profile := s.profiles[database.Profile]
		if profile == nil {
			return verify.Measurement{Err: OldProfile.New("the profile of the license is not installed", "profile", database.Profile)}, true
		}
		begin := queries.Recognize
		if place.Whole {
			begin = queries.Remeasure
		}
		dialogue, err := begin(connection.Reads(profile), queries.Engine(connection.Engine), database.Salt, database.Items)
		if err == nil {
			err = place.Measure(ctx, connection, dialogue)
		}
		if err != nil {
			return verify.Measurement{Err: err}, true
		}
		return verify.Measurement{Result: dialogue.Explained(), Err: firstProblem(dialogue, connection.Name)}, true
	}
	return verify.Measurement{}, false
}

// firstProblem explains an undecided result by what could not be measured.
func firstProblem(dialogue *queries.Dialogue, name string) error {
	if dialogue.Result().State != fingerprint.Undecided {
		return nil
	}
	for _, problem := range dialogue.Problems() {
		return fault.With(problem.Err, "database", name)
	}
	return nil
}
