package keys_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

var born = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func newRoot(t testing.TB, name string) *openpgp.Secret {
	t.Helper()
	root, err := openpgp.Generate("Futura", born, keystest.Seed(name))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func newLogKey(t testing.TB, origin, name string) *keys.LogKey {
	t.Helper()
	key, err := keys.NewLogKey(origin, keystest.Seed(name))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issuer is a root with three signers in its certificate.
type issuer struct {
	root    *openpgp.Secret
	signers [3]*openpgp.Secret
	log     *keys.LogKey
}

func newIssuer(t testing.TB) issuer {
	t.Helper()
	made := issuer{root: newRoot(t, "root"), log: newLogKey(t, "futura/licenses", "log")}
	certificate := made.root.Certificate()
	for i, name := range []string{"first", "second", "third"} {
		signer, err := made.root.AddSigner(certificate, born, 24*time.Hour, keystest.Seed(name))
		if err != nil {
			t.Fatal(err)
		}
		made.signers[i], certificate = signer, signer.Certificate()
	}
	return made
}

// file is a trust file with everything in it that may be there: two logs, a
// signer without an end, and one with each kind of end.
func (i issuer) file(t testing.TB) keys.TrustFile {
	t.Helper()
	second := newLogKey(t, "futura/licenses-2027", "second log")
	return keys.TrustFile{
		Kind: keys.TrustKind, Format: 1, Sequence: 7, Issued: born.Add(time.Hour), Issuer: "Futura S.r.l. & Cía",
		Products: "sispetro crm", Certificate: i.signers[2].Certificate().Bytes(),
		Logs: []keys.Log{
			{Origin: i.log.Origin, Key: signedtext.Long(i.log.Verifier)},
			{Origin: second.Origin, Key: signedtext.Long(second.Verifier)},
		},
		Signers: []keys.Signer{
			{Fingerprint: i.signers[0].Fingerprint(), Begins: born},
			{Fingerprint: i.signers[1].Fingerprint(), Begins: born, Retired: &keys.SoftEnd{Origin: i.log.Origin, Size: 12}},
			{Fingerprint: i.signers[2].Fingerprint(), Begins: born, Stolen: &keys.HardEnd{Origin: second.Origin, Size: 3, Root: signedtext.DigestOf(nil)}},
		},
	}
}

func marshal(t testing.TB, file keys.TrustFile) []byte {
	t.Helper()
	text, err := signedtext.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// forge signs a text as it is, without the checks of SealTrust.
func forge(t testing.TB, text []byte, signer signedtext.Signer) []byte {
	t.Helper()
	document, err := signedtext.Seal(text, signer, born.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return document.Render()
}

func TestSealTrustAndOpenTrustAreInverse(t *testing.T) {
	issuer := newIssuer(t)
	want := issuer.file(t)
	bare := want
	bare.Kind, bare.Format = "", 0 // SealTrust fills them in
	sealed, err := keys.SealTrust(bare, issuer.root)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"LF": sealed, "CR LF": bytes.ReplaceAll(sealed, []byte("\n"), []byte("\r\n"))} {
		trust, err := keys.OpenTrust(file, issuer.root.Fingerprint())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(trust.TrustFile, want) {
			t.Errorf("%s: read %+v, want %+v", name, trust.TrustFile, want)
		}
		if trust.Digest != signedtext.DigestOf(marshal(t, want)) || trust.Root() != issuer.root.Fingerprint() {
			t.Errorf("%s: digest %s, root %s", name, trust.Digest, trust.Root())
		}
		if !bytes.Equal(trust.IssuerCertificate().Bytes(), want.Certificate) {
			t.Errorf("%s: another certificate", name)
		}
	}
}

func TestTrustAnswersForItsSignersAndProducts(t *testing.T) {
	issuer := newIssuer(t)
	trust, err := keys.OpenTrust(forge(t, marshal(t, issuer.file(t)), issuer.root), issuer.root.Fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	for i, secret := range issuer.signers {
		signer, known := trust.Signer(secret.Fingerprint())
		if !known || !reflect.DeepEqual(signer, trust.Signers[i]) {
			t.Errorf("signer %d: %+v, %v", i, signer, known)
		}
	}
	for name, stranger := range map[string]openpgp.Fingerprint{"root": trust.Root(), "zero": {}, "other": newRoot(t, "other").Fingerprint()} {
		if signer, known := trust.Signer(stranger); known {
			t.Errorf("the %s is a signer: %+v", name, signer)
		}
	}
	for name, want := range map[string]bool{"sispetro": true, "crm": true, "": false, "sis": false, "CRM": false, "sispetro crm": false} {
		if trust.HasProduct(name) != want {
			t.Errorf("product %q: %v", name, !want)
		}
	}
}

// Without a log, licenses carry no proof: a small issuer may begin so.
func TestTrustFileWithoutLogs(t *testing.T) {
	issuer := newIssuer(t)
	file := issuer.file(t)
	file.Logs, file.Signers = nil, file.Signers[:1]
	sealed, err := keys.SealTrust(file, issuer.root)
	if err != nil {
		t.Fatal(err)
	}
	if trust, err := keys.OpenTrust(sealed, issuer.root.Fingerprint()); err != nil || len(trust.Logs) != 0 {
		t.Errorf("%+v, %v", trust, err)
	}
}

// Each file contradicts itself in one thing, under a good signature of the
// root: both the writer and the reader refuse it.
func TestTrustFilesThatContradictThemselves(t *testing.T) {
	t.Parallel()
	issuer := newIssuer(t)
	foreign := newLogKey(t, "futura/other", "foreign")
	named := func(origin string) keys.Log {
		_, verifier, err := note.GenerateKey(keystest.Seed("named"), origin)
		if err != nil {
			t.Fatal(err)
		}
		return keys.Log{Origin: origin, Key: signedtext.Long(verifier)}
	}
	secret, err := issuer.root.Armor(nil, keystest.Seed("bare"))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*keys.TrustFile)
		want   fault.Code
	}{
		"sequence 0":              {func(f *keys.TrustFile) { f.Sequence = 0 }, keys.BadTrust},
		"sequence below 0":        {func(f *keys.TrustFile) { f.Sequence = -1 }, keys.BadTrust},
		"no product":              {func(f *keys.TrustFile) { f.Products = "" }, signedtext.BadField},
		"product in capitals":     {func(f *keys.TrustFile) { f.Products = "SisPetro" }, signedtext.BadField},
		"product twice":           {func(f *keys.TrustFile) { f.Products = "crm crm" }, signedtext.BadField},
		"two blanks":              {func(f *keys.TrustFile) { f.Products = "crm  sispetro" }, signedtext.BadField},
		"blank before":            {func(f *keys.TrustFile) { f.Products = " crm" }, signedtext.BadField},
		"comma":                   {func(f *keys.TrustFile) { f.Products = "crm, sispetro" }, signedtext.BadField},
		"device of Windows":       {func(f *keys.TrustFile) { f.Products = "aux" }, signedtext.BadField},
		"product too long":        {func(f *keys.TrustFile) { f.Products = strings.Repeat("a", 41) }, signedtext.BadField},
		"no signer":               {func(f *keys.TrustFile) { f.Signers = nil }, keys.BadTrust},
		"unknown signer":          {func(f *keys.TrustFile) { f.Signers[0].Fingerprint[0] ^= 1 }, keys.BadTrust},
		"the root as signer":      {func(f *keys.TrustFile) { f.Signers[0].Fingerprint = issuer.root.Fingerprint() }, keys.BadTrust},
		"signer twice":            {func(f *keys.TrustFile) { f.Signers[1].Fingerprint = f.Signers[0].Fingerprint }, keys.BadTrust},
		"begins in another age":   {func(f *keys.TrustFile) { f.Signers[0].Begins = time.Time{} }, signedtext.BadField},
		"two ends":                {func(f *keys.TrustFile) { f.Signers[1].Stolen = f.Signers[2].Stolen }, keys.BadTrust},
		"soft end in no log":      {func(f *keys.TrustFile) { f.Signers[1].Retired.Origin = "futura/nowhere" }, keys.BadTrust},
		"hard end in no log":      {func(f *keys.TrustFile) { f.Signers[2].Stolen.Origin = "futura/nowhere" }, keys.BadTrust},
		"soft end without origin": {func(f *keys.TrustFile) { f.Signers[1].Retired.Origin = "" }, keys.BadTrust},
		"soft end at 0":           {func(f *keys.TrustFile) { f.Signers[1].Retired.Size = 0 }, keys.BadTrust},
		"hard end at 0":           {func(f *keys.TrustFile) { f.Signers[2].Stolen.Size = 0 }, keys.BadTrust},
		"soft end below 0":        {func(f *keys.TrustFile) { f.Signers[1].Retired.Size = -3 }, keys.BadTrust},
		"ends without a log":      {func(f *keys.TrustFile) { f.Logs = nil }, keys.BadTrust},
		"key of another origin":   {func(f *keys.TrustFile) { f.Logs[0].Key = signedtext.Long(foreign.Verifier) }, keys.BadTrust},
		"log twice, in capitals": {func(f *keys.TrustFile) {
			again := f.Logs[0]
			origin, rest, _ := strings.Cut(string(again.Key), "+")
			hash, key, _ := strings.Cut(rest, "+")
			again.Key = signedtext.Long(origin + "+" + strings.ToUpper(hash) + "+" + key)
			f.Logs = append(f.Logs, again)
		}, keys.BadTrust},
		"log twice":             {func(f *keys.TrustFile) { f.Logs = append(f.Logs, f.Logs[0]) }, keys.BadTrust},
		"no key":                {func(f *keys.TrustFile) { f.Logs[0].Key = "" }, keys.BadTrust},
		"key with a wrong hash": {func(f *keys.TrustFile) { f.Logs[0].Key = wrongHash(f.Logs[0].Key) }, keys.BadTrust},
		"origin in capitals":    {func(f *keys.TrustFile) { f.Logs = append(f.Logs, named("Futura")) }, keys.BadTrust},
		"origin with a dot":     {func(f *keys.TrustFile) { f.Logs = append(f.Logs, named("futura.example/log")) }, keys.BadTrust},
		"origin of 41 characters": {func(f *keys.TrustFile) {
			f.Logs = append(f.Logs, named(strings.Repeat("a", 20)+"/"+strings.Repeat("b", 20)))
		}, keys.BadTrust},
		"no certificate":         {func(f *keys.TrustFile) { f.Certificate = nil }, openpgp.BadCertificate},
		"certificate cut":        {func(f *keys.TrustFile) { f.Certificate = f.Certificate[:len(f.Certificate)-1] }, openpgp.BadCertificate},
		"two certificates":       {func(f *keys.TrustFile) { f.Certificate = append(f.Certificate, f.Certificate...) }, openpgp.BadCertificate},
		"secret key instead":     {func(f *keys.TrustFile) { f.Certificate = secret }, openpgp.SecretInPublic},
		"root without signers":   {func(f *keys.TrustFile) { f.Certificate = issuer.root.Certificate().Bytes() }, keys.BadTrust},
		"another certificate":    {func(f *keys.TrustFile) { f.Certificate = newRoot(t, "other").Certificate().Bytes() }, openpgp.UnknownKey},
		"issuer with an address": {func(f *keys.TrustFile) { f.Issuer = "www.futura.example" }, signedtext.NotCanonical},
	} {
		file := issuer.file(t)
		test.change(&file)
		if _, err := keys.SealTrust(file, issuer.root); !errors.Is(err, test.want) {
			t.Errorf("%s: sealed with %v, want %s", name, err, test.want)
		}
		text, err := signedtext.Marshal(file)
		if err != nil {
			continue // it cannot even be written
		}
		forged := forge(t, text, issuer.root)
		if trust, err := keys.OpenTrust(forged, issuer.root.Fingerprint()); trust != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: opened with %v, want %s", name, err, test.want)
		}
	}
}

// wrongHash changes one digit of a log key's hash.
func wrongHash(key signedtext.Long) signedtext.Long {
	i := strings.Index(string(key), "+") + 1
	digit := byte('0')
	if key[i] == digit {
		digit = '1'
	}
	return key[:i] + signedtext.Long(digit) + key[i+1:]
}

// Each file is well made, but not by the root that is asked for.
func TestTrustFilesThatAreNotTheRoots(t *testing.T) {
	issuer := newIssuer(t)
	other := newRoot(t, "other")
	text := marshal(t, issuer.file(t))
	good := forge(t, text, issuer.root)
	replace := func(old, new string) []byte {
		if !bytes.Contains(text, []byte(old)) {
			t.Fatalf("nothing to change: %q", old)
		}
		return forge(t, bytes.Replace(text, []byte(old), []byte(new), 1), issuer.root)
	}
	for name, test := range map[string]struct {
		file []byte
		root openpgp.Fingerprint
		want fault.Code
	}{
		"foreign root":                 {good, other.Fingerprint(), keys.ForeignRoot},
		"a signer for the root":        {good, issuer.signers[0].Fingerprint(), keys.ForeignRoot},
		"no root is known":             {good, openpgp.Fingerprint{}, keys.NoRoot},
		"no root for a damaged file":   {nil, openpgp.Fingerprint{}, keys.NoRoot},
		"signed by a signer":           {forge(t, text, issuer.signers[0]), issuer.root.Fingerprint(), keys.ForeignRoot},
		"signed by a stranger":         {forge(t, text, other), issuer.root.Fingerprint(), openpgp.UnknownKey},
		"signed by a stranger, asked":  {forge(t, text, other), other.Fingerprint(), openpgp.UnknownKey},
		"text changed":                 {bytes.Replace(good, []byte("sequence = 7"), []byte("sequence = 8"), 1), issuer.root.Fingerprint(), openpgp.Mismatch},
		"another kind":                 {replace("futura-trust", "futura-license"), issuer.root.Fingerprint(), signedtext.WrongKind},
		"another format":               {replace("format = 1", "format = 2"), issuer.root.Fingerprint(), signedtext.WrongFormat},
		"unknown key":                  {replace("issuer = ", "motto = \"x\"\nissuer = "), issuer.root.Fingerprint(), signedtext.NotDocument},
		"fingerprint in small letters": {lowerFingerprint(t, text, issuer.root), issuer.root.Fingerprint(), signedtext.NotDocument},
		"empty":                        {nil, issuer.root.Fingerprint(), signedtext.Empty},
		"the certificate":              {issuer.root.Certificate().Armor(), issuer.root.Fingerprint(), signedtext.NotSigned},
	} {
		if trust, err := keys.OpenTrust(test.file, test.root); trust != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

func lowerFingerprint(t *testing.T, text []byte, root *openpgp.Secret) []byte {
	t.Helper()
	before, after, found := strings.Cut(string(text), "fingerprint = \"")
	if !found {
		t.Fatal("no fingerprint")
	}
	return forge(t, []byte(before+"fingerprint = \""+strings.ToLower(after[:40])+after[40:]), root)
}

// SealTrust refuses to sign with anything but the root of the certificate.
func TestSealTrustWantsTheRoot(t *testing.T) {
	issuer := newIssuer(t)
	for name, test := range map[string]struct {
		signer *openpgp.Secret
		want   fault.Code
	}{
		"a signer":   {issuer.signers[0], keys.ForeignRoot},
		"a stranger": {newRoot(t, "other"), openpgp.UnknownKey},
	} {
		if _, err := keys.SealTrust(issuer.file(t), test.signer); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

// The root's fingerprint can be shown before anybody knows it, and a file
// that is not signed by the root that it carries shows none.
func TestOpenOwnTrustShowsTheRoot(t *testing.T) {
	issuer := newIssuer(t)
	text := marshal(t, issuer.file(t))
	trust, err := keys.OpenOwnTrust(forge(t, text, issuer.root))
	if err != nil || trust.Root() != issuer.root.Fingerprint() {
		t.Fatalf("%v, %v", trust, err)
	}
	for name, test := range map[string]struct {
		file []byte
		want fault.Code
	}{
		"signed by a signer":   {forge(t, text, issuer.signers[0]), keys.ForeignRoot},
		"signed by a stranger": {forge(t, text, newRoot(t, "other")), openpgp.UnknownKey},
		"empty":                {nil, signedtext.Empty},
	} {
		if trust, err := keys.OpenOwnTrust(test.file); trust != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

// Every byte of a trust file matters; a small file, because a certificate
// takes its time.
func TestOpenTrustRefusesEveryChangedByte(t *testing.T) {
	t.Parallel()
	issuer := newIssuer(t)
	small := issuer.file(t)
	small.Certificate = issuer.signers[0].Certificate().Bytes()
	small.Logs, small.Signers = nil, small.Signers[:1]
	file := forge(t, marshal(t, small), issuer.root)
	if _, err := keys.OpenTrust(file, issuer.root.Fingerprint()); err != nil {
		t.Fatal(err)
	}
	const parts = 4 // at the same time
	for part := range parts {
		t.Run(fmt.Sprintf("%d of %d", part+1, parts), func(t *testing.T) {
			t.Parallel()
			for i := part; i < len(file); i += parts {
				changed := bytes.Clone(file)
				changed[i] ^= []byte{1, 2, 0x20, 0x80}[i/parts%4]
				if trust, err := keys.OpenTrust(changed, issuer.root.Fingerprint()); trust != nil || fault.Of(err) == nil {
					t.Errorf("byte %d changed to %q: %v", i, changed[i], err)
				}
			}
		})
	}
}

// FuzzTrust reads the data as a file, and as a text that the root signed: a
// file that nobody signed would not get as far as the checks.
func FuzzTrust(f *testing.F) {
	issuer := newIssuer(f)
	text := marshal(f, issuer.file(f))
	f.Add(text)
	f.Add(forge(f, text, issuer.root))
	ended := issuer.file(f)
	ended.Logs[0].Retired, ended.Logs[1].Stolen = &keys.LogSoftEnd{Size: 12}, &keys.LogHardEnd{Size: 3, Root: signedtext.DigestOf(nil)}
	f.Add(marshal(f, ended))
	f.Add(bytes.Replace(text, []byte("sequence = 7"), []byte("sequence = 0"), 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkTrust(t, data, issuer.root.Fingerprint())
		if signed, err := signedtext.Seal(data, issuer.root, born); err == nil {
			checkTrust(t, signed.Render(), issuer.root.Fingerprint())
		}
	})
}

func checkTrust(t *testing.T, file []byte, root openpgp.Fingerprint) {
	t.Helper()
	trust, err := keys.OpenTrust(file, root)
	if err != nil {
		if trust != nil || fault.Of(err) == nil {
			t.Errorf("an error without a code, or a trust file with an error: %v", err)
		}
		return
	}
	again, err := signedtext.Marshal(trust.TrustFile)
	if err != nil || signedtext.DigestOf(again) != trust.Digest || !bytes.Contains(bytes.ReplaceAll(file, []byte("\r"), nil), again) {
		t.Errorf("accepted, and written otherwise (%v):\n%s", err, again)
	}
}
