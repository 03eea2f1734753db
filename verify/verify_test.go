package verify_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/proof"
)

// The times of one issuer: its keys are made, the signer's time begins, a
// license is issued.
var (
	born   = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	begins = born.Add(24 * time.Hour)
	issued = born.Add(48 * time.Hour)
)

// issuer is a root with two signers, of which the trust file names one, and
// two logs, of which it names one.
type issuer struct {
	root, signer, spare *openpgp.Secret
	log, foreign        *keys.LogKey
}

func newIssuer(t testing.TB) issuer {
	t.Helper()
	root := keystest.Need[*openpgp.Secret](t)(openpgp.Generate("Futura", born, keystest.Seed("root")))
	signer := keystest.Need[*openpgp.Secret](t)(root.AddSigner(root.Certificate(), born, 365*24*time.Hour, keystest.Seed("signer")))
	return issuer{
		root: root, signer: signer,
		spare:   keystest.Need[*openpgp.Secret](t)(root.AddSigner(signer.Certificate(), born, 365*24*time.Hour, keystest.Seed("spare"))),
		log:     keystest.Need[*keys.LogKey](t)(keys.NewLogKey("futura/licenses", keystest.Seed("log"))),
		foreign: keystest.Need[*keys.LogKey](t)(keys.NewLogKey("futura/other", keystest.Seed("foreign"))),
	}
}

// trust seals a trust file with one change to the usual one.
func (i issuer) trust(t testing.TB, change func(*keys.TrustFile)) *keys.Trust {
	t.Helper()
	file := keys.TrustFile{
		Sequence: 1, Issued: born, Issuer: "Futura", Products: "sispetro crm", Certificate: i.spare.Certificate().Bytes(),
		Logs:    []keys.Log{{Origin: i.log.Origin, Key: signedtext.Long(i.log.Verifier)}},
		Signers: []keys.Signer{{Fingerprint: i.signer.Fingerprint(), Begins: begins}},
	}
	if change != nil {
		change(&file)
	}
	return keystest.Need[*keys.Trust](t)(keys.OpenTrust(keystest.Need[[]byte](t)(keys.SealTrust(file, i.root)), i.root.Fingerprint()))
}

// journal is a log in memory.
type journal struct {
	hashes []tlog.Hash
	size   int64
}

func (j *journal) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		found = append(found, j.hashes[index])
	}
	return found, nil
}

func (j *journal) add(t testing.TB, leaf []byte) (index int64) {
	t.Helper()
	j.hashes = append(j.hashes, keystest.Need[[]tlog.Hash](t)(tlog.StoredHashes(j.size, leaf, j))...)
	j.size++
	return j.size - 1
}

func (j *journal) head(t testing.TB, size int64) signedtext.Digest {
	t.Helper()
	return signedtext.Digest(keystest.Need[tlog.Hash](t)(tlog.TreeHash(size, j)))
}

// prove proves an entry under the log's checkpoint of a size.
func (j *journal) prove(t testing.TB, key *keys.LogKey, index, size int64) []byte {
	t.Helper()
	signer, err := key.Signer()
	if err != nil {
		t.Fatal(err)
	}
	checkpoint := proof.Checkpoint{Origin: key.Origin, Size: size, Root: j.head(t, size)}
	made := proof.Proof{
		Index: index, Path: keystest.Need[tlog.RecordProof](t)(tlog.ProveRecord(size, index, j)),
		Checkpoint: keystest.Need[[]byte](t)(checkpoint.Sign(signer)),
	}
	return made.Marshal()
}

func sample() license.License {
	return license.License{
		Serial: "L-2026-000001", Issued: issued, Customer: "00123", Site: "producao", Request: signedtext.DigestOf([]byte("request")),
		Product: license.Product{Name: "sispetro", Scheme: request.Numbers, Digits: 2, Versions: "8.9", Modules: "0 S3"},
		Terms:   license.DefaultTerms,
		Databases: []license.Database{{
			Name: "producao", Profile: signedtext.DigestOf([]byte("profile")), Salt: make([]byte, request.SaltSize), Items: []byte{1},
		}},
	}
}

