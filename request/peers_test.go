package request_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
)

// textWith is a request that names any certificate, good or not.
func textWith(t testing.TB, fingerprint string, certificate []byte) []byte {
	t.Helper()
	asked := asked()
	asked.Kind, asked.Format, asked.Key.Certificate = request.Kind, 1, certificate
	raw, err := hex.DecodeString(fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	asked.Key.Fingerprint = openpgp.Fingerprint(raw)
	text, err := signedtext.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// signed makes a request that gpg signs with the key of a user ID, after the
// steps that change the key.
func signed(t testing.TB, gpg *peertest.GnuPG, userID, key string, options ...string) []byte {
	t.Helper()
	return gpg.ClearSign(key, textWith(t, gpg.Fingerprint(userID), gpg.Certificate(userID)), options...)
}

// Requests signed with what gpg makes of its own accord and for the options
// that people use are read as they are.
func TestRequestsOfGnuPGAreRead(t *testing.T) {
	gpg := peertest.NewGnuPG(t)
	for _, algorithm := range []string{"rsa3072", "ed25519", "nistp256", "nistp384"} {
		gpg.Generate(algorithm, algorithm, "default", "never")
	}
	gpg.Generate("default <posto@example.org>", "default", "default", "2y")
	gpg.Generate("with all", "ed25519", "cert", "never")
	key := gpg.Fingerprint("with all")
	gpg.Run("--quick-add-key", key, "cv25519", "encr", "never")
	gpg.Run("--quick-add-key", key, "ed25519", "auth", "never")
	gpg.Run("--quick-add-key", key, "nistp256/ecdsa", "sign", "1y")
	gpg.Run("--quick-add-uid", "with all", "second name <second@example.org>")
	gpg.Run("--local-user", "=rsa3072", "--quick-sign-key", key)
	for _, test := range []struct {
		userID  string
		options []string
	}{
		{"rsa3072", nil}, {"ed25519", nil}, {"nistp256", nil}, {"nistp384", nil}, {"default <posto@example.org>", nil}, {"with all", nil},
		{"rsa3072", []string{"--digest-algo", "SHA256"}},
		{"ed25519", []string{"--digest-algo", "SHA384"}},
		{"ed25519", []string{"--sig-policy-url", "https://example.org/" + strings.Repeat("policy/", 30)}},
		{"ed25519", []string{"--sig-notation", "note@example.org=" + strings.Repeat("x", 300), "--sig-notation", "two@example.org=2"}},
		{"ed25519", []string{"--sig-keyserver-url", "hkps://keys.example.org"}},
		{"default <posto@example.org>", []string{"--sender", "posto@example.org"}},
	} {
		t.Run(strings.Join(append([]string{test.userID}, test.options[:min(1, len(test.options))]...), " "), func(t *testing.T) {
			file := signed(t, gpg, test.userID, gpg.Fingerprint(test.userID), test.options...)
			read, err := request.Open(file)
			if err != nil {
				t.Fatalf("%v\n%s", err, file)
			}
			if read.Key.Fingerprint.String() != gpg.Fingerprint(test.userID) || read.Customer != "00123" {
				t.Errorf("read as %+v", read.Request)
			}
		})
	}
}

// What is not accepted is refused by name: the code, the kind of key, and why.
func TestWeakKeysAreRefusedByName(t *testing.T) {
	gpg := peertest.NewGnuPG(t)
	plain := func(algorithm string) func(*testing.T) []byte {
		return func(t *testing.T) []byte {
			return signed(t, gpg, algorithm, gpg.Generate(algorithm, algorithm, "default", "never"))
		}
	}
	// withSubkey signs with a subkey under a good primary key.
	withSubkey := func(algorithm string) func(*testing.T) []byte {
		return func(t *testing.T) []byte {
			userID := "subkey " + algorithm
			gpg.Run("--quick-add-key", gpg.Generate(userID, "ed25519", "cert", "never"), algorithm, "sign", "never")
			return signed(t, gpg, userID, gpg.Fingerprint(userID))
		}
	}
	for name, test := range map[string]struct {
		make  func(*testing.T) []byte
		code  fault.Code
		words []string
	}{
		"RSA-2048":        {plain("rsa2048"), openpgp.WeakKey, []string{"RSA-2048", "shorter than 3072 bits"}},
		"DSA":             {plain("dsa2048"), openpgp.NotAllowed, []string{"DSA"}},
		"P-521":           {plain("nistp521"), openpgp.WeakKey, []string{"NIST P-521", "curve is not accepted"}},
		"brainpool":       {plain("brainpoolP256r1"), openpgp.WeakKey, []string{"brainpoolP256r1", "curve is not accepted"}},
		"secp256k1":       {plain("secp256k1"), openpgp.WeakKey, []string{"secp256k1", "curve is not accepted"}},
		"subkey RSA-2048": {withSubkey("rsa2048"), openpgp.WeakKey, []string{"RSA-2048", "shorter than 3072 bits"}},
		"subkey P-521":    {withSubkey("nistp521/ecdsa"), openpgp.WeakKey, []string{"NIST P-521", "curve is not accepted"}},
		"SHA-1": {func(t *testing.T) []byte {
			return signed(t, gpg, "sha1", gpg.Generate("sha1", "ed25519", "sign", "never"), "--digest-algo", "SHA1")
		}, openpgp.NotAllowed, []string{"SHA-1"}},
		"SHA-1 certificate": {func(t *testing.T) []byte {
			gpg.Run("--cert-digest-algo", "SHA1", "--quick-generate-key", "sha1 certificate", "rsa3072", "sign", "never")
			return signed(t, gpg, "sha1 certificate", gpg.Fingerprint("sha1 certificate"))
		}, openpgp.BadCertificate, []string{"self-signature"}},
		"critical notation": {func(t *testing.T) []byte {
			return signed(t, gpg, "critical", gpg.Generate("critical", "ed25519", "sign", "never"), "--sig-notation", "!note@example.org=x")
		}, openpgp.Malformed, []string{"subpacket"}},
		"signature that expires": {func(t *testing.T) []byte {
			return signed(t, gpg, "ends", gpg.Generate("ends", "ed25519", "sign", "never"), "--default-sig-expire", "1y")
		}, openpgp.Malformed, []string{"the signature expires"}},
		"expired": {func(t *testing.T) []byte {
			gpg.Now = "20200102T000000"
			key := gpg.Generate("expired", "ed25519", "sign", "1y")
			certificate := gpg.Certificate("expired")
			gpg.Run("--quick-set-expire", key, "10y")
			gpg.Now = "20250102T000000"
			return gpg.ClearSign(key, textWith(t, key, certificate))
		}, openpgp.KeyNotValid, []string{"expired"}},
		"older than its key": {func(t *testing.T) []byte {
			gpg.Now = "20250102T000000"
			key := gpg.Generate("young", "ed25519", "sign", "never")
			gpg.Now = "20240102T000000"
			return gpg.ClearSign(key, textWith(t, key, gpg.Certificate("young")), "--ignore-time-conflict")
		}, openpgp.KeyNotValid, []string{"key is younger"}},
		"revoked": {func(t *testing.T) []byte {
			key := gpg.Generate("revoked", "ed25519", "sign", "never")
			text := textWith(t, key, revokedCertificate(t, gpg, key))
			return gpg.ClearSign(key, text)
		}, openpgp.Revoked, []string{"revoked by its owner"}},
		"revoked subkey": {func(t *testing.T) []byte {
			key := gpg.Generate("two keys", "ed25519", "cert", "never")
			gpg.Run("--quick-add-key", key, "ed25519", "sign", "never")
			certificate := edited(t, gpg, "two keys", "key 1\nrevkey\ny\n1\n\ny\n")
			return gpg.ClearSign(key, textWith(t, key, certificate))
		}, openpgp.Revoked, []string{"revoked by its owner"}},
		"certify only": {func(t *testing.T) []byte {
			// Signed while the key could still sign, presented with the flags that it has now.
			key := gpg.Generate("notary", "rsa3072", "sign", "never")
			certificate := edited(t, gpg, "notary", "change-usage\ns\nq\n")
			return gpg.ClearSign(key, textWith(t, key, certificate))
		}, openpgp.KeyNotValid, []string{"not for signing"}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() { gpg.Now = "" }()
			file := test.make(t)
			_, err := request.Open(file)
			if !errors.Is(err, test.code) {
				t.Fatalf("%v, want %s\n%s", err, test.code, file)
			}
			for _, word := range test.words {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("%v does not say %q", err, word)
				}
			}
		})
	}
}

