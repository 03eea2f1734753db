package docs_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/futura/airlicense/keys/openpgp"
	pgptest "github.com/futura/airlicense/keys/openpgp/openpgptest"
)

// envelopes makes the vectors of group E.
func (f *forger) envelopes() {
	f.around()
	f.headers()
	f.frameLines()
	f.lines()
	f.characters()
	f.armor()
	f.wholeFiles()
}

// around: E01 to E06.
func (f *forger) around() {
	other := f.sealed(f.signer, replaceOnce(f.text, "L-2026-000001", "L-2026-000002"))
	forged := f.replaced(`customer = "00123"`, `customer = "00124"`)
	block := pgptest.Armor(openpgp.CertificateBlock, f.thief.Certificate(testUser, pgptest.MaySign))
	message := pgptest.Armor(openpgp.MessageBlock, pgptest.Packet(11, []byte("u\x00\x00\x00\x00\x00text")))
	f.envelope("text-before", "E01", "FL-104", "a sentence before the message", "Bom dia!\n\n"+f.file)
	f.envelope("mail-headers-before", "E01 E40", "FL-104", "the headers of a mail before the message", "From: Futura\nSubject: license\n\n"+f.file)
	f.envelope("text-after", "E02", "FL-104", "a sentence after the message", f.file+"Atenciosamente\n")
	f.envelope("text-far-after", "E02", "FL-104", "a sentence after the message and 200 empty lines", f.file+strings.Repeat("\n", 200)+"Atenciosamente\n")
	f.envelope("ctrl-z-after", "E02", "FL-104", "the end-of-file sign of DOS after the message", f.file+"\x1a")
	f.envelope("two-valid-messages", "E03", "FL-104", "two signed messages, both good", f.file+other)
	f.envelope("file-doubled", "E03", "FL-104", "the same message twice", f.file+f.file)
	f.envelope("forged-then-valid", "E04", "FL-104", "an altered message before the good one", forged+f.file)
	f.envelope("valid-then-forged", "E04", "FL-104", "an altered message after the good one", f.file+forged)
	f.envelope("key-block-after", "E05", "FL-104", "a certificate behind the message", f.file+block)
	f.envelope("key-block-before", "E05", "FL-104", "a certificate before the message", block+f.file)
	f.envelope("message-block-after", "E05", "FL-104", "a PGP MESSAGE behind the message", f.file+message)
	f.envelope("message-block-before", "E05", "FL-104", "a PGP MESSAGE before the message", message+f.file)
	f.envelope("nested-unescaped", "E06", "FL-104", "a signed message within the text of another", messageHead+f.file+"\n"+strings.SplitN(f.file, "\n\n", 2)[1])
	f.envelope("nested-quoted", "E06", "FL-107", "a dash-escaped signed message within the text of another",
		messageHead+strings.ReplaceAll(f.file, "-----", "- -----")+pgptest.Armor(openpgp.SignatureBlock, f.over(f.signer, f.text, f.signer.TextSignature(vectorsMade)).Packet()))
	f.envelope("begin-twice-unsigned-first", "E06", "FL-107", "a BEGIN line with unsigned text before the real one", messageHead+"customer = \"99999\"\n"+f.file)
}

