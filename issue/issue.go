// Package issue is the desk: it reviews requests, issues licenses, and signs
// product profiles.
//
// The desk is a verifier. What it is about to give out, it first judges with
// the public keys alone, as every reader will, and it gives out nothing that
// it would not accept.
//
// A license is issued in this order: reserve (serial, request, text) → sign
// → append to the log and keep the file → head file → the file itself. A
// crash between any two loses nothing: the next attempt finds the
// reservation, or the file, and goes on from there. The same request always
// gets the same license, byte for byte.
package issue

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/futura/airlicense/issue/ledger"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/proof"
)

// Codes of this package's errors and findings.
const (
	UnknownCustomer   = fault.Code("FL-601")
	NoContract        = fault.Code("FL-603")
	ContractEnded     = fault.Code("FL-604")
	ModuleMissing     = fault.Code("FL-605") // or its maintenance has ended
	VersionNotSold    = fault.Code("FL-606")
	UnknownKey        = fault.Code("FL-607") // and no enrollment proof
	WrongCode         = fault.Code("FL-608") // an enrollment proof by no code of ours
	CodeUsed          = fault.Code("FL-609")
	CodeExpired       = fault.Code("FL-610")
	UnknownProfile    = fault.Code("FL-611")
	Answered          = fault.Code("FL-612")
	KeyOfAnother      = fault.Code("FL-613") // the site key belongs to another customer or site
	TooLittle         = fault.Code("FL-614") // too little was measured to recognize the database later
	OtherDatabase     = fault.Code("FL-615") // not the database of the license that is installed
	UnknownLicense    = fault.Code("FL-616") // the request cites a license that the ledger does not know
	NewKey            = fault.Code("FL-617") // first contact: compare fingerprints by telephone
	SecondKey         = fault.Code("FL-618") // the site has another key already
	NotReviewed       = fault.Code("FL-619") // issuing what the review refuses
	RetiredKey        = fault.Code("FL-625") // the site key was retired
	CodeOfOtherSite   = fault.Code("FL-629") // first contact, with a code that was sent for another site
	SharedDatabase    = fault.Code("FL-630") // another customer has a license for the same database
	Merged            = fault.Code("FL-631") // the database holds old rows of elsewhere
	HeadMissing       = fault.Code("FL-711") // the head file is not there
	HeadInside        = fault.Code("FL-712") // the head file lies inside the desk's folder
	RootAtDesk        = fault.Code("FL-713") // the root's secret is where only a signer belongs
	SignerNotTrusted  = fault.Code("FL-714") // the trust file does not name this signer, or not yet
	LogKeyNotTrusted  = fault.Code("FL-715") // the trust file does not name this log key
	NoProfile         = fault.Code("FL-716") // the product has no profile yet
	ProductNotTrusted = fault.Code("FL-717") // the trust file does not name this product
	OlderTrust        = fault.Code("FL-722") // a trust file older than the desk's
	StolenCheckpoint  = fault.Code("FL-723") // a request cites what a thief has logged
	SignerOver        = fault.Code("FL-724") // the desk's signer was ended or has expired
	LogKeyEnded       = fault.Code("FL-725") // the desk's log key was ended
)

// Head keeps the newest signed checkpoint outside the ledger, where the
// ledger's backup does not reach.
type Head interface {
	Read() ([]byte, error)
	Write(checkpoint []byte) error
}

// HeadFile is a Head in a file.
type HeadFile struct{ Path string }

// NewHeadFile refuses a path inside the desk's folder: a backup of the
// folder would take the head along, and restoring it would hide the loss.
func NewHeadFile(path, desk string) (HeadFile, error) {
	relative, err := filepath.Rel(desk, path)
	if err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator)) {
		return HeadFile{}, HeadInside.New("the head file must lie outside the desk's folder", "file", path)
	}
	return HeadFile{Path: path}, nil
}

