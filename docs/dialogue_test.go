package docs_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/futura/airlicense/docs/profiles"
	"github.com/futura/airlicense/issue"
	"github.com/futura/airlicense/issue/issuetest"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/keystest"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/peertest"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/queries"
)

// jdbc is what the Java example needs.
const jdbc = "/usr/share/java/postgresql.jar"

// javaExample is the compiled example, the program, and a PostgreSQL server.
type javaExample struct {
	t               *testing.T
	java, classpath string
	program         string
	address         string
	folder          string
	db              *sql.DB
}

func newJavaExample(t *testing.T) *javaExample {
	t.Helper()
	example := &javaExample{t: t, java: peertest.Program(t, "java", "default-jdk-headless"), folder: t.TempDir()}
	compiler := peertest.Program(t, "javac", "default-jdk-headless")
	if _, err := os.Stat(jdbc); err != nil {
		peertest.Missing(t, jdbc, "libpostgresql-jdbc-java")
	}
	server := peertest.PostgreSQL(t)
	example.classpath = example.folder + string(os.PathListSeparator) + jdbc
	example.program = filepath.Join(example.folder, "futura-request")
	for _, command := range [][]string{
		{compiler, "-Xlint:all", "-Werror", "-d", example.folder, "dialogue/FuturaMeasure.java"},
		{"go", "build", "-buildvcs=false", "-o", example.program, "../cmd/futura-request"},
	} {
		if output, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, output)
		}
	}
	ok(t, os.WriteFile(filepath.Join(example.folder, "password"), []byte("licro-secret\n"), 0o600))
	example.address = passOn(t, filepath.Join(server.Host, ".s.PGSQL.5432"))
	source := fmt.Sprintf("host=%s user=%s dbname=postgres password='%s' default_query_exec_mode=simple_protocol",
		server.Host, server.User, strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(server.Password))
	example.db = keystest.Need[*sql.DB](t)(sql.Open("pgx", source))
	t.Cleanup(func() { example.db.Close() })
	_, err := example.db.Exec(javaSchema)
	ok(t, err)
	return example
}

// passOn lets a server on a socket be reached through a port: JDBC knows no
// sockets.
func passOn(t *testing.T, socket string) (address string) {
	listener := keystest.Need[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			outer, err := listener.Accept()
			if err != nil {
				return
			}
			inner, err := net.Dial("unix", socket)
			if err != nil {
				outer.Close()
				continue
			}
			go func() { io.Copy(inner, outer); inner.Close() }()
			go func() { io.Copy(outer, inner); outer.Close() }()
		}
	}()
	return listener.Addr().String()
}

const javaSchema = `
CREATE TABLE licenca_segredo (segredo text NOT NULL);
CREATE TABLE pedido (id bigint PRIMARY KEY, criado timestamp NOT NULL, protocolo numeric(18) NOT NULL);
CREATE TABLE nota_fiscal (id bigint PRIMARY KEY, emitida timestamp NOT NULL, chave char(60));
CREATE TABLE titulo (id integer PRIMARY KEY, criado timestamp NOT NULL);
CREATE TABLE cliente (id integer PRIMARY KEY, criado timestamp NOT NULL);
CREATE TABLE usuario (id smallint PRIMARY KEY, criado timestamp);
CREATE TABLE deposito (id integer PRIMARY KEY, criado timestamp NOT NULL);
CREATE ROLE licro LOGIN PASSWORD 'licro-secret';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO licro;
INSERT INTO licenca_segredo VALUES ('0f1e2d3c4b5a69788796a5b4c3d2e1f0');
SELECT setseed(0.5);
INSERT INTO pedido SELECT n, timestamp '1968-01-01' + n * interval '7200 seconds' + random() * interval '7200 seconds', 9e15 + floor(random() * 1e14) FROM generate_series(1, 9000) n;
INSERT INTO nota_fiscal SELECT n, timestamp '2019-01-01' + n * interval '7200 seconds' + floor(random() * 7200) * interval '1 second', 'nº ' || md5(random()::text) FROM generate_series(1, 9000) n;
INSERT INTO titulo SELECT n, timestamp '2019-01-01' + n * interval '7200 seconds' + random() * interval '7200 seconds' FROM generate_series(1, 9000) n;
INSERT INTO cliente SELECT n, timestamp '2019-01-01' + n * interval '5 hours' + random() * interval '5 hours' FROM generate_series(1, 300) n;
INSERT INTO usuario SELECT n, CASE WHEN n % 9 > 0 THEN timestamp '2019-01-01' + n * interval '5 days' + random() * interval '5 days' END FROM generate_series(1, 40) n;
INSERT INTO deposito SELECT n, timestamp '2019-01-01' + n * interval '9 days' + random() * interval '9 days' FROM generate_series(1, 20) n;
`

