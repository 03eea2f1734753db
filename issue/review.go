package issue

import (
	"context"
	"slices"
	"time"

	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/proof"
)

// Review is what the desk finds in a request. A finding that fails is a
// refusal; a warning is for the operator to look at.
type Review struct {
	File      []byte
	Request   *request.Signed
	Customer  ledger.Customer
	Contract  ledger.Contract
	Profile   *request.Profile
	Version   request.Version
	Findings  []verify.Check
	Answered  ledger.License // zero: not yet
	Databases []Continuity
	newKey    *ledger.NewKey
	cited     *proof.Checkpoint
}

// Continuity compares a database with the license that is installed.
type Continuity struct {
	Database string
	Asked    bool
	Result   fingerprint.Result
}

// The findings, in their order.
const (
	CustomerFinding = "customer"
	KeyFinding      = "key"
	ProfileFinding  = "profile"
	ContractFinding = "contract"
	VersionFinding  = "version"
	DatabaseFinding = "database"
	HistoryFinding  = "history"
)

// Refusal returns the first finding that fails, or nil. A request that has
// been answered is never refused: it gets its answer again.
func (r *Review) Refusal() error {
	if r.Answered.File != nil {
		return nil
	}
	for _, finding := range r.Findings {
		if finding.Outcome == verify.Fail {
			return finding.Err
		}
	}
	return nil
}

// Review reads a request and compares it with what the ledger knows. The
// error is for a file that is no request, or a ledger that cannot be read;
// everything else is a finding.
func (d *Desk) Review(ctx context.Context, file []byte, now time.Time) (*Review, error) {
	signed, err := request.Open(file)
	if err != nil {
		return nil, err
	}
	review := &Review{File: file, Request: signed}
	if review.Answered, _, err = d.Ledger.LicenseOf(ctx, signed.Digest()); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		name  string
		check func(context.Context, *Review, time.Time) (error, error)
	}{
		{CustomerFinding, d.reviewCustomer},
		{KeyFinding, d.reviewKey},
		{ProfileFinding, d.reviewProfile},
		{ContractFinding, d.reviewContract},
		{VersionFinding, d.reviewVersion},
		{DatabaseFinding, d.reviewDatabases},
		{HistoryFinding, d.reviewHistory},
	} {
		finding, err := part.check(ctx, review, now)
		if err != nil {
			return nil, err
		}
		review.add(part.name, finding)
	}
	return review, nil
}

// question marks a finding that the operator should look at.
type question struct{ error }

func (q question) Unwrap() error { return q.error }

func (r *Review) add(name string, finding error) {
	check := verify.Check{Name: name, Outcome: verify.Pass, Err: finding}
	switch finding := finding.(type) {
	case nil:
	case question:
		check.Outcome, check.Err = verify.Warn, finding.error
	default:
		check.Outcome = verify.Fail
	}
	r.Findings = append(r.Findings, check)
}

func (d *Desk) reviewCustomer(ctx context.Context, review *Review, _ time.Time) (finding, err error) {
	number, found := review.Request.Customer, false
	if review.Customer, found, err = d.Ledger.Customer(ctx, number); err != nil || found {
		return nil, err
	}
	return UnknownCustomer.New("the ledger does not know the customer", "customer", number), nil
}

// reviewKey asks whose key signed: one that the ledger knows as this site's,
// or a new one that an enrollment code introduces.
func (d *Desk) reviewKey(ctx context.Context, review *Review, now time.Time) (finding, err error) {
	signed := review.Request
	known, found, err := d.Ledger.SiteKey(ctx, review.Fingerprint())
	if err != nil {
		return nil, err
	}
	if found {
		if known.Customer != signed.Customer || known.Site != signed.Site {
			return KeyOfAnother.New("the site key belongs to another site", "key", review.Fingerprint(), "customer", known.Customer, "site", known.Site), nil
		}
		if !known.Retired.IsZero() {
			return RetiredKey.New("the site key was retired", "key", review.Fingerprint(), "site", known.Site, "time", known.Retired), nil
		}
		return nil, nil
	}
	if signed.Enrollment == nil {
		return UnknownKey.New("an unknown site key without an enrollment proof", "key", review.Fingerprint()), nil
	}
	return d.reviewEnrollment(ctx, review, now)
}

