package requestcommands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/keys/signedtext"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/site"
)

// initialize asks for what it was not told, connects to every database, and
// only then writes the configuration.
func initialize(s *ui.Session) error {
	folder := home(s)
	if _, err := site.Open(folder, openpgp.Fingerprint{}); err == nil || errors.Is(err, site.BadConfig) {
		return site.SiteExists.New("the folder is a site already", "file", filepath.Join(folder, "config.toml"))
	} else if !errors.Is(err, site.NoSite) {
		return err
	}
	root, err := chooseRoot(s)
	if err != nil {
		return err
	}
	config, err := askConfig(s)
	if err != nil {
		return err
	}
	if s.Environment().Root == "" {
		config.Root = root.String()
	}
	text := writeConfig(s, config)
	if _, err := site.ParseConfig([]byte(text)); err != nil {
		return err
	}
	if err := site.Create(folder, []byte(text)); err != nil {
		return err
	}
	s.Line("request-site-made", "file", filepath.Join(folder, "config.toml"))
	return nil
}

// chooseRoot returns the root that the site will trust. A program with a
// compiled-in root trusts no other.
func chooseRoot(s *ui.Session) (openpgp.Fingerprint, error) {
	built, err := s.Environment().RootFingerprint()
	if err != nil {
		return built, err
	}
	root, err := s.Root()
	switch {
	case err != nil:
		return root, err
	case root.IsZero():
		return root, keys.NoRoot.New("no root fingerprint is known")
	case !built.IsZero() && built != root:
		return root, site.RootDiffers.New("another root than the program's", "root", root, "wanted", built)
	}
	return root, nil
}

// askConfig takes options, asks for the rest, and reaches every database.
func askConfig(s *ui.Session) (*site.Config, error) {
	config := &site.Config{}
	var err error
	if config.Product, err = optionOrName(s, "product", "ask-product", ""); err != nil {
		return nil, err
	}
	if config.Site, err = optionOrName(s, "site", "ask-site", "producao"); err != nil {
		return nil, err
	}
	if written := s.Strings("connection"); len(written) > 0 {
		if config.Databases, err = parseConnections(written); err != nil {
			return nil, err
		}
		return config, reachAll(s, config)
	}
	for {
		if err := addConnection(s, config); err != nil {
			return nil, err
		}
		more, err := s.Confirm("ask-another")
		if err != nil || !more {
			return config, nil // the end of the answers is a no
		}
	}
}

// optionOrName returns an option, or asks until the answer is a name.
func optionOrName(s *ui.Session, option, id, offered string) (string, error) {
	if value := s.String(option); value != "" {
		return value, nil
	}
	for {
		answer, err := s.Ask(id, offered, "--"+option)
		if err != nil {
			return "", err
		}
		if err = signedtext.CheckName(option, answer); err == nil {
			return answer, nil
		}
		s.Fail(err)
	}
}

// reachAll reaches every database before anything is written.
func reachAll(s *ui.Session, config *site.Config) error {
	if err := config.Check(); err != nil {
		return err
	}
	for i := range config.Databases {
		if err := reachHere(s, &config.Databases[i]); err != nil {
			return err
		}
	}
	return nil
}

// reachHere reaches a database that was named from the current folder; the
// configuration names it from the site's folder.
func reachHere(s *ui.Session, connection *site.Connection) error {
	here, err := filepath.Abs(".")
	if err != nil {
		return err
	}
	folder, err := filepath.Abs(home(s))
	if err != nil {
		return err
	}
	if queries.Engine(connection.Engine) == queries.Spoken {
		s.Note("request-spoken", "database", connection.Name)
		return nil
	}
	reached := newConnections(s, here)
	if err := reached.reach(*connection); err != nil {
		return err
	}
	s.Note("request-connected", "database", connection.Name)
	if queries.Engine(connection.Engine).Unverified() {
		s.Warn(unverified.New("never tried with a real server", "database", connection.Name, "engine", connection.Engine))
	}
	reached.mentionExcess(context.Background(), *connection, nil)
	*connection = connection.Moved(here, folder)
	return nil
}

// parseConnections reads --connection, one connection each.
func parseConnections(written []string) ([]site.Connection, error) {
	list := make([]site.Connection, len(written))
	for i, settings := range written {
		for _, setting := range splitSettings(settings) {
			key, value, found := strings.Cut(setting, "=")
			if !found || !setConnection(&list[i], key, value) {
				return nil, badArguments.New("not a setting of a connection", "argument", setting)
			}
		}
	}
	return list, nil
}

