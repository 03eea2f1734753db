package openpgp

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys/fault"
)

// addVectors gives a fuzz target the files of docs/vectors as seeds.
func addVectors(f *testing.F, take func([]byte) []byte, patterns ...string) {
	for _, pattern := range patterns {
		names, err := filepath.Glob(filepath.Join("..", "..", "docs", "vectors", filepath.FromSlash(pattern)))
		if err != nil || len(names) == 0 {
			f.Fatalf("no seeds: %s, %v", pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			if seed := take(data); len(seed) > 0 {
				f.Add(seed)
			}
		}
	}
}

func whole(data []byte) []byte { return data }

// signatureBlock takes the packets out of a vector.
func signatureBlock(data []byte) []byte {
	_, rest, _ := strings.Cut(string(data), "-----BEGIN PGP SIGNATURE-----\n\n")
	body, _, _ := strings.Cut(rest, "\n=")
	packets, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
	if err != nil {
		return nil
	}
	return packets
}

// FuzzSignature is the check of malleability: what was parsed, written again
// from its parts, is the same bytes. Only a signature with an unhashed key ID
// has two headers.
func FuzzSignature(f *testing.F) {
	addVectors(f, signatureBlock, "packets/*.asc", "documents/request*.asc")
	f.Fuzz(func(t *testing.T, data []byte) {
		signature, err := ParseSignature(data)
		if err != nil {
			if signature != nil || fault.Of(err) == nil {
				t.Errorf("an error without a code, or a signature with an error: %v", err)
			}
			return
		}
		body, hasUnhashed := encodeBody(signature)
		if again := encodeNew(body); !bytes.Equal(again, data) && !(hasUnhashed && bytes.Equal(encodeOld(body), data)) {
			t.Errorf("accepted %x, written again as %x", data, again)
		}
		if packet, rest, ok := CutSignature(data); !ok || len(rest) != 0 || !bytes.Equal(packet, signature.Packet()) {
			t.Error("cut otherwise than parsed")
		}
		if signature.HashName() == "" || signature.Issuer.IsZero() && !bytes.Contains(data, make([]byte, 20)) {
			t.Error("a signature without hash or issuer")
		}
	})
}

// encodeBody writes a signature from what was understood of it.
func encodeBody(s *Signature) (body []byte, hasUnhashed bool) {
	keyID := s.Issuer.KeyID()
	subpacket := append([]byte{9, subpacketIssuer}, keyID[:]...)
	seen := map[byte][]byte{}
	hasUnhashed = readSubpackets(s.hashed[6:], seen, true) == nil && seen[subpacketIssuer] == nil
	body = bytes.Clone(s.hashed)
	if hasUnhashed {
		body = append(binary.BigEndian.AppendUint16(body, uint16(len(subpacket))), subpacket...)
	} else {
		body = append(body, 0, 0)
	}
	body = append(body, s.hashTag[:]...)
	for _, number := range s.integers {
		bits := len(number)*8 - 8
		for first := number[0]; first > 0; first >>= 1 {
			bits++
		}
		body = append(binary.BigEndian.AppendUint16(body, uint16(bits)), number...)
	}
	return body, hasUnhashed
}

func encodeNew(body []byte) []byte {
	if len(body) < 192 {
		return append([]byte{0xC2, byte(len(body))}, body...)
	}
	return append([]byte{0xC2, byte((len(body)-192)>>8) + 192, byte(len(body) - 192)}, body...)
}

func encodeOld(body []byte) []byte {
	if len(body) < 256 {
		return append([]byte{0x88, byte(len(body))}, body...)
	}
	return append([]byte{0x89, byte(len(body) >> 8), byte(len(body))}, body...)
}

func FuzzCertificate(f *testing.F) {
	addVectors(f, whole, "packets/key-*.asc", "packets/self-*.asc", "packets/revoked-*.asc", "packets/certificate-*.asc", "keys/*.asc")
	addVectors(f, func(data []byte) []byte { raw, _, _ := unarmor(data); return raw }, "packets/certificate-*.asc", "packets/revoked-*.asc")
	f.Fuzz(func(t *testing.T, data []byte) {
		certificate, err := ReadCertificate(data)
		if err != nil {
			if certificate != nil || fault.Of(err) == nil {
				t.Errorf("an error without a code, or a certificate with an error: %v", err)
			}
			return
		}
		again, err := ReadPackets(certificate.Bytes())
		if err != nil || again.Fingerprint() != certificate.Fingerprint() {
			t.Fatalf("its packets are read otherwise: %v", err)
		}
		armored, err := ReadCertificate(certificate.Armor())
		if err != nil || !bytes.Equal(armored.Bytes(), certificate.Bytes()) {
			t.Errorf("its armor is read otherwise: %v", err)
		}
		if one, two := certificate.SigningKeys(), again.SigningKeys(); len(one) != len(two) || certificate.UserID() != again.UserID() {
			t.Errorf("read twice it has other keys: %v, %v", one, two)
		}
		if secret, err := ReadSecret(certificate.Bytes()); err == nil {
			t.Errorf("a certificate is a secret: %v", secret.Fingerprint())
		}
	})
}

func FuzzSecret(f *testing.F) {
	addVectors(f, whole, "keys/*.asc")
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	random := func() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{1}) }
	root, err := Generate("Futura", at, random())
	if err != nil {
		f.Fatal(err)
	}
	signer, err := root.AddSigner(root.Certificate(), at, time.Hour, random())
	if err != nil {
		f.Fatal(err)
	}
	for _, secret := range []*Secret{root, signer} {
		for _, passphrase := range []string{"", "senha"} {
			file, err := secret.Armor([]byte(passphrase), random())
			if err != nil {
				f.Fatal(err)
			}
			raw, _, _ := unarmor(file)
			f.Add(file)
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		secret, err := ReadSecret(data)
		if err != nil {
			if secret != nil || fault.Of(err) == nil {
				t.Errorf("an error without a code, or a secret with an error: %v", err)
			}
			return
		}
		if _, err := ReadCertificate(data); err == nil {
			t.Error("a secret is read as a certificate")
		}
		if secret.Locked() {
			return // a passphrase is stretched slowly, on purpose
		}
		text := []byte("kind = \"example\"")
		packet, err := secret.Sign(text, secret.Certificate().Created())
		if err != nil {
			if fault.Of(err) == nil {
				t.Errorf("an error without a code: %v", err)
			}
			return
		}
		signature, err := ParseSignature(packet)
		if err != nil || secret.Certificate().Verify(text, signature) != nil {
			t.Errorf("signed what its certificate does not verify: %v", err)
		}
	})
}
