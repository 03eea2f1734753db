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
	"strings"
	"time"
	"unicode"

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

// Catalogue speaks one language.
type Catalogue struct {
	Language  string
	localizer *i18n.Localizer
}

// New returns the catalogue of the first of the preferred languages that we
// speak; a preference may be a POSIX locale such as pt_BR.UTF-8.
func New(preferred ...string) *Catalogue {
	chosen := choose(preferred)
	bundle := i18n.NewBundle(language.MustParse(chosen))
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	// One catalogue is enough: a test holds that all say the same.
	if _, err := bundle.LoadMessageFileFS(catalogues, chosen+".toml"); err != nil {
		panic(err) // embedded, and loaded by a test
	}
	return &Catalogue{Language: chosen, localizer: i18n.NewLocalizer(bundle, chosen)}
}

func choose(preferred []string) string {
	tags := make([]language.Tag, 0, len(Languages()))
	for _, name := range Languages() {
		tags = append(tags, language.MustParse(name))
	}
	matcher := language.NewMatcher(tags)
	for _, locale := range preferred {
		locale, _, _ = strings.Cut(locale, ".")
		wanted, err := language.Parse(strings.ReplaceAll(locale, "_", "-"))
		if err != nil {
			continue
		}
		if _, index, confidence := matcher.Match(wanted); confidence >= language.Low {
			return Languages()[index]
		}
	}
	return Languages()[0]
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
		if value.Name == "reason" || value.Name == "looks" {
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
	message, err := c.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data})
	if err != nil {
		return "[" + id + "]"
	}
	return message
}

// Has reports whether there is a message.
func (c *Catalogue) Has(id string) bool {
	_, err := c.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: map[string]any{}})
	return err == nil
}

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

// Safe makes a text safe to show: control, formatting and unassigned
// characters become \u escapes.
func Safe(text string) string {
	if !strings.ContainsFunc(text, unsafeRune) {
		return text
	}
	var safe strings.Builder
	for _, character := range text {
		if unsafeRune(character) {
			fmt.Fprintf(&safe, "\\u%04x", character)
		} else {
			safe.WriteRune(character)
		}
	}
	return safe.String()
}

func unsafeRune(character rune) bool {
	return character != '\n' && !unicode.IsGraphic(character) || character == unicode.ReplacementChar
}
