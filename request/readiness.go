package request

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/futura/airlicense/keys/signedtext"
)

// ReadinessCheck is one thing that the product wants to be so before an
// upgrade, or after one.
type ReadinessCheck struct {
	Name        string          `toml:"name"`
	When        Occasion        `toml:"when"`
	Kind        CheckKind       `toml:"kind"`
	Words       signedtext.Long `toml:"words"`                 // what must be so; of a confirmation: the question
	Next        signedtext.Long `toml:"next,omitempty"`        // what to do when it is not so
	Connections signedtext.Long `toml:"connections,omitempty"` // names with a blank between, FirstConnection among them; empty: all
	SQL         signedtext.Long `toml:"sql,omitempty"`         // one SELECT that gives one value
	Expect      string          `toml:"expect,omitempty"`      // the value, with {version} and {licensed}
	Hours       int             `toml:"hours,omitempty"`       // age that a file may have
	Engines     []EngineSQL     `toml:"engine,omitempty"`
}

// EngineSQL is the SELECT of a check on one engine, where it differs.
type EngineSQL struct {
	Name string          `toml:"name"`
	SQL  signedtext.Long `toml:"sql"`
}

// Occasion says when a check is asked.
type Occasion string

// The two occasions.
const (
	Upgrade Occasion = "upgrade" // before one
	After   Occasion = "after"   // after one
)

// CheckKind says how a check is answered.
type CheckKind string

// The kinds of checks.
const (
	QueryCheck   CheckKind = "query"   // by a value in the database
	FileCheck    CheckKind = "file"    // by the age of the newest file of a backup
	ConfirmCheck CheckKind = "confirm" // by a person
)

// FirstConnection stands for the first connection of a site, whatever its
// name.
const FirstConnection = "first"

// ChecksFor returns the checks of an occasion, in the profile's order.
func (p *Profile) ChecksFor(occasion Occasion) []ReadinessCheck {
	var list []ReadinessCheck
	for _, check := range p.Checks {
		if check.When == occasion {
			list = append(list, check)
		}
	}
	return list
}

// SQLFor returns the SELECT for an engine.
func (c *ReadinessCheck) SQLFor(engine string) string {
	for _, other := range c.Engines {
		if other.Name == engine {
			return string(other.SQL)
		}
	}
	return string(c.SQL)
}

// Expected returns the value that the SELECT is to give when it is about a
// version of which so many digits are licensed.
func (c *ReadinessCheck) Expected(version Version, digits int) string {
	return strings.NewReplacer("{version}", version.String(), "{licensed}", version.Licensed(digits)).Replace(c.Expect)
}

// ConnectionsOf returns the names of the connections that the check is asked
// on, of those that a site has, in the site's order, and then the names that
// the site does not have.
func (c *ReadinessCheck) ConnectionsOf(site []string) (here, missing []string) {
	if c.Connections == "" {
		return site, nil
	}
	wanted := strings.Split(string(c.Connections), " ")
	for i, name := range site {
		if slices.Contains(wanted, name) && name != FirstConnection || i == 0 && slices.Contains(wanted, FirstConnection) {
			here = append(here, name)
		}
	}
	for _, name := range wanted {
		if name != FirstConnection && !slices.Contains(site, name) {
			missing = append(missing, name)
		}
	}
	return here, missing
}

// Limits of a check. A SELECT that needs more is a view in the product.
const (
	maxChecks = 32
	maxWords  = 200 // characters
	maxSQL    = 1000
	maxExpect = 50
	maxHours  = 366 * 24
)

