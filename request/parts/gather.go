package parts

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/futura/airlicense/keys/fault"
)

// File is a file that may hold parts, or that came out of parts.
type File struct {
	Name string // of a file out of parts: the files that they were in
	Data []byte
	Of   Name // what the parts say; zero for a file that has none
}

// Gathered is what files hold.
type Gathered struct {
	Files   []File     // those without parts, then those whose parts are complete
	Pending []Document // of which parts are missing
	Wrong   []error    // about single parts; each has the value "file"
	Gave    []Gave
}

// Gave tells which parts of a document came from a file.
type Gave struct {
	Source  string
	Name    Name
	Total   int
	Numbers []string
}

// message is what every signed document has, however mail treats it.
var message = []byte("BEGIN PGP SIGNED")

// Gather takes files of any kind, some with parts. It tells of the documents
// that these files belong to and of no others. A file with parts and a
// signed message, such as a mail with both, counts as a file where its parts
// are not complete.
func (c *Collection) Gather(files []File) Gathered {
	var gathered Gathered
	var names []Name
	var both []File
	for _, file := range files {
		seen := c.Add(file.Name, file.Data)
		for _, err := range seen.Wrong {
			gathered.Wrong = append(gathered.Wrong, fault.With(err, "file", file.Name))
		}
		hasMessage := bytes.Contains(file.Data, message)
		switch {
		case seen.IsNothing() || len(seen.Parts) == 0 && hasMessage:
			gathered.Files = append(gathered.Files, file)
		case hasMessage:
			both = append(both, file)
		}
		gathered.Gave = append(gathered.Gave, seen.gave(file.Name)...)
		for _, name := range seen.Names() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		gathered.sort(c, name, &both)
	}
	return gathered
}

// sort puts a document to the files or to what is pending.
func (g *Gathered) sort(c *Collection, name Name, both *[]File) {
	document, _ := c.Document(name)
	instead := func(file File) bool { return slices.Contains(document.Sources, file.Name) }
	switch {
	case document.File != nil:
		g.Files = append(g.Files, File{Name: strings.Join(document.Sources, ", "), Data: document.File, Of: name})
	case slices.ContainsFunc(*both, instead):
		at := slices.IndexFunc(*both, instead)
		g.Files = append(g.Files, (*both)[at])
		*both = slices.Delete(*both, at, at+1)
	default:
		g.Pending = append(g.Pending, document)
	}
}

// byNumber sorts parts by their numbers, the parity part last.
func byNumber(a, b Part) int {
	return cmp.Compare(uint(a.Index-1), uint(b.Index-1)) // Parity becomes the largest
}

func (s Seen) gave(source string) []Gave {
	var list []Gave
	for _, name := range s.Names() {
		gave := Gave{Source: source, Name: name}
		for _, part := range slices.SortedStableFunc(slices.Values(s.Parts), byNumber) {
			if part.Name == name && !slices.Contains(gave.Numbers, part.Number()) {
				gave.Total, gave.Numbers = part.Total, append(gave.Numbers, part.Number())
			}
		}
		list = append(list, gave)
	}
	return list
}
