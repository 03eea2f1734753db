// Command futura-keys is the program keys; futura-keys --help tells its use, and
// package keyscommands what it does.
package main

import (
	"os"

	"github.com/futura/airlicense/cmd/internal/keyscommands"
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
	os.Exit(ui.Run(ui.System(root, version), keyscommands.Program(), os.Args[1:]))
}
