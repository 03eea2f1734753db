package signedtext

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/futura/airlicense/keys/openpgp"
)

// Limits of Adopt.
const (
	// maxLine bounds a line, in bytes: that of a mail (RFC 5322, 2.1.1).
	maxLine = 998
	// maxHeaders bounds the headers of the message, and those of the armor.
	// Version, Comment, Charset and Hash make four.
	maxHeaders = 4
)

// What Adopt changes. Rendering only: nothing of it is signed.
const (
	adoptedLineEnds    = "line ends"
	adoptedBlanks      = "blanks at line ends"
	adoptedSurrounding = "blank lines around"
	adoptedHash        = "hash header"
	adoptedHeader      = "other header"
	adoptedDashes      = "dash escapes"
	adoptedChecksum    = "checksum line"
	adoptedWidth       = "line width"
	adoptedSignature   = "signature " // before what openpgp.RewriteSignature names
)

// Adopt takes a clear-signed file as another OpenPGP program renders it and
// renders the same text, signature and proof as Open demands, and reports
// each change. It knows of RFC 9580, 6.2 and 7: armor headers, several or no
// Hash headers, dash escapes, blanks at line ends, line ends of either kind
// in one file, any width of the armor, a checksum line that is missing or
// wrong, blank lines around the file, and packets that
// openpgp.RewriteSignature can bring to our spelling. Where two readers could
// disagree about what is signed it refuses: NotDashEscaped, unknown headers,
// dashes that are not escaped, lone CR, anything else than blank lines around.
//
// Adopt verifies nothing; only Open decides. A file that Open finds
// well-formed is returned as it is, without changes.
func Adopt(file []byte) (adopted []byte, changes []Change, err error) {
	if _, err := parse(file); err == nil {
		return bytes.Clone(file), nil, nil
	}
	if err := checkSize(file); err != nil {
		return nil, nil, err
	}
	reader, err := newForeignReader(file)
	if err != nil {
		return nil, nil, err
	}
	document, err := reader.document()
	if err != nil {
		return nil, nil, err
	}
	return document.Render(), reader.changes, nil
}

// foreignReader reads the lines of a file of another program.
type foreignReader struct {
	lines   []string
	next    int // index of the next line
	changes []Change
}

func newForeignReader(file []byte) (*foreignReader, error) {
	reader := &foreignReader{}
	lines, err := unixLines(file)
	if err != nil {
		lines = bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n"))
		if bytes.ContainsRune(lines, '\r') {
			return nil, err
		}
		reader.changed(adoptedLineEnds, 0)
	}
	text, whole := strings.CutSuffix(string(lines), "\n")
	if !whole {
		reader.changed(adoptedLineEnds, 0)
	}
	reader.lines = strings.Split(text, "\n")
	for i, line := range reader.lines {
		if len(line) > maxLine {
			return nil, TooLarge.New("a line over the limit", "limit", maxLine, "line", i+1)
		}
		if line == "- " {
			continue // the escape of an empty line
		}
		if reader.lines[i] = strings.TrimRight(line, " \t"); reader.lines[i] != line {
			reader.changed(adoptedBlanks, i+1)
		}
	}
	return reader, nil
}

// changed counts a change of a line, 0 for no line of its own.
func (r *foreignReader) changed(what string, line int) {
	i := slices.IndexFunc(r.changes, func(known Change) bool { return known.What == what })
	if i < 0 {
		r.changes = append(r.changes, Change{What: what, Line: line, Count: 1})
		return
	}
	r.changes[i].Line = 0
	r.changes[i].Count++
}

func (r *foreignReader) damaged(message string) error {
	return FrameDamaged.New(message, "line", r.next)
}

// line returns the next line; behind the last one there is none.
func (r *foreignReader) line() (line string, ok bool) {
	if r.next == len(r.lines) {
		return "", false
	}
	r.next++
	return r.lines[r.next-1], true
}

// skipBlank passes over blank lines around the message.
func (r *foreignReader) skipBlank() {
	for r.next < len(r.lines) && r.lines[r.next] == "" {
		r.next++
		r.changed(adoptedSurrounding, r.next)
	}
}

func (r *foreignReader) document() (*Document, error) {
	r.skipBlank()
	if line, _ := r.line(); line+"\n" != beginMessage {
		return nil, notSigned([]byte(strings.Join(r.lines, "\n") + "\n"))
	}
	hashes, err := r.headers()
	if err != nil {
		return nil, err
	}
	text, err := r.body()
	if err != nil {
		return nil, err
	}
	signature, err := r.signature()
	if err != nil {
		return nil, err
	}
	if err := r.checkHash(hashes, signature.HashName()); err != nil {
		return nil, err
	}
	proof, err := r.proof()
	if err != nil {
		return nil, err
	}
	if r.skipBlank(); r.next < len(r.lines) {
		return nil, Surrounded.New("something stands behind the signed message")
	}
	return &Document{text: text, signature: signature, proof: proof}, nil
}

// headerForm is a header line, in the spelling that all programs use.
var headerForm = lazily(`^(Hash|Version|Comment|Charset|MessageID):(?: ([^\x00-\x1f\x7f]*))?$`)

