package request

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/signedtext"
)

// Scheme says how a product writes its versions.
type Scheme string

// The two schemes.
const (
	// Numbers is 8.9 or 8.9.1: one to four numbers.
	Numbers Scheme = "numbers"
	// BuildStamp is 7.8.5.13100517_x64: three numbers, the time of the
	// build as YYMMDDHH, and the word size that the version needs, if any.
	BuildStamp Scheme = "build-stamp"
)

// Known reports whether it is one of the schemes.
func (s Scheme) Known() bool { return s == Numbers || s == BuildStamp }

// Version is one version of a product.
type Version struct {
	text    string
	numbers []int
	built   time.Time // zero in the scheme Numbers
	suffix  string    // "", "_x64" or "_x86"
}

// Parse reads a version in its one spelling: ASCII digits, no leading zeros,
// no blanks, no letters but the suffix.
func (s Scheme) Parse(text string) (Version, error) {
	version, ok := Version{text: text}, false
	switch s {
	case Numbers:
		version.numbers, ok = parseNumbers(text)
	case BuildStamp:
		ok = version.parseBuild(text)
	}
	if !ok {
		return Version{}, BadVersion.New("not a version of this scheme", "version", text, "scheme", s)
	}
	return version, nil
}

// parseBuild reads three numbers, a build stamp and a suffix.
func (v *Version) parseBuild(text string) (ok bool) {
	if at := strings.Index(text, "_"); at >= 0 {
		text, v.suffix = text[:at], text[at:]
	}
	at := strings.LastIndex(text, ".")
	if at < 0 || v.suffix != "" && v.suffix != "_x64" && v.suffix != "_x86" {
		return false
	}
	stamp := text[at+1:]
	if len(stamp) != len("YYMMDDHH") || !signedtext.MadeOf(stamp, signedtext.Digits, len(stamp)) { // time.Parse takes -1 for a year
		return false
	}
	built, err := time.Parse("06010215", stamp)
	if err != nil {
		return false
	}
	v.built = century(built)
	v.numbers, ok = parseNumbers(text[:at])
	return ok && len(v.numbers) == 3
}

// century moves a year that Go reads as 19YY to 20YY: build stamps begin
// with this century.
func century(built time.Time) time.Time {
	if built.Year() < 2000 {
		return built.AddDate(100, 0, 0)
	}
	return built
}

// parseNumbers reads one to four numbers of up to nine digits, without
// leading zeros, with dots between them.
func parseNumbers(text string) (numbers []int, ok bool) {
	for number := range strings.SplitSeq(text, ".") {
		value, err := strconv.Atoi(number)
		if err != nil || value < 0 || value > 999_999_999 || strconv.Itoa(value) != number || len(numbers) == 4 {
			return nil, false
		}
		numbers = append(numbers, value)
	}
	return numbers, true
}

// String returns the version as it was parsed.
func (v Version) String() string { return v.text }

// Built returns the time of the build, to the hour, or zero.
func (v Version) Built() time.Time { return v.built }

// Needs64Bits reports whether the version is for 64-bit machines only.
func (v Version) Needs64Bits() bool { return v.suffix == "_x64" }

// Compare orders versions: number by number, a missing number before zero,
// then by build, then by suffix. 8.10 is after 8.9.
func (v Version) Compare(other Version) int {
	if order := slices.Compare(v.numbers, other.numbers); order != 0 {
		return order
	}
	if order := v.built.Compare(other.built); order != 0 {
		return order
	}
	return strings.Compare(v.suffix, other.suffix)
}

// Licensed returns the first digits numbers, which is how a license names a
// version; missing numbers are zero. With two digits 8.9.1 becomes 8.9.
func (v Version) Licensed(digits int) string {
	parts := make([]string, digits)
	for i, number := range v.licensed(digits) {
		parts[i] = strconv.Itoa(number)
	}
	return strings.Join(parts, ".")
}

func (v Version) licensed(digits int) []int {
	numbers := make([]int, digits)
	copy(numbers, v.numbers)
	return numbers
}

// MaintenanceRule is the coverage "whatever was built before the maintenance
// ended", for schemes with a build stamp.
const MaintenanceRule = "maintenance"

// Coverage is what a license says of versions: a list of versions, of
// ranges such as 8.7..8.9, or MaintenanceRule alone.
type Coverage struct {
	maintenance bool
	digits      int
	spans       [][2][]int
}

// ParseCoverage reads a coverage. Each version in it has exactly the given
// number of digits, 1 to 4; the items are separated by one blank.
func ParseCoverage(scheme Scheme, digits int, text string) (Coverage, error) {
	coverage := Coverage{digits: digits}
	if text == MaintenanceRule && scheme == BuildStamp {
		coverage.maintenance = true
		return coverage, nil
	}
	for item := range strings.SplitSeq(text, " ") {
		first, last, isRange := strings.Cut(item, "..")
		if !isRange {
			last = first
		}
		low, errLow := Numbers.Parse(first)
		high, errHigh := Numbers.Parse(last)
		if errLow != nil || errHigh != nil || len(low.numbers) != digits || len(high.numbers) != digits || isRange && low.Compare(high) >= 0 {
			return Coverage{}, BadVersion.New("not a list of versions", "version", text, "scheme", scheme)
		}
		coverage.spans = append(coverage.spans, [2][]int{low.numbers, high.numbers})
	}
	return coverage, nil
}

// Covers reports whether the version may run. The end of the maintenance
// counts for MaintenanceRule only.
func (c Coverage) Covers(version Version, maintenance time.Time) bool {
	if c.maintenance {
		return !version.built.IsZero() && !version.built.After(maintenance)
	}
	numbers := version.licensed(c.digits)
	return slices.ContainsFunc(c.spans, func(span [2][]int) bool {
		return slices.Compare(span[0], numbers) <= 0 && slices.Compare(numbers, span[1]) <= 0
	})
}
