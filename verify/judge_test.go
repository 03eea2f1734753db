package verify_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
)

// today is a month after the license was issued.
var today = issued.AddDate(0, 1, 0)

// granted is a license as Open returns it.
func granted(changes ...func(*license.License)) *verify.License {
	content := sample()
	for _, change := range changes {
		change(&content)
	}
	opened := &verify.License{License: content}
	for _, name := range []string{verify.FormCheck, verify.SignatureCheck, verify.TrustCheck, verify.LogCheck} {
		opened.Checks = append(opened.Checks, verify.Check{Name: name, Outcome: verify.Pass})
	}
	return opened
}

var (
	recognized    = verify.Measurement{Result: fingerprint.Result{State: fingerprint.Recognized, Score: 1, Margin: 0.55}}
	drifted       = verify.Measurement{Result: fingerprint.Result{State: fingerprint.Drifted, Score: 0.48, Margin: 0.03}}
	notRecognized = verify.Measurement{Result: fingerprint.Result{State: fingerprint.NotRecognized, Score: 0.1, Margin: -0.35}}
	tooLittle     = verify.Measurement{Result: fingerprint.Result{State: fingerprint.Undecided, Score: 1, Margin: 0.55}}
	notReached    = verify.Measurement{Err: database.Unreachable.New("the database refused")}
)

// everything is a situation in which everything is asked and good.
func everything(changes ...func(*verify.Situation)) verify.Situation {
	situation := verify.Situation{
		Now: today, Customer: "00123", Product: "sispetro", Bits: 64, Newest: issued.AddDate(0, 0, 7),
		Version:   verify.Running{Asked: true, Text: "8.9.1", Source: "server"},
		Databases: map[string]verify.Measurement{"producao": recognized},
	}
	for _, change := range changes {
		change(&situation)
	}
	return situation
}

// finding is a check that does not pass, and its code.
type finding struct {
	outcome verify.Outcome
	code    fault.Code
}

// order is that of the checks.
var order = []string{"form", "signature", "trust", "log", "revocation", "customer", "product", "version", "period", "clock", "database"}

// judged compares a verdict with the findings wanted: every other check must
// pass.
func judged(t *testing.T, name string, verdict verify.Verdict, outcome verify.VerdictOutcome, start bool, findings map[string]finding) {
	t.Helper()
	if verdict.Outcome != outcome || verdict.Start != start {
		t.Errorf("%s: %s, start %v; want %s, %v: %v", name, verdict.Outcome, verdict.Start, outcome, start, verdict.Reason())
	}
	var found []string
	for _, check := range verdict.Checks {
		found = append(found, check.Name)
		want, wanted := findings[check.Name]
		if !wanted {
			want = finding{verify.Pass, ""}
		}
		if check.Name == verify.RevocationCheck && !wanted { // asked in revocations_test.go
			want = finding{verify.NotAsked, ""}
		}
		if check.Outcome != want.outcome || want.code == "" && check.Err != nil || want.code != "" && !errors.Is(check.Err, want.code) {
			t.Errorf("%s: check %s is %s, %v; want %s %s", name, check.Name, check.Outcome, check.Err, want.outcome, want.code)
		}
	}
	if !slices.Equal(found, order) {
		t.Errorf("%s: checks %q", name, found)
	}
}

func value(err error, name string) any {
	if found := fault.Of(err); found != nil {
		for _, value := range found.Values {
			if value.Name == name {
				return value.Is
			}
		}
	}
	return nil
}

func ago(days int) time.Time { return today.AddDate(0, 0, -days) }

