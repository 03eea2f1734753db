package docs_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/futura/airlicense/issue/issuetest"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/openpgp"
	pgptest "github.com/futura/airlicense/keys/openpgp/openpgptest"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
)

// documents makes the vectors of group D: the signature is good.
func (f *forger) documents() {
	f.keyNames()
	f.valueKinds()
	f.values()
	f.shapes()
	f.otherKinds()
	f.compactForms()
}

// keyNames: D01 to D04.
func (f *forger) keyNames() {
	customer := "customer = \"00123\"\n"
	key := func(name, rows, code, flaw, lines string) { f.edited(name, rows, code, flaw, customer, lines) }
	key("key-twice", "D01", "FL-108", "a key twice", customer+"customer = \"00124\"\n")
	key("key-twice-quoted", "D01", "FL-107", "a key a second time, in quotes", customer+"\"customer\" = \"00124\"\n")
	key("key-twice-escaped", "D01", "FL-107", "a key a second time, with an escape", customer+"\"cust\\u006fmer\" = \"00124\"\n")
	key("key-twice-dotted", "D01", "FL-107", "a key a second time, dotted", customer+"customer.name = \"00124\"\n")
	key("key-twice-table", "D01", "FL-108", "a key a second time, as a table", customer+"\n[customer]\nname = \"00124\"\n\n")
	key("key-other-case", "D02", "FL-107", "a key in capitals", strings.ToUpper(customer[:8])+customer[8:])
	key("key-title-case", "D02", "FL-107", "a key with a capital", "Customer = \"00123\"\n")
	key("key-both-cases", "D02", "FL-107", "a key in both cases", customer+"CUSTOMER = \"00124\"\n")
	key("key-unknown", "D03", "FL-108", "a key that nobody knows", customer+"discount = 50\n")
	key("key-look-alike", "D04", "FL-107", "a key with a Cyrillic letter", customer+"custom\u0435r = \"00124\"\n")
	key("key-similar", "D04", "FL-108", "a key that looks alike", customer+"custorner = \"00124\"\n")
	key("key-missing", "D34", "FL-108", "a key less", "")
	f.edited("table-unknown", "D03", "FL-108", "a table that nobody knows", "\n[terms]", "\n[special]\nunlimited = true\n\n[terms]")
	f.edited("array-unknown", "D03", "FL-108", "an array of tables that nobody knows", "\n[terms]", "\n[[special]]\nunlimited = true\n\n[terms]")
	f.edited("key-order", "D01", "FL-108", "two keys in the other order", customer+"site = \"producao\"\n", "site = \"producao\"\n"+customer)
}

