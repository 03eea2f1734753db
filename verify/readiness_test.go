package verify_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
)

var (
	nobody   = &request.ReadinessCheck{Name: "nobody", Kind: request.QueryCheck, Expect: "0"}
	migrated = &request.ReadinessCheck{Name: "migrated", Kind: request.QueryCheck, Expect: "v{version} ({licensed})"}
	backup   = &request.ReadinessCheck{Name: "backup", Kind: request.FileCheck, Hours: 24}
	notes    = &request.ReadinessCheck{Name: "notes", Kind: request.ConfirmCheck}
)

func versionOf(t *testing.T, scheme request.Scheme, text string) request.Version {
	t.Helper()
	return keystest.Need[request.Version](t)(scheme.Parse(text))
}

// prepared is a site that is ready for an upgrade to 8.9.2; the changes come
// before and after the license is judged.
func prepared(t *testing.T, judged func(*license.License, *verify.Situation), change func(*verify.Preparation)) verify.Preparation {
	t.Helper()
	content, situation := sample(), everything(func(s *verify.Situation) { s.Version.Text = "8.9.2" })
	if judged != nil {
		judged(&content, &situation)
	}
	granted := granted(func(l *license.License) { *l = content })
	preparation := verify.Preparation{
		Occasion: request.Upgrade, Now: today, Version: versionOf(t, request.Numbers, "8.9.2"), Digits: 2, Other: versionOf(t, request.Numbers, "8.9.1"), Bits: 64,
		Verdict: verify.Judge(granted, situation), Maintenance: "0", Connections: []string{"producao"},
		Findings: []verify.Finding{
			{Check: nobody, Subject: "producao", Value: "0"}, {Check: migrated, Subject: "producao", Value: "v8.9.2 (8.9)"},
			{Check: backup, Subject: "erp.bak", Modified: today.Add(-23 * time.Hour)}, {Check: notes, Answer: verify.Yes},
		},
	}
	if change != nil {
		change(&preparation)
	}
	return preparation
}

