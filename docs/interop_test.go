package docs_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
)

// kinds are the kinds of key that sites may have, by gpg's names.
var kinds = []string{"ed25519", "rsa3072", "rsa4096", "nistp256", "nistp384"}

// peers are the programs of others, and a folder for files.
type peers struct {
	t          *testing.T
	gpg        *peertest.GnuPG
	js         *peertest.OpenPGPJS
	sq, verify string // sq, and our futura-verify
	folder     string
}

func findPeers(t *testing.T) *peers {
	found := &peers{t: t, folder: t.TempDir(), sq: peertest.Program(t, "sq", "sq")}
	peertest.Program(t, "gpgv", "gpgv")
	peertest.Program(t, "sqv", "sqv")
	found.js = peertest.NewOpenPGPJS(t)
	found.gpg = peertest.NewGnuPG(t)
	found.gpg.Now = "20260102T000000" // before asked was created
	for _, kind := range kinds {
		found.gpg.Generate(kind, kind, "default", "never")
	}
	found.gpg.Now = ""
	found.verify = filepath.Join(t.TempDir(), "futura-verify")
	if output, err := exec.Command("go", "build", "-o", found.verify, "../cmd/futura-verify").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return found
}

func (p *peers) write(name string, data []byte) string {
	p.t.Helper()
	path := filepath.Join(p.folder, name)
	ok(p.t, os.WriteFile(path, data, 0o600))
	return path
}

func (p *peers) read(folder, name string) []byte {
	p.t.Helper()
	return keystest.Need[[]byte](p.t)(os.ReadFile(filepath.Join(folder, name)))
}

// run runs a program in the folder and demands success.
func (p *peers) run(program string, arguments ...string) {
	p.t.Helper()
	if status, output := peertest.Run(p.t, p.folder, nil, program, arguments...); status != 0 {
		p.t.Fatalf("%s %s: exit %d\n%s", program, strings.Join(arguments, " "), status, output)
	}
}

// verifiers are the programs that verify our files, in the order of the
// columns. The detached pair is what futura-verify inspect --detach writes.
var verifiers = []struct{ name, arguments string }{
	{"gpg", "gpg --batch --verify file"},
	{"gpgv", "gpgv --keyring ./key.pgp file"},
	{"sq", "sq verify --signer-cert key.asc file"},
	{"OpenPGP.js", "verify key.asc file"},
	{"gpgv, detached", "gpgv --keyring ./key.pgp pair/text.sig pair/text"},
	{"sq, detached", "sq verify --signer-cert key.asc --detached pair/text.sig pair/text"},
	{"sqv, detached", "sqv --keyring key.asc pair/text.sig pair/text"},
}

// judge lets every verifier judge one of our files.
func (p *peers) judge(name string, file []byte, certificate *openpgp.Certificate) (cells []string) {
	p.t.Helper()
	p.folder = filepath.Join(p.t.TempDir())
	path := p.write("file", file)
	p.write("key.asc", certificate.Armor())
	p.write("key.pgp", certificate.Bytes())
	p.run(p.verify, "inspect", "--detach", "pair", path)
	p.gpg.Write("certificate", certificate.Bytes())
	p.gpg.Run("--import", "certificate")
	for _, verifier := range verifiers {
		words := strings.Fields(verifier.arguments)
		status, output := 0, ""
		if verifier.name == "OpenPGP.js" {
			status, output = p.js.Try("verify", filepath.Join(p.folder, "key.asc"), path)
		} else {
			status, output = peertest.Run(p.t, p.folder, p.gpg.Environment(), words[0], words[1:]...)
		}
		cell := "good"
		if status != 0 {
			p.t.Logf("%s: %s: exit %d\n%s", name, verifier.name, status, output)
			cell = "**refused**"
		}
		cells = append(cells, cell)
	}
	return cells
}