// valueKinds: D05 to D07.
func (f *forger) valueKinds() {
	digits := func(name, rows, code, flaw, value string) {
		f.edited(name, rows, code, flaw, "digits = 2", "digits = "+value)
	}
	digits("type-string-for-number", "D05", "FL-108", "a string in place of a number", `"2"`)
	digits("type-bool-for-number", "D05", "FL-108", "true in place of a number", "true")
	digits("type-array-for-number", "D05", "FL-107", "an array in place of a number", "[2]")
	digits("type-date-for-number", "D05", "FL-108", "a date in place of a number", "2026-11-21T10:00:00Z")
	digits("type-inline-table", "D05 D31", "FL-107", "an inline table in place of a number", "{a = 2}")
	f.edited("type-number-for-string", "D05", "FL-108", "a number in place of a string", `customer = "00123"`, "customer = 123")
	f.edited("type-bool-for-string", "D05", "FL-108", "true in place of a string", `customer = "00123"`, "customer = true")
	f.edited("type-table-for-array", "D05", "FL-108", "a table in place of an array of tables", "[[database]]", "[database]")
	for _, number := range []struct{ name, code, flaw, value string }{
		{"negative", "FL-508", "a negative number", "-2"}, {"large", "FL-508", "a number out of range", "999999999999999999"},
		{"max-int64", "FL-107", "2^63-1", "9223372036854775807"}, {"overflow", "FL-107", "2^64", "18446744073709551616"},
		{"400-digits", "FL-107", "a number of 400 digits", strings.Repeat("9", 400)}, {"float", "FL-107", "a floating point number", "2.0"},
		{"exponent", "FL-107", "a number with an exponent", "2e0"}, {"infinite", "FL-107", "infinity", "inf"}, {"nan", "FL-107", "not a number", "nan"},
		{"hexadecimal", "FL-107", "a hexadecimal number", "0x2"}, {"octal", "FL-107", "an octal number", "0o2"}, {"binary", "FL-107", "a binary number", "0b10"},
		{"underscore", "FL-107", "an underscore in a number", "2_0"}, {"plus", "FL-107", "a plus sign", "+2"}, {"minus-zero", "FL-108", "minus zero", "-0"},
		{"leading-zero", "FL-107", "a leading zero", "02"}, {"other-digits", "FL-107", "a digit of another script", "\u0662"}, {"full-width", "FL-107", "a full-width digit", "\uff12"},
	} {
		digits("number-"+number.name, "D06", number.code, number.flaw, number.value)
	}
	for _, date := range []struct{ name, code, flaw, value string }{
		{"no-zone", "FL-107", "a time without a zone", "2026-11-21T10:00:00"}, {"offset", "FL-107", "a time with an offset", "2026-11-21T10:00:00+00:00"},
		{"small-z", "FL-107", "a small z", "2026-11-21T10:00:00z"}, {"blank", "FL-107", "a blank in place of T", "2026-11-21 10:00:00Z"},
		{"fraction", "FL-107", "a fraction of a second", "2026-11-21T10:00:00.5Z"}, {"date-only", "FL-107", "a date alone", "2026-11-21"},
		{"time-only", "FL-107", "a time alone", "10:00:00"}, {"string", "FL-108", "a time in quotes", `"2026-11-21T10:00:00Z"`},
		{"year-0", "FL-112", "the year 0", "0000-11-21T10:00:00Z"}, {"year-1", "FL-112", "the zero time", "0001-01-01T00:00:00Z"},
		{"year-1999", "FL-112", "the year 1999", "1999-11-21T10:00:00Z"}, {"year-9999", "FL-112", "the year 9999", "9999-11-21T10:00:00Z"},
		{"leap-second", "FL-108", "a leap second", "2026-12-31T23:59:60Z"}, {"february-30", "FL-108", "the 30th of February", "2026-02-30T10:00:00Z"},
		{"hour-24", "FL-108", "24 o'clock", "2026-11-21T24:00:00Z"}, {"number", "FL-108", "seconds since 1970", "1795255200"},
	} {
		f.edited("date-"+date.name, "D07", date.code, date.flaw, "issued = 2026-11-21T10:00:00Z", "issued = "+date.value)
	}
}