// sealed is a license, signed, with its leaf.
type sealed struct {
	*signedtext.Document
	leaf proof.Leaf
}

// seal signs a license with one change to the sample.
func seal(t testing.TB, signer signedtext.Signer, at time.Time, change func(*license.License)) sealed {
	t.Helper()
	content := sample()
	if change != nil {
		change(&content)
	}
	document := keystest.Need[*signedtext.Document](t)(signedtext.Seal(keystest.Need[[]byte](t)(content.Marshal()), signer, at))
	return sealed{document, proof.NewLeaf(license.Kind, content.Serial, content.Issued, document)}
}

// fixture is a log of five entries: something, the license, another license,
// the profile, something.
type fixture struct {
	issuer
	journal
	license, second sealed
	file            []byte // the license with its proof
	profile         []byte // with its proof
}

const licenseIndex, secondIndex, profileIndex, logSize = 1, 2, 3, 5

func newFixture(t testing.TB) *fixture {
	t.Helper()
	made := &fixture{issuer: newIssuer(t)}
	made.license = seal(t, made.signer, issued, nil)
	made.second = seal(t, made.signer, issued, func(l *license.License) { l.Serial = "L-2026-000002" })
	text := keystest.Need[[]byte](t)(request.DraftProfile([]byte(draft), issued))
	profile := keystest.Need[*signedtext.Document](t)(signedtext.Seal(text, made.signer, issued))
	made.add(t, []byte("the trust file"))
	made.add(t, made.license.leaf.Marshal())
	made.add(t, made.second.leaf.Marshal())
	made.add(t, proof.NewLeaf(request.ProfileKind, "sispetro", issued, profile).Marshal())
	made.add(t, []byte("whatever came later"))
	made.file = made.render(t, made.license, licenseIndex, logSize)
	made.profile = profile.WithProof(made.prove(t, made.log, profileIndex, logSize)).Render()
	return made
}

func (f *fixture) render(t testing.TB, license sealed, index, size int64) []byte {
	t.Helper()
	return license.WithProof(f.prove(t, f.log, index, size)).Render()
}

// only returns the file of a license that is alone in its log.
func (f *fixture) only(t testing.TB, license sealed, key *keys.LogKey) []byte {
	t.Helper()
	log := &journal{}
	return license.WithProof(log.prove(t, key, log.add(t, license.leaf.Marshal()), 1)).Render()
}

func replace(t testing.TB, file []byte, old, new string) []byte {
	t.Helper()
	if bytes.Count(file, []byte(old)) != 1 {
		t.Fatalf("not exactly one %q", old)
	}
	return bytes.Replace(file, []byte(old), []byte(new), 1)
}

func names(checks []verify.Check, outcome verify.Outcome) []string {
	var found []string
	for _, check := range checks {
		if check.Outcome == outcome {
			found = append(found, check.Name)
		}
	}
	return found
}

func TestOpenReturnsWhatTheIssuerSignedAndLogged(t *testing.T) {
	fixture := newFixture(t)
	trust := fixture.trust(t, nil)
	for name, file := range map[string][]byte{"LF": fixture.file, "CR LF": bytes.ReplaceAll(fixture.file, []byte("\n"), []byte("\r\n"))} {
		opened, err := verify.Open(file, trust)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := sample()
		want.Kind, want.Format = license.Kind, 1
		if !reflect.DeepEqual(opened.License, want) || opened.Digest() != fixture.license.Digest() {
			t.Errorf("%s: %+v", name, opened.License)
		}
		if passed := names(opened.Checks, verify.Pass); !slices.Equal(passed, []string{"form", "signature", "trust", "log"}) || len(opened.Checks) != 4 {
			t.Errorf("%s: %+v", name, opened.Checks)
		}
		logged := proof.Checkpoint{Origin: "futura/licenses", Size: logSize, Root: fixture.head(t, logSize)}
		if opened.Logged.Checkpoint != logged || opened.Logged.Index != licenseIndex {
			t.Errorf("%s: %+v", name, opened.Logged)
		}
		if again, err := proof.OpenCheckpoint(opened.Logged.Signed, verify.LogKeys(trust.Logs)); err != nil || again != logged {
			t.Errorf("%s: the signed checkpoint is %+v, %v", name, again, err)
		}
	}
}