func TestReady(t *testing.T) {
	found := func(index int, change func(*verify.Finding)) func(*verify.Preparation) {
		return func(p *verify.Preparation) { change(&p.Findings[index]) }
	}
	judged := func(change func(*verify.Situation)) func(*license.License, *verify.Situation) {
		return func(_ *license.License, s *verify.Situation) { change(s) }
	}
	licensed := func(change func(*license.License)) func(*license.License, *verify.Situation) {
		return func(l *license.License, _ *verify.Situation) { change(l) }
	}
	measured := func(measurement verify.Measurement) func(*license.License, *verify.Situation) {
		return judged(func(s *verify.Situation) { s.Databases["producao"] = measurement })
	}
	stamp := func(text string, bits int) func(*verify.Preparation) {
		return func(p *verify.Preparation) {
			p.Version, p.Other, p.Bits, p.Findings = versionOf(t, request.BuildStamp, text), request.Version{}, bits, nil
		}
	}
	after := func(p *verify.Preparation) { p.Occasion, p.Other = request.After, request.Version{} }
	afterwards := func(running, wanted string) func(*verify.Preparation) {
		return func(p *verify.Preparation) {
			p.Occasion, p.Other, p.Version = request.After, versionOf(t, request.Numbers, wanted), versionOf(t, request.Numbers, running)
			p.Findings = p.Findings[:1]
		}
	}
	ended := func(l *license.License, _ *verify.Situation) { l.Product.Maintenance = today.Add(-time.Second) }
	for name, test := range map[string]struct {
		judged  func(*license.License, *verify.Situation)
		change  func(*verify.Preparation)
		outcome verify.ReadinessOutcome
		check   string // "name: outcome code" of those that do not pass
	}{
		"all":                      {nil, nil, verify.IsReady, ""},
		"running is not known":     {nil, func(p *verify.Preparation) { p.Other = request.Version{} }, verify.IsReady, ""},
		"no checks of its own":     {nil, func(p *verify.Preparation) { p.Findings = nil }, verify.IsReady, ""},
		"not covered":              {judged(func(s *verify.Situation) { s.Version.Text = "8.10" }), nil, verify.NotReady, "version: fail FL-513"},
		"another customer":         {judged(func(s *verify.Situation) { s.Customer = "00124" }), nil, verify.NotReady, "license: fail FL-511"},
		"clock behind":             {judged(func(s *verify.Situation) { s.Now = issued.AddDate(-1, 0, 0) }), nil, verify.IsReady, "license: warn FL-515"},
		"expired lately":           {licensed(func(l *license.License) { l.Terms.Expires = today.Add(-time.Hour) }), nil, verify.IsReady, "license: warn FL-523"},
		"expired":                  {licensed(func(l *license.License) { l.Terms.Expires = issued.Add(time.Hour) }), nil, verify.NotReady, "license: fail FL-514"},
		"no license":               {nil, func(p *verify.Preparation) { p.Verdict = verify.Refused(errors.New("none")) }, verify.NotReady, "license: fail , version: not-asked, maintenance: not-asked, database: not-asked"},
		"not newer":                {nil, func(p *verify.Preparation) { p.Other = p.Version }, verify.IsReady, "newer: warn FL-437"},
		"older":                    {nil, func(p *verify.Preparation) { p.Other = versionOf(t, request.Numbers, "8.10") }, verify.IsReady, "newer: warn FL-437"},
		"drifted":                  {measured(drifted), nil, verify.IsReady, "database: warn FL-517"},
		"not recognized":           {measured(notRecognized), nil, verify.NotReady, "database: fail FL-516"},
		"not reached":              {measured(notReached), nil, verify.UndecidedReadiness, "database: undecided FL-401"},
		"too little":               {measured(tooLittle), nil, verify.UndecidedReadiness, "database: undecided FL-491"},
		"a connection of its own":  {nil, func(p *verify.Preparation) { p.Connections = append(p.Connections, "arquivo") }, verify.NotReady, "database: fail FL-309"},
		"a connection too few":     {judged(func(s *verify.Situation) { s.Databases = map[string]verify.Measurement{} }), func(p *verify.Preparation) { p.Connections = nil }, verify.UndecidedReadiness, "database: undecided FL-491"},
		"in the days of grace":     {judged(func(s *verify.Situation) { s.Databases["producao"], s.History.LastGood = notRecognized, today }), nil, verify.NotReady, "database: fail FL-518"},
		"on the last good verdict": {judged(func(s *verify.Situation) { s.Databases["producao"], s.History.LastGood = notReached, today }), nil, verify.UndecidedReadiness, "database: undecided FL-401"},
		"no maintenance":           {licensed(func(l *license.License) { l.Product.Modules = "S3 fiscal 00" }), nil, verify.NotReady, "maintenance: fail FL-308"},
		"no modules":               {licensed(func(l *license.License) { l.Product.Modules = "" }), nil, verify.NotReady, "maintenance: fail FL-308"},
		"no maintenance module":    {licensed(func(l *license.License) { l.Product.Modules = "" }), func(p *verify.Preparation) { p.Maintenance = "" }, verify.IsReady, ""},
		"maintenance ended":        {ended, nil, verify.NotReady, "maintenance: fail FL-308"},
		"maintenance ended after":  {ended, after, verify.IsReady, ""},
		"maintenance ends today":   {licensed(func(l *license.License) { l.Product.Maintenance = today }), nil, verify.IsReady, ""},
		"64 bits on 64":            {nil, stamp("7.8.6.26112014_x64", 64), verify.IsReady, ""},
		"64 bits on 32":            {nil, stamp("7.8.6.26112014_x64", 32), verify.NotReady, "machine: fail FL-522"},
		"32 bits on 32":            {nil, stamp("7.8.6.26112014_x86", 32), verify.IsReady, ""},
		"no suffix on 32":          {nil, stamp("7.8.6.26112014", 32), verify.IsReady, ""},
		"somebody connected":       {nil, found(0, func(f *verify.Finding) { f.Value = "2" }), verify.NotReady, "nobody: fail FL-305"},
		"another zero":             {nil, found(0, func(f *verify.Finding) { f.Value = "00" }), verify.NotReady, "nobody: fail FL-305"},
		"a query that failed":      {nil, found(0, func(f *verify.Finding) { f.Err = database.NoRight.New("no") }), verify.UndecidedReadiness, "nobody: undecided FL-404"},
		"both": {nil, func(p *verify.Preparation) {
			p.Findings[0].Err, p.Findings[3].Answer = database.NoRight.New("no"), verify.No
		}, verify.NotReady, "nobody: undecided FL-404, notes: fail FL-307"},
		"another version":           {nil, found(1, func(f *verify.Finding) { f.Value = "v8.9.1 (8.9)" }), verify.NotReady, "migrated: fail FL-305"},
		"a huge value":              {nil, found(1, func(f *verify.Finding) { f.Value = strings.Repeat("x", 1e6) }), verify.NotReady, "migrated: fail FL-305"},
		"a backup of 24 hours":      {nil, found(2, func(f *verify.Finding) { f.Modified = today.Add(-24 * time.Hour) }), verify.IsReady, ""},
		"a backup of a second more": {nil, found(2, func(f *verify.Finding) { f.Modified = today.Add(-24*time.Hour - time.Second) }), verify.NotReady, "backup: fail FL-306"},
		"no backup":                 {nil, found(2, func(f *verify.Finding) { f.Modified = time.Time{} }), verify.NotReady, "backup: fail FL-306"},
		"an empty backup":           {nil, found(2, func(f *verify.Finding) { f.Empty = true }), verify.NotReady, "backup: fail FL-306"},
		"a clock a little ahead":    {nil, found(2, func(f *verify.Finding) { f.Modified = today.Add(time.Hour) }), verify.IsReady, ""},
		"a backup from the future":  {nil, found(2, func(f *verify.Finding) { f.Modified = today.Add(time.Hour + time.Second) }), verify.UndecidedReadiness, "backup: undecided FL-433"},
		"nobody answered":           {nil, found(3, func(f *verify.Finding) { f.Answer = "" }), verify.UndecidedReadiness, "notes: undecided FL-431"},
		"somebody said no":          {nil, found(3, func(f *verify.Finding) { f.Answer = verify.No }), verify.NotReady, "notes: fail FL-307"},
		"after":                     {nil, after, verify.IsReady, ""},
		"after, as wanted":          {nil, afterwards("8.9.2", "8.9.2"), verify.IsReady, ""},
		"after, fewer numbers":      {nil, afterwards("8.9.2", "8.9"), verify.IsReady, ""},
		"after, other numbers":      {nil, afterwards("8.90", "8.9"), verify.NotReady, "running: fail FL-305"},
		"after, the old one":        {nil, afterwards("8.9.1", "8.9.2"), verify.NotReady, "running: fail FL-305"},
		"after, nobody knows": {judged(func(s *verify.Situation) { s.Version.Text = "" }), func(p *verify.Preparation) {
			after(p)
			p.Version = request.Version{}
		}, verify.UndecidedReadiness, "version: undecided FL-492, migrated: undecided FL-492"},
	} {
		readiness := verify.Ready(prepared(t, test.judged, test.change))
		if got := failing(readiness); readiness.Outcome != test.outcome || got != test.check {
			t.Errorf("%s: %s, %q; want %s, %q", name, readiness.Outcome, got, test.outcome, test.check)
		}
	}
}

