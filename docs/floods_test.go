package docs_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/futura/airlicense/issue/issuetest"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	pgptest "github.com/futura/airlicense/keys/openpgp/openpgptest"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/verify/license"
)

// maxWork bounds the bytes that a reader may allocate for any refusal: a few
// copies of the largest file.
const maxWork = 16 * signedtext.MaxFile

// allocated counts the bytes that a function allocates.
func allocated(work func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestFloodsCostLittle makes what is too large for the vectors. Each is
// refused, and the work is counted in bytes, not in time.
func TestFloodsCostLittle(t *testing.T) {
	made := makeVectors()
	trust := keystest.Need[*keys.Trust](t)(keys.OpenTrust(made.trust, made.root.Fingerprint()))
	good := made.over(made.signer, made.text, made.signer.TextSignature(vectorsMade)).Packet()
	nested := good
	for range 400 {
		signature := made.signer.TextSignature(vectorsMade)
		signature.Hashed = append(signature.Hashed, pgptest.Subpacket(pgptest.Embedded, nested[max(0, len(nested)-60000):]...)...)
		nested = signature.Packet()[:min(60000, len(signature.Packet()))]
	}
	compressed := pgptest.Packet(8, append([]byte{1}, bytes.Repeat(bomb(), 256)...)) // 256 MiB of zeros
	userIDs := made.thief.Public()
	for i := range 2000 {
		userIDs = append(userIDs, pgptest.Packet(pgptest.TagUserID, fmt.Appendf(nil, "user %d", i))...)
	}
	fitting := made.thief.Public()
	for range openpgp.MaxCertificatePackets {
		fitting = append(fitting, pgptest.Packet(pgptest.TagUserID, []byte("x"))...)
	}
	text := func(lines string) string {
		return made.framed(made.text+"\n"+lines, good)
	}
	for _, flood := range []struct {
		name, open, want, data string
	}{
		{"20,000 headers", "license", "FL-102", strings.Replace(made.file, hashHeader, strings.Repeat("Comment: x\n", 20000), 1)},
		{"10,000 headers within the limit of a file", "license", "FL-105", strings.Replace(made.file, hashHeader, strings.Repeat("A: b\n", 10000), 1)},
		{"500 signatures", "license", "FL-105", made.framed(made.text, bytes.Repeat(good, 500))},
		{"a compressed packet of 256 MiB", "license", "FL-102", made.framed(made.text, compressed)},
		{"signatures hundreds deep", "license", "FL-105", made.framed(made.text, nested)},
		{"64 kB of notations", "license", "FL-105", made.framed(made.text, pgptest.Packet(pgptest.TagSignature, append(slices.Clone(good[2:]), make([]byte, 60000)...)))},
		{"a line of 2 MB", "license", "FL-102", text("x = \"" + strings.Repeat("a", 2<<20) + "\"")},
		{"a key of 20,000 parts", "license", "FL-107", text("x" + strings.Repeat(".a", 20000) + " = 1")},
		{"inline tables 8,000 deep", "license", "FL-107", text("x = " + strings.Repeat("{a=", 8000) + "1" + strings.Repeat("}", 8000))},
		{"50,000 keys", "license", "FL-102", text(manyKeys(50000))},
		{"5,000 keys", "license", "FL-107", text(manyKeys(5000))},
		{"a text of empty lines", "license", "FL-107", text(strings.Repeat("\n", 40000))},
		{"a certificate with 2,000 user IDs", "certificate", "FL-126", string(userIDs)},
		{"a certificate with one packet too many", "certificate", "FL-126", string(fitting)},
		{"a certificate of 2 MB", "certificate", "FL-126", strings.Repeat("x", 2<<20)},
		{"a secret of 2 MB", "secret", "FL-202", strings.Repeat("x", 2<<20)},
		{"a compact form of 2 MB", "compact", "FL-102", "\x02" + strings.Repeat("x", 2<<20)},
		{"a proof of 100 kB", "license", "FL-102", made.file + "-----BEGIN FUTURA PROOF-----\n" + strings.Repeat("AAAA", 25000) + "\n-----END FUTURA PROOF-----\n"},
	} {
		var err error
		data := []byte(flood.data)
		work := allocated(func() { _, err = readers[flood.open](data, trust) })
		if codeOf(err) != flood.want {
			t.Errorf("%s: %v, want %s", flood.name, err, flood.want)
		}
		if work > maxWork {
			t.Errorf("%s: %d bytes were allocated", flood.name, work)
		}
	}
}

// TestUnprotectAsksForNoMemory gives a message whose passphrase would be
// stretched with much memory (Argon2, RFC 9580 3.7.1.4): only the form that we
// write is stretched at all.
func TestUnprotectAsksForNoMemory(t *testing.T) {
	argon := slices.Concat([]byte{4, 9, 4}, make([]byte, 16), []byte{1, 1, 16}) // 64 MiB, so that a failure is seen, not felt
	file := pgptest.Armor(openpgp.MessageBlock, slices.Concat(pgptest.Packet(3, argon), pgptest.Packet(18, append([]byte{1}, make([]byte, 63)...))))
	var err error
	if work := allocated(func() { _, err = openpgp.Unprotect([]byte(file), []byte("senha")) }); work > maxWork || !errors.Is(err, openpgp.NotSecret) {
		t.Errorf("%d bytes, %v", work, err)
	}
	large := []byte(pgptest.Armor(openpgp.MessageBlock, make([]byte, 2<<20)))
	if work := allocated(func() { _, err = openpgp.Unprotect(large, []byte("senha")) }); work > maxWork || !errors.Is(err, openpgp.NotSecret) {
		t.Errorf("%d bytes, %v", work, err)
	}
}

// TestSizeIsLookedAtFirst reads a file of 2 GB that takes no room.
func TestSizeIsLookedAtFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge")
	ok(t, os.WriteFile(path, nil, 0o600))
	ok(t, os.Truncate(path, 2<<30))
	var err error
	if work := allocated(func() { _, err = files.Read(path, signedtext.MaxFile) }); work > maxWork || !errors.Is(err, files.TooLarge) {
		t.Errorf("%d bytes, %v", work, err)
	}
}