// An issuer without a log: the proof is not asked for, nor looked at.
func TestTrustFileWithoutLogsAsksForNoProof(t *testing.T) {
	fixture := newFixture(t)
	trust := fixture.trust(t, func(f *keys.TrustFile) { f.Logs = nil })
	for name, file := range map[string][]byte{
		"without a proof":    fixture.license.Render(),
		"with a proof":       fixture.file,
		"with another proof": fixture.license.WithProof([]byte("anything")).Render(),
	} {
		opened, err := verify.Open(file, trust)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if opened.Logged != nil || !slices.Equal(names(opened.Checks, verify.NotAsked), []string{"log"}) || len(opened.Checks) != 4 {
			t.Errorf("%s: %+v, %+v", name, opened.Logged, opened.Checks)
		}
	}
}

// A signer's end keeps good what was signed before it.
func TestEndsKeepWhatWasLoggedBefore(t *testing.T) {
	fixture := newFixture(t)
	hard := keys.HardEnd{Origin: "futura/licenses", Size: 3, Root: fixture.head(t, 3)}
	for name, test := range map[string]struct {
		file []byte
		end  func(*keys.TrustFile)
	}{
		"below a soft end": {fixture.file, func(f *keys.TrustFile) {
			f.Signers[0].Retired = &keys.SoftEnd{Origin: "futura/licenses", Size: licenseIndex + 1}
		}},
		"below a soft end, checkpoint old": {fixture.render(t, fixture.license, licenseIndex, 2), func(f *keys.TrustFile) { f.Signers[0].Retired = &keys.SoftEnd{Origin: "futura/licenses", Size: 100} }},
		"under the hard end's checkpoint":  {fixture.render(t, fixture.license, licenseIndex, 3), func(f *keys.TrustFile) { f.Signers[0].Stolen = &hard }},
		"another signer's end": {fixture.file, func(f *keys.TrustFile) {
			f.Signers = append(f.Signers, keys.Signer{Fingerprint: fixture.spare.Fingerprint(), Begins: begins, Retired: &keys.SoftEnd{Origin: "futura/licenses", Size: 1}})
		}},
		"its end in the second log": {fixture.only(t, fixture.license, fixture.foreign), func(f *keys.TrustFile) {
			f.Logs = append(f.Logs, keys.Log{Origin: fixture.foreign.Origin, Key: signedtext.Long(fixture.foreign.Verifier)})
			f.Signers[0].Retired = &keys.SoftEnd{Origin: fixture.foreign.Origin, Size: 1}
		}},
	} {
		if _, err := verify.Open(test.file, fixture.trust(t, test.end)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenNamesTheCheckThatFails(t *testing.T) {
	fixture := newFixture(t)
	usual := fixture.trust(t, nil)
	proved := string(fixture.license.WithProof(fixture.prove(t, fixture.log, licenseIndex, logSize)).Proof())
	withProof := func(proof string) []byte { return fixture.license.WithProof([]byte(proof)).Render() }
	thief := &journal{} // a log with a forged history, under the true log key
	thief.add(t, []byte("the trust file"))
	thief.add(t, fixture.license.leaf.Marshal())
	thief.add(t, []byte("forged"))
	soft := func(origin string, size int64) *keys.Trust {
		return fixture.trust(t, func(f *keys.TrustFile) {
			f.Logs = append(f.Logs, keys.Log{Origin: fixture.foreign.Origin, Key: signedtext.Long(fixture.foreign.Verifier)})
			f.Signers[0].Retired = &keys.SoftEnd{Origin: origin, Size: size}
		})
	}
	stolen := fixture.trust(t, func(f *keys.TrustFile) {
		f.Signers[0].Stolen = &keys.HardEnd{Origin: "futura/licenses", Size: 3, Root: fixture.head(t, 3)}
	})
	sameName := keystest.Need[*keys.LogKey](t)(keys.NewLogKey("futura/licenses", keystest.Seed("same name")))
	stranger := keystest.Need[*openpgp.Secret](t)(openpgp.Generate("Futura", born, keystest.Seed("stranger")))
	form, signature, trusted := []string{"form"}, []string{"form", "signature"}, []string{"form", "signature", "trust"}
	for name, test := range map[string]struct {
		file   []byte
		trust  *keys.Trust
		passed []string
		check  string
		want   fault.Code
	}{
		"empty":                      {nil, usual, nil, "form", signedtext.Empty},
		"blank":                      {[]byte("\n\n"), usual, nil, "form", signedtext.Empty},
		"huge":                       {bytes.Repeat([]byte("x"), signedtext.MaxFile+1), usual, nil, "form", signedtext.TooLarge},
		"huge, well begun":           {append(bytes.Clone(fixture.file), bytes.Repeat([]byte("\n"), signedtext.MaxFile)...), usual, nil, "form", signedtext.TooLarge},
		"something else":             {[]byte("%PDF-1.7"), usual, nil, "form", signedtext.NotSigned},
		"text before":                {append([]byte("Bom dia!\n"), fixture.file...), usual, nil, "form", signedtext.Surrounded},
		"text behind":                {append(bytes.Clone(fixture.file), "Abraços\n"...), usual, nil, "form", signedtext.Surrounded},
		"cut":                        {fixture.file[:len(fixture.file)/2], usual, nil, "form", signedtext.FrameDamaged},
		"a profile":                  {fixture.profile, usual, nil, "form", signedtext.WrongKind},
		"text that is no license":    {raw(t, fixture, strings.Replace(string(fixture.license.Text()), "undecided_days = 7", "undecided_days = 0", 1)), usual, nil, "form", license.BadLicense},
		"a newer format":             {raw(t, fixture, strings.Replace(string(fixture.license.Text()), "format = 1", "format = 2", 1)), usual, nil, "form", signedtext.WrongFormat},
		"byte of the text changed":   {replace(t, fixture.file, "8.9", "9.9"), usual, form, "signature", openpgp.Mismatch},
		"signature of another text":  {transplant(fixture.license, fixture.second), usual, form, "signature", openpgp.Mismatch},
		"signed after its key's end": {fixture.file, shortLived(t, fixture), form, "signature", openpgp.KeyNotValid},

		"signer of another issuer":       {fixture.only(t, seal(t, stranger, issued, nil), fixture.log), usual, form, "trust", openpgp.UnknownKey},
		"signed by the spare signer":     {fixture.only(t, seal(t, fixture.spare, issued, nil), fixture.log), usual, signature, "trust", verify.UnknownSigner},
		"signed by the root":             {fixture.only(t, seal(t, fixture.root, issued, nil), fixture.log), usual, signature, "trust", verify.UnknownSigner},
		"signed before the signer began": {fixture.only(t, seal(t, fixture.signer, begins.Add(-time.Second), nil), fixture.log), usual, signature, "trust", verify.SignerEnded},
		"product of others":              {fixture.only(t, seal(t, fixture.signer, issued, func(l *license.License) { l.Product.Name = "sap" }), fixture.log), usual, signature, "trust", verify.ForeignProduct},

		"no proof":                        {fixture.license.Render(), usual, trusted, "log", verify.Unlogged},
		"proof of another license":        {fixture.license.WithProof(fixture.prove(t, fixture.log, secondIndex, logSize)).Render(), usual, trusted, "log", proof.NotIncluded},
		"proof of another index":          {withProof(strings.Replace(proved, "index 1", "index 2", 1)), usual, trusted, "log", proof.NotIncluded},
		"index beyond the log":            {withProof(strings.Replace(proved, "index 1", "index 5", 1)), usual, trusted, "log", proof.NotIncluded},
		"not logged, with a proof":        {seal(t, fixture.signer, issued.Add(time.Second), nil).WithProof([]byte(proved)).Render(), usual, trusted, "log", proof.NotIncluded},
		"proof by a foreign log":          {fixture.only(t, fixture.license, fixture.foreign), usual, trusted, "log", proof.BadCheckpoint},
		"proof by a log of the same name": {fixture.only(t, fixture.license, sameName), usual, trusted, "log", proof.BadCheckpoint},
		"checkpoint changed":              {withProof(strings.Replace(proved, "\n5\n", "\n6\n", 1)), usual, trusted, "log", proof.BadCheckpoint},
		"damaged proof":                   {withProof(strings.Replace(proved, "index 1", "index 01", 1)), usual, trusted, "log", proof.Malformed},
		"proof of one byte":               {withProof("x"), usual, trusted, "log", proof.Malformed},
		"proof cut":                       {withProof(proved[:len(proved)/4]), usual, trusted, "log", proof.Malformed},
		"base64 of the proof damaged":     {replace(t, fixture.file, "-----BEGIN FUTURA PROOF-----\n", "-----BEGIN FUTURA PROOF-----\n*"), usual, nil, "form", signedtext.FrameDamaged},
		"proof block without an end":      {replace(t, fixture.file, "-----END FUTURA PROOF-----\n", ""), usual, nil, "form", signedtext.FrameDamaged},

		"at a soft end":                 {fixture.file, soft("futura/licenses", licenseIndex), trusted, "log", verify.SignerEnded},
		"at a soft end, checkpoint old": {fixture.render(t, fixture.license, licenseIndex, 2), soft("futura/licenses", 1), trusted, "log", verify.SignerEnded},
		"soft end in another log":       {fixture.file, soft("futura/other", 100), trusted, "log", verify.SignerEnded},
		"hard end, newer checkpoint":    {fixture.file, stolen, trusted, "log", verify.NotPinned},
		"hard end, older checkpoint":    {fixture.render(t, fixture.license, licenseIndex, 2), stolen, trusted, "log", verify.NotPinned},
		"hard end, forged checkpoint":   {fixture.license.WithProof(thief.prove(t, fixture.log, 1, 3)).Render(), stolen, trusted, "log", verify.NotPinned},
		"hard end, no proof":            {fixture.license.Render(), stolen, trusted, "log", verify.Unlogged},
	} {
		opened, err := verify.Open(test.file, test.trust)
		var refused *verify.OpenError
		if opened != nil || !errors.As(err, &refused) || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
			continue
		}
		checkRefusal(t, name, refused, test.passed, test.check)
	}
}

// checkRefusal wants all checks before the failed one passed, and the same
// from Refused.
func checkRefusal(t *testing.T, name string, refused *verify.OpenError, passed []string, failed string) {
	t.Helper()
	verdict := verify.Refused(fmt.Errorf("the file: %w", refused))
	if verdict.Outcome != verify.NotValid || verdict.Start || verdict.License != nil || !reflect.DeepEqual(verdict.Checks, refused.Checks) {
		t.Errorf("%s: the verdict is %+v", name, verdict)
	}
	last := len(refused.Checks) - 1
	if !slices.Equal(names(refused.Checks, verify.Pass), passed) || last != len(passed) {
		t.Errorf("%s: checks %+v, want %q to pass", name, refused.Checks, passed)
		return
	}
	if check := refused.Checks[last]; check.Name != failed || check.Outcome != verify.Fail || check.Err != refused.Err || verdict.Reason() != refused.Err {
		t.Errorf("%s: failed %+v, want %s", name, check, failed)
	}
}

// raw signs a text as it is.
func raw(t testing.TB, fixture *fixture, text string) []byte {
	t.Helper()
	return keystest.Need[*signedtext.Document](t)(signedtext.Seal([]byte(text), fixture.signer, issued)).Render()
}

// transplant puts the text of one license above the signature of another.
func transplant(one, other sealed) []byte {
	return bytes.Replace(other.Render(), other.Text(), one.Text(), 1)
}

// shortLived is a trust file in whose certificate the signer ends before the
// license is issued: the same key, with another end.
func shortLived(t testing.TB, fixture *fixture) *keys.Trust {
	t.Helper()
	short := keystest.Need[*openpgp.Secret](t)(fixture.root.AddSigner(fixture.root.Certificate(), born, time.Hour, keystest.Seed("signer")))
	return fixture.trust(t, func(f *keys.TrustFile) { f.Certificate = short.Certificate().Bytes() })
}

// Every byte of a license file is covered by some check. The proof is no
// part of the signed text; there another base64 is another proof, and
// refused as one.
func TestOpenRefusesEveryChangedByte(t *testing.T) {
	fixture := newFixture(t)
	trust := fixture.trust(t, nil)
	for i := range fixture.file {
		changed := bytes.Clone(fixture.file)
		changed[i] ^= []byte{1, 2, 0x20, 0x80}[i%4]
		var refused *verify.OpenError
		if opened, err := verify.Open(changed, trust); opened != nil || !errors.As(err, &refused) || fault.Of(err) == nil {
			t.Errorf("byte %d changed to %q: %v", i, changed[i], err)
		}
	}
}

func TestOpenProfileVerifiesAsOpenDoes(t *testing.T) {
	fixture := newFixture(t)
	usual := fixture.trust(t, nil)
	profile, err := verify.OpenProfile(fixture.profile, usual)
	if err != nil || profile.Product != "sispetro" || profile.Digest.IsZero() {
		t.Fatalf("%+v, %v", profile, err)
	}
	unlogged, _, _ := bytes.Cut(fixture.profile, []byte("-----BEGIN FUTURA PROOF-----"))
	crm := fixture.trust(t, func(f *keys.TrustFile) { f.Products = "crm" })
	spare := fixture.trust(t, func(f *keys.TrustFile) { f.Signers[0].Fingerprint = fixture.spare.Fingerprint() })
	ended := fixture.trust(t, func(f *keys.TrustFile) {
		f.Signers[0].Retired = &keys.SoftEnd{Origin: "futura/licenses", Size: profileIndex}
	})
	swapped := append(bytes.Clone(unlogged), proofBlock(fixture.prove(t, fixture.log, licenseIndex, logSize))...)
	form, signature, trusted := []string{"form"}, []string{"form", "signature"}, []string{"form", "signature", "trust"}
	for name, test := range map[string]struct {
		file   []byte
		trust  *keys.Trust
		passed []string
		check  string
		want   fault.Code
	}{
		"a license":        {fixture.file, usual, nil, "form", signedtext.WrongKind},
		"empty":            {nil, usual, nil, "form", signedtext.Empty},
		"byte changed":     {replace(t, fixture.profile, "digits = 2", "digits = 3"), usual, form, "signature", openpgp.Mismatch},
		"unknown signer":   {fixture.profile, spare, signature, "trust", verify.UnknownSigner},
		"foreign product":  {fixture.profile, crm, signature, "trust", verify.ForeignProduct},
		"no proof":         {unlogged, usual, trusted, "log", verify.Unlogged},
		"a license's":      {swapped, usual, trusted, "log", proof.NotIncluded},
		"after a soft end": {fixture.profile, ended, trusted, "log", verify.SignerEnded},
	} {
		opened, err := verify.OpenProfile(test.file, test.trust)
		var refused *verify.OpenError
		if opened != nil || !errors.As(err, &refused) || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
			continue
		}
		checkRefusal(t, name, refused, test.passed, test.check)
	}
}

func proofBlock(content []byte) string {
	block := "-----BEGIN FUTURA PROOF-----\n"
	for encoded := base64.StdEncoding.EncodeToString(content); encoded != ""; {
		columns := min(64, len(encoded))
		block, encoded = block+encoded[:columns]+"\n", encoded[columns:]
	}
	return block + "-----END FUTURA PROOF-----\n"
}

// An error that is none of Open's counts against the form: whatever could
// not be read is no license.
func TestRefusedTakesAnyError(t *testing.T) {
	err := signedtext.TooLarge.New("file over the limit")
	verdict := verify.Refused(err)
	if verdict.Outcome != verify.NotValid || verdict.Start || len(verdict.Checks) != 1 || verdict.Checks[0].Name != "form" || verdict.Reason() != err {
		t.Errorf("%+v", verdict)
	}
}