// Read returns the checkpoint.
func (h HeadFile) Read() ([]byte, error) {
	content, err := files.Read(h.Path, proof.MaxCheckpoint)
	if errors.Is(err, files.NotFound) {
		return nil, HeadMissing.New("the head file is not there", "file", h.Path)
	}
	return content, err
}

// Write replaces the checkpoint.
func (h HeadFile) Write(checkpoint []byte) error {
	return files.Replace(h.Path, checkpoint, files.Public)
}

// Desk is an open desk. Signer and LogKey are nil where nothing is signed.
type Desk struct {
	Ledger    *ledger.Ledger
	Trust     *keys.Trust
	TrustFile []byte
	Head      Head
	Signer    signedtext.Signer
	LogKey    *keys.LogKey
}

// CheckSecrets refuses to sign with what the trust file does not name, with a
// signer that has expired or was revoked, and where the root's secret is.
func (d *Desk) CheckSecrets(now time.Time) error {
	fingerprint := d.Signer.Fingerprint()
	if fingerprint == d.Trust.Root() {
		return RootAtDesk.New("this is the root's secret, not a signer's", "key", fingerprint)
	}
	if err := d.CheckSigner(fingerprint, now); err != nil {
		return err
	}
	for _, certificate := range []*openpgp.Certificate{d.Trust.IssuerCertificate(), d.Signer.Certificate()} {
		if err := certificate.CheckSigner(fingerprint, now); err != nil {
			return err
		}
	}
	for _, log := range d.Trust.Logs {
		switch {
		case string(log.Key) != d.LogKey.Verifier:
		case log.Retired != nil || log.Stolen != nil:
			return LogKeyEnded.New("the trust file has ended this log key", "origin", log.Origin)
		default:
			return nil
		}
	}
	return LogKeyNotTrusted.New("the trust file does not name this log key", "origin", d.LogKey.Origin)
}

// Begin opens the log of a new desk: its first entry is the trust file. The
// head file is made here and never silently again.
func (d *Desk) Begin(ctx context.Context, now time.Time) error {
	if err := d.CheckSecrets(now); err != nil {
		return err
	}
	signer, err := d.LogKey.Signer()
	if err != nil {
		return err
	}
	document, err := signedtext.Open(d.TrustFile, d.Trust.IssuerCertificate())
	if err != nil {
		return err
	}
	logged, err := d.Ledger.Begin(ctx, ledger.Log{Signer: signer}, ledger.Entry{
		Leaf:     proof.NewLeaf(keys.TrustKind, d.LogKey.Origin, d.Trust.Issued, document),
		Document: document,
		Check:    func([]byte) error { return nil }, // a trust file carries no proof
	})
	if err != nil {
		return err
	}
	return d.Head.Write(logged.Checkpoint)
}

// log returns how to append now: after the head file's checkpoint, and after
// the one that a request cites, if it is of this log.
func (d *Desk) log(cited *proof.Checkpoint) (ledger.Log, error) {
	signer, err := d.LogKey.Signer()
	if err != nil {
		return ledger.Log{}, err
	}
	signed, err := d.Head.Read()
	if err != nil {
		return ledger.Log{}, err
	}
	// The head may be signed by the log key that was before this one.
	head, err := proof.OpenCheckpoint(signed, verify.LogKeys(d.Trust.Logs))
	if err != nil {
		return ledger.Log{}, err
	}
	log := ledger.Log{Signer: signer, Heads: []proof.Checkpoint{head}}
	if cited != nil && cited.Origin == d.LogKey.Origin {
		log.Heads = append(log.Heads, *cited)
	}
	return log, nil
}

