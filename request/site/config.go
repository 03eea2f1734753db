package site

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/BurntSushi/toml"

	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
)

// Config is the site's configuration: a TOML file that a person may edit. No
// program ever writes into it again.
type Config struct {
	Product   string       `toml:"product"`
	Site      string       `toml:"site"`
	Root      string       `toml:"root"`     // for programs without a compiled-in root
	Licenses  string       `toml:"licenses"` // folder of license files; empty: in the site's folder
	Running   Running      `toml:"running"`
	Databases []Connection `toml:"database"`
	Backups   []Backup     `toml:"backup"` // for the checks before an upgrade
}

// Running says where the running version is known from when the profile's
// query does not tell: a file whose first line it is, or a command that
// prints it.
type Running struct {
	File    string   `toml:"file"`
	Command []string `toml:"command"`
}

// Connection is one database. The password is never in the configuration.
type Connection struct {
	Name             string `toml:"name"`
	Engine           string `toml:"engine"`
	Path             string `toml:"path"`
	Host             string `toml:"host"`
	Port             int    `toml:"port"`
	Database         string `toml:"database"`
	User             string `toml:"user"`
	PasswordFile     string `toml:"password_file"`
	PasswordVariable string `toml:"password_variable"`
	TLS              string `toml:"tls"`
	Views            bool   `toml:"views"` // read the views of queries.Grants instead of the tables
}

// maxConfig bounds the configuration file, in bytes.
const maxConfig = 64 << 10

var variableForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)

// ParseConfig reads a configuration. Unknown keys are errors: a misspelled
// key would be a setting that silently does not count.
func ParseConfig(data []byte) (*Config, error) {
	var config Config
	wrong, err := signedtext.DecodeWritten(data, &config)
	if err != nil {
		line := 0
		if parse, ok := err.(toml.ParseError); ok {
			line = parse.Position.Line
		}
		return nil, BadConfig.Wrap(err, "the configuration cannot be read", "setting", "", "line", line)
	}
	if wrong != "" {
		return nil, badConfig(wrong, "unknown key")
	}
	return &config, config.Check()
}

func badConfig(setting, reason string) error {
	return BadConfig.New("the configuration is not right", "setting", setting, "reason", reason, "line", 0)
}

// Check refuses what a configuration cannot hold, and names the setting.
func (c *Config) Check() error {
	if signedtext.CheckName("product", c.Product) != nil {
		return badConfig("product", "name")
	}
	if signedtext.CheckName("site", c.Site) != nil {
		return badConfig("site", "name")
	}
	if c.Root != "" {
		if _, err := openpgp.ParseFingerprint(c.Root); err != nil {
			return badConfig("root", "fingerprint")
		}
	}
	if len(c.Databases) == 0 || len(c.Databases) > request.MaxDatabases {
		return badConfig("database", "count")
	}
	for _, backup := range c.Backups {
		if err := backup.check(); err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	for _, connection := range c.Databases {
		if seen[connection.Name] {
			return badConfig("database.name", "twice")
		}
		seen[connection.Name] = true
		if err := connection.check(); err != nil {
			return err
		}
	}
	return nil
}

// Within returns a connection whose relative paths start in a folder.
func (c Connection) Within(folder string) Connection {
	for _, path := range []*string{&c.Path, &c.PasswordFile} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(folder, *path)
		}
	}
	return c
}

// Reads returns the profile as this connection reads it: from tables, or from
// the views that an administrator made of them.
func (c Connection) Reads(profile *request.Profile) *request.Profile {
	if c.Views {
		return queries.ThroughViews(profile, queries.Engine(c.Engine))
	}
	return profile
}

// Moved returns a connection whose relative paths, which started in one
// absolute folder, start in another. What cannot be reached from there by a
// relative path, such as a file on another drive, gets an absolute one.
func (c Connection) Moved(from, to string) Connection {
	whole := c.Within(from)
	for place, path := range map[*string]string{&c.Path: whole.Path, &c.PasswordFile: whole.PasswordFile} {
		if *place == path {
			continue
		}
		*place = path
		if relative, err := filepath.Rel(to, path); err == nil {
			*place = filepath.ToSlash(relative)
		}
	}
	return c
}

// Where says for people where the database is: its file, or its server.
func (c Connection) Where() string {
	if c.Path != "" {
		return c.Path
	}
	if c.Host == "" {
		return ""
	}
	if c.Port == 0 {
		return c.Host + ", " + c.Database
	}
	return c.Host + ":" + strconv.Itoa(c.Port) + ", " + c.Database
}

func (c Connection) check() error {
	if signedtext.CheckName("name", c.Name) != nil {
		return badConfig("database.name", "name")
	}
	if c.PasswordVariable != "" && !variableForm.MatchString(c.PasswordVariable) {
		return badConfig("database.password_variable", "name of a variable")
	}
	if c.Port < 0 || c.Port > 1<<16-1 {
		return badConfig("database.port", "port")
	}
	engine := queries.Engine(c.Engine)
	switch {
	case engine == queries.Spoken && !c.Views: // the program that runs the queries reaches it
	case !slices.Contains(queries.Engines(), engine):
		return badConfig("database.engine", "engine")
	case !engine.HasServer() && c.Path == "":
		return badConfig("database.path", "missing")
	case !engine.HasServer() && c.Views:
		return badConfig("database.views", "no users") // who may read the file may read its tables
	case engine.HasServer() && (c.Host == "" || c.Database == "" || c.User == ""):
		return badConfig("database.host, database, user", "missing")
	case engine != queries.PostgreSQL && !slices.Contains([]string{"", "disable", "prefer", "require", "verify-full"}, c.TLS):
		return badConfig("database.tls", "tls")
	}
	return nil
}