// One thing is not as it should be, or not asked.
func TestJudgeOneThingAtATime(t *testing.T) {
	type situation = verify.Situation
	measured := func(measurement verify.Measurement) func(*situation) {
		return func(s *situation) { s.Databases = map[string]verify.Measurement{"producao": measurement} }
	}
	one := func(check string, outcome verify.Outcome, code fault.Code) map[string]finding {
		return map[string]finding{check: {outcome, code}}
	}
	for name, test := range map[string]struct {
		change   func(*situation)
		outcome  verify.VerdictOutcome
		start    bool
		findings map[string]finding
	}{
		"everything good":      {func(*situation) {}, verify.Valid, true, nil},
		"customer not asked":   {func(s *situation) { s.Customer = "" }, verify.Valid, true, one("customer", verify.NotAsked, "")},
		"another customer":     {func(s *situation) { s.Customer = "00124" }, verify.NotValid, false, one("customer", verify.Fail, verify.OtherCustomer)},
		"leading zeros count":  {func(s *situation) { s.Customer = "123" }, verify.NotValid, false, one("customer", verify.Fail, verify.OtherCustomer)},
		"product not asked":    {func(s *situation) { s.Product = "" }, verify.Valid, true, one("product", verify.NotAsked, "")},
		"another product":      {func(s *situation) { s.Product = "crm" }, verify.NotValid, false, one("product", verify.Fail, verify.OtherProduct)},
		"version not asked":    {func(s *situation) { s.Version.Asked = false }, verify.Valid, true, one("version", verify.NotAsked, "")},
		"another version":      {func(s *situation) { s.Version.Text = "8.10" }, verify.NotValid, false, one("version", verify.Fail, verify.NotCovered)},
		"no version":           {func(s *situation) { s.Version.Text = "" }, verify.UndecidedVerdict, false, one("version", verify.Undecided, verify.VersionUnknown)},
		"unreadable version":   {func(s *situation) { s.Version.Text = "8.9-beta" }, verify.UndecidedVerdict, false, one("version", verify.Undecided, verify.VersionUnknown)},
		"no version, good":     {func(s *situation) { s.Version.Text, s.History.LastGood = "", ago(7) }, verify.UndecidedVerdict, true, one("version", verify.Undecided, verify.VersionUnknown)},
		"databases not asked":  {func(s *situation) { s.Databases = nil }, verify.Valid, true, one("database", verify.NotAsked, "")},
		"no connection":        {func(s *situation) { s.Databases = map[string]verify.Measurement{} }, verify.UndecidedVerdict, false, one("database", verify.Undecided, verify.NotMeasured)},
		"another connection":   {func(s *situation) { s.Databases = map[string]verify.Measurement{"arquivo": recognized} }, verify.UndecidedVerdict, false, one("database", verify.Undecided, verify.NotMeasured)},
		"not reached":          {measured(notReached), verify.UndecidedVerdict, false, one("database", verify.Undecided, database.Unreachable)},
		"error without a code": {measured(verify.Measurement{Err: errors.New("driver")}), verify.UndecidedVerdict, false, one("database", verify.Undecided, verify.NotMeasured)},
		"error beside a state": {measured(verify.Measurement{Result: notRecognized.Result, Err: errors.New("driver")}), verify.UndecidedVerdict, false, one("database", verify.Undecided, verify.NotMeasured)},
		"too little":           {measured(tooLittle), verify.UndecidedVerdict, false, one("database", verify.Undecided, verify.NotMeasured)},
		"drifted":              {measured(drifted), verify.Valid, true, one("database", verify.Warn, verify.Drifted)},
		"not recognized":       {measured(notRecognized), verify.NotValid, false, one("database", verify.Fail, verify.NotRecognized)},

		"clock behind by 48 hours":  {func(s *situation) { s.Now = s.Newest.Add(-48 * time.Hour) }, verify.Valid, true, nil},
		"clock behind by 3 days":    {func(s *situation) { s.Now = s.Newest.AddDate(0, 0, -3) }, verify.Valid, true, one("clock", verify.Warn, verify.ClockBehind)},
		"behind the license alone":  {func(s *situation) { s.Now, s.Newest = issued.AddDate(0, 0, -3), time.Time{} }, verify.Valid, true, one("clock", verify.Warn, verify.ClockBehind)},
		"a clock without a battery": {func(s *situation) { s.Now = time.Unix(0, 0) }, verify.Valid, true, one("clock", verify.Warn, verify.ClockBehind)},
		"no clock at all":           {func(s *situation) { s.Now = time.Time{} }, verify.Valid, true, one("clock", verify.Warn, verify.ClockBehind)},
		"clock a century ahead":     {func(s *situation) { s.Now = s.Now.AddDate(100, 0, 0) }, verify.Valid, true, nil},
		"no newest time":            {func(s *situation) { s.Newest = time.Time{} }, verify.Valid, true, nil},

		"undecided, good yesterday":    {func(s *situation) { measured(notReached)(s); s.History.LastGood = ago(1) }, verify.UndecidedVerdict, true, one("database", verify.Undecided, database.Unreachable)},
		"undecided, good 7 days ago":   {func(s *situation) { measured(notReached)(s); s.History.LastGood = ago(7) }, verify.UndecidedVerdict, true, one("database", verify.Undecided, database.Unreachable)},
		"undecided, good a bit before": {func(s *situation) { measured(notReached)(s); s.History.LastGood = ago(7).Add(-time.Second) }, verify.UndecidedVerdict, false, one("database", verify.Undecided, database.Unreachable)},
		"undecided, good 8 days ago":   {func(s *situation) { measured(notReached)(s); s.History.LastGood = ago(8) }, verify.UndecidedVerdict, false, one("database", verify.Undecided, database.Unreachable)},
		"undecided, lost once, good then": {func(s *situation) {
			measured(notReached)(s)
			s.History = verify.History{LastGood: ago(3), LostSince: ago(2)}
		}, verify.UndecidedVerdict, true, one("database", verify.Undecided, database.Unreachable)},

		"lost, good before": {func(s *situation) { measured(notRecognized)(s); s.History.LastGood = ago(400) }, verify.Valid, true, one("database", verify.Warn, verify.BindingLost)},
		"lost since 14 days": {func(s *situation) {
			measured(notRecognized)(s)
			s.History = verify.History{LastGood: ago(20), LostSince: ago(14)}
		}, verify.Valid, true, one("database", verify.Warn, verify.BindingLost)},
		"lost since 15 days": {func(s *situation) {
			measured(notRecognized)(s)
			s.History = verify.History{LastGood: ago(20), LostSince: ago(15)}
		}, verify.NotValid, false, one("database", verify.Fail, verify.NotRecognized)},
		"lost since 15, good in 14": {func(s *situation) {
			measured(notRecognized)(s)
			s.History = verify.History{LastGood: ago(14), LostSince: ago(15)}
		}, verify.NotValid, false, one("database", verify.Fail, verify.NotRecognized)},
		"lost since ever, never good": {func(s *situation) { measured(notRecognized)(s); s.History = verify.History{LostSince: ago(1)} }, verify.NotValid, false, one("database", verify.Fail, verify.NotRecognized)},
		"found again":                 {func(s *situation) { s.History = verify.History{LastGood: ago(40), LostSince: ago(30)} }, verify.Valid, true, nil},
	} {
		judged(t, name, verify.Judge(granted(), everything(test.change)), test.outcome, test.start, test.findings)
	}
	nothing := verify.Judge(granted(), verify.Situation{Now: today})
	judged(t, "nothing asked", nothing, verify.Valid, true, map[string]finding{
		"customer": {verify.NotAsked, ""}, "product": {verify.NotAsked, ""}, "version": {verify.NotAsked, ""}, "database": {verify.NotAsked, ""},
	})
}

