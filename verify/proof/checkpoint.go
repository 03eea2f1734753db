package proof

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/futura/airlicense/keys/signedtext"
)

// Checkpoint is the head of a log: all its entries in one hash.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   signedtext.Digest
}

// MaxCheckpoint bounds a signed checkpoint, in bytes.
const MaxCheckpoint = 4 << 10

// Marshal writes the text of the note (C2SP tlog-checkpoint, without
// extension lines).
func (c Checkpoint) Marshal() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// ParseCheckpoint reads what Marshal writes, and nothing else.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] == "" {
		return Checkpoint{}, BadCheckpoint.New("not a checkpoint", "reason", "lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 {
		return Checkpoint{}, BadCheckpoint.New("not a checkpoint", "reason", "size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, BadCheckpoint.New("not a checkpoint", "reason", "root")
	}
	checkpoint := Checkpoint{Origin: lines[0], Size: size, Root: signedtext.Digest(root)}
	if checkpoint.Marshal() != text {
		return Checkpoint{}, BadCheckpoint.New("not a checkpoint", "reason", "spelling")
	}
	return checkpoint, nil
}

// Sign writes the checkpoint as a signed note.
func (c Checkpoint) Sign(signer note.Signer) ([]byte, error) {
	if signer.Name() != c.Origin {
		return nil, BadCheckpoint.New("the key is another log's", "reason", "origin")
	}
	signed, err := note.Sign(&note.Note{Text: c.Marshal()}, signer)
	if err != nil {
		return nil, BadCheckpoint.Wrap(err, "cannot be signed", "reason", "signature")
	}
	return signed, nil
}

// OpenCheckpoint reads a signed checkpoint. It has exactly one signature, by
// that of the given keys which belongs to its own origin.
func OpenCheckpoint(signed []byte, keys []string) (Checkpoint, error) {
	if len(signed) > MaxCheckpoint {
		return Checkpoint{}, BadCheckpoint.New("not a checkpoint", "reason", "size")
	}
	var known []note.Verifier
	for _, key := range keys {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return Checkpoint{}, BadCheckpoint.Wrap(err, "a log key cannot be read", "reason", "key")
		}
		known = append(known, verifier)
	}
	opened, err := note.Open(signed, note.VerifierList(known...))
	if err != nil {
		return Checkpoint{}, BadCheckpoint.New("not signed by a known log", "reason", "signature")
	}
	checkpoint, err := ParseCheckpoint(opened.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	isItsOwn := len(opened.Sigs) == 1 && len(opened.UnverifiedSigs) == 0 && opened.Sigs[0].Name == checkpoint.Origin
	if !isItsOwn || !isCanonical(opened, signed) {
		return Checkpoint{}, BadCheckpoint.New("not signed by its own log alone", "reason", "signature")
	}
	return checkpoint, nil
}

// isCanonical compares with the one spelling of the note: note.Open drops
// repeated signatures and accepts loose base64.
func isCanonical(opened *note.Note, signed []byte) bool {
	signature := opened.Sigs[0]
	raw, err := base64.StdEncoding.Strict().DecodeString(signature.Base64)
	if err != nil || base64.StdEncoding.EncodeToString(raw) != signature.Base64 {
		return false
	}
	return fmt.Sprintf("%s\n\u2014 %s %s\n", opened.Text, signature.Name, signature.Base64) == string(signed)
}
