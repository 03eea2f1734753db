package short_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/lines"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/short"
)

var (
	born   = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	issued = time.Date(2026, 11, 21, 9, 21, 0, 0, time.UTC)
)

// fixture is a request, the profile that it was measured by, and who answers.
type fixture struct {
	signer  *openpgp.Secret
	profile *request.Profile
	asked   *request.Request
	digest  signedtext.Digest
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	root := keystest.Need[*openpgp.Secret](t)(openpgp.Generate("Futura", born, keystest.Seed("root")))
	made := &fixture{signer: keystest.Need[*openpgp.Secret](t)(root.AddSigner(root.Certificate(), born, 365*24*time.Hour, keystest.Seed("signer")))}
	made.profile = keystest.Need[*request.Profile](t)(request.NewProfile(profiles.SisPetro, born))
	items := make([]byte, 300)
	keystest.Seed("items").Read(items)
	made.ask(t, items)
	return made
}

// ask makes the request that is answered.
func (f *fixture) ask(t testing.TB, items []byte) {
	t.Helper()
	site := keystest.Need[*openpgp.Secret](t)(openpgp.Generate("site", born, keystest.Seed("site")))
	f.asked = &request.Request{
		Created: issued.Add(-time.Hour), Customer: "00123", Site: "producao", Product: request.Product{Name: "sispetro", Version: "8.9"},
		Databases: []request.Database{{Name: "producao", Profile: f.profile.Digest, Salt: make([]byte, request.SaltSize), Items: items}},
	}
	f.digest = signedtext.DigestOf(keystest.Need[[]byte](t)(f.asked.Text(site.Certificate())))
}

func usual() license.Granted {
	return license.Granted{
		Serial: "L-2026-000001", Issued: issued, Modules: "0 S3 fiscal", Maintenance: time.Date(2027, 12, 31, 23, 59, 59, 0, time.UTC),
		Terms: license.DefaultTerms,
	}
}

// answer signs a license as the desk does.
func (f *fixture) answer(t testing.TB, granted license.Granted, at time.Time) *signedtext.Document {
	t.Helper()
	content := keystest.Need[license.License](t)(license.Answer(f.asked, f.digest, f.profile, granted))
	return keystest.Need[*signedtext.Document](t)(signedtext.Seal(keystest.Need[[]byte](t)(content.Marshal()), f.signer, at))
}

func (f *fixture) form(t testing.TB, granted license.Granted) *short.Form {
	t.Helper()
	return keystest.Need[*short.Form](t)(short.Of(f.answer(t, granted, granted.Issued), f.asked, f.digest, f.profile, f.signer.Certificate()))
}

func written(t testing.TB, form *short.Form) []string {
	t.Helper()
	return keystest.Need[[]string](t)(form.Lines())
}

func parse(typed []string) (*short.Form, error) {
	return short.Parse([]byte(strings.Join(typed, "\n")))
}