// headers: E07 to E12, E16, E41 and E42.
func (f *forger) headers() {
	header := func(name, rows, flaw, lines string) {
		f.envelope(name, rows, "FL-105", flaw, f.replaced(hashHeader, lines))
	}
	header("header-comment", "E07", "a Comment header", "Comment: valid until 2099\n"+hashHeader)
	header("header-version", "E07", "a Version header", "Version: GnuPG v2\n"+hashHeader)
	header("header-unknown", "E07", "a header that nobody knows", hashHeader+"Customer: 00124\n")
	header("header-hash-evil-text", "E08", "words behind the hash", "Hash: SHA512, valid for all customers\n")
	header("header-hash-evil-first", "E08", "words before the hash", "Hash: valid for all, SHA512\n")
	header("header-hash-none", "E08", "a Hash header without a value", "Hash: \n")
	header("header-hash-missing", "E09", "no Hash header", "")
	header("header-hash-wrong", "E09", "another hash than the signature's", "Hash: SHA256\n")
	header("header-hash-sha1", "E09", "SHA1 in the Hash header", "Hash: SHA1\n")
	header("header-hash-md5", "E09", "MD5 in the Hash header", "Hash: MD5\n")
	header("header-hash-both", "E09", "two hashes in one header", "Hash: SHA256,SHA512\n")
	header("header-twice", "E09", "the Hash header twice", hashHeader+hashHeader)
	header("header-notdashescaped", "E10", "the NotDashEscaped header", hashHeader+"NotDashEscaped: You need GnuPG to verify this message\n")
	header("header-notdashescaped-text", "E10", "free text in the NotDashEscaped header", hashHeader+"NotDashEscaped: customer 00124\n")
	header("header-notdashescaped-vt", "E10", "a vertical tab in the NotDashEscaped header", hashHeader+"NotDashEscaped: \vcustomer 00124\n")
	header("header-hash-nul", "E11", "a NUL behind the hash", "Hash: SHA512\x00\n")
	header("header-hash-nul-text", "E11", "a NUL and words behind the hash", "Hash: SHA512\x00 for all customers\n")
	header("header-overlong", "E12", "words behind 20,000 blanks in the Hash header", "Hash: SHA512"+strings.Repeat(" ", 20000)+"for all\n")
	header("header-hash-folded", "E16", "a folded Hash header", "Hash:\n SHA512\n")
	header("header-hash-indented", "E16", "a blank before the Hash header", " "+hashHeader)
	header("header-hash-no-blank", "E16", "no blank behind the colon", "Hash:SHA512\n")
	header("header-hash-lower", "E16", "the Hash header in small letters", "hash: sha512\n")
	header("header-hash-space-before-colon", "E16", "a blank before the colon", "Hash : SHA512\n")
	header("header-homoglyph", "E17", "a Cyrillic letter in the header's name", "H\u0430sh: SHA512\n")
	header("header-flood-small", "E41", "200 Hash headers", strings.Repeat(hashHeader, 200))
	header("header-escape-sequence", "E42", "a terminal escape in a header", hashHeader+"Comment: \x1b[2J\x1b[1;1HVALID\n")
}

