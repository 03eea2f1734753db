// Package fault is the error that every package of this module returns: a
// stable code, one technical sentence, and the values that belong to it.
//
// A code is "FL-" and three digits. Its first digit is its block, and the
// block decides how a program ends:
//
//	FL-1xx  a document's form or signature       exit 1, not valid
//	FL-2xx  keys, passphrases, trust             exit 2, could not decide
//	FL-3xx  request, profile, version            exit 1
//	FL-4xx  a database and its measurement       exit 2
//	FL-5xx  the verdict on a license             exit 1
//	FL-6xx  the desk refuses                     exit 1
//	FL-7xx  ledger and log                       exit 2
//	FL-8xx  the site's folder and the gate       exit 2
//	FL-9xx  usage and files                      exit 2
//
// The sentences that users read live in the catalogues of the programs, in
// three languages, under the same code; docs/errors.md lists all of them. The
// sentence here is for developers and logs: lower case, no full stop, and
// never a secret.
package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Code is a stable error code such as "FL-124". A Code is itself an error, so
// that errors.Is(err, openpgp.Mismatch) asks for the code of a chain.
type Code string

// Error returns the code itself.
func (c Code) Error() string { return string(c) }

// Value is one named value of an error, such as the line that is wrong.
type Value struct {
	Name string
	Is   any
}

// Error is an error with a code. Message is for developers; users get the
// catalogue's words with Values filled in.
type Error struct {
	Code    Code
	Message string
	Values  []Value
	Err     error // the cause, may be nil
}

// New returns an error of this code. The values are pairs of a name and a
// value, as in log/slog: New(code, "no such line", "line", 3).
func (c Code) New(message string, pairs ...any) *Error {
	return &Error{Code: c, Message: message, Values: values(pairs)}
}

// Wrap is New with a cause.
func (c Code) Wrap(cause error, message string, pairs ...any) *Error {
	return &Error{Code: c, Message: message, Values: values(pairs), Err: cause}
}

func values(pairs []any) []Value {
	list := make([]Value, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, Value{Name: fmt.Sprint(pairs[i]), Is: pairs[i+1]})
	}
	return list
}

// Error returns the code, the sentence, the values and the cause in one line.
func (e *Error) Error() string {
	var line strings.Builder
	fmt.Fprintf(&line, "%s: %s", e.Code, e.Message)
	for i, value := range e.Values {
		separator := ", "
		if i == 0 {
			separator = " ("
		}
		fmt.Fprintf(&line, "%s%s %v", separator, value.Name, value.Is)
	}
	if len(e.Values) > 0 {
		line.WriteByte(')')
	}
	if e.Err != nil {
		fmt.Fprintf(&line, ": %v", e.Err)
	}
	return line.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is this error's code.
func (e *Error) Is(target error) bool { return target == e.Code }

// With adds a value to an error that has a code and no value of that name
// yet, such as the file whose content is wrong. Other errors are returned as
// they are.
func With(err error, name string, value any) error {
	found := Of(err)
	if found == nil || slices.ContainsFunc(found.Values, func(known Value) bool { return known.Name == name }) {
		return err
	}
	more := *found
	more.Values = append([]Value{{Name: name, Is: value}}, found.Values...)
	return &more
}

// Of returns the outermost Error in the chain of err, or nil.
func Of(err error) *Error {
	var found *Error
	if errors.As(err, &found) {
		return found
	}
	return nil
}
