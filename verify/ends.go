package verify

import (
	"errors"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify/proof"
)

// Codes of what the ends of signers and log keys rule out.
const (
	NotPinned   = fault.Code("FL-525") // not proved against the one checkpoint that a hard end leaves
	EndedLately = fault.Code("FL-526") // a warning: ruled out by an end, within the days of grace
)

// OpenInstalled is Open for a license that lies at a site, where it may have
// been good before. It also returns a license that nothing but an end in the
// trust file rules out: then its log check fails, Ended returns why, and
// Judge gives it the days of grace if it was good at this place.
//
// And it returns a license without a proof, such as the short form brings, if
// the license gives its proof time to come (license.Terms): then its log
// check fails, Unproved reports so, and Judge gives it that time. The proof
// of a signer whom the trust file has ended would have to say when it signed,
// so that without one the end rules the license out.
//
// Whoever keeps no history calls Open.
func OpenInstalled(file []byte, trust *keys.Trust) (*License, error) {
	return open(file, opening{trust: trust, installed: true})
}

// Ended returns why an end in the trust file rules the license out, or nil.
func (l *License) Ended() error {
	if l.Unproved() {
		return nil
	}
	return l.failedLog()
}

// Unproved reports whether the license waits for its proof.
func (l *License) Unproved() bool { return errors.Is(l.failedLog(), Unlogged) }

func (l *License) failedLog() error {
	for _, check := range l.Checks {
		if check.Name == LogCheck && check.Outcome == Fail {
			return check.Err
		}
	}
	return nil
}

// checkUnproved is why a document without a proof fails the log check.
func checkUnproved(signer keys.Signer) error {
	if signer.Retired != nil || signer.Stolen != nil {
		return SignerEnded.New("nothing proves that it was logged before the signer's end", "key", signer.Fingerprint)
	}
	return unlogged()
}

// OpenInstalledProfile is OpenProfile for a profile that lies at a site. It
// also returns a profile that nothing but an end rules out, and that end as
// the first error: a good license that names its digest vouches for it.
func OpenInstalledProfile(file []byte, trust *keys.Trust) (profile *request.Profile, ended, err error) {
	opening := opening{trust: trust, installed: true}
	profile, err = openProfile(file, &opening)
	return profile, opening.ended, err
}

// checkEnds applies the ends of a signer and of the log key that signed the
// checkpoint; see keys.Signer and keys.Log.
func checkEnds(signer keys.Signer, log keys.Log, logged *Logged) error {
	if end := signer.Retired; end != nil && (logged.Origin != end.Origin || logged.Index >= end.Size) {
		return SignerEnded.New("logged after the signer's end", "key", signer.Fingerprint)
	}
	if end := log.Retired; end != nil && logged.Size > end.Size {
		return proof.BadCheckpoint.New("a checkpoint after the log key's end", "reason", "ended", "size", logged.Size)
	}
	if end := signer.Stolen; end != nil && logged.Checkpoint != (proof.Checkpoint{Origin: end.Origin, Size: end.Size, Root: end.Root}) {
		return notPinned(end.Origin, end.Size)
	}
	if end := log.Stolen; end != nil && logged.Checkpoint != (proof.Checkpoint{Origin: log.Origin, Size: end.Size, Root: end.Root}) {
		return notPinned(log.Origin, end.Size)
	}
	return nil
}

func notPinned(origin string, size int64) error {
	return NotPinned.New("not proved against the last checkpoint before a theft", "origin", origin, "size", size)
}

// Pin returns the checkpoint that documents of a signer must be proved
// against when they are logged in a log: that of the hard end of the signer
// or, without one, of the log key, which is the log's only one.
func Pin(trust *keys.Trust, signer keys.Signer, origin string) (proof.Checkpoint, bool) {
	if end := signer.Stolen; end != nil {
		return proof.Checkpoint{Origin: end.Origin, Size: end.Size, Root: end.Root}, true
	}
	for _, log := range trust.Logs {
		if log.Origin == origin && log.Stolen != nil {
			return proof.Checkpoint{Origin: origin, Size: log.Stolen.Size, Root: log.Stolen.Root}, true
		}
	}
	return proof.Checkpoint{}, false
}

// keyOf returns the log key that signed a checkpoint of an origin. Only where
// a log has had several keys the signature tells.
func keyOf(logged *Logged, logs []keys.Log) keys.Log {
	var found keys.Log
	count := 0
	for _, log := range logs {
		if log.Origin == logged.Origin {
			found, count = log, count+1
		}
	}
	if count < 2 {
		return found
	}
	for _, log := range logs {
		if _, err := proof.OpenCheckpoint(logged.Signed, []string{string(log.Key)}); err == nil {
			return log
		}
	}
	return found
}
