package wire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
)

// exact is the largest number that every JSON library keeps exactly: many
// read numbers as 64-bit floating point.
const exact = 1 << 53

// argument is one value to bind.
type argument struct {
	Kind  request.ColumnKind `json:"kind"`
	Value any                `json:"value"`
}

func writeArguments(values []any) ([]argument, error) {
	arguments := make([]argument, len(values))
	for i, value := range values {
		switch value := value.(type) {
		case int64:
			arguments[i] = argument{request.IntegerColumn, writeInteger(value)}
		case string:
			arguments[i] = argument{request.TextColumn, value}
		default:
			return nil, queries.QueryFailed.New(fmt.Sprintf("%T is no argument of the dialogue", value))
		}
	}
	return arguments, nil
}

func writeInteger(value int64) any {
	if value > exact || value < -exact {
		return strconv.FormatInt(value, 10)
	}
	return value
}

// readValues reads the values of a row, which must be written as their kinds
// demand. It never guesses: a value read wrongly would be another value, and
// the database another one.
func readValues(kinds []request.ColumnKind, written []json.RawMessage) ([]any, error) {
	if len(written) != len(kinds) {
		return nil, WrongForm.New("not as many values as columns", "column", len(written), "reason", "number of values")
	}
	values := make([]any, len(kinds))
	for i, kind := range kinds {
		value, reason := readValue(kind, written[i])
		if reason != "" {
			return nil, WrongForm.New("a value that is not written as its kind", "column", i+1, "reason", reason)
		}
		values[i] = value
	}
	return values, nil
}

// readValue returns a value as a driver would, or the reason why it cannot be
// one of its kind.
func readValue(kind request.ColumnKind, written json.RawMessage) (value any, reason string) {
	if string(written) == "null" {
		return nil, ""
	}
	if kind == request.IntegerColumn {
		return readInteger(string(written))
	}
	var text string
	if json.Unmarshal(written, &text) != nil {
		return nil, "not in quotes"
	}
	switch kind {
	case request.TimestampColumn:
		return readTime(timestampForm, text, "not a time")
	case request.DateColumn:
		return readTime(dateForm, text, "not a day")
	case request.BytesColumn:
		return readBytes(text)
	}
	return text, "" // text, and a UUID in any of its forms
}

// bytesMark begins bytes: without it, text that happens to be base64 would be
// taken for other bytes than the text's own.
const bytesMark = "base64:"

func readBytes(text string) (any, string) {
	encoded, marked := strings.CutPrefix(text, bytesMark)
	decoded, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !marked || err != nil {
		return nil, "not base64"
	}
	return decoded, ""
}

var (
	numberForm    = regexp.MustCompile(`^-?(?:0|[1-9][0-9]{0,15})$`)
	wordForm      = regexp.MustCompile(`^"-?[0-9]{1,19}"$`)
	timestampForm = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,9})?)?Z?$`)
	dateForm      = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2})()()$`)
)

func readInteger(written string) (any, string) {
	isWord := wordForm.MatchString(written)
	if !isWord && !numberForm.MatchString(written) {
		return nil, "not a whole number"
	}
	if isWord {
		written = written[1 : len(written)-1]
	}
	number, err := strconv.ParseInt(written, 10, 64)
	if err != nil {
		return nil, "not a whole number"
	}
	if !isWord && (number > exact || number < -exact) {
		return nil, "large number without quotes"
	}
	return number, ""
}

// readTime reads a time without a zone. Java leaves out seconds that are 0.
func readTime(form *regexp.Regexp, text, reason string) (any, string) {
	parts := form.FindStringSubmatch(text)
	if parts == nil {
		return nil, reason
	}
	day, minute, second := parts[1], parts[2], parts[3]
	if minute == "" {
		minute = "00:00"
	}
	if second == "" {
		second = ":00"
	}
	instant, err := time.Parse("2006-01-02T15:04:05", day+"T"+minute+second)
	if err != nil {
		return nil, reason
	}
	return instant, ""
}