// One failure outweighs everything undecided, and that outweighs warnings.
func TestJudgeSeveralThingsAtOnce(t *testing.T) {
	verdict := verify.Judge(granted(), everything(func(s *verify.Situation) {
		s.Now, s.Version.Text, s.Databases["producao"] = issued.AddDate(-1, 0, 0), "", drifted
		s.History.LastGood = issued
	}))
	judged(t, "undecided and warnings", verdict, verify.UndecidedVerdict, true, map[string]finding{
		"version": {verify.Undecided, verify.VersionUnknown}, "clock": {verify.Warn, verify.ClockBehind}, "database": {verify.Warn, verify.Drifted},
	})
	if !verdict.Warnings() || !errors.Is(verdict.Reason(), verify.VersionUnknown) {
		t.Errorf("the reason is %v", verdict.Reason())
	}
	verdict = verify.Judge(granted(), everything(func(s *verify.Situation) {
		s.Version.Text, s.Product, s.Databases["producao"] = "", "crm", notRecognized
		s.History.LastGood = ago(1)
	}))
	judged(t, "a failure too", verdict, verify.NotValid, false, map[string]finding{
		"product": {verify.Fail, verify.OtherProduct}, "version": {verify.Undecided, verify.VersionUnknown}, "database": {verify.Warn, verify.BindingLost},
	})
	if !errors.Is(verdict.Reason(), verify.OtherProduct) {
		t.Errorf("the reason is %v", verdict.Reason())
	}
	clear := verify.Judge(granted(), everything())
	if clear.Warnings() || clear.Reason() != nil {
		t.Errorf("nothing is wrong, and the reason is %v", clear.Reason())
	}
}

func TestWhichVersionsALicenseCovers(t *testing.T) {
	numbers := func(digits int, versions string) func(*license.License) {
		return func(l *license.License) { l.Product.Digits, l.Product.Versions = digits, versions }
	}
	stamps := func(versions string) func(*license.License) {
		return func(l *license.License) {
			l.Product.Scheme, l.Product.Digits, l.Product.Versions = request.BuildStamp, 2, versions
			l.Product.Maintenance = time.Date(2026, 6, 30, 23, 59, 59, 0, time.UTC)
		}
	}
	const covered, needs64, unknown = fault.Code(""), verify.Needs64Bits, verify.VersionUnknown
	for _, test := range []struct {
		license func(*license.License)
		running string
		bits    int
		want    fault.Code
	}{
		{numbers(2, "8.9"), "8.9", 64, covered},
		{numbers(2, "8.9"), "8.9.0", 64, covered},
		{numbers(2, "8.9"), "8.9.17.3", 64, covered},
		{numbers(2, "8.9"), "8.10", 64, verify.NotCovered},
		{numbers(2, "8.10"), "8.9", 64, verify.NotCovered},
		{numbers(2, "8.10"), "8.1", 64, verify.NotCovered},
		{numbers(2, "8.10"), "8.10.2", 64, covered},
		{numbers(2, "8.9"), "8.90", 64, verify.NotCovered},
		{numbers(2, "8.9"), "8", 64, verify.NotCovered},
		{numbers(2, "8.0"), "8", 64, covered},
		{numbers(2, "8.9"), "18.9", 64, verify.NotCovered},
		{numbers(2, "8.9"), "9.9", 64, verify.NotCovered},
		{numbers(1, "8"), "8.10.2", 64, covered},
		{numbers(3, "8.9.1"), "8.9", 64, verify.NotCovered},
		{numbers(3, "8.9.0"), "8.9", 64, covered},
		{numbers(2, "8.7..8.10"), "8.9.9", 64, covered},
		{numbers(2, "8.7..8.10"), "8.10.4", 64, covered},
		{numbers(2, "8.7..8.10"), "8.11", 64, verify.NotCovered},
		{numbers(2, "8.7..8.10"), "8.6.9", 64, verify.NotCovered},
		{numbers(2, "8.7 9.0..9.2"), "9.1", 64, covered},
		{numbers(2, "8.7 9.0..9.2"), "8.8", 64, verify.NotCovered},
		{numbers(2, "8.9"), "8.9", 32, covered},
		{numbers(2, "8.9"), "", 64, unknown},
		{numbers(2, "8.9"), "8.09", 64, unknown},
		{numbers(2, "8.9"), "v8.9", 64, unknown},
		{numbers(2, "8.9"), "8.9 ", 64, unknown},
		{numbers(2, "8.9"), "8,9", 64, unknown},
		{numbers(2, "8.9"), "8.9.1.2.3", 64, unknown},
		{numbers(2, "7.8"), "7.8.5.13100517_x64", 64, unknown},

		{stamps("maintenance"), "7.8.5.26063023", 64, covered},
		{stamps("maintenance"), "7.8.5.26070100", 64, verify.NotCovered},
		{stamps("maintenance"), "99.0.0.13100517", 64, covered},
		{stamps("maintenance"), "1.0.0.99123123", 64, verify.NotCovered},
		{stamps("maintenance"), "7.8.5.26063023_x64", 64, covered},
		{stamps("maintenance"), "7.8.5.26063023_x64", 0, covered},
		{stamps("maintenance"), "7.8.5.26063023_x64", 32, needs64},
		{stamps("maintenance"), "7.8.5.26063023_x86", 32, covered},
		{stamps("maintenance"), "7.8.5.26063023", 32, covered},
		{stamps("maintenance"), "7.8.5.26070100_x64", 32, verify.NotCovered},
		{stamps("maintenance"), "7.8.5.26023023", 64, unknown},
		{stamps("maintenance"), "7.8.5.26063024", 64, unknown},
		{stamps("maintenance"), "7.8.5.26063023_arm", 64, unknown},
		{stamps("maintenance"), "7.8.5", 64, unknown},
		{stamps("7.8"), "7.8.5.99123123", 64, covered},
		{stamps("7.8"), "7.9.0.13100517", 64, verify.NotCovered},
		{stamps("7.8"), "7.8.5.13100517_x64", 32, needs64},
	} {
		opened := granted(test.license)
		verdict := verify.Judge(opened, everything(func(s *verify.Situation) { s.Version.Text, s.Bits = test.running, test.bits }))
		name := fmt.Sprintf("%s for %s on %d bits", opened.Product.Versions, test.running, test.bits)
		switch test.want {
		case covered:
			judged(t, name, verdict, verify.Valid, true, nil)
		case unknown:
			judged(t, name, verdict, verify.UndecidedVerdict, false, map[string]finding{"version": {verify.Undecided, unknown}})
		default:
			judged(t, name, verdict, verify.NotValid, false, map[string]finding{"version": {verify.Fail, test.want}})
		}
	}
}

