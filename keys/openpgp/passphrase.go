package openpgp

import (
	"bytes"
	"errors"
	"io"
	"time"

	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// Limits on a message under a passphrase, in bytes: its content, which is
// meant for a key of one line, and its file, which is read before anything
// is decoded.
const (
	MaxProtected     = 4 << 10
	MaxProtectedFile = 4 * MaxProtected
)

// Protect encrypts a small secret under a passphrase as an armored message
// that `gpg --decrypt` opens.
func Protect(secret, passphrase []byte, random io.Reader) ([]byte, error) {
	if len(passphrase) == 0 {
		return nil, Unprotected.New("a passphrase is required")
	}
	config := policy(time.Time{})
	config.Rand = random
	var raw bytes.Buffer
	plain, err := pgp.SymmetricallyEncrypt(&raw, passphrase, nil, config)
	if err != nil {
		return nil, notSecret("encryption", err)
	}
	if _, err := plain.Write(secret); err != nil {
		return nil, notSecret("encryption", err)
	}
	if err := plain.Close(); err != nil {
		return nil, notSecret("encryption", err)
	}
	return Armor(MessageBlock, raw.Bytes()), nil
}

// Unprotect opens what Protect made. Everything but a message under this
// passphrase, unchanged, gets an error and no content; so does one whose
// passphrase is not stretched enough.
func Unprotect(file, passphrase []byte) ([]byte, error) {
	if len(file) > MaxProtectedFile {
		return nil, notSecret("too large", nil)
	}
	raw, block, err := unarmor(file)
	if err != nil || block != MessageBlock {
		return nil, notSecret("armor", err)
	}
	if len(passphrase) == 0 {
		return nil, Locked.New("the secret needs its passphrase")
	}
	if err := messageProtection(raw); err != nil {
		return nil, err
	}
	asked := false
	prompt := func([]pgp.Key, bool) ([]byte, error) {
		if asked { // go-crypto asks again after a wrong answer
			return nil, errors.New("wrong passphrase")
		}
		asked = true
		return passphrase, nil
	}
	config := policy(time.Time{})
	config.MaxDecompressedMessageSize = new(int64)
	*config.MaxDecompressedMessageSize = MaxProtected
	message, err := pgp.ReadMessage(bytes.NewReader(raw), nil, prompt, config)
	if err != nil {
		return nil, unprotectError(asked, err)
	}
	secret, err := io.ReadAll(io.LimitReader(message.UnverifiedBody, MaxProtected))
	if err != nil {
		return nil, unprotectError(asked, err)
	}
	return secret, nil
}

// unprotectError tells a wrong passphrase from a file of another kind.
func unprotectError(asked bool, cause error) error {
	if asked {
		return WrongPass.New("the passphrase does not open the secret")
	}
	return notSecret("message", cause)
}