// frameLines: E11 to E18.
func (f *forger) frameLines() {
	f.envelope("begin-nul", "E11", "FL-103", "a NUL in the BEGIN line", f.replaced("MESSAGE-----\n", "MESSAGE-----\x00\n"))
	f.envelope("begin-nul-text", "E11", "FL-103", "a NUL and words in the BEGIN line", f.replaced("MESSAGE-----\n", "MESSAGE-----\x00 for all\n"))
	f.envelope("separator-overlong", "E12", "FL-105", "20,000 blanks in place of the empty line", f.replaced(hashHeader+"\n", hashHeader+strings.Repeat(" ", 20000)+"\n\n"))
	f.envelope("armor-overlong-header", "E12", "FL-105", "words behind 20,000 blanks in an armor header", f.replaced(beginBlock, beginBlock+"Comment:"+strings.Repeat(" ", 20000)+"x\n"))
	for _, separator := range []struct{ name, flaw, sign string }{
		{"separator-blank", "a blank", " "}, {"separator-tab", "a tab", "\t"}, {"separator-vt", "a vertical tab", "\v"}, {"separator-ff", "a form feed", "\f"},
		{"separator-nbsp", "a no-break space", "\u00a0"}, {"separator-nel", "a next-line sign", "\u0085"}, {"separator-line", "a line separator", "\u2028"},
	} {
		f.envelope(separator.name, "E15", "FL-105", separator.flaw+" in the empty line", f.replaced(hashHeader+"\n", hashHeader+separator.sign+"\n"))
	}
	f.envelope("separator-cr", "E15", "FL-106", "a carriage return in the empty line", f.replaced(hashHeader+"\n", hashHeader+"\r\n"))
	f.envelope("separator-missing", "E15", "FL-105", "no empty line before the text", f.replaced(hashHeader+"\n", hashHeader))
	for _, begin := range []struct{ name, flaw, rows, line string }{
		{"begin-homoglyph", "a Cyrillic letter in the BEGIN line", "E17", "-----B\u0415GIN PGP SIGNED MESSAGE-----"},
		{"begin-unicode-dashes", "en dashes in the BEGIN line", "E17", strings.Repeat("\u2013", 5) + "BEGIN PGP SIGNED MESSAGE" + strings.Repeat("\u2013", 5)},
		{"begin-four-dashes", "four dashes", "E17", "----BEGIN PGP SIGNED MESSAGE----"},
		{"begin-six-dashes", "six dashes", "E17", "------BEGIN PGP SIGNED MESSAGE------"},
		{"begin-tab", "a tab in the BEGIN line", "E17", "-----BEGIN\tPGP SIGNED MESSAGE-----"},
		{"begin-lower", "the BEGIN line in small letters", "E17", "-----begin pgp signed message-----"},
		{"begin-indented", "a blank before the BEGIN line", "E17", " -----BEGIN PGP SIGNED MESSAGE-----"},
		{"begin-trailing-text", "words behind the BEGIN line", "E18", "-----BEGIN PGP SIGNED MESSAGE----- for all"},
		{"begin-trailing-blank", "a blank behind the BEGIN line", "E18", "-----BEGIN PGP SIGNED MESSAGE----- "},
	} {
		f.envelope(begin.name, begin.rows, "FL-103", begin.flaw, f.replaced("-----BEGIN PGP SIGNED MESSAGE-----", begin.line))
	}
	f.envelope("armor-begin-trailing-text", "E18", "FL-105", "words behind the signature's BEGIN line", f.replaced(beginBlock, "-----BEGIN PGP SIGNATURE----- for all\n"))
	f.envelope("armor-end-trailing-text", "E18", "FL-105", "words behind the signature's END line", f.replaced(endBlock, "-----END PGP SIGNATURE----- for all\n"))
	f.envelope("armor-end-trailing-blank", "E18", "FL-105", "a blank behind the signature's END line", f.replaced(endBlock, "-----END PGP SIGNATURE----- \n"))
	f.envelope("end-without-line-end", "E18", "FL-105", "no line end behind the last line", strings.TrimSuffix(f.file, "\n"))
}

