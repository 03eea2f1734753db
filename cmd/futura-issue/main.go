// Command futura-issue is the program issue; futura-issue --help tells its use, and
// package issuecommands what it does.
package main

import (
	"os"

	_ "github.com/futura/airlicense/cmd/internal/drivers/sqlite"
	"github.com/futura/airlicense/cmd/internal/gpgsigner"
	"github.com/futura/airlicense/cmd/internal/issuecommands"
	"github.com/futura/airlicense/cmd/internal/ui"
)

// root and version are stamped into releases:
//
//	go build -ldflags "-X main.root=FINGERPRINT -X main.version=1.0"
var (
	root    string
	version = "unreleased"
)

func main() {
	environment := ui.System(root, version)
	environment.External = gpgsigner.Open
	os.Exit(ui.Run(environment, issuecommands.Program(), os.Args[1:]))
}
