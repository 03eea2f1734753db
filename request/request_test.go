package request_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
)

// siteKey makes the same key for the same seed.
func siteKey(t testing.TB, seed byte) *openpgp.Secret {
	t.Helper()
	key, err := keys.NewSiteKey(issued, rand.NewChaCha8([32]byte{seed}))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// asked is a request with everything that one may have.
func asked() request.Request {
	return request.Request{
		Created: issued.Add(time.Hour), Customer: "00123", Site: "producao",
		Product:    request.Product{Name: "sispetro", Version: "8.9", Running: "8.8.2"},
		Enrollment: &request.Enrollment{Proof: bytes.Repeat([]byte{1}, 64)},
		Installed:  &request.Installed{License: signedtext.DigestOf([]byte("license")), Checkpoint: []byte("a signed note")},
		Databases: []request.Database{
			{Name: "producao", Profile: signedtext.DigestOf([]byte("profile")), Salt: make([]byte, 16), Items: []byte{1, 255, 0}, Continuity: []byte{1, 0, 0}},
			{Name: "teste", Profile: signedtext.DigestOf([]byte("profile")), Salt: bytes.Repeat([]byte{9}, 16), Items: []byte{1}},
		},
	}
}

func sealRequest(t testing.TB, asked request.Request, site *openpgp.Secret) *request.Signed {
	t.Helper()
	signed, err := asked.Seal(site)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// sealText signs any canonical text with the site key, as a program of
// somebody else would: without the checks of this package.
func sealText(t testing.TB, text []byte, site *openpgp.Secret) []byte {
	t.Helper()
	document, err := signedtext.Seal(text, site, issued.Add(time.Hour))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return document.Render()
}

// forced is a request that was signed without being checked.
func forced(t testing.TB, asked request.Request, site *openpgp.Secret) []byte {
	t.Helper()
	asked.Kind, asked.Format = request.Kind, 1
	if asked.Key.Certificate == nil {
		asked.Key = request.Key{Fingerprint: site.Fingerprint(), Certificate: site.Certificate().Bytes()}
	}
	text, err := signedtext.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	return sealText(t, text, site)
}

func TestOpenReturnsWhatWasSealed(t *testing.T) {
	site := siteKey(t, 1)
	small := asked()
	small.Enrollment, small.Installed, small.Product.Running, small.Databases = nil, nil, "", small.Databases[1:]
	for _, want := range []request.Request{asked(), small} {
		sealed := sealRequest(t, want, site)
		file := sealed.Document.Render()
		for _, file := range [][]byte{file, bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n")), forced(t, want, site)} {
			opened, err := request.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			if opened.Digest() != sealed.Digest() || opened.Certificate.Fingerprint() != site.Fingerprint() || !opened.Document.Signed().Equal(want.Created) {
				t.Error("another identity, key or time")
			}
			got := opened.Request
			want.Kind, want.Format, want.Key = request.Kind, 1, request.Key{Fingerprint: site.Fingerprint(), Certificate: site.Certificate().Bytes()}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("opened %+v\nwant %+v", got, want)
			}
			text, err := opened.Text(site.Certificate())
			if err != nil || !bytes.Equal(text, opened.Document.Text()) {
				t.Errorf("%v, written again:\n%s", err, text)
			}
		}
	}
}

// What a caller left in these fields has no meaning: Seal knows better.
func TestSealFillsInKindAndKey(t *testing.T) {
	site, other := siteKey(t, 1), siteKey(t, 2)
	wrong := asked()
	wrong.Kind, wrong.Format = "futura-license", 9
	wrong.Key = request.Key{Fingerprint: other.Fingerprint(), Certificate: other.Certificate().Bytes()}
	if signed := sealRequest(t, wrong, site); signed.Digest() != sealRequest(t, asked(), site).Digest() {
		t.Errorf("sealed as\n%s", signed.Document.Text())
	}
}

// Every byte matters: changed, taken out or the last one, the request is
// refused with a code.
func TestOpenRefusesEveryChangedByte(t *testing.T) {
	small := asked()
	small.Installed, small.Databases = nil, small.Databases[:1]
	small.Databases[0].Continuity = nil
	file := sealRequest(t, small, siteKey(t, 1)).Document.Render()
	refused := func(what string, at int, changed []byte) {
		t.Helper()
		if _, err := request.Open(changed); fault.Of(err) == nil {
			t.Errorf("byte %d %s: accepted, or no code: %v", at, what, err)
		}
	}
	for i := range file {
		changed := bytes.Clone(file)
		changed[i] ^= 1 << (i % 8)
		refused("changed", i, changed)
		refused("taken out", i, append(bytes.Clone(file[:i]), file[i+1:]...))
		refused("the first that is cut off", i, file[:i])
	}
}

func TestOpenRefusesAnotherKey(t *testing.T) {
	site, other := siteKey(t, 1), siteKey(t, 2)
	both := append(site.Certificate().Bytes(), other.Certificate().Bytes()...)
	secret := site.Certificate().Bytes()
	secret[0] ^= 6 ^ 5 // from the tag of a public key to that of a secret one
	for name, test := range map[string]struct {
		key  request.Key
		want fault.Code
	}{
		"another's certificate and fingerprint":     {request.Key{Fingerprint: other.Fingerprint(), Certificate: other.Certificate().Bytes()}, openpgp.UnknownKey},
		"another's certificate":                     {request.Key{Fingerprint: site.Fingerprint(), Certificate: other.Certificate().Bytes()}, request.BadRequest},
		"another's fingerprint":                     {request.Key{Fingerprint: other.Fingerprint(), Certificate: site.Certificate().Bytes()}, request.BadRequest},
		"no fingerprint":                            {request.Key{Certificate: site.Certificate().Bytes()}, request.BadRequest},
		"no certificate":                            {request.Key{Fingerprint: site.Fingerprint(), Certificate: []byte{}}, openpgp.BadCertificate},
		"two certificates":                          {request.Key{Fingerprint: site.Fingerprint(), Certificate: both}, openpgp.BadCertificate},
		"certificate cut":                           {request.Key{Fingerprint: site.Fingerprint(), Certificate: both[:100]}, openpgp.BadCertificate},
		"certificate with a flipped self-signature": {request.Key{Fingerprint: site.Fingerprint(), Certificate: flipLast(site.Certificate().Bytes())}, openpgp.BadCertificate},
		"secret key":                                {request.Key{Fingerprint: site.Fingerprint(), Certificate: secret}, openpgp.SecretInPublic},
	} {
		bad := asked()
		bad.Key = test.key
		if _, err := request.Open(forced(t, bad, site)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

func flipLast(data []byte) []byte {
	data[len(data)-1] ^= 1
	return data
}

// Each request is wrong in one thing. Neither is it sealed, nor opened when
// somebody sealed it nevertheless.
func TestRequestsThatContradictThemselves(t *testing.T) {
	site := siteKey(t, 1)
	for name, test := range map[string]struct {
		change func(*request.Request)
		want   fault.Code
	}{
		"customer 12a":             {func(r *request.Request) { r.Customer = "12a" }, signedtext.BadField},
		"customer empty":           {func(r *request.Request) { r.Customer = "" }, signedtext.BadField},
		"customer of 11 digits":    {func(r *request.Request) { r.Customer = "12345678901" }, signedtext.BadField},
		"customer negative":        {func(r *request.Request) { r.Customer = "-1" }, signedtext.BadField},
		"customer Arabic-Indic":    {func(r *request.Request) { r.Customer = "١٢٣" }, signedtext.BadField},
		"site UPPER":               {func(r *request.Request) { r.Site = "UPPER" }, signedtext.BadField},
		"site empty":               {func(r *request.Request) { r.Site = "" }, signedtext.BadField},
		"site with a path":         {func(r *request.Request) { r.Site = "../producao" }, signedtext.BadField},
		"site is a device":         {func(r *request.Request) { r.Site = "nul" }, signedtext.BadField},
		"product with a blank":     {func(r *request.Request) { r.Product.Name = "sis petro" }, signedtext.BadField},
		"product empty":            {func(r *request.Request) { r.Product.Name = "" }, signedtext.BadField},
		"version empty":            {func(r *request.Request) { r.Product.Version = "" }, request.BadRequest},
		"proof of 63 bytes":        {func(r *request.Request) { r.Enrollment.Proof = make([]byte, 63) }, request.BadRequest},
		"proof of 65 bytes":        {func(r *request.Request) { r.Enrollment.Proof = make([]byte, 65) }, request.BadRequest},
		"proof empty":              {func(r *request.Request) { r.Enrollment.Proof = []byte{} }, request.BadRequest},
		"no database":              {func(r *request.Request) { r.Databases = nil }, request.BadRequest},
		"21 databases":             {func(r *request.Request) { r.Databases = databases(21) }, request.BadRequest},
		"database twice":           {func(r *request.Request) { r.Databases[1].Name = r.Databases[0].Name }, request.BadRequest},
		"database upper case":      {func(r *request.Request) { r.Databases[1].Name = "Teste" }, signedtext.BadField},
		"database without name":    {func(r *request.Request) { r.Databases[1].Name = "" }, signedtext.BadField},
		"salt of 15 bytes":         {func(r *request.Request) { r.Databases[1].Salt = make([]byte, 15) }, request.BadRequest},
		"salt of 17 bytes":         {func(r *request.Request) { r.Databases[1].Salt = make([]byte, 17) }, request.BadRequest},
		"salt empty":               {func(r *request.Request) { r.Databases[1].Salt = []byte{} }, request.BadRequest},
		"items empty":              {func(r *request.Request) { r.Databases[1].Items = []byte{} }, request.BadRequest},
		"items empty in the first": {func(r *request.Request) { r.Databases[0].Items = nil }, request.BadRequest},
	} {
		bad := asked()
		test.change(&bad)
		if _, err := bad.Seal(site); !errors.Is(err, test.want) {
			t.Errorf("%s: sealed with %v, want %s", name, err, test.want)
		}
		if _, err := request.Open(forced(t, bad, site)); !errors.Is(err, test.want) {
			t.Errorf("%s: opened with %v, want %s", name, err, test.want)
		}
	}
}

// databases have names that differ in the last characters.
func databases(count int) []request.Database {
	list := make([]request.Database, count)
	for i := range list {
		list[i] = asked().Databases[0]
		list[i].Name = "db-" + string(rune('a'+i))
	}
	return list
}

func TestTwentyDatabasesAreNotTooMany(t *testing.T) {
	many := asked()
	many.Databases = databases(request.MaxDatabases)
	if signed := sealRequest(t, many, siteKey(t, 1)); len(signed.Databases) != 20 {
		t.Errorf("%d databases", len(signed.Databases))
	}
}

func TestSealRefusesWhatMayNotTravel(t *testing.T) {
	site := siteKey(t, 1)
	for name, change := range map[string]func(*request.Request){
		"no time":                     func(r *request.Request) { r.Created = time.Time{} },
		"before the key was made":     func(r *request.Request) { r.Created = issued.Add(-time.Second) },
		"version with a line end":     func(r *request.Request) { r.Product.Version = "8.9\nx = 1" },
		"version with an address":     func(r *request.Request) { r.Product.Version = "8.9@futura.example" },
		"running with an escape code": func(r *request.Request) { r.Product.Running = "\x1b[2J" },
		"over the limit":              func(r *request.Request) { r.Databases[0].Items = make([]byte, signedtext.MaxText) },
	} {
		bad := asked()
		change(&bad)
		if signed, err := bad.Seal(site); signed != nil || fault.Of(err) == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenRefusesOtherDocuments(t *testing.T) {
	site := siteKey(t, 1)
	text := string(sealRequest(t, asked(), site).Document.Text())
	for name, test := range map[string]struct {
		file []byte
		want fault.Code
	}{
		"license":       {sealText(t, []byte("kind = \"futura-license\"\nformat = 1"), site), signedtext.WrongKind},
		"same, renamed": {sealText(t, []byte(strings.Replace(text, request.Kind, "futura-license", 1)), site), signedtext.WrongKind},
		"profile":       {sealText(t, draftText(t, wholeDraft), site), signedtext.WrongKind},
		"trust":         {trustFile(t, site), signedtext.WrongKind},
		"format 2":      {sealText(t, []byte(strings.Replace(text, "format = 1", "format = 2", 1)), site), signedtext.WrongFormat},
		"no kind":       {sealText(t, []byte("customer = \"00123\""), site), signedtext.NotDocument},
		"only a head":   {sealText(t, []byte("kind = \"futura-request\"\nformat = 1"), site), signedtext.NotDocument},
		"one key more":  {sealText(t, []byte(strings.Replace(text, "site = ", "x = 1\nsite = ", 1)), site), signedtext.NotDocument},
		"other order":   {sealText(t, []byte(strings.Replace(text, "running = \"8.8.2\"\n", "", 1)+"\nrunning = \"8.8.2\""), site), signedtext.NotDocument},
		"empty running": {sealText(t, []byte(strings.Replace(text, "\"8.8.2\"", "\"\"", 1)), site), signedtext.NotDocument},
		"empty table":   {sealText(t, []byte(strings.Replace(text, "\n[installed]", "\n[extra]\n\n[installed]", 1)), site), signedtext.NotDocument},
		"a proof":       {sealRequest(t, asked(), site).Document.WithProof([]byte("junk")).Render(), request.BadRequest},
		"armored key":   {sealText(t, armoredKey(t, text, site), site), openpgp.BadCertificate},
		"text alone":    {[]byte(text), signedtext.NotSigned},
		"certificate":   {site.Certificate().Armor(), signedtext.NotSigned},
		"empty":         {nil, signedtext.Empty},
	} {
		if signed, err := request.Open(test.file); signed != nil || !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
}

// armoredKey puts the armored file in the place of the packets.
func armoredKey(t testing.TB, text string, site *openpgp.Secret) []byte {
	t.Helper()
	var read request.Request
	if err := signedtext.Unmarshal([]byte(text), request.Kind, 1, &read); err != nil {
		t.Fatal(err)
	}
	read.Key.Certificate = site.Certificate().Armor()
	armored, err := signedtext.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	return armored
}

// trustFile is a real one: even the root's own signature makes no request.
func trustFile(t testing.TB, root *openpgp.Secret) []byte {
	t.Helper()
	signer, err := root.AddSigner(root.Certificate(), issued, time.Hour, rand.NewChaCha8([32]byte{3}))
	if err != nil {
		t.Fatal(err)
	}
	file, err := keys.SealTrust(keys.TrustFile{
		Sequence: 1, Issued: issued.Add(time.Hour), Issuer: "Futura", Products: "sispetro", Certificate: signer.Certificate().Bytes(),
		Signers: []keys.Signer{{Fingerprint: signer.Fingerprint(), Begins: issued}},
	}, root)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// The proof of an enrollment belongs to one key, customer and product.
func TestEnrollmentProofInARequest(t *testing.T) {
	site, other := siteKey(t, 1), siteKey(t, 2)
	code, err := keys.NewCode(rand.NewChaCha8([32]byte{4}))
	if err != nil {
		t.Fatal(err)
	}
	first := asked()
	first.Enrollment.Proof = code.Prove(site.Fingerprint(), first.Customer, first.Product.Name)
	opened, err := request.Open(sealRequest(t, first, site).Document.Render())
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		public            []byte
		key               openpgp.Fingerprint
		customer, product string
		want              error
	}{
		"as it is":                   {code.PublicKey("00123"), opened.Key.Fingerprint, opened.Customer, opened.Product.Name, nil},
		"another key":                {code.PublicKey("00123"), other.Fingerprint(), opened.Customer, opened.Product.Name, keys.BadEnrollment},
		"another customer":           {code.PublicKey("00123"), opened.Key.Fingerprint, "123", opened.Product.Name, keys.BadEnrollment},
		"another product":            {code.PublicKey("00123"), opened.Key.Fingerprint, opened.Customer, "crm", keys.BadEnrollment},
		"the code of another":        {keys.Code{1}.PublicKey("00123"), opened.Key.Fingerprint, opened.Customer, opened.Product.Name, keys.BadEnrollment},
		"the code under another one": {code.PublicKey("123"), opened.Key.Fingerprint, opened.Customer, opened.Product.Name, keys.BadEnrollment},
		"no public key":              {nil, opened.Key.Fingerprint, opened.Customer, opened.Product.Name, keys.BadEnrollment},
	} {
		err := keys.CheckEnrollment(test.public, opened.Enrollment.Proof, test.key, test.customer, test.product)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// FuzzRequest feeds a file as it is, and signed with a site key: so the
// fuzzer gets past the signature.
func FuzzRequest(f *testing.F) {
	site := siteKey(f, 1)
	signed := sealRequest(f, asked(), site).Document
	f.Add(signed.Render())
	f.Add(bytes.ReplaceAll(signed.Render(), []byte("\n"), []byte("\r\n")))
	f.Add(signed.Text())
	f.Add([]byte(strings.Replace(string(signed.Text()), "[[database]]", "[database]", 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		check(t, data)
		if document, err := signedtext.Seal(data, site, issued.Add(time.Hour)); err == nil {
			check(t, document.Render())
		}
	})
}

func check(t *testing.T, file []byte) {
	t.Helper()
	opened, err := request.Open(file)
	if err != nil {
		if fault.Of(err) == nil {
			t.Errorf("an error without a code: %v", err)
		}
		return
	}
	if again := opened.Document.Render(); !bytes.Equal(again, bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n"))) {
		t.Errorf("accepted, and rendered otherwise:\n%s", again)
	}
	if text, err := opened.Text(opened.Certificate); err != nil || !bytes.Equal(text, opened.Document.Text()) {
		t.Errorf("accepted, and written otherwise (%v):\n%s", err, text)
	}
}

// What Text writes, Parse reads, and the text of what it read is the same.
func TestParseReadsWhatTextWrites(t *testing.T) {
	key := siteKey(t, 1)
	text, err := asked().Text(key.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := request.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := parsed.Text(key.Certificate())
	if err != nil || !bytes.Equal(again, text) {
		t.Errorf("%v\n%s", err, again)
	}
	if signed := sealRequest(t, *parsed, key); !bytes.Equal(signed.Document.Text(), text) {
		t.Errorf("signed is\n%s", signed.Document.Text())
	}
	for name, change := range map[string]string{"customer": "12x", "version": "", "site": "pro ducao"} {
		bad := bytes.Replace(text, []byte(map[string]string{"customer": `"00123"`, "version": `"8.9"`, "site": `"producao"`}[name]), []byte(`"`+change+`"`), 1)
		if _, err := request.Parse(bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