// lines: E13, E14, E19 to E23, E27 and E28.
func (f *forger) lines() {
	text := func(name, rows, code, flaw, old, new string) {
		f.envelope(name, rows, code, flaw, f.replaced(old, new))
	}
	customer, site := "customer = \"00123\"\n", "site = \"producao\"\n"
	text("overlong-line", "E13", "FL-107", "words behind 20,000 blanks in a line of the text", customer, "customer = \"00123\""+strings.Repeat(" ", 20000)+"for all\n")
	text("formfeed-end", "E14", "FL-107", "a form feed at the end of the text", "\n"+beginBlock, "\f\n"+beginBlock)
	text("formfeed-overlong", "E14", "FL-107", "a form feed and an overlong line at the end of the text", "\n"+beginBlock, "\f\n"+strings.Repeat("x", 20000)+"\n"+beginBlock)
	text("line-added", "E19", "FL-124", "a line more", site, site+"digits = 9\n")
	text("line-removed", "E19", "FL-124", "a line less", site, "")
	text("line-doubled", "E19", "FL-124", "a line twice", site, site+site)
	text("line-swapped", "E19", "FL-124", "two lines in the other order", customer+site, site+customer)
	text("line-joined", "E19", "FL-107", "two lines in one", customer+site, strings.TrimSuffix(customer, "\n")+site)
	text("line-truncated", "E19", "FL-107", "a line cut in its value", customer, "customer = \"001\n")
	text("line-changed", "E19", "FL-124", "another value", "\"00123\"", "\"00124\"")
	text("line-empty-added", "E19", "FL-124", "an empty line more", site, site+"\n")
	text("nul-at-line-end", "E20", "FL-107", "a NUL at a line's end", customer, "customer = \"00123\"\x00\n")
	text("nul-and-text", "E20", "FL-107", "a NUL and words at a line's end", customer, "customer = \"00123\"\x00 for all\n")
	text("lone-cr-in-line", "E21", "FL-106", "a carriage return within a line", customer, "customer = \"00124\"\rcustomer = \"00123\"\n")
	text("cr-cr-lf", "E21", "FL-106", "two carriage returns at a line's end", customer, "customer = \"00123\"\r\r\n")
	text("one-cr-lf", "E21", "FL-106", "CR LF in one line alone", customer, "customer = \"00123\"\r\n")
	f.envelope("cr-only", "E21", "FL-106", "CR in place of every LF", strings.ReplaceAll(f.file, "\n", "\r"))
	half := len(f.file) / 2
	f.envelope("mixed-line-ends", "E21", "FL-106", "LF in the first half, CR LF in the second", f.file[:half]+strings.ReplaceAll(f.file[half:], "\n", "\r\n"))
	f.envelope("cr-lf", "E21", "", "CR LF on every line: the one difference that is accepted", strings.ReplaceAll(f.file, "\n", "\r\n"))
	text("trailing-blanks-added", "E22", "FL-107", "two blanks at a line's end", customer, "customer = \"00123\"  \n")
	text("trailing-blanks-flood", "E22", "FL-107", "ten thousand blanks at a line's end", customer, "customer = \"00123\""+strings.Repeat(" ", 10000)+"\n")
	text("nbsp-at-line-end", "E23", "FL-107", "a no-break space at a line's end", customer, "customer = \"00123\"\u00a0\n")
	text("zero-width-at-line-end", "E23", "FL-107", "a zero-width space at a line's end", customer, "customer = \"00123\"\u200b\n")
	text("vt-at-line-end", "E23", "FL-107", "a vertical tab at a line's end", customer, "customer = \"00123\"\v\n")
	text("dash-escape-once", "E27 E28", "FL-107", "a dash escape before one line", customer, "- "+customer)
	text("dash-escape-doubled", "E27", "FL-107", "two dash escapes before one line", customer, "- - "+customer)
	text("dash-unescaped", "E27", "FL-107", "a line that begins with a dash", customer, "-"+customer)
	body, _, _ := strings.Cut(strings.TrimPrefix(f.file, messageHead), "\n"+beginBlock)
	f.envelope("dash-escape-everywhere", "E28", "FL-107", "a dash escape before every line, as some programs write", strings.Replace(f.file, body, "- "+strings.ReplaceAll(body, "\n", "\n- "), 1))
	f.envelope("text-quoted", "E28 E40", "FL-107", "the text quoted, the frame not", strings.Replace(f.file, body, "> "+strings.ReplaceAll(body, "\n", "\n> "), 1))
}

// characters: E24 to E26, added to a signed text.
func (f *forger) characters() {
	f.envelope("bom-before", "E24", "FL-103", "a byte order mark before the message", "\ufeff"+f.file)
	for _, added := range []struct{ name, rows, code, flaw, sign string }{
		{"bom-in-text", "E24", "FL-107", "a byte order mark", "\ufeff"}, {"not-utf8", "E25", "FL-107", "a byte that is not UTF-8", "\xff"},
		{"utf8-overlong", "E25", "FL-107", "an overlong slash", "\xc0\xaf"}, {"utf8-surrogate", "E25", "FL-107", "half a surrogate pair", "\xed\xa0\x80"},
		{"latin-1", "E25", "FL-107", "a letter in ISO 8859-1", "\xe3"}, {"bidi-override", "E26", "FL-107", "a bidirectional override", "\u202e"},
		{"zero-width", "E26", "FL-107", "a zero-width joiner", "\u200d"}, {"combining", "E26", "FL-124", "a combining mark", "\u0332"},
		{"letter-tag", "E26", "FL-107", "an invisible letter of the tags block", "\U000e0041"}, {"hangul-filler", "E26", "FL-107", "an invisible letter of Hangul", "\u3164"},
		{"soft-hyphen", "E26", "FL-107", "a soft hyphen", "\u00ad"}, {"variation-selector", "E26", "FL-107", "a variation selector", "\ufe0f"},
	} {
		f.envelope(added.name, added.rows, added.code, added.flaw+" in the text", f.replaced("name = \"sispetro\"", "name = \"sispetro"+added.sign+"\""))
	}
	f.envelope("homoglyph", "E26", "FL-124", "a Cyrillic letter in place of a Latin one", f.replaced("name = \"sispetro\"", "name = \"sispetr\u043e\""))
	f.envelope("nfd", "E26 D35", "FL-107", "a letter and its accent apart", f.replaced("name = \"sispetro\"", "name = \"sispetra\u0303\""))
}

