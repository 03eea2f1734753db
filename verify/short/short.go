// Package short is the short form of a license, for a site that has nothing
// but a keyboard: a telephone call brings it.
//
// The site still holds the request that the license answers, with all its
// fingerprints, and the profile that it was measured by. So the short form
// carries only what the issuer added, and the signature; the site writes the
// license again, and the signature decides whether that is what was signed.
//
// # The lines
//
//	1: 2N81 6TWR X91Y Q53B 05H7 R00T 043G Y3XG  RA8P
//	2: 46RG MN14 MF39 B9X0 7YBB XQ7M 8JXQ SYEC  6PYC
//	3: G8EN VFZB DQE3 DC7S HAZ1 1NMW S1TP FVZZ  57R9
//	4: 91CC C98G DJM3 Z3A7 MTE0 4A2E G0HC VJ62  2C0K
//	5: XZBG J000 0000 0000 0000 0000 0000 0000  1E66
//
// (This is a license with nothing but its version.) At most eight lines of
// package lines, numbered from 1: 288 characters, and eight more in their
// numbers. They hold, times being big-endian and varints those of
// encoding/binary in their shortest form:
//
//	1 byte    version of the form: 1, times 16, and the number of lines
//	4 bytes   the beginning of the request's digest
//	4 bytes   the beginning of the signer's fingerprint
//	4 bytes   when the license was issued, in seconds since 1970
//	1 byte    flags: 1 versions, 2 modules, 4 maintenance, 8 expires, 16 the
//	          packet is laid out as GnuPG does, 32 signed after it was issued
//	varints   of the serial L-YEAR-NUMBER the year less 2000, and the number
//	varints   undecided, unrecognized and unproved days
//	varint    seconds from the issue to the signature, if flagged
//	4 bytes   the end of the maintenance, if flagged
//	4 bytes   the end of the license, if flagged
//	text      the versions, if flagged: a varint with its length in bytes, and
//	          the text; without them it is the version that was asked for
//	text      the modules, if flagged
//	64 bytes  R and S of the Ed25519 signature
//	zero bits that fill the last line
//
// There is one short form of a license, and one license for a short form and
// the request that it answers. It has no proof that the license was logged:
// verify.OpenInstalled and verify.Judge say what such a license is good for.
//
// A line that is wrong is named and never corrected. What lines that fit
// their check values say together is a claim until the signature of the
// license that they make was verified.
package short

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/lines"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify/license"
)

// Codes of this package's errors.
const (
	WrongLines  = fault.Code("FL-165") // lines that are wrong or missing, by their numbers
	NotShort    = fault.Code("FL-166") // no short form, or one that this program does not know
	NoShort     = fault.Code("FL-168") // a license that has no short form
	NotTogether = fault.Code("FL-169") // every line is right, and what they make was not signed
)

// Limits.
const (
	MaxLines = 8        // with 36 characters each, and the number
	MaxText  = 64 << 10 // bytes of a short form as it is typed
	maxSize  = MaxLines * lines.Size
	idSize   = 4 // of a digest or a fingerprint
)

const version = 1

// The flags.
const (
	hasVersions = 1 << iota
	hasModules
	hasMaintenance
	hasExpires
	byGnuPG
	signedLater
)

// Form is what a short form says.
type Form struct {
	Request   [idSize]byte // the beginning of the request's digest
	Signer    [idSize]byte // the beginning of the signer's fingerprint
	Granted   license.Granted
	Signature openpgp.Bare
}

// Answers reports whether the form may answer the request with this digest.
func (f *Form) Answers(digest signedtext.Digest) bool {
	return bytes.Equal(f.Request[:], digest[:idSize])
}

// SignedBy reports whether the key may have signed it.
func (f *Form) SignedBy(key openpgp.Fingerprint) bool { return bytes.Equal(f.Signer[:], key[:idSize]) }

// Lines writes the form, each line with its number. NoShort has as its value
// "field" what is too long, or cannot be said in the form.
func (f *Form) Lines() ([]string, error) {
	content, err := f.marshal()
	if err != nil {
		return nil, err
	}
	var written []string
	for i, line := range lines.Cut(content) {
		written = append(written, fmt.Sprintf("%d: %s", i+1, line.Groups(i+1)))
	}
	return written, nil
}

func noShort(field, reason string) error {
	return NoShort.New("the license has no short form", "field", field, "reason", reason)
}

