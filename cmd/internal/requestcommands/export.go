package requestcommands

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
)

// wanted is what a request is made of before anything is measured.
type wanted struct {
	profile *request.Profile
	version request.Version
	running string // empty: not known
	shown   bool   // what preview showed is sent
	reached *connections
	asked   []asked
}

// asked is a query that was run on a database of the site.
type asked struct {
	database string
	query    queries.Query
}

func newWanted(ctx context.Context, s *ui.Session, opened *site.Site, reached *connections) (*wanted, error) {
	if _, err := opened.Enrollment(); err != nil {
		return nil, err
	}
	profile, err := opened.Profile()
	if err != nil {
		return nil, err
	}
	version, err := profile.Scheme.Parse(s.String("for"))
	if err != nil {
		return nil, err
	}
	want := &wanted{profile: profile, version: version, reached: reached}
	current, err := running(ctx, s, opened, want.reached)
	if err != nil {
		return nil, err
	}
	if _, err := profile.Scheme.Parse(current.Text); err == nil { // the request tells the running version only when it is one
		want.running = current.Text
	}
	first := opened.Config.Databases[0]
	if query, told := queries.Running(first.Reads(profile), queries.Engine(first.Engine)); told && !s.IsSet("version") {
		want.asked = append(want.asked, asked{first.Name, query})
	}
	return want, nil
}

// prepare measures and makes the request.
func (w *wanted) prepare(ctx context.Context, s *ui.Session, opened *site.Site) (*request.Request, error) {
	done := s.Progress("progress-measuring")
	defer done(1)
	return opened.Prepare(ctx, w.version, w.running, s.Now(), s.Environment().Random, w.measure)
}

func (w *wanted) measure(ctx context.Context, connection site.Connection, dialogue *queries.Dialogue) error {
	err := w.reached.measure(ctx, connection, dialogue)
	for _, query := range dialogue.Asked() {
		w.asked = append(w.asked, asked{connection.Name, query})
	}
	return err
}

// toSend returns the request to export: the one that preview showed, or one
// that is measured now.
func toSend(s *ui.Session, opened *site.Site, reached *connections) (*request.Request, *wanted, error) {
	ctx := context.Background()
	want, err := newWanted(ctx, s, opened, reached)
	if err != nil {
		return nil, nil, err
	}
	made, err := opened.Kept(want.version, want.running, s.Now())
	if want.shown = made != nil; want.shown {
		return made, want, nil
	}
	s.Warn(err)
	made, err = want.prepare(ctx, s, opened)
	return made, want, err
}

func export(s *ui.Session) error {
	if err := s.CheckFormat(); err != nil {
		return err
	}
	if err := checkShow(s); err != nil {
		return err
	}
	if s.Bool(dialogueFlag.Name) {
		return speak(s, "export", exportSpoken)
	}
	opened, err := openSite(s)
	if err != nil {
		return err
	}
	done, err := exportFrom(s, opened, newConnections(s, opened.Folder))
	switch {
	case err != nil:
		return err
	case s.IsJSON():
		s.JSON(done.object)
	default:
		printLines(s.Out, done.words)
	}
	if done.show != nil {
		done.show()
	}
	return nil
}

// exported is what an export did: for programs, and for people.
type exported struct {
	object map[string]any
	words  []string
	show   func() // shows it, once the words are said; nil: nothing to show
}

func exportFrom(s *ui.Session, opened *site.Site, reached *connections) (*exported, error) {
	if err := checkTargets(s); err != nil {
		return nil, err
	}
	if len(s.Arguments()) > 0 {
		return exportFile(s, opened, s.Arguments()[0])
	}
	if !s.IsSet("for") {
		return nil, ui.MissingOption.New("an option is missing", "option", "--for", "value", "VERSION")
	}
	outside, err := opened.Outside()
	switch {
	case err != nil:
		return nil, err
	case outside != nil && travels(s):
		return nil, notSigned.New("a request that is not signed yet cannot travel in parts")
	case outside != nil:
		return exportText(s, opened, reached, outside)
	}
	return exportSigned(s, opened, reached)
}

