// Command futura-verify is the program verify; futura-verify --help tells its use, and
// package verifycommands what it does.
package main

import (
	"os"

	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/cmd/internal/verifycommands"
)

// root and version are stamped into releases:
//
//	go build -ldflags "-X main.root=FINGERPRINT -X main.version=1.0"
var (
	root    string
	version = "unreleased"
)

func main() {
	os.Exit(ui.Run(ui.System(root, version), verifycommands.Program(), os.Args[1:]))
}