// An expired license gives as many days of starts with warnings as it says.
func TestExpiredLicenseHasDaysOfGrace(t *testing.T) {
	expires := issued.AddDate(1, 0, 0)
	opened := granted(func(l *license.License) { l.Terms.Expires = expires })
	const daily = 24 * time.Hour
	for _, test := range []struct {
		after time.Duration
		days  int // of grace; 0: not expired; -1: over
	}{
		{-daily, 0}, {-time.Second, 0}, {0, 0}, {time.Second, 15}, {daily - time.Second, 15}, {daily, 14}, {14*daily - time.Second, 2}, {14 * daily, 1},
		{15*daily - time.Second, 1}, {15 * daily, -1}, {15*daily + time.Second, -1}, {100 * 366 * daily, -1},
	} {
		verdict := verify.Judge(opened, everything(func(s *verify.Situation) { s.Now = expires.Add(test.after) }))
		name := fmt.Sprint(test.after, " after the end")
		switch test.days {
		case 0:
			judged(t, name, verdict, verify.Valid, true, nil)
		case -1:
			judged(t, name, verdict, verify.NotValid, false, map[string]finding{"period": {verify.Fail, verify.Expired}})
		default:
			judged(t, name, verdict, verify.Valid, true, map[string]finding{"period": {verify.Warn, verify.ExpiredLately}})
			if days := value(verdict.Reason(), "days"); days != test.days {
				t.Errorf("%s: %v days of grace, want %d", name, days, test.days)
			}
		}
	}
}

// To turn the clock back does not help below what the issuer has signed: a
// new trust file was seen after the end.
func TestClockIsNotBelievedBelowTheNewestTime(t *testing.T) {
	expires := issued.AddDate(0, 2, 0)
	opened := granted(func(l *license.License) { l.Terms.Expires = expires })
	verdict := verify.Judge(opened, everything(func(s *verify.Situation) { s.Newest = expires.AddDate(0, 0, 15) }))
	judged(t, "turned back", verdict, verify.NotValid, false, map[string]finding{
		"period": {verify.Fail, verify.Expired}, "clock": {verify.Warn, verify.ClockBehind},
	})
	verdict = verify.Judge(granted(), everything(func(s *verify.Situation) { s.Now = issued.AddDate(-1, 0, 0) }))
	if want := everything().Newest; !verdict.History.LastGood.Equal(want) {
		t.Errorf("last good at %s, want the newest signed time %s", verdict.History.LastGood, want)
	}
}

