package docs_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/futura/airlicense"

// rule is one row of the table in architecture.md.
type rule struct {
	mayImport, mustNotLink []string
}

var drivers = []string{
	"modernc.org/sqlite", "github.com/jackc/pgx/v5/stdlib", "github.com/go-sql-driver/mysql", "github.com/nakagami/firebirdsql", "github.com/microsoft/go-mssqldb",
}

func readRules(t *testing.T) map[string]rule {
	t.Helper()
	page, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]rule{}
	row := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|[^|]*\\|([^|]*)\\|([^|]*)\\|$")
	for _, found := range row.FindAllStringSubmatch(string(page), -1) {
		rules[found[1]] = rule{mayImport: strings.Fields(found[2]), mustNotLink: expand(strings.Fields(found[3]))}
	}
	return rules
}

func expand(names []string) []string {
	if i := slices.Index(names, "drivers"); i >= 0 {
		return append(slices.Delete(slices.Clone(names), i, i+1), drivers...)
	}
	return names
}

// listed is what go list tells of a package.
type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func list(t *testing.T, arguments ...string) []listed {
	t.Helper()
	command := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Deps"}, arguments...)...)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var packages []listed
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var one listed
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, one)
	}
}

// TestArrows holds every package's imports to the table.
func TestArrows(t *testing.T) {
	rules := readRules(t)
	for _, one := range list(t, module+"/...") {
		name := strings.TrimPrefix(one.ImportPath, module+"/")
		if name == "docs" {
			continue // tests only
		}
		rule, known := rules[name]
		if !known {
			t.Errorf("%s is not in the table of docs/architecture.md", name)
			continue
		}
		delete(rules, name)
		for _, imported := range one.Imports {
			if ours, found := strings.CutPrefix(imported, module+"/"); found && !permits(rule.mayImport, ours) {
				t.Errorf("forbidden arrow: %s imports %s", name, ours)
			}
		}
		for _, linked := range rule.mustNotLink {
			if slices.Contains(one.Deps, linked) {
				t.Errorf("%s links %s", name, linked)
			}
		}
	}
	for name := range rules {
		t.Errorf("the table names %s, which is not there", name)
	}
}

func permits(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		parent, isTree := strings.CutSuffix(pattern, "/*")
		return pattern == "*" || pattern == name || isTree && (name == parent || strings.HasPrefix(name, parent+"/"))
	})
}

// TestOnlyOneImporter holds go-crypto behind keys/openpgp, and test helpers
// behind tests.
func TestOnlyOneImporter(t *testing.T) {
	for _, one := range list(t, module+"/...") {
		for _, imported := range one.Imports {
			if strings.HasPrefix(imported, "github.com/ProtonMail/go-crypto") && one.ImportPath != module+"/keys/openpgp" {
				t.Errorf("%s imports %s", one.ImportPath, imported)
			}
			if one.ImportPath != module+"/cmd/internal/scripttest" && strings.HasSuffix(imported, "test") && strings.HasPrefix(imported, module) {
				t.Errorf("%s imports a helper of tests", one.ImportPath)
			}
		}
	}
}

// TestVerifierLinksNoNetwork is the promise to the auditor: the program that
// judges cannot talk to anyone.
func TestVerifierLinksNoNetwork(t *testing.T) {
	program := list(t, module+"/cmd/futura-verify")[0]
	allowed := []string{"net/url", "net/netip"} // text/template brings them; they open nothing
	for _, linked := range program.Deps {
		if (linked == "net" || strings.HasPrefix(linked, "net/")) && !slices.Contains(allowed, linked) {
			t.Errorf("futura-verify links %s", linked)
		}
	}
	for _, forbidden := range append([]string{"crypto/tls", "crypto/x509", "database/sql", "os/exec", "plugin"}, drivers...) {
		if slices.Contains(program.Deps, forbidden) {
			t.Errorf("futura-verify links %s", forbidden)
		}
	}
	if len(program.Deps) < 100 {
		t.Error("go list told too little to judge by")
	}
}