// run lets the example answer a command of the program.
func (e *javaExample) run(arguments ...string) (status int, output string) {
	e.t.Helper()
	// A zone with a summer time that clocks still had in 1968 and lost in 2019.
	java := []string{"-Duser.timezone=America/Sao_Paulo", "-cp", e.classpath, "FuturaMeasure", "producao", "postgresql",
		"jdbc:postgresql://" + e.address + "/postgres", "licro", filepath.Join(e.folder, "password"), e.program}
	return peertest.Run(e.t, ".", []string{"HOME=" + e.folder}, e.java, append(java, arguments...)...)
}

// license makes a site whose license was measured by our own driver.
func (e *javaExample) license() (home string) {
	t, ctx := e.t, context.Background()
	issuer := keystest.Need[*issuetest.Issuer](t)(issuetest.New("Futura Example", began))
	desk, profile, invitation, err := issuer.Begin(ctx, t.TempDir(), profiles.SisPetro, after(3))
	ok(t, err)
	defer desk.Ledger.Close()
	profileFile, _, err := desk.Ledger.NewestProfile(ctx, "sispetro")
	ok(t, err)
	salt := bytes.Repeat([]byte{7}, request.SaltSize)
	dialogue := keystest.Need[*queries.Dialogue](t)(queries.Collect(profile, queries.PostgreSQL, salt))
	ok(t, database.Run(ctx, e.db, dialogue))
	if len(dialogue.Problems()) > 0 {
		t.Fatal(dialogue.Problems())
	}
	site := keystest.Need[*openpgp.Secret](t)(keys.NewSiteKey(after(10), issuetest.Seed("site")))
	asked := request.Request{
		Created: after(11), Customer: "00123", Site: "producao", Product: request.Product{Name: "sispetro", Version: "8.9"},
		Enrollment: &request.Enrollment{Proof: invitation.Code.Prove(site.Fingerprint(), "00123", "sispetro")},
		Databases:  []request.Database{{Name: "producao", Profile: profile.Digest, Salt: salt, Items: dialogue.Encoded(), Lineage: dialogue.Lineage()}},
	}
	signed := keystest.Need[*request.Signed](t)(asked.Seal(site))
	review := keystest.Need[*issue.Review](t)(desk.Review(ctx, signed.Document.Render(), after(20)))
	reply := keystest.Need[*issue.Reply](t)(desk.Issue(ctx, review, after(21)))

	home = filepath.Join(e.folder, "site")
	files := map[string][]byte{
		"site/config.toml": fmt.Appendf(nil, "product = 'sispetro'\nsite = 'producao'\nroot = '%s'\n[[database]]\nname = 'producao'\nengine = 'dialogue'\n", issuer.Root.Fingerprint()),
		"futura.trust":     issuer.TrustFile, "sispetro.profile": profileFile, "versao8.9.ver": reply.File,
	}
	ok(t, os.MkdirAll(home, 0o700))
	for name, content := range files {
		ok(t, os.WriteFile(filepath.Join(e.folder, name), content, 0o600))
	}
	return home
}

// TestJavaExample lets the example of dialogue.md answer from PostgreSQL
// through JDBC: what our own driver measured is recognized, and another
// database, a right that is missing and a server that is gone are told apart.
func TestJavaExample(t *testing.T) {
	example := newJavaExample(t)
	expect := func(want int, words string, arguments ...string) {
		t.Helper()
		if status, output := example.run(arguments...); status != want || !strings.Contains(output, words) {
			t.Errorf("%s: exit %d, want %d and %q:\n%s", arguments, status, want, words, output)
		}
	}
	expect(0, `"enough":true`, "measure", "--dialogue", "--profile", "profiles/sispetro.toml")
	home := example.license()
	expect(0, `"command":"install"`, "install", "--dialogue", "--home", home,
		filepath.Join(example.folder, "futura.trust"), filepath.Join(example.folder, "sispetro.profile"), filepath.Join(example.folder, "versao8.9.ver"))
	expect(0, `"score":100`, "check", "--dialogue", "--home", home)
	expect(0, "The server starts.", "check", "--dialogue", "--home", home)

	statement := func(sql string) {
		t.Helper()
		_, err := example.db.Exec(sql)
		ok(t, err)
	}
	statement("REVOKE SELECT ON pedido, nota_fiscal, titulo FROM licro")
	expect(2, "FL-404", "check", "--dialogue", "--home", home)
	statement("GRANT SELECT ON pedido, nota_fiscal, titulo TO licro")
	statement("UPDATE pedido SET protocolo = 1; UPDATE nota_fiscal SET chave = NULL; UPDATE titulo SET criado = 'now'; UPDATE cliente SET criado = 'now'")
	expect(0, "FL-518", "check", "--dialogue", "--home", home)
	ok(t, os.Remove(filepath.Join(home, "state.json")))
	expect(1, "The server does not start.", "check", "--dialogue", "--home", home)
	statement("DROP TABLE licenca_segredo")
	expect(2, "FL-403", "check", "--dialogue", "--home", home)
}
