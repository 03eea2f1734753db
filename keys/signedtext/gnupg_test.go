package signedtext_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/keys/signedtext"
)

// A customer may bring a key that gpg made: its certificate is read, and what
// gpg signs with it is opened as it stands. Weak keys are refused when they
// are read.
func TestKeysThatGPGMakes(t *testing.T) {
	program := peertest.Program(t, "gpg", "gnupg")
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o700); err != nil { // gpg would warn among what it exports
		t.Fatal(err)
	}
	home := []string{"GNUPGHOME=" + folder}
	t.Cleanup(func() { peertest.Run(t, folder, home, "gpgconf", "--kill", "all") })
	text := append(marshal(t, full()), '\n')
	if err := os.WriteFile(filepath.Join(folder, "text"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(arguments string) []byte {
		status, output := peertest.Run(t, folder, home, program, strings.Fields("--batch --quiet --no-auto-check-trustdb --pinentry-mode loopback --passphrase= "+arguments)...)
		if status != 0 {
			t.Fatalf("gpg %s: exit %d\n%s", arguments, status, output)
		}
		return []byte(output)
	}
	for algorithm, usage := range map[string]string{"rsa3072": "default", "rsa4096": "default", "ed25519": "sign", "nistp256": "sign", "nistp384": "sign"} {
		run("--quick-generate-key " + algorithm + " " + algorithm + " " + usage + " 2y")
		certificate, err := openpgp.ReadCertificate(run("--armor --export " + algorithm))
		if err != nil {
			t.Errorf("%s: %v", algorithm, err)
			continue
		}
		bare, err := openpgp.ReadPackets(certificate.Bytes())
		if err != nil || bare.Fingerprint() != certificate.Fingerprint() {
			t.Errorf("%s: read again: %v", algorithm, err)
		}
		run("--local-user " + algorithm + " --output " + algorithm + ".asc --clearsign text")
		file, err := os.ReadFile(filepath.Join(folder, algorithm+".asc"))
		if err != nil {
			t.Fatal(err)
		}
		document, err := signedtext.Open(file, certificate)
		if err != nil || !bytes.Equal(append(document.Text(), '\n'), text) {
			t.Errorf("%s: what gpg signed: %v", algorithm, err)
		}
	}
	for _, algorithm := range []string{"rsa2048", "dsa3072", "brainpoolP256r1", "secp256k1"} {
		run("--quick-generate-key " + algorithm + " " + algorithm + " sign 2y")
		if _, err := openpgp.ReadCertificate(run("--armor --export " + algorithm)); !errors.Is(err, openpgp.WeakKey) {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
	run("--passphrase=senha --quick-generate-key protected ed25519 sign 2y")
	secret, err := openpgp.ReadSecret(run("--passphrase=senha --armor --export-secret-keys protected"))
	if err != nil || !secret.Locked() {
		t.Fatalf("a secret under gpg's protection: %v", err)
	}
	if err := secret.Unlock([]byte("senha")); err != nil {
		t.Error(err)
	}
	if _, err := secret.Sign([]byte("x"), secret.Certificate().Created()); err != nil {
		t.Error(err)
	}
}