// values: D08, D13, D22 to D30 and D35.
func (f *forger) values() {
	f.edited("expires-before-issue", "D08", "FL-508", "a license that expires before it is issued", "expires = 2028-11-21T10:00:00Z", "expires = 2026-11-21T09:59:59Z")
	f.edited("expires-at-issue", "D08", "FL-508", "a license that expires when it is issued", "expires = 2028-11-21T10:00:00Z", "expires = 2026-11-21T10:00:00Z")
	f.edited("expires-zero", "D08", "FL-108", "the zero time as expiry", "expires = 2028-11-21T10:00:00Z", "expires = 0001-01-01T00:00:00Z")
	f.edited("terms-too-long", "D08", "FL-508", "367 days without an answer", "undecided_days = 7", "undecided_days = 367")
	for _, format := range []struct{ name, code, value string }{{"0", "FL-108", "0"}, {"2", "FL-110", "2"}, {"01", "FL-107", "01"}, {"string", "FL-108", `"1"`}, {"999999", "FL-110", "999999"}} {
		f.edited("format-"+format.name, "D13", format.code, "format "+format.value, "format = 1", "format = "+format.value)
	}
	for _, version := range []struct{ name, rows, code, flaw, value string }{
		{"leading-zero", "D22", "FL-301", "a leading zero in the second number", "8.09"}, {"leading-zero-first", "D22", "FL-301", "a leading zero in the first number", "08.9"},
		{"three-numbers", "D22", "FL-301", "three numbers where two are licensed", "8.9.0"}, {"letter", "D22", "FL-301", "a letter before", "v8.9"},
		{"full-width", "D22", "FL-301", "a full-width digit", "\uff18.9"}, {"other-digits", "D22", "FL-301", "digits of another script", "\u0668.\u0669"},
		{"blank", "D22", "FL-301", "a blank behind", "8.9 "}, {"zero-width", "D22", "FL-107", "a zero-width space behind", "8.9\u200b"},
		{"range-down", "D22", "FL-301", "a range that goes down", "8.9..8.7"}, {"range-lexical", "D22", "FL-301", "a range that goes up as text alone", "8.10..8.9"},
		{"empty", "D22", "FL-301", "no version", ""}, {"negative", "D22", "FL-301", "a minus sign", "8.-9"}, {"2-to-the-64", "D23", "FL-301", "a number of 2^64", "8.18446744073709551616"},
		{"many-numbers", "D23", "FL-301", "twenty numbers", strings.Repeat("8.", 19) + "9"}, {"400-numbers", "D23", "FL-107", "400 numbers", strings.Repeat("8.", 399) + "9"},
	} {
		f.edited("version-"+version.name, version.rows, version.code, version.flaw, `versions = "8.9"`, `versions = "`+version.value+`"`)
	}
	for _, value := range []struct{ name, rows, code, flaw, value string }{
		{"path", "D24", "FL-112", "a path", "../../etc/cron.d/x"}, {"path-backslash", "D24", "FL-112", "a path of Windows", `..\\..\\x`}, {"path-absolute", "D24", "FL-112", "an absolute path", "/etc/passwd"},
		{"device", "D24", "FL-112", "a device of Windows", "aux"}, {"device-extension", "D24", "FL-112", "a device of Windows with an extension", "aux.ver"},
		{"dot", "D24", "FL-112", "a dot", "."}, {"trailing-dot", "D24", "FL-112", "a dot behind", "producao."}, {"drive", "D24", "FL-112", "a drive", "c:x"},
		{"stream", "D24", "FL-112", "a stream of NTFS", "producao:x"}, {"hyphen", "D24", "FL-112", "a hyphen before", "-rf"}, {"empty", "D24", "FL-112", "nothing", ""},
		{"41-characters", "D24", "FL-112", "41 characters", strings.Repeat("a", 41)}, {"capitals", "D35", "FL-112", "capitals", "Producao"},
		{"trailing-blank", "D35", "FL-112", "a blank behind", "producao "}, {"accent", "D35", "FL-112", "an accent", "produ\u00e7ao"}, {"nfd", "D35", "FL-107", "a letter and its accent apart", "produc\u0327ao"},
		{"homoglyph", "D10 D35", "FL-112", "a Cyrillic letter", "pr\u043educao"}, {"escape", "D25", "FL-107", "a terminal escape", "\x1b[31mred"}, {"escape-written", "D25", "FL-107", "a terminal escape, written as TOML's", `\u001b[31mred`},
		{"link", "D25", "FL-107", "a terminal's hyperlink", "\x1b]8;;x\x07y"}, {"carriage-return", "D25", "FL-107", "a carriage return, written as TOML's", `a\rb`},
		{"bidi", "D25", "FL-107", "a bidirectional override", "a\u202eb"}, {"newline", "D26", "FL-107", "a line end, written as TOML's", `a\nb`},
		{"formula", "D27", "FL-112", "a formula", "=1+1"}, {"formula-at", "D27", "FL-107", "a formula that begins with @", "@sum"}, {"html", "D28", "FL-112", "a script", "<script>"},
		{"sql", "D29", "FL-112", "SQL", "'); DROP TABLE x;"}, {"format", "D30", "FL-112", "directives of formats and templates", "%s%n{{.}}"}, {"shell", "D30", "FL-112", "a command", "$(reboot)"},
	} {
		f.edited("value-"+value.name, value.rows, value.code, value.flaw+" in an identifier", `site = "producao"`, `site = "`+value.value+`"`)
	}
	f.edited("value-number-as-customer", "D10", "FL-112", "a customer number of eleven digits", `"00123"`, `"00000000123"`)
	f.edited("module-formula", "D27", "FL-508", "a formula among the modules", `"0 S3 fiscal"`, `"0 =1+1"`)
	f.edited("database-twice", "D01", "FL-508", "a database twice", "\n[[database]]", "\n[[database]]"+strings.SplitN(f.text, "\n[[database]]", 2)[1]+"\n\n[[database]]")
}

