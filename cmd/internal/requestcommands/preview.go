package requestcommands

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/fingerprint"
	"github.com/futura/airlicense/request/site"
)

// shown is a request as preview shows it.
type shown struct {
	*request.Request
	text        []byte
	certificate *openpgp.Certificate
	profiles    func(signedtext.Digest) *request.Profile
	kept        bool    // export sends exactly this
	asked       []asked // with --sql
}

func (w shown) digest() signedtext.Digest { return signedtext.DigestOf(w.text) }

// preview shows every value that would leave, in words and as the text that
// export then signs; or what a file holds that export has written.
func preview(s *ui.Session) error {
	if err := s.CheckFormat(); err != nil {
		return err
	}
	path := ""
	for _, path = range s.Arguments() {
		for _, option := range []string{"for", "sql", "version", dialogueFlag.Name} {
			if s.IsSet(option) {
				return ui.NotTogether.New("not together with a file", "option", "--"+option, "other", "FILE")
			}
		}
	}
	if path == "" && !s.IsSet("for") {
		return ui.MissingOption.New("an option is missing", "option", "--for", "value", "VERSION")
	}
	if path == "" && s.Bool(dialogueFlag.Name) {
		return speak(s, "preview", previewSpoken)
	}
	opened, err := openSite(s)
	if err != nil {
		return err
	}
	if path != "" {
		return previewFile(s, opened, path)
	}
	return previewNext(s, opened)
}

// previewFrom measures, and keeps the request for export.
func previewFrom(s *ui.Session, opened *site.Site, reached *connections) (shown, error) {
	ctx := context.Background()
	want, err := newWanted(ctx, s, opened, reached)
	if err != nil {
		return shown{}, err
	}
	made, err := want.prepare(ctx, s, opened)
	if err != nil {
		return shown{}, err
	}
	certificate, err := opened.Certificate()
	if err != nil {
		return shown{}, err
	}
	text, err := made.Text(certificate)
	if err != nil {
		return shown{}, err
	}
	what := shown{Request: made, text: text, certificate: certificate, profiles: opened.ProfileOf}
	if s.Bool("sql") {
		what.asked = want.asked
	}
	err = opened.Keep(text)
	what.kept = err == nil
	s.Warn(err)
	showWarnings(s, opened)
	return what, nil
}

func previewNext(s *ui.Session, opened *site.Site) error {
	what, err := previewFrom(s, opened, newConnections(s, opened.Folder))
	if err != nil {
		return err
	}
	if s.IsJSON() {
		s.JSON(what.object())
		return nil
	}
	s.Line("preview-head")
	what.print(s)
	if what.kept {
		s.Line("preview-kept", "version", what.Product.Version, "until", what.Created.Add(site.PreviewLife))
	}
	return nil
}

// previewFile shows a request that lies in a file, if this installation made
// it.
func previewFile(s *ui.Session, opened *site.Site, path string) error {
	certificate, err := opened.Certificate()
	if err != nil {
		return err
	}
	what, signed, err := readRequest(s, path)
	if err != nil {
		return fault.With(err, "file", path)
	}
	if what.Key.Fingerprint != certificate.Fingerprint() {
		return notOurs.New("another installation made the request", "file", path, "customer", what.Customer, "site", what.Site, "key", what.Key.Fingerprint)
	}
	what.certificate, what.profiles = certificate, opened.ProfileOf
	showWarnings(s, opened)
	for _, database := range what.Databases {
		if opened.ProfileOf(database.Profile) == nil {
			s.Warn(notExplained.New("measured by a profile that is not installed", "database", database.Name, "profile", database.Profile))
		}
	}
	if s.IsJSON() {
		object := what.object()
		object["file"], object["signed"] = path, signed
		s.JSON(object)
		return nil
	}
	s.Line("preview-file", "file", path, "created", what.Created)
	if !signed {
		s.Line("preview-unsigned")
	}
	what.print(s)
	return nil
}

