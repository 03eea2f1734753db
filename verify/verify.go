// Package verify judges licenses, in two steps, because what to measure
// stands in the license:
//
//	license, err := verify.Open(file, trust)      // who issued what
//	…measure the databases that the license names…
//	verdict := verify.Judge(license, situation)   // may it start here and now
//
// The first step alone is what an auditor needs. A server vendor embeds
// both; the example of this package is a whole start-up check.
//
// Nothing here reads a clock, a file, a database or the network, and nothing
// that could is linked.
//
// A verdict is an ordered list of checks: form, signature, trust, log,
// revocation, customer, product, version, period, clock, database. Each has an outcome,
// a code for what is not as it should be, and the values that belong to it.
// The words of outcomes and checks are part of the interface and never
// translated.
//
// A production server is stopped only by what is certain. See Judge.
package verify

import (
	"errors"
	"slices"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/proof"
)

// Codes of this package's errors and checks.
const (
	Unlogged       = fault.Code("FL-501") // no proof, though the trust file names a log
	UnknownSigner  = fault.Code("FL-505") // the trust file does not know the signer
	SignerEnded    = fault.Code("FL-506") // signed after the end, or before the beginning, of the signer
	ForeignProduct = fault.Code("FL-507") // a product that the issuer does not license
	OtherCustomer  = fault.Code("FL-511")
	OtherProduct   = fault.Code("FL-512")
	NotCovered     = fault.Code("FL-513") // the version is not licensed
	Expired        = fault.Code("FL-514") // for longer than the days of grace
	NotRecognized  = fault.Code("FL-516") // another database
	Needs64Bits    = fault.Code("FL-522") // a 64-bit version on a 32-bit machine
	Revoked        = fault.Code("FL-527") // and its end is longer ago than the days of grace
	ProofOverdue   = fault.Code("FL-532") // no proof has come in the days that the license gives it

	// Warnings: the server starts.
	ClockBehind   = fault.Code("FL-515")
	Drifted       = fault.Code("FL-517")
	BindingLost   = fault.Code("FL-518") // not recognized, within the days of grace
	ExpiredLately = fault.Code("FL-523") // expired, within the days of grace
	RevokedLately = fault.Code("FL-528") // revoked and ended, within the days of grace
	RevokedSoon   = fault.Code("FL-529") // revoked, and not at its end yet
	ProofToCome   = fault.Code("FL-531") // no proof yet, within the days that the license gives it

	// Undecided.
	NotMeasured    = fault.Code("FL-491") // a database could not be measured
	VersionUnknown = fault.Code("FL-492") // the running version is not known
)

// Outcome of a check.
type Outcome string

// The outcomes. They are words of the interface.
const (
	Pass      Outcome = "pass"
	Warn      Outcome = "warn"
	Fail      Outcome = "fail"
	Undecided Outcome = "undecided"
	NotAsked  Outcome = "not-asked"
)

// The checks, in their order.
const (
	FormCheck       = "form"
	SignatureCheck  = "signature"
	TrustCheck      = "trust"
	LogCheck        = "log"
	RevocationCheck = "revocation"
	CustomerCheck   = "customer"
	ProductCheck    = "product"
	VersionCheck    = "version"
	PeriodCheck     = "period"
	ClockCheck      = "clock"
	DatabaseCheck   = "database"
)

// Check is one line of a verdict.
type Check struct {
	Name    string
	Outcome Outcome
	Subject string // of a database check: its name
	Err     error  // with a code, unless the outcome is Pass or NotAsked
}

// Logged tells where a document stands in the log.
type Logged struct {
	proof.Checkpoint
	Index  int64
	Signed []byte // the checkpoint as a note
}

// License is a license that was verified: it is what the issuer signed and
// logged. Whether it serves here is for Judge to say.
type License struct {
	license.License
	Document *signedtext.Document
	Logged   *Logged // nil when the trust file names no log, and without a proof; see OpenInstalled
	Checks   []Check
}

// Digest returns the identity of the license.
func (l *License) Digest() signedtext.Digest { return l.Document.Digest() }

