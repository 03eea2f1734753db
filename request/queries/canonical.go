package queries

import (
	"encoding/hex"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/futura/airlicense/request"
)

// maxValue bounds one value, in bytes: a profile names short columns.
const maxValue = 64 << 10

// canonical writes a value of any driver in the one form of its kind: a byte
// 0 for NULL, otherwise a byte 1 and the text. Drivers differ: the same
// column comes as a number, as text or as bytes.
func canonical(kind request.ColumnKind, value any) ([]byte, error) {
	if value == nil || isZeroDate(kind, value) {
		return []byte{0}, nil
	}
	text, err := canonicalText(kind, value)
	if err != nil {
		return nil, err
	}
	if len(text) > maxValue {
		return nil, badValue("longer than 64 kB")
	}
	return append([]byte{1}, text...), nil
}

// isZeroDate recognizes MySQL's 0000-00-00, with or without a time, which
// stands for no date. No other engine can hold it, and tools that move data
// make it NULL, as we do.
func isZeroDate(kind request.ColumnKind, value any) bool {
	if kind != request.TimestampColumn && kind != request.DateColumn {
		return false
	}
	text, err := plain(value)
	return err == nil && strings.HasPrefix(text, "0000-00-00") && strings.Trim(text, "0-:. ") == ""
}

// badValue never holds the value itself: it may be confidential.
func badValue(reason string) error {
	return BadValue.New("a value that is not of its kind", "reason", reason)
}

func canonicalText(kind request.ColumnKind, value any) (string, error) {
	switch kind {
	case request.IntegerColumn:
		number, err := integer(value)
		return strconv.FormatInt(number, 10), err
	case request.TextColumn:
		text, err := plain(value)
		return strings.TrimRight(text, " "), err
	case request.TimestampColumn:
		instant, err := timestamp(value)
		return instant.Format("2006-01-02T15:04:05.000000"), err
	case request.DateColumn:
		instant, err := timestamp(value)
		return instant.Format(time.DateOnly), err
	case request.UUIDColumn:
		return uuid(value)
	case request.BytesColumn:
		return plain(value)
	}
	return "", badValue("unknown kind")
}

func plain(value any) (string, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case []byte:
		return string(value), nil
	case int64:
		return strconv.FormatInt(value, 10), nil
	}
	return "", badValue(fmt.Sprintf("%T is not text", value))
}

// integer accepts whole numbers in any of the forms that drivers use:
// 7, 7.0, "7" and "7.0000".
func integer(value any) (int64, error) {
	switch value := value.(type) {
	case int64:
		return value, nil
	case int32:
		return int64(value), nil
	case int16:
		return int64(value), nil
	case bool:
		if value {
			return 1, nil
		}
		return 0, nil
	case float64:
		if value == math.Trunc(value) && math.Abs(value) < 1<<53 {
			return int64(value), nil
		}
	case string:
		return integerText(value)
	case []byte:
		if len(value) == 1 && value[0] <= 1 { // MySQL's BIT(1)
			return int64(value[0]), nil
		}
		return integerText(string(value))
	}
	return 0, badValue("not a whole number")
}

// integerForm accepts fractions of zeros. Firebird's driver writes a zero with
// many of them as 0E-8.
var integerForm = regexp.MustCompile(`^([+-]?[0-9]{1,19})(?:\.0*)?$|^([+-]?0)E-[0-9]{1,2}$`)

func integerText(text string) (int64, error) {
	found := integerForm.FindStringSubmatch(strings.TrimSpace(text))
	if found == nil {
		return 0, badValue("not a whole number")
	}
	number, err := strconv.ParseInt(found[1]+found[2], 10, 64) // one is empty
	if err != nil {
		return 0, badValue("not a whole number")
	}
	return number, nil
}

// timestampForms are the spellings of SQLite and of drivers that hand out
// text. A missing zone means none; a given one is taken off by going to UTC.
var timestampForms = []string{
	"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", time.DateOnly,
	"2006-01-02 15:04", "2006-01-02T15:04",
	time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00",
}

func timestamp(value any) (time.Time, error) {
	if instant, ok := value.(time.Time); ok {
		return instant.UTC(), nil
	}
	text, err := plain(value)
	if err != nil {
		return time.Time{}, err
	}
	for _, form := range timestampForms {
		if instant, err := time.Parse(form, text); err == nil {
			return instant.UTC(), nil
		}
	}
	return time.Time{}, badValue("not a date and time")
}

func uuid(value any) (string, error) {
	if raw, ok := value.([16]byte); ok {
		return hex.EncodeToString(raw[:]), nil
	}
	text, err := plain(value)
	if err != nil {
		return "", err
	}
	if len(text) == 16 {
		return hex.EncodeToString([]byte(text)), nil
	}
	digits := strings.ToLower(strings.NewReplacer("-", "", "{", "", "}", "").Replace(text))
	if raw, err := hex.DecodeString(digits); err != nil || len(raw) != 16 {
		return "", badValue("not a UUID")
	}
	return digits, nil
}