func (d *Desk) reviewEnrollment(ctx context.Context, review *Review, now time.Time) (finding, err error) {
	signed := review.Request
	codes, err := d.Ledger.Enrollments(ctx, signed.Customer, signed.Product.Name)
	if err != nil {
		return nil, err
	}
	match := slices.IndexFunc(codes, func(code ledger.Enrollment) bool {
		return keys.CheckEnrollment(code.Public, signed.Enrollment.Proof, review.Fingerprint(), signed.Customer, signed.Product.Name) == nil
	})
	switch {
	case match < 0:
		return WrongCode.New("the enrollment proof fits no code that was sent", "customer", signed.Customer, "product", signed.Product.Name), nil
	case codes[match].UsedBy != "":
		return d.codeUsed(ctx, codes[match])
	case now.After(codes[match].Expires):
		return CodeExpired.New("the enrollment code has expired", "expires", codes[match].Expires), nil
	}
	review.newKey = &ledger.NewKey{
		Fingerprint: review.Fingerprint().String(), Site: signed.Site,
		Certificate: signed.Certificate.Bytes(), Enrollment: codes[match].ID,
	}
	return d.reviewNewKey(ctx, review, codes[match])
}

// codeUsed says who used a code, and when.
func (d *Desk) codeUsed(ctx context.Context, code ledger.Enrollment) (finding, err error) {
	fingerprint, err := openpgp.ParseFingerprint(code.UsedBy)
	if err != nil {
		return nil, err
	}
	key, _, err := d.Ledger.SiteKey(ctx, fingerprint)
	if err != nil {
		return nil, err
	}
	return CodeUsed.New("the enrollment code was used before", "key", fingerprint, "site", key.Site, "time", code.UsedAt), nil
}

// reviewNewKey leaves a new key to the operator, who asks by telephone.
func (d *Desk) reviewNewKey(ctx context.Context, review *Review, code ledger.Enrollment) (finding, err error) {
	others, err := d.Ledger.SiteKeys(ctx, review.Request.Customer)
	if err != nil {
		return nil, err
	}
	for _, other := range others {
		if other.Site == review.Request.Site && other.Retired.IsZero() {
			return question{SecondKey.New("the site has another key already", "key", other.Fingerprint, "time", other.Enrolled)}, nil
		}
	}
	if code.Site != "" && code.Site != review.Request.Site {
		return question{CodeOfOtherSite.New("first contact, with a code for another site", "key", review.Fingerprint(), "sent", code.Site, "site", review.Request.Site)}, nil
	}
	return question{NewKey.New("first contact: compare the fingerprint by telephone", "key", review.Fingerprint().Groups())}, nil
}

// reviewProfile finds the profile that the databases were measured by; all
// of a request use one profile, of the product that it names.
func (d *Desk) reviewProfile(ctx context.Context, review *Review, _ time.Time) (finding, err error) {
	signed := review.Request
	digest := signed.Databases[0].Profile
	for _, database := range signed.Databases {
		if database.Profile != digest {
			return UnknownProfile.New("databases under different profiles", "profile", database.Profile), nil
		}
	}
	file, found, err := d.Ledger.Profile(ctx, digest)
	if err != nil {
		return nil, err
	}
	if !found {
		return UnknownProfile.New("measured by a profile that this desk did not sign", "profile", digest), nil
	}
	if file, err = d.proved(ctx, file, d.isProfile); err != nil {
		return err, nil
	}
	if review.Profile, err = verify.OpenProfile(file, d.Trust); err != nil {
		return err, nil
	}
	if review.Profile.Product != signed.Product.Name {
		return UnknownProfile.New("measured by another product's profile", "profile", digest), nil
	}
	return nil, nil
}

