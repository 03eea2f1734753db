package text_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/futura/airlicense/cmd/internal/text"
	"github.com/futura/airlicense/cmd/internal/ui"
	"github.com/futura/airlicense/keys/fault"
)

var update = flag.Bool("update", false, "write docs/errors.md again")

const root = "../../.."

func catalogue(t *testing.T, language string) map[string]string {
	t.Helper()
	messages := map[string]string{}
	if _, err := toml.DecodeFile(language+".toml", &messages); err != nil {
		t.Fatal(err)
	}
	return messages
}

// sources returns the Go code that is not a test, in one piece.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		all.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// A message is read alone, so it must stand on a line of its own.
func TestEveryMessageStandsOnItsLine(t *testing.T) {
	for _, language := range text.Languages() {
		speaking := text.New(language)
		for id := range catalogue(t, language) {
			if !speaking.Has(id) {
				t.Errorf("%s.toml: %s is not found", language, id)
			}
		}
	}
}

var placeholders = regexp.MustCompile(`\{\{[^}]*\}\}`)

func TestCataloguesSayTheSame(t *testing.T) {
	english := catalogue(t, "en")
	for _, language := range text.Languages()[1:] {
		other := catalogue(t, language)
		for id, words := range english {
			if other[id] == "" {
				t.Errorf("%s.toml lacks %s", language, id)
				continue
			}
			mine, theirs := placeholders.FindAllString(words, -1), placeholders.FindAllString(other[id], -1)
			sort.Strings(mine)
			sort.Strings(theirs)
			if len(mine) != len(theirs) {
				t.Errorf("%s.toml: %s has other values: %v, %v", language, id, mine, theirs)
			}
		}
		for id := range other {
			if english[id] == "" {
				t.Errorf("%s.toml has %s, which en.toml lacks", language, id)
			}
		}
	}
}

// dynamic are the beginnings of identifiers that the code puts together.
var dynamic = []string{"FL-", "word-", "flag-", "help-", "check-", "outcome-", "state-", "verdict-", "kind-", "source-", "yes-no-", "finding-", "tour-file-", "history-", "grants-", "formula-", "profile-size-"}

func TestEveryMessageIsUsedAndThere(t *testing.T) {
	code, messages := sources(t), catalogue(t, "en")
	for id := range messages {
		isDynamic := slices.ContainsFunc(dynamic, func(prefix string) bool { return strings.HasPrefix(id, prefix) })
		if !isDynamic && !strings.Contains(code, `"`+id+`"`) {
			t.Errorf("nobody says %s", id)
		}
	}
	used := regexp.MustCompile(`(?:Say|Line|Note|Ask|Progress|Confirm|act)\("([a-z0-9-]+[a-z0-9])"`)
	for _, found := range used.FindAllStringSubmatch(code, -1) {
		if messages[found[1]] == "" {
			t.Errorf("the code says %s, which no catalogue has", found[1])
		}
	}
}

// TestChangesHaveWords holds a word in every catalogue for each change that
// a repair may report.
func TestChangesHaveWords(t *testing.T) {
	declared := regexp.MustCompile(`\tWhat[A-Za-z0-9]+ += "([^"]+)"`).FindAllStringSubmatch(sources(t), -1)
	if len(declared) < 20 {
		t.Fatalf("%d changes found", len(declared))
	}
	for _, found := range declared {
		id := "word-" + strings.ReplaceAll(strings.ToLower(found[1]), " ", "-")
		for _, language := range text.Languages() {
			if catalogue(t, language)[id] == "" {
				t.Errorf("%s.toml has no %s", language, id)
			}
		}
	}
}

// codes returns every code that the sources declare. FL-9xx are the block of
// the tests of package fault too, so only declarations count.
func codes(t *testing.T) []string {
	t.Helper()
	declared := regexp.MustCompile(`fault\.Code\("(FL-[0-9]{3})"\)`)
	seen := map[string]bool{}
	var list []string
	for _, found := range declared.FindAllStringSubmatch(sources(t), -1) {
		if seen[found[1]] {
			t.Errorf("%s is declared twice", found[1])
		}
		seen[found[1]] = true
		list = append(list, found[1])
	}
	sort.Strings(list)
	return list
}

