package request

import (
	"slices"
	"strings"
	"time"

	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/fingerprint"
)

// ProfileKind is the kind of a product profile.
const ProfileKind = "futura-profile"

// Profile tells how a product is licensed and how its databases are
// recognized. docs/profile.md is its specification.
type Profile struct {
	Kind        string          `toml:"kind"`
	Format      int             `toml:"format"`
	Product     string          `toml:"product"`
	Title       string          `toml:"title"` // the product's name for people
	Issued      time.Time       `toml:"issued"`
	Scheme      Scheme          `toml:"scheme"`
	Digits      int             `toml:"digits"`                // of a version are licensed
	File        string          `toml:"file"`                  // name of license files, with {version}
	Maintenance string          `toml:"maintenance,omitempty"` // the module that stands for maintenance
	Recognized  int             `toml:"recognized"`            // percent
	Drifted     int             `toml:"drifted"`               // percent
	Words       Words           `toml:"words"`
	Running     *Place          `toml:"running,omitempty"` // where the database tells the running version
	Pepper      *Place          `toml:"pepper,omitempty"`  // where the product keeps its random secret
	Metrics     []ProfileMetric `toml:"metric"`
	Renames     []Rename        `toml:"rename,omitempty"`

	// Checks is what the product wants to be so around an upgrade.
	Checks []ReadinessCheck `toml:"check,omitempty"`

	Digest signedtext.Digest `toml:"-"`
}

// Words are what users of the product read.
type Words struct {
	Headline signedtext.Long `toml:"headline"` // of a license that is not valid
	Contact  signedtext.Long `toml:"contact"`  // whom to ask
}

// Place is one value in the database: a table with one row, or a row that
// the database gives first.
type Place struct {
	Table  string `toml:"table"`
	Column string `toml:"column"`
}

// ProfileMetric is one metric: which rows are read and which of their
// columns go into the keyed hash.
type ProfileMetric struct {
	Name    string           `toml:"name"`
	Kind    fingerprint.Kind `toml:"kind"`
	Table   string           `toml:"table"`
	Key     Column           `toml:"key"`     // of the primary key
	Columns signedtext.Long  `toml:"columns"` // name:kind, with a blank between
	Count   int              `toml:"count"`
	Weight  int              `toml:"weight"`
}

// Rename gives a table or column the name that it has on one engine.
type Rename struct {
	Engine string `toml:"engine"`
	Name   string `toml:"name"`
	There  string `toml:"there"`
}

// Column is a column and the kind by which its values are made canonical.
type Column struct {
	Name string
	Kind ColumnKind
}

// ColumnKind says how the values of a column are made canonical, so that
// the same data on another engine gives the same fingerprint.
type ColumnKind string

// The kinds of columns. There is none for amounts, on purpose, and none for
// floating point and local times, which engines do not agree on.
const (
	IntegerColumn   ColumnKind = "integer"
	TextColumn      ColumnKind = "text"      // without blanks at its end
	TimestampColumn ColumnKind = "timestamp" // without a zone, to the microsecond
	DateColumn      ColumnKind = "date"
	UUIDColumn      ColumnKind = "uuid"
	BytesColumn     ColumnKind = "bytes"
)

// MarshalText writes name:kind.
func (c Column) MarshalText() ([]byte, error) { return []byte(c.Name + ":" + string(c.Kind)), nil }

// UnmarshalText reads name:kind.
func (c *Column) UnmarshalText(text []byte) error {
	name, kind, _ := strings.Cut(string(text), ":")
	*c = Column{Name: name, Kind: ColumnKind(kind)}
	return c.check()
}

func (c Column) check() error {
	kinds := []ColumnKind{IntegerColumn, TextColumn, TimestampColumn, DateColumn, UUIDColumn, BytesColumn}
	if !isColumn(c.Name) || !slices.Contains(kinds, c.Kind) {
		return badProfile("column", "name:kind")
	}
	return nil
}