// RenewBy expects a database to go on changing as fast as it has, between
// tomorrow and 30 days ahead.
func TestRenewByOfDriftedDatabases(t *testing.T) {
	const daily = 24 * time.Hour
	for name, test := range map[string]struct {
		now           time.Time
		score, margin float64
		want          time.Duration
	}{
		"100 days for 0.52, 0.03 left": {issued.Add(100 * daily), 0.48, 0.03, 498_461 * time.Second},
		"the day that it was issued":   {issued, 0.48, 0.03, daily},
		"at the threshold":             {issued.Add(300 * daily), 0.45, 0, daily},
		"slowly over 10 years":         {issued.AddDate(10, 0, 0), 0.48, 0.03, 30 * daily},
		"nothing lost, high threshold": {issued.Add(100 * daily), 0.89, 0.44, 30 * daily},
		"behind the license":           {issued.AddDate(-1, 0, 0), 0.48, 0.03, daily},
	} {
		measurement := verify.Measurement{Result: fingerprint.Result{State: fingerprint.Drifted, Score: test.score, Margin: test.margin}}
		verdict := verify.Judge(granted(), everything(func(s *verify.Situation) {
			s.Now, s.Newest, s.Databases["producao"] = test.now, time.Time{}, measurement
		}))
		from := test.now
		if from.Before(issued) {
			from = issued
		}
		got := verdict.Databases[0].RenewBy
		if ahead := got.Sub(from); (ahead-test.want).Abs() > time.Second || ahead < daily || ahead > 30*daily {
			t.Errorf("%s: %s ahead, want %s", name, ahead, test.want)
		}
		if shown := value(verdict.Checks[len(verdict.Checks)-1].Err, "renew"); shown != got {
			t.Errorf("%s: the warning says %v, the verdict %s", name, shown, got)
		}
	}
	if verdict := verify.Judge(granted(), everything()); !verdict.Databases[0].RenewBy.IsZero() {
		t.Errorf("a database that is recognized is to be renewed by %s", verdict.Databases[0].RenewBy)
	}
}

// A renewal is proposed a year before a recognized database can be expected
// not to be recognized any more, and not before a license is a month old.
func TestRenewalIsProposedInTime(t *testing.T) {
	const daily = 24 * time.Hour
	for name, test := range map[string]struct {
		share        float64
		age          int // days
		lasts, renew int // days ahead; 0: not said
	}{
		"nothing lost":                {1, 400, 0, 0},
		"a tenth in a year":           {0.9, 365, 2299, 0},
		"half in a year":              {0.5, 365, 167, 83},
		"a fifth in a month":          {0.8, 30, 79, 39},
		"a fifth in four weeks":       {0.8, 28, 0, 0},
		"hardly anything in ten days": {0.99, 10, 0, 0},
	} {
		result := fingerprint.Result{
			State: fingerprint.Recognized, Score: min(1, test.share/0.6), Weight: 1, Thresholds: fingerprint.Thresholds{Recognized: 0.5, Drifted: 0.45},
			Components: []fingerprint.Component{{Weight: 1, Licensed: 64, Measured: true, Share: test.share}},
		}
		at := issued.Add(time.Duration(test.age) * daily)
		verdict := verify.Judge(granted(), everything(func(s *verify.Situation) {
			s.Now, s.Newest, s.Databases["producao"] = at, time.Time{}, verify.Measurement{Result: result}
		}))
		found := verdict.Databases[0]
		for what, pair := range map[string]struct {
			got  time.Time
			want int
		}{"lasts": {found.Lasts, test.lasts}, "renew": {found.RenewBy, test.renew}} {
			if pair.want == 0 != pair.got.IsZero() || pair.want > 0 && int(pair.got.Sub(at)/daily) != pair.want {
				t.Errorf("%s: %s %s, %.1f days, want %d", name, what, pair.got, pair.got.Sub(at).Hours()/24, pair.want)
			}
		}
		if verdict.Outcome != verify.Valid || verdict.Warnings() {
			t.Errorf("%s: %s, warnings %t", name, verdict.Outcome, verdict.Warnings())
		}
	}
}

// twins is a license for two databases.
func twins() *verify.License {
	return granted(func(l *license.License) {
		second := l.Databases[0]
		second.Name = "arquivo"
		l.Databases = append(l.Databases, second)
	})
}

