// Package text holds the words that users read, in three catalogues: en.toml,
// pt-BR.toml and it.toml. A message has an identifier; an error's is its
// code, and its hint's is the code with "-hint".
//
// Library errors are typed and carry values; their words are chosen here.
// Every value is made safe for a terminal before it is shown.
package text

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/futura/airlicense/keys/fault"
	"github.com/futura/airlicense/keys/openpgp"
)

//go:embed *.toml
var catalogues embed.FS

// Languages are the languages with a catalogue, the fallback first.
func Languages() []string { return []string{"en", "pt-BR", "it"} }

// Catalogue speaks one language. It is not safe for several goroutines.
type Catalogue struct {
	Language  string
	tag       language.Tag
	written   map[string]string // the messages as the catalogue file writes them
	bundle    *i18n.Bundle
	localizer *i18n.Localizer
	loaded    map[string]bool // whether there is such a message
}

// New returns the catalogue of the first of the preferred languages that we
// speak; a preference may be a POSIX locale such as pt_BR.UTF-8.
func New(preferred ...string) *Catalogue {
	chosen := choose(preferred)
	lines, err := catalogues.ReadFile(chosen + ".toml")
	if err != nil {
		panic(err) // embedded
	}
	tag := language.MustParse(chosen)
	// One catalogue is enough: a test holds that all say the same.
	bundle := i18n.NewBundle(tag)
	return &Catalogue{
		Language: chosen, tag: tag, written: index(string(lines)), bundle: bundle,
		localizer: i18n.NewLocalizer(bundle, chosen), loaded: map[string]bool{},
	}
}

// index finds the messages of a catalogue, which has a line for each.
func index(catalogue string) map[string]string {
	written := make(map[string]string, strings.Count(catalogue, "\n"))
	for line := range strings.SplitSeq(catalogue, "\n") {
		if id, words, found := strings.Cut(line, " = "); found {
			written[id] = words
		}
	}
	return written
}

// load reads one message. A program says a few dozen of its many hundred messages: reading all of them
// would take longer than all else that futura-verify does.
func (c *Catalogue) load(id string) bool {
	if there, known := c.loaded[id]; known {
		return there
	}
	words, found := c.written[id]
	c.loaded[id] = found
	if !found {
		return false
	}
	var message struct{ Words string }
	if _, err := toml.Decode("words = "+words, &message); err != nil {
		panic(err) // embedded, and every line is read by a test
	}
	c.bundle.MustAddMessages(c.tag, &i18n.Message{ID: id, Other: message.Words})
	return true
}

func choose(preferred []string) string {
	for _, locale := range preferred {
		locale, _, _ = strings.Cut(locale, ".")
		locale = strings.ReplaceAll(locale, "_", "-")
		if slices.Contains(Languages(), locale) { // spares the matcher, which is slow to make
			return locale
		}
		if wanted, err := language.Parse(locale); err == nil {
			if language, found := match(wanted); found {
				return language
			}
		}
	}
	return Languages()[0]
}

// match finds the language that a speaker of another one understands best.
func match(wanted language.Tag) (name string, found bool) {
	tags := make([]language.Tag, 0, len(Languages()))
	for _, name := range Languages() {
		tags = append(tags, language.MustParse(name))
	}
	_, index, confidence := language.NewMatcher(tags).Match(wanted)
	return Languages()[index], confidence >= language.Low
}

// Say returns a message with its values, pairs of a name and a value. A
// message that is missing shows its identifier.
func (c *Catalogue) Say(id string, pairs ...any) string {
	data := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		data[fmt.Sprint(pairs[i])] = c.Show(pairs[i+1])
	}
	return c.say(id, data)
}

// values shows the values of an error, and as why and next the words and the
// hint of its cause.
func (c *Catalogue) values(found *fault.Error) map[string]any {
	data := map[string]any{}
	for _, value := range found.Values {
		data[value.Name] = c.Show(value.Is)
		if value.Name == "reason" || value.Name == "looks" || value.Name == "document" {
			data[value.Name] = c.Word(fmt.Sprint(value.Is))
		}
		if list, ok := value.Is.([]string); ok {
			data[value.Name] = c.wordList(list)
		}
	}
	if fault.Of(found.Err) != nil {
		_, data["why"], data["next"] = c.Error(found.Err)
	}
	return data
}

func (c *Catalogue) wordList(list []string) string {
	words := make([]string, len(list))
	for i, word := range list {
		words[i] = c.Word(word)
	}
	return strings.Join(words, "; ")
}

// Word translates one of the technical words that errors give as a reason.
func (c *Catalogue) Word(word string) string {
	id := "word-" + strings.ReplaceAll(strings.ToLower(word), " ", "-")
	if c.Has(id) {
		return c.Say(id)
	}
	return Safe(word)
}

func (c *Catalogue) say(id string, data map[string]any) string {
	if !c.load(id) {
		return "[" + id + "]"
	}
	message, err := c.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data})
	if err != nil {
		return "[" + id + "]"
	}
	return message
}

// Has reports whether there is a message.
func (c *Catalogue) Has(id string) bool { return c.load(id) }

// Error returns the words and the hint for an error's code. What has no code
// gets the words of Unexpected.
func (c *Catalogue) Error(err error) (code fault.Code, words, hint string) {
	found := fault.Of(err)
	if found == nil {
		found = Unexpected.New("unexpected", "error", err.Error())
	}
	data := c.values(found)
	return found.Code, c.say(string(found.Code), data), c.say(string(found.Code)+"-hint", data)
}

// Unexpected is the code of an error without one.
const Unexpected = fault.Code("FL-999")

// Show writes a value for people: times to the minute in UTC, fingerprints in
// groups, errors in words, and nothing that could steer a terminal.
func (c *Catalogue) Show(value any) string {
	switch value := value.(type) {
	case time.Time:
		if value.IsZero() {
			return "-"
		}
		return value.UTC().Format("2006-01-02 15:04 UTC")
	case openpgp.Fingerprint:
		return value.Groups()
	case error:
		_, words, _ := c.Error(value)
		return words
	}
	return Safe(fmt.Sprint(value))
}

// Safe makes a value safe to show: control, formatting and unassigned
// characters become \u escapes, line ends too, so that a value cannot pass
// for a line of ours.
func Safe(text string) string {
	if !strings.ContainsFunc(text, unsafeRune) {
		return text
	}
	var safe strings.Builder
	for _, character := range text {
		if unsafeRune(character) {
			for _, unit := range utf16.AppendRune(nil, character) {
				fmt.Fprintf(&safe, "\\u%04x", unit)
			}
		} else {
			safe.WriteRune(character)
		}
	}
	return safe.String()
}

func unsafeRune(character rune) bool {
	return !unicode.IsGraphic(character) || character == unicode.ReplacementChar
}
