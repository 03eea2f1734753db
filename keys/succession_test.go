package keys_test

import (
	"errors"
	"testing"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
)

// Each next trust file changes one thing; what takes something back is
// refused, and the field is named.
func TestNextTrustFiles(t *testing.T) {
	issuer := newIssuer(t)
	root := signedtext.DigestOf
	origin := issuer.log.Origin
	before := issuer.file(t)
	before.Signers[1].Retired.Size = 12
	before.Logs[1].Stolen = &keys.LogHardEnd{Size: 3, Root: root(nil)}
	for name, test := range map[string]struct {
		change func(*keys.TrustFile)
		field  string // empty: accepted
	}{
		"nothing new":               {func(*keys.TrustFile) {}, ""},
		"a later date":              {func(f *keys.TrustFile) { f.Issued = f.Issued.AddDate(1, 0, 0) }, ""},
		"an earlier date":           {func(f *keys.TrustFile) { f.Issued = f.Issued.Add(-time.Second) }, "issued"},
		"a product more":            {func(f *keys.TrustFile) { f.Products += " third" }, ""},
		"a product less":            {func(f *keys.TrustFile) { f.Products = "sispetro" }, "products"},
		"a signer less":             {func(f *keys.TrustFile) { f.Signers = f.Signers[:2] }, "signer"},
		"a log less":                {func(f *keys.TrustFile) { f.Logs = f.Logs[1:] }, "log"},
		"another log key":           {func(f *keys.TrustFile) { f.Logs[0].Key = signedtext.Long(newLogKey(t, origin, "x").Verifier) }, "log"},
		"a beginning moved":         {func(f *keys.TrustFile) { f.Signers[0].Begins = f.Signers[0].Begins.Add(time.Second) }, "signer"},
		"a soft end set":            {func(f *keys.TrustFile) { f.Signers[0].Retired = &keys.SoftEnd{Origin: origin, Size: 20} }, ""},
		"a hard end set":            {func(f *keys.TrustFile) { f.Signers[0].Stolen = &keys.HardEnd{Origin: origin, Size: 20} }, ""},
		"a soft end gone":           {func(f *keys.TrustFile) { f.Signers[1].Retired = nil }, "signer"},
		"a soft end falls":          {func(f *keys.TrustFile) { f.Signers[1].Retired = &keys.SoftEnd{Origin: origin, Size: 11} }, ""},
		"a soft end rises":          {func(f *keys.TrustFile) { f.Signers[1].Retired = &keys.SoftEnd{Origin: origin, Size: 13} }, "signer"},
		"a soft end in another log": {func(f *keys.TrustFile) { f.Signers[1].Retired = &keys.SoftEnd{Origin: "futura/licenses-2027", Size: 1} }, "signer"},
		"a soft end becomes hard": {func(f *keys.TrustFile) {
			f.Signers[1].Retired, f.Signers[1].Stolen = nil, &keys.HardEnd{Origin: origin, Size: 12}
		}, ""},
		"a soft end becomes hard and rises": {func(f *keys.TrustFile) {
			f.Signers[1].Retired, f.Signers[1].Stolen = nil, &keys.HardEnd{Origin: origin, Size: 13}
		}, "signer"},
		"a hard end gone": {func(f *keys.TrustFile) { f.Signers[2].Stolen = nil }, "signer"},
		"a hard end becomes soft": {func(f *keys.TrustFile) {
			f.Signers[2].Stolen, f.Signers[2].Retired = nil, &keys.SoftEnd{Origin: "futura/licenses-2027", Size: 1}
		}, "signer"},
		"a hard end falls":           {func(f *keys.TrustFile) { f.Signers[2].Stolen.Size, f.Signers[2].Stolen.Root = 2, root([]byte("2")) }, ""},
		"a hard end of another root": {func(f *keys.TrustFile) { f.Signers[2].Stolen.Root = root([]byte("other")) }, "signer"},
		"a log's soft end set":       {func(f *keys.TrustFile) { f.Logs[0].Retired = &keys.LogSoftEnd{Size: 1} }, ""},
		"a log's hard end gone":      {func(f *keys.TrustFile) { f.Logs[1].Stolen = nil }, "log"},
		"a log's hard end rises":     {func(f *keys.TrustFile) { f.Logs[1].Stolen.Size = 4 }, "log"},
		"a log's hard end falls":     {func(f *keys.TrustFile) { f.Logs[1].Stolen.Size = 2 }, ""},
	} {
		next := copied(before)
		next.Sequence++
		test.change(&next)
		err := next.Follows(&before)
		if test.field == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if test.field != "" && (!errors.Is(err, keys.TakenBack) || value(err, "field") != test.field) {
			t.Errorf("%s: %v, want the field %s", name, err, test.field)
		}
	}
	for _, sequence := range []int64{before.Sequence, before.Sequence - 1} {
		next := copied(before)
		next.Sequence = sequence
		if err := next.Follows(&before); !errors.Is(err, keys.TakenBack) {
			t.Errorf("number %d after %d: %v", sequence, before.Sequence, err)
		}
	}
}

