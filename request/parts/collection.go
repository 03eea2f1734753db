package parts

import (
	"bytes"
	"crypto/subtle"
	"slices"
	"strconv"
	"strings"
)

// Bounds of the work on parts that contradict each other. The true ones win
// if they are there, because the digest decides.
const (
	maxVariants = 4   // of one part
	maxTries    = 256 // of putting parts of one size together, however many come
)

// Collection takes parts in any order, from any source and as often as they
// come, and keeps several documents apart. The zero value is empty.
type Collection struct {
	documents []*document
}

// document is what there is of one document. It may have come in parts of
// several sizes, which do not fit together.
type document struct {
	name    Name
	sources []string
	sets    []*set
}

// set are parts of one size.
type set struct {
	total, length int
	pieces        map[int][][]byte // by index, the parity part too; more than one: they contradict each other
	tried         bool
	tries         int
	file          []byte
	restored      int
	err           error
}

// Seen tells what one text gave.
type Seen struct {
	Parts []Part // that could be read, with those known before
	New   int    // how many of them were not known before
	Wrong []error
}

// IsNothing reports whether the text has nothing to do with parts.
func (s Seen) IsNothing() bool { return len(s.Parts) == 0 && len(s.Wrong) == 0 }

// Names returns the documents of the parts, each once.
func (s Seen) Names() []Name {
	var list []Name
	for _, part := range s.Parts {
		if !slices.Contains(list, part.Name) {
			list = append(list, part.Name)
		}
	}
	return list
}

// Add takes the parts in a text. The source, such as the name of a file, is
// for reports.
func (c *Collection) Add(source string, text []byte) Seen {
	found, wrong := Find(text)
	seen := Seen{Parts: found, Wrong: wrong}
	for _, part := range found {
		isNew, err := c.take(source, part)
		if isNew {
			seen.New++
		}
		if err != nil && len(seen.Wrong) < maxWrong {
			seen.Wrong = append(seen.Wrong, err)
		}
	}
	return seen
}

func (c *Collection) take(source string, part Part) (isNew bool, err error) {
	at := slices.IndexFunc(c.documents, func(known *document) bool { return known.name == part.Name })
	if at < 0 {
		if len(c.documents) == MaxDocuments {
			return false, TooMany.New("parts of too many documents", "limit", MaxDocuments)
		}
		at = len(c.documents)
		c.documents = append(c.documents, &document{name: part.Name})
	}
	known := c.documents[at]
	isNew, err = known.take(part)
	if isNew && !slices.Contains(known.sources, source) {
		known.sources = append(known.sources, source)
	}
	return isNew, err
}

// maxSets bounds the sizes in which one document may come.
const maxSets = 8

func (d *document) take(part Part) (isNew bool, err error) {
	at := slices.IndexFunc(d.sets, func(set *set) bool { return set.total == part.Total && set.length == len(part.Data) })
	if at < 0 {
		if len(d.sets) == maxSets {
			return false, d.contradiction(part)
		}
		at = len(d.sets)
		d.sets = append(d.sets, &set{total: part.Total, length: len(part.Data), pieces: map[int][][]byte{}})
	}
	set := d.sets[at]
	variants := set.pieces[part.Index]
	switch {
	case slices.ContainsFunc(variants, func(piece []byte) bool { return bytes.Equal(piece, part.Data) }):
		return false, nil
	case len(variants) > 0:
		err = d.contradiction(part)
	}
	if len(variants) == maxVariants {
		return false, err
	}
	set.pieces[part.Index], set.tried = append(variants, part.Data), set.file != nil
	return true, err
}

func (d *document) contradiction(part Part) error {
	return Contradiction.New("two different parts of one number", "document", d.name.Kind, "id", d.name.Short(), "number", part.Number(), "total", part.Total)
}

// Document tells how far a document has come.
type Document struct {
	Name
	Total    int
	Missing  []int // numbers of parts, the parity part aside
	Enough   int   // how many of the missing ones are enough
	Restored int   // the part that the parity part stood in for; 0: none
	Sources  []string
	File     []byte // nil until it is complete
	Err      error  // Incomplete or Inconsistent; nil when there is a file
}

// Have returns how many parts are there, the parity part aside.
func (d Document) Have() int { return d.Total - len(d.Missing) }