func TestTheLicenseComesBackByteForByte(t *testing.T) {
	fixture := newFixture(t)
	for name, change := range map[string]func(*license.Granted){
		"the usual":       func(*license.Granted) {},
		"nothing special": func(g *license.Granted) { g.Modules, g.Maintenance = "", time.Time{} },
		"an end":          func(g *license.Granted) { g.Terms.Expires = issued.AddDate(1, 0, 0) },
		"other versions":  func(g *license.Granted) { g.Versions = "8.7..8.9 9.1" },
		"other terms": func(g *license.Granted) {
			g.Terms = license.Terms{UndecidedDays: 366, UnrecognizedDays: 1, UnprovedDays: 31}
		},
		"late serial":  func(g *license.Granted) { g.Serial = "L-9999-999999" },
		"a zero first": func(g *license.Granted) { g.Serial = "L-2000-000000" },
	} {
		granted := usual()
		change(&granted)
		for _, late := range []time.Duration{0, time.Second, 30 * 24 * time.Hour} {
			document := fixture.answer(t, granted, issued.Add(late))
			form, err := short.Of(document, fixture.asked, fixture.digest, fixture.profile, fixture.signer.Certificate())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			typed := written(t, form)
			read := keystest.Need[*short.Form](t)(parse(typed))
			if !reflect.DeepEqual(read, form) || !read.Answers(fixture.digest) || !read.SignedBy(fixture.signer.Fingerprint()) {
				t.Errorf("%s: read %+v, want %+v", name, read, form)
			}
			file, err := read.License(fixture.asked, fixture.digest, fixture.profile, fixture.signer.Certificate())
			if err != nil || !bytes.Equal(file, document.Render()) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// A license has a line of 64 columns for the modules: the 52 characters that
// it has room for have room here too, beside everything else that it can say,
// but for a long list of versions. The lines never have more than 300
// characters, numbers included.
func TestRoom(t *testing.T) {
	fixture := newFixture(t)
	granted := usual()
	granted.Serial, granted.Terms = "L-2127-999999", license.Terms{UndecidedDays: 366, UnrecognizedDays: 366, UnprovedDays: 31, Expires: issued.AddDate(70, 0, 0)}
	granted.Modules = strings.Repeat("m ", 24) + "mmmm"
	for _, versions := range []string{"", "8.9", "8.7..8.9"} {
		granted.Versions = versions
		typed := written(t, fixture.form(t, granted))
		characters := len(lines.Characters(strings.ReplaceAll(strings.Join(typed, ""), ":", "")))
		if len(typed) > short.MaxLines || characters > 300 {
			t.Errorf("%d lines, %d characters", len(typed), characters)
		}
		if _, err := parse(typed); err != nil {
			t.Error(err)
		}
	}
	granted.Versions = "8.7 8.8 8.9 8.10"
	_, err := short.Of(fixture.answer(t, granted, issued), fixture.asked, fixture.digest, fixture.profile, fixture.signer.Certificate())
	if found := fault.Of(err); found == nil || found.Code != short.NoShort || found.Values[0].Is != "modules" {
		t.Errorf("%v", err)
	}
	if typed := written(t, fixture.form(t, usual())); len(typed) != 5 {
		t.Errorf("the usual license has %d lines", len(typed))
	}
}

func TestWhatHasNoShortForm(t *testing.T) {
	fixture := newFixture(t)
	rsa := keystest.Need[*openpgp.Secret](t)(openpgp.Generate("other", born, keystest.Seed("other")))
	for name, test := range map[string]struct {
		change func(*license.Granted)
		field  string
	}{
		"no time for its proof":   {func(g *license.Granted) { g.Terms.UnprovedDays = 0 }, "unproved_days"},
		"a year before 2000":      {func(g *license.Granted) { g.Serial = "L-1999-000001" }, "serial"},
		"maintenance for ever":    {func(g *license.Granted) { g.Maintenance = time.Date(2107, 1, 1, 0, 0, 0, 0, time.UTC) }, "maintenance"},
		"an end that is far away": {func(g *license.Granted) { g.Terms.Expires = time.Date(2107, 1, 1, 0, 0, 0, 0, time.UTC) }, "expires"},
		"a long list of versions": {func(g *license.Granted) {
			g.Versions, g.Modules = strings.Repeat("8.9 ", 11)+"8.10", strings.Repeat("m ", 21)+"m"
		}, "versions"},
	} {
		granted := usual()
		test.change(&granted)
		_, err := short.Of(fixture.answer(t, granted, issued), fixture.asked, fixture.digest, fixture.profile, fixture.signer.Certificate())
		if found := fault.Of(err); found == nil || found.Code != short.NoShort || found.Values[0].Is != test.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The license answers another request: what the desk would print is
	// compared with what it issued.
	document := fixture.answer(t, usual(), issued)
	other := *fixture
	other.ask(t, []byte("other items"))
	if _, err := short.Of(document, other.asked, other.digest, other.profile, other.signer.Certificate()); !errors.Is(err, short.NotTogether) {
		t.Errorf("another request: %v", err)
	}
	if _, err := short.Of(document, fixture.asked, fixture.digest, fixture.profile, rsa.Certificate()); !errors.Is(err, openpgp.UnknownKey) {
		t.Errorf("another certificate: %v", err)
	}
}

func TestWhatIsNotAShortForm(t *testing.T) {
	fixture := newFixture(t)
	form := fixture.form(t, usual())
	typed := written(t, form)
	first, _ := lines.Parse(1, strings.TrimPrefix(typed[0], "1:"))
	head := func(change func(*lines.Line)) string {
		changed := first
		change(&changed)
		return "1: " + changed.Groups(1)
	}
	for name, test := range map[string]struct {
		typed []string
		code  fault.Code
		value string
	}{
		"nothing":              {nil, short.NotShort, "no numbered lines"},
		"words":                {[]string{"bom dia", typed[0][3:]}, short.NotShort, "no numbered lines"},
		"too much":             {[]string{strings.Repeat(" ", short.MaxText+1)}, short.NotShort, "length"},
		"another version":      {append([]string{head(func(l *lines.Line) { l[0] = 0x25 })}, typed[1:]...), short.NotShort, "unknown"},
		"no length":            {append([]string{head(func(l *lines.Line) { l[0] = 0x10 })}, typed[1:]...), short.NotShort, "length"},
		"too long":             {append([]string{head(func(l *lines.Line) { l[0] = 0x19 })}, typed[1:]...), short.NotShort, "length"},
		"shorter than it is":   {append([]string{head(func(l *lines.Line) { l[0]-- })}, typed[1:4]...), short.NotShort, "form"},
		"an unknown flag":      {append([]string{head(func(l *lines.Line) { l[13] |= 64 })}, typed[1:]...), short.NotShort, "form"},
		"a flag for something": {append([]string{head(func(l *lines.Line) { l[13] |= 1 })}, typed[1:]...), short.NotShort, "form"},
		"a line too many":      {append(slices.Clone(typed), "9: "+first.Groups(9)), short.WrongLines, "9"},
		"a line 0":             {append(slices.Clone(typed), "0: "+first.Groups(0)), short.WrongLines, "0"},
		"the first is missing": {typed[1:], short.WrongLines, "1"},
		"only the first":       {typed[:1], short.WrongLines, "2, 3, 4, 5"},
		"only the last":        {typed[len(typed)-1:], short.WrongLines, "1, 2, 3, 4"},
	} {
		_, err := parse(test.typed)
		if found := fault.Of(err); found == nil || found.Code != test.code || found.Values[0].Is != test.value {
			t.Errorf("%s: %v, want %s %s", name, err, test.code, test.value)
		}
	}
}

// Lines of two short forms fit their check values; the signature decides.
func TestLinesOfTwoForms(t *testing.T) {
	fixture := newFixture(t)
	one := written(t, fixture.form(t, usual()))
	granted := usual()
	granted.Serial = "L-2026-000002"
	two := written(t, fixture.form(t, granted))
	for i := range one {
		mixed := slices.Clone(one)
		if mixed[i] = two[i]; one[i] == two[i] {
			continue
		}
		form, err := parse(mixed)
		if err != nil {
			t.Fatal(err)
		}
		if file, err := form.License(fixture.asked, fixture.digest, fixture.profile, fixture.signer.Certificate()); file != nil || !errors.Is(err, short.NotTogether) {
			t.Errorf("line %d: %v", i+1, err)
		}
	}
	form := keystest.Need[*short.Form](t)(parse(one))
	other := *fixture
	other.ask(t, []byte("other items"))
	if _, err := form.License(other.asked, other.digest, other.profile, other.signer.Certificate()); !errors.Is(err, short.NotTogether) || form.Answers(other.digest) {
		t.Errorf("another request: %v", err)
	}
}

// A license for every version that was built before the maintenance ended.
func TestBuildStamps(t *testing.T) {
	fixture := newFixture(t)
	fixture.profile = keystest.Need[*request.Profile](t)(request.NewProfile(profiles.CRM, born))
	fixture.ask(t, []byte("items"))
	fixture.asked.Product = request.Product{Name: "crm", Version: "7.8.5.13100517_x64"}
	for versions, count := range map[string]int{"": 5, request.MaintenanceRule: 6} {
		granted := usual()
		granted.Versions = versions
		document := fixture.answer(t, granted, issued)
		form := keystest.Need[*short.Form](t)(short.Of(document, fixture.asked, fixture.digest, fixture.profile, fixture.signer.Certificate()))
		if typed := written(t, form); len(typed) != count {
			t.Errorf("%q: %d lines", versions, len(typed))
		}
	}
}

// Only Ed25519 signs in 64 bytes.
func TestAnotherAlgorithmHasNoShortForm(t *testing.T) {
	fixture := newFixture(t)
	gpg := peertest.NewGnuPG(t)
	gpg.Now = "20261121T092100!"
	content := keystest.Need[license.License](t)(license.Answer(fixture.asked, fixture.digest, fixture.profile, usual()))
	text := keystest.Need[[]byte](t)(content.Marshal())
	for algorithm, want := range map[string]bool{"rsa3072": false, "nistp256": false, "ed25519": true} {
		key := gpg.Generate(algorithm, algorithm, "sign", "never")
		certificate := keystest.Need[*openpgp.Certificate](t)(openpgp.ReadCertificate(gpg.Certificate(algorithm)))
		file, _, err := signedtext.Adopt(gpg.ClearSign(key, text, "--digest-algo", "SHA512"))
		if err != nil {
			t.Fatal(err)
		}
		document := keystest.Need[*signedtext.Document](t)(signedtext.Open(file, certificate))
		form, err := short.Of(document, fixture.asked, fixture.digest, fixture.profile, certificate)
		if found := fault.Of(err); !want && (found == nil || found.Code != short.NoShort || found.Values[0].Is != "signature") {
			t.Errorf("%s: %v", algorithm, err)
		}
		if want && (err != nil || form.Signature.Layout != openpgp.GnuPGLayout || len(written(t, form)) != 5) {
			t.Errorf("%s: %+v, %v", algorithm, form, err)
		}
	}
}

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// mistake is one error of who types. It changes one place of the lines.
func mistake(random *rand.Rand, typed []string) []string {
	typed = slices.Clone(typed)
	if len(typed) == 0 {
		return typed
	}
	line := random.IntN(len(typed))
	number, groups, _ := strings.Cut(typed[line], ":")
	at := random.IntN(len(groups))
	switch random.IntN(8) {
	case 0, 1: // another character
		groups = groups[:at] + string(alphabet[random.IntN(len(alphabet))]) + groups[at+1:]
	case 2, 3: // neighbours in each other's place
		if at > 0 {
			groups = groups[:at-1] + groups[at:at+1] + groups[at-1:at] + groups[at+1:]
		}
	case 4: // left out
		groups = groups[:at] + groups[at+1:]
	case 5: // doubled
		groups = groups[:at] + groups[at:at+1] + groups[at:]
	case 6: // under another's number
		other := random.IntN(len(typed))
		otherNumber, otherGroups, _ := strings.Cut(typed[other], ":")
		typed[other] = otherNumber + ":" + groups
		if other != line {
			groups = otherGroups
		}
	case 7: // a line left out
		return slices.Delete(typed, line, line+1)
	}
	typed[line] = number + ":" + groups
	return typed
}

// wrongOf compares what was typed with what was to be typed.
func wrongOf(right, typed []string) []int {
	wrong := map[int]bool{}
	for number := range right {
		wrong[number+1] = true
	}
	for _, line := range typed {
		text, groups, _ := strings.Cut(line, ":")
		number, _ := strconv.Atoi(text)
		_, want, _ := strings.Cut(right[number-1], ":")
		if lines.Characters(groups) == lines.Characters(want) {
			delete(wrong, number)
		}
	}
	return slices.Sorted(maps.Keys(wrong))
}

// named returns the lines that an error names.
func named(t *testing.T, err error) (numbers []int) {
	t.Helper()
	found := fault.Of(err)
	if found == nil || found.Code != short.WrongLines {
		return nil
	}
	for text := range strings.SplitSeq(fmt.Sprint(found.Values[0].Is), ", ") {
		numbers = append(numbers, keystest.Need[int](t)(strconv.Atoi(text)))
	}
	return numbers
}

// Ten thousand short forms with one to three errors of who types: every wrong
// line is named, no other is, and none is accepted. Where line 1 and the last
// ones are missing, those are named once line 1 is there.
func TestTypingErrors(t *testing.T) {
	fixture := newFixture(t)
	random := rand.New(keystest.Seed("typing errors"))
	var forms [][]string
	for i := range 50 {
		granted := usual()
		granted.Serial = fmt.Sprintf("L-2026-%06d", 1+random.IntN(999999))
		granted.Modules = strings.Repeat("m ", i/3) + "m"
		if i%3 == 0 {
			granted.Versions = "8.7..8.9"
		}
		forms = append(forms, written(t, fixture.form(t, granted)))
	}
	counts := map[int]int{}
	for made := 0; made < 10_000; {
		right := forms[random.IntN(len(forms))]
		typed := right
		for range 1 + random.IntN(3) {
			typed = mistake(random, typed)
		}
		wrong := wrongOf(right, typed)
		if len(wrong) == 0 || len(typed) == 0 {
			continue // a change that changes nothing, or nothing left
		}
		made++
		counts[len(wrong)]++
		again := slices.Clone(typed)
		for len(wrong) > 0 {
			_, err := parse(again)
			told := named(t, err)
			if wrong[0] == 1 { // who reads cannot know how many there are
				highest := 0
				for _, line := range again {
					number, _ := strconv.Atoi(line[:1])
					highest = max(highest, number)
				}
				known := slices.DeleteFunc(slices.Clone(wrong), func(number int) bool { return number > max(1, highest) })
				if !slices.Equal(told, known) {
					t.Fatalf("told %v, wrong are %v (%v):\n%s", told, known, err, strings.Join(again, "\n"))
				}
			} else if !slices.Equal(told, wrong) {
				t.Fatalf("told %v, wrong are %v (%v):\n%s", told, wrong, err, strings.Join(again, "\n"))
			}
			again = slices.DeleteFunc(again, func(line string) bool { return slices.Contains(told, int(line[0]-'0')) })
			for _, number := range told {
				again = append(again, right[number-1])
			}
			wrong = wrongOf(right, again)
		}
		if _, err := parse(again); err != nil {
			t.Fatalf("with every named line read again: %v", err)
		}
	}
	t.Logf("forms by their number of wrong lines: %v", counts)
}

// What parses is written again as the same lines. The fuzzer cannot find
// check values, so that it writes what the lines hold.
func FuzzShort(f *testing.F) {
	fixture := newFixture(f)
	for _, change := range []func(*license.Granted){
		func(*license.Granted) {},
		func(g *license.Granted) { g.Versions, g.Terms.Expires = "8.7..8.9", issued.AddDate(1, 0, 0) },
		func(g *license.Granted) { g.Modules, g.Maintenance = "", time.Time{} },
	} {
		granted := usual()
		change(&granted)
		var content []byte
		for i, typed := range written(f, fixture.form(f, granted)) {
			line, _ := lines.Parse(i+1, typed[2:])
			content = append(content, line[:]...)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var typed []string
		for i, line := range lines.Cut(content) {
			typed = append(typed, fmt.Sprintf("%d: %s", i+1, line.Groups(i+1)))
		}
		form, err := parse(typed)
		if err != nil {
			if fault.Of(err) == nil {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		if again, err := form.Lines(); err != nil || !slices.Equal(again, typed) {
			t.Errorf("%v\nwritten again as %v, %v", typed, again, err)
		}
		if _, err := form.License(fixture.asked, fixture.digest, fixture.profile, fixture.signer.Certificate()); err == nil && !form.Answers(fixture.digest) {
			t.Error("a license from the beginning of another digest")
		}
	})
}

// FuzzTyped gives the reader what anybody types.
func FuzzTyped(f *testing.F) {
	typed := strings.Join(written(f, newFixture(f).form(f, usual())), "\n")
	f.Add([]byte(typed))
	f.Add([]byte(strings.ToLower(typed)))
	f.Add([]byte("Bom dia,\r\n\r\n" + strings.ReplaceAll(typed, "\n", "\r\n\r\n")))
	f.Add([]byte("1: \n2: \n8: x"))
	f.Fuzz(func(t *testing.T, text []byte) {
		form, err := short.Parse(text)
		if err != nil {
			return
		}
		if again := keystest.Need[*short.Form](t)(parse(written(t, form))); !reflect.DeepEqual(again, form) {
			t.Errorf("%q: %+v, then %+v", text, form, again)
		}
	})
}
