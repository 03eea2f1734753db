package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/futura/airlicense/keys/fault"
)

const broken = fault.Code("FL-999")

func TestErrorNamesCodeValuesAndCause(t *testing.T) {
	err := fmt.Errorf("outer: %w", broken.Wrap(io.EOF, "the thing is broken", "line", 3, "column", 7))
	if !errors.Is(err, broken) || !errors.Is(err, io.EOF) {
		t.Fatal("the chain lost its code or its cause")
	}
	if errors.Is(err, fault.Code("FL-998")) {
		t.Fatal("another code matches")
	}
	want := "FL-999: the thing is broken (line 3, column 7): EOF"
	if got := fault.Of(err).Error(); got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	named := fault.With(err, "file", "x")
	if want := "FL-999: the thing is broken (file x, line 3, column 7): EOF"; named.Error() != want || !errors.Is(named, io.EOF) {
		t.Errorf("with a value: %q", named.Error())
	}
	if again := fault.With(named, "file", "y"); again != named || fault.With(io.EOF, "file", "x") != io.EOF {
		t.Error("a value was replaced, or an error without a code changed")
	}
	if fault.Of(io.EOF) != nil {
		t.Fatal("an error without a code has none")
	}
}
