// Command futura-tour plays the whole exchange in one folder; futura-tour
// --help tells its use, and package tourcommands what it does.
package main

import (
	"os"

	_ "github.com/futura/airlicense/cmd/internal/drivers"
	"github.com/futura/airlicense/cmd/internal/progress"
	"github.com/futura/airlicense/cmd/internal/tourcommands"
	"github.com/futura/airlicense/cmd/internal/ui"
)

func main() {
	environment := ui.System("", "unreleased")
	environment.Bar = progress.Bar
	os.Exit(ui.Run(environment, tourcommands.Program(), os.Args[1:]))
}
