package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/verify"
)

// VerdictObject is a verdict as JSON. Its words are never translated, but
// for the messages.
type VerdictObject struct {
	File      string           `json:"file,omitempty"`
	Outcome   string           `json:"outcome"`
	Start     bool             `json:"start"`
	License   *LicenseObject   `json:"license,omitempty"`
	Checks    []CheckObject    `json:"checks"`
	Databases []DatabaseObject `json:"databases,omitempty"`
	Repair    *RepairObject    `json:"repair,omitempty"`
}

// LicenseObject is what a license says, as JSON.
type LicenseObject struct {
	Serial      string    `json:"serial"`
	Digest      string    `json:"digest"`
	Issued      time.Time `json:"issued"`
	Customer    string    `json:"customer"`
	Site        string    `json:"site"`
	Product     string    `json:"product"`
	Versions    string    `json:"versions"`
	Modules     string    `json:"modules,omitempty"`
	Maintenance string    `json:"maintenance,omitempty"`
	Expires     string    `json:"expires,omitempty"`
	Log         string    `json:"log,omitempty"`
	Index       *int64    `json:"index,omitempty"`
}

// CheckObject is one check, as JSON.
type CheckObject struct {
	Name    string `json:"name"`
	Outcome string `json:"outcome"`
	Subject string `json:"subject,omitempty"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

// DatabaseObject is the result for one database, as JSON. Score, margin and
// what is kept are percentages.
type DatabaseObject struct {
	Name       string            `json:"name"`
	State      string            `json:"state"`
	Score      int               `json:"score"`
	Margin     int               `json:"margin"`
	Kept       int               `json:"kept"`
	Pattern    string            `json:"pattern,omitempty"`
	Lasts      string            `json:"lasts,omitempty"`
	RenewBy    string            `json:"renew_by,omitempty"`
	Components []ComponentObject `json:"components"`
}

// ComponentObject is one metric's part, as JSON.
type ComponentObject struct {
	Metric   string `json:"metric"`
	Weight   int    `json:"weight"`
	Measured bool   `json:"measured"`
	Found    int    `json:"found"`
	Licensed int    `json:"licensed"`
	Points   int    `json:"points"`
}

func isoTime(instant time.Time) string {
	if instant.IsZero() {
		return ""
	}
	return instant.UTC().Format(time.RFC3339)
}

// Object returns a verdict as JSON shows it.
func (s *Session) Object(verdict verify.Verdict, file string) VerdictObject {
	object := VerdictObject{File: file, Outcome: string(verdict.Outcome), Start: verdict.Start, License: licenseObject(verdict.License)}
	for _, check := range verdict.Checks {
		line := CheckObject{Name: check.Name, Outcome: string(check.Outcome), Subject: check.Subject}
		if check.Err != nil {
			var code fault.Code
			code, line.Message, line.Hint = s.catalogue.Error(check.Err)
			line.Code = string(code)
		}
		object.Checks = append(object.Checks, line)
	}
	for _, database := range verdict.Databases {
		object.Databases = append(object.Databases, databaseObject(database))
	}
	return object
}

func licenseObject(license *verify.License) *LicenseObject {
	if license == nil {
		return nil
	}
	object := &LicenseObject{
		Serial: license.Serial, Digest: license.Digest().String(), Issued: license.Issued, Customer: license.Customer, Site: license.Site,
		Product: license.Product.Name, Versions: license.Product.Versions, Modules: license.Product.Modules,
		Maintenance: isoTime(license.Product.Maintenance), Expires: isoTime(license.Terms.Expires),
	}
	if license.Logged != nil {
		object.Log, object.Index = license.Logged.Origin, &license.Logged.Index
	}
	return object
}

func databaseObject(database verify.DatabaseVerdict) DatabaseObject {
	object := DatabaseObject{
		Name: database.Name, State: string(database.Result.State), Score: percent(database.Result.Score),
		Margin: percent(database.Result.Margin), Kept: percent(database.Result.Kept()), Pattern: string(database.Result.Pattern),
		Lasts: isoTime(database.Lasts), RenewBy: isoTime(database.RenewBy), Components: []ComponentObject{},
	}
	for _, component := range database.Result.Components {
		points, _ := database.Result.Points(component)
		object.Components = append(object.Components, ComponentObject{
			Metric: component.Metric, Weight: component.Weight, Measured: component.Measured,
			Found: component.Found, Licensed: component.Licensed, Points: percent(points / 100),
		})
	}
	return object
}

// percent rounds half away from zero.
func percent(share float64) int {
	if share < 0 {
		return -percent(-share)
	}
	return int(share*100 + 0.5)
}

var outcomeColors = map[verify.Outcome]string{verify.Pass: green, verify.Warn: yellow, verify.Undecided: yellow, verify.Fail: red}

// PrintVerdict prints the checks of a verdict, one a line, and under a
// database its metrics.
func (s *Session) PrintVerdict(verdict verify.Verdict) {
	if license := verdict.License; license != nil {
		s.Line("verdict-license", "serial", license.Serial, "customer", license.Customer, "product", license.Product.Name,
			"versions", license.Product.Versions, "issued", license.Issued)
		if license.Product.Modules != "" {
			s.Line("verdict-modules", "modules", license.Product.Modules)
		}
	}
	for _, check := range verdict.Checks {
		s.printCheck(check)
		for _, database := range verdict.Databases {
			if check.Name == verify.DatabaseCheck && check.Subject == database.Name {
				s.PrintResult(database.Result)
				s.printOutlook(verdict, database)
			}
		}
	}
}

func (s *Session) printCheck(check verify.Check) {
	name := s.Say("check-" + check.Name)
	if check.Subject != "" {
		name += " " + s.Show(check.Subject)
	}
	s.PrintRow(name, check.Outcome, check.Err)
}

// PrintRow prints one check or finding and, when there is something to say,
// the words of its error below.
func (s *Session) PrintRow(name string, outcome verify.Outcome, err error) {
	padding := strings.Repeat(" ", max(1, 24-len([]rune(name))))
	fmt.Fprintf(s.Out, "  %s%s%s\n", name, padding, s.paint(outcomeColors[outcome], s.Say("outcome-"+string(outcome))))
	if err != nil {
		code, words, hint := s.catalogue.Error(err)
		fmt.Fprintf(s.Out, "      %s: %s\n", code, words)
		fmt.Fprintf(s.Out, "      %s: %s\n", s.Say("hint"), hint)
	}
}

// PrintResult prints what was recognized of a database, metric by metric.
func (s *Session) PrintResult(result fingerprint.Result) {
	if result.State == "" {
		return
	}
	if result.State != fingerprint.Undecided {
		s.Line("result-state", "state", s.Say("state-"+string(result.State)), "score", percent(result.Score),
			"needed", percent(result.Thresholds.Drifted), "margin", percent(result.Margin))
	}
	for _, component := range result.Components {
		if !component.Measured {
			s.Line("result-metric-none", "metric", component.Metric)
			continue
		}
		reached, whole := result.Points(component)
		s.Line("result-metric", "metric", component.Metric, "found", component.Found, "licensed", component.Licensed,
			"points", percent(reached/100), "whole", percent(whole/100))
	}
	if result.Pattern != "" && result.Score < 1 {
		s.Line(patternWords[result.Pattern])
	}
}

var patternWords = map[fingerprint.Pattern]string{
	fingerprint.OlderCopy: "result-older-copy", fingerprint.Archived: "result-archived",
	fingerprint.BegunAnew: "result-begun-anew", fingerprint.Foreign: "result-foreign",
}

// printOutlook says how the database has changed since the license was
// issued, how long that can be expected to go well, and what to do by when.
func (s *Session) printOutlook(verdict verify.Verdict, database verify.DatabaseVerdict) {
	if kept := percent(database.Result.Kept()); database.Result.State != fingerprint.Undecided && kept < 100 {
		s.Line("result-kept", "kept", kept, "issued", verdict.License.Issued)
	}
	if !database.Lasts.IsZero() {
		s.Line("result-lasts", "date", database.Lasts)
	}
	if !database.RenewBy.IsZero() && database.Result.State == fingerprint.Recognized {
		s.Line("result-renew", "date", database.RenewBy, "versions", verdict.License.Product.Versions)
	}
}
