// Package revocation reads and writes the revocation list, strictly.
// docs/revocation.md is the specification; a list looks like this:
//
//	kind = "futura-revocations"
//	format = 1
//	sequence = 3
//	issued = 2026-11-21T10:00:00Z
//
//	[[license]]
//	serial = "L-2026-000001"
//	digest = "…"
//	customer = "00123"
//	valid_until = 2026-12-06T23:59:59Z
//	reason = "contract"
//
// A list names every license of the issuer that is revoked. What the next
// list does not name any more is not revoked any more. A license that has a
// newer one beside it is superseded, and that is nothing to be revoked for.
package revocation

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify/license"
)

// BadList is the code of a list that contradicts itself.
const BadList = fault.Code("FL-530")

// Kind is the kind of a revocation list.
const Kind = "futura-revocations"

const format = 1

// MaxEntries bounds a list. An entry has at most 180 bytes and the head at
// most 110, so that 360 entries stay below the 64 kB of signedtext.MaxText.
const MaxEntries = 360

// Reason is why a license was revoked. The list goes to every customer, so
// that the words are coarse, and "superseded" is not among them.
type Reason string

// The reasons.
const (
	Unspecified     Reason = "unspecified"
	Mistake         Reason = "mistake"          // it should not have been issued
	Contract        Reason = "contract"         // the contract is another one now, or none
	CustomerRequest Reason = "customer-request" // the customer gave it back
	KeyLost         Reason = "key-lost"         // the site key is in wrong hands
)

// Reasons returns all reasons.
func Reasons() []Reason {
	return []Reason{Unspecified, Mistake, Contract, CustomerRequest, KeyLost}
}

// Known reports whether the reason is one of Reasons.
func (r Reason) Known() bool { return slices.Contains(Reasons(), r) }

// List is the document.
type List struct {
	Kind     string    `toml:"kind"`
	Format   int       `toml:"format"`
	Sequence int64     `toml:"sequence"` // counts up; a reader never goes back
	Issued   time.Time `toml:"issued"`
	Entries  []Entry   `toml:"license,omitempty"` // in the order of their serials
}

// Entry is one revoked license. The digest says which; the serial and the
// customer are for people.
type Entry struct {
	Serial     string            `toml:"serial"`
	Digest     signedtext.Digest `toml:"digest"`
	Customer   string            `toml:"customer"`
	ValidUntil time.Time         `toml:"valid_until"`
	Reason     Reason            `toml:"reason"`
}

// Marshal writes the canonical text; kind and format are filled in.
func (l List) Marshal() ([]byte, error) {
	l.Kind, l.Format = Kind, format
	if err := l.check(); err != nil {
		return nil, err
	}
	return signedtext.Marshal(l)
}

// Parse reads what Marshal writes, and nothing else.
func Parse(text []byte) (*List, error) {
	var list List
	if err := signedtext.Unmarshal(text, Kind, format, &list); err != nil {
		return nil, err
	}
	if err := list.check(); err != nil {
		return nil, err
	}
	return &list, nil
}

func bad(field, reason string) error {
	return BadList.New("the revocation list contradicts itself", "field", field, "reason", reason)
}

func (l *List) check() error {
	if l.Sequence < 1 {
		return bad("sequence", "range")
	}
	if len(l.Entries) > MaxEntries {
		return bad("license", "count")
	}
	digests := map[signedtext.Digest]bool{}
	before := ""
	for _, entry := range l.Entries {
		if err := entry.check(); err != nil {
			return err
		}
		if digests[entry.Digest] || entry.Serial == before {
			return bad("license", "twice")
		}
		if entry.Serial < before {
			return bad("serial", "order")
		}
		digests[entry.Digest], before = true, entry.Serial
	}
	return nil
}

func (e *Entry) check() error {
	if !license.IsSerial(e.Serial) {
		return bad("serial", "form")
	}
	if !e.Reason.Known() {
		return bad("reason", "unknown")
	}
	return signedtext.CheckNumber("customer", e.Customer)
}

// Name returns the list's name in the log: its sequence number.
func (l *List) Name() string { return strconv.FormatInt(l.Sequence, 10) }

// Entry returns what the list says of a license, or false.
func (l *List) Entry(license signedtext.Digest) (Entry, bool) {
	for _, entry := range l.Entries {
		if entry.Digest == license {
			return entry, true
		}
	}
	return Entry{}, false
}

// With returns the entries with one more, or with another one of that serial
// in its place.
func (l *List) With(added Entry) []Entry {
	entries := append(l.Without(added.Serial), added)
	slices.SortFunc(entries, func(one, two Entry) int { return strings.Compare(one.Serial, two.Serial) })
	return entries
}

// Without returns the entries but the one of a serial.
func (l *List) Without(serial string) []Entry {
	return slices.DeleteFunc(slices.Clone(l.Entries), func(entry Entry) bool { return entry.Serial == serial })
}
