// Command futura-request is the program request; futura-request --help tells its use, and
// package requestcommands what it does.
package main

import (
	"os"

	"github.com/futura/airlicense/cmd/internal/browser"
	_ "github.com/futura/airlicense/cmd/internal/drivers"
	"github.com/futura/airlicense/cmd/internal/progress"
	"github.com/futura/airlicense/cmd/internal/requestcommands"
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
	environment.Bar = progress.Bar
	environment.Browse = browser.Open
	os.Exit(ui.Run(environment, requestcommands.Program(), os.Args[1:]))
}
