package requestcommands

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/request/database"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/site"
)

// initialize asks for what it was not told, connects to every database, and
// only then writes the configuration.
func initialize(s *ui.Session) error {
	folder := home(s)
	if _, err := site.Open(folder, openpgp.Fingerprint{}); !errors.Is(err, site.NoSite) {
		return site.SiteExists.New("the folder is a site already", "file", filepath.Join(folder, "config.toml"))
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
	if err := testConnections(s, folder, config); err != nil {
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

func askConfig(s *ui.Session) (*site.Config, error) {
	config := &site.Config{Product: s.String("product"), Site: s.String("site")}
	var err error
	if config.Product == "" {
		if config.Product, err = s.Ask("ask-product", "", "--product"); err != nil {
			return nil, err
		}
	}
	if config.Site == "" {
		if config.Site, err = s.Ask("ask-site", "producao", "--site"); err != nil {
			return nil, err
		}
	}
	if written := s.Strings("connection"); len(written) > 0 {
		config.Databases, err = parseConnections(written)
		return config, err
	}
	for {
		connection, err := askConnection(s, len(config.Databases))
		if err != nil {
			return nil, err
		}
		config.Databases = append(config.Databases, connection)
		more, err := s.Confirm("ask-another")
		if err != nil || !more {
			return config, nil // the end of the answers is a no
		}
	}
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
	port, err := strconv.Atoi(value)
	connection.Port = port
	return key == "port" && err == nil
}

// question is one thing that init asks for a connection.
type question struct {
	id, offered string
	place       *string
}

func askConnection(s *ui.Session, number int) (site.Connection, error) {
	var connection site.Connection
	offered := "producao"
	if number > 0 {
		offered = ""
	}
	if err := askAll(s, []question{{"ask-name", offered, &connection.Name}, {"ask-engine", "postgresql", &connection.Engine}}); err != nil {
		return connection, err
	}
	if queries.Engine(connection.Engine) == queries.SQLite {
		return connection, askAll(s, []question{{"ask-path", "", &connection.Path}})
	}
	var port string
	err := askAll(s, []question{
		{"ask-host", "localhost", &connection.Host}, {"ask-port", "5432", &port}, {"ask-database", "", &connection.Database},
		{"ask-user", "futura_licro", &connection.User}, {"ask-password-file", "-", &connection.PasswordFile},
	})
	if connection.PasswordFile == "-" {
		connection.PasswordFile = ""
	}
	if err == nil {
		if connection.Port, err = strconv.Atoi(port); err != nil {
			err = badArguments.New("not a port", "argument", port)
		}
	}
	return connection, err
}

func askAll(s *ui.Session, questions []question) error {
	for _, question := range questions {
		answer, err := s.Ask(question.id, question.offered, "--connection")
		if err != nil {
			return err
		}
		*question.place = answer
	}
	return nil
}

// testConnections reaches every database before anything is written.
func testConnections(s *ui.Session, folder string, config *site.Config) error {
	secrets := &passwords{session: s, asked: map[string]string{}}
	for _, connection := range config.Databases {
		db, err := secrets.connect(folder, connection)
		if err != nil {
			return fault.With(err, "database", connection.Name)
		}
		err = database.Reach(context.Background(), db)
		db.Close()
		if err != nil {
			return fault.With(err, "database", connection.Name)
		}
		s.Note("request-connected", "database", connection.Name)
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
	passphrase, err := optionalPassphrase(s)
	if err != nil {
		return err
	}
	made, err := opened.Enroll(customer, code, passphrase, s.Now(), s.Environment().Random)
	if err != nil {
		return err
	}
	opened.Journal(s.Now(), "enroll", customer, made.Fingerprint.String())
	showWarnings(s, opened)
	s.Line("request-enrolled", "customer", customer, "key", made.Fingerprint)
	return nil
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