func TestJudgeSeveralDatabases(t *testing.T) {
	good := verify.History{LastGood: ago(2)}
	lost := verify.History{LastGood: ago(2), LostSince: today}
	for name, test := range map[string]struct {
		measured map[string]verify.Measurement
		before   verify.History
		outcome  verify.VerdictOutcome
		start    bool
		checks   []verify.Outcome
		after    verify.History
	}{
		"both recognized":        {map[string]verify.Measurement{"producao": recognized, "arquivo": recognized}, good, verify.Valid, true, []verify.Outcome{verify.Pass, verify.Pass}, verify.History{LastGood: today}},
		"one drifted":            {map[string]verify.Measurement{"producao": recognized, "arquivo": drifted}, good, verify.Valid, true, []verify.Outcome{verify.Pass, verify.Warn}, verify.History{LastGood: today}},
		"one too many":           {map[string]verify.Measurement{"producao": recognized, "arquivo": recognized, "teste": notRecognized}, good, verify.Valid, true, []verify.Outcome{verify.Pass, verify.Pass}, verify.History{LastGood: today}},
		"one not connected":      {map[string]verify.Measurement{"producao": recognized}, good, verify.UndecidedVerdict, true, []verify.Outcome{verify.Pass, verify.Undecided}, good},
		"that one never good":    {map[string]verify.Measurement{"arquivo": recognized}, verify.History{}, verify.UndecidedVerdict, false, []verify.Outcome{verify.Undecided, verify.Pass}, verify.History{}},
		"one not reached":        {map[string]verify.Measurement{"producao": notReached, "arquivo": recognized}, good, verify.UndecidedVerdict, true, []verify.Outcome{verify.Undecided, verify.Pass}, good},
		"one away, with a state": {map[string]verify.Measurement{"producao": recognized, "arquivo": {Result: notRecognized.Result, Err: notReached.Err}}, good, verify.UndecidedVerdict, true, []verify.Outcome{verify.Pass, verify.Undecided}, good},
		"one lost":               {map[string]verify.Measurement{"producao": recognized, "arquivo": notRecognized}, good, verify.Valid, true, []verify.Outcome{verify.Pass, verify.Warn}, lost},
		"one never recognized":   {map[string]verify.Measurement{"producao": recognized, "arquivo": notRecognized}, verify.History{}, verify.NotValid, false, []verify.Outcome{verify.Pass, verify.Fail}, verify.History{LostSince: today}},
		"one lost, one away":     {map[string]verify.Measurement{"producao": notRecognized}, good, verify.UndecidedVerdict, true, []verify.Outcome{verify.Warn, verify.Undecided}, lost},
		"both lost":              {map[string]verify.Measurement{"producao": notRecognized, "arquivo": notRecognized}, good, verify.Valid, true, []verify.Outcome{verify.Warn, verify.Warn}, lost},
	} {
		verdict := verify.Judge(twins(), everything(func(s *verify.Situation) { s.Databases, s.History = test.measured, test.before }))
		var outcomes []verify.Outcome
		var subjects []string
		for _, check := range verdict.Checks {
			if check.Name == verify.DatabaseCheck {
				outcomes, subjects = append(outcomes, check.Outcome), append(subjects, check.Subject)
			}
		}
		if verdict.Outcome != test.outcome || verdict.Start != test.start || !slices.Equal(outcomes, test.checks) {
			t.Errorf("%s: %s, start %v, %q", name, verdict.Outcome, verdict.Start, outcomes)
		}
		if !slices.Equal(subjects, []string{"producao", "arquivo"}) || len(verdict.Databases) != 2 || verdict.Databases[1].Name != "arquivo" {
			t.Errorf("%s: of %q, %+v", name, subjects, verdict.Databases)
		}
		if verdict.History != test.after {
			t.Errorf("%s: remembered %+v, want %+v", name, verdict.History, test.after)
		}
	}
}

// Only a verdict that is valid, with every database recognized, is a good
// one to remember.
func TestWhatAVerdictRemembers(t *testing.T) {
	before := verify.History{LastGood: ago(5), LostSince: ago(3)}
	for name, test := range map[string]struct {
		change func(*verify.Situation)
		want   verify.History
	}{
		"recognized again":           {func(*verify.Situation) {}, verify.History{LastGood: today}},
		"drifted":                    {func(s *verify.Situation) { s.Databases["producao"] = drifted }, verify.History{LastGood: today}},
		"with a clock that is early": {func(s *verify.Situation) { s.Now = time.Time{} }, verify.History{LastGood: everything().Newest}},
		"still lost":                 {func(s *verify.Situation) { s.Databases["producao"] = notRecognized }, before},
		"not reached":                {func(s *verify.Situation) { s.Databases["producao"] = notReached }, before},
		"databases not asked":        {func(s *verify.Situation) { s.Databases = nil }, before},
		"another version":            {func(s *verify.Situation) { s.Version.Text = "9.0" }, before},
		"version not known":          {func(s *verify.Situation) { s.Version.Text = "" }, before},
		"another customer":           {func(s *verify.Situation) { s.Customer = "1" }, before},
	} {
		situation := everything(func(s *verify.Situation) { s.History = before }, test.change)
		if verdict := verify.Judge(granted(), situation); verdict.History != test.want {
			t.Errorf("%s: %+v, want %+v", name, verdict.History, test.want)
		}
	}
}

// A server that starts twice a day, and what it remembers from start to
// start: good, lost for longer than the grace, found, and lost again.
func TestGraceRunsFromTheFirstLoss(t *testing.T) {
	var history verify.History
	const half = 12 * time.Hour
	start := func(at time.Time, measurement verify.Measurement) verify.Verdict {
		verdict := verify.Judge(granted(), everything(func(s *verify.Situation) {
			s.Now, s.Databases["producao"], s.History = at, measurement, history
		}))
		history = verdict.History
		return verdict
	}
	first := today
	if verdict := start(first, notRecognized); verdict.Start {
		t.Error("a database that was never recognized starts")
	}
	start(first, recognized)
	for loss := range 2 {
		lost := first.Add(half)
		for i := range 40 {
			verdict := start(lost.Add(time.Duration(i)*half), notRecognized)
			days := value(verdict.Reason(), "days")
			if grace := i < 30; verdict.Start != grace || grace && (!errors.Is(verdict.Reason(), verify.BindingLost) || days != 15-i/2) || !grace && !errors.Is(verdict.Reason(), verify.NotRecognized) {
				t.Errorf("loss %d, start %d: %v, %v", loss, i, verdict.Start, verdict.Reason())
			}
			if history != (verify.History{LastGood: first, LostSince: lost}) {
				t.Errorf("loss %d, start %d: remembered %+v", loss, i, history)
			}
		}
		first = lost.AddDate(0, 2, 0)
		if verdict := start(first, recognized); !verdict.Start || history != (verify.History{LastGood: first}) {
			t.Errorf("found again: %v, %+v", verdict.Start, history)
		}
	}
}