func (f *Form) marshal() ([]byte, error) {
	granted := f.Granted
	if field := f.outOfRange(); field != "" {
		return nil, noShort(field, "range")
	}
	year, number := splitSerial(granted.Serial)
	content := append(append([]byte{0}, f.Request[:]...), f.Signer[:]...)
	content = append(appendTime(content, granted.Issued), f.flags())
	for _, count := range []int{year, number, granted.Terms.UndecidedDays, granted.Terms.UnrecognizedDays, granted.Terms.UnprovedDays} {
		content = binary.AppendUvarint(content, uint64(count))
	}
	if later := f.later(); later > 0 {
		content = binary.AppendUvarint(content, uint64(later))
	}
	for _, instant := range []time.Time{granted.Maintenance, granted.Terms.Expires} {
		if !instant.IsZero() {
			content = appendTime(content, instant)
		}
	}
	for _, text := range []string{granted.Versions, granted.Modules} {
		if text != "" {
			content = append(binary.AppendUvarint(content, uint64(len(text))), text...)
		}
	}
	content = append(content, f.Signature.Numbers[:]...)
	if len(content) > maxSize {
		return nil, tooLong(granted, len(content)-maxSize)
	}
	content = append(content, make([]byte, (lines.Size-len(content)%lines.Size)%lines.Size)...)
	content[0] = version<<4 | byte(len(content)/lines.Size)
	return content, nil
}

// later is how many seconds after the issue the license was signed.
func (f *Form) later() int64 { return f.Signature.Created.Unix() - f.Granted.Issued.Unix() }

// outOfRange names a field that the form cannot say.
func (f *Form) outOfRange() (field string) {
	granted := f.Granted
	year, _ := splitSerial(granted.Serial)
	switch {
	case year < 0:
		return "serial"
	case !fits(granted.Issued) || !fits(f.Signature.Created) || f.later() < 0:
		return "issued"
	case !granted.Maintenance.IsZero() && !fits(granted.Maintenance):
		return "maintenance"
	case !granted.Terms.Expires.IsZero() && !fits(granted.Terms.Expires):
		return "expires"
	}
	return ""
}

// tooLong names what would have to be shorter.
func tooLong(granted license.Granted, excess int) error {
	field := "modules"
	if len(granted.Versions) > len(granted.Modules) {
		field = "versions"
	}
	return NoShort.New("the license is too long for a short form", "field", field, "reason", "length", "excess", excess)
}

func (f *Form) flags() (flags byte) {
	for flag, set := range map[byte]bool{
		hasVersions: f.Granted.Versions != "", hasModules: f.Granted.Modules != "", hasMaintenance: !f.Granted.Maintenance.IsZero(),
		hasExpires: !f.Granted.Terms.Expires.IsZero(), byGnuPG: f.Signature.Layout == openpgp.GnuPGLayout, signedLater: f.later() > 0,
	} {
		if set {
			flags |= flag
		}
	}
	return flags
}

// fits reports whether a time is a whole second after the first of 1970 that
// 32 bits can say.
func fits(instant time.Time) bool {
	return instant.Nanosecond() == 0 && instant.Unix() > 0 && instant.Unix() < 1<<32
}

func appendTime(content []byte, instant time.Time) []byte {
	return binary.BigEndian.AppendUint32(content, uint32(instant.Unix()))
}

// splitSerial takes L-YEAR-NUMBER apart. The year counts from 2000; it is
// negative before that, and for what is no serial.
func splitSerial(serial string) (year, number int) {
	if !license.IsSerial(serial) {
		return -1, 0
	}
	parts := strings.Split(serial, "-")
	year, _ = strconv.Atoi(parts[1]) // IsSerial has seen that they are digits
	number, _ = strconv.Atoi(parts[2])
	return year - 2000, number
}

// Parse reads a short form as it was typed. WrongLines has the numbers of all
// wrong and missing lines as its value "lines". While line 1 is missing nobody
// knows how many there are: then the lines above the last that was typed are
// not among them.
func Parse(text []byte) (*Form, error) {
	if len(text) > MaxText {
		return nil, notShort("length")
	}
	found, wrong := lines.Find(string(text))
	if len(found) == 0 && len(wrong) == 0 {
		return nil, notShort("no numbered lines")
	}
	last, err := count(found, wrong)
	if err != nil {
		return nil, err
	}
	var content []byte
	for number := 1; number <= last; number++ {
		line, ok := found[number]
		if !ok {
			wrong = append(wrong, number)
		}
		content = append(content, line[:]...)
	}
	for number := range found {
		if number < 1 || number > last {
			wrong = append(wrong, number)
		}
	}
	if len(wrong) > 0 {
		return nil, WrongLines.New("lines are wrong or missing", "lines", lines.List(wrong))
	}
	return unmarshal(content)
}