var settingStart = regexp.MustCompile(`,[a-z_]+=`)

// splitSettings splits at the commas before a KEY=; others belong to a value.
func splitSettings(settings string) []string {
	var list []string
	for {
		next := settingStart.FindStringIndex(settings)
		if next == nil {
			return append(list, settings)
		}
		list, settings = append(list, settings[:next[0]]), settings[next[0]+1:]
	}
}

func setConnection(connection *site.Connection, key, value string) bool {
	places := map[string]*string{
		"name": &connection.Name, "engine": &connection.Engine, "path": &connection.Path, "host": &connection.Host,
		"database": &connection.Database, "user": &connection.User, "tls": &connection.TLS,
		"password_file": &connection.PasswordFile, "password_variable": &connection.PasswordVariable,
	}
	if place, known := places[key]; known {
		*place = value
		return true
	}
	if key == "views" {
		connection.Views = value == "true"
		return connection.Views || value == "false"
	}
	port, err := strconv.Atoi(value)
	connection.Port = port
	return key == "port" && err == nil
}

// question is one thing that init asks for a connection.
type question struct {
	id    string
	place *string
}

// addConnection asks for a connection until its database is reached. Answers
// that did not lead there are offered again.
func addConnection(s *ui.Session, config *site.Config) error {
	connection := site.Connection{Engine: string(queries.PostgreSQL), Host: "localhost", User: "futura_licro"}
	if len(config.Databases) == 0 {
		connection.Name = "producao"
	}
	for {
		if err := askConnection(s, &connection); err != nil {
			return err
		}
		tried := *config
		tried.Databases = append(slices.Clone(config.Databases), relevant(connection))
		err := tried.Check()
		if err == nil {
			err = reachHere(s, &tried.Databases[len(config.Databases)])
		}
		if err == nil {
			*config = tried
			return nil
		}
		s.Fail(err)
	}
}

// relevant drops the settings that the engine does not have.
func relevant(connection site.Connection) site.Connection {
	if !queries.Engine(connection.Engine).HasServer() {
		return site.Connection{Name: connection.Name, Engine: connection.Engine, Path: connection.Path}
	}
	connection.Path = ""
	return connection
}

func askConnection(s *ui.Session, connection *site.Connection) error {
	before := connection.Engine
	if err := askAll(s, question{"ask-name", &connection.Name}, question{"ask-engine", &connection.Engine}); err != nil {
		return err
	}
	if connection.Engine != before {
		connection.Port = 0
	}
	engine := queries.Engine(connection.Engine)
	switch {
	case engine.HasServer():
		return askServer(s, connection)
	case slices.Contains(queries.Engines(), engine):
		return askAll(s, question{"ask-path", &connection.Path})
	}
	return nil // Check refuses the engine
}

func askServer(s *ui.Session, connection *site.Connection) error {
	offered := queries.Engine(connection.Engine).Port()
	port, file := strconv.Itoa(cmp.Or(connection.Port, offered)), cmp.Or(connection.PasswordFile, noFile)
	err := askAll(s, question{"ask-host", &connection.Host}, question{"ask-port", &port}, question{"ask-database", &connection.Database},
		question{"ask-user", &connection.User}, question{"ask-password-file", &file})
	if connection.PasswordFile = file; file == noFile {
		connection.PasswordFile = ""
	}
	// What is no number becomes a port that Check refuses.
	if connection.Port, _ = strconv.Atoi(port); connection.Port == 0 {
		connection.Port = -1
	}
	return err
}

// noFile is the answer that names no file.
const noFile = "-"

func askAll(s *ui.Session, questions ...question) error {
	for _, question := range questions {
		answer, err := s.Ask(question.id, *question.place, "--connection")
		if err != nil {
			return err
		}
		*question.place = answer
	}
	return nil
}