// TestIdentifiersHaveOneSpelling: identifiers have one spelling each, and what is
// shown with them cannot be another identifier.
func TestIdentifiersHaveOneSpelling(t *testing.T) {
	for _, name := range []string{"producao", "a", "0", "filial-2", strings.Repeat("a", 40)} {
		ok(t, signedtext.CheckName("site", name))
	}
	for _, name := range []string{
		"", "Producao", "produ\u00e7ao", "produc\u0327ao", "producao ", " producao", "pro ducao", "-a", "a-", "a_b", "a.b", "../a", "a/b", `a\b`, "c:a", "a\x00", "a\n", "con", "aux", "com1", "lpt9",
		"\uff41", "pr\u043educao", "a\u200b", strings.Repeat("a", 41), "=a", "@a", "+a", "<a>", "$(a)", "{{.}}", "%s", "'", "\"",
	} {
		if signedtext.CheckName("site", name) == nil {
			t.Errorf("%q is a name", name)
		}
	}
	for _, number := range []string{"", "-1", "1.0", "\u0661", "\uff11", "00000000001", "1 ", "1a", "1\n"} {
		if signedtext.CheckNumber("customer", number) == nil {
			t.Errorf("%q is a number", number)
		}
	}
	for _, module := range []string{"=1", "a  b", " a", "@a", "\t", "a\n", strings.Repeat("a", 21)} {
		if license.CheckModules(module) == nil {
			t.Errorf("%q is a list of modules", module)
		}
	}
	order := func(scheme request.Scheme, smaller, larger string) {
		one, two := keystest.Need[request.Version](t)(scheme.Parse(smaller)), keystest.Need[request.Version](t)(scheme.Parse(larger))
		if one.Compare(two) >= 0 {
			t.Errorf("%s is not before %s", smaller, larger)
		}
	}
	order(request.Numbers, "8.9", "8.10")
	order(request.Numbers, "8.9", "8.9.0")
	order(request.Numbers, "9", "10")
}

