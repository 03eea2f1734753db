package sheet

import (
	"embed"
	"strings"
	"text/template"
	"unicode"

	"github.com/futura/airlicense/request/parts"
)

//go:embed *.tmpl
var templates embed.FS

// words are what a sheet says, of one template.
type words struct {
	Title        string
	Introduction string
	Facts        [][2]string // a name and a value
	How          string      // the heading of the steps
	Steps        []string
	Ways         string // the heading of what follows the codes
	Way          []string
	Text         string // the heading of the document's text
	Paste        string // of HTML: the heading of the parts as text
	Copy         string // of HTML: the words of its button
	Copied       string
	Captions     []string // of the codes
	Footer       string
	Page         string // with both numbers as %s
}

// values are what a template is filled with.
type values struct {
	Facts
	Date   string
	File   string // the name of the file in the codes
	Others string // the names of the other files
	Also   string // those that are in codes too
	PDF    bool
	Codes  int
	Parity bool // any codes but one are enough
	Enough int
	Short  string
	Number string // of a part
	Total  int
}

// words fills the template of the sheet's kind and language.
func (s *Sheet) words(isPDF bool) (words, error) {
	name := string(s.facts.Kind) + "." + s.facts.Language + ".tmpl"
	parsed, err := template.New(name).Option("missingkey=error").ParseFS(templates, name)
	if err != nil {
		return words{}, Unmakeable.Wrap(err, "no words for the sheet", "reason", "language")
	}
	filler := &filler{template: parsed, values: s.values(isPDF)}
	said := words{
		Title: filler.say("title"), Introduction: filler.say("introduction"), Facts: pairs(filler.list("facts")),
		How: filler.say("how"), Steps: filler.list("steps"), Ways: filler.say("ways"), Way: filler.list("way"),
		Text: filler.say("text"), Paste: filler.say("paste"), Copy: filler.say("copy"), Copied: filler.say("copied"),
		Footer: filler.say("footer"), Page: filler.say("page"),
	}
	for _, part := range s.parts {
		filler.values.Short, filler.values.Number, filler.values.Total = part.Short(), part.Number(), part.Total
		said.Captions = append(said.Captions, filler.say("caption"))
	}
	if filler.err != nil {
		return words{}, Unmakeable.Wrap(filler.err, "the words of the sheet cannot be filled in", "reason", "language")
	}
	return said, nil
}

func (s *Sheet) values(isPDF bool) values {
	facts := s.facts
	for _, text := range []*string{&facts.Customer, &facts.Site, &facts.Product, &facts.Version, &facts.Serial, &facts.Contact, &facts.Key} {
		*text = oneLine(*text)
	}
	var others []string
	for _, file := range s.files[1:] {
		others = append(others, oneLine(file.Name))
	}
	last := s.parts[len(s.parts)-1]
	return values{
		Facts: facts, Date: facts.Date.UTC().Format("2006-01-02 15:04 UTC"), File: oneLine(s.files[0].Name), Others: strings.Join(others, ", "),
		Also: strings.Join(s.also, ", "), PDF: isPDF, Codes: len(s.codes), Parity: last.Index == parts.Parity && len(s.also) == 0, Enough: last.Total,
		Short: s.Name().Short(),
	}
}

// oneLine keeps a value within its line of the template.
func oneLine(text string) string {
	return strings.Map(func(character rune) rune {
		if !unicode.IsGraphic(character) {
			return ' '
		}
		return character
	}, text)
}

// filler says the pieces of a template until one fails.
type filler struct {
	template *template.Template
	values   values
	err      error
}

func (f *filler) say(name string) string {
	var said strings.Builder
	if err := f.template.ExecuteTemplate(&said, name, f.values); err != nil && f.err == nil {
		f.err = err
	}
	return strings.TrimSpace(said.String())
}

// list says a piece with an item on each line.
func (f *filler) list(name string) []string {
	var items []string
	for line := range strings.Lines(f.say(name)) {
		if line = strings.TrimSpace(line); line != "" {
			items = append(items, line)
		}
	}
	return items
}

// pairs divides items at their first bar.
func pairs(items []string) [][2]string {
	var list [][2]string
	for _, item := range items {
		name, value, _ := strings.Cut(item, "|")
		list = append(list, [2]string{strings.TrimSpace(name), strings.TrimSpace(value)})
	}
	return list
}
