package parts

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"

	"github.com/futura/airlicense/keys/signedtext"
)

// Split puts a file into parts with at most size bytes of data, MinData to
// MaxData; the parity part, if there is one, comes last. The file must be a
// well-formed signed document of a kind that has a letter; its signature is
// not verified.
//
// There is no parity part where a document has one part, or two of Dense and
// more: who wants few codes would get half as many again.
func Split(file []byte, size int) ([]Part, error) {
	if size < MinData || size > MaxData {
		return nil, Absurd.New("a size that no part has", "reason", "length")
	}
	compact, err := signedtext.Pack(file)
	if err != nil {
		return nil, err
	}
	_, name, err := unpack(compact)
	if err != nil {
		return nil, err
	}
	if name.letter() == "" {
		return nil, OtherFormat.New("a document of a kind that does not travel in parts", "format", name.Kind)
	}
	content := append([]byte{byte(len(compact) >> 16), byte(len(compact) >> 8), byte(len(compact))}, compact...)
	total := (len(content) + size - 1) / size
	if total > MaxParts {
		return nil, Absurd.New("too many parts of that size", "reason", "numbers")
	}
	list := cut(name, content, total)
	if total == 1 || total == 2 && size >= Dense {
		return list, nil
	}
	return append(list, Part{Name: name, Index: Parity, Total: total, Data: xor(list)}), nil
}

// cut makes pieces of one length, so that all codes look alike.
func cut(name Name, content []byte, total int) []Part {
	length := (len(content) + total - 1) / total
	content = append(content, make([]byte, total*length-len(content))...)
	var list []Part
	for index := 1; index <= total; index++ {
		list = append(list, Part{Name: name, Index: index, Total: total, Data: content[(index-1)*length : index*length]})
	}
	return list
}

func xor(list []Part) []byte {
	sum := make([]byte, len(list[0].Data))
	for _, part := range list {
		subtle.XORBytes(sum, sum, part.Data)
	}
	return sum
}

// unpack returns the file of a compact form, and its name.
func unpack(compact []byte) ([]byte, Name, error) {
	file, err := signedtext.Unpack(compact)
	if err != nil {
		return nil, Name{}, err
	}
	_, err = signedtext.Open(file, nil)
	var unverified *signedtext.UnverifiedError
	if !errors.As(err, &unverified) {
		return nil, Name{}, err
	}
	kind, _, _ := signedtext.Kind(unverified.Text)
	digest := sha256.Sum256(file)
	return file, Name{Kind: kind, ID: encoding.EncodeToString(digest[:idSize])}, nil
}

// join is the inverse of Split: it takes the pieces in their order, all of
// one length, and accepts only what Split makes of the document but for the
// compression.
func join(name Name, pieces [][]byte) ([]byte, error) {
	var content []byte
	for _, piece := range pieces {
		content = append(content, piece...)
	}
	broken := Inconsistent.New("the parts do not make the document", "document", name.Kind, "id", name.Short())
	if len(content) < lengthSize {
		return nil, broken
	}
	length := int(content[0])<<16 | int(content[1])<<8 | int(content[2])
	end := lengthSize + length
	if end > len(content) || len(content)-end >= len(pieces) || !isZero(content[end:]) {
		return nil, broken
	}
	file, found, err := unpack(content[lengthSize:end])
	if err != nil {
		broken.Err = err
		return nil, broken
	}
	if found != name {
		return nil, broken
	}
	return file, nil
}

func isZero(data []byte) bool {
	for _, octet := range data {
		if octet != 0 {
			return false
		}
	}
	return true
}
