// Package proof reads and writes what proves that a document was logged: the
// leaf, the checkpoint and the proof. docs/proof.md is the specification.
//
// A leaf is seven lines:
//
//	futura-log v1
//	kind futura-license
//	name L-2026-000001
//	document <43 characters of base64url: SHA-256 of the text>
//	signature <43 characters: SHA-256 of the signature packet>
//	signer <40 hexadecimal digits>
//	time 2026-11-21T10:00:00Z
//
// The log is a Merkle tree of leaves (RFC 6962), its head a C2SP
// tlog-checkpoint signed as a C2SP note. A proof is C2SP tlog-proof@v1,
// without its optional extra line:
//
//	c2sp.org/tlog-proof@v1
//	index 4
//	<44 characters of base64 for each hash on the path>
//
//	<the signed checkpoint>
//
// Everything has one spelling. A signature line by a key that is not known
// is refused: it would be room for bytes that nobody signed.
package proof

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/signedtext"
)

// Codes of this package's errors.
const (
	Malformed     = fault.Code("FL-502") // a proof or leaf in another spelling
	BadCheckpoint = fault.Code("FL-503") // a checkpoint that no known log signed
	NotIncluded   = fault.Code("FL-504") // the proof is not this document's
)

// Proof shows that the entry with this index is in the log of the
// checkpoint.
type Proof struct {
	Index      int64
	Path       tlog.RecordProof
	Checkpoint []byte // signed
}

const head = "c2sp.org/tlog-proof@v1\nindex "

// MaxPath bounds the path, in hashes: a tree of 2^63 entries has no longer one.
const MaxPath = 63

// Marshal writes the proof.
func (p *Proof) Marshal() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s%d\n", head, p.Index)
	for _, hash := range p.Path {
		out.WriteString(base64.StdEncoding.EncodeToString(hash[:]) + "\n")
	}
	out.WriteByte('\n')
	out.Write(p.Checkpoint)
	return out.Bytes()
}

// Parse reads what Marshal writes, and nothing else.
func Parse(data []byte) (*Proof, error) {
	if len(data) > signedtext.MaxProof {
		return nil, malformed("size")
	}
	rest, found := strings.CutPrefix(string(data), head)
	path, checkpoint, separated := strings.Cut(rest, "\n\n")
	if !found || !separated {
		return nil, malformed("form")
	}
	lines := strings.Split(path, "\n")
	index, err := strconv.ParseInt(lines[0], 10, 64)
	if err != nil || index < 0 || len(lines) > 1+MaxPath {
		return nil, malformed("index")
	}
	proof := &Proof{Index: index, Checkpoint: []byte(checkpoint)}
	for _, line := range lines[1:] {
		hash, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return nil, malformed("hash")
		}
		proof.Path = append(proof.Path, tlog.Hash(hash))
	}
	if !bytes.Equal(proof.Marshal(), data) {
		return nil, malformed("spelling")
	}
	return proof, nil
}

func malformed(reason string) error {
	return Malformed.New("not a proof", "reason", reason)
}

// Verify accepts the proof for this leaf under a checkpoint that one of the
// keys signed, and returns that checkpoint.
func (p *Proof) Verify(leaf Leaf, keys []string) (Checkpoint, error) {
	checkpoint, err := OpenCheckpoint(p.Checkpoint, keys)
	if err != nil {
		return Checkpoint{}, err
	}
	if p.Index >= checkpoint.Size {
		return Checkpoint{}, NotIncluded.New("the entry is beyond the log", "reason", "index")
	}
	hash := tlog.RecordHash(leaf.Marshal())
	if tlog.CheckRecord(p.Path, checkpoint.Size, tlog.Hash(checkpoint.Root), p.Index, hash) != nil {
		return Checkpoint{}, NotIncluded.New("the proof belongs to another document", "reason", "path")
	}
	return checkpoint, nil
}