// Documents returns what is there, in the order in which it came.
func (c *Collection) Documents() []Document {
	list := make([]Document, len(c.documents))
	for i, known := range c.documents {
		list[i] = known.report()
	}
	return list
}

// Document returns what is there of one document.
func (c *Collection) Document(name Name) (Document, bool) {
	at := slices.IndexFunc(c.documents, func(known *document) bool { return known.name == name })
	if at < 0 {
		return Document{}, false
	}
	return c.documents[at].report(), true
}

// Parts returns the parts that are there of one document, those that
// contradict each other too, for keeping.
func (c *Collection) Parts(name Name) []Part {
	var list []Part
	for _, known := range c.documents {
		if known.name != name {
			continue
		}
		for _, set := range known.sets {
			for _, index := range set.indices() {
				for _, piece := range set.pieces[index] {
					list = append(list, Part{Name: name, Index: index, Total: set.total, Data: piece})
				}
			}
		}
	}
	return list
}

func (s *set) indices() []int {
	var list []int
	for index := range s.pieces {
		list = append(list, index)
	}
	slices.Sort(list)
	return list
}

// report tells of the set that has a file, else of the one that lacks least.
func (d *document) report() Document {
	var best *set
	for _, set := range d.sets {
		set.try(d.name)
		if best == nil || best.file == nil && (set.file != nil || set.enough() < best.enough()) {
			best = set
		}
	}
	told := Document{
		Name: d.name, Total: best.total, Missing: best.missing(), Enough: best.enough(), Restored: best.restored,
		Sources: slices.Clone(d.sources), File: best.file, Err: best.err,
	}
	if best.file == nil && told.Err == nil {
		told.Err = told.incomplete()
	}
	return told
}

func (d Document) incomplete() error {
	enough := "" // all of them: not worth a word
	if d.Enough < len(d.Missing) {
		enough = strconv.Itoa(d.Enough)
	}
	return Incomplete.New("parts are missing", "document", d.Kind, "id", d.Short(), "have", d.Have(), "total", d.Total,
		"missing", Numbers(d.Missing), "enough", enough)
}

func (s *set) missing() []int {
	var list []int
	for index := 1; index <= s.total; index++ {
		if len(s.pieces[index]) == 0 {
			list = append(list, index)
		}
	}
	return list
}

func (s *set) enough() int {
	missing := len(s.missing())
	if missing > 0 && len(s.pieces[Parity]) > 0 {
		missing--
	}
	return missing
}

// try puts the document together once there are enough parts, and again when
// another one came.
func (s *set) try(name Name) {
	if s.tried || s.enough() > 0 {
		return
	}
	s.tried = true
	for choice := 0; s.tries < maxTries; choice++ {
		pieces, more := s.choose(choice)
		if !more {
			return
		}
		s.tries++
		if s.file, s.err = join(name, pieces); s.err == nil {
			if missing := s.missing(); len(missing) == 1 {
				s.restored = missing[0]
			}
			return
		}
	}
}

// choose returns the pieces in their order, of those that contradict each
// other another combination for each choice, until there are no more.
func (s *set) choose(choice int) (pieces [][]byte, more bool) {
	sum, missing := make([]byte, s.length), Parity
	for index := 1; index <= s.total; index++ {
		variants := s.pieces[index]
		if len(variants) == 0 {
			pieces, missing = append(pieces, nil), index
			continue
		}
		piece := variants[choice%len(variants)]
		choice /= len(variants)
		pieces = append(pieces, piece)
		subtle.XORBytes(sum, sum, piece)
	}
	if missing != Parity {
		variants := s.pieces[Parity]
		subtle.XORBytes(sum, sum, variants[choice%len(variants)])
		choice /= len(variants)
		pieces[missing-1] = sum
	}
	return pieces, choice == 0
}

// Numbers writes a list of numbers in their order; of four and more that
// follow each other the first and the last.
func Numbers(list []int) string {
	var words []string
	for len(list) > 0 {
		run := 1
		for run < len(list) && list[run] == list[0]+run {
			run++
		}
		if run < 4 {
			run = 1
			words = append(words, strconv.Itoa(list[0]))
		} else {
			words = append(words, strconv.Itoa(list[0])+"-"+strconv.Itoa(list[run-1]))
		}
		list = list[run:]
	}
	return strings.Join(words, ", ")
}