func exportSigned(s *ui.Session, opened *site.Site, reached *connections) (*exported, error) {
	key, err := unlockKey(s, opened)
	if err != nil {
		return nil, err
	}
	made, want, err := toSend(s, opened, reached)
	if err != nil {
		return nil, err
	}
	signed, err := made.Seal(key)
	if err != nil {
		return nil, err
	}
	carrier := &carrier{session: s, out: outName(s, made, ".request"), file: signed.Document.Render()}
	if err := carrier.draw(want.profile, made, key.Fingerprint()); err != nil {
		return nil, err
	}
	out, err := writeExport(s, opened, want, made, ".request", signed.Document.Render(), signed.Digest())
	if err != nil {
		return nil, err
	}
	words := []string{
		s.Say("request-exported", "file", out, "title", want.profile.Title, "version", made.Product.Version),
		compareWords(s, out, signed.Digest(), want.shown),
	}
	if made.Enrollment != nil {
		words = append(words, s.Say("request-first", "key", key.Fingerprint()))
	}
	done := &exported{exportObject(made, out, signed.Digest(), key.Fingerprint(), want.shown), words, nil}
	return done, carrier.write(done)
}

// outName returns the name of the file to write: --out, or what the request
// is about.
func outName(s *ui.Session, made *request.Request, extension string) string {
	if out := s.String("out"); out != "" {
		return out
	}
	return defaultName(made) + extension
}

// writeExport writes what leaves the site, once, and into the journal.
func writeExport(s *ui.Session, opened *site.Site, want *wanted, made *request.Request, extension string, data []byte, digest signedtext.Digest) (out string, err error) {
	out = outName(s, made, extension)
	if err := checkFree(s, out); err != nil {
		return "", err
	}
	if err := files.Create(out, data, files.Public); err != nil {
		return "", err
	}
	opened.KeepRequest(data, digest, extension == ".request")
	opened.Forget(want.version)
	opened.Journal(s.Now(), "export", made.Product.Version, digest.String())
	showWarnings(s, opened)
	return out, nil
}

// compareWords tell the number that ties the file to what preview showed.
func compareWords(s *ui.Session, out string, digest signedtext.Digest, shown bool) string {
	if shown {
		return s.Say("request-as-shown", "digest", digest.Groups())
	}
	return s.Say("request-compare", "digest", digest.Groups(), "file", out)
}

func defaultName(made *request.Request) string {
	return fmt.Sprintf("%s-%s-%s-%s", made.Customer, made.Product.Name, made.Product.Version, made.Created.Format("2006-01-02"))
}

// exportObject is what export prints as JSON.
func exportObject(made *request.Request, out string, digest signedtext.Digest, key openpgp.Fingerprint, shown bool) map[string]any {
	return map[string]any{
		"file": out, "digest": digest.String(), "compare": digest.Groups(), "previewed": shown, "customer": made.Customer, "site": made.Site,
		"product": made.Product.Name, "version": made.Product.Version, "key": key.String(),
		"databases": len(made.Databases), "first": made.Enrollment != nil,
	}
}

// exportText writes the request as a text for the program that holds the
// site's key, and says how gpg signs it. It has no line end at its end: most
// programs would sign that too.
func exportText(s *ui.Session, opened *site.Site, reached *connections, certificate *openpgp.Certificate) (*exported, error) {
	if err := certificate.CheckSigning(s.Now()); err != nil {
		return nil, err
	}
	made, want, err := toSend(s, opened, reached)
	if err != nil {
		return nil, err
	}
	text, err := made.Text(certificate)
	if err != nil {
		return nil, err
	}
	digest := signedtext.DigestOf(text)
	out, err := writeExport(s, opened, want, made, ".text", text, digest)
	if err != nil {
		return nil, err
	}
	object := exportObject(made, out, digest, certificate.Fingerprint(), want.shown)
	object["signed"] = false
	signed := strings.TrimSuffix(out, ".text") + ".request"
	words := s.Say("request-text", "file", out, "command", fmt.Sprintf("gpg --local-user %s --digest-algo SHA512 --output %s --clearsign %s",
		certificate.Fingerprint().String(), signed, out))
	return &exported{object, []string{words, compareWords(s, out, digest, want.shown)}, nil}, nil
}

