// Package gpgsigner signs with a secret that gpg holds: in the files of its
// agent, or on a card. The secret never enters this process; the agent asks
// for passphrase or PIN through its pinentry.
//
// gpg is started without a shell, without its gpg.conf, and with the whole
// fingerprint of one key. It makes a detached text signature (type 0x01),
// which is over the same bytes as that of a clear-signed message: lines that
// end with CR LF, nothing behind the last one. What it makes counts only once
// the strict reader has accepted it and it verifies with the certificate.
package gpgsigner

import (
	"bytes"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
)

// Codes of this package's errors.
const (
	NotInstalled = fault.Code("FL-221") // gpg is not there
	NoSecret     = fault.Code("FL-222") // gpg does not hold the secret
	Refused      = fault.Code("FL-223") // gpg made no signature, or one that is not accepted
)

// Signer signs with one key. It implements signedtext.Signer.
type Signer struct {
	key         openpgp.Fingerprint
	certificate *openpgp.Certificate
}

// Open returns a signer for a key of the certificate. Nothing is started yet.
func Open(key openpgp.Fingerprint, certificate *openpgp.Certificate) ui.External {
	return &Signer{key: key, certificate: certificate}
}

// Fingerprint returns the key's fingerprint.
func (s *Signer) Fingerprint() openpgp.Fingerprint { return s.key }

// Certificate returns the certificate that signatures are verified with.
func (s *Signer) Certificate() *openpgp.Certificate { return s.certificate }

// Secrets lists the keys of the certificate whose secrets gpg can use. It
// asks for no passphrase. Without the signer's own it is an error.
func (s *Signer) Secrets() ([]openpgp.Fingerprint, error) {
	listing, _, err := run(nil, "--with-colons", "--fingerprint", "--fingerprint", "--list-secret-keys", "--", s.key.String())
	if errors.Is(err, NotInstalled) {
		return nil, err
	}
	held := parseListing(string(listing))
	if !slices.Contains(held, s.key) {
		return nil, NoSecret.New("gpg does not hold the secret", "key", s.key)
	}
	return held, nil
}

// parseListing reads gpg's colon listing (GnuPG doc/DETAILS): a line sec or
// ssb, field 15 being "#" where the secret is not there, then its line fpr.
func parseListing(listing string) (held []openpgp.Fingerprint) {
	there := false
	for line := range strings.Lines(listing) {
		fields := strings.Split(strings.TrimRight(line, "\r\n"), ":")
		switch {
		case (fields[0] == "sec" || fields[0] == "ssb") && len(fields) > 14:
			there = fields[14] != "#"
		case fields[0] == "fpr" && len(fields) > 9 && there:
			if fingerprint, err := openpgp.ParseFingerprint(fields[9]); err == nil {
				held = append(held, fingerprint)
			}
			there = false
		}
	}
	return held
}

// Sign lets gpg sign the text, which is in canonical form, as of the given
// time to the second, and verifies what it made.
func (s *Signer) Sign(text []byte, at time.Time) ([]byte, error) {
	packet, said, err := run(text, "--faked-system-time", at.UTC().Format("20060102T150405")+"!",
		"--digest-algo", "SHA512", "--disable-signer-uid", "--textmode", "--local-user", s.key.String()+"!", "--output", "-", "--detach-sign")
	if errors.Is(err, NotInstalled) {
		return nil, err
	}
	if err != nil {
		return nil, Refused.Wrap(err, "gpg made no signature", "key", s.key, "reason", lastWords(said))
	}
	if err := s.check(text, packet, at); err != nil {
		return nil, Refused.Wrap(err, "gpg made a signature that is not accepted", "key", s.key, "reason", "unacceptable signature")
	}
	return packet, nil
}

func (s *Signer) check(text, packet []byte, at time.Time) error {
	signature, err := openpgp.ParseSignature(packet)
	if err != nil {
		return err
	}
	if signature.Issuer != s.key || !signature.Created.Equal(at.Truncate(time.Second)) {
		return openpgp.Mismatch.New("another key or another time", "key", signature.Issuer)
	}
	return s.certificate.Verify(text, signature)
}

// run starts gpg. It reads no gpg.conf, whose options could change what is
// signed, and asks nothing on a terminal; the agent's pinentry may.
func run(input []byte, arguments ...string) (output []byte, said string, err error) {
	path, err := exec.LookPath("gpg")
	if err != nil {
		return nil, "", NotInstalled.Wrap(err, "gpg is not installed")
	}
	fixed := []string{"--no-options", "--batch", "--no-tty", "--no-auto-check-trustdb", "--status-fd", "2"}
	command := exec.Command(path, append(fixed, arguments...)...)
	var out, words bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(input), &out, &words
	err = command.Run()
	return out.Bytes(), words.String(), err
}

// lastWords returns the last sentence that gpg wrote for people.
func lastWords(said string) string {
	words := "no words"
	for line := range strings.Lines(said) {
		if sentence, found := strings.CutPrefix(strings.TrimSpace(line), "gpg: "); found {
			words = sentence
		}
	}
	return words
}