// AddProfile signs and logs a profile that a person wrote, and returns the
// file for the sites.
func (d *Desk) AddProfile(ctx context.Context, draft []byte, now time.Time) (*request.Profile, []byte, error) {
	if err := d.CheckSecrets(now); err != nil {
		return nil, nil, err
	}
	text, err := request.DraftProfile(draft, now)
	if err != nil {
		return nil, nil, err
	}
	profile, err := request.ParseProfile(text)
	if err != nil {
		return nil, nil, err
	}
	if !d.Trust.HasProduct(profile.Product) {
		return nil, nil, ProductNotTrusted.New("the trust file does not name this product", "product", profile.Product)
	}
	document, err := signedtext.Seal(text, d.Signer, now)
	if err != nil {
		return nil, nil, err
	}
	log, err := d.log(nil)
	if err != nil {
		return nil, nil, err
	}
	logged, err := d.Ledger.AddProfile(ctx, profile.Product, now, log, ledger.Entry{
		Leaf:     proof.NewLeaf(request.ProfileKind, profile.Product, profile.Issued, document),
		Document: document,
		Check: func(file []byte) error {
			_, err := verify.OpenProfile(file, d.Trust)
			return err
		},
	})
	if err != nil {
		return nil, nil, err
	}
	return profile, logged.File, d.Head.Write(logged.Checkpoint)
}

// Invitation is what a new customer gets.
type Invitation struct {
	Customer ledger.Customer
	Product  string
	Site     string // empty: not said
	Code     keys.Code
	Expires  time.Time
	Trust    []byte
	Profile  []byte
}

// InvitationDays is how long an enrollment code can be used.
const InvitationDays = 30

// Invite is InviteSite without saying for which site.
func (d *Desk) Invite(ctx context.Context, number, product string, now time.Time, random io.Reader) (*Invitation, error) {
	return d.InviteSite(ctx, number, product, "", now, random)
}

// InviteSite draws an enrollment code for a site of a customer and a product,
// and records its public half. The site is for the letter, and for review to
// compare: the code itself does not know it.
func (d *Desk) InviteSite(ctx context.Context, number, product, site string, now time.Time, random io.Reader) (*Invitation, error) {
	customer, found, err := d.Ledger.Customer(ctx, number)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, UnknownCustomer.New("the ledger does not know the customer", "customer", number)
	}
	_, profile, err := d.NewestProfile(ctx, product)
	if err != nil {
		return nil, err
	}
	code, err := keys.NewCode(random)
	if err != nil {
		return nil, err
	}
	invitation := &Invitation{
		Customer: customer, Product: product, Site: site, Code: code, Expires: now.AddDate(0, 0, InvitationDays),
		Trust: d.TrustFile, Profile: profile,
	}
	return invitation, d.Ledger.AddEnrollment(ctx, ledger.Enrollment{
		Customer: number, Product: product, Site: site, Public: code.PublicKey(number), Created: now, Expires: invitation.Expires,
	})
}

// Reply is what goes back to a site: the license, and the newest trust file,
// profile and revocation list beside it.
type Reply struct {
	License     *verify.License
	Again       bool   // the request had been answered before
	Name        string // of the license file
	File        []byte
	Trust       []byte
	Profile     []byte
	Revocations []byte // nil before the first list
}

// Issue answers a reviewed request. A request that was answered before gets
// the same file again, which takes no secret.
func (d *Desk) Issue(ctx context.Context, review *Review, now time.Time) (*Reply, error) {
	if err := review.Refusal(); err != nil {
		return nil, err
	}
	// A list that sites would refuse stops the reply before anything happens.
	if _, _, err := d.Revocations(ctx); err != nil {
		return nil, err
	}
	if file := review.Answered.File; file != nil {
		if err := d.catchUp(ctx); err != nil {
			return nil, err
		}
		return d.reply(ctx, review, file, true)
	}
	if err := d.CheckSecrets(now); err != nil {
		return nil, err
	}
	if err := d.keyStillCounts(ctx, review, now); err != nil {
		return nil, err
	}
	log, err := d.log(review.cited)
	if err != nil {
		return nil, err
	}
	// Looked at before anything is reserved, and again by Finish.
	for _, head := range log.Heads {
		if err := d.Ledger.Contains(ctx, head); err != nil {
			return nil, err
		}
	}
	reserved, err := d.Ledger.Reserve(ctx, review.reservation(now))
	if err != nil {
		return nil, err
	}
	return d.finish(ctx, review, reserved, log)
}