// shapes: D31 to D34.
func (f *forger) shapes() {
	f.edited("doc-deep", "D31", "FL-107", "tables three deep", "\n[terms]", "\n[a.b.c]\nx = 1\n\n[terms]")
	f.edited("doc-deep-key", "D31", "FL-107", "a key twenty deep", "digits = 2", "digits"+strings.Repeat(".a", 20)+" = 2")
	f.edited("doc-deep-array", "D31", "FL-107", "arrays within arrays", "digits = 2", "digits = [[[[2]]]]")
	f.edited("doc-many-lines", "D31", "FL-107", "more than 3,072 lines", "\n[terms]", strings.Repeat("\n", signedtext.MaxLines)+"[terms]")
	f.edited("doc-many-keys", "D31", "FL-108", "500 keys that nobody knows", "\n[terms]", manyKeys(500)+"\n[terms]")
	f.edited("doc-long-line", "D31", "FL-107", "a line of 65 characters", `site = "producao"`, `site = "`+strings.Repeat("a", 56)+`"`)
	f.edited("doc-multi-line", "D32", "FL-107", "a string over several lines that looks like fields", `site = "producao"`, "site = \"\"\"\ncustomer = \"00124\"\n\"\"\"")
	f.edited("doc-comment", "D32", "FL-107", "a comment that looks like a field", `site = "producao"`, "# customer = \"00124\"\nsite = \"producao\"")
	f.edited("doc-comment-behind", "D32", "FL-107", "a comment behind a value", `site = "producao"`, `site = "producao" # customer = "00124"`)
	for _, sign := range []struct{ name, flaw, sign string }{
		{"bom", "a byte order mark", "\ufeff"}, {"nel", "a next-line sign", "\u0085"}, {"line-separator", "a line separator", "\u2028"}, {"c1", "a C1 control", "\u009b"},
		{"ctrl-z", "the end-of-file sign of DOS", "\x1a"}, {"delete", "a delete sign", "\x7f"}, {"tab", "a tab", "\t"}, {"nbsp", "a no-break space", "\u00a0"},
	} {
		rows := map[string]string{"ctrl-z": "D32 D33"}[sign.name]
		if rows == "" {
			rows = "D33"
		}
		f.edited("doc-"+sign.name, rows, "FL-107", sign.flaw+" in a signed text", `site = "producao"`, `site = "producao`+sign.sign+`"`)
	}
	f.document("doc-bom-first", "D33", "FL-107", "a byte order mark at the beginning of a signed text", "\ufeff"+f.text)
	f.document("doc-comment-only", "D34", "FL-107", "a comment alone", "# nothing")
	f.document("doc-head-only", "D34", "FL-108", "kind and format alone", "kind = \"futura-license\"\nformat = 1")
	f.document("doc-final-line-end", "D34 E38", "FL-131", "an empty line at the end of a signed text", f.text+"\n")
	f.document("doc-without-databases", "D34", "FL-508", "a license for no database", strings.SplitN(f.text, "\n\n[[database]]", 2)[0])
}

func manyKeys(count int) string {
	var lines strings.Builder
	for i := range count {
		fmt.Fprintf(&lines, "x%d = 1\n", i)
	}
	return lines.String()
}