// A clock that is set back during the grace does not refuse, and when it is
// right again the grace ends on its day.
func TestClockSetBackDuringTheGrace(t *testing.T) {
	history := verify.History{LastGood: ago(1), LostSince: today}
	judge := func(at time.Time) verify.Verdict {
		return verify.Judge(granted(), everything(func(s *verify.Situation) {
			s.Now, s.Databases["producao"], s.History = at, notRecognized, history
		}))
	}
	for _, back := range []int{1, 3, 20, 400} {
		verdict := judge(today.AddDate(0, 0, -back))
		if !verdict.Start || verdict.Outcome != verify.Valid {
			t.Errorf("%d days back: %s, %v", back, verdict.Outcome, verdict.Reason())
		}
		if left := value(verdict.Checks[len(verdict.Checks)-1].Err, "days"); left != 15 {
			t.Errorf("%d days back there are %v days left", back, left)
		}
		history = verdict.History
	}
	if verdict := judge(today.AddDate(0, 0, 15)); verdict.Start || !errors.Is(verdict.Reason(), verify.NotRecognized) {
		t.Errorf("after the grace: %s, %v", verdict.Outcome, verdict.Reason())
	}
}

// While the grace of a lost binding runs, a database that cannot be reached
// is no worse than one that is certainly another.
func TestUndecidedWithinTheGrace(t *testing.T) {
	for lost, start := range map[int]bool{1: true, 9: true, 14: true, 15: false, 30: false} {
		verdict := verify.Judge(granted(), everything(func(s *verify.Situation) {
			s.Databases["producao"], s.History = notReached, verify.History{LastGood: ago(lost + 1), LostSince: ago(lost)}
		}))
		if want := start || lost+1 <= 7; verdict.Start != want || verdict.Outcome != verify.UndecidedVerdict {
			t.Errorf("lost %d days ago: %s, start %v", lost, verdict.Outcome, verdict.Start)
		}
	}
}

// However far the clock is ahead, a day to renew by can be named.
func TestRenewByIsWithinAMonth(t *testing.T) {
	for _, years := range []int{0, 1, 100, 170} {
		now := today.AddDate(years, 0, 0)
		verdict := verify.Judge(granted(), everything(func(s *verify.Situation) {
			s.Now = now
			s.Databases["producao"] = verify.Measurement{Result: fingerprint.Result{State: fingerprint.Drifted, Score: 0.89, Margin: 0.44}}
		}))
		if by := verdict.Databases[0].RenewBy.Sub(now); by < 24*time.Hour || by > 30*24*time.Hour || years > 0 && by != 30*24*time.Hour {
			t.Errorf("%d years ahead: %v", years, by)
		}
	}
}

func oneOf[T any](random *rand.Rand, list ...T) T { return list[random.IntN(len(list))] }

// anySituation draws a license and a situation.
func anySituation(random *rand.Rand) (*verify.License, verify.Situation) {
	when := func() time.Time {
		return oneOf(random, time.Time{}, time.Unix(0, 0), issued.AddDate(100, 0, 0), issued.Add(time.Duration(random.Int64N(int64(2*365*24*time.Hour)))))
	}
	opened := twins()
	if random.IntN(2) == 0 {
		opened = granted()
	}
	opened.Product.Scheme = oneOf(random, request.Numbers, request.BuildStamp)
	opened.Product.Versions = oneOf(random, "8.9", "8.7..8.10", "7.8 9.0")
	if opened.Product.Scheme == request.BuildStamp && random.IntN(2) == 0 {
		opened.Product.Versions, opened.Product.Maintenance = request.MaintenanceRule, issued
	}
	opened.Terms = license.Terms{UndecidedDays: 1 + random.IntN(30), UnrecognizedDays: 1 + random.IntN(30)}
	if random.IntN(2) == 0 {
		opened.Terms.Expires = issued.Add(time.Duration(1 + random.Int64N(int64(365*24*time.Hour))))
	}
	situation := verify.Situation{
		Now: when(), Newest: when(), Bits: oneOf(random, 0, 32, 64),
		Customer: oneOf(random, "", "00123", "00123", "7"), Product: oneOf(random, "", "sispetro", "sispetro", "crm"),
		Version: verify.Running{Asked: random.IntN(3) > 0, Text: oneOf(random, "", "8.9", "8.10.1", "9.0", "x", "7.8.5.13100517_x64", "7.8.5.40010100"), Source: "server"},
		History: verify.History{LastGood: when(), LostSince: oneOf(random, time.Time{}, when())},
	}
	if random.IntN(4) > 0 {
		situation.Databases = map[string]verify.Measurement{}
		for _, name := range []string{"producao", "arquivo", "teste"} {
			if random.IntN(5) > 0 {
				situation.Databases[name] = oneOf(random, recognized, recognized, drifted, notRecognized, tooLittle, notReached)
			}
		}
	}
	return opened, situation
}

