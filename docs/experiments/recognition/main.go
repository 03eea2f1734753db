// Recognition simulates databases and what they meet, and measures how often
// a license is refused wrongly or accepted wrongly. README.md beside this
// file is the page with the results.
//
//	go run ./docs/experiments/recognition
//
// makes results.json, the pictures and the figures in the page again.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"
)

func main() {
	folder := flag.String("folder", filepath.FromSlash("docs/experiments/recognition"), "where results, pictures and the page lie")
	page := flag.Bool("page", false, "only write the pictures and the page again, from the results that are there")
	flag.Parse()
	debug.SetGCPercent(800) // mostly short-lived rows
	if err := run(*folder, *page); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folder string, pageOnly bool) error {
	p, err := readParameters()
	if err != nil {
		return err
	}
	if !pageOnly {
		if err := simulate(p, folder); err != nil {
			return err
		}
	}
	made, err := makePage(p, os.DirFS(folder))
	if err != nil {
		return err
	}
	for name, content := range made {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func simulate(p parameters, folder string) error {
	shape, err := newShape()
	if err != nil {
		return err
	}
	started := time.Now()
	results, err := runAll(p, shape, func(what string, done, all int) {
		if done%max(1, all/100) == 0 {
			fmt.Fprintf(os.Stderr, "%s %d of %d, %s\n", what, done, all, time.Since(started).Round(time.Second))
		}
	}).write()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "results.json"), results, 0o644)
}