// TestOnlyOneSourceOfRandomness: no package but tests and experiments imports
// a generator that can be predicted, and nobody offers a seed.
func TestOnlyOneSourceOfRandomness(t *testing.T) {
	seeds := regexp.MustCompile(`Name: "[a-z-]*seed[a-z-]*"`)
	for path, source := range sources(t) {
		file := keystest.Need[*ast.File](t)(parser.ParseFile(token.NewFileSet(), path, source, parser.ImportsOnly))
		experiment := strings.Contains(filepath.ToSlash(path), "docs/experiments/")
		for _, imported := range file.Imports {
			if name := strings.Trim(imported.Path.Value, `"`); !experiment && strings.HasPrefix(name, "math/rand") && filepath.Base(path) != "erp.go" { // it fills the tour's example database
				t.Errorf("%s imports %s", path, name)
			}
		}
		if found := seeds.Find(source); found != nil {
			t.Errorf("%s offers %s", path, found)
		}
	}
}

// TestNoOptionTakesASecret: passphrases, passwords and codes come from a
// prompt or a file; an option names the file, an environment variable only a
// database's password, by its name.
func TestNoOptionTakesASecret(t *testing.T) {
	options := regexp.MustCompile(`Name: "([a-z-]*(?:pass|secret|code|pin|key)[a-z-]*)"`)
	found := 0
	for path, source := range sources(t) {
		for _, option := range options.FindAllSubmatch(source, -1) {
			found++
			if name := string(option[1]); !strings.HasSuffix(name, "-file") && name != "keyuser" && name != "new-key" && !strings.HasPrefix(name, "futura-") {
				t.Errorf("%s has the option --%s", path, name)
			}
		}
		if strings.Contains(path, "internal") && bytes.Contains(source, []byte("EnvVars")) {
			t.Errorf("%s reads options from the environment", path)
		}
	}
	if found < 5 {
		t.Error("the search finds too little")
	}
}

// sources reads all Go files but tests.
func sources(t *testing.T) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	ok(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		isTest := strings.HasSuffix(path, "_test.go") || strings.Contains(filepath.ToSlash(path), "test/")
		if err == nil && !entry.IsDir() && strings.HasSuffix(path, ".go") && !isTest {
			found[path], err = os.ReadFile(path)
		}
		return err
	}))
	return found
}

// TestErrorsHoldNoSecret looks for a passphrase and for a bare secret in
// every error of opening and signing: ten wrong passphrases, ten times the
// same words.
func TestErrorsHoldNoSecret(t *testing.T) {
	const passphrase = "marker-correct-horse"
	made := keystest.Need[*openpgp.Secret](t)(keys.NewSiteKey(keysBorn, issuetest.Seed("secret")))
	bare := keystest.Need[[]byte](t)(made.Armor(nil, issuetest.Seed("armor")))
	locked := keystest.Need[[]byte](t)(made.Armor([]byte(passphrase), issuetest.Seed("armor")))
	lines := strings.Split(string(bare), "\n")
	words := map[string]bool{}
	for i := range 10 {
		secret := keystest.Need[*openpgp.Secret](t)(openpgp.ReadSecret(locked))
		err := secret.Unlock(fmt.Appendf(nil, "%s%d", passphrase, i))
		if !errors.Is(err, openpgp.WrongPass) || !secret.Locked() {
			t.Fatal(err)
		}
		words[err.Error()] = true
	}
	if len(words) != 1 {
		t.Errorf("several answers to a wrong passphrase: %v", words)
	}
	check := func(err error) {
		if err == nil || fault.Of(err) == nil {
			t.Errorf("an error without a code: %v", err)
			return
		}
		for _, secret := range append(lines[2:len(lines)-3], passphrase) {
			if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), secret) {
				t.Errorf("an error tells a secret: %v", err)
			}
		}
	}
	_, err := openpgp.ReadSecret(locked[:len(locked)/2])
	check(err)
	_, err = openpgp.ReadSecret(bare[:len(bare)-60])
	check(err)
	_, err = openpgp.ReadCertificate(bare)
	check(err)
	_, err = signedtext.Open(bare, nil)
	check(err)
	_, err = made.Sign([]byte("x"), keysBorn.AddDate(-1, 0, 0))
	check(err)
	_, err = keys.OpenLogKey(locked, []byte(passphrase))
	check(err)
}
