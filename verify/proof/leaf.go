package proof

import (
	"fmt"
	"regexp"
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

var leafForm = regexp.MustCompile(`^futura-log v1\nkind (futura-[a-z]{1,20})\nname ([A-Za-z0-9/-]{1,40})\n` +
	`document ([A-Za-z0-9_-]{43})\nsignature ([A-Za-z0-9_-]{43})\nsigner ([0-9A-F]{40})\ntime ([0-9TZ:-]{20})\n$`)

// ParseLeaf reads what Marshal writes, and nothing else.
func ParseLeaf(data []byte) (Leaf, error) {
	found := leafForm.FindSubmatch(data)
	if found == nil {
		return Leaf{}, Malformed.New("not a leaf", "reason", "form")
	}
	leaf := Leaf{Kind: string(found[1]), Name: string(found[2])}
	if leaf.Document.UnmarshalText(found[3]) != nil || leaf.Signature.UnmarshalText(found[4]) != nil ||
		leaf.Signer.UnmarshalText(found[5]) != nil {
		return Leaf{}, Malformed.New("not a leaf", "reason", "digest")
	}
	var err error
	if leaf.Time, err = time.Parse(leafTime, string(found[6])); err != nil {
		return Leaf{}, Malformed.New("not a leaf", "reason", "time")
	}
	return leaf, nil
}