func (p *Profile) checkChecks() error {
	if len(p.Checks) > maxChecks {
		return badProfile("check", "count")
	}
	seen := map[string]bool{}
	for _, check := range p.Checks {
		if err := signedtext.CheckName("check", check.Name); err != nil {
			return err
		}
		if seen[check.Name] {
			return badProfile("check", "twice")
		}
		seen[check.Name] = true
		if err := check.check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *ReadinessCheck) check() error {
	switch {
	case c.When != Upgrade && c.When != After:
		return badProfile("when", "unknown")
	case !isSentence(c.Words):
		return badProfile("words", "form")
	case c.Next != "" && !isSentence(c.Next):
		return badProfile("next", "form")
	case c.Kind != QueryCheck && (c.SQL != "" || c.Expect != "" || c.Connections != "" || len(c.Engines) > 0):
		return badProfile("sql", "only of a query")
	case c.Kind != FileCheck && c.Hours != 0:
		return badProfile("hours", "only of a file")
	}
	switch c.Kind {
	case QueryCheck:
		return c.checkQuery()
	case FileCheck:
		if c.Hours < 1 || c.Hours > maxHours {
			return badProfile("hours", "range")
		}
		return nil
	case ConfirmCheck:
		return nil
	}
	return badProfile("kind", "unknown")
}

// isSentence accepts what people can read on one line: no control characters,
// no blanks at the ends.
func isSentence(words signedtext.Long) bool {
	text := string(words)
	return text != "" && utf8.RuneCountInString(text) <= maxWords && strings.TrimSpace(text) == text && !strings.ContainsFunc(text, unicode.IsControl)
}

func (c *ReadinessCheck) checkQuery() error {
	if c.Expect == "" || utf8.RuneCountInString(c.Expect) > maxExpect {
		return badProfile("expect", "form")
	}
	if rest := strings.NewReplacer("{version}", "", "{licensed}", "").Replace(c.Expect); strings.ContainsAny(rest, "{}") {
		return badProfile("expect", "form")
	}
	if err := checkConnections(string(c.Connections)); err != nil {
		return err
	}
	if !isSelect(c.SQL) {
		return badProfile("sql", "not one SELECT")
	}
	seen := map[string]bool{}
	for _, other := range c.Engines {
		if !slices.Contains(engines, other.Name) || seen[other.Name] {
			return badProfile("engine", "form")
		}
		seen[other.Name] = true
		if !isSelect(other.SQL) {
			return badProfile("sql", "not one SELECT")
		}
	}
	return nil
}

func checkConnections(names string) error {
	if names == "" {
		return nil
	}
	seen := map[string]bool{}
	for name := range strings.SplitSeq(names, " ") {
		if signedtext.CheckName("connections", name) != nil || seen[name] {
			return badProfile("connections", "form")
		}
		seen[name] = true
	}
	return nil
}

// changing are the words by which a SELECT of some engine could change,
// lock or start something. They are refused wherever they stand.
var changing = []string{"INTO", "INSERT", "UPDATE", "DELETE", "MERGE", "CALL", "EXEC", "EXECUTE", "LOCK", "SHARE"}

// isSelect accepts one SELECT without a comment and without a semicolon. It
// is a belt: that nothing is changed is for the rights of the database user
// to guarantee.
func isSelect(sql signedtext.Long) bool {
	text := string(sql)
	if utf8.RuneCountInString(text) > maxSQL || strings.ContainsFunc(text, unicode.IsControl) || strings.TrimSpace(text) != text {
		return false
	}
	for _, sign := range []string{";", "--", "/*", "#", `\`} {
		if strings.Contains(text, sign) {
			return false
		}
	}
	words := strings.FieldsFunc(strings.ToUpper(text), func(character rune) bool {
		return !unicode.IsLetter(character) && !unicode.IsDigit(character) && character != '_'
	})
	return strings.HasPrefix(strings.ToUpper(text), "SELECT ") && !slices.ContainsFunc(words, func(word string) bool { return slices.Contains(changing, word) })
}

// oneLine joins the lines of a statement as a person writes it.
func oneLine(sql signedtext.Long) signedtext.Long {
	lines := strings.Split(string(sql), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return signedtext.Long(strings.TrimSpace(strings.Join(lines, " ")))
}

// written returns the checks of a draft with each statement in one line.
func written(checks []ReadinessCheck) []ReadinessCheck {
	for i := range checks {
		checks[i].SQL = oneLine(checks[i].SQL)
		for j := range checks[i].Engines {
			checks[i].Engines[j].SQL = oneLine(checks[i].Engines[j].SQL)
		}
	}
	return checks
}
