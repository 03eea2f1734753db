//go:build unix

// The pinentry of these tests is a shell script.

package gpgsigner

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/keys/signedtext"
)

var (
	born = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	text = []byte("kind = \"example\"\n\nname = \"Posto São João\"\nformat = 1")
)

// keyring sets GNUPGHOME to an empty one, and returns the file that its
// pinentry answers with.
func keyring(t *testing.T) (answer string) {
	t.Helper()
	peertest.Program(t, "gpg", "gnupg")
	folder, remove, err := peertest.Keyring()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(remove)
	t.Setenv("GNUPGHOME", folder)
	return filepath.Join(folder, "answer")
}

func write(t *testing.T, path string, mode os.FileMode, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func imported(t *testing.T, secret *openpgp.Secret) {
	t.Helper()
	file, err := secret.Armor([]byte("geheim"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command("gpg", "--batch", "--quiet", "--import")
	command.Stdin = bytes.NewReader(file)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

func issuer(t *testing.T) (root, signer *openpgp.Secret) {
	t.Helper()
	root, err := openpgp.Generate("Futura", born, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err = root.AddSigner(root.Certificate(), born, 10000*24*time.Hour, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return root, signer
}

// A signer file of ours, imported into gpg, signs there.
func TestGPGSignsWithAnImportedSigner(t *testing.T) {
	answer := keyring(t)
	root, signer := issuer(t)
	outside := Open(signer.Fingerprint(), signer.Certificate())
	if _, err := outside.Secrets(); !errors.Is(err, NoSecret) {
		t.Errorf("an empty keyring: %v", err)
	}
	imported(t, signer)
	if held, err := outside.Secrets(); err != nil || len(held) != 1 || held[0] != signer.Fingerprint() {
		t.Errorf("gpg holds %v, %v", held, err)
	}
	write(t, answer, 0o600, "geheim")
	at := born.Add(100 * 24 * time.Hour)
	document, err := signedtext.Seal(text, outside, at)
	if err != nil {
		t.Fatal(err)
	}
	if document.Signer() != signer.Fingerprint() || !document.Signed().Equal(at) {
		t.Errorf("signed by %s at %s", document.Signer(), document.Signed())
	}
	if _, err := signedtext.Open(document.Render(), signer.Certificate()); err != nil {
		t.Error(err)
	}
	imported(t, root)
	if held, err := outside.Secrets(); err != nil || len(held) != 2 {
		t.Errorf("with the root gpg holds %v, %v", held, err)
	}
}

func TestNothingIsHalfSigned(t *testing.T) {
	answer := keyring(t)
	_, signer := issuer(t)
	imported(t, signer)
	outside := Open(signer.Fingerprint(), signer.Certificate())
	refused := func(name string, at time.Time) {
		t.Helper()
		if packet, err := outside.Sign(text, at); !errors.Is(err, Refused) || packet != nil {
			t.Errorf("%s: %d bytes, %v", name, len(packet), err)
		}
	}
	refused("cancelled", born.Add(time.Hour))
	write(t, answer, 0o600, "wrong")
	refused("wrong passphrase", born.Add(time.Hour))
	write(t, answer, 0o600, "geheim")
	refused("before the key was made", born.Add(-time.Hour))
	refused("after it expired", born.Add(20000*24*time.Hour))
	if err := os.Remove(filepath.Join(os.Getenv("GNUPGHOME"), "pinentry")); err != nil {
		t.Fatal(err)
	}
	refused("no pinentry", born.Add(time.Hour))
	_, other := issuer(t)
	if _, err := Open(signer.Fingerprint(), other.Certificate()).Sign(text, born.Add(time.Hour)); !errors.Is(err, Refused) {
		t.Errorf("a certificate without the signer: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := outside.Sign(text, born.Add(time.Hour)); !errors.Is(err, NotInstalled) {
		t.Errorf("without gpg: %v", err)
	}
	if _, err := outside.Secrets(); !errors.Is(err, NotInstalled) {
		t.Errorf("without gpg: %v", err)
	}
}

func TestListingTellsSecretsFromStubs(t *testing.T) {
	const primary, subkey = "AE2F4779B939852CEDF7E53AC90588D790ECAB4F", "3C5893BCE41687481C811089FC259E766BF19BB8"
	for name, test := range map[string]struct {
		first, second string
		want          int
	}{"both": {"+", "+", 2}, "offline root": {"#", "+", 1}, "card": {"#", "D2760001240102010006", 1}, "none": {"#", "#", 0}} {
		listing := "sec:u:255:22:C90588D790ECAB4F:1:::u:::scSC:::" + test.first + "::ed25519:::0:\nfpr:::::::::" + primary + ":\ngrp:::::::::00:\nuid:u::::1::00::Futura::::::::::0:\n" +
			"ssb:u:255:22:FC259E766BF19BB8:1::::::s:::" + test.second + "::ed25519::\nfpr:::::::::" + subkey + ":\n"
		if held := parseListing(listing); len(held) != test.want {
			t.Errorf("%s: %v", name, held)
		}
	}
	if held := parseListing("sec\nfpr:::\nsec:::::::::::::::\nfpr:::::::::word:\n"); len(held) != 0 {
		t.Errorf("nonsense: %v", held)
	}
}

// A signer that gpg exports is a signer file for us, protected well enough.
func TestGPGExportsASignerFile(t *testing.T) {
	answer := keyring(t)
	_, signer := issuer(t)
	imported(t, signer)
	write(t, answer, 0o600, "geheim")
	exported, err := exec.Command("gpg", "--batch", "--armor", "--export-secret-subkeys", signer.Fingerprint().String()+"!").Output()
	if err != nil {
		t.Fatal(err)
	}
	read, err := openpgp.ReadSecret(exported)
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Protection(); err != nil {
		t.Error(err)
	}
	if err := read.Unlock([]byte("geheim")); err != nil || read.Fingerprint() != signer.Fingerprint() {
		t.Errorf("%s, %v", read.Fingerprint(), err)
	}
	if openpgp.HoldsPrimarySecret(exported) {
		t.Error("the root's secret is said to be there")
	}
}