// readRequest reads a request, or the text of one that another program has
// yet to sign.
func readRequest(s *ui.Session, path string) (what shown, signed bool, err error) {
	data, err := files.Read(path, signedtext.MaxDamaged)
	if err != nil {
		return shown{}, false, err
	}
	if kind, _, ok := signedtext.Kind(data); ok && kind == request.Kind {
		made, err := request.Parse(data)
		return shown{Request: made, text: data}, false, err
	}
	opened, _, changes, err := request.OpenRepaired(data)
	if err != nil {
		return shown{}, false, err
	}
	s.WarnRepaired(true, path, changes)
	return shown{Request: &opened.Request, text: opened.Document.Text()}, true, nil
}

// print explains the request and then shows its text, byte for byte.
func (w shown) print(s *ui.Session) {
	s.Line("preview-who", "customer", w.Customer, "site", w.Site, "product", w.Product.Name, "version", w.Product.Version)
	if w.Product.Running != "" {
		s.Line("preview-running", "version", w.Product.Running)
	}
	if w.Enrollment != nil {
		s.Line("preview-enrollment")
	}
	if w.Installed != nil {
		s.Line("preview-installed")
	}
	for _, database := range w.Databases {
		w.printDatabase(s, database)
	}
	s.Line("preview-key", "names", strings.Join(w.certificate.UserIDs(), ", "))
	s.Line("preview-nothing-else")
	if len(w.asked) > 0 {
		printAsked(s, w.asked)
	}
	s.Line("preview-text")
	fmt.Fprintf(s.Out, "\n%s\n\n", w.text)
	s.Line("preview-compare", "digest", w.digest().Groups())
}

func (w shown) printDatabase(s *ui.Session, database request.Database) {
	s.Line("preview-database", "database", database.Name)
	profile := w.profiles(database.Profile)
	if profile == nil {
		return
	}
	for _, metric := range disclose(profile, database.Items) {
		metric.print(s)
	}
	if profile.Pepper != nil {
		s.Line("preview-pepper", "table", profile.Pepper.Table)
	} else {
		s.Line("preview-no-pepper")
	}
	if len(database.Continuity) > 0 {
		s.Line("preview-continuity")
	}
	if len(database.Unknown) > 0 {
		s.Line("preview-unknown")
	}
	if len(database.Lineage) > 0 {
		s.Line("preview-lineage", "count", len(database.Lineage))
	}
}

// disclosure is what the items of one metric tell.
type disclosure struct {
	Metric   string           `json:"metric"`
	Kind     fingerprint.Kind `json:"kind"`
	Table    string           `json:"table"`
	Columns  []string         `json:"columns"` // that are read, the key first
	Measured bool             `json:"measured"`
	Items    int              `json:"items"`
	Bits     int              `json:"bits"`   // of each item
	Absent   int              `json:"absent"` // of the anchors: items that say that there is no row
	Sampled  int64            `json:"sampled,omitempty"`
	Least    int64            `json:"least"` // of anchors the highest key, of a set the number of rows, is at least and
	Most     int64            `json:"most"`  // at most this
}

// disclose decodes the items of a database. Items that do not fit the
// profile tell nothing.
func disclose(profile *request.Profile, encoded []byte) []disclosure {
	items, err := fingerprint.Decode(profile.MetricList(), encoded)
	if err != nil {
		return nil
	}
	list := make([]disclosure, len(items))
	for i, metric := range profile.Metrics {
		list[i] = discloseMetric(metric, items[i])
		// Fewer anchors than are drawn as a rule are all keys that there are.
		if told := &list[i]; metric.Kind == fingerprint.Anchors && profile.Pepper != nil && told.Items > 0 && told.Items < metric.Count {
			told.Least, told.Most = int64(told.Items), int64(told.Items)
		}
	}
	return list
}