// writeConfig writes the configuration with its comments, in the user's
// language.
func writeConfig(s *ui.Session, config *site.Config) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n\n", comment(s.Say("config-head")))
	fmt.Fprintf(&out, "%s\nproduct = %s\n\n", comment(s.Say("config-product")), ui.QuoteTOML(config.Product))
	fmt.Fprintf(&out, "%s\nsite = %s\n\n", comment(s.Say("config-site")), ui.QuoteTOML(config.Site))
	if config.Root != "" {
		fmt.Fprintf(&out, "%s\nroot = %s\n\n", comment(s.Say("config-root")), ui.QuoteTOML(config.Root))
	}
	fmt.Fprintf(&out, "%s\n# licenses = 'licenses'\n\n", comment(s.Say("config-licenses")))
	fmt.Fprintf(&out, "%s\n[running]\n# file = 'version.txt'\n# command = ['/opt/server/hermes', '--version']\n", comment(s.Say("config-running")))
	for i, connection := range config.Databases {
		if i == 0 {
			fmt.Fprintf(&out, "\n%s", comment(s.Say("config-database")))
		}
		out.WriteString("\n[[database]]\n")
		writeConnection(&out, connection)
	}
	fmt.Fprintf(&out, "\n%s\n# [[backup]]\n# check = 'backup'\n# path = '/backup/erp-*.bak'\n", comment(s.Say("config-backup")))
	return out.String()
}

func comment(words string) string {
	return "# " + strings.ReplaceAll(strings.TrimSpace(words), "\n", "\n# ")
}

func writeConnection(out *strings.Builder, connection site.Connection) {
	for _, pair := range [][2]string{
		{"name", connection.Name}, {"engine", connection.Engine}, {"path", connection.Path}, {"host", connection.Host},
		{"database", connection.Database}, {"user", connection.User}, {"password_file", connection.PasswordFile},
		{"password_variable", connection.PasswordVariable}, {"tls", connection.TLS},
	} {
		if pair[1] != "" {
			fmt.Fprintf(out, "%s = %s\n", pair[0], ui.QuoteTOML(pair[1]))
		}
	}
	if connection.Port != 0 {
		fmt.Fprintf(out, "port = %d\n", connection.Port)
	}
	if connection.Views {
		out.WriteString("views = true\n")
	}
}

// enroll makes the site key and the proof of the code.
func enroll(s *ui.Session) error {
	opened, err := openSite(s)
	if err != nil {
		return err
	}
	showWarnings(s, opened)
	if err := opened.NeedTrust(); err != nil {
		return err
	}
	if !opened.Trust.HasProduct(opened.Config.Product) {
		return site.NoProfile.New("the trust file does not name the product", "product", opened.Config.Product)
	}
	customer := s.String("customer")
	if customer == "" {
		if customer, err = s.Ask("ask-customer", "", "--customer"); err != nil {
			return err
		}
	}
	code, err := askCode(s)
	if err != nil {
		return err
	}
	if s.Bool("new-key") {
		if err := setKeyAside(s, opened); err != nil {
			return err
		}
	}
	made, err := enrollKey(s, opened, customer, code)
	if err != nil {
		return err
	}
	opened.Journal(s.Now(), "enroll", customer, made.Fingerprint.String())
	showWarnings(s, opened)
	s.Line("request-enrolled", "customer", customer, "key", made.Fingerprint)
	return nil
}

// enrollKey enrolls with the key of the site's folder, or with one that
// another program holds.
func enrollKey(s *ui.Session, opened *site.Site, customer string, code keys.Code) (*site.Enrollment, error) {
	if path := s.String("certificate"); path != "" {
		data, err := files.Read(path, 2*openpgp.MaxCertificate)
		if err != nil {
			return nil, err
		}
		certificate, err := openpgp.ReadCertificate(data)
		if err != nil {
			return nil, fault.With(err, "file", path)
		}
		made, err := opened.EnrollOutside(customer, code, certificate, s.Now())
		return made, fault.With(err, "file", path)
	}
	passphrase, err := optionalPassphrase(s)
	if err != nil {
		return nil, err
	}
	return opened.Enroll(customer, code, passphrase, s.Now(), s.Environment().Random)
}

// setKeyAside keeps the key that there is under another name.
func setKeyAside(s *ui.Session, opened *site.Site) error {
	kept, err := opened.SetKeyAside()
	if err == nil && kept != "" {
		s.Line("request-kept", "file", kept)
	}
	return err
}

func askCode(s *ui.Session) (keys.Code, error) {
	if path := s.String("code-file"); path != "" {
		written, err := ui.ReadPassphrase(path)
		if err != nil {
			return keys.Code{}, err
		}
		return keys.ParseCode(string(written))
	}
	written, err := s.Ask("ask-code", "", "--code-file")
	if err != nil {
		return keys.Code{}, err
	}
	return keys.ParseCode(written)
}

func optionalPassphrase(s *ui.Session) ([]byte, error) {
	if s.String(keyPassFlag.Name) == "" {
		return nil, nil
	}
	return ui.ReadPassphrase(s.String(keyPassFlag.Name))
}
