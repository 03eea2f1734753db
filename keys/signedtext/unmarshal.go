package signedtext

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Unmarshal reads a canonical text into a document, a pointer to a struct
// with toml tags. It checks the limits first, then the kind and the format
// version. Then it reads the lines in the one order in which Marshal writes
// them, and accepts the result only when Marshal gives the same bytes again.
//
// A TOML library is not asked: it would accept keys in another case, in
// another order and in other spellings, and take time that grows with the
// square of what a hostile text nests.
func Unmarshal(text []byte, kind string, format int, document any) error {
	if err := CheckText(text); err != nil {
		return err
	}
	if err := checkKind(text, kind, format); err != nil {
		return err
	}
	in := reader{lines: strings.Split(string(text), "\n"), shapes: shapes{}}
	err := in.table(reflect.ValueOf(document).Elem(), "")
	if err == nil && in.at < len(in.lines) {
		err = errors.New("a line that does not belong there")
	}
	if err != nil {
		return NotDocument.Wrap(err, "not a document of its kind", "line", min(in.at+1, len(in.lines)))
	}
	again, err := write(document, in.shapes)
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

// reader takes the lines of a text one after the other. CheckText has
// accepted them, so every value has one of the known forms.
type reader struct {
	lines  []string
	at     int
	shapes shapes
}

// table reads the fields of a struct in Marshal's order. Fields tagged
// omitempty may be absent.
func (r *reader) table(document reflect.Value, path string) error {
	known := r.shapes.of(document.Type())
	for _, field := range known.values {
		if err := r.field(field, document.Field(field.index)); err != nil {
			return err
		}
	}
	for _, field := range known.tables {
		if err := r.subtables(field, document.Field(field.index), path+field.key); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) field(field shape, place reflect.Value) error {
	piece, found := r.value(field.key)
	long := place.Type() == longType || place.Type() == bytesType
	if long {
		piece, found = r.value(field.key + ".1")
	}
	switch {
	case !found && field.optional:
		return nil
	case !found:
		return fmt.Errorf("%s is missing", field.key)
	case long:
		return r.pieces(field.key, piece, place)
	}
	if place.Kind() == reflect.Pointer {
		place.Set(reflect.New(place.Type().Elem()))
		place = place.Elem()
	}
	if err := setValue(place, piece); err != nil {
		return err
	}
	r.at++
	return nil
}

// value returns what stands behind a key on the current line.
func (r *reader) value(key string) (value string, found bool) {
	if r.at == len(r.lines) {
		return "", false
	}
	rest, begins := strings.CutPrefix(r.lines[r.at], key)
	value, follows := strings.CutPrefix(rest, " = ")
	return value, begins && follows
}

// pieces joins the numbered pieces of a long value.
func (r *reader) pieces(key, piece string, place reflect.Value) error {
	var whole strings.Builder
	for number, found := 2, true; found; number++ {
		text, err := unquote(piece)
		if err != nil {
			return err
		}
		whole.WriteString(text)
		r.at++
		piece, found = r.value(key + "." + strconv.Itoa(number))
	}
	if place.Type() == longType {
		place.SetString(whole.String())
		return nil
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(whole.String())
	place.SetBytes(decoded)
	return err
}

func (r *reader) subtables(field shape, place reflect.Value, path string) error {
	switch {
	case place.Kind() == reflect.Slice:
		for r.header("[[" + path + "]]") {
			place.Set(reflect.Append(place, reflect.Zero(place.Type().Elem())))
			if err := r.table(place.Index(place.Len()-1), path+"."); err != nil {
				return err
			}
		}
		return nil
	case !r.header("[" + path + "]"):
		if field.optional {
			return nil
		}
		return fmt.Errorf("[%s] is missing", path)
	case place.Kind() == reflect.Pointer:
		place.Set(reflect.New(place.Type().Elem()))
		place = place.Elem()
	}
	return r.table(place, path+".")
}

// header takes the blank line and the header of a table, if they are next.
func (r *reader) header(line string) bool {
	if r.at+1 >= len(r.lines) || r.lines[r.at] != "" || r.lines[r.at+1] != line {
		return false
	}
	r.at += 2
	return true
}

// setValue sets a field from the value as it is written.
func setValue(place reflect.Value, written string) error {
	if place.Type() == timeType {
		instant, err := time.Parse(timeForm, written)
		place.Set(reflect.ValueOf(instant))
		return err
	}
	if reader, ok := place.Addr().Interface().(encoding.TextUnmarshaler); ok {
		text, err := unquote(written)
		if err != nil {
			return err
		}
		return reader.UnmarshalText([]byte(text))
	}
	switch {
	case place.Kind() == reflect.String:
		text, err := unquote(written)
		place.SetString(text)
		return err
	case place.CanInt():
		number, err := strconv.ParseInt(written, 10, place.Type().Bits())
		place.SetInt(number)
		return err
	case place.Kind() == reflect.Bool:
		yes, err := strconv.ParseBool(written)
		place.SetBool(yes)
		return err
	}
	panic("signedtext: a document cannot hold " + place.Type().String())
}

// unquote reads a string; CheckText has seen to its escapes.
func unquote(written string) (string, error) {
	inner, quoted := between(written, `"`, `"`)
	if !quoted {
		return "", errors.New("not a string")
	}
	if !strings.Contains(inner, `\`) {
		return inner, nil
	}
	return unescaper.Replace(inner), nil
}

var unescaper = strings.NewReplacer(`\\`, `\`, `\"`, `"`)

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
