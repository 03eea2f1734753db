package proof

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

// Leaf is one entry of the log: a document that the desk signed. It is a
// function of the document and its signature alone, so a verifier builds it
// from what it holds and never reads it from a proof.
type Leaf struct {
	Kind      string              // of the document
	Name      string              // serial of a license, product of a profile, origin for the first entry
	Document  signedtext.Digest   // of the text
	Signature signedtext.Digest   // SHA-256 of the signature packet; no outsider can guess it
	Signer    openpgp.Fingerprint // the key that signed
	Time      time.Time           // the document's own date
}

// NewLeaf returns the leaf of a document.
func NewLeaf(kind, name string, issued time.Time, document *signedtext.Document) Leaf {
	return Leaf{
		Kind: kind, Name: name, Time: issued.UTC(), Signer: document.Signer(),
		Document: document.Digest(), Signature: signedtext.DigestOf(document.Signature()),
	}
}

const leafTime = "2006-01-02T15:04:05Z"

// Marshal writes the seven lines of the leaf; see the package comment.
func (l Leaf) Marshal() []byte {
	return fmt.Appendf(nil, "futura-log v1\nkind %s\nname %s\ndocument %s\nsignature %s\nsigner %s\ntime %s\n",
		l.Kind, l.Name, l.Document, l.Signature, l.Signer, l.Time.Format(leafTime))
}

// leafLines are the beginnings of a leaf's lines.
var leafLines = [...]string{"futura-log v1", "kind futura-", "name ", "document ", "signature ", "signer ", "time "}

// ParseLeaf reads what Marshal writes, and nothing else.
func ParseLeaf(data []byte) (Leaf, error) {
	lines := strings.Split(string(data[:min(len(data), maxLeaf+1)]), "\n")
	if len(data) > maxLeaf || len(lines) != len(leafLines)+1 {
		return Leaf{}, badLeaf("form")
	}
	for i, begins := range leafLines {
		rest, found := strings.CutPrefix(lines[i], begins)
		if !found {
			return Leaf{}, badLeaf("form")
		}
		lines[i] = rest
	}
	kind, name := lines[1], lines[2]
	if !signedtext.MadeOf(kind, signedtext.SmallLetters, maxKind) || !signedtext.MadeOf(name, signedtext.Letters+signedtext.Digits+"/-", maxName) {
		return Leaf{}, badLeaf("form")
	}
	leaf := Leaf{Kind: "futura-" + kind, Name: name}
	if leaf.Document.UnmarshalText([]byte(lines[3])) != nil || leaf.Signature.UnmarshalText([]byte(lines[4])) != nil ||
		leaf.Signer.UnmarshalText([]byte(lines[5])) != nil {
		return Leaf{}, badLeaf("digest")
	}
	var err error
	if leaf.Time, err = time.Parse(leafTime, lines[6]); err != nil {
		return Leaf{}, badLeaf("time")
	}
	if !bytes.Equal(leaf.Marshal(), data) {
		return Leaf{}, badLeaf("form")
	}
	return leaf, nil
}

// Limits of a leaf, in bytes: a longer one has another form.
const (
	maxKind = 20
	maxName = 40
	maxLeaf = 400
)

func badLeaf(reason string) error { return Malformed.New("not a leaf", "reason", reason) }
