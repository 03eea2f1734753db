package queries

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/request"
)

var (
	instant = time.Date(2020, 2, 29, 13, 14, 15, 123456000, time.UTC)
	rome    = time.FixedZone("", 3600)
	guid    = [16]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10}
)

// sameValues lists, for each kind, what drivers make of one value.
var sameValues = []struct {
	kind   request.ColumnKind
	want   string
	values []any
}{
	{request.IntegerColumn, "7", []any{int64(7), int32(7), int16(7), float64(7), "7", "7.0", "7.0000", "7.", "007", " 7 ", "7   ", "+7", []byte("7"), []byte("7.00")}},
	{request.IntegerColumn, "0", []any{int64(0), float64(0), math.Copysign(0, -1), "0", "-0", "0.000", false, []byte("0"), []byte{0}, "0E-8", []byte("-0E-10")}},
	{request.IntegerColumn, "1", []any{int64(1), true, "1", 1.0, []byte{1}}},
	{request.IntegerColumn, "-7", []any{int64(-7), int32(-7), int16(-7), float64(-7), "-7", "-7.0", []byte(" -7")}},
	{request.IntegerColumn, "9007199254740991", []any{int64(1<<53 - 1), float64(1<<53 - 1), "9007199254740991.000"}},
	{request.IntegerColumn, "9223372036854775807", []any{int64(math.MaxInt64), "9223372036854775807", "9223372036854775807.0"}},
	{request.IntegerColumn, "-9223372036854775808", []any{int64(math.MinInt64), "-9223372036854775808"}},
	{request.TextColumn, "", []any{"", " ", "     ", []byte{}, []byte(nil), []byte("  ")}},
	{request.TextColumn, "ação", []any{"ação", "ação ", "ação      ", []byte("ação"), []byte("ação   ")}},
	{request.TextColumn, "  a  b", []any{"  a  b", "  a  b  ", []byte("  a  b")}},
	{request.TextColumn, "a\t", []any{"a\t", "a\t "}},
	{request.TextColumn, "a\u00a0", []any{"a\u00a0", "a\u00a0 "}},
	{request.TextColumn, "42", []any{"42", int64(42), []byte("42 ")}},
	{request.TimestampColumn, "2020-02-29T13:14:15.123456", []any{
		instant, instant.In(rome), instant.Add(999), "2020-02-29 13:14:15.123456", "2020-02-29T13:14:15.123456", []byte("2020-02-29 13:14:15.123456"),
		"2020-02-29T13:14:15.123456Z", "2020-02-29 13:14:15.123456Z", "2020-02-29 14:14:15.123456+01:00", "2020-02-29T10:14:15.123456-03:00", "2020-02-29 13:14:15.1234567",
	}},
	{request.TimestampColumn, "2020-02-29T13:14:00.000000", []any{"2020-02-29 13:14", "2020-02-29T13:14", "2020-02-29 13:14:00", "2020-02-29 13:14:00.000", instant.Truncate(time.Minute)}},
	{request.TimestampColumn, "2020-02-29T00:00:00.000000", []any{"2020-02-29", "2020-02-29 00:00:00", instant.Truncate(24 * time.Hour), []byte("2020-02-29"), time.Date(2020, 2, 29, 1, 0, 0, 0, rome)}},
	{request.TimestampColumn, "0001-01-01T00:00:00.000000", []any{time.Time{}, "0001-01-01"}},
	{request.DateColumn, "2020-02-29", []any{instant, "2020-02-29", []byte("2020-02-29"), "2020-02-29 13:14:15", "2020-02-29T23:59:59.999999", instant.In(rome), time.Date(2020, 3, 1, 0, 30, 0, 0, rome)}},
	{request.UUIDColumn, "0123456789abcdeffedcba9876543210", []any{
		guid, guid[:], string(guid[:]), "01234567-89ab-cdef-fedc-ba9876543210", "01234567-89AB-CDEF-FEDC-BA9876543210", "{01234567-89ab-cdef-fedc-ba9876543210}",
		"0123456789abcdeffedcba9876543210", []byte("{0123456789ABCDEFFEDCBA9876543210}"),
	}},
	{request.BytesColumn, "\x00\xff ", []any{[]byte{0, 255, ' '}, "\x00\xff "}},
	{request.BytesColumn, "", []any{[]byte{}, ""}},
	{request.BytesColumn, "42", []any{[]byte("42"), "42", int64(42)}},
}

func TestOneValueHasOneForm(t *testing.T) {
	for _, test := range sameValues {
		for _, value := range test.values {
			if got, err := canonical(test.kind, value); err != nil || string(got) != "\x01"+test.want {
				t.Errorf("%s %T %q: %q, %v; want %q", test.kind, value, value, got, err, test.want)
			}
		}
	}
}