// otherKinds: D14.
func (f *forger) otherKinds() {
	trust := f.trustText(func(*keys.TrustFile) {})
	f.document("kind-trust-as-license", "D14", "FL-109", "a trust file in place of a license, signed by the signer", trust)
	f.edited("kind-request-as-license", "D14", "FL-109", "a license that calls itself a request", `kind = "futura-license"`, `kind = "futura-request"`)
	f.edited("kind-unknown", "D14", "FL-109", "a kind that nobody knows", `kind = "futura-license"`, `kind = "futura-gift"`)
	f.edited("kind-case", "D14", "FL-108", "a kind with a capital", `kind = "futura-license"`, `kind = "Futura-license"`)
	f.edited("kind-second", "D14", "FL-108", "the kind in the second line", "kind = \"futura-license\"\nformat = 1", "format = 1\nkind = \"futura-license\"")
	f.document("kind-missing", "D14", "FL-108", "no kind", strings.TrimPrefix(f.text, "kind = \"futura-license\"\n"))
	f.document("kind-other-license-behind", "D14", "FL-108", "another document of the same kind behind the first", f.text+"\n"+f.text)
	f.add("documents/license-as-request.asc", "D14", "request", "FL-109", "a license in place of a request", f.file)
	f.add("documents/license-as-profile.asc", "D14", "profile", "FL-109", "a license in place of a profile", f.file)
	f.add("documents/license-as-trust.trust", "D14 D15", "trust", "FL-109", "a license text signed by the root, in place of a trust file", f.sealed(f.root, f.text))
	f.add("documents/license-honest.asc", "E32 D09 D11 D12", "license", "", "the license that the vectors are made from: accepted", f.file)
	site, err := keys.NewSiteKey(keysBorn, issuetest.Seed("vectors site"))
	if err != nil {
		panic(err)
	}
	asked := request.Request{
		Created: vectorsMade, Customer: "00123", Site: "producao", Product: request.Product{Name: "sispetro", Version: "8.9"},
		Databases: []request.Database{{Name: "producao", Profile: signedtext.DigestOf([]byte("a profile")), Salt: bytes.Repeat([]byte{7}, request.SaltSize), Items: []byte("not real items")}},
	}
	signed, err := asked.Seal(site)
	if err != nil {
		panic(err)
	}
	file := string(signed.Document.Render())
	f.add("documents/request-honest.asc", "D14", "request", "", "a request: accepted", file)
	f.add("documents/request-as-license.asc", "D14", "license", "FL-123", "a request in place of a license", file)
	f.add("documents/request-altered.asc", "E19", "request", "FL-124", "a request with another version", replaceOnce(file, `version = "8.9"`, `version = "9.9"`))
	f.add("documents/request-other-key.asc", "P19 D10", "request", "FL-123", "a request signed by another key than the one in it", f.sealed(f.thief, string(signed.Document.Text())))
	f.add("documents/request-with-proof.asc", "D14", "request", "FL-303", "a request with a proof block", file+"-----BEGIN FUTURA PROOF-----\nAAAA\n-----END FUTURA PROOF-----\n")
}

// compactForms: the second rendering of every document.
func (f *forger) compactForms() {
	packet := f.over(f.signer, f.text, f.signer.TextSignature(vectorsMade)).Packet()
	add := func(name, rows, code, flaw, form string) {
		f.add("documents/compact-"+name+".bin", rows, "compact", code, flaw, form)
	}
	const version = "\x02"
	of := func(parts ...string) string { return version + stored(string(packet)+strings.Join(parts, "")) }
	honest, value := of(f.text), `customer = "00123"`
	add("honest", "P28 D31", "", "the license in compact form: accepted", honest)
	add("bomb", "P28 D31", "FL-102", "a stream that inflates to a megabyte", version+string(bomb()))
	add("altered", "E19", "FL-124", "another text in compact form", of(replaceOnce(f.text, "00123", "00124")))
	add("cut", "E39", "FL-111", "the first half of a compact form", honest[:len(honest)/2])
	add("version", "D13", "FL-111", "another version of the compact form", "\x01"+honest[1:])
	add("two-signatures", "P21", "FL-111", "two signatures in the compact form", of(string(packet), f.text))
	add("not-canonical", "D33", "FL-107", "a control character in a compact form", of(f.text+"\x1b"))
	add("large-proof", "D31", "FL-102", "a proof over the limit", of(f.text, "\xff", strings.Repeat("a", signedtext.MaxProof+1)))
	add("empty", "E39", "FL-111", "an empty file in place of a compact form", "")
	add("mark-of-nothing", "D31", "FL-111", "a mark for bytes that are not there", of(replaceOnce(f.text, value, `customer = "`+"\xf8\x20"+`"`)))
	add("mark-unknown", "D13", "FL-111", "a mark that this version does not have", of(f.text, "\xfd\x01a"))
	add("mark-in-note", "D31", "FL-111", "a note in a note", of(f.text, "\xff\xfa\x01a"))
	add("mark-endless", "D31", "FL-111", "a length over 64 bits", of(f.text, "\xf9"+strings.Repeat("\xff", 11)))
	add("bytes-left-over", "D31", "FL-111", "bytes apart that nothing stands for", honest+"x")
	add("empty-proof", "D31", "FL-111", "a proof of no bytes", of(f.text, "\xff"))
	add("two-proofs", "P21", "FL-111", "a proof behind the proof", of(f.text, "\xffa\xffb"))
	add("long-name", "D31", "FL-111", "a name that leaves no room for a piece", of(f.text, "\n"+strings.Repeat("n", 60)+".1 = \"\xf9\x01a\""))
	add("many-pieces", "D31", "FL-102", "a value over the limit, in pieces", of(f.text, "\nlong.1 = \"\xf9\x80\x80\x04", strings.Repeat("\x00", 1<<16), `"`))
}