// armor: E29 to E35.
func (f *forger) armor() {
	first := f.armored()[0]
	f.envelope("armor-type-message", "E29", "FL-105", "PGP MESSAGE around the signature", strings.ReplaceAll(f.file, "PGP SIGNATURE", "PGP MESSAGE"))
	f.envelope("armor-type-key-block", "E29", "FL-105", "PGP PUBLIC KEY BLOCK around the signature", strings.ReplaceAll(f.file, "PGP SIGNATURE", "PGP PUBLIC KEY BLOCK"))
	f.envelope("armor-restarted", "E30", "FL-105", "a broken block before the real one", f.replaced(beginBlock, beginBlock+"\n!!!!\n"+beginBlock))
	for _, inside := range []struct{ name, flaw, line string }{
		{"armor-text-inside", "words", "for all customers\n"}, {"armor-comment-inside", "a header", "Comment: x\n"}, {"armor-blank-line-inside", "an empty line", "\n"},
		{"armor-nul-inside", "a NUL", "\x00\n"}, {"armor-high-octet-inside", "a high octet", "\xff\n"}, {"armor-blank-inside", "a line of blanks", "   \n"},
	} {
		f.envelope(inside.name, "E31", "FL-105", inside.flaw+" between the lines of base64", f.replaced(first+"\n", first+"\n"+inside.line))
	}
	at := strings.LastIndex(f.file, "\n=")
	sum := f.file[at+2 : at+6]
	f.envelope("armor-wrong-crc", "E32", "FL-105", "another checksum", f.replaced("\n="+sum, "\n=AAAA"))
	f.envelope("armor-without-crc", "E32", "FL-105", "no checksum", f.replaced("\n="+sum+"\n", "\n"))
	f.envelope("armor-header", "E12 E31", "FL-105", "a Version header in the armor", f.replaced(beginBlock, beginBlock+"Version: 1\n"))
	f.envelope("armor-padding-missing", "E33", "FL-105", "no padding", f.replaced("=\n="+sum, "\n="+sum))
	f.envelope("armor-padding-extra", "E33", "FL-105", "padding that is not needed", f.replaced("=\n="+sum, "==\n="+sum))
	f.envelope("armor-loose-bits", "E33", "FL-105", "bits in the last character that mean nothing", f.file[:at-2]+string(f.file[at-2]+1)+f.file[at-1:])
	f.envelope("armor-url-alphabet", "E33", "FL-105", "a character of base64url", f.replaced(first, "-"+first[1:]))
	f.envelope("armor-quoted-printable", "E33", "FL-105", "quoted-printable in the base64", f.replaced("=\n="+sum, "=3D\n=3D"+sum))
	f.envelope("armor-overlong-line", "E34", "FL-105", "all base64 in one line", f.replaced(strings.Join(f.armored(), "\n"), strings.Join(f.armored(), "")))
	f.envelope("armor-short-lines", "E34", "FL-105", "base64 in lines of 32 columns", f.replaced(first, first[:32]+"\n"+first[32:]))
	_, block, _ := strings.Cut(f.file, beginBlock)
	f.envelope("armor-two-blocks", "E35", "FL-104", "two signature blocks", f.file+beginBlock+block)
	foreign := pgptest.Armor(openpgp.SignatureBlock, f.over(f.thief, f.text, f.thief.TextSignature(vectorsMade)).Packet())
	f.envelope("armor-two-blocks-foreign-first", "E35", "FL-104", "a stranger's signature block before the issuer's", f.replaced(beginBlock, foreign+beginBlock))
}