// No two values of the table share their bytes within a kind, and NULL
// shares them with none, not even the empty text.
func TestOtherValuesHaveOtherForms(t *testing.T) {
	seen := map[string]string{}
	for _, test := range sameValues {
		value, err := canonical(test.kind, test.values[0])
		null, errNull := canonical(test.kind, nil)
		if err != nil || !bytes.Equal(null, []byte{0}) || errNull != nil || bytes.Equal(value, null) {
			t.Errorf("%s: NULL is %q, %v", test.kind, null, errNull)
		}
		if before, twice := seen[string(test.kind)+string(value)]; twice {
			t.Errorf("%s: %s and %s are both %q", test.kind, before, test.want, value)
		}
		seen[string(test.kind)+string(value)] = test.want
	}
}

// MySQL writes 0000-00-00 for no date; in a text it is a text.
func TestZeroDatesAreNULL(t *testing.T) {
	for _, kind := range []request.ColumnKind{request.TimestampColumn, request.DateColumn} {
		for _, value := range []any{"0000-00-00", []byte("0000-00-00"), "0000-00-00 00:00:00", []byte("0000-00-00 00:00:00.000000")} {
			if got, err := canonical(kind, value); err != nil || !bytes.Equal(got, []byte{0}) {
				t.Errorf("%s %q: %q, %v", kind, value, got, err)
			}
		}
	}
	if got, err := canonical(request.TextColumn, "0000-00-00"); err != nil || string(got) != "\x010000-00-00" {
		t.Errorf("text: %q, %v", got, err)
	}
}

// secret stands in the values that are refused and may not be in an error.
const secret = "98765"

var notOfTheirKind = map[request.ColumnKind][]any{
	request.IntegerColumn: {
		98765.5, 0.98765, math.NaN(), math.Inf(1), math.Inf(-1), 9.8765e30, float64(1 << 53), -float64(1 << 53), "98765.5", "98765e3", "9.8765E4", "0x98765",
		"98765p2", "0b98765", "0b11", "0o17", "0B11", "1e1000000", "98765/1", "98_765", "98,765", "987 65", "98765a", "９８７６５", "", " ", ".", "-", "--98765", "98765-", "NaN", "Inf", "9876598765987659876598765",
		"9223372036854775808", "-9223372036854775809", strings.Repeat("0", 60) + secret, "98765" + strings.Repeat("0", 10<<20), []byte("98765.01"), []byte{}, []byte("98765\x00"), []byte{2}, []byte{0, 1}, "98765E-1", "0E8", "0E", "0E-98765",
		instant, guid, uint64(98765), struct{ Value int }{98765}, []int{98765},
	},
	request.TextColumn:      {98765.5, true, instant, guid, []string{secret}, struct{ Value string }{secret}, secret + strings.Repeat("x", 10<<20), []byte(secret + strings.Repeat("x", maxValue))},
	request.TimestampColumn: {"98765", "", " ", "2020-02-30 98765", "2020-02-30", "2020-13-01", "2020-01-01 24:00:00", "29/02/2020", "2020-02-29 13:14:15 98765", "20200229", "infinity", "now", int64(98765), 98765.5, true, guid, []byte("98765"), "2020-02-29 13:14:15 ", "0000-00-00 98765", "0000-00-01", "2020-00-00", "0000-00", secret + strings.Repeat("0", 10<<20)},
	request.DateColumn:      {"98765", "", "2020-02-30", "2019-02-29", "29.02.2020", int64(98765), 98765.0, []byte("98765"), secret + strings.Repeat("0", 10<<20)},
	request.UUIDColumn:      {"98765", "", "01234567-89ab-cdef-fedc-ba987659876", "01234567-89ab-cdef-fedc-ba98765987659", "g1234567-89ab-cdef-fedc-ba9876543210", "urn:uuid:01234567-89ab-cdef-fedc-ba9876543210", "(98765)", []byte("98765"), make([]byte, 15), make([]byte, 17), 98765.5, int64(98765), true, instant, strings.Repeat("98765", 2<<20)},
	request.BytesColumn:     {98765.5, true, instant, guid, []uint16{98765 % 65536}, []byte(secret + strings.Repeat("x", 10<<20)), secret + strings.Repeat("x", maxValue)},
	"money":                 {int64(98765), "98765", 98765.0},
	"":                      {"98765"},
}

func TestValuesThatAreNotOfTheirKind(t *testing.T) {
	for kind, values := range notOfTheirKind {
		for _, value := range values {
			got, err := canonical(kind, value)
			if !errors.Is(err, BadValue) || got != nil {
				t.Errorf("%s %T %.40q: %.40q, %v", kind, value, fmt.Sprint(value), got, err)
			}
			if err != nil && (strings.Contains(err.Error(), secret) || len(err.Error()) > 200) {
				t.Errorf("%s %T: the error tells the value: %.200s", kind, value, err)
			}
		}
	}
}

func TestLongestValue(t *testing.T) {
	for _, kind := range []request.ColumnKind{request.TextColumn, request.BytesColumn} {
		if got, err := canonical(kind, strings.Repeat("x", maxValue)); err != nil || len(got) != maxValue+1 {
			t.Errorf("%s: %d bytes, %v", kind, len(got), err)
		}
	}
	// What is cut off does not count.
	if got, err := canonical(request.TextColumn, "x"+strings.Repeat(" ", maxValue)); err != nil || string(got) != "\x01x" {
		t.Errorf("%.10q, %v", got, err)
	}
}
