package parts_test

import (
	"bytes"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/parts"
	"github.com/futura/airlicense/verify/license"
	"github.com/futura/airlicense/verify/revocation"
)

var born = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

var kinds = []string{request.Kind, license.Kind, request.ProfileKind, revocation.Kind, keys.TrustKind}

// random makes documents that nothing but a seed decides.
type random struct {
	*rand.Rand
	signer *openpgp.Secret
}

func newRandom(t testing.TB, seed uint64) random {
	t.Helper()
	signer, err := openpgp.Generate("parts", born, strings.NewReader(strings.Repeat("a fixed seed", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return random{rand.New(rand.NewPCG(seed, 5)), signer}
}

func (r random) bytes(length int) []byte {
	data := make([]byte, length)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

// document makes a file of a random kind with up to so many lines, some of
// them with a proof.
func (r random) document(t testing.TB, lines int) []byte {
	t.Helper()
	text := fmt.Sprintf("kind = %q\nformat = 1\nnumber = %d", kinds[r.IntN(len(kinds))], r.IntN(1e9))
	for i := range r.IntN(lines) {
		text += fmt.Sprintf("\nitems.%d = %q", i+1, base32.StdEncoding.EncodeToString(r.bytes(5*(1+r.IntN(5)))))
	}
	packet, err := r.signer.Sign([]byte(text), born)
	if err != nil {
		t.Fatal(err)
	}
	packed := append(packet, text...)
	file, err := signedtext.Unpack(compactOf(packed))
	if err != nil {
		t.Fatal(err)
	}
	if r.IntN(2) == 0 {
		return file
	}
	const aside = "\xff\xfc"
	proof := r.bytes(1 + r.IntN(500))
	packed = binary.AppendUvarint(append(packed, aside...), uint64(len(proof)))
	proved, err := signedtext.Unpack(append(compactOf(packed), proof...))
	if err != nil {
		t.Fatal(err)
	}
	return proved
}

// compactOf is DEFLATE without compression: another encoding of the document
// than Pack chooses.
func compactOf(packed []byte) []byte {
	out := binary.LittleEndian.AppendUint16([]byte{2, 1}, uint16(len(packed)))
	return append(binary.LittleEndian.AppendUint16(out, ^uint16(len(packed))), packed...)
}

func split(t testing.TB, file []byte, size int) []parts.Part {
	t.Helper()
	list, err := parts.Split(file, size)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// forge writes a part with a checksum that fits, whatever it says.
func forge(head string) string {
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(head)))
	return head + "." + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum)
}

func TestEveryKindTravels(t *testing.T) {
	random, seen := newRandom(t, 1), map[string]bool{}
	for range 40 {
		file := random.document(t, 30)
		for _, size := range []int{parts.MinData, parts.Default, parts.Dense, parts.MaxData} {
			var collection parts.Collection
			list := split(t, file, size)
			seen[list[0].Kind] = true
			collection.Add("all", parts.Text(list))
			if document := collection.Documents()[0]; !bytes.Equal(document.File, file) || document.Err != nil {
				t.Fatalf("size %d: %v", size, document.Err)
			}
			for _, part := range list {
				if len(part.Data) > size || len(part.Data) != len(list[0].Data) {
					t.Errorf("size %d: a part of %d bytes", size, len(part.Data))
				}
			}
			total := list[0].Total
			hasParity := total > 2 || total == 2 && size < parts.Dense
			if hasParity != (list[len(list)-1].Index == parts.Parity) || hasParity != (len(list) == total+1) {
				t.Errorf("size %d: %d parts, total %d", size, len(list), total)
			}
		}
	}
	if len(seen) != len(kinds) {
		t.Errorf("only these kinds: %v", seen)
	}
}

func TestLinesOfTextAreShort(t *testing.T) {
	list := split(t, newRandom(t, 2).document(t, 100), parts.Default)
	for line := range bytes.Lines(parts.Text(list)) {
		if len(line) > 65 {
			t.Errorf("%d characters", len(line))
		}
	}
	for _, part := range list {
		if strings.Trim(part.String(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.") != "" {
			t.Error(part)
		}
		if again, err := parts.Parse(part.String()); err != nil || again.String() != part.String() {
			t.Error(err)
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	random := newRandom(t, 3)
	file := random.document(t, 2)
	large := []byte(fmt.Sprintf("kind = %q\nformat = 1", license.Kind))
	for i := range 999 {
		large = fmt.Appendf(large, "\nitems.%d = %q", i+1, base32.StdEncoding.EncodeToString(random.bytes(25)))
	}
	sealed, err := signedtext.Seal(large, random.signer, born)
	if err != nil {
		t.Fatal(err)
	}
	other, err := signedtext.Seal([]byte("kind = \"futura-other\"\nformat = 1"), random.signer, born)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		file []byte
		size int
		want fault.Code
	}{
		"small parts": {file, parts.MinData - 1, parts.Absurd}, "large parts": {file, parts.MaxData + 1, parts.Absurd},
		"too many": {sealed.Render(), parts.MinData, parts.Absurd}, "no file": {[]byte("words"), parts.Default, signedtext.NotSigned},
		"other kind": {other.Render(), parts.Default, parts.OtherFormat},
	} {
		if list, err := parts.Split(test.file, test.size); !errors.Is(err, test.want) || list != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if total := split(t, sealed.Render(), parts.Default)[0].Total; total < 50 {
		t.Errorf("a large document has %d parts", total)
	}
}

func TestBadParts(t *testing.T) {
	list := long(t, newRandom(t, 4))
	good, id := list[0].String(), list[0].ID
	data := strings.Repeat("A", 16)
	for name, test := range map[string]struct {
		text string
		want fault.Code
	}{
		"format 2":        {strings.Replace(good, "FL1.", "FL2.", 1), parts.OtherFormat},
		"format 12":       {"text " + strings.Replace(good, "FL1.", "FL12.", 1), parts.OtherFormat},
		"kind":            {forge("FL1.Q." + id + ".1.2." + data), parts.OtherFormat},
		"total":           {forge("FL1.R." + id + ".1.99999." + data), parts.Absurd},
		"total over":      {forge("FL1.R." + id + ".1.401." + data), parts.Absurd},
		"total zero":      {forge("FL1.R." + id + ".1.0." + data), parts.Absurd},
		"leading zero":    {forge("FL1.R." + id + ".01.2." + data), parts.Absurd},
		"index over":      {forge("FL1.R." + id + ".3.2." + data), parts.Absurd},
		"index zero":      {forge("FL1.R." + id + ".0.2." + data), parts.Absurd},
		"parity of one":   {forge("FL1.R." + id + ".X.1." + data), parts.Absurd},
		"huge number":     {forge("FL1.R." + id + ".1.99999999999999999999999." + data), parts.Absurd},
		"short id":        {forge("FL1.R." + id[1:] + ".1.2." + data), parts.Absurd},
		"no data":         {forge("FL1.R." + id + ".1.2."), parts.Absurd},
		"loose bits":      {forge("FL1.R." + id + ".1.2.AB"), parts.Absurd},
		"odd length":      {forge("FL1.R." + id + ".1.2.AAA"), parts.Absurd},
		"not base32":      {forge("FL1.R." + id + ".1.2.A0A1A8A9"), parts.Absurd},
		"long data":       {forge("FL1.R." + id + ".1.2." + strings.Repeat("A", 1928)), parts.Absurd},
		"large total":     {forge("FL1.R." + id + ".1.400." + strings.Repeat("A", 1920)), parts.Absurd},
		"edited":          {strings.Replace(good, id, id[:15]+"A", 1), parts.Damaged},
		"cut":             {good[:len(good)-1], parts.Damaged},
		"cut in the data": {good[:200], parts.Damaged},
		"cut early":       {good[:12], parts.Damaged},
	} {
		found, wrong := parts.Find([]byte(test.text))
		if len(found) != 0 || len(wrong) != 1 || !errors.Is(wrong[0], test.want) || fault.Of(wrong[0]) == nil {
			t.Errorf("%s: %d parts, %v", name, len(found), wrong)
		}
	}
	if _, wrong := parts.Find([]byte(good[:100] + "A" + good[101:])); len(wrong) != 1 || !strings.Contains(wrong[0].Error(), "number 1, total") {
		t.Errorf("a damaged part is named: %v", wrong)
	}
}

func TestNothing(t *testing.T) {
	for text, looks := range map[string]string{
		"": "empty", " \n": "empty", "https://futura.example/x": "link", "WWW.FUTURA.EXAMPLE": "link", "WIFI:S:x;P:y;;": "other code",
		"HC1:6BFOXN": "other code", "00020126580014br.gov.bcb.pix": "other code", "B$2P0200ABC": "other code", "olá": "something else", "FL1": "something else", "FL1.FL1.": "something else",
	} {
		var collection parts.Collection
		if seen := collection.Add("x", []byte(text)); !seen.IsNothing() || len(collection.Documents()) != 0 {
			t.Errorf("%q gave %v %v", text, seen.Parts, seen.Wrong)
		}
		if err := parts.Nothing([]byte(text)); !errors.Is(err, parts.NothingFound) || !strings.Contains(err.Error(), looks) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestReportNamesWhatIsMissing(t *testing.T) {
	random := newRandom(t, 6)
	var list []parts.Part
	for len(list) != 7 {
		list = split(t, random.document(t, 60), parts.Default)
	}
	var collection parts.Collection
	add := func(indices ...int) parts.Document {
		for _, index := range indices {
			collection.Add(fmt.Sprint("photo", index), []byte(list[index].String()))
		}
		return collection.Documents()[0]
	}
	half := add(0, 3, 0)
	words := fmt.Sprintf("document %s, id %s, have 2, total 6, missing 2, 3, 5, 6, enough )", half.Kind, half.Short())
	if half.File != nil || !errors.Is(half.Err, parts.Incomplete) || !strings.Contains(half.Err.Error(), words) || half.Have() != 2 {
		t.Errorf("%v, want %s", half.Err, words)
	}
	if !slices.Equal(half.Sources, []string{"photo0", "photo3"}) {
		t.Error(half.Sources)
	}
	if more := add(6); more.Enough != 3 || !strings.Contains(more.Err.Error(), "enough 3") {
		t.Error(more.Err)
	}
	if done := add(1, 2, 4); done.File == nil || done.Restored != 6 || done.Err != nil || !slices.Equal(done.Missing, []int{6}) {
		t.Errorf("%+v", done.Err)
	}
	if done := add(5); done.File == nil || done.Missing != nil || done.Restored != 6 {
		t.Error("a late part changed something")
	}
}

func TestDocumentsDoNotMix(t *testing.T) {
	random := newRandom(t, 7)
	var collection parts.Collection
	var files [][]byte
	var all []string
	for range 8 {
		file := random.document(t, 40)
		files = append(files, file)
		for _, size := range []int{parts.Default, parts.Dense} { // two sizes of one document do not mix either
			for _, part := range split(t, file, size) {
				if !slices.Contains(all, part.String()) { // a small one has the same single part
					all = append(all, part.String())
				}
			}
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	seen := collection.Add("mail", []byte(strings.Join(all, "\n")))
	if len(seen.Parts) != len(all) || seen.New != len(all) || len(seen.Wrong) != 0 || len(seen.Names()) != len(files) {
		t.Fatalf("%d of %d parts, %v", len(seen.Parts), len(all), seen.Wrong)
	}
	for _, document := range collection.Documents() {
		if !slices.ContainsFunc(files, func(file []byte) bool { return bytes.Equal(file, document.File) }) {
			t.Errorf("%s: %v", document.Short(), document.Err)
		}
		if kept, found := collection.Document(document.Name); !found || !bytes.Equal(kept.File, document.File) {
			t.Error("not found by its name")
		}
	}
	if _, found := collection.Document(parts.Name{Kind: request.Kind, ID: strings.Repeat("A", 16)}); found {
		t.Error("a document that is not there")
	}
}

// TestTheTruePartsWin mixes in parts with a checksum that fits and other
// data, and parts that another compression made.
func TestTheTruePartsWin(t *testing.T) {
	random := newRandom(t, 8)
	file, err := whole(long(t, random))
	if err != nil {
		t.Fatal(err)
	}
	list := split(t, file, parts.Default)
	for _, position := range []int{0, len(list) - 2, len(list) - 1} {
		wrong := list[position]
		wrong.Data = bytes.Clone(wrong.Data)
		wrong.Data[len(wrong.Data)/2] ^= 4
		var collection parts.Collection
		if seen := collection.Add("edited", []byte(wrong.String())); len(seen.Wrong) != 0 {
			t.Error(seen.Wrong)
		}
		var errs []error
		for i, part := range list {
			if i != 1 || position == len(list)-1 { // the parity part must choose too
				errs = append(errs, collection.Add("true", []byte(part.String())).Wrong...)
			}
		}
		if len(errs) != 1 || !errors.Is(errs[0], parts.Contradiction) || !strings.Contains(errs[0].Error(), "number "+wrong.Number()) {
			t.Errorf("contradiction: %v", errs)
		}
		document := collection.Documents()[0]
		if !bytes.Equal(document.File, file) {
			t.Errorf("part %s: %v", wrong.Number(), document.Err)
		}
		var again parts.Collection
		for _, part := range collection.Parts(document.Name) { // what is kept gives the same
			again.Add("kept", []byte(part.String()))
		}
		if kept := again.Documents()[0]; !bytes.Equal(kept.File, file) {
			t.Errorf("kept: %v", kept.Err)
		}
	}
}

func TestEditedDocumentsAreRefused(t *testing.T) {
	random := newRandom(t, 9)
	list, others := long(t, random), long(t, random)
	for name, edit := range map[string]func([]parts.Part) []parts.Part{
		"data":   func(edited []parts.Part) []parts.Part { edited[0].Data[20] ^= 1; return edited },
		"length": func(edited []parts.Part) []parts.Part { edited[0].Data[2] ^= 1; return edited },
		"other kind": func(edited []parts.Part) []parts.Part {
			return rename(edited, parts.Name{Kind: otherKind(edited[0].Kind), ID: edited[0].ID})
		},
		"other id":     func(edited []parts.Part) []parts.Part { return rename(edited, others[0].Name) },
		"padding":      func(edited []parts.Part) []parts.Part { return pad(edited, 1) },
		"long padding": func(edited []parts.Part) []parts.Part { return pad(edited, 0) },
	} {
		edited := make([]parts.Part, len(list)-1)
		for i := range edited {
			edited[i] = list[i]
			edited[i].Data = bytes.Clone(list[i].Data)
		}
		var collection parts.Collection
		collection.Add(name, parts.Text(edit(edited)))
		document := collection.Documents()[0]
		if document.File != nil || !errors.Is(document.Err, parts.Inconsistent) || fault.Of(document.Err) == nil {
			t.Errorf("%s: %v", name, document.Err)
		}
	}
}

// long makes a document of three parts and more.
func long(t *testing.T, random random) []parts.Part {
	t.Helper()
	for {
		if list := split(t, random.document(t, 60), parts.Default); list[0].Total >= 3 {
			return list
		}
	}
}

// whole puts parts together.
func whole(list []parts.Part) ([]byte, error) {
	var collection parts.Collection
	collection.Add("whole", parts.Text(list))
	document := collection.Documents()[0]
	return document.File, document.Err
}

func rename(list []parts.Part, name parts.Name) []parts.Part {
	for i := range list {
		list[i].Name = name
	}
	return list
}

func otherKind(kind string) string {
	return kinds[(slices.Index(kinds, kind)+1)%len(kinds)]
}

// pad gives every part a byte more.
func pad(list []parts.Part, with byte) []parts.Part {
	var content []byte
	for _, part := range list {
		content = append(content, part.Data...)
	}
	length := len(list[0].Data) + 1
	content = append(content, bytes.Repeat([]byte{with}, len(list))...)
	for i := range list {
		list[i].Data = content[i*length : (i+1)*length]
	}
	return list
}

// A compressed stream that would not end is cut off by package signedtext.
func TestABombIsRefused(t *testing.T) {
	var collection parts.Collection
	name := parts.Name{Kind: license.Kind, ID: strings.Repeat("B", 16)}
	content := append([]byte{0, 4, 0}, bytes.Repeat([]byte{0xff}, 1024)...)
	for i := range 2 {
		collection.Add("bomb", []byte(parts.Part{Name: name, Index: i + 1, Total: 2, Data: append(content[i*513:(i+1)*513], 0)}.String()))
	}
	if document := collection.Documents()[0]; !errors.Is(document.Err, parts.Inconsistent) {
		t.Error(document.Err)
	}
}

func TestFloodsAreBounded(t *testing.T) {
	var collection parts.Collection
	random := newRandom(t, 10)
	var wrong []error
	for i := range 5000 {
		id := base32.StdEncoding.EncodeToString(random.bytes(10))
		if i%2 == 0 {
			id = strings.Repeat("C", 16)
		}
		part := parts.Part{Name: parts.Name{Kind: license.Kind, ID: id}, Index: 1 + i%3, Total: 3, Data: random.bytes(1 + random.IntN(40))}
		wrong = append(wrong, collection.Add("flood", []byte(part.String())).Wrong...)
	}
	if got := len(collection.Documents()); got != parts.MaxDocuments || !errors.Is(wrong[len(wrong)-1], parts.TooMany) {
		t.Errorf("%d documents, %v", got, wrong[len(wrong)-1])
	}
	if kept := len(collection.Parts(parts.Name{Kind: license.Kind, ID: strings.Repeat("C", 16)})); kept > 8*3*4 {
		t.Errorf("%d parts of one document are kept", kept)
	}
	_, wrong = parts.Find(bytes.Repeat([]byte("FL1.R.x "), 20000))
	if len(wrong) > 50 {
		t.Errorf("%d errors", len(wrong))
	}
}

func TestNumbers(t *testing.T) {
	for want, list := range map[string][]int{"": nil, "2, 3, 5, 6": {2, 3, 5, 6}, "1-4, 6, 8, 9, 10": {1, 2, 3, 4, 6, 8, 9, 10}, "7": {7}, "1-257": seq(257)} {
		if got := parts.Numbers(list); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func seq(last int) (list []int) {
	for i := range last {
		list = append(list, i+1)
	}
	return list
}

// FuzzPart: what Parse accepts is written in the same characters, and Find
// finds it.
func FuzzPart(f *testing.F) {
	for _, part := range split(f, newRandom(f, 11).document(f, 20), 100) {
		f.Add(part.String())
	}
	f.Add(forge("FL1.R.AAAAAAAAAAAAAAAA.1.2.AB"))
	f.Fuzz(func(t *testing.T, text string) {
		part, err := parts.Parse(text)
		if err != nil {
			if fault.Of(err) == nil {
				t.Errorf("an error without a code: %v", err)
			}
			return
		}
		if part.String() != text {
			t.Errorf("%q is written as %q", text, part)
		}
		if found, _ := parts.Find([]byte("> " + strings.ToLower(text))); len(found) != 1 || found[0].String() != text {
			t.Errorf("%q is not found", text)
		}
	})
}

// FuzzFind: whatever the text, what is found is written as Parse reads it.
func FuzzFind(f *testing.F) {
	list := split(f, newRandom(f, 12).document(f, 20), 100)
	for name := range damages {
		f.Add([]byte(damages[name](string(parts.Text(list)))))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var collection parts.Collection
		seen := collection.Add("fuzz", text)
		for _, part := range seen.Parts {
			if again, err := parts.Parse(part.String()); err != nil || again.String() != part.String() {
				t.Errorf("%s: %v", part, err)
			}
		}
		for _, err := range seen.Wrong {
			if fault.Of(err) == nil {
				t.Errorf("an error without a code: %v", err)
			}
		}
		for _, document := range collection.Documents() {
			if (document.File == nil) == (document.Err == nil) {
				t.Errorf("a file and an error, or neither: %v", document.Err)
			}
			if document.File != nil {
				checkName(t, document)
			}
		}
	})
}

// checkName holds that the file of finished parts has the name that they
// say, so that one file has one name.
func checkName(t *testing.T, document parts.Document) {
	t.Helper()
	list, err := parts.Split(document.File, parts.Default)
	if err != nil || list[0].Name != document.Name {
		t.Errorf("%v is named %v: %v", list[0].Name, document.Name, err)
	}
}