// stored is raw DEFLATE without compression, which is the same in every
// version of Go.
func stored(text string) string {
	var out bytes.Buffer
	writer, err := flate.NewWriter(&out, flate.NoCompression)
	if err != nil {
		panic(err)
	}
	writer.Write([]byte(text))
	writer.Close()
	return out.String()
}

// bomb is DEFLATE of a megabyte of zeros, written by hand (RFC 1951, 3.2.6,
// fixed codes): a zero, then as many times as needed "258 octets from one
// octet before".
func bomb() []byte {
	bits := bitWriter{}
	bits.write(0b1, 1)          // last block
	bits.write(0b01, 2)         // fixed codes
	bits.write(0b00001100, 8)   // literal 0, its code 00110000 from the highest bit
	for range (1 << 20) / 258 { // length 258 is code 285, 11000101; distance 1 is code 0, 00000
		bits.write(0b10100011, 8)
		bits.write(0, 5)
	}
	bits.write(0, 7) // end of block
	return bits.bytes()
}

// bitWriter writes bits from the lowest up, as DEFLATE does.
type bitWriter struct {
	out  []byte
	last uint32
	used int
}

func (w *bitWriter) write(value uint32, count int) {
	w.last |= value << w.used
	for w.used += count; w.used >= 8; w.used -= 8 {
		w.out, w.last = append(w.out, byte(w.last)), w.last>>8
	}
}

func (w *bitWriter) bytes() []byte { return append(w.out, byte(w.last)) }

