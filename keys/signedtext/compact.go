package signedtext

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"io"

	"github.com/futura/airlicense/keys/openpgp"
)

// compactVersion is the first byte of the compact form. It names the preset
// dictionary too, so a new dictionary means a new version.
const compactVersion = 1

// dictionary1 is the preset dictionary of version 1: what documents of
// format 1 have in common, the most frequent last (RFC 1950, 2.2, on preset
// dictionaries). It may never change.
//
//go:embed dictionary1.txt
var dictionary1 []byte

// MaxCompact bounds the compact form, in bytes. DEFLATE of a canonical text
// never grows beyond the text and a few bytes.
const MaxCompact = 1 + openpgp.MaxSignature + MaxText + 1024 + MaxProof

// Pack converts a file to the compact form. It checks the file's form, not
// its signature.
func Pack(file []byte) ([]byte, error) {
	document, err := parse(file)
	if err != nil {
		return nil, err
	}
	out := bytes.NewBuffer([]byte{compactVersion})
	out.Write(document.signature.Packet())
	deflate, err := flate.NewWriterDict(out, flate.BestCompression, dictionary1)
	if err != nil {
		return nil, BadCompact.Wrap(err, "cannot compress", "reason", "level")
	}
	if _, err := deflate.Write(document.text); err != nil {
		return nil, BadCompact.Wrap(err, "cannot compress", "reason", "write")
	}
	if err := deflate.Close(); err != nil {
		return nil, BadCompact.Wrap(err, "cannot compress", "reason", "close")
	}
	out.Write(document.proof)
	return out.Bytes(), nil
}

// Unpack converts the compact form to the file, which Open then judges. It
// inflates at most MaxText bytes.
func Unpack(compact []byte) ([]byte, error) {
	if len(compact) > MaxCompact {
		return nil, TooLarge.New("compact form over the limit", "limit", MaxCompact)
	}
	if len(compact) < 3 || compact[0] != compactVersion {
		return nil, BadCompact.New("not a compact document", "reason", "version")
	}
	packet, rest, ok := openpgp.CutSignature(compact[1:])
	if !ok {
		return nil, BadCompact.New("not a compact document", "reason", "signature")
	}
	signature, err := openpgp.ParseSignature(packet)
	if err != nil {
		return nil, err
	}
	text, proof, err := inflate(rest)
	if err != nil {
		return nil, err
	}
	if err := CheckText(text); err != nil {
		return nil, err
	}
	return (&Document{text: text, signature: signature, proof: proof}).Render(), nil
}

// inflate reads one DEFLATE stream and returns what follows it.
func inflate(data []byte) (text, rest []byte, err error) {
	source := bytes.NewReader(data) // an io.ByteReader: flate reads no byte too many
	text, err = io.ReadAll(io.LimitReader(flate.NewReaderDict(source, dictionary1), MaxText+1))
	if err != nil {
		return nil, nil, BadCompact.Wrap(err, "not a compact document", "reason", "compression")
	}
	if len(text) > MaxText {
		return nil, nil, TooLarge.New("text over the limit", "limit", MaxText)
	}
	rest = data[len(data)-source.Len():]
	if len(rest) > MaxProof {
		return nil, nil, TooLarge.New("proof over the limit", "limit", MaxProof)
	}
	return text, rest, nil
}