// Line reads one line that was asked for, with its number before it or
// without, or says that it is wrong.
func Line(number int, typed string) (line lines.Line, ok bool) {
	if named, groups, found := lines.Number(typed); found && named == number {
		typed = groups
	}
	return lines.Parse(number, strings.TrimRight(typed, "\r\n"))
}

func notShort(reason string) error { return NotShort.New("not a short form", "reason", reason) }

// count says how many lines there are: as line 1 says or, without it, as far
// as was typed.
func count(found map[int]lines.Line, wrong []int) (last int, err error) {
	if first, ok := found[1]; ok {
		_, last, err = Begin(first)
		return last, err
	}
	for _, number := range slices.AppendSeq(slices.Clone(wrong), maps.Keys(found)) {
		if number <= MaxLines {
			last = max(last, number)
		}
	}
	return max(last, 1), nil
}

// Begin returns what line 1 says of a short form: how many lines it has, and
// which request and signer it claims. The rest of the form is left empty.
func Begin(first lines.Line) (form *Form, count int, err error) {
	count = int(first[0] & 15)
	switch {
	case first[0]>>4 != version:
		return nil, 0, notShort("unknown")
	case count < 1 || count > MaxLines:
		return nil, 0, notShort("length")
	}
	form = &Form{}
	form.begin(&reader{rest: first[1:]})
	return form, count, nil
}

func (f *Form) begin(reader *reader) {
	copy(f.Request[:], reader.take(idSize))
	copy(f.Signer[:], reader.take(idSize))
}

// unmarshal reads the content of all lines, and demands that it is what
// marshal writes.
func unmarshal(content []byte) (*Form, error) {
	reader := reader{rest: content[1:]}
	form := &Form{}
	form.begin(&reader)
	form.Granted.Issued = reader.time()
	flags := reader.take(1)[0]
	form.Granted.Serial = fmt.Sprintf("L-%04d-%06d", 2000+reader.count(), reader.count())
	form.Granted.Terms.UndecidedDays = reader.count()
	form.Granted.Terms.UnrecognizedDays = reader.count()
	form.Granted.Terms.UnprovedDays = reader.count()
	form.Signature.Created = form.Granted.Issued
	if flags&signedLater != 0 {
		form.Signature.Created = form.Granted.Issued.Add(time.Duration(reader.count()) * time.Second)
	}
	if flags&hasMaintenance != 0 {
		form.Granted.Maintenance = reader.time()
	}
	if flags&hasExpires != 0 {
		form.Granted.Terms.Expires = reader.time()
	}
	if flags&hasVersions != 0 {
		form.Granted.Versions = reader.text()
	}
	if flags&hasModules != 0 {
		form.Granted.Modules = reader.text()
	}
	if flags&byGnuPG != 0 {
		form.Signature.Layout = openpgp.GnuPGLayout
	}
	copy(form.Signature.Numbers[:], reader.take(len(form.Signature.Numbers)))
	again, err := form.marshal()
	if err != nil || reader.short || !bytes.Equal(again, content) {
		return nil, notShort("form")
	}
	return form, nil
}

// reader takes the content apart. Behind its end it reads zeros, and
// remembers.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) take(size int) []byte {
	if size > len(r.rest) {
		r.short = true
		return make([]byte, size)
	}
	taken := r.rest[:size]
	r.rest = r.rest[size:]
	return taken
}

func (r *reader) time() time.Time {
	return time.Unix(int64(binary.BigEndian.Uint32(r.take(4))), 0).UTC()
}

// count reads a varint of at most 31 bits.
func (r *reader) count() int {
	value, size := binary.Uvarint(r.rest)
	if size <= 0 || value >= 1<<31 {
		r.short = true
		return 0
	}
	r.rest = r.rest[size:]
	return int(value)
}

func (r *reader) text() string {
	size := r.count()
	if size > len(r.rest) {
		r.short = true
		return ""
	}
	return string(r.take(size))
}
