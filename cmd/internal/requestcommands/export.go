package requestcommands

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/site"
	"github.com/futura/airlicense/verify"
	"github.com/futura/airlicense/verify/license"
)

// prepare measures and makes the request that export signs and preview
// shows.
func prepare(s *ui.Session, opened *site.Site, reached *connections) (*request.Request, *request.Profile, error) {
	if _, err := opened.Enrollment(); err != nil {
		return nil, nil, err
	}
	profile, err := opened.Profile()
	if err != nil {
		return nil, nil, err
	}
	version, err := profile.Scheme.Parse(s.String("for"))
	if err != nil {
		return nil, nil, err
	}
	ctx := context.Background()
	current, err := running(ctx, s, opened, reached)
	if err != nil {
		return nil, nil, err
	}
	if _, err := profile.Scheme.Parse(current.Text); err != nil {
		current.Text = "" // the request tells the running version only when it is one
	}
	done := s.Progress("progress-measuring")
	made, err := opened.Prepare(ctx, version, current.Text, s.Now(), s.Environment().Random, reached.measure)
	done(1)
	return made, profile, err
}

// preview shows every value that would leave, in words and as the text that
// would be signed.
func preview(s *ui.Session) error {
	opened, err := openSite(s)
	if err != nil {
		return err
	}
	made, profile, err := prepare(s, opened, newConnections(s, opened.Folder))
	if err != nil {
		return err
	}
	certificate, err := opened.Certificate()
	if err != nil {
		return err
	}
	text, err := made.Text(certificate)
	if err != nil {
		return err
	}
	showWarnings(s, opened)
	explain(s, made, profile)
	s.Line("preview-text")
	fmt.Fprintf(s.Out, "\n%s\n", text)
	return nil
}

func explain(s *ui.Session, made *request.Request, profile *request.Profile) {
	s.Line("preview-head", "customer", made.Customer, "site", made.Site, "product", made.Product.Name, "version", made.Product.Version)
	if made.Product.Running != "" {
		s.Line("preview-running", "version", made.Product.Running)
	}
	if made.Enrollment != nil {
		s.Line("preview-enrollment")
	}
	if made.Installed != nil {
		s.Line("preview-installed")
	}
	for _, database := range made.Databases {
		s.Line("preview-database", "database", database.Name)
		explainItems(s, profile, database.Items)
		if len(database.Continuity) > 0 {
			s.Line("preview-continuity")
		}
		if len(database.Unknown) > 0 {
			s.Line("preview-unknown")
		}
		if len(database.Lineage) > 0 {
			s.Line("preview-lineage")
		}
	}
	s.Line("preview-key")
	s.Line("preview-nothing-else")
}

// explainItems says of each metric what is read, what of it leaves, and what
// that tells: a size class.
func explainItems(s *ui.Session, profile *request.Profile, encoded []byte) {
	items, err := fingerprint.Decode(profile.MetricList(), encoded)
	if err != nil {
		return
	}
	for i, metric := range profile.Metrics {
		item := items[i]
		if !item.Measured {
			s.Line("preview-metric-none", "metric", metric.Name)
			continue
		}
		columns := metric.Key.Name
		if list, err := metric.ColumnList(); err == nil {
			for _, column := range list {
				columns += ", " + column.Name
			}
		}
		id, bits := "preview-anchors", 8
		if metric.Kind == fingerprint.Set {
			id, bits = "preview-set", 16
		}
		low := int64(1) << item.Exponent
		s.Line(id, "metric", metric.Name, "table", metric.Table, "columns", columns, "count", len(item.Values), "bits", bits, "low", low, "high", 2*low-1)
	}
}

