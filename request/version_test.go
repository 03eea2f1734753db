package request_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/request"
)

func version(t testing.TB, scheme request.Scheme, text string) request.Version {
	t.Helper()
	version, err := scheme.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func coverage(t testing.TB, scheme request.Scheme, digits int, text string) request.Coverage {
	t.Helper()
	coverage, err := request.ParseCoverage(scheme, digits, text)
	if err != nil {
		t.Fatal(err)
	}
	return coverage
}

// ordered holds versions of each scheme, each after the one before it.
var ordered = map[request.Scheme][]string{
	request.Numbers: {
		"0", "0.0", "0.0.0", "0.0.0.0", "0.0.0.1", "0.1", "1", "1.0", "1.2", "1.10", "2", "8", "8.0", "8.9", "8.9.0", "8.9.0.0", "8.9.0.1",
		"8.9.1", "8.9.2", "8.9.10", "8.10", "8.10.0", "8.11", "8.100", "9", "10", "10.0", "999999999", "999999999.999999999.999999999.999999999",
	},
	request.BuildStamp: {
		"0.0.0.00010100", "7.8.4.99123123_x86", "7.8.5.13100516", "7.8.5.13100516_x64", "7.8.5.13100516_x86", "7.8.5.13100517", "7.8.5.13100517_x64",
		"7.8.5.13100517_x86", "7.8.5.13100518", "7.8.5.13100600_x64", "7.8.5.13110100", "7.8.5.14010100", "7.8.5.68123123", "7.8.5.69010100",
		"7.8.5.99123123", "7.8.10.13100517", "7.10.0.13100517", "10.0.0.00022900", "999999999.999999999.999999999.99123123_x86",
	},
}

func TestParseAcceptsTheOneSpelling(t *testing.T) {
	for scheme, list := range ordered {
		for _, text := range list {
			if parsed, err := scheme.Parse(text); err != nil || parsed.String() != text {
				t.Errorf("%s %q: %q, %v", scheme, text, parsed, err)
			}
		}
	}
}

func TestParseRefusesOtherSpellings(t *testing.T) {
	for scheme, bad := range map[request.Scheme]map[string]string{
		request.Numbers: {
			"empty": "", "leading zero": "08.9", "leading zero behind the dot": "8.09", "two zeros": "8.00", "fullwidth digits": "８.９",
			"Arabic-Indic digits": "٨.٩", "fullwidth dot": "8．9", "superscript": "8.9²", "blank before": " 8.9", "blank after": "8.9 ",
			"blank inside": "8. 9", "no-break space": "8.9\u00a0", "tab": "\t8.9", "prefix v": "v8.9", "dot after": "8.9.", "dot before": ".8",
			"dot alone": ".", "two dots": "8..9", "five numbers": "1.2.3.4.5", "ten-digit number": "8.1234567890", "plus": "+8.9", "minus": "-8.9",
			"minus inside": "8.-9", "hexadecimal": "0x8.9", "hexadecimal digit": "8.A", "underscore": "8.1_0", "exponent": "8e1", "comma": "8,9",
			"zero-width space": "8\u200b.9", "byte order mark": "\ufeff8.9", "line end": "8.9\n", "CR": "8.9\r", "line end before": "\n8.9",
			"two lines": "8.9\n8.9", "NUL": "8.9\x00", "not UTF-8": "8.9\xff", "letter": "8.9a", "pre-release": "8.9-beta", "suffix": "8.9_x64",
			"range": "8.8..8.9", "list": "8.8 8.9", "star": "8.*", "build stamp": "7.8.5.13100517_x64", "quotes": `"8.9"`,
		},
		request.BuildStamp: {
			"empty": "", "numbers": "8.9", "three numbers": "7.8.5", "no third number": "7.8.13100517", "five numbers": "7.8.5.1.13100517",
			"month 13": "7.8.5.13130517", "month 0": "7.8.5.13000517", "day 0": "7.8.5.13100017", "day 31 of February": "7.8.5.13023117",
			"day 29 of a common February": "7.8.5.13022917", "day 31 of April": "7.8.5.13043117", "hour 24": "7.8.5.13100524", "hour 99": "7.8.5.13100599",
			"7 digits": "7.8.5.1310051", "9 digits": "7.8.5.131005170", "10 digits": "7.8.5.2013100517", "6 digits": "7.8.5.131005",
			"suffix _x32": "7.8.5.13100517_x32", "upper case": "7.8.5.13100517_X64", "suffix without underscore": "7.8.5.13100517x64",
			"underscore alone": "7.8.5.13100517_", "suffix with a dot": "7.8.5.13100517.x64", "two suffixes": "7.8.5.13100517_x64_x64",
			"arm": "7.8.5.13100517_arm64", "leading zero": "07.8.5.13100517", "ten-digit number": "7.8.1234567890.13100517", "prefix v": "v7.8.5.13100517",
			"fullwidth stamp": "7.8.5.１３１００５１７", "blank before": " 7.8.5.13100517", "blank after": "7.8.5.13100517 ", "blank in the stamp": "7.8.5.131005 7",
			"sign in the stamp": "7.8.5.+1310051", "line end": "7.8.5.13100517\n", "line end after the suffix": "7.8.5.13100517_x64\n",
			"dot after": "7.8.5.13100517.", "two dots": "7.8..5.13100517", "zero-width space": "7.8.5.13100517\u200b_x64", "rule": "maintenance",
		},
		"": {"no scheme": "8.9"}, "Numbers": {"scheme in other case": "8.9"}, "semver": {"unknown scheme": "8.9", "stamp of an unknown scheme": "7.8.5.13100517"},
	} {
		for name, text := range bad {
			if parsed, err := scheme.Parse(text); !errors.Is(err, request.BadVersion) || parsed.String() != "" {
				t.Errorf("%s, %s: %q, %v", scheme, name, parsed, err)
			}
		}
	}
}

// Every pair of the lists compares as their places do, which makes it a
// total order: antisymmetric, transitive, and equal only to itself.
func TestVersionsHaveOneOrder(t *testing.T) {
	for scheme, list := range ordered {
		for i, one := range list {
			for j, other := range list {
				got := version(t, scheme, one).Compare(version(t, scheme, other))
				if want := min(1, max(-1, i-j)); got != want {
					t.Errorf("%s against %s: %d, want %d", one, other, got, want)
				}
			}
		}
	}
}

func drawVersion(random *rand.Rand, scheme request.Scheme) string {
	if scheme == request.BuildStamp {
		suffix := []string{"", "_x64", "_x86"}[random.IntN(3)]
		return fmt.Sprintf("%d.%d.8.%02d10%02d17%s", random.IntN(2), random.IntN(11), 68+random.IntN(2), 1+random.IntN(2), suffix)
	}
	text := fmt.Sprint(random.IntN(3))
	for range random.IntN(4) {
		text += fmt.Sprint(".", random.IntN(3)*5)
	}
	return text
}

// Drawn versions, many of them equal or nearly so: no triple contradicts.
func TestOrderOfDrawnVersions(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for scheme := range ordered {
		var list []request.Version
		for range 60 {
			list = append(list, version(t, scheme, drawVersion(random, scheme)))
		}
		for _, one := range list {
			for _, other := range list {
				order := one.Compare(other)
				if order != -other.Compare(one) || (order == 0) != (one.String() == other.String()) {
					t.Errorf("%s against %s: %d, and back %d", one, other, order, other.Compare(one))
				}
				for _, third := range list {
					if order <= 0 && other.Compare(third) <= 0 && one.Compare(third) > 0 {
						t.Errorf("%s, %s and %s go round in a circle", one, other, third)
					}
				}
			}
		}
	}
}

func TestLicensedIsTheFirstNumbers(t *testing.T) {
	for _, test := range []struct {
		scheme request.Scheme
		text   string
		want   [4]string // for 1 to 4 digits
	}{
		{request.Numbers, "8", [4]string{"8", "8.0", "8.0.0", "8.0.0.0"}},
		{request.Numbers, "8.9", [4]string{"8", "8.9", "8.9.0", "8.9.0.0"}},
		{request.Numbers, "8.10.1.7", [4]string{"8", "8.10", "8.10.1", "8.10.1.7"}},
		{request.Numbers, "0.0.999999999", [4]string{"0", "0.0", "0.0.999999999", "0.0.999999999.0"}},
		{request.BuildStamp, "7.8.5.13100517_x64", [4]string{"7", "7.8", "7.8.5", "7.8.5.0"}},
	} {
		parsed := version(t, test.scheme, test.text)
		for i, want := range test.want {
			if got := parsed.Licensed(i + 1); got != want {
				t.Errorf("%s with %d digits: %q, want %q", test.text, i+1, got, want)
			}
		}
		if parsed.String() != test.text {
			t.Errorf("%s became %s", test.text, parsed)
		}
	}
}

// Years of two digits are of this century, also those that Go would take for
// the last one.
func TestBuiltIsInThisCentury(t *testing.T) {
	for stamp, want := range map[string]time.Time{
		"7.8.5.13100517_x64": time.Date(2013, 10, 5, 17, 0, 0, 0, time.UTC),
		"7.8.5.00010100":     time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		"7.8.5.00022923":     time.Date(2000, 2, 29, 23, 0, 0, 0, time.UTC),
		"7.8.5.68123123":     time.Date(2068, 12, 31, 23, 0, 0, 0, time.UTC),
		"7.8.5.69010100_x86": time.Date(2069, 1, 1, 0, 0, 0, 0, time.UTC),
		"7.8.5.72022905":     time.Date(2072, 2, 29, 5, 0, 0, 0, time.UTC),
		"7.8.5.99123123":     time.Date(2099, 12, 31, 23, 0, 0, 0, time.UTC),
	} {
		if got := version(t, request.BuildStamp, stamp).Built(); got != want {
			t.Errorf("%s: %v, want %v", stamp, got, want)
		}
	}
	if built := version(t, request.Numbers, "8.9").Built(); !built.IsZero() {
		t.Errorf("8.9 was built %v", built)
	}
}

func TestOnlyTheSuffixNeeds64Bits(t *testing.T) {
	for text, want := range map[string]bool{"7.8.5.13100517_x64": true, "7.8.5.13100517_x86": false, "7.8.5.13100517": false, "64.64.64.64010100": false} {
		if got := version(t, request.BuildStamp, text).Needs64Bits(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if version(t, request.Numbers, "64.64").Needs64Bits() {
		t.Error("a number of 64 needs 64 bits")
	}
}

func TestParseCoverageRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		scheme request.Scheme
		digits int
		text   string
	}{
		"empty":                    {request.Numbers, 2, ""},
		"blank":                    {request.Numbers, 2, " "},
		"too few digits":           {request.Numbers, 2, "8"},
		"too many digits":          {request.Numbers, 2, "8.9.1"},
		"wrong digits in a list":   {request.Numbers, 2, "8.9 8.9.1"},
		"wrong digits at the end":  {request.Numbers, 2, "8.7..8.9.1"},
		"wrong digits at the head": {request.Numbers, 2, "8..8.9"},
		"reversed range":           {request.Numbers, 2, "8.9..8.7"},
		"reversed as numbers":      {request.Numbers, 2, "8.10..8.9"},
		"range of one":             {request.Numbers, 2, "8.9..8.9"},
		"range without end":        {request.Numbers, 2, "8.9.."},
		"range without begin":      {request.Numbers, 2, "..8.9"},
		"range of three":           {request.Numbers, 2, "8.7..8.8..8.9"},
		"three dots":               {request.Numbers, 2, "8.7...8.9"},
		"blanks in a range":        {request.Numbers, 2, "8.7 .. 8.9"},
		"double blank":             {request.Numbers, 2, "8.7  8.9"},
		"blank before":             {request.Numbers, 2, " 8.9"},
		"blank after":              {request.Numbers, 2, "8.9 "},
		"tab":                      {request.Numbers, 2, "8.7\t8.9"},
		"no-break space":           {request.Numbers, 2, "8.7\u00a08.9"},
		"comma":                    {request.Numbers, 2, "8.7,8.9"},
		"line end":                 {request.Numbers, 2, "8.9\n"},
		"leading zero":             {request.Numbers, 2, "8.09"},
		"fullwidth digits":         {request.Numbers, 2, "８.９"},
		"star":                     {request.Numbers, 2, "*"},
		"no digits":                {request.Numbers, 0, "8"},
		"maintenance of numbers":   {request.Numbers, 2, "maintenance"},
		"maintenance in a list":    {request.BuildStamp, 3, "maintenance 7.8.5"},
		"maintenance twice":        {request.BuildStamp, 3, "maintenance maintenance"},
		"maintenance upper case":   {request.BuildStamp, 3, "Maintenance"},
		"maintenance with a blank": {request.BuildStamp, 3, "maintenance "},
		"stamp":                    {request.BuildStamp, 3, "7.8.5.13100517"},
		"stamp for four digits":    {request.BuildStamp, 4, "7.8.5.13100517_x64"},
		"empty build stamp":        {request.BuildStamp, 3, ""},
	} {
		if _, err := request.ParseCoverage(test.scheme, test.digits, test.text); !errors.Is(err, request.BadVersion) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCoverageCovers(t *testing.T) {
	for _, test := range []struct {
		digits       int
		text         string
		inside, none string
	}{
		{2, "8.9", "8.9 8.9.0 8.9.1 8.9.999.1", "8 8.8 8.8.9 8.10 8.90 8.91 9 9.9 0.8.9"},
		{2, "8.0", "8 8.0 8.0.5", "8.1 7 80"},
		{2, "8.7..8.9", "8.7 8.7.0 8.8 8.8.99 8.9 8.9.9.9", "8.6 8.6.99 8.10 8.70 8 9"},
		{2, "8.9..8.11", "8.9 8.10 8.10.3 8.11", "8.8 8.1 8.12 8.99"},
		{2, "7.9..8.1", "7.9 7.10 7.999 8 8.0 8.1.5", "7.8 7 8.2 9"},
		{2, "8.7 8.9", "8.7 8.9.1", "8.8 8.6 8.10"},
		{2, "8.9 8.7", "8.7 8.9", "8.8"},
		{2, "6.1 8.7..8.9 10.0", "6.1 8.8 10 10.0.4", "6.2 8.10 10.1 1.0"},
		{1, "8", "8 8.0 8.99.99.99", "7.99 9 80"},
		{1, "8..10", "8 9.5 10.10", "7 11 1"},
		{3, "8.9.0", "8.9 8.9.0 8.9.0.7", "8.9.1 8.10 8"},
		{4, "8.9.1.2", "8.9.1.2", "8.9.1 8.9.1.1 8.9.1.3"},
		{4, "8.9.1.0..8.9.1.2", "8.9.1 8.9.1.0 8.9.1.1 8.9.1.2", "8.9 8.9.0.9 8.9.1.3"},
	} {
		parsed := coverage(t, request.Numbers, test.digits, test.text)
		for covered, list := range map[bool]string{true: test.inside, false: test.none} {
			for text := range strings.FieldsSeq(list) {
				// The end of maintenance has no part in a list.
				for _, maintenance := range []time.Time{{}, time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)} {
					if got := parsed.Covers(version(t, request.Numbers, text), maintenance); got != covered {
						t.Errorf("%q with %d digits covers %s: %v", test.text, test.digits, text, got)
					}
				}
			}
		}
	}
}

func TestCoverageOfBuildStamps(t *testing.T) {
	ends := time.Date(2013, 10, 5, 17, 0, 0, 0, time.UTC)
	maintenance := coverage(t, request.BuildStamp, 3, request.MaintenanceRule)
	listed := coverage(t, request.BuildStamp, 3, "7.8.4..7.8.5")
	for _, test := range []struct {
		name        string
		coverage    request.Coverage
		version     string
		maintenance time.Time
		want        bool
	}{
		{"built exactly at the end", maintenance, "7.8.5.13100517_x64", ends, true},
		{"the end a second earlier", maintenance, "7.8.5.13100517_x64", ends.Add(-time.Second), false},
		{"built an hour later", maintenance, "7.8.5.13100518", ends, false},
		{"built an hour earlier", maintenance, "7.8.5.13100516", ends, true},
		{"the end in another zone", maintenance, "7.8.5.13100517", ends.In(time.FixedZone("", -3*3600)), true},
		{"a higher version, built before", maintenance, "99.0.0.13100517", ends, true},
		{"built in 2099", maintenance, "7.8.5.99123123", ends, false},
		{"no maintenance", maintenance, "7.8.5.00010100", time.Time{}, false},
		{"a list, built long after", listed, "7.8.5.99123123_x64", ends, true},
		{"a list, without maintenance", listed, "7.8.4.13100517", time.Time{}, true},
		{"beside the list", listed, "7.8.6.13100517", ends, false},
	} {
		if got := test.coverage.Covers(version(t, request.BuildStamp, test.version), test.maintenance); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
	if maintenance.Covers(version(t, request.Numbers, "8.9"), ends) {
		t.Error("a version without a build stamp is covered by maintenance")
	}
}

// rebuilt writes a version from its parts, not from the text that it keeps.
func rebuilt(parsed request.Version, scheme request.Scheme) string {
	text := parsed.String()
	if scheme == request.Numbers {
		return parsed.Licensed(1 + strings.Count(text, "."))
	}
	suffix := ""
	switch {
	case parsed.Needs64Bits():
		suffix = "_x64"
	case strings.HasSuffix(text, "_x86"):
		suffix = "_x86"
	}
	return parsed.Licensed(3) + "." + parsed.Built().Format("06010215") + suffix
}

// FuzzVersion looks for a second spelling: what parses is what its parts
// would be written as, byte for byte.
func FuzzVersion(f *testing.F) {
	for _, list := range ordered {
		for _, text := range list {
			f.Add(text, 2)
		}
	}
	f.Add("8.7..8.9 8.11", 2)
	f.Add("maintenance", 3)
	f.Add("８.９", 2)
	f.Fuzz(func(t *testing.T, text string, digits int) {
		for scheme := range ordered {
			parsed, err := scheme.Parse(text)
			if err != nil && !errors.Is(err, request.BadVersion) {
				t.Errorf("an error without its code: %v", err)
			}
			if err == nil && (parsed.String() != text || rebuilt(parsed, scheme) != text || parsed.Compare(parsed) != 0) {
				t.Errorf("%q is also %q, %q", text, parsed, rebuilt(parsed, scheme))
			}
			covered, err := request.ParseCoverage(scheme, digits, text)
			if err != nil && !errors.Is(err, request.BadVersion) {
				t.Errorf("an error without its code: %v", err)
			}
			if err == nil && scheme == request.Numbers && slices.ContainsFunc(strings.Fields(text), func(item string) bool {
				first, _, _ := strings.Cut(item, "..")
				return !covered.Covers(version(t, scheme, first), time.Time{})
			}) {
				t.Errorf("%q does not cover all of its own versions", text)
			}
		}
	})
}