func install(s *ui.Session) error {
	if err := s.CheckFormat(); err != nil {
		return err
	}
	if err := checkInput(s); err != nil {
		return err
	}
	if s.Bool(dialogueFlag.Name) {
		return speak(s, "install", installSpoken)
	}
	opened, err := openSite(s)
	if err != nil {
		return err
	}
	changes, err := installFrom(s, opened, newConnections(s, opened.Folder))
	if err != nil {
		return err
	}
	if s.IsJSON() {
		s.JSON(map[string]any{"installed": changeObjects(s, changes)})
		return nil
	}
	for _, change := range changes {
		printChange(s, change)
	}
	return nil
}

// checkInput refuses to read two things from standard input.
func checkInput(s *ui.Session) error {
	first := ""
	for _, reader := range []ui.Flag{dialogueFlag, pasteFlag, scanFlag, shortFlag} {
		switch {
		case !s.Bool(reader.Name):
		case first != "":
			return ui.NotTogether.New("one thing reads standard input", "option", "--"+reader.Name, "other", first)
		default:
			first = "--" + reader.Name
		}
	}
	return nil
}

func installFrom(s *ui.Session, opened *site.Site, reached *connections) ([]site.Change, error) {
	here := place(s, reached, verify.Running{})
	if s.Bool(shortFlag.Name) {
		form, err := readShort(s, opened)
		if err != nil {
			return nil, err
		}
		changes, err := opened.InstallShort(context.Background(), form, here)
		return recorded(s, opened, changes, err)
	}
	given, err := toInstall(s)
	if err != nil {
		return nil, err
	}
	changes, err := opened.Install(context.Background(), given, here)
	return recorded(s, opened, changes, refusedFile(err, given))
}

// recorded writes into the journal what was installed, if it was.
func recorded(s *ui.Session, opened *site.Site, changes []site.Change, err error) ([]site.Change, error) {
	if err != nil {
		return nil, err
	}
	for _, change := range changes {
		opened.Journal(s.Now(), "install", change.Kind, filepath.Base(change.Path))
		s.WarnRepaired(true, change.Source, change.Repaired)
	}
	showWarnings(s, opened)
	return changes, nil
}

// refusedFile names the only file in an error about its content.
func refusedFile(err error, given []site.Given) error {
	if len(given) == 1 {
		return fault.With(err, "file", given[0].Name)
	}
	return err
}

func changeObjects(s *ui.Session, changes []site.Change) []map[string]any {
	var objects []map[string]any
	for _, change := range changes {
		object := map[string]any{"kind": change.Kind, "source": change.Source, "file": change.Path, "same": change.Same}
		if change.Old != "" {
			object["old"] = change.Old
		}
		if change.Endings != nil {
			object["licenses"] = endingObjects(change.Endings)
		}
		if repair := ui.NewRepairObject(true, change.Repaired); repair != nil {
			object["repair"] = repair
		}
		if change.Verdict != nil {
			object["verdict"] = s.Object(*change.Verdict, "")
		}
		objects = append(objects, object)
	}
	return objects
}

func printChange(s *ui.Session, change site.Change) {
	kind := s.Say("kind-" + change.Kind)
	if change.Same {
		s.Line("request-installed-same", "kind", kind, "file", change.Path)
		return
	}
	s.Line("request-installed", "kind", kind, "file", change.Path)
	if change.Old != "" {
		s.Line("request-kept", "file", change.Old)
	}
	printEndings(s, change.Endings)
	if change.Kind != license.Kind || change.Verdict == nil {
		return
	}
	switch change.Verdict.Outcome {
	case verify.Valid:
		s.Line("request-rehearsed")
		warnOf(s, change.Verdict, verify.RevocationCheck)
		warnOf(s, change.Verdict, verify.LogCheck)
	default:
		s.Warn(change.Verdict.Reason())
		s.Line("request-not-rehearsed")
	}
}