// trustFiles makes the vectors of D15 to D19 and D25 to D30.
func (f *forger) trustFiles() {
	trust := func(name, rows, code, flaw string, key *pgptest.Key, change func(*keys.TrustFile)) {
		f.add("documents/"+name+".trust", rows, "trust", code, flaw, f.sealed(key, f.trustText(change)))
	}
	same := func(*keys.TrustFile) {}
	thieves := slices.Concat(f.thief.Certificate(testUser, pgptest.MaySign), f.thief.Bind(f.stranger, f.thief.Binding(f.stranger, keysBorn, pgptest.MaySign)))
	trust("trust-of-a-thief", "D15", "FL-206", "a whole trust file of a thief", f.thief, func(file *keys.TrustFile) {
		file.Certificate, file.Signers[0].Fingerprint = thieves, f.stranger.Fingerprint()
	})
	trust("trust-signed-by-thief", "D15", "FL-123", "the issuer's trust file, signed by a thief", f.thief, same)
	trust("trust-signed-by-signer", "D15", "FL-206", "the issuer's trust file, signed by a signer", f.signer, same)
	trust("trust-sequence-0", "D16", "FL-207", "the sequence number zero", f.root, func(file *keys.TrustFile) { file.Sequence = 0 })
	trust("trust-sequence-negative", "D16", "FL-207", "a negative sequence number", f.root, func(file *keys.TrustFile) { file.Sequence = -1 })
	trust("trust-signer-twice", "D19", "FL-207", "a signer twice", f.root, func(file *keys.TrustFile) { file.Signers = append(file.Signers, file.Signers[0]) })
	trust("trust-root-as-signer", "D19", "FL-207", "the root as a signer", f.root, func(file *keys.TrustFile) { file.Signers[0].Fingerprint = f.root.Fingerprint() })
	trust("trust-signer-not-in-certificate", "D18", "FL-207", "a signer that the certificate does not hold", f.root, func(file *keys.TrustFile) { file.Signers[0].Fingerprint = f.thief.Fingerprint() })
	trust("trust-without-signers", "D18", "FL-207", "no signer", f.root, func(file *keys.TrustFile) { file.Signers = nil })
	trust("trust-signed-a-year-later", "P07", "FL-117", "a trust file dated 367 days before its signature", f.root, func(file *keys.TrustFile) { file.Issued = vectorsMade.AddDate(0, 0, -367) })
	trust("trust-issuer-sql", "D29 D30", "", "SQL and directives in the issuer's name: accepted as a name", f.root, func(file *keys.TrustFile) { file.Issuer = "'); DROP TABLE x; %s {{.}} $(x)" })
	trust("trust-issuer-html", "D27 D28", "", "a formula and a script in the issuer's name: accepted as a name", f.root, func(file *keys.TrustFile) { file.Issuer = "=1+1<script>alert(1)</script>" })
	later := "documents/trust-signer-begins-later.trust"
	f.add(later, "D18", "trust", "", "a trust file in which the signer begins later", f.sealed(f.root, f.trustText(func(file *keys.TrustFile) { file.Signers[0].Begins = vectorsMade.Add(time.Second) })))
	f.list = append(f.list, vector{File: "documents/signer-not-begun.asc", Rows: "D18", Flaw: "a license signed before its signer begins", Open: "license", Trust: later, Code: "FL-506", data: []byte(f.file)})
	f.add("documents/signer-not-named.asc", "D18", "license", "FL-505", "a license signed by a subkey that the trust file does not name", f.sealed(f.stranger, f.text))
	f.add("documents/signed-by-root.asc", "D18", "license", "FL-505", "a license signed by the root", f.sealed(f.root, f.text))
	other := "documents/trust-other-product.trust"
	f.add(other, "D09", "trust", "", "a trust file for another product", f.sealed(f.root, f.trustText(func(file *keys.TrustFile) { file.Products = "crm" })))
	f.list = append(f.list, vector{File: "documents/product-not-the-issuers.asc", Rows: "D09", Flaw: "a license for a product that the issuer does not license", Open: "license", Trust: other, Code: "FL-507", data: []byte(f.file)})
}

// secrets makes the vectors of group K. The secret in them is that of a
// test key, and none of the issuer's.
func (f *forger) secrets() {
	made, err := keys.NewSiteKey(keysBorn, issuetest.Seed("vectors secret"))
	if err != nil {
		panic(err)
	}
	bare, err := made.Armor(nil, issuetest.Seed("vectors armor"))
	if err != nil {
		panic(err)
	}
	certificate, secret := string(made.Certificate().Armor()), string(bare)
	file := func(name, rows, open, code, flaw, data string) {
		f.add("keys/"+name+".asc", rows, open, code, flaw, data)
	}
	file("secret-bare", "K15", "secret", "FL-205", "a secret without a passphrase: refused for the issuer", secret)
	file("secret-as-certificate", "K16", "certificate", "FL-201", "a secret in place of a certificate", secret)
	file("secret-behind-certificate", "K16", "certificate", "FL-201", "a secret behind a certificate", certificate+secret)
	file("secret-in-certificate-armor", "K16", "certificate", "FL-201", "a secret that calls itself a certificate", strings.ReplaceAll(secret, "PRIVATE", "PUBLIC"))
	file("secret-as-license", "K16", "license", "FL-103", "a secret in place of a license", secret)
	file("certificate-as-secret", "K16", "secret", "FL-202", "a certificate in place of a secret", certificate)
	file("certificate-in-secret-armor", "K16", "secret", "FL-202", "a certificate that calls itself a secret", strings.ReplaceAll(certificate, "PUBLIC", "PRIVATE"))
	file("secret-half", "K05", "secret", "FL-202", "the first half of a secret", secret[:len(secret)/2])
	file("secret-empty", "K05", "secret", "FL-202", "an empty file in place of a secret", "")
	file("secret-nul-padded", "K05", "secret", "FL-202", "a secret with zeros behind it", secret+strings.Repeat("\x00", 512))
	file("certificate-text-after", "E02 K16", "certificate", "FL-126", "words behind a certificate", certificate+"Atenciosamente\n")
	file("certificate-text-before", "E01 K16", "certificate", "FL-126", "words before a certificate", "Bom dia!\n"+certificate)
	f.protections(made)
	raw := made.Certificate().Bytes()
	other := f.thief.Certificate("Futura site key", pgptest.MaySign)
	file("secret-other-public-half", "K07", "secret", "FL-202", "a secret whose public half is another's", swapPublic(secret, raw, other))
}