// wholeFiles: E24 and E36 to E41.
func (f *forger) wholeFiles() {
	signature := f.over(f.signer, f.text, f.signer.TextSignature(vectorsMade)).Packet()
	literal := pgptest.Packet(11, append([]byte("u\x00\x00\x00\x00\x00"), f.text...))
	fingerprint := f.signer.Fingerprint()
	onePass := pgptest.Packet(4, slices.Concat([]byte{3, pgptest.Text, pgptest.SHA512, pgptest.AlgorithmEdDSA}, fingerprint[12:], []byte{1}))
	inline := slices.Concat(onePass, literal, signature)
	f.envelope("file-inline-signed", "E36", "FL-103", "an inline-signed message", pgptest.Armor(openpgp.MessageBlock, inline))
	f.envelope("inline-inside-signature", "E37", "FL-121", "an inline-signed message within the signature block of another text", f.framed(replaceOnce(f.text, "00123", "00124"), inline))
	f.envelope("body-empty", "E38 D34", "FL-108", "an empty text, signed", f.sealed(f.signer, ""))
	f.envelope("body-blank-line", "E38", "FL-131", "a text of one empty line, signed", f.sealed(f.signer, "\n"))
	f.envelope("body-missing", "E38", "FL-105", "no text at all", messageHead+pgptest.Armor(openpgp.SignatureBlock, signature))
	f.envelope("file-empty", "E39", "FL-101", "an empty file", "")
	f.envelope("file-half", "E39", "FL-105", "the first half of the file", f.file[:len(f.file)/2])
	f.envelope("file-cut-in-armor", "E39", "FL-105", "the file up to the middle of its signature", f.file[:strings.Index(f.file, f.armored()[1])])
	f.envelope("file-nul-padded", "E39", "FL-104", "zeros to the end of a disk block", f.file+strings.Repeat("\x00", 4096-len(f.file)%4096))
	f.envelope("file-all-nul", "E39", "FL-103", "zeros alone, as after a power failure", strings.Repeat("\x00", 4096))
	f.envelope("file-begin-only", "E39", "FL-105", "the BEGIN line alone", beginMessage)
	f.envelope("file-utf16", "E24", "FL-103", "the file in UTF-16", wide(f.file))
	f.envelope("file-quoted", "E40", "FL-103", "the file quoted in a reply", "> "+strings.ReplaceAll(strings.TrimSuffix(f.file, "\n"), "\n", "\n> ")+"\n")
	f.envelope("file-html", "E40", "FL-103", "the file as a page", "<html><body><pre>"+strings.ReplaceAll(f.file, "\"", "&quot;")+"</pre></body></html>\n")
	f.envelope("file-base64", "E40", "FL-103", "the file in base64", base64.StdEncoding.EncodeToString([]byte(f.file))+"\n")
	f.envelope("file-gzip", "E40", "FL-103", "the file compressed", zipped(f.file))
	f.envelope("file-mail-source", "E40", "FL-103", "the source of a mail, quoted-printable",
		"MIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\n"+strings.NewReplacer("=", "=3D", "-----BEGIN PGP SIGNED MESSAGE-----", "=2D----BEGIN PGP SIGNED MESSAGE-----").Replace(f.file))
	f.envelope("file-pdf", "E40", "FL-103", "the head of a PDF", "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	f.envelope("file-zip", "E40", "FL-103", "the head of a ZIP", "PK\x03\x04\x14\x00\x00\x00")
	f.envelope("file-words", "E40", "FL-103", "words", fmt.Sprintln("Segue em anexo."))
}

func wide(text string) string {
	out := []byte{0xFF, 0xFE}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return string(out)
}

func zipped(text string) string {
	var out bytes.Buffer
	writer, err := gzip.NewWriterLevel(&out, gzip.NoCompression) // the same in every version of Go
	if err != nil {
		panic(err)
	}
	writer.Write([]byte(text))
	writer.Close()
	return out.String()
}