// ColumnList returns the columns that go into the hash beside the key.
func (m ProfileMetric) ColumnList() ([]Column, error) {
	var columns []Column
	for item := range strings.SplitSeq(string(m.Columns), " ") {
		var column Column
		if err := column.UnmarshalText([]byte(item)); err != nil {
			return nil, err
		}
		columns = append(columns, column)
	}
	return columns, nil
}

// MetricList returns the metrics as the fingerprint sees them.
func (p *Profile) MetricList() []fingerprint.Metric {
	metrics := make([]fingerprint.Metric, len(p.Metrics))
	for i, metric := range p.Metrics {
		metrics[i] = fingerprint.Metric{Name: metric.Name, Kind: metric.Kind, Count: metric.Count, Weight: metric.Weight}
	}
	return metrics
}

// Thresholds returns the scores that separate the verdicts.
func (p *Profile) Thresholds() fingerprint.Thresholds {
	return fingerprint.Thresholds{Recognized: float64(p.Recognized) / 100, Drifted: float64(p.Drifted) / 100}
}

// There returns the name of a table or column on an engine. Firebird keeps
// names that were not quoted when the table was made in upper case, so a name
// is looked for in upper case there unless the profile renames it.
func (p *Profile) There(engine, name string) string {
	for _, rename := range p.Renames {
		if rename.Engine == engine && rename.Name == name {
			return rename.There
		}
	}
	if engine == "firebird" {
		return strings.ToUpper(name)
	}
	return name
}

// FileName returns the name of the license file for a version.
func (p *Profile) FileName(version Version) string {
	return strings.Replace(p.File, "{version}", version.Licensed(p.Digits), 1)
}

// Covers reports whether a coverage, as a license or a contract writes it,
// permits a version.
func (p *Profile) Covers(coverage string, version Version, maintenance time.Time) (bool, error) {
	parsed, err := ParseCoverage(p.Scheme, p.Digits, coverage)
	if err != nil {
		return false, err
	}
	return parsed.Covers(version, maintenance), nil
}

// ParseProfile reads the canonical text of a profile.
func ParseProfile(text []byte) (*Profile, error) {
	var profile Profile
	if err := signedtext.Unmarshal(text, ProfileKind, format, &profile); err != nil {
		return nil, err
	}
	profile.Digest = signedtext.DigestOf(text)
	if err := profile.check(); err != nil {
		return nil, err
	}
	return &profile, nil
}

// maxDraft bounds the file that a person writes, in bytes.
const maxDraft = signedtext.MaxText

// DraftProfile reads a profile as a person writes it: TOML with comments, in
// any order, long values in one piece, without kind, format and date. It
// returns the canonical text.
func DraftProfile(draft []byte, issued time.Time) ([]byte, error) {
	if len(draft) > maxDraft {
		return nil, signedtext.TooLarge.New("profile over the limit", "limit", maxDraft)
	}
	var written draftProfile
	if wrong, err := signedtext.DecodeWritten(draft, &written); err != nil {
		return nil, BadProfile.Wrap(err, "the profile cannot be read", "field", "file", "reason", err.Error())
	} else if wrong != "" {
		return nil, badProfile(wrong, "unknown key")
	}
	profile := written.profile(issued)
	if err := profile.check(); err != nil {
		return nil, err
	}
	return signedtext.Marshal(profile)
}

// NewProfile reads a draft as the profile that it would be if it were signed
// at that time.
func NewProfile(draft []byte, issued time.Time) (*Profile, error) {
	text, err := DraftProfile(draft, issued)
	if err != nil {
		return nil, err
	}
	return ParseProfile(text)
}

func badProfile(field, reason string) error {
	return BadProfile.New("the profile contradicts itself", "field", field, "reason", reason)
}

// engines are the names that a profile may use for database systems.
var engines = []string{"sqlite", "postgresql", "mysql", "firebird", "sqlserver"}

// IsModule accepts the names of modules: 1 to 20 letters, digits, dots,
// hyphens and underscores.
func IsModule(name string) bool {
	return signedtext.MadeOf(name, signedtext.Letters+signedtext.Digits+"._-", 20)
}