func discloseMetric(metric request.ProfileMetric, item fingerprint.Item) disclosure {
	told := disclosure{Metric: metric.Name, Kind: metric.Kind, Table: metric.Table, Columns: []string{metric.Key.Name}, Measured: item.Measured}
	if columns, err := metric.ColumnList(); err == nil {
		for _, column := range columns {
			told.Columns = append(told.Columns, column.Name)
		}
	}
	if !item.Measured {
		return told
	}
	told.Items = len(item.Values)
	if metric.Kind == fingerprint.Set {
		told.Bits, told.Sampled = 16, int64(1)<<item.Exponent
		told.Least, told.Most = rowsOf(len(item.Values), told.Sampled)
		return told
	}
	told.Bits = 8
	for _, value := range item.Values {
		if value == 0 {
			told.Absent++
		}
	}
	if told.Items > 0 {
		told.Least = int64(1) << item.Exponent
		told.Most = told.Least - 1 + told.Least
	}
	return told
}

// rowsOf estimates the rows of a table from a sample of one in so many: two
// standard deviations of the binomial distribution to either side. A whole
// table is known exactly.
func rowsOf(sample int, in int64) (least, most int64) {
	rows := float64(sample) * float64(in)
	deviation := 2 * math.Sqrt(rows*float64(in-1))
	return max(int64(sample), int64(rows-deviation)), int64(math.Ceil(rows + deviation))
}

func (d disclosure) print(s *ui.Session) {
	id := "preview-anchors"
	switch {
	case !d.Measured:
		id = "preview-metric-none"
	case d.Items == 0:
		id = "preview-metric-empty"
	case d.Kind == fingerprint.Set && d.Sampled == 1:
		id = "preview-set-whole"
	case d.Kind == fingerprint.Set:
		id = "preview-set"
	}
	s.Line("preview-metric", "metric", d.Metric, "table", d.Table, "columns", strings.Join(d.Columns, ", "))
	s.Line(id, "key", d.Columns[0], "count", d.Items, "present", d.Items-d.Absent, "bits", d.Bits, "sampled", d.Sampled, "low", d.Least, "high", d.Most)
}

// printAsked prints the queries with their values, as the database got them.
func printAsked(s *ui.Session, list []asked) {
	s.Line("preview-sql")
	for _, one := range list {
		fmt.Fprintf(s.Out, "\n  %s: %s;\n", s.Show(one.database), s.Show(one.query.SQL))
		if len(one.query.Arguments) > 0 {
			s.Line("preview-values", "values", strings.Trim(fmt.Sprint(one.query.Arguments), "[]"))
		}
	}
}

// object is what preview prints as JSON.
func (w shown) object() map[string]any {
	var databases []map[string]any
	for _, database := range w.Databases {
		object := map[string]any{
			"name": database.Name, "profile": database.Profile.String(),
			"continuity": len(database.Continuity) > 0, "unknown": len(database.Unknown) > 0, "lineage": len(database.Lineage) > 0,
		}
		if profile := w.profiles(database.Profile); profile != nil {
			object["pepper"], object["metrics"] = profile.Pepper != nil, disclose(profile, database.Items)
		}
		databases = append(databases, object)
	}
	object := map[string]any{
		"text": string(bytes.Clone(w.text)), "digest": w.digest().String(), "compare": w.digest().Groups(), "kept": w.kept, "created": w.Created.Format(time.RFC3339),
		"customer": w.Customer, "site": w.Site, "product": w.Product.Name, "version": w.Product.Version, "running": w.Product.Running,
		"first": w.Enrollment != nil, "installed": w.Installed != nil, "names": w.certificate.UserIDs(), "databases": databases,
	}
	if len(w.asked) > 0 {
		object["queries"] = askedObjects(w.asked)
	}
	return object
}

func askedObjects(list []asked) []map[string]any {
	objects := make([]map[string]any, len(list))
	for i, one := range list {
		objects[i] = map[string]any{"database": one.database, "metric": one.query.Metric, "sql": one.query.SQL, "arguments": one.query.Arguments}
	}
	return objects
}