// OpenError is why a document was not accepted, with the checks up to the
// one that failed.
type OpenError struct {
	Checks []Check
	Err    error
}

// Error returns the reason.
func (e *OpenError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *OpenError) Unwrap() error { return e.Err }

// Open reads a license file and verifies form, signature, trust and log. The
// error is an *OpenError.
func Open(file []byte, trust *keys.Trust) (*License, error) {
	return open(file, opening{trust: trust})
}

func open(file []byte, opening opening) (*License, error) {
	opened := License{}
	err := opening.open(file, func(document *signedtext.Document) (proof.Leaf, string, error) {
		parsed, err := license.Parse(document.Text())
		if err != nil {
			return proof.Leaf{}, "", err
		}
		opened.License, opening.waits = *parsed, parsed.Terms.UnprovedDays > 0
		return proof.NewLeaf(license.Kind, parsed.Serial, parsed.Issued, document), parsed.Product.Name, nil
	})
	if err != nil {
		return nil, err
	}
	opened.Document, opened.Logged, opened.Checks = opening.document, opening.logged, opening.checks
	return &opened, nil
}

// OpenProfile reads a product profile file and verifies it as Open does.
func OpenProfile(file []byte, trust *keys.Trust) (*request.Profile, error) {
	return openProfile(file, &opening{trust: trust})
}

func openProfile(file []byte, opening *opening) (*request.Profile, error) {
	var profile *request.Profile
	err := opening.open(file, func(document *signedtext.Document) (leaf proof.Leaf, product string, err error) {
		if profile, err = request.ParseProfile(document.Text()); err != nil {
			return proof.Leaf{}, "", err
		}
		return proof.NewLeaf(request.ProfileKind, profile.Product, profile.Issued, document), profile.Product, nil
	})
	if err != nil {
		return nil, err
	}
	return profile, nil
}

// opening is the way from a file to a verified document.
type opening struct {
	trust     *keys.Trust
	installed bool // an end in the trust file is kept in ended and does not refuse
	waits     bool // where it is installed, the document is given time to get its proof
	document  *signedtext.Document
	logged    *Logged
	ended     error
	checks    []Check
}

// reader parses the text of one kind of document and returns its leaf and
// its product, empty for one that belongs to no product.
type reader func(*signedtext.Document) (proof.Leaf, string, error)

func (o *opening) open(file []byte, read reader) error {
	var err error
	if o.document, err = signedtext.Open(file, o.trust.IssuerCertificate()); err != nil {
		return o.fail(o.failedCheck(err), err)
	}
	o.pass(FormCheck, SignatureCheck)
	leaf, product, err := read(o.document)
	if err != nil {
		o.checks = o.checks[:0]
		return o.fail(FormCheck, err)
	}
	signer, err := o.checkTrust(product)
	if err == nil {
		err = o.document.CheckDate(leaf.Time)
	}
	if err != nil {
		return o.fail(TrustCheck, err)
	}
	o.pass(TrustCheck)
	return o.checkLog(leaf, signer)
}

// failedCheck says which check an error of signedtext.Open belongs to, and
// lets those before it pass.
func (o *opening) failedCheck(err error) string {
	var unverified *signedtext.UnverifiedError
	if !errors.As(err, &unverified) {
		return FormCheck
	}
	o.pass(FormCheck)
	if errors.Is(err, openpgp.UnknownKey) {
		return TrustCheck
	}
	return SignatureCheck
}

func (o *opening) pass(names ...string) {
	for _, name := range names {
		o.checks = append(o.checks, Check{Name: name, Outcome: Pass})
	}
}

func (o *opening) fail(name string, err error) error {
	return &OpenError{Err: err, Checks: append(o.checks, Check{Name: name, Outcome: Fail, Err: err})}
}

// checkTrust asks the trust file, and it alone, whether the signer counts.
func (o *opening) checkTrust(product string) (keys.Signer, error) {
	signer, known := o.trust.Signer(o.document.Signer())
	if !known {
		return signer, UnknownSigner.New("the trust file does not name the signer", "key", o.document.Signer())
	}
	if o.document.Signed().Before(signer.Begins) {
		return signer, SignerEnded.New("signed before the signer's beginning", "key", signer.Fingerprint)
	}
	if product != "" && !o.trust.HasProduct(product) {
		return signer, ForeignProduct.New("the issuer does not license this product", "product", product)
	}
	return signer, nil
}

