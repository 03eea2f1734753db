package peertest

import (
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// OpenPGPJSVersion is the version of the npm package openpgp that is
// installed; the lock file holds the hash of its content too.
const OpenPGPJSVersion = "6.3.2"

const packageFile = `{"name": "interop", "private": true, "dependencies": {"openpgp": "` + OpenPGPJSVersion + `"}}
`

const lockFile = `{
  "name": "interop", "lockfileVersion": 3, "requires": true,
  "packages": {
    "": {"name": "interop", "dependencies": {"openpgp": "` + OpenPGPJSVersion + `"}},
    "node_modules/openpgp": {
      "version": "` + OpenPGPJSVersion + `",
      "resolved": "https://registry.npmjs.org/openpgp/-/openpgp-` + OpenPGPJSVersion + `.tgz",
      "integrity": "sha512-wcZTzHz41LV8Y48zH/JlD1JT8YdNmpWOuMAjQ/podvvCwsjBEU37K3znJh4UQcj3hksE5z9TzvhbUbwzsGvlLQ=="
    }
  }
}
`

//go:embed openpgp.mjs
var openpgpScript []byte

// OpenPGPJS is OpenPGP.js in a folder that is removed after the test.
type OpenPGPJS struct {
	t    testing.TB
	node string
	// Folder is where Run runs.
	Folder string
}

// NewOpenPGPJS installs the package openpgp from the npm registry into a
// temporary folder, or skips the test.
func NewOpenPGPJS(t testing.TB) *OpenPGPJS {
	t.Helper()
	made := &OpenPGPJS{t: t, node: Program(t, "node", "nodejs"), Folder: t.TempDir()}
	npm := Program(t, "npm", "npm")
	for name, content := range map[string][]byte{
		"package.json": []byte(packageFile), "package-lock.json": []byte(lockFile), "openpgp.mjs": openpgpScript,
	} {
		if err := os.WriteFile(filepath.Join(made.Folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	command.Dir = made.Folder // and the user's environment: it says how the registry is reached
	if output, err := command.CombinedOutput(); err != nil {
		t.Logf("npm ci: %v\n%s", err, output)
		Missing(t, "OpenPGP.js of the npm registry", "npm")
	}
	return made
}

// Try runs the script openpgp.mjs with its arguments:
//
//	generate KIND NAME        NAME.key and NAME.asc
//	sign NAME TEXT FILE       clear-signs
//	verify CERTIFICATE FILE   a clear-signed file
func (o *OpenPGPJS) Try(arguments ...string) (status int, output string) {
	o.t.Helper()
	return Run(o.t, o.Folder, nil, o.node, append([]string{"openpgp.mjs"}, arguments...)...)
}