// TestCodesHaveWordsAndADocument compares the code, the catalogues and
// docs/errors.md.
func TestCodesHaveWordsAndADocument(t *testing.T) {
	declared, messages := codes(t), catalogue(t, "en")
	for _, code := range declared {
		if messages[code] == "" || messages[code+"-hint"] == "" {
			t.Errorf("%s has no words or no hint", code)
		}
	}
	for id := range messages {
		if strings.HasPrefix(id, "FL-") && !slices.Contains(declared, strings.TrimSuffix(id, "-hint")) {
			t.Errorf("%s has words, but no code declares it", id)
		}
	}
	page := errorsPage(t, declared, messages)
	path := filepath.Join(root, "docs", "errors.md")
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil || string(written) != page {
		t.Errorf("docs/errors.md is not what the catalogue says (go test ./cmd/internal/text -update): %v", err)
	}
}

const errorsHead = `# Errors

Every error and every warning has a code. The first digit decides how a program ends: 1 (not valid, or refused) for FL-1xx, FL-3xx, FL-5xx and
FL-6xx; 2 (could not decide) for the others. The gate of futura-request has its own statuses: 125 refused, 124 undecided, 126 and 127 when the
command cannot be run or is not there. Warnings change no status.

The words below are those of the English catalogue; a test compares them with it, and the catalogues with the code. *Names in italics* stand for values.

| code | exit | what happened | what to do |
|---|---|---|---|
`

func errorsPage(t *testing.T, declared []string, messages map[string]string) string {
	t.Helper()
	var page strings.Builder
	page.WriteString(errorsHead)
	for _, code := range declared {
		fmt.Fprintf(&page, "| %s | %d | %s | %s |\n", code, ui.Status(fault.Code(code)), plain(t, messages[code]), plain(t, messages[code+"-hint"]))
	}
	return page.String()
}