// ours is the table of our files in the programs of others.
func (p *peers) ours() string {
	table := newTable("our file, key", names())
	played := play(p.t)
	trust := keystest.Need[*keys.Trust](p.t)(keys.OpenTrust(played.trust, played.root))
	issuer := keystest.Need[*openpgp.Certificate](p.t)(openpgp.ReadCertificate(trust.Certificate))
	table.row("license with proof, ed25519", p.judge("license", played.answer, issuer)...)
	table.row("trust file, ed25519", p.judge("trust file", played.trust, issuer)...)
	table.row("product profile, ed25519", p.judge("profile", played.profile, issuer)...)
	for _, kind := range kinds {
		secret := keystest.Need[*openpgp.Secret](p.t)(openpgp.ReadSecret(p.gpg.Secret(kind)))
		signed := keystest.Need[*request.Signed](p.t)(p.asked().Seal(secret))
		table.row("request, "+kind, p.judge(kind, signed.Document.Render(), signed.Certificate)...)
	}
	return table.String()
}

func names() (list []string) {
	for _, verifier := range verifiers {
		list = append(list, verifier.name)
	}
	return list
}

func (p *peers) asked() request.Request {
	return request.Request{
		Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Customer: "00123", Site: "producao",
		Product:   request.Product{Name: "sispetro", Version: "8.9"},
		Databases: []request.Database{{Name: "producao", Profile: signedtext.DigestOf([]byte("profile")), Salt: make([]byte, request.SaltSize), Items: []byte("items")}},
	}
}

// maker makes a key of a kind, and signs the text that is made for its
// certificate; it returns nothing for a kind that the program does not make.
type maker struct {
	name string
	make func(p *peers, kind string, text func(certificate []byte) []byte) []byte
}

var makers = []maker{
	{"gpg", func(p *peers, kind string, text func([]byte) []byte) []byte { return p.byGnuPG(kind, text) }},
	{"gpg with --comment and --emit-version", func(p *peers, kind string, text func([]byte) []byte) []byte {
		return p.byGnuPG(kind, text, "--comment", "signed by hand", "--emit-version")
	}},
	{"sq", (*peers).bySequoia},
	{"OpenPGP.js", (*peers).byOpenPGPJS},
}

func (p *peers) byGnuPG(kind string, text func([]byte) []byte, options ...string) []byte {
	return p.gpg.ClearSign(p.gpg.Fingerprint(kind), text(p.gpg.Certificate(kind)), options...)
}

func (p *peers) bySequoia(kind string, text func([]byte) []byte) []byte {
	suite := map[string]string{"ed25519": "cv25519", "rsa3072": "rsa3k", "rsa4096": "rsa4k"}[kind]
	if suite == "" {
		return nil
	}
	p.folder = p.t.TempDir()
	p.run(p.sq, "key", "generate", "--userid", "Posto Sol", "--cipher-suite", suite, "--export", "secret")
	p.run(p.sq, "key", "extract-cert", "--output", "certificate", "secret")
	p.write("text", text(p.read(p.folder, "certificate")))
	p.run(p.sq, "sign", "--cleartext-signature", "--signer-key", "secret", "--output", "file", "text")
	return p.read(p.folder, "file")
}

func (p *peers) byOpenPGPJS(kind string, text func([]byte) []byte) []byte {
	p.folder = p.js.Folder
	p.script("generate", kind, kind)
	p.write("text", text(p.read(p.folder, kind+".asc")))
	p.script("sign", kind, "text", "file")
	return p.read(p.folder, "file")
}

func (p *peers) script(arguments ...string) {
	p.t.Helper()
	if status, output := p.js.Try(arguments...); status != 0 {
		p.t.Fatalf("OpenPGP.js %v: exit %d\n%s", arguments, status, output)
	}
}

// theirs is the table of their files in ours.
func (p *peers) theirs() string {
	table := newTable("signed by, with a key made by it", append([]string{}, kinds...))
	for _, maker := range makers {
		var cells []string
		for _, kind := range kinds {
			cells = append(cells, p.adopt(maker.make(p, kind, p.textFor)))
		}
		table.row(maker.name, cells...)
	}
	return table.String()
}

// textFor is the request text that carries a certificate.
func (p *peers) textFor(certificate []byte) []byte {
	p.t.Helper()
	return keystest.Need[[]byte](p.t)(p.asked().Text(keystest.Need[*openpgp.Certificate](p.t)(openpgp.ReadCertificate(certificate))))
}

