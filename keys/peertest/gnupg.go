package peertest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// GnuPG is gpg with a home of its own, which is removed after the test.
type GnuPG struct {
	t       testing.TB
	program string
	// Home holds the keyring and the files of Run.
	Home string
	// Now is the time that gpg is told, as 20260102T030405; empty for the
	// clock's.
	Now string
}

// NewGnuPG finds gpg, or skips the test.
func NewGnuPG(t testing.TB) *GnuPG {
	t.Helper()
	program := Program(t, "gpg", "gnupg")
	home, err := os.MkdirTemp("", "gpg") // short: the agent's socket lies in it
	if err != nil {
		t.Fatal(err)
	}
	gpg := &GnuPG{t: t, program: program, Home: home}
	t.Cleanup(func() {
		Run(t, home, gpg.Environment(), Program(t, "gpgconf", "gpgconf"), "--kill", "all")
		os.RemoveAll(home)
	})
	return gpg
}

// Environment is what a program needs to use this home.
func (g *GnuPG) Environment() []string { return []string{"GNUPGHOME=" + g.Home} }

// Try runs gpg in the home and returns its exit status and output.
func (g *GnuPG) Try(arguments ...string) (status int, output string) {
	g.t.Helper()
	common := []string{"--batch", "--yes", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--passphrase", ""}
	if g.Now != "" {
		common = append(common, "--faked-system-time", g.Now)
	}
	return Run(g.t, g.Home, g.Environment(), g.program, append(common, arguments...)...)
}

// Run is Try, and demands success.
func (g *GnuPG) Run(arguments ...string) (output string) {
	g.t.Helper()
	status, output := g.Try(arguments...)
	if status != 0 {
		g.t.Fatalf("gpg %s: exit %d\n%s", strings.Join(arguments, " "), status, output)
	}
	return output
}

// Write writes a file in the home.
func (g *GnuPG) Write(name string, data []byte) {
	g.t.Helper()
	if err := os.WriteFile(filepath.Join(g.Home, name), data, 0o600); err != nil {
		g.t.Fatal(err)
	}
}

// Read reads a file in the home.
func (g *GnuPG) Read(name string) []byte {
	g.t.Helper()
	data, err := os.ReadFile(filepath.Join(g.Home, name))
	if err != nil {
		g.t.Fatal(err)
	}
	return data
}

// Generate makes a key with this user ID and without a passphrase. The
// algorithm is gpg's name, such as rsa3072 or default; the usage sign, cert
// or default; expire never or a time such as 1y.
func (g *GnuPG) Generate(userID, algorithm, usage, expire string) (fingerprint string) {
	g.t.Helper()
	g.Run("--quick-generate-key", userID, algorithm, usage, expire)
	return g.Fingerprint(userID)
}

var fingerprintLine = regexp.MustCompile(`(?m)^fpr:+([0-9A-F]{40}):`)

// Fingerprint returns the fingerprint of the primary key.
func (g *GnuPG) Fingerprint(userID string) string {
	g.t.Helper()
	found := fingerprintLine.FindStringSubmatch(g.Run("--with-colons", "--list-keys", "="+userID))
	if found == nil {
		g.t.Fatalf("gpg lists no fingerprint for %s", userID)
	}
	return found[1]
}

// Certificate exports the public packets of a key.
func (g *GnuPG) Certificate(userID string) []byte {
	g.t.Helper()
	g.Run("--output", "certificate", "--export", "="+userID)
	return g.Read("certificate")
}

// Secret exports the secret packets of a key.
func (g *GnuPG) Secret(userID string) []byte {
	g.t.Helper()
	g.Run("--output", "secret", "--export-secret-keys", "="+userID)
	return g.Read("secret")
}

// ClearSign signs a text; the key is a fingerprint or =user ID.
func (g *GnuPG) ClearSign(key string, text []byte, options ...string) []byte {
	g.t.Helper()
	g.Write("text", text)
	g.Run(append(append([]string{"--local-user", key}, options...), "--output", "signed", "--clearsign", "text")...)
	return g.Read("signed")
}