// In whatever situation: a server is stopped for certain only by a check that
// failed, and what is valid starts.
func TestVerdictsFollowFromTheirChecks(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	seen := map[string]int{}
	for range 5_000 {
		opened, situation := anySituation(random)
		checks, measured := slices.Clone(opened.Checks), maps.Clone(situation.Databases)
		verdict := verify.Judge(opened, situation)
		count := map[verify.Outcome]int{}
		for _, check := range verdict.Checks {
			count[check.Outcome]++
			if silent := check.Outcome == verify.Pass || check.Outcome == verify.NotAsked; silent != (check.Err == nil) || !silent && fault.Of(check.Err) == nil {
				t.Errorf("check %+v", check)
			}
			if check.Name == verify.ClockCheck && check.Outcome == verify.Fail {
				t.Error("the clock alone refuses")
			}
		}
		want := verify.Valid
		if count[verify.Fail] > 0 {
			want = verify.NotValid
		} else if count[verify.Undecided] > 0 {
			want = verify.UndecidedVerdict
		}
		if verdict.Outcome != want || want == verify.Valid && !verdict.Start || want == verify.NotValid && verdict.Start {
			t.Errorf("%s, start %v, from %+v", verdict.Outcome, verdict.Start, verdict.Checks)
		}
		if quiet := want == verify.Valid && count[verify.Warn] == 0; quiet != (verdict.Reason() == nil) || verdict.Warnings() != (count[verify.Warn] > 0) {
			t.Errorf("reason %v of %+v", verdict.Reason(), verdict.Checks)
		}
		if verdict.History.LastGood != situation.History.LastGood && (want != verify.Valid || !allGood(verdict) || !verdict.History.LostSince.IsZero()) {
			t.Errorf("%s is remembered as good: %+v", verdict.Outcome, verdict.History)
		}
		if !reflect.DeepEqual(opened.Checks, checks) || !reflect.DeepEqual(situation.Databases, measured) || !reflect.DeepEqual(verify.Judge(opened, situation), verdict) {
			t.Error("judging changed what is judged")
		}
		seen[fmt.Sprintf("%s %v %v", verdict.Outcome, verdict.Start, verdict.Warnings())]++
	}
	for _, kind := range []string{"valid true false", "valid true true", "not-valid false false", "not-valid false true", "undecided true false", "undecided false false"} {
		if seen[kind] < 20 {
			t.Errorf("too few situations are %s: %v", kind, seen)
		}
	}
}

func allGood(verdict verify.Verdict) bool {
	return len(verdict.Databases) > 0 && !slices.ContainsFunc(verdict.Databases, func(database verify.DatabaseVerdict) bool {
		return database.Result.State != fingerprint.Recognized && database.Result.State != fingerprint.Drifted
	})
}

// Best prefers what serves better, whatever its date, and of equals the
// newest.
func TestBestServesBest(t *testing.T) {
	undecided := func(s *verify.Situation) { s.Databases["producao"] = notReached }
	ranked := []struct {
		name   string
		change func(*verify.Situation)
	}{
		{"not valid", func(s *verify.Situation) { s.Customer = "7" }},
		{"undecided", undecided},
		{"undecided, and starts", func(s *verify.Situation) { undecided(s); s.History.LastGood = ago(1) }},
		{"valid with warnings", func(s *verify.Situation) { s.Databases["producao"] = drifted }},
		{"valid", func(*verify.Situation) {}},
	}
	of := func(rank, age int) verify.Verdict {
		opened := granted(func(l *license.License) { l.Issued = l.Issued.AddDate(0, 0, -age) })
		return verify.Judge(opened, everything(ranked[rank].change))
	}
	for better := range ranked {
		for worse := range better {
			for name, verdicts := range map[string][]verify.Verdict{
				"newer": {of(worse, 0), of(better, 9), of(worse, 1)}, "older": {of(worse, 9), of(better, 0)}, "as old": {of(worse, 0), of(better, 0)},
			} {
				if best := verify.Best(verdicts); best != 1 {
					t.Errorf("%s beside %s, %s: %d", ranked[better].name, ranked[worse].name, name, best)
				}
			}
		}
		for want, ages := range [][]int{{1, 5, 3}, {5, 1, 3}, {5, 3, 1}, {2, 9, 9, 0}, {4, 4, 4, 4, 1}} {
			var verdicts []verify.Verdict
			for _, age := range ages {
				verdicts = append(verdicts, of(better, age))
			}
			if best := verify.Best(verdicts); best != want {
				t.Errorf("%s, %v days old: %d", ranked[better].name, ages, best)
			}
		}
	}
	refused := verify.Refused(license.BadLicense.New("the license contradicts itself"))
	for name, test := range map[string]struct {
		verdicts []verify.Verdict
		want     int
	}{
		"none":                          {nil, -1},
		"refused alone":                 {[]verify.Verdict{refused}, 0},
		"refused files, the first":      {[]verify.Verdict{refused, refused}, 0},
		"refused beside not valid":      {[]verify.Verdict{refused, of(0, 0)}, 1},
		"as good and as old, the first": {[]verify.Verdict{of(4, 3), of(4, 3)}, 0},
	} {
		if best := verify.Best(test.verdicts); best != test.want {
			t.Errorf("%s: %d", name, best)
		}
	}
}