// adopt reads their file: as it is, or adopted; then gpgv must still find it
// good.
func (p *peers) adopt(file []byte) string {
	p.t.Helper()
	if file == nil {
		return "–"
	}
	adopted, changes, err := signedtext.Adopt(file)
	if err != nil {
		p.t.Errorf("%v\n%s", err, file)
		return string(fault.Of(err).Code)
	}
	signed, err := request.Open(adopted)
	if err != nil {
		p.t.Errorf("%v\n%s", err, adopted)
		return string(fault.Of(err).Code)
	}
	p.folder = p.t.TempDir()
	p.write("file", adopted)
	p.write("key.pgp", signed.Certificate.Bytes())
	p.run("gpgv", "--keyring", "./key.pgp", "file")
	if len(changes) == 0 {
		return "as it is"
	}
	if _, err := request.Open(file); err == nil {
		p.t.Errorf("Adopt changes a file that is read as it is: %v", changes)
	}
	var words []string
	for _, change := range changes {
		words = append(words, change.What)
	}
	return "adopted: " + strings.Join(words, ", ")
}

// table writes rows of Markdown.
type table struct{ strings.Builder }

func newTable(corner string, columns []string) *table {
	made := &table{}
	made.row(corner, columns...)
	made.WriteString(strings.Repeat("|---", len(columns)+1) + "|\n")
	return made
}

func (t *table) row(name string, cells ...string) {
	fmt.Fprintf(t, "| %s | %s |\n", name, strings.Join(cells, " | "))
}

// versions is the line of the programs' versions.
func (p *peers) versions() string {
	var list []string
	for _, program := range []string{"gpg", "gpgv", "sq", "sqv", "node"} {
		_, output := peertest.Run(p.t, p.folder, nil, program, "--version")
		list = append(list, program+" "+versionForm.FindString(output))
	}
	return strings.Join(append(list, "OpenPGP.js "+peertest.OpenPGPJSVersion), ", ") + "\n"
}

var (
	versionForm  = regexp.MustCompile(`[0-9]+(?:\.[0-9]+)+`)
	interopBlock = regexp.MustCompile(`(?s)<!-- interop: ([a-z]+) -->\n\n(.*?)\n<!-- end -->\n`)
)

// TestInteropPage holds docs/interop.md to what the programs say today. Their
// versions may differ from the page's. With -update it writes the page.
func TestInteropPage(t *testing.T) {
	found := findPeers(t)
	want := map[string]string{"versions": found.versions(), "ours": found.ours(), "theirs": found.theirs()}
	content := string(keystest.Need[[]byte](t)(os.ReadFile("interop.md")))
	if *update {
		content = interopBlock.ReplaceAllStringFunc(content, func(block string) string {
			name := interopBlock.FindStringSubmatch(block)[1]
			return fmt.Sprintf("<!-- interop: %s -->\n\n%s\n<!-- end -->\n", name, want[name])
		})
		ok(t, os.WriteFile("interop.md", []byte(content), 0o644))
	}
	blocks := interopBlock.FindAllStringSubmatch(content, -1)
	if len(blocks) != len(want) {
		t.Fatalf("interop.md has %d tables, want %d", len(blocks), len(want))
	}
	for _, block := range blocks {
		if versionForm.ReplaceAllString(block[2], "N") != versionForm.ReplaceAllString(want[block[1]], "N") {
			t.Errorf("interop.md says of %s\n%s\nand the programs say (go test ./docs -run Interop -update)\n%s", block[1], block[2], want[block[1]])
		}
	}
}

// What OpenPGP.js can make and is not accepted: a key that GnuPG cannot read,
// and a signature over the line end of an edited text.
func TestOpenPGPJSIsRefusedByName(t *testing.T) {
	found := &peers{t: t, js: peertest.NewOpenPGPJS(t)}
	found.folder = found.js.Folder
	found.script("generate", "newer", "newer")
	_, err := openpgp.ReadCertificate(found.read(found.folder, "newer.asc"))
	if !errors.Is(err, openpgp.WeakKey) || !strings.Contains(err.Error(), "Ed25519 (algorithm 27), reason GnuPG cannot read it") {
		t.Errorf("a newer key: %v", err)
	}
	found.script("generate", "nistp256", "edited")
	found.write("text", append(found.textFor(found.read(found.folder, "edited.asc")), '\n'))
	found.script("sign", "edited", "text", "file")
	adopted, _, err := signedtext.Adopt(found.read(found.folder, "file"))
	ok(t, err)
	if _, err = request.Open(adopted); !errors.Is(err, signedtext.ExtraLine) {
		t.Errorf("a line end behind the text: %v", err)
	}
}