func (d *Desk) reviewContract(ctx context.Context, review *Review, now time.Time) (finding, err error) {
	signed, found := review.Request, false
	review.Contract, found, err = d.Ledger.Contract(ctx, signed.Customer, signed.Product.Name)
	if err != nil {
		return nil, err
	}
	contract := review.Contract
	switch {
	case !found:
		return NoContract.New("no contract for this product", "customer", signed.Customer, "product", signed.Product.Name), nil
	case !contract.Ends.IsZero() && now.After(contract.Ends):
		return ContractEnded.New("the contract has ended", "ends", contract.Ends), nil
	case review.Profile == nil || review.Profile.Maintenance == "":
		return nil, nil
	}
	module := review.Profile.Maintenance
	if !(&license.License{Product: license.Product{Modules: contract.Modules}}).HasModule(module) {
		return ModuleMissing.New("the contract lacks the maintenance module", "module", module), nil
	}
	if !contract.Maintenance.IsZero() && now.After(contract.Maintenance) {
		return ModuleMissing.New("the maintenance has ended", "module", module, "ends", contract.Maintenance), nil
	}
	return nil, nil
}

func (d *Desk) reviewVersion(_ context.Context, review *Review, _ time.Time) (finding, err error) {
	if review.Profile == nil {
		return nil, nil
	}
	wanted := review.Request.Product.Version
	version, err := review.Profile.Scheme.Parse(wanted)
	if err != nil {
		return err, nil
	}
	review.Version = version
	if review.Contract.Versions == "" {
		return nil, nil
	}
	covered, err := review.Profile.Covers(review.Contract.Versions, version, review.Contract.Maintenance)
	if err != nil {
		return err, nil
	}
	if !covered {
		return VersionNotSold.New("the contract does not cover the version", "version", wanted, "versions", review.Contract.Versions), nil
	}
	return nil, nil
}

func (d *Desk) reviewDatabases(ctx context.Context, review *Review, _ time.Time) (finding, err error) {
	if review.Profile == nil {
		return nil, nil
	}
	metrics := review.Profile.MetricList()
	for _, database := range review.Request.Databases {
		items, err := fingerprint.Decode(metrics, database.Items)
		if err != nil {
			return err, nil
		}
		if !fingerprint.EnoughToIssue(metrics, items) {
			return TooLittle.New("too little was measured to recognize the database later", "database", database.Name), nil
		}
	}
	return d.reviewLineage(ctx, review.Request)
}

// reviewLineage looks for the same database under another customer. That may
// be honest, as with a service provider; the operator is asked.
func (d *Desk) reviewLineage(ctx context.Context, signed *request.Signed) (finding, err error) {
	others, err := d.Ledger.Lineages(ctx, signed.Product.Name, signed.Customer)
	if err != nil {
		return nil, err
	}
	for _, database := range signed.Databases {
		for _, other := range others {
			if fingerprint.SameLineage(database.Lineage, other.Items) {
				return question{SharedDatabase.New("another customer has a license for the same database", "database", database.Name, "customer", other.Customer)}, nil
			}
		}
	}
	return nil, nil
}

// reviewHistory compares with the license that the site has installed. What
// a site says of it is evidence against mistakes, not against cheating: the
// site could measure anything.
func (d *Desk) reviewHistory(ctx context.Context, review *Review, _ time.Time) (finding, err error) {
	installed := review.Request.Installed
	if installed == nil || review.Profile == nil {
		return nil, nil
	}
	if len(installed.Checkpoint) > 0 {
		if finding := d.reviewCheckpoint(ctx, review); finding != nil {
			return finding, nil
		}
	}
	known, found, err := d.Ledger.LicenseByDigest(ctx, installed.License)
	if err != nil {
		return nil, err
	}
	if !found || known.Customer != review.Request.Customer {
		return question{UnknownLicense.New("the request cites a license that this ledger does not know", "license", installed.License)}, nil
	}
	before, err := license.Parse(known.Text)
	if err != nil {
		return nil, err
	}
	for _, database := range review.Request.Databases {
		if finding := review.compare(database, before); finding != nil {
			return finding, nil
		}
	}
	return nil, nil
}