func (o *opening) checkLog(leaf proof.Leaf, signer keys.Signer) error {
	if len(o.trust.Logs) == 0 {
		o.checks = append(o.checks, Check{Name: LogCheck, Outcome: NotAsked})
		return nil
	}
	if o.installed && o.waits && len(o.document.Proof()) == 0 {
		o.checks = append(o.checks, Check{Name: LogCheck, Outcome: Fail, Err: checkUnproved(signer)})
		return nil
	}
	logged, err := readProof(o.document.Proof(), leaf, o.trust.Logs)
	if err != nil {
		return o.fail(LogCheck, err)
	}
	o.logged = logged
	o.ended = checkEnds(signer, keyOf(logged, o.trust.Logs), logged)
	switch {
	case o.ended == nil:
		o.pass(LogCheck)
	case o.installed:
		o.checks = append(o.checks, Check{Name: LogCheck, Outcome: Fail, Err: o.ended})
	default:
		return o.fail(LogCheck, o.ended)
	}
	return nil
}

func readProof(block []byte, leaf proof.Leaf, logs []keys.Log) (*Logged, error) {
	if len(block) == 0 {
		return nil, unlogged()
	}
	parsed, err := proof.Parse(block)
	if err != nil {
		return nil, err
	}
	checkpoint, err := parsed.Verify(leaf, LogKeys(logs))
	if err != nil {
		return nil, err
	}
	return &Logged{Checkpoint: checkpoint, Index: parsed.Index, Signed: parsed.Checkpoint}, nil
}

func unlogged() error { return Unlogged.New("there is no proof that the document was logged") }

// LogKeys returns the verifier keys of a trust file's logs.
func LogKeys(logs []keys.Log) []string {
	list := make([]string, len(logs))
	for i, log := range logs {
		list[i] = string(log.Key)
	}
	return list
}

// Verdict is the answer of Judge.
type Verdict struct {
	Outcome   VerdictOutcome
	Start     bool // whether a server starts; true for some undecided verdicts
	License   *License
	Checks    []Check
	Databases []DatabaseVerdict
	History   History // to keep for the next time
}

// VerdictOutcome is the outcome of a verdict.
type VerdictOutcome string

// The outcomes of a verdict. They are words of the interface.
const (
	Valid            VerdictOutcome = "valid" // warnings included
	NotValid         VerdictOutcome = "not-valid"
	UndecidedVerdict VerdictOutcome = "undecided"
)

// Warnings reports whether some check passed with a warning.
func (v *Verdict) Warnings() bool {
	return slices.ContainsFunc(v.Checks, func(check Check) bool { return check.Outcome == Warn })
}

// Reason returns the error of the check that decided: the first that failed,
// else the first that is undecided, else the first warning, else nil.
func (v *Verdict) Reason() error {
	for _, outcome := range []Outcome{Fail, Undecided, Warn} {
		for _, check := range v.Checks {
			if check.Outcome == outcome {
				return check.Err
			}
		}
	}
	return nil
}

// rank orders verdicts for Best.
func (v *Verdict) rank() int {
	switch {
	case v.Outcome == Valid && !v.Warnings():
		return 4
	case v.Outcome == Valid:
		return 3
	case v.Start:
		return 2
	case v.Outcome == UndecidedVerdict:
		return 1
	}
	return 0
}

// Best returns the index of the verdict that serves best, -1 for none. Of
// equals the license issued last wins: any valid license in a folder counts.
func Best(verdicts []Verdict) int {
	best := -1
	for i := range verdicts {
		if best < 0 || verdicts[i].rank() > verdicts[best].rank() ||
			verdicts[i].rank() == verdicts[best].rank() && issued(&verdicts[i]).After(issued(&verdicts[best])) {
			best = i
		}
	}
	return best
}

func issued(verdict *Verdict) time.Time {
	if verdict.License == nil {
		return time.Time{}
	}
	return verdict.License.Issued
}
