package requestcommands

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/files"
	"github.com/futura/airlicense/keys/openpgp"
	"github.com/futura/airlicense/request"
	"github.com/futura/airlicense/request/queries"
	"github.com/futura/airlicense/request/site"
)

// noDatabase is a database that the configuration does not have.
const noDatabase = fault.Code("FL-443")

// grants prints what an administrator runs so that a user can measure and do
// nothing else. It connects to no database and runs none of it.
func grants(s *ui.Session) error {
	profile, config, err := granted(s)
	if err != nil {
		return err
	}
	accounts, err := accountsOf(s, profile, config)
	if err != nil {
		return err
	}
	script, err := grantScript(s, profile, accounts)
	if err != nil {
		return err
	}
	if out := s.String("out"); out != "" {
		if err := files.Create(out, []byte(script), files.Public); err != nil {
			return err
		}
		s.Note("request-grants-written", "file", out)
		return nil
	}
	_, err = s.Out.Write([]byte(script))
	return err
}

// granted returns the profile, from the files of the letter or from the site,
// and the site's configuration, nil where there is none yet.
func granted(s *ui.Session) (*request.Profile, *site.Config, error) {
	built, err := s.Environment().RootFingerprint()
	if err != nil {
		return nil, nil, err
	}
	opened, err := site.Open(home(s), built)
	if err != nil && (len(s.Arguments()) == 0 || !errors.Is(err, site.NoSite)) {
		return nil, nil, err
	}
	if len(s.Arguments()) > 0 {
		profile, err := letterProfile(s, opened)
		if opened == nil {
			return profile, nil, err
		}
		return profile, opened.Config, err
	}
	showWarnings(s, opened)
	profile, err := opened.Profile()
	return profile, opened.Config, err
}

// letterProfile reads the profile of files that are not installed. The root
// is the site's, if there is one.
func letterProfile(s *ui.Session, opened *site.Site) (*request.Profile, error) {
	var root openpgp.Fingerprint
	if opened != nil && s.String("root") == "" {
		root = opened.Root
	}
	if root.IsZero() {
		chosen, err := chooseRoot(s)
		if err != nil {
			return nil, err
		}
		root = chosen
	}
	given, err := readGiven(s, s.Arguments())
	if err != nil {
		return nil, err
	}
	return site.ProfileOf(given, root)
}

// granting is an account and where it is, for people.
type granting struct {
	account queries.Account
	name    string // of the connection; empty: nothing is configured
	where   string
}

// accountsOf lists for whom rights are printed: the connections of the
// configuration, or an engine that --engine names.
func accountsOf(s *ui.Session, profile *request.Profile, config *site.Config) ([]granting, error) {
	if engine := s.String("engine"); engine != "" {
		account := queries.Account{Engine: queries.Engine(engine), Database: s.String("database"), User: s.String("user"), Views: s.Bool("views"), Checks: profile.Checks}
		return []granting{{account: account}}, nil
	}
	if config == nil {
		return nil, ui.MissingOption.New("no database is configured yet", "option", "--engine", "value", "ENGINE")
	}
	var list []granting
	known := map[[3]string]bool{}
	for _, connection := range config.Databases {
		connection = connection.Within(home(s))
		if wanted := s.String("database"); wanted != "" && wanted != connection.Name {
			continue
		}
		account := queries.Account{
			Engine: queries.Engine(connection.Engine), Database: connection.Database, Path: connection.Path, Host: connection.Host,
			User: cmp.Or(s.String("user"), connection.User), Views: connection.Views || s.Bool("views"),
			Checks: checksOn(profile, config, connection.Name),
		}
		server := [3]string{connection.Engine, connection.Host + ":" + strconv.Itoa(connection.Port), account.User}
		account.Known, known[server] = known[server], true
		list = append(list, granting{account: account, name: connection.Name, where: connection.Where()})
	}
	if len(list) == 0 {
		return nil, noDatabase.New("no such database", "database", s.String("database"), "databases", strings.Join(databaseNames(config), ", "))
	}
	return list, nil
}

func databaseNames(config *site.Config) []string {
	var names []string
	for _, connection := range config.Databases {
		names = append(names, connection.Name)
	}
	return names
}

// checksOn returns the checks that are asked on a connection.
func checksOn(profile *request.Profile, config *site.Config, name string) []request.ReadinessCheck {
	var list []request.ReadinessCheck
	for _, check := range profile.Checks {
		if here, _ := check.ConnectionsOf(databaseNames(config)); slices.Contains(here, name) {
			list = append(list, check)
		}
	}
	return list
}

// grantScript writes the grants with their reasons, in the user's language,
// as comments.
func grantScript(s *ui.Session, profile *request.Profile, list []granting) (string, error) {
	var script strings.Builder
	remark := func(id string, pairs ...any) { script.WriteString(sqlComment(s.Say(id, pairs...)) + "\n") }
	remark("grants-head", "title", profile.Title)
	for _, one := range list {
		steps, err := queries.Grants(profile, one.account)
		if err != nil {
			return "", fault.With(err, "database", one.name)
		}
		script.WriteString("\n")
		if one.name == "" {
			remark("grants-engine", "engine", one.account.Engine)
		} else {
			remark("grants-database", "database", one.name, "engine", one.account.Engine, "where", one.where)
		}
		for _, step := range steps {
			script.WriteString("\n")
			remark("grants-"+step.Why, step.Values...)
			for _, line := range step.Lines {
				if step.Optional {
					line = sqlComment(line)
				}
				script.WriteString(line + "\n")
			}
		}
	}
	return script.String(), nil
}

func sqlComment(words string) string { return "-- " + strings.ReplaceAll(words, "\n", "\n-- ") }
