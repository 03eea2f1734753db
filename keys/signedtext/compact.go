package signedtext

import (
	"bytes"
	"compress/flate"
	"io"

	"github.com/futura/airlicense/keys/openpgp"
)

// compactVersion is the first byte of the compact form. It names the preset
// dictionary too, so a new dictionary means a new version.
const compactVersion = 2

// MaxCompact bounds the compact form, in bytes. DEFLATE of a canonical text
// never grows beyond the text and a few bytes.
const MaxCompact = 1 + openpgp.MaxSignature + MaxText + 1024 + MaxProof

// maxStream bounds what a compact form inflates to: packing makes no text
// longer.
const maxStream = openpgp.MaxSignature + MaxText + MaxProof + 64

// deflater compresses one thing after another.
type deflater struct {
	out    bytes.Buffer
	writer *flate.Writer
}

func newDeflater() *deflater {
	made := &deflater{}
	made.writer, _ = flate.NewWriterDict(&made.out, flate.BestCompression, []byte(dictionary2)) // fails for levels that there are not
	return made
}

// deflate returns compressed data, which is good until the next call. Writes
// into memory do not fail.
func (d *deflater) deflate(data []byte) []byte {
	d.out.Reset()
	d.writer.Reset(&d.out)
	_, _ = d.writer.Write(data)
	_ = d.writer.Close()
	return d.out.Bytes()
}

func (d *deflater) size(data []byte) int { return len(d.deflate(data)) }

// Pack converts a file to the compact form. It checks the file's form, not
// its signature.
func Pack(file []byte) ([]byte, error) {
	document, err := parse(file)
	if err != nil {
		return nil, err
	}
	packed := packer{deflate: newDeflater()}
	packed.stream.Write(document.signature.Packet())
	packed.document(document.text)
	packed.proof(document.proof)
	out := append([]byte{compactVersion}, packed.deflate.deflate(packed.stream.Bytes())...)
	return append(out, packed.apart.Bytes()...), nil
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
	stream, apart, err := inflate(compact[1:])
	if err != nil {
		return nil, err
	}
	packet, stream, ok := openpgp.CutSignature(stream)
	if !ok {
		return nil, BadCompact.New("not a compact document", "reason", "signature")
	}
	signature, err := openpgp.ParseSignature(packet)
	if err != nil {
		return nil, err
	}
	text, proof, err := unpack(stream, apart)
	if err != nil {
		return nil, err
	}
	if err := CheckText(text); err != nil {
		return nil, err
	}
	return (&Document{text: text, signature: signature, proof: proof}).Render(), nil
}

// inflate reads one DEFLATE stream and returns what follows it.
func inflate(data []byte) (stream, rest []byte, err error) {
	source := bytes.NewReader(data) // an io.ByteReader: flate reads no byte too many
	stream, err = io.ReadAll(io.LimitReader(flate.NewReaderDict(source, []byte(dictionary2)), maxStream+1))
	if err != nil {
		return nil, nil, BadCompact.Wrap(err, "not a compact document", "reason", "compression")
	}
	if len(stream) > maxStream {
		return nil, nil, TooLarge.New("text over the limit", "limit", MaxText)
	}
	return stream, data[len(data)-source.Len():], nil
}

// unpack returns the text and the proof of a packed document, and accepts
// only what uses all bytes apart.
func unpack(stream, apart []byte) (text, proof []byte, err error) {
	document := unpacker{base: documentBase, marks: documentMarks, apart: apart, limit: MaxText}
	packedProof, err := document.unpack(stream)
	if err != nil {
		return nil, nil, err
	}
	note := unpacker{base: noteBase, marks: noteMarks, apart: document.apart, limit: MaxProof}
	rest, err := note.unpack(packedProof)
	if err != nil {
		return nil, nil, err
	}
	if rest != nil || len(note.apart) > 0 || packedProof != nil && len(note.out) == 0 {
		return nil, nil, BadCompact.New("not a compact document", "reason", "rest")
	}
	return document.out, note.out, nil
}
