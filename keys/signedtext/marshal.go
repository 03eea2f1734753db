package signedtext

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Long is a string that is written in numbered pieces.
type Long string

// Bytes is a byte string, written as base64url without padding in numbered
// pieces.
type Bytes []byte

// Times in documents lie between these years; anything else is a broken
// clock or an attack on one.
const firstYear, lastYear = 2000, 2200

const timeForm = "2006-01-02T15:04:05Z"

// Marshal writes a document, a struct with toml tags, as canonical text: its
// values first, then its tables, each in the order of their fields. Fields
// tagged omitempty are left out when they are zero. It accepts strings,
// integers, booleans, times, text marshalers, Long, Bytes, structs, pointers
// to structs and slices of structs; a document of another shape is a
// programming error and panics.
func Marshal(document any) ([]byte, error) {
	text, err := write(document, shapes{})
	if err == nil {
		err = CheckText(text)
	}
	if err != nil {
		return nil, err
	}
	return text, nil
}

// write is Marshal without the look at the text.
func write(document any, known shapes) ([]byte, error) {
	out := writer{shapes: known}
	err := out.table(reflect.ValueOf(document), "")
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

type writer struct {
	bytes.Buffer
	shapes shapes
}

// shapes remembers the shape of each type of one document, which holds many
// tables of a type and is read and written in one call.
type shapes map[reflect.Type]tableShape

type tableShape struct{ values, tables []shape }

func (s shapes) of(document reflect.Type) tableShape {
	known, found := s[document]
	if !found {
		known.values, known.tables = shapeOf(document)
		s[document] = known
	}
	return known
}

// shape is what is known of one field of a document from its type.
type shape struct {
	key      string
	index    int
	optional bool
}

// shapeOf lists the fields of a struct in the order in which they are
// written: values first, then tables.
func shapeOf(document reflect.Type) (values, tables []shape) {
	for i := range document.NumField() {
		field := document.Field(i)
		key, options, _ := strings.Cut(field.Tag.Get("toml"), ",")
		kind := field.Type
		if key == "" || key == "-" {
			continue
		}
		if kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		if found := (shape{key, i, options == "omitempty"}); isTable(kind) {
			tables = append(tables, found)
		} else {
			values = append(values, found)
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
	document = reflect.Indirect(document)
	known := w.shapes.of(document.Type())
	for _, field := range known.values {
		value := document.Field(field.index)
		if field.optional && value.IsZero() {
			continue
		}
		if err := w.value(field.key, reflect.Indirect(value)); err != nil {
			return err
		}
	}
	for _, field := range known.tables {
		value := document.Field(field.index)
		if field.optional && value.IsZero() {
			continue
		}
		if err := w.subtable(path+field.key, reflect.Indirect(value)); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) subtable(path string, value reflect.Value) error {
	if value.Kind() == reflect.Struct {
		w.WriteString("\n[" + path + "]\n")
		return w.table(value, path+".")
	}
	for i := range value.Len() {
		w.WriteString("\n[[" + path + "]]\n")
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
		w.line(key, quote(string(text)))
	case value.Kind() == reflect.String:
		w.line(key, quote(value.String()))
	case value.CanInt():
		w.line(key, strconv.FormatInt(value.Int(), 10))
	case value.Kind() == reflect.Bool:
		w.line(key, strconv.FormatBool(value.Bool()))
	default:
		panic("signedtext: a document cannot hold " + value.Type().String())
	}
	return nil
}

func (w *writer) line(key, written string) {
	w.WriteString(key)
	w.WriteString(" = ")
	w.WriteString(written)
	w.WriteByte('\n')
}

func (w *writer) time(key string, instant time.Time) error {
	instant = instant.UTC()
	if instant.Year() < firstYear || instant.Year() > lastYear || instant.Nanosecond() != 0 {
		return BadField.New("time out of range, or not to the second", "field", key, "reason", "time")
	}
	w.line(key, instant.Format(timeForm))
	return nil
}

// pieces writes a long value, in pieces as long as the line and pieceLength
// permit. A piece is counted as it is written, with its escapes, and never
// cuts an escape or a character.
func (w *writer) pieces(key, value string) {
	for number := 1; number == 1 || value != ""; number++ {
		numbered := key + "." + strconv.Itoa(number)
		length := cut(value, min(pieceLength, MaxColumns-len(numbered)-len(` = ""`)))
		w.line(numbered, quote(value[:length]))
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

func quote(value string) string {
	if strings.ContainsAny(value, `"\`) {
		value = escaper.Replace(value)
	}
	return `"` + value + `"`
}
