package revocation_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/verify/revocation"
)

var issued = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

func entry(number int) revocation.Entry {
	serial := fmt.Sprintf("L-2026-%06d", number)
	return revocation.Entry{
		Serial: serial, Digest: signedtext.DigestOf([]byte(serial)), Customer: "00123", ValidUntil: issued.AddDate(0, 0, 15), Reason: revocation.Contract,
	}
}

func full(entries int) revocation.List {
	list := revocation.List{Kind: revocation.Kind, Format: 1, Sequence: 3, Issued: issued}
	for n := range entries {
		list.Entries = append(list.Entries, entry(n+1))
	}
	return list
}

func marshal(t testing.TB, list revocation.List) []byte {
	t.Helper()
	text, err := list.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A list as long as it may be, with the longest values, still fits.
func longest() revocation.List {
	list := full(revocation.MaxEntries)
	list.Sequence = 999999999999999999
	for i := range list.Entries {
		list.Entries[i].Customer, list.Entries[i].Reason = "0123456789", revocation.CustomerRequest
	}
	return list
}

func TestMarshalAndParseAreInverse(t *testing.T) {
	for name, want := range map[string]revocation.List{"empty": full(0), "one": full(1), "three": full(3), "the longest": longest()} {
		given := want
		given.Kind, given.Format = "", 0 // Marshal fills them in
		text := marshal(t, given)
		read, err := revocation.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(*read, want) {
			t.Errorf("%s: read %+v, want %+v", name, *read, want)
		}
	}
}

// Each list contradicts itself in one thing: writer and reader refuse it.
func TestListsThatContradictThemselves(t *testing.T) {
	type list = *revocation.List
	for name, test := range map[string]struct {
		change func(list)
		want   fault.Code
	}{
		"number 0":             {func(l list) { l.Sequence = 0 }, revocation.BadList},
		"number below 0":       {func(l list) { l.Sequence = -1 }, revocation.BadList},
		"361 licenses":         {func(l list) { *l = full(revocation.MaxEntries + 1) }, revocation.BadList},
		"no serial":            {func(l list) { l.Entries[0].Serial = "" }, revocation.BadList},
		"serial of a form":     {func(l list) { l.Entries[0].Serial = "L-26-1" }, revocation.BadList},
		"serial twice":         {func(l list) { l.Entries[1].Serial = l.Entries[0].Serial }, revocation.BadList},
		"license twice":        {func(l list) { l.Entries[1].Digest = l.Entries[0].Digest }, revocation.BadList},
		"serials out of order": {func(l list) { l.Entries[0], l.Entries[1] = l.Entries[1], l.Entries[0] }, revocation.BadList},
		"no reason":            {func(l list) { l.Entries[0].Reason = "" }, revocation.BadList},
		"unknown reason":       {func(l list) { l.Entries[0].Reason = "late" }, revocation.BadList},
		"superseded":           {func(l list) { l.Entries[0].Reason = "superseded" }, revocation.BadList},
		"no customer":          {func(l list) { l.Entries[0].Customer = "" }, signedtext.BadField},
		"customer's name":      {func(l list) { l.Entries[0].Customer = "Posto Sol" }, signedtext.BadField},
		"no end":               {func(l list) { l.Entries[0].ValidUntil = time.Time{} }, signedtext.BadField},
		"not issued":           {func(l list) { l.Issued = time.Time{} }, signedtext.BadField},
	} {
		contrary := full(2)
		test.change(&contrary)
		if text, err := contrary.Marshal(); text != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: written with %v, want %s", name, err, test.want)
		}
		text, err := signedtext.Marshal(contrary)
		if err != nil {
			if !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %s", name, err, test.want)
			}
			continue // no text can say this
		}
		if _, err := revocation.Parse(text); !errors.Is(err, test.want) {
			t.Errorf("%s: read with %v, want %s", name, err, test.want)
		}
	}
}

// Each text differs from what Marshal writes in one thing.
func TestParseAcceptsOneSpelling(t *testing.T) {
	good := string(marshal(t, full(1)))
	for name, test := range map[string]struct {
		old, new string
		want     fault.Code
	}{
		"another kind":       {"futura-revocations", "futura-license", signedtext.WrongKind},
		"another format":     {"format = 1", "format = 2", signedtext.WrongFormat},
		"unknown key":        {"reason =", "note = \"x\"\nreason =", signedtext.NotDocument},
		"unknown table":      {"[[license]]", "[other]\nx = 1\n\n[[license]]", signedtext.NotDocument},
		"key missing":        {"customer = \"00123\"\n", "", signedtext.NotDocument},
		"keys exchanged":     {"sequence = 3\nissued = 2026-11-21T09:30:00Z", "issued = 2026-11-21T09:30:00Z\nsequence = 3", signedtext.NotDocument},
		"number in quotes":   {"sequence = 3", "sequence = \"3\"", signedtext.NotDocument},
		"number with a zero": {"sequence = 3", "sequence = 03", signedtext.NotCanonical},
		"end on a day":       {"valid_until = 2026-12-06T09:30:00Z", "valid_until = 2026-12-06", signedtext.NotCanonical},
		"one table":          {"[[license]]", "[license]", signedtext.NotDocument},
		"loose base64":       {"digest = \"", "digest = \"A", signedtext.NotDocument},
	} {
		if !strings.Contains(good, test.old) {
			t.Fatalf("%s: nothing to change in\n%s", name, good)
		}
		if _, err := revocation.Parse([]byte(strings.Replace(good, test.old, test.new, 1))); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

func TestEntriesComeAndGo(t *testing.T) {
	list := full(3)
	if found, named := list.Entry(entry(2).Digest); !named || found != entry(2) {
		t.Error(found, named)
	}
	if _, named := list.Entry(entry(4).Digest); named {
		t.Error("a license is named that is not there")
	}
	two := list.Without("L-2026-000002")
	if len(two) != 2 || len(list.Entries) != 3 {
		t.Errorf("%d left, %d before", len(two), len(list.Entries))
	}
	again := (&revocation.List{Entries: two}).With(entry(2))
	if !reflect.DeepEqual(again, list.Entries) {
		t.Errorf("put back: %v", again)
	}
	later := entry(2)
	later.ValidUntil = issued
	if moved := list.With(later); len(moved) != 3 || moved[1] != later {
		t.Errorf("moved: %v", moved)
	}
}

// FuzzRevocations feeds the reader: what it accepts is written again in the
// same bytes.
func FuzzRevocations(f *testing.F) {
	f.Add(marshal(f, full(0)))
	f.Add(marshal(f, full(1)))
	f.Add(marshal(f, full(3)))
	f.Add([]byte("kind = \"futura-revocations\"\nformat = 1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := revocation.Parse(text)
		if err != nil {
			if fault.Of(err) == nil {
				t.Errorf("an error without a code: %v", err)
			}
			return
		}
		if again := marshal(t, *read); !bytes.Equal(again, text) {
			t.Errorf("written again:\n%s", again)
		}
	})
}
