package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
)

// results are what a run found, as results.json holds them.
type results struct {
	Readers []named
	Cells   []result
}

type named struct{ Name, Version string }

// result is what came out of a cell; slices are in the order of the readers.
type result struct {
	cell
	Total        int     // codes on all photos
	Codes        []int   // that were read
	Complete     []int   // photos of which every code was read
	Milliseconds []int64 // a photo, with starting the program where it is one
	First        []int   // codes read of the first photo
}

// keep returns the results that lie there, of the same readers; none where
// there are none, or of others.
func keep(path string, readers []reader) (*results, error) {
	fresh := &results{}
	for _, one := range readers {
		fresh.Readers = append(fresh.Readers, named{one.name, one.version})
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, nil
	} else if err != nil {
		return nil, err
	}
	old, err := readResults(data)
	if err == nil && slices.Equal(old.Readers, fresh.Readers) {
		return old, nil
	}
	return fresh, err
}

// put adds the result of a cell, or replaces it, in the order of the plan.
func (r *results) put(one result) {
	r.Cells = slices.DeleteFunc(r.Cells, func(old result) bool { return old.name() == one.name() })
	r.Cells = append(r.Cells, one)
	place := func(r result) int { return slices.IndexFunc(plan, func(c cell) bool { return c.name() == r.name() }) }
	slices.SortStableFunc(r.Cells, func(a, b result) int { return cmp.Compare(place(a), place(b)) })
}

func (r *results) write(path string) error {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "\t")
	if err := encoder.Encode(r); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

func readResults(data []byte) (*results, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var r results
	return &r, decoder.Decode(&r)
}
