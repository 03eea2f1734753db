// Package signedtext is the strict reader and the writer of every document
// that travels: a canonical text and one OpenPGP text signature over it.
//
// # The text
//
// A canonical text is UTF-8 in NFC of at most 64 kB, in at most 2,048 lines
// of at most 64 columns that end with LF; the last line has no line end. Every line is
// blank, a table header, or a key and its value; so a line that was broken
// on the way can be told from a whole one:
//
//	kind = "futura-license"
//	format = 1
//	issued = 2026-11-21T10:00:00Z
//
//	[product]
//	name = "sispetro"
//
// It is a small part of TOML: strings with the escapes \" and \\, decimal
// integers, true and false, and times in UTC to the second. It holds no
// control, bidirectional or zero-width characters, no typographic quotes or
// dashes, no address of the web or of mail (gateways rewrite them), and no
// blank at a line's end. A long value stands in numbered pieces of at most
// 48 characters, less where the line would be too long: items.1 = "…",
// items.2 = "…".
//
// There is one text for one content: Unmarshal accepts only what Marshal
// writes, byte for byte. Therefore no duplicate, unknown or other-case key,
// no number or time in another spelling can pass.
//
// # The file
//
//	-----BEGIN PGP SIGNED MESSAGE-----
//	Hash: SHA512
//
//	<the text>
//	-----BEGIN PGP SIGNATURE-----
//
//	<the signature packet, base64 in 64 columns>
//	=<CRC24>
//	-----END PGP SIGNATURE-----
//	-----BEGIN FUTURA PROOF-----
//	<the proof, base64 in 64 columns>
//	-----END FUTURA PROOF-----
//
// The proof block may be missing. The file begins and ends with these
// lines: Open accepts nothing before, after or between them, exactly one
// Hash header that names the hash of the signature, and only the bytes that
// Render writes for what was read. CR LF on every line instead of LF is the
// one difference tolerated, because mail makes it. Plain gpg --verify, gpgv
// and sq accept the file; they also accept much that Open refuses.
//
// No line of a canonical text begins with a dash, so dash escaping never
// happens. The signature is over the text without its final line end, as
// GnuPG signs it. Other programs sign the line end too when the text that
// they are given has one; Open refuses that with a code of its own.
//
// What other programs render otherwise, Adopt renders as above.
//
// # The compact form
//
//	0x02 | raw DEFLATE of the signature packet and the packed text | bytes apart
//
// for QR codes and for paper. The DEFLATE stream uses the preset dictionary
// of this version byte (dictionary2). Pack and Unpack convert; what Unpack
// returns is a file for Open to judge.
//
// A packed text is the text, and behind it, if there is a proof, 0xFF and the
// proof; in both some values are bytes again, which no compression makes of
// base64. A mark, that no UTF-8 text has, and a length (unsigned varint, as in
// encoding/binary) stand for them:
//
//	0xF8  so many of the bytes apart, in base64
//	0xF9  so many bytes that follow, in base64
//	0xFA  so many bytes that follow: a packed note, in base64
//	0xFB  so many bytes that follow, in hexadecimal capitals
//	0xFC  so many of the bytes apart, as they are
//
// In a text base64 is that of URLs without padding, and behind `key.1 = "` it
// goes on in as many pieces as it takes, the key having at most 32 characters.
// In a proof and a note (the signed checkpoint that a request cites) it is the
// usual one, and only 0xF8 and 0xFC may stand there. No byte apart is left
// over.
//
// # Repair
//
// Repair proposes what a file that was altered on the way may have been
// before; a strict reader decides. docs/document.md is the specification.
//
// The identity of a document is the SHA-256 of its text, never of the file.
package signedtext

import "github.com/futura/airlicense/keys/fault"

// Codes of this package's errors.
const (
	Empty        = fault.Code("FL-101") // nothing in the file
	TooLarge     = fault.Code("FL-102") // over a limit that stands in this package
	NotSigned    = fault.Code("FL-103") // something else than a signed text
	Surrounded   = fault.Code("FL-104") // text before or after the signed message
	FrameDamaged = fault.Code("FL-105") // a line of the frame is not as it was written
	LineEnds     = fault.Code("FL-106") // mixed or lone line ends
	NotCanonical = fault.Code("FL-107") // the text breaks a rule of canonical texts
	NotDocument  = fault.Code("FL-108") // the text is not what its kind demands
	WrongKind    = fault.Code("FL-109") // a document of another kind
	WrongFormat  = fault.Code("FL-110") // a format version that this program does not know
	BadCompact   = fault.Code("FL-111") // a compact form that cannot be unpacked
	BadField     = fault.Code("FL-112") // a field with a value that it may not have
	ExtraLine    = fault.Code("FL-131") // a good signature over the text and an empty line behind it
	OtherDate    = fault.Code("FL-117") // a document that was not signed when it was issued
)

// Limits. They are checked before anything is decoded.
const (
	// MaxText bounds the text, in bytes. A license for twenty databases has
	// about 14 kB.
	MaxText = 64 << 10
	// MaxColumns bounds a line, in characters: mail programs wrap at 72 to 78.
	MaxColumns = 64
	// MaxLines bounds the lines of a text, and with them its keys and tables.
	// The longest revocation list has 2,525.
	MaxLines = 3072
	// MaxDepth bounds the tables within tables: no document has more than
	// [one.two].
	MaxDepth = 2
	// MaxProof bounds the proof, in bytes: 20 hashes and a checkpoint with
	// several witnesses have about 2 kB.
	MaxProof = 8 << 10
	// MaxFile bounds a file, in bytes: text, CR on every line, signature,
	// proof and frame.
	MaxFile = 128 << 10
	// pieceLength bounds the pieces of a long value, in characters.
	pieceLength = 48
)

// UnverifiedError is what Open returns for a well-formed file whose
// signature it did not accept. It is the only way to a text that was not
// verified: for showing it, or for finding the key that it names.
type UnverifiedError struct {
	Text      []byte
	Signature []byte
	Proof     []byte
	Err       error // why it was not accepted
}

// Error returns the reason.
func (e *UnverifiedError) Error() string { return "unverified: " + e.Err.Error() }

// Unwrap returns the reason.
func (e *UnverifiedError) Unwrap() error { return e.Err }