// plain fills a message with the names of its values. What it says only when
// there is a value, it does not say here.
func plain(t *testing.T, message string) string {
	t.Helper()
	values := map[string]any{}
	for _, found := range regexp.MustCompile(`\.([a-z]+)`).FindAllStringSubmatch(strings.Join(placeholders.FindAllString(message, -1), " "), -1) {
		if !strings.Contains(message, "with ."+found[1]+"}") {
			values[found[1]] = "*" + found[1] + "*"
		}
	}
	var out strings.Builder
	if err := template.Must(template.New("").Parse(message)).Execute(&out, values); err != nil {
		t.Fatalf("%v in %q", err, message)
	}
	words := strings.NewReplacer("|", "\\|", "\n", " ").Replace(strings.TrimSpace(out.String()))
	if strings.HasPrefix(words, "futura-") {
		return words
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// inner are the words that people at a site never meet: those of the code
// and of auditors.
var inner = map[string]string{
	"en":    `(?i)\b(anchor|score|verdict|outcome|issuer|desk|signer|trust file|ledger|checkpoint|witness|enrollment|enrolled|site key|repair)`,
	"pt-BR": `(?i)\b(âncora|pontuação|veredito|emissor|mesa|assinante|arquivo de confiança|livro-razão|ponto de verificação|testemunha|perfil|chave do local)`,
	"it":    `(?i)\b(ancora|punteggio|verdetto|emittente|banco|firmatario|file di fiducia|libro|punto di controllo|testimone|profilo|chiave di sede)`,
}

// siteMessages are what futura-request says.
var siteMessages = regexp.MustCompile(`^(request-|grants-|preview-|check-|gate-|ask-(product|site|name|engine|path|host|port|database|user|password|another|customer|code)|config-|result-|state-|outcome-|kind-|progress-|help-futura-request|FL-4|FL-5[12]|FL-80|FL-81)`)

func TestPeopleAtASiteMeetTheirOwnWords(t *testing.T) {
	for language, pattern := range inner {
		forbidden := regexp.MustCompile(pattern)
		for id, words := range catalogue(t, language) {
			if !siteMessages.MatchString(id) {
				continue
			}
			if language == "pt-BR" || language == "it" {
				words = strings.ReplaceAll(words, "sem resposta", "") // no false friends
			}
			if found := forbidden.FindString(placeholders.ReplaceAllString(words, "")); found != "" && !(language == "it" && found == "ancora") {
				t.Errorf("%s.toml: %s says %q", language, id, found)
			}
		}
	}
}

// glossary holds the words that users read to the glossary of the design.
func TestGlossary(t *testing.T) {
	for language, words := range map[string]map[string]string{
		"pt-BR": {"check-not-valid": "O arquivo de licenciamento está inválido.", "state-recognized": "reconhecido", "state-drifted": "válido, mas o banco mudou bastante", "state-not-recognized": "não reconhecido", "kind-futura-license": "arquivo de licenciamento"},
		"it":    {"check-not-valid": "Il file di licenza non è valido.", "state-recognized": "riconosciuto", "state-drifted": "valido, ma il database è molto cambiato", "state-not-recognized": "non riconosciuto", "kind-futura-license": "file di licenza"},
	} {
		speaker := text.New(language)
		for id, want := range words {
			if got := speaker.Say(id); got != want {
				t.Errorf("%s: %s is %q, want %q", language, id, got, want)
			}
		}
		for id, part := range map[string]map[string]string{"result-state": {"pt-BR": "folga", "it": "margine"}, "preview-database": {"pt-BR": "métricas", "it": "metriche"}, "request-exported": {"pt-BR": "Pedido de licença", "it": "Richiesta di licenza"}} {
			if got := speaker.Say(id); !strings.Contains(got, part[language]) {
				t.Errorf("%s: %s is %q, without %q", language, id, got, part[language])
			}
		}
	}
}

func TestLanguageIsChosen(t *testing.T) {
	for _, test := range []struct {
		preferred []string
		want      string
	}{
		{[]string{"pt_BR.UTF-8"}, "pt-BR"}, {[]string{"pt_PT"}, "pt-BR"}, {[]string{"it_CH.UTF-8@euro"}, "it"}, {[]string{"C"}, "en"}, {nil, "en"},
		{[]string{"C.UTF-8"}, "en"}, {[]string{"POSIX"}, "en"}, {[]string{"de_DE.UTF-8"}, "en"}, {[]string{"xx", "it"}, "it"}, {[]string{""}, "en"},
	} {
		if got := text.New(test.preferred...).Language; got != test.want {
			t.Errorf("%q: %s, want %s", test.preferred, got, test.want)
		}
	}
}

func TestValuesCannotSteerATerminal(t *testing.T) {
	speaker := text.New("en")
	for value, want := range map[string]string{
		"\x1b[31mred":      `\u001b[31mred`,
		"a\u202eb\u200b":   `a\u202eb\u200b`,
		"a\rb\x00":         `a\u000db\u0000`,
		"a\nerror: b":      `a\u000aerror: b`,
		"\u009b2J\u2028x":  `\u009b2J\u2028x`,
		"\U000e0041":       `\udb40\udc41`,
		"\x1b]8;;x\x07y":   `\u001b]8;;x\u0007y`,
		"São João [x] 100": "São João [x] 100",
		"\x9b\xff":         `\ufffd\ufffd`,
	} {
		if got := speaker.Show(value); got != want {
			t.Errorf("%q is shown as %q, want %q", value, got, want)
		}
	}
	if got := speaker.Show(time.Date(2026, 11, 21, 10, 0, 59, 0, time.FixedZone("", -3*3600))); got != "2026-11-21 13:00 UTC" {
		t.Error(got)
	}
}

func TestErrorWithoutCodeIsUnexpected(t *testing.T) {
	code, words, hint := text.New("it").Error(fs.ErrClosed)
	if code != text.Unexpected || !strings.Contains(words, "file already closed") || hint == "" {
		t.Error(code, words, hint)
	}
}
