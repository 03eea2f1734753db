package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/futura/airlicense/keys/keystest"
)

var (
	attackRow  = regexp.MustCompile(`(?m)^\| ([EPDKQ][0-9]{2}) \| ([^|]+) \| ([^|]*) \| ([^|]+) \|$`)
	testName   = regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`")
	scriptName = regexp.MustCompile("`([a-z/-]+\\.txtar)`")
	testHead   = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9]+)\(`)
)

// TestAttacksStandInThePage holds attacks.md complete: every row of the
// catalogue, every vector, and every test and script that it names is there.
func TestAttacksStandInThePage(t *testing.T) {
	index := index{Vectors: makeVectors().list}
	page := string(keystest.Need[[]byte](t)(os.ReadFile("attacks.md")))
	if *update {
		page = attackRow.ReplaceAllStringFunc(page, func(line string) string {
			found := attackRow.FindStringSubmatch(line)
			return fmt.Sprintf("| %s | %s | %s | %s |", found[1], found[2], vectorsOf(index, found[1]), found[4])
		})
		ok(t, os.WriteFile("attacks.md", []byte(page), 0o644))
	}
	rows := map[string]bool{}
	tests := testsOf(t)
	for _, row := range attackRow.FindAllStringSubmatch(page, -1) {
		if rows[row[1]] {
			t.Errorf("%s stands twice", row[1])
		}
		rows[row[1]] = true
		if want := vectorsOf(index, row[1]); row[3] != want {
			t.Errorf("%s: the vectors are %s (go test ./docs -run Attacks -update)", row[1], want)
		}
		hasTest := testName.MatchString(row[4]) || scriptName.MatchString(row[4])
		if row[3] == "–" && !hasTest && !strings.HasPrefix(row[4], "Does not apply: ") {
			t.Errorf("%s has neither a vector nor a test nor a reason", row[1])
		}
	}
	for _, want := range catalogueRows() {
		if !rows[want] {
			t.Errorf("%s is missing", want)
		}
		delete(rows, want)
	}
	for row := range rows {
		t.Errorf("%s is not in the catalogue", row)
	}
	for _, found := range testName.FindAllStringSubmatch(page, -1) {
		if !tests[found[1]] {
			t.Errorf("there is no test %s", found[1])
		}
	}
	for _, found := range scriptName.FindAllStringSubmatch(page, -1) {
		if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(found[1]))); err != nil {
			t.Error(err)
		}
	}
	for _, vector := range index.Vectors {
		if !strings.Contains(page, "`"+vector.File+"`") {
			t.Errorf("%s is in no row", vector.File)
		}
	}
}

// catalogueRows are the rows of the catalogue's groups.
func catalogueRows() (rows []string) {
	for _, group := range []struct {
		letter string
		last   int
	}{{"E", 42}, {"P", 44}, {"D", 35}, {"K", 17}, {"Q", 10}} {
		for number := range group.last {
			rows = append(rows, fmt.Sprintf("%s%02d", group.letter, number+1))
		}
	}
	return rows
}

// vectorsOf lists the vectors of a row by their answer.
func vectorsOf(index index, row string) string {
	byCode := map[string][]string{}
	for _, vector := range index.Vectors {
		if slices.Contains(strings.Fields(vector.Rows), row) {
			byCode[vector.Code] = append(byCode[vector.Code], "`"+vector.File+"`")
		}
	}
	if len(byCode) == 0 {
		return "–"
	}
	var list []string
	for code, names := range byCode {
		answer := "refused, " + code
		if code == "" {
			answer = "accepted"
		}
		list = append(list, answer+": "+strings.Join(names, " "))
	}
	slices.SortFunc(list, func(a, b string) int { return -strings.Compare(a, b) })
	return strings.Join(list, "; ")
}

// testsOf lists the tests and fuzz targets of the module.
func testsOf(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	ok(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, found := range testHead.FindAllSubmatch(source, -1) {
			tests[string(found[1])] = true
		}
		return err
	}))
	return tests
}
