package main

import (
	"bytes"
	"encoding/json"
	"math"
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

func (r *results) write() ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "\t")
	err := encoder.Encode(r)
	return out.Bytes(), err
}

func readResults(data []byte) (*results, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var r results
	return &r, decoder.Decode(&r)
}

// wilson is the least share that is true with 97.5 % confidence (the lower
// end of Wilson's interval of 95 %).
func wilson(hits, trials int) float64 {
	const z = 1.959964
	n, p := float64(trials), float64(hits)/float64(trials)
	return (p + z*z/(2*n) - z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))) / (1 + z*z/n)
}
