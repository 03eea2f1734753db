// Package page writes the pages of experiments: words that people write, and
// between marks what was measured.
//
//	<!-- passage: goals -->
//	...
//	<!-- end -->
package page

import (
	"fmt"
	"io/fs"
	"math"
	"regexp"
)

// Name is the page's file, beside the results.
const Name = "README.md"

var block = regexp.MustCompile(`(?s)<!-- ([a-z]+): ([a-z]+) -->\n.*?<!-- end -->\n`)

// Fill returns the page of a folder with new blocks, by their names.
func Fill(folder fs.FS, blocks map[string]string) ([]byte, error) {
	page, err := fs.ReadFile(folder, Name)
	if err != nil {
		return nil, err
	}
	return block.ReplaceAllFunc(page, func(found []byte) []byte {
		names := block.FindSubmatch(found)
		return fmt.Appendf(nil, "<!-- %s: %s -->\n\n%s\n<!-- end -->\n", names[1], names[2], blocks[string(names[2])])
	}), nil
}

// Wilson returns the ends of Wilson's interval of 95 % for a share of trials
// (E. B. Wilson, Journal of the American Statistical Association 22, 1927).
func Wilson(hits, trials int) (low, high float64) {
	const z = 1.959964
	n, p := float64(trials), float64(hits)/float64(trials)
	middle, width := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	low, high = (middle-width)/(1+z*z/n), (middle+width)/(1+z*z/n)
	if hits == 0 {
		low = 0
	}
	if hits == trials {
		high = 1
	}
	return low, high
}
