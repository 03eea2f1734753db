package main

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/futura/airlicense/docs/experiments/page"
)

// makePage makes the page from what lies in a folder, results.json and the
// page's words, and takes the photos of the examples.
func makePage(folder fs.FS) (map[string][]byte, error) {
	data, err := fs.ReadFile(folder, "results.json")
	if err != nil {
		return nil, err
	}
	r, err := readResults(data)
	if err != nil {
		return nil, err
	}
	blocks := map[string]string{"goals": goalTable(r), "codes": codeTable(r), "pages": pageTable(r), "readers": readerTable(r)}
	filled, err := page.Fill(folder, blocks)
	if err != nil {
		return nil, err
	}
	made := map[string][]byte{
		page.Name: filled,
	}
	for _, one := range examples {
		photo, err := one.cell.take(0)
		if err != nil {
			return nil, err
		}
		made[one.file] = photo.picture
	}
	return made, nil
}

// share writes a share in percent with as many digits as it takes.
func share(hits, trials int) string {
	switch value := 100 * float64(hits) / float64(trials); {
	case hits == 0 || hits == trials:
		return fmt.Sprintf("%.0f", value)
	default:
		return fmt.Sprintf("%.1f", value)
	}
}

func heads(r *results, first string) string {
	var out strings.Builder
	out.WriteString("| " + first + " |")
	for _, reader := range r.Readers {
		out.WriteString(" " + reader.Name + " |")
	}
	return out.String() + "\n|---|" + strings.Repeat("---|", len(r.Readers)) + "\n"
}

func codeTable(r *results) string {
	var out strings.Builder
	out.WriteString(heads(r, "model, bytes, pixels"))
	for _, one := range r.Cells {
		if one.IsPage {
			continue
		}
		fmt.Fprintf(&out, "| %s, %d, %d |", one.Model, one.Bytes, one.Pixels)
		for i := range r.Readers {
			fmt.Fprintf(&out, " %s |", share(one.Complete[i], one.Photos))
		}
		out.WriteString("\n")
	}
	return out.String()
}

func pageTable(r *results) string {
	var out strings.Builder
	out.WriteString(heads(r, "model, pixels"))
	for _, one := range r.Cells {
		if !one.IsPage {
			continue
		}
		fmt.Fprintf(&out, "| %s, %d |", one.Model, one.Pixels)
		for i := range r.Readers {
			fmt.Fprintf(&out, " %s / %s |", share(one.Codes[i], one.Total), share(one.Complete[i], one.Photos))
		}
		out.WriteString("\n")
	}
	return out.String()
}

// goal is what the reader has to reach.
type goal struct {
	words   string
	percent float64
	counts  func(cell) bool
}

var goals = []goal{
	{"moderate, 300 bytes", 99.5, func(c cell) bool { return c.Model == "moderate" && !c.IsPage && c.Bytes == 300 }},
	{"moderate, 700 bytes", 99, func(c cell) bool { return c.Model == "moderate" && !c.IsPage && c.Bytes == 700 }},
	{"moderate, whole pages complete, from 1,024 pixels on", 98, func(c cell) bool { return c.Model == "moderate" && c.IsPage && c.Pixels >= 1024 }},
}

// of counts the photos of a goal that a reader has read completely.
func (g goal) of(r *results, reader int) (hits, trials int) {
	for _, one := range r.Cells {
		if g.counts(one.cell) {
			hits, trials = hits+one.Complete[reader], trials+one.Photos
		}
	}
	return hits, trials
}

func goalTable(r *results) string {
	var out strings.Builder
	out.WriteString(heads(r, "goal"))
	for _, goal := range goals {
		fmt.Fprintf(&out, "| %s: %v %% |", goal.words, goal.percent)
		for i := range r.Readers {
			hits, trials := goal.of(r, i)
			if trials == 0 {
				out.WriteString(" – |")
				continue
			}
			least, _ := page.Wilson(hits, trials)
			fmt.Fprintf(&out, " %s (%d of %d; at least %.1f) |", share(hits, trials), hits, trials, 100*least)
		}
		out.WriteString("\n")
	}
	return out.String()
}

func readerTable(r *results) string {
	var out strings.Builder
	out.WriteString("| reader | version | a code of 500 pixels | of 800 | a page of 1,024 | of 4,000 |\n|---|---|---|---|---|---|\n")
	for i, reader := range r.Readers {
		fmt.Fprintf(&out, "| %s | %s |", reader.Name, reader.Version)
		for _, want := range []cell{{"moderate", false, 300, 500, 0}, {"moderate", false, 300, 800, 0}, {"moderate", true, 300, 1024, 0}, {"moderate", true, 300, 4000, 0}} {
			out.WriteString(" " + r.milliseconds(want, i) + " |")
		}
		out.WriteString("\n")
	}
	return out.String()
}

func (r *results) milliseconds(want cell, reader int) string {
	for _, one := range r.Cells {
		if want.name() == one.name() {
			return fmt.Sprintf("%d ms", one.Milliseconds[reader])
		}
	}
	return "–"
}
