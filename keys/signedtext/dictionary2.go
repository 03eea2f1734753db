package signedtext

// dictionary2 is the preset dictionary of version 2 of the compact form (RFC
// 1950, 2.2): what packed documents have in common, in the order of the
// documents, the most frequent last. It may never change: sheets and codes
// that are printed need exactly this one. It is packed itself: "\xf8\x20" is
// the mark of 32 bytes apart, such as a digest.
const dictionary2 = packets +
	// Trust file.
	`kind = "futura-trust"
format = 1
sequence = 1
issued = 2026-
issuer = "Futura"
products = "sispetro crm"
certificate.1 = "` + "\xf9" + `"

[[log]]
origin = "futura/licenses"
key.1 = "futura/licenses+

[[signer]]
fingerprint = "` + "\xfb\x14" + `"
begins = 2026-
[signer.retired]
[signer.stolen]
` +
	// Profile.
	`kind = "futura-profile"
format = 1
product = "sispetro"
title = "
scheme = "build-stamp"
digits = 3
file = "versao{version}.ver"
recognized = 50
drifted = 45

[words]
headline.1 = "O arquivo de licenciamento está inválido"
contact.1 = "Entre em contato com o departamento administrativo da Futura."

[running]
table = "
column = "versao"

[pepper]

[[metric]]
name = "
kind = "anchors"
table = "
key = "id:integer"
columns.1 = "criado:timestamp"
count = 64
weight = 2
kind = "set"
count = 32
weight = 1
` +
	// Revocation list.
	`kind = "futura-revocations"
format = 1
sequence = 
issued = 2026-

[[revoked]]
serial = "L-2026-0000
reason = "
` +
	// Proof.
	"\xffc2sp.org/tlog-proof@v1\nindex \n\xf8\x20\n\xf8\x20\n\xf8\x20\n" +
	// Request.
	`kind = "futura-request"
format = 1
created = 2026-
customer = "00
site = "producao"

[product]
name = "crm"
version = "8.9"
running = "8.8.

[enrollment]
proof.1 = "` + "\xf8\x40" + `"

[installed]
license = "` + "\xf8\x20" + `"
checkpoint.1 = "` + "\xfafutura/licenses\n\xf8\x20\n\n— futura/licenses \xf8\x44\n" + `"
` + "continuity.1 = \"\xf8\x9c\x02\"\nunknown.1 = \"AAAA\"\nlineage.1 = \"\xf9\x28" + `"

[key]
fingerprint = "` + "\xfb\x14" + `"
certificate.1 = "` + "\xf9\xd1\x01" + `"` +
	// License.
	`kind = "futura-license"
format = 1
serial = "L-2026-0000
issued = 2026-11-
customer = "00
site = "producao"
request = "` + "\xf8\x20" + `"

[product]
name = "sispetro"
scheme = "numbers"
digits = 2
versions = "8.
modules = "0 S3 fiscal"
maintenance = 2027-12-31T23:59:59Z

[terms]
undecided_days = 7
unrecognized_days = 15
unproved_days = 15
expires = 2027-

[[database]]
name = "producao"
profile = "` + "\xf8\x20\"\nsalt.1 = \"\xf8\x10\"\nitems.1 = \"\xf8\xb2\x02" + `"
`

// packets is what the certificate of a site key and a signature have in
// common, without what differs.
const packets = "\xc6\x33\x04\x6b" + "\x16\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01\x01\x07\x40" +
	"\xcd\x0fFutura site key\xc2\x89\x04\x13\x16\x0a\x00\x3b\x05\x82\x6b" + "\x03\x0b\x09\x07\x09\x10" +
	"\x03\x15\x0a\x08\x02\x16\x00\x02\x19\x01\x02\x9b\x03\x02\x1e\x01\x16\x21\x04" + "\x00\x00" + "\x01\x00" + "\x00\xff" +
	"\xc2\x75\x04\x01\x16\x0a\x00\x27\x05\x82\x6b" + "\x09\x10" + "\x16\x21\x04"