// revokedCertificate is the key's certificate with the revocation that gpg
// wrote when it made the key. gpg guards the file with a colon.
func revokedCertificate(t *testing.T, gpg *peertest.GnuPG, key string) []byte {
	t.Helper()
	revocation := gpg.Read("openpgp-revocs.d/" + key + ".rev")
	other := peertest.NewGnuPG(t)
	other.Write("certificate", gpg.Certificate("revoked"))
	other.Write("revocation", bytes.Replace(revocation, []byte(":-----BEGIN"), []byte("-----BEGIN"), 1))
	other.Run("--import", "certificate")
	other.Run("--import", "revocation")
	return other.Certificate("revoked")
}

// edited is the certificate after gpg's dialogue in a copy of the keyring.
func edited(t *testing.T, gpg *peertest.GnuPG, userID, commands string) []byte {
	t.Helper()
	other := peertest.NewGnuPG(t)
	other.Now = "20300102T000000"
	other.Write("secret", gpg.Secret(userID))
	other.Run("--import", "secret")
	other.Write("commands", []byte(commands+"save\n"))
	other.Run("--command-file", "commands", "--edit-key", gpg.Fingerprint(userID))
	certificate := other.Certificate(userID)
	if bytes.Equal(certificate, gpg.Certificate(userID)) {
		t.Fatal("gpg changed nothing")
	}
	return certificate
}

// A picture in a certificate counts against its limits and changes nothing.
func TestCertificateWithAPictureIsRead(t *testing.T) {
	gpg := peertest.NewGnuPG(t)
	key := gpg.Generate("picture", "ed25519", "sign", "never")
	gpg.Write("picture.jpg", append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF"), make([]byte, 3000)...))
	gpg.Write("commands", []byte("addphoto\npicture.jpg\ny\nsave\n"))
	gpg.Run("--command-file", "commands", "--edit-key", key)
	certificate := gpg.Certificate("picture")
	if len(certificate) < 3000 {
		t.Fatal("gpg added no picture")
	}
	read, err := request.Open(gpg.ClearSign(key, textWith(t, key, certificate)))
	if err != nil || read.Certificate.UserID() != "picture" {
		t.Errorf("%v", err)
	}
}