// protections makes the vectors of a passphrase that is stretched too little,
// or with more memory than there is. Nothing decrypts them.
func (f *forger) protections(made *openpgp.Secret) {
	locked, err := made.Armor([]byte("senha do teste"), issuetest.Seed("vectors locked"))
	if err != nil {
		panic(err)
	}
	packets := dearmor(string(locked))
	at := bytes.Index(packets, []byte{254, 9, 3, 8}) // usage, AES-256, iterated, SHA-256
	body := at
	protected := func(name, code, flaw string, field ...byte) {
		changed := slices.Concat(packets[2:body], field, packets[body+4+8+1:packets[1]+2])
		whole := append(pgptest.Packet(pgptest.TagSecretKey, changed), packets[packets[1]+2:]...)
		f.add("keys/secret-"+name+".asc", "K15", "secret", code, flaw, pgptest.Armor(openpgp.SecretBlock, whole))
	}
	salt := packets[body+4:][:8]
	protected("protected", "", "a secret as we protect it: accepted", slices.Concat([]byte{254, 9, 3, 8}, salt, []byte{255})...)
	protected("one-iteration", "FL-218", "a passphrase stretched over 1,024 bytes", slices.Concat([]byte{254, 9, 3, 8}, salt, []byte{0})...)
	protected("few-iterations", "FL-218", "a passphrase stretched over 63,488 bytes", slices.Concat([]byte{254, 9, 3, 8}, salt, []byte{95})...)
	protected("gpg-iterations", "FL-218", "a passphrase stretched over 65,536 bytes, the least of gpg", slices.Concat([]byte{254, 9, 3, 8}, salt, []byte{96})...)
	protected("salted", "FL-218", "a passphrase hashed once, with salt", slices.Concat([]byte{254, 9, 1, 8}, salt)...)
	protected("simple", "FL-218", "a passphrase hashed once, without salt", 254, 9, 0, 8)
	protected("old-cipher", "FL-202", "a cipher without S2K, as PGP 2 wrote it", 7)
	protected("argon2-terabytes", "FL-202", "Argon2 with 2 TiB of memory", slices.Concat([]byte{253, 9, 2, 4}, salt, salt, []byte{1, 4, 31})...)
	protected("argon2-passes", "FL-202", "Argon2 with 255 passes", slices.Concat([]byte{253, 9, 2, 4}, salt, salt, []byte{255, 4, 16})...)
}

// dearmor decodes an armored file of ours.
func dearmor(file string) []byte {
	_, rest, _ := strings.Cut(file, "\n\n")
	body, _, _ := strings.Cut(rest, "\n=")
	packets, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
	if err != nil {
		panic(err)
	}
	return packets
}

// swapPublic puts another key's public point into a bare secret file.
func swapPublic(secret string, mine, others []byte) string {
	at := func(certificate []byte) []byte { return certificate[2+6+10+2+1:][:32] } // header, head, curve, length, prefix
	return pgptest.Armor(openpgp.SecretBlock, bytes.Replace(dearmor(secret), at(mine), at(others), 1))
}
