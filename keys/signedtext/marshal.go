package signedtext

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// Long is a string that is written in numbered pieces.
type Long string

// Bytes is a byte string, written as base64url without padding in numbered
// pieces.
type Bytes []byte

// UnmarshalTOML joins the pieces of a long value.
func (l *Long) UnmarshalTOML(value any) error {
	pieces, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("not in numbered pieces")
	}
	var whole strings.Builder
	for i := range len(pieces) {
		piece, ok := pieces[strconv.Itoa(i+1)].(string)
		if !ok {
			return fmt.Errorf("piece %d is missing", i+1)
		}
		whole.WriteString(piece)
	}
	*l = Long(whole.String())
	return nil
}

// UnmarshalTOML joins the pieces and decodes them.
func (b *Bytes) UnmarshalTOML(value any) error {
	var long Long
	if err := long.UnmarshalTOML(value); err != nil {
		return err
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(string(long))
	*b = decoded
	return err
}

// Times in documents lie between these years; anything else is a broken
// clock or an attack on one.
const firstYear, lastYear = 2000, 2200

// Marshal writes a document, a struct with toml tags, as canonical text: its
// values first, then its tables, each in the order of their fields. Fields
// tagged omitempty are left out when they are zero. It accepts strings,
// integers, booleans, times, text marshalers, Long, Bytes, structs, pointers
// to structs and slices of structs; a document of another shape is a
// programming error and panics.
func Marshal(document any) ([]byte, error) {
	var out writer
	if err := out.table(reflect.ValueOf(document), ""); err != nil {
		return nil, err
	}
	text := bytes.TrimSuffix(out.Bytes(), []byte("\n"))
	if err := CheckText(text); err != nil {
		return nil, err
	}
	return text, nil
}

type writer struct{ bytes.Buffer }

// field is one field of a document and how it is written.
type field struct {
	key   string
	value reflect.Value
}

// fields lists the fields to write, values first.
func fields(document reflect.Value) (values, tables []field) {
	kind := document.Type()
	for i := range kind.NumField() {
		key, options, _ := strings.Cut(kind.Field(i).Tag.Get("toml"), ",")
		value := document.Field(i)
		if key == "" || key == "-" || options == "omitempty" && value.IsZero() {
			continue
		}
		if value.Kind() == reflect.Pointer {
			value = value.Elem()
		}
		if isTable(value.Type()) {
			tables = append(tables, field{key, value})
		} else {
			values = append(values, field{key, value})
		}
	}
	return values, tables
}

var (
	timeType    = reflect.TypeFor[time.Time]()
	bytesType   = reflect.TypeFor[Bytes]()
	longType    = reflect.TypeFor[Long]()
	textMarshal = reflect.TypeFor[encoding.TextMarshaler]()
)

func isTable(kind reflect.Type) bool {
	if kind.Implements(textMarshal) || kind == bytesType {
		return false
	}
	return kind.Kind() == reflect.Struct || kind.Kind() == reflect.Slice
}

func (w *writer) table(document reflect.Value, path string) error {
	values, tables := fields(reflect.Indirect(document))
	for _, field := range values {
		if err := w.value(field.key, field.value); err != nil {
			return err
		}
	}
	for _, field := range tables {
		if err := w.subtable(path+field.key, field.value); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) subtable(path string, value reflect.Value) error {
	if value.Kind() == reflect.Struct {
		fmt.Fprintf(w, "\n[%s]\n", path)
		return w.table(value, path+".")
	}
	for i := range value.Len() {
		fmt.Fprintf(w, "\n[[%s]]\n", path)
		if err := w.table(value.Index(i), path+"."); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) value(key string, value reflect.Value) error {
	switch {
	case value.Type() == timeType:
		return w.time(key, value.Interface().(time.Time))
	case value.Type() == longType:
		w.pieces(key, value.String())
	case value.Type() == bytesType:
		w.pieces(key, base64.RawURLEncoding.EncodeToString(value.Bytes()))
	case value.Type().Implements(textMarshal):
		text, err := value.Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			return BadField.Wrap(err, "value cannot be written", "field", key)
		}
		fmt.Fprintf(w, "%s = %s\n", key, quote(string(text)))
	case value.Kind() == reflect.String:
		fmt.Fprintf(w, "%s = %s\n", key, quote(value.String()))
	case value.CanInt():
		fmt.Fprintf(w, "%s = %d\n", key, value.Int())
	case value.Kind() == reflect.Bool:
		fmt.Fprintf(w, "%s = %t\n", key, value.Bool())
	default:
		panic("signedtext: a document cannot hold " + value.Type().String())
	}
	return nil
}

func (w *writer) time(key string, instant time.Time) error {
	instant = instant.UTC()
	if instant.Year() < firstYear || instant.Year() > lastYear || instant.Nanosecond() != 0 {
		return BadField.New("time out of range, or not to the second", "field", key, "reason", "time")
	}
	fmt.Fprintf(w, "%s = %s\n", key, instant.Format("2006-01-02T15:04:05Z"))
	return nil
}

// pieces writes a long value, in pieces as long as the line and pieceLength
// permit. A piece is counted as it is written, with its escapes, and never
// cuts an escape or a character.
func (w *writer) pieces(key, value string) {
	for number := 1; number == 1 || value != ""; number++ {
		head := fmt.Sprintf("%s.%d = ", key, number)
		length := cut(value, min(pieceLength, MaxColumns-len(head)-len(`""`)))
		fmt.Fprintf(w, "%s%s\n", head, quote(value[:length]))
		value = value[length:]
	}
}

// cut returns how many bytes of a value fit into a number of columns.
func cut(value string, columns int) (length int) {
	written := 0
	for _, character := range value {
		if character == '"' || character == '\\' {
			written++
		}
		if written++; written > columns {
			break
		}
		length += utf8.RuneLen(character)
	}
	return length
}

var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func quote(value string) string { return `"` + escaper.Replace(value) + `"` }

// Unmarshal reads a canonical text into a document, a pointer to a struct
// with toml tags. It checks the limits first, then the kind and the format
// version, then lets the TOML library decode, and accepts the result only
// when Marshal gives the same bytes again.
func Unmarshal(text []byte, kind string, format int, document any) error {
	if err := CheckText(text); err != nil {
		return err
	}
	if err := checkKind(text, kind, format); err != nil {
		return err
	}
	if _, err := toml.Decode(string(text), document); err != nil {
		return NotDocument.Wrap(err, "not a document of its kind", "line", errorLine(err))
	}
	again, err := Marshal(document)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, text) {
		return NotDocument.New("not a document of its kind", "line", firstDifference(again, text))
	}
	return nil
}

func checkKind(text []byte, kind string, format int) error {
	found, version, ok := Kind(text)
	switch {
	case !ok:
		return NotDocument.New("does not begin with its kind and format", "line", 1)
	case found != kind:
		return WrongKind.New("a document of another kind", "kind", found, "wanted", kind)
	case version != strconv.Itoa(format):
		return WrongFormat.New("a format version that is not known", "format", version, "known", format)
	}
	return nil
}

func errorLine(err error) int {
	if parse, ok := err.(toml.ParseError); ok {
		return parse.Position.Line
	}
	return 0
}

// firstDifference returns the number of the first line that differs.
func firstDifference(one, two []byte) int {
	lines, others := bytes.Split(one, []byte("\n")), bytes.Split(two, []byte("\n"))
	for i, line := range lines {
		if i >= len(others) || !bytes.Equal(line, others[i]) {
			return i + 1
		}
	}
	return len(lines) + 1
}
