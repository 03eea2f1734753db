// Passage photographs codes in models of paper, light, camera and mail, and
// measures which readers read them. README.md beside this file is the page
// with the results.
//
//	go run ./docs/experiments/passage
//
// makes results.json, the pictures and the figures in the page again.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// options are the flags.
type options struct {
	folder   string
	photos   int // of each cell; 0: as many as the plan says
	workers  int
	cells    string
	onlyOurs bool
	onlyPage bool
	onlySay  bool
}

func main() {
	var o options
	flag.StringVar(&o.folder, "folder", filepath.FromSlash("docs/experiments/passage"), "where results, pictures and the page lie")
	flag.IntVar(&o.photos, "photos", 0, "take so many photos of each cell; 0: as many as the page tells of")
	flag.IntVar(&o.workers, "workers", 1, "take so many photos at a time")
	flag.StringVar(&o.cells, "cells", ".", "only these cells, a regular expression, such as '^moderate .*700'")
	flag.BoolVar(&o.onlyOurs, "ours", false, "leave out the readers of others")
	flag.BoolVar(&o.onlyPage, "page", false, "only write the page again, from the results that are there")
	flag.BoolVar(&o.onlySay, "say", false, "say what each reader read, and write no file")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(o options) error {
	chosen, err := regexp.Compile(o.cells)
	if err != nil {
		return err
	}
	if !o.onlyPage {
		if err := measure(o, chosen); err != nil || o.onlySay {
			return err
		}
	}
	made, err := makePage(os.DirFS(o.folder))
	if err != nil {
		return err
	}
	for name, content := range made {
		if err := os.WriteFile(filepath.Join(o.folder, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// measure runs the chosen cells. The others keep the results that they had.
func measure(o options, chosen *regexp.Regexp) error {
	started := time.Now()
	readers, remove, err := allReaders(o.onlyOurs)
	if err != nil {
		return err
	}
	defer remove()
	path := filepath.Join(o.folder, "results.json")
	found, err := keep(path, readers)
	if err != nil {
		return err
	}
	for _, c := range plan {
		if !chosen.MatchString(c.name()) {
			continue
		}
		if o.photos > 0 {
			c.Photos = o.photos
		}
		one, err := c.run(readers, o.workers)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s: %v of %d, %s\n", c.name(), one.Complete, c.Photos, time.Since(started).Round(time.Second))
		if o.onlySay {
			continue
		}
		found.put(one)
		if err := found.write(path); err != nil {
			return err
		}
	}
	return nil
}
