package short_test

import (
	"os"
	"strings"
	"testing"
	"time"
)

// The example of the package comment is the short form of a license by a key
// from a published seed.
func TestTheExampleOfThePackageComment(t *testing.T) {
	fixture := newFixture(t)
	granted := usual()
	granted.Modules, granted.Maintenance = "", time.Time{}
	source, err := os.ReadFile("short.go")
	if err != nil {
		t.Fatal(err)
	}
	want := "//\t" + strings.Join(written(t, fixture.form(t, granted)), "\n//\t") + "\n"
	if !strings.Contains(string(source), want) {
		t.Errorf("the package comment lacks\n%s", want)
	}
}