// failing lists the checks that did not pass.
func failing(readiness verify.Readiness) string {
	var list []string
	for _, check := range readiness.Checks {
		if check.Outcome == verify.Pass {
			continue
		}
		line := check.Name + ": " + string(check.Outcome)
		if found := fault.Of(check.Err); found != nil {
			line += " " + string(found.Code)
		} else if check.Err != nil {
			line += " "
		}
		list = append(list, line)
	}
	return strings.Join(list, ", ")
}

// A machine of 32 bits is told by its own line, the license's coverage by
// another.
func TestReadyTellsMachineFromCoverage(t *testing.T) {
	crm := func(l *license.License, s *verify.Situation) {
		l.Product = license.Product{Name: "sispetro", Scheme: request.BuildStamp, Digits: 3, Versions: "7.8.6", Modules: "0"}
		s.Version.Text, s.Bits = "7.8.6.26112014_x64", 32
	}
	preparation := prepared(t, crm, func(p *verify.Preparation) {
		p.Version, p.Other, p.Bits, p.Findings = versionOf(t, request.BuildStamp, "7.8.6.26112014_x64"), request.Version{}, 32, nil
	})
	readiness := verify.Ready(preparation)
	if got := failing(readiness); got != "machine: fail FL-522" || readiness.Outcome != verify.NotReady {
		t.Errorf("%s, %s", readiness.Outcome, got)
	}
}
