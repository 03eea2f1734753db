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
	flag.BoolVar(&o.onlySay, "say", false, "write the results to standard output and nothing else")
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
	made := map[string][]byte{}
	if !o.onlyPage {
		found, err := measure(o, chosen)
		if err != nil {
			return err
		}
		if made["results.json"], err = found.write(); err != nil {
			return err
		}
		if o.onlySay {
			_, err := fmt.Println(codeTable(found), "\n"+pageTable(found))
			return err
		}
		if err := write(o.folder, made); err != nil {
			return err
		}
	}
	if made, err = makePage(os.DirFS(o.folder)); err != nil {
		return err
	}
	return write(o.folder, made)
}

func measure(o options, chosen *regexp.Regexp) (*results, error) {
	started := time.Now()
	readers, remove, err := allReaders(o.onlyOurs)
	if err != nil {
		return nil, err
	}
	defer remove()
	found := &results{}
	for _, reader := range readers {
		found.Readers = append(found.Readers, named{reader.name, reader.version})
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
			return nil, err
		}
		found.Cells = append(found.Cells, one)
		fmt.Fprintf(os.Stderr, "%s: %v, %s\n", c.name(), one.Complete, time.Since(started).Round(time.Second))
	}
	return found, nil
}

func write(folder string, made map[string][]byte) error {
	for name, content := range made {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