// copied copies a trust file with its ends.
func copied(file keys.TrustFile) keys.TrustFile {
	logs, signers := file.Logs, file.Signers
	file.Logs, file.Signers = nil, nil
	for _, log := range logs {
		if log.Stolen != nil {
			end := *log.Stolen
			log.Stolen = &end
		}
		file.Logs = append(file.Logs, log)
	}
	for _, signer := range signers {
		if signer.Stolen != nil {
			end := *signer.Stolen
			signer.Stolen = &end
		}
		file.Signers = append(file.Signers, signer)
	}
	return file
}

// SealNextTrust counts by one, and a number near the end of all numbers
// cannot lock everybody out: it is refused where it is signed and read.
func TestSealNextTrustCountsByOne(t *testing.T) {
	issuer := newIssuer(t)
	before := issuer.file(t)
	next := copied(before)
	next.Sequence = 500
	trust, err := keys.OpenTrust(sealNext(t, next, &before, issuer), issuer.root.Fingerprint())
	if err != nil || trust.Sequence != before.Sequence+1 {
		t.Errorf("%+v, %v", trust, err)
	}
	next.Signers = next.Signers[:1]
	if file, err := keys.SealNextTrust(next, &before, issuer.root); file != nil || !errors.Is(err, keys.TakenBack) {
		t.Errorf("a signer less: %v", err)
	}
	for _, sequence := range []int64{keys.MaxSequence + 1, 9 * keys.MaxSequence} {
		far := copied(before)
		far.Sequence = sequence
		if _, err := keys.SealTrust(far, issuer.root); !errors.Is(err, keys.BadTrust) {
			t.Errorf("number %d is signed: %v", sequence, err)
		}
		if _, err := keys.OpenTrust(forge(t, marshal(t, far), issuer.root), issuer.root.Fingerprint()); !errors.Is(err, keys.BadTrust) {
			t.Errorf("number %d is read: %v", sequence, err)
		}
	}
}

func sealNext(t *testing.T, next keys.TrustFile, before *keys.TrustFile, issuer issuer) []byte {
	t.Helper()
	file, err := keys.SealNextTrust(next, before, issuer.root)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// The ends of log keys, and a hard end of a signer that no key could prove,
// are contradictions of the file alone.
func TestEndsThatContradictThemselves(t *testing.T) {
	issuer := newIssuer(t)
	for name, change := range map[string]func(*keys.TrustFile){
		"two ends": func(f *keys.TrustFile) {
			f.Logs[0].Retired, f.Logs[0].Stolen = &keys.LogSoftEnd{Size: 1}, &keys.LogHardEnd{Size: 1}
		},
		"soft end at 0":                  func(f *keys.TrustFile) { f.Logs[0].Retired = &keys.LogSoftEnd{} },
		"hard end at 0":                  func(f *keys.TrustFile) { f.Logs[0].Stolen = &keys.LogHardEnd{} },
		"pins that differ":               func(f *keys.TrustFile) { f.Logs[1].Stolen = &keys.LogHardEnd{Size: 2} },
		"a pin above the log's soft end": func(f *keys.TrustFile) { f.Logs[1].Retired = &keys.LogSoftEnd{Size: 2} },
	} {
		file := issuer.file(t)
		change(&file)
		if _, err := keys.OpenTrust(forge(t, marshal(t, file), issuer.root), issuer.root.Fingerprint()); !errors.Is(err, keys.BadTrust) {
			t.Errorf("%s: %v", name, err)
		}
	}
	file := issuer.file(t)
	file.Logs[0].Retired, file.Logs[1].Stolen = &keys.LogSoftEnd{Size: 12}, &keys.LogHardEnd{Size: 3, Root: signedtext.DigestOf(nil)}
	if _, err := keys.SealTrust(file, issuer.root); err != nil {
		t.Error(err)
	}
}

func TestWhatWasSeen(t *testing.T) {
	issuer := newIssuer(t)
	open := func(change func(*keys.TrustFile)) *keys.Trust {
		file := issuer.file(t)
		change(&file)
		trust, err := keys.OpenTrust(forge(t, marshal(t, file), issuer.root), issuer.root.Fingerprint())
		if err != nil {
			t.Fatal(err)
		}
		return trust
	}
	first, other := open(func(*keys.TrustFile) {}), open(func(f *keys.TrustFile) { f.Issuer = "Other" })
	next := open(func(f *keys.TrustFile) { f.Sequence++ })
	if err := first.Differs(first.Seen()); err != nil {
		t.Error(err)
	}
	if err := first.Differs(other.Seen()); !errors.Is(err, keys.SameNumber) {
		t.Errorf("two files of one number: %v", err)
	}
	if err := first.Differs(keys.Seen{Sequence: first.Sequence}); err != nil {
		t.Errorf("no digest remembered: %v", err)
	}
	for _, seen := range []keys.Seen{first.Seen().Newer(next.Seen()), next.Seen().Newer(first.Seen()), keys.Seen{Sequence: next.Sequence}.Newer(next.Seen())} {
		if seen != next.Seen() {
			t.Errorf("%+v", seen)
		}
	}
}

func value(err error, name string) any {
	if found := fault.Of(err); found != nil {
		for _, value := range found.Values {
			if value.Name == name {
				return value.Is
			}
		}
	}
	return nil
}
