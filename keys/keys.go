// Package keys holds the keys of the exchange and what is known of them: the
// issuer's root and signers, the log key, the keys of sites, the enrollment
// code that introduces a site, and the trust file that names all of the
// issuer's keys.
//
// The root is one Ed25519 key without an end. It certifies the signers and
// signs the trust files, and nothing else; it stays offline. Its fingerprint
// is what programs and auditors know beforehand. (It carries OpenPGP's sign
// flag beside the certify flag: gpg refuses the signature of a certify-only
// key over a document, "Wrong key usage".)
//
// A signer is a signing subkey of the root, one a year and one for each
// operator's machine. Its secret file holds no part of the root's secret.
//
// The log key is an Ed25519 key of C2SP signed notes, in a file of its own
// under a passphrase of its own.
//
// A site key is one Ed25519 key, made at the site.
package keys

import (
	"io"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
)

// Codes of this package's errors.
const (
	ForeignRoot   = fault.Code("FL-206") // a trust file under another root
	BadTrust      = fault.Code("FL-207") // a trust file that contradicts itself
	NoRoot        = fault.Code("FL-208") // no root fingerprint is known
	BadCode       = fault.Code("FL-211") // not an enrollment code
	BadEnrollment = fault.Code("FL-212") // an enrollment proof that was not made with the code
	BadLogKey     = fault.Code("FL-213") // not a log key
	TakenBack     = fault.Code("FL-214") // a next trust file that takes back what the one before said
	SameNumber    = fault.Code("FL-216") // two trust files of one sequence number
)

// siteUserID is the user ID of site keys: no person, no customer.
const siteUserID = "Futura site key"

// NewSiteKey makes the key of a site.
func NewSiteKey(at time.Time, random io.Reader) (*openpgp.Secret, error) {
	return openpgp.Generate(siteUserID, at, random)
}
