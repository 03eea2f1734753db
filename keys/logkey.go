package keys

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
)

// LogKey signs the checkpoints of one log. Its name is the log's origin.
type LogKey struct {
	Origin   string
	Verifier string // as note.NewVerifier reads it
	secret   string // as note.NewSigner reads it
}

// NewLogKey makes a key for the log of this origin: a name without blanks
// and plus signs, such as "futura/licenses".
func NewLogKey(origin string, random io.Reader) (*LogKey, error) {
	if err := checkOrigin(origin); err != nil {
		return nil, err
	}
	secret, verifier, err := note.GenerateKey(random, origin)
	if err != nil {
		return nil, BadLogKey.Wrap(err, "key cannot be made", "reason", "generation")
	}
	return &LogKey{Origin: origin, Verifier: verifier, secret: secret}, nil
}

// checkOrigin accepts what may stand in a checkpoint, in a document and in a
// leaf: 1 to 40 characters, a name or names with slashes between them.
func checkOrigin(origin string) error {
	for name := range strings.SplitSeq(origin, "/") {
		if len(origin) > 40 || signedtext.CheckName("origin", name) != nil {
			return BadLogKey.New("an origin is names of a-z, 0-9 and hyphens with slashes between them", "reason", "origin")
		}
	}
	return nil
}

// Protect writes the key under a passphrase, as gpg --decrypt reads it.
func (k *LogKey) Protect(passphrase []byte, random io.Reader) ([]byte, error) {
	return openpgp.Protect([]byte(k.secret+"\n"+k.Verifier+"\n"), passphrase, random)
}

// OpenLogKey reads what Protect wrote.
func OpenLogKey(file, passphrase []byte) (*LogKey, error) {
	content, err := openpgp.Unprotect(file, passphrase)
	if err != nil {
		return nil, err
	}
	secret, rest, _ := strings.Cut(string(content), "\n")
	verifier, _, _ := strings.Cut(rest, "\n")
	key := &LogKey{Verifier: verifier, secret: secret}
	if err := key.check(); err != nil {
		return nil, err
	}
	return key, nil
}

// check makes sure that both halves belong together.
func (k *LogKey) check() error {
	signer, err := note.NewSigner(k.secret)
	if err != nil {
		return BadLogKey.New("not a log key", "reason", "secret")
	}
	verifier, err := parseVerifier(k.Verifier)
	if err != nil || verifier.Name() != signer.Name() {
		return BadLogKey.New("not a log key", "reason", "public half")
	}
	signature, err := signer.Sign([]byte(k.Verifier))
	if err != nil || !verifier.Verify([]byte(k.Verifier), signature) {
		return BadLogKey.New("not a log key", "reason", "halves")
	}
	k.Origin = signer.Name()
	return nil
}

// parseVerifier reads the public half of a log key in its one spelling:
// note.NewVerifier takes the hash in capitals too.
func parseVerifier(key string) (note.Verifier, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return nil, err
	}
	data, found := strings.CutPrefix(key, fmt.Sprintf("%s+%08x+", verifier.Name(), verifier.KeyHash()))
	raw, err := base64.StdEncoding.Strict().DecodeString(data)
	if !found || err != nil || base64.StdEncoding.EncodeToString(raw) != data {
		return nil, BadLogKey.New("not a log key", "reason", "spelling")
	}
	return verifier, checkOrigin(verifier.Name())
}

// ParseLog reads the public half of a log key, as a trust file names it.
func ParseLog(key string) (Log, error) {
	if strings.HasPrefix(key, "PRIVATE+KEY+") {
		return Log{}, openpgp.SecretInPublic.New("the secret of a log key where its public half is expected")
	}
	verifier, err := parseVerifier(key)
	if err != nil {
		return Log{}, BadLogKey.Wrap(err, "not the public half of a log key", "reason", "public half")
	}
	return Log{Origin: verifier.Name(), Key: signedtext.Long(key)}, nil
}

// Signer returns the key as a signer of notes.
func (k *LogKey) Signer() (note.Signer, error) { return note.NewSigner(k.secret) }