func export(s *ui.Session) error {
	if err := s.CheckFormat(); err != nil {
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
	return nil
}

// exported is what an export did: for programs, and for people.
type exported struct {
	object map[string]any
	words  []string
}

func exportFrom(s *ui.Session, opened *site.Site, reached *connections) (*exported, error) {
	if out := s.String("out"); out != "" {
		if _, err := os.Lstat(out); err == nil {
			return nil, files.Exists.New("is there already", "file", out)
		}
	}
	outside, err := opened.Outside()
	switch {
	case err != nil:
		return nil, err
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
	made, profile, err := prepare(s, opened, reached)
	if err != nil {
		return nil, err
	}
	signed, err := made.Seal(key)
	if err != nil {
		return nil, err
	}
	out, err := writeExport(s, opened, made, ".request", signed.Document.Render(), signed.Digest())
	if err != nil {
		return nil, err
	}
	words := []string{s.Say("request-exported", "file", out, "title", profile.Title, "version", made.Product.Version)}
	if made.Enrollment != nil {
		words = append(words, s.Say("request-first", "key", key.Fingerprint()))
	}
	return &exported{exportObject(made, out, signed.Digest(), key.Fingerprint()), words}, nil
}

// writeExport writes what leaves the site, once, and into the journal.
func writeExport(s *ui.Session, opened *site.Site, made *request.Request, extension string, data []byte, digest signedtext.Digest) (out string, err error) {
	if out = s.String("out"); out == "" {
		out = defaultName(made) + extension
	}
	if err := files.Create(out, data, files.Public); err != nil {
		return "", err
	}
	opened.Journal(s.Now(), "export", made.Product.Version, digest.String())
	showWarnings(s, opened)
	return out, nil
}

func defaultName(made *request.Request) string {
	return fmt.Sprintf("%s-%s-%s-%s", made.Customer, made.Product.Name, made.Product.Version, made.Created.Format("2006-01-02"))
}

// exportObject is what export prints as JSON.
func exportObject(made *request.Request, out string, digest signedtext.Digest, key openpgp.Fingerprint) map[string]any {
	return map[string]any{
		"file": out, "digest": digest.String(), "customer": made.Customer, "site": made.Site,
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
	made, _, err := prepare(s, opened, reached)
	if err != nil {
		return nil, err
	}
	text, err := made.Text(certificate)
	if err != nil {
		return nil, err
	}
	out, err := writeExport(s, opened, made, ".text", text, signedtext.DigestOf(text))
	if err != nil {
		return nil, err
	}
	object := exportObject(made, out, signedtext.DigestOf(text), certificate.Fingerprint())
	object["signed"] = false
	signed := strings.TrimSuffix(out, ".text") + ".request"
	words := s.Say("request-text", "file", out, "command", fmt.Sprintf("gpg --local-user %s --digest-algo SHA512 --output %s --clearsign %s",
		certificate.Fingerprint().String(), signed, out))
	return &exported{object, []string{words}}, nil
}

func install(s *ui.Session) error {
	if err := s.CheckFormat(); err != nil {
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

func installFrom(s *ui.Session, opened *site.Site, reached *connections) ([]site.Change, error) {
	var given []site.Given
	for _, path := range s.Arguments() {
		data, err := files.Read(path, signedtext.MaxDamaged)
		if err != nil {
			return nil, err
		}
		given = append(given, site.Given{Name: path, Data: data})
	}
	changes, err := opened.Install(context.Background(), given, place(s, reached, verify.Running{}))
	if err != nil {
		return nil, refusedFile(err, s.Arguments())
	}
	for _, change := range changes {
		opened.Journal(s.Now(), "install", change.Kind, filepath.Base(change.Path))
		s.WarnRepaired(true, change.Source, change.Repaired)
	}
	showWarnings(s, opened)
	return changes, nil
}

// refusedFile names the only file in an error about its content.
func refusedFile(err error, paths []string) error {
	if len(paths) == 1 {
		return fault.With(err, "file", paths[0])
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
		warnRevoked(s, change.Verdict)
	default:
		s.Warn(change.Verdict.Reason())
		s.Line("request-not-rehearsed")
	}
}