func isColumn(name string) bool {
	return signedtext.MadeOf(name, signedtext.Letters+signedtext.Digits+"_", 40) && !strings.Contains(signedtext.Digits, name[:1])
}

// isFile accepts the pattern of file names: a letter or digit at both ends,
// and {version} once between them.
func isFile(pattern string) bool {
	before, after, found := strings.Cut(pattern, "{version}")
	return found && IsModule(before) && IsModule(after) && signedtext.MadeOf(before[:1], signedtext.Letters+signedtext.Digits, 1) && signedtext.MadeOf(after[len(after)-1:], signedtext.Letters+signedtext.Digits, 1)
}

// maxTable bounds a table's name with its schema, in characters, so that its
// line stays within signedtext.MaxColumns.
const maxTable = 50

// IsTable accepts the names of tables that a profile can hold: letters, digits
// and underscores, with a schema and a dot before them where needed.
func IsTable(name string) bool {
	schema, table, found := strings.Cut(name, ".")
	return len(name) <= maxTable && isColumn(schema) && (!found || isColumn(table))
}

// Limits of a profile.
const (
	maxMetrics = 16
	maxWeight  = 10
	maxDigits  = 4
)

func (p *Profile) check() error {
	if err := signedtext.CheckName("product", p.Product); err != nil {
		return err
	}
	switch {
	case p.Title == "":
		return badProfile("title", "empty")
	case !p.Scheme.Known():
		return badProfile("scheme", "unknown")
	case p.Digits < 1 || p.Digits > maxDigits:
		return badProfile("digits", "range")
	case !isFile(p.File) || signedtext.IsDevice(p.File):
		return badProfile("file", "form")
	case p.Maintenance != "" && !IsModule(p.Maintenance):
		return badProfile("maintenance", "form")
	case p.Words.Headline == "" || p.Words.Contact == "":
		return badProfile("words", "empty")
	case !p.Thresholds().Valid():
		return badProfile("recognized", "thresholds")
	}
	if err := p.checkPlaces(); err != nil {
		return err
	}
	if err := p.checkMetrics(); err != nil {
		return err
	}
	return p.checkChecks()
}

func (p *Profile) checkPlaces() error {
	for _, place := range []*Place{p.Running, p.Pepper} {
		if place != nil && (!IsTable(place.Table) || !isColumn(place.Column)) {
			return badProfile("table", "form")
		}
	}
	seen := map[[2]string]bool{}
	for _, rename := range p.Renames {
		if seen[[2]string{rename.Engine, rename.Name}] {
			return badProfile("rename", "twice")
		}
		seen[[2]string{rename.Engine, rename.Name}] = true
		if !slices.Contains(engines, rename.Engine) || !IsTable(rename.Name) || !IsTable(rename.There) {
			return badProfile("rename", "form")
		}
	}
	return nil
}

func (p *Profile) checkMetrics() error {
	if len(p.Metrics) == 0 || len(p.Metrics) > maxMetrics {
		return badProfile("metric", "count")
	}
	seen := map[string]bool{}
	for _, metric := range p.Metrics {
		if err := signedtext.CheckName("metric", metric.Name); err != nil {
			return err
		}
		if seen[metric.Name] {
			return badProfile("metric", "twice")
		}
		seen[metric.Name] = true
		if err := metric.check(); err != nil {
			return err
		}
	}
	return nil
}

func (m ProfileMetric) check() error {
	switch {
	case m.Kind != fingerprint.Anchors && m.Kind != fingerprint.Set:
		return badProfile("kind", "unknown")
	case !IsTable(m.Table):
		return badProfile("table", "form")
	case m.Key.check() != nil || m.Kind == fingerprint.Anchors && m.Key.Kind != IntegerColumn:
		return badProfile("key", "anchors need an integer key")
	case m.Count < 1 || m.Count > fingerprint.MaxCount:
		return badProfile("count", "range")
	case m.Weight < 1 || m.Weight > maxWeight:
		return badProfile("weight", "range")
	}
	_, err := m.ColumnList()
	return err
}