// keyStillCounts looks at the site key again: while one operator thought about
// a review, another may have retired it, or the code may have been used.
func (d *Desk) keyStillCounts(ctx context.Context, review *Review, now time.Time) error {
	finding, err := d.reviewKey(ctx, review, now)
	if _, asks := finding.(question); err != nil || asks {
		return err
	}
	return finding
}

// catchUp writes the ledger's newest checkpoint into a head file that a power
// failure left behind. A head that the ledger does not contain stays as it
// is: it is evidence.
func (d *Desk) catchUp(ctx context.Context) error {
	stored, err := d.Head.Read()
	if err != nil {
		return err
	}
	newest, err := d.Ledger.Head(ctx)
	if err != nil || bytes.Equal(stored, newest) {
		return err
	}
	head, err := proof.OpenCheckpoint(stored, verify.LogKeys(d.Trust.Logs))
	if err != nil {
		return err
	}
	if err := d.Ledger.Contains(ctx, head); err != nil {
		return err
	}
	return d.Head.Write(newest)
}

// finish signs and logs a reservation. The text, and so the signature, is the
// one of the reservation, even when that was made before a crash.
func (d *Desk) finish(ctx context.Context, review *Review, reserved ledger.License, log ledger.Log) (*Reply, error) {
	document, err := signedtext.Seal(reserved.Text, d.Signer, d.signingTime(reserved.Issued))
	if err != nil {
		return nil, err
	}
	logged, err := d.Ledger.Finish(ctx, reserved, log, ledger.Entry{
		Leaf:     proof.NewLeaf(license.Kind, reserved.Serial, reserved.Issued, document),
		Document: document,
		Check:    func(file []byte) error { return d.checkLicense(file, review) },
	})
	if err != nil {
		return nil, err
	}
	if err := d.Head.Write(logged.Checkpoint); err != nil {
		return nil, err
	}
	return d.reply(ctx, review, logged.File, reserved.File != nil)
}

// reply puts together what goes back.
func (d *Desk) reply(ctx context.Context, review *Review, file []byte, again bool) (*Reply, error) {
	if review.Profile == nil {
		return nil, UnknownProfile.New("the profile of the request is not known any more", "profile", review.Request.Databases[0].Profile)
	}
	file, err := d.proved(ctx, file, d.isLicense)
	if err != nil {
		return nil, err
	}
	opened, err := verify.Open(file, d.Trust)
	if err != nil {
		return nil, err
	}
	_, profile, err := d.NewestProfile(ctx, opened.Product.Name)
	if err != nil {
		return nil, err
	}
	_, revocations, err := d.Revocations(ctx)
	if err != nil {
		return nil, err
	}
	return &Reply{
		License: opened, Again: again, Name: review.Profile.FileName(review.Version),
		File: file, Trust: d.TrustFile, Profile: profile, Revocations: revocations,
	}, nil
}

// checkLicense judges the finished license as the site will.
func (d *Desk) checkLicense(file []byte, review *Review) error {
	opened, err := verify.Open(file, d.Trust)
	if err != nil {
		return err
	}
	verdict := verify.Judge(opened, verify.Situation{
		Now: opened.Issued, Customer: review.Request.Customer, Product: review.Request.Product.Name,
		Version: verify.Running{Asked: true, Text: review.Request.Product.Version, Source: "request"},
	})
	if verdict.Outcome != verify.Valid {
		return verdict.Reason()
	}
	for i, database := range opened.Databases {
		if !bytes.Equal(database.Items, review.Request.Databases[i].Items) {
			return NotReviewed.New("the license does not carry the request's fingerprint", "database", database.Name)
		}
	}
	return nil
}

// Fingerprint returns the site key's fingerprint for comparison by telephone.
func (r *Review) Fingerprint() openpgp.Fingerprint { return r.Request.Certificate.Fingerprint() }
