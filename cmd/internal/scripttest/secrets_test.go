package scripttest

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/futura/airlicense/cmd/internal/issuecommands"
	"github.com/futura/airlicense/cmd/internal/keyscommands"
	"github.com/futura/airlicense/cmd/internal/requestcommands"
	"github.com/futura/airlicense/cmd/internal/tourcommands"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/cmd/internal/verifycommands"
)

// Arguments and variables are seen by others on the machine: no option takes
// a passphrase, a password or an enrollment code itself.
func TestNoOptionTakesASecret(t *testing.T) {
	secret := regexp.MustCompile(`pass|secret|code|pin|token`)
	var look func(path string, commands []ui.Command)
	look = func(path string, commands []ui.Command) {
		for _, command := range commands {
			for _, flag := range command.Flags {
				if secret.MatchString(flag.Name) && flag.Value != "FILE" {
					t.Errorf("%s %s --%s takes %q", path, command.Name, flag.Name, flag.Value)
				}
			}
			look(path+" "+command.Name, command.Commands)
		}
	}
	for _, program := range []ui.Program{
		requestcommands.Program(), issuecommands.Program(), verifycommands.Program(), keyscommands.Program(), tourcommands.Program(),
	} {
		look(program.Name, program.Commands)
	}
}

// A whole exchange says and leaves its secrets nowhere but where they belong.
func TestSecretsAppearNowhereElse(t *testing.T) {
	t.Chdir(t.TempDir())
	var said bytes.Buffer
	environment := ui.System("", "test")
	environment.In, environment.Out, environment.Err, environment.ReadSecret, environment.Terminal = strings.NewReader(""), &said, &said, nil, false
	if ui.Run(environment, tourcommands.Program(), []string{"--lang", "en"}) != 0 {
		t.Fatal(said.String())
	}
	secrets := map[string]string{"log key": "PRIVATE+KEY+"}
	for _, name := range []string{"root", "signer", "log"} {
		content, err := os.ReadFile(filepath.Join("tour", "passphrases", name))
		if err != nil {
			t.Fatal(err)
		}
		secrets[name+" passphrase"] = strings.TrimSpace(string(content))
	}
	for name, secret := range secrets {
		if len(secret) < 8 {
			t.Fatalf("%s: %q would be found by chance", name, secret)
		}
		if strings.Contains(said.String(), secret) {
			t.Errorf("the %s is printed", name)
		}
	}
	code, err := os.ReadFile(filepath.Join("tour", "passphrases", "code"))
	if err != nil {
		t.Fatal(err)
	}
	secrets["enrollment code"] = strings.TrimSpace(string(code))
	err = filepath.WalkDir("tour", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Base(filepath.Dir(path)) == "passphrases" {
			return err
		}
		content, err := os.ReadFile(path)
		for name, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) && !(name == "enrollment code" && entry.Name() == "invitation.eml") {
				t.Errorf("the %s is in %s", name, path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