// reviewCheckpoint keeps the checkpoint that the request cites, when a log
// of ours signed it: it is what this desk has given out, and the ledger must
// contain it.
func (d *Desk) reviewCheckpoint(ctx context.Context, review *Review) error {
	checkpoint, err := proof.OpenCheckpoint(review.Request.Installed.Checkpoint, verify.LogKeys(d.Trust.Logs))
	if err != nil {
		return question{err}
	}
	if d.signedByThief(ctx, review.Request.Installed.Checkpoint, checkpoint) {
		return question{StolenCheckpoint.New("the request cites a checkpoint that a stolen key signed", "license", review.Request.Installed.License)}
	}
	review.cited = &checkpoint
	if d.LogKey != nil && checkpoint.Origin != d.LogKey.Origin {
		return nil
	}
	return d.Ledger.Contains(ctx, checkpoint)
}

func (r *Review) compare(database request.Database, before *license.License) error {
	if len(database.Continuity) == 0 {
		return nil
	}
	metrics := r.Profile.MetricList()
	for _, licensed := range before.Databases {
		if licensed.Name != database.Name || licensed.Profile != database.Profile {
			continue
		}
		then, errThen := fingerprint.Decode(metrics, licensed.Items)
		now, errNow := fingerprint.Decode(metrics, database.Continuity)
		if errThen != nil || errNow != nil {
			return errNow
		}
		result := fingerprint.Compare(metrics, then, now, r.Profile.Thresholds())
		r.Databases = append(r.Databases, Continuity{Database: database.Name, Asked: true, Result: result})
		if result.State == fingerprint.NotRecognized {
			return question{OtherDatabase.New("not the database that was licensed before", "database", database.Name, "license", before.Serial)}
		}
		return r.compareUnknown(database, before, then)
	}
	return nil
}

// compareUnknown asks about rows that are older than the license and unknown
// to it: two companies may have become one. It never counts against anybody.
func (r *Review) compareUnknown(database request.Database, before *license.License, then fingerprint.Items) error {
	unknown := database.Unknown
	for i, metric := range r.Profile.MetricList() {
		if metric.Kind != fingerprint.Set || len(unknown) == 0 {
			continue
		}
		if fingerprint.Merged(then[i], unknown[0]) {
			return question{Merged.New("rows older than the license came from elsewhere", "database", database.Name, "license", before.Serial, "metric", metric.Name)}
		}
		unknown = unknown[1:]
	}
	return nil
}

// License returns the license that would be issued, under a serial.
func (r *Review) License(serial string, now time.Time) (license.License, error) {
	granted := license.Granted{Serial: serial, Issued: now, Modules: r.Contract.Modules, Maintenance: r.Contract.Maintenance, Terms: license.DefaultTerms}
	if r.Contract.Versions == request.MaintenanceRule {
		granted.Versions = request.MaintenanceRule
	}
	return license.Answer(&r.Request.Request, r.Request.Digest(), r.Profile, granted)
}

func (r *Review) reservation(now time.Time) ledger.Reservation {
	issued := now.UTC().Truncate(time.Second)
	var lineages [][]byte
	for _, database := range r.Request.Databases {
		if len(database.Lineage) > 0 {
			lineages = append(lineages, database.Lineage)
		}
	}
	return ledger.Reservation{
		Request: r.Request.Digest(), RequestFile: r.File, Customer: r.Request.Customer, Product: r.Request.Product.Name,
		Version: r.Request.Product.Version, Issued: issued, Lineages: lineages, NewKey: r.newKey,
		Text: func(serial string) ([]byte, error) {
			granted, err := r.License(serial, issued)
			if err != nil {
				return nil, err
			}
			return granted.Marshal()
		},
	}
}
