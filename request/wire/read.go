package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/request/queries"
)

// line is what the reading goroutine hands over.
type line struct {
	text []byte
	err  error
}

// read hands over line by line until the end, an error, or stop.
func read(in io.Reader, lines chan<- line, stop <-chan struct{}) {
	reader := bufio.NewReaderSize(in, 64<<10)
	for number := 1; ; number++ {
		text, err := readLine(reader)
		if number == 1 {
			text = bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF")) // .NET begins with it
		}
		select {
		case lines <- line{text, err}:
		case <-stop:
			return
		}
		if err != nil {
			return
		}
	}
}

// readLine reads a line without its end. A last line without an end is one
// that was cut.
func readLine(reader *bufio.Reader) ([]byte, error) {
	var text []byte
	for {
		piece, err := reader.ReadSlice('\n')
		if text = append(text, piece...); len(text) > MaxLine {
			return nil, TooMuch.New("a line over the limit", "limit", MaxLine, "reason", "bytes")
		}
		if err == nil {
			return bytes.TrimRight(text, "\r\n"), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, Ended.Wrap(err, "the other program stopped in the middle")
		}
	}
}

// answer is any message of the other program.
type answer struct {
	Message   string            `json:"message"`
	Protocol  int               `json:"protocol,omitempty"`
	Version   string            `json:"version,omitempty"`
	Databases []spoken          `json:"databases,omitempty"`
	ID        int64             `json:"id,omitempty"`
	Values    []json.RawMessage `json:"values,omitempty"`
	Rows      *int64            `json:"rows,omitempty"`
	Class     string            `json:"class,omitempty"`
}

// spoken is a database that the other program answers for.
type spoken struct {
	Name        string `json:"name"`
	Engine      string `json:"engine,omitempty"`
	Quote       string `json:"quote,omitempty"`
	Placeholder string `json:"placeholder,omitempty"`
	Limit       string `json:"limit,omitempty"`
}

// keysOf lists the keys that a message must have beside message, and those
// that it may have.
var keysOf = map[string]struct{ must, may []string }{
	"hello": {must: []string{"protocol", "databases"}, may: []string{"version"}},
	"row":   {must: []string{"id", "values"}},
	"done":  {must: []string{"id", "rows"}},
	"error": {must: []string{"id", "class"}},
}

// classes are the errors that the other program may report.
var classes = map[string]fault.Code{
	"unreachable": queries.Unreachable,
	"missing":     queries.MissingTable,
	"denied":      queries.NoRight,
	"busy":        queries.Busy,
	"slow":        queries.TooSlow,
	"other":       queries.QueryFailed,
}

func garbled(reason string) error {
	return Garbled.New("a line that is no message of the dialogue", "reason", reason)
}

// parse reads one message, strictly: every key once and in its own letters,
// and only those of its kind.
func parse(text []byte) (*answer, error) {
	if !utf8.Valid(text) || hasLoneSurrogate(text) {
		return nil, garbled("not utf-8")
	}
	keys, err := keysIn(text)
	if err != nil {
		return nil, err
	}
	var answered answer
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&answered) != nil {
		return nil, garbled("keys or values")
	}
	return &answered, answered.check(keys)
}

func (a *answer) check(keys []string) error {
	rule, known := keysOf[a.Message]
	if !known {
		return garbled("unknown message")
	}
	for _, key := range rule.must {
		if !slices.Contains(keys, key) {
			return garbled("keys or values")
		}
	}
	for _, key := range keys {
		if key != "message" && !slices.Contains(rule.must, key) && !slices.Contains(rule.may, key) {
			return garbled("keys or values")
		}
	}
	if _, known := classes[a.Class]; a.Message == "error" && !known {
		return garbled("unknown class")
	}
	if a.Message == "done" && a.Rows == nil || a.ID < 1 && slices.Contains(keys, "id") {
		return garbled("keys or values")
	}
	return nil
}

// maxDepth is deeper than any message.
const maxDepth = 4

// keysIn returns the keys of the one object that a line must be. It refuses a
// key twice at any depth, and keys in other letters than ours, which
// encoding/json would take for the same.
func keysIn(text []byte) (keys []string, err error) {
	if !json.Valid(text) || bytes.TrimLeft(text, " \t")[0] != '{' {
		return nil, garbled("not a json object")
	}
	var open [][]string // keys of the objects and lists around
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			if open = append(open, nil); len(open) > maxDepth {
				return nil, garbled("keys or values")
			}
		case '}', ']':
			keys, open = open[len(open)-1], open[:len(open)-1]
		case '"':
			end := i + 1 + stringEnd(text[i+1:])
			name := text[i+1 : end]
			if i = end; !isKey(text[end+1:]) {
				continue
			}
			key := string(name)
			around := &open[len(open)-1]
			if slices.Contains(*around, key) {
				return nil, garbled("a key twice")
			}
			if !isOurs(key) {
				return nil, garbled("keys or values")
			}
			*around = append(*around, key)
		}
	}
	return keys, nil
}

// stringEnd returns where a string of valid JSON ends.
func stringEnd(text []byte) int {
	for i := 0; ; i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
}

// isKey reports whether the string before is a key, by what follows it.
func isKey(text []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r"), []byte(":")) }

func isOurs(key string) bool {
	return key != "" && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz") == ""
}

// hasLoneSurrogate finds half of a surrogate pair written as an escape, which
// encoding/json would silently replace by another character.
func hasLoneSurrogate(text []byte) bool {
	for {
		at := bytes.IndexByte(text, '\\')
		if at < 0 || at+1 >= len(text) {
			return false
		}
		text = text[at:]
		high := unit(text)
		switch {
		case high < 0:
			text = text[2:]
		case high < 0xD800 || high > 0xDFFF:
			text = text[6:]
		case high > 0xDBFF || unit(text[6:]) < 0xDC00 || unit(text[6:]) > 0xDFFF:
			return true
		default:
			text = text[12:]
		}
	}
}

// unit returns the UTF-16 unit of the escape at the beginning, or -1.
func unit(text []byte) int {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	value, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return int(value)
}
