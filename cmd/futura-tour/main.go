// Command futura-tour plays the whole exchange in one folder: issuer, desk,
// site, auditor, and the refusals. It runs the real programs, inside its own
// process, with the arguments that it prints.
package main

import (
	"os"

	_ "github.com/futura/airlicense/cmd/internal/drivers"
	"github.com/futura/airlicense/cmd/internal/ui"
)

func main() {
	os.Exit(ui.Run(ui.System("", "unreleased"), program(), os.Args[1:]))
}