// headers reads header lines up to the empty line and returns the values of
// Hash. The others say nothing that matters, and anybody can write them.
func (r *foreignReader) headers() (hashes []string, err error) {
	for count := 0; ; count++ {
		line, ok := r.line()
		if !ok {
			return nil, r.damaged("the file ends within the headers")
		}
		if line == "" {
			return hashes, nil
		}
		header := headerForm().FindStringSubmatch(line)
		if header == nil || count == maxHeaders || header[1] == "Charset" && !strings.EqualFold(header[2], "utf-8") {
			return nil, r.damaged("a header that is not accepted")
		}
		if header[1] == "Hash" {
			hashes = append(hashes, header[2])
		} else {
			r.changed(adoptedHeader, r.next)
		}
	}
}

// knownHashes are the hashes that a Hash header may name beside the one of
// the signature (RFC 9580, 9.5), without hyphens.
var knownHashes = []string{"MD5", "SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3256", "SHA3512"}

// checkHash demands that the Hash headers, if there are any, name known
// hashes and among them the one of the signature: they are not signed, so
// nothing else may be read into them.
func (r *foreignReader) checkHash(headers []string, used string) error {
	if len(headers) == 1 && headers[0] == used {
		return nil
	}
	r.changed(adoptedHash, 0)
	found := len(headers) == 0
	for _, header := range headers {
		for name := range strings.SplitSeq(header, ",") {
			name = strings.ReplaceAll(strings.ToUpper(strings.TrimSpace(name)), "-", "")
			if !slices.Contains(knownHashes, name) {
				return r.damaged("a Hash header that is not accepted")
			}
			found = found || name == used
		}
	}
	if !found {
		return r.damaged("the Hash header names another hash than the signature")
	}
	return nil
}

// body reads the text and takes dash escapes off, each once.
func (r *foreignReader) body() ([]byte, error) {
	var text []string
	for {
		line, ok := r.line()
		if !ok {
			return nil, FrameDamaged.New("the signature block is missing", "line", 0)
		}
		if line+"\n" == beginSignature {
			break
		}
		// Mail may have taken the blank of the escape of an empty line.
		escaped, isEscaped := strings.CutPrefix(line+" ", "- ")
		if isEscaped {
			line = strings.TrimRight(escaped, " ")
			r.changed(adoptedDashes, r.next)
		} else if strings.HasPrefix(line, "-") {
			return nil, r.damaged("a dash that is not escaped")
		}
		text = append(text, line)
	}
	if len(text) == 0 {
		return nil, r.damaged("no text is signed")
	}
	joined := []byte(strings.Join(text, "\n"))
	return joined, CheckText(joined)
}

// signature reads the armored packet behind its first line.
func (r *foreignReader) signature() (*openpgp.Signature, error) {
	if hashes, err := r.headers(); err != nil || len(hashes) > 0 {
		return nil, r.damaged("a header that is not accepted")
	}
	packet, checksum, err := r.base64(endSignature, openpgp.MaxSignature)
	if err != nil {
		return nil, err
	}
	// What Armor writes for the packet has the right checksum line above its end.
	if armored := openpgp.Armor(openpgp.SignatureBlock, packet); !bytes.HasSuffix(armored, []byte("\n"+checksum+"\n"+endSignature)) {
		r.changed(adoptedChecksum, 0)
	}
	packet, rewritten, err := openpgp.RewriteSignature(packet)
	if err != nil {
		return nil, err
	}
	for _, what := range rewritten {
		r.changed(adoptedSignature+what, 0)
	}
	return openpgp.ParseSignature(packet)
}

// base64 reads lines up to an end line, and the checksum line above it.
func (r *foreignReader) base64(end string, limit int) (data []byte, checksum string, err error) {
	var lines []string
	for {
		line, ok := r.line()
		if !ok {
			return nil, "", FrameDamaged.New("the end of a block is missing", "line", 0)
		}
		if line+"\n" == end {
			break
		}
		if line == "" || checksum != "" {
			return nil, "", r.damaged("base64 is damaged")
		}
		if len(line) == 5 && line[0] == '=' {
			checksum = line
			continue
		}
		lines = append(lines, line)
	}
	joined := strings.Join(lines, "")
	if base64.StdEncoding.DecodedLen(len(joined)) > limit+2 {
		return nil, "", TooLarge.New("a block over the limit", "limit", limit)
	}
	if data, err = decodeBase64([]byte(joined)); err != nil || len(data) == 0 {
		return nil, "", r.damaged("base64 is damaged")
	}
	if again := openpgp.AppendBase64(nil, data); string(again) != strings.Join(lines, "\n")+"\n" {
		r.changed(adoptedWidth, 0)
	}
	return data, checksum, nil
}

func (r *foreignReader) proof() ([]byte, error) {
	if r.next == len(r.lines) || r.lines[r.next]+"\n" != beginProof {
		return nil, nil
	}
	r.next++
	proof, checksum, err := r.base64(endProof, MaxProof)
	if err == nil && (checksum != "" || len(proof) > MaxProof) {
		err = r.damaged("the proof block is damaged")
	}
	return proof, err
}
